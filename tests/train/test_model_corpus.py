"""Files of networks of every version keep loading, and training goes on where it was."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from pellucid import settings
from pellucid.train import load_model

FILES = sorted(Path(__file__, "..", "model_files").resolve().glob("*.pellucid"))


def test_there_are_files_of_the_first_version() -> None:
    assert {path.stem for path in FILES} >= {"v1-pictures", "v1-words"}


@pytest.mark.parametrize("target", ["native", "numpy"])
@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_networks_of_every_version_work_as_they_did(path: Path, target: str) -> None:
    facts = json.loads(path.with_suffix(".json").read_text("utf-8"))
    inputs = [
        np.array(each, kind) for each, kind in zip(facts["inputs"], facts["types"], strict=True)
    ]
    x = inputs if len(inputs) > 1 else inputs[0]
    y = np.array(facts["targets"])
    with settings.using(target=target):
        model = load_model(path)
        assert model.predict(x, verbose=0) == pytest.approx(
            np.array(facts["answers"]), rel=1e-4, abs=1e-5
        )
        assert model.evaluate(x, y, verbose=0) == pytest.approx(facts["evaluated"], rel=1e-4)
        assert type(model.optimizer).__name__ == facts["optimizer"]
        assert int(model.optimizer.iterations.value) == facts["iterations"]
        before = model.get_weights()
        model.fit(x, y, epochs=1, verbose=0)
        assert any((a != b).any() for a, b in zip(before, model.get_weights(), strict=True))
