"""Model files of every version keep loading and keep saying what they said, on every target."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from pellucid import settings
from pellucid.data.table import Table
from pellucid.tabular.predictor import load_predictor

FILES = sorted(Path(__file__, "..", "model_files").resolve().glob("*.pellucid"))


def expected(path: Path) -> dict[str, Any]:
    """What the version that wrote a file predicted with it."""
    facts: dict[str, Any] = json.loads(path.with_suffix(".json").read_text("utf-8"))
    return facts


def test_there_are_files_of_every_kind() -> None:
    found = {path.stem for path in FILES}
    assert found >= {"v1-binary", "v1-multiclass", "v1-regression"}
    assert all(path.stat().st_size <= 60_000 for path in FILES)


@pytest.mark.parametrize("target", ["native", "numpy"])
@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_files_of_every_version_say_what_they_said(path: Path, target: str) -> None:
    facts = expected(path)
    rows = Table(facts["columns"])
    with settings.using(target=target):
        predictor = load_predictor(path)
        answers, labels = predictor.answers(rows), predictor.predict(rows).labels
    assert predictor.task.to_json().items() >= facts["task"].items()
    assert predictor.threshold == facts["threshold"]
    # The same weights in float32; only the order of sums may differ.
    assert answers == pytest.approx(np.array(facts["answers"]), rel=1e-5, abs=1e-6)
    if predictor.task.is_classification:
        assert labels.tolist() == facts["labels"]


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_files_of_every_version_can_be_written_again(path: Path, tmp_path: Path) -> None:
    predictor, rows = load_predictor(path), Table(expected(path)["columns"])
    predictor.save(tmp_path / "again.pellucid")
    again = load_predictor(tmp_path / "again.pellucid")
    assert (again.answers(rows) == predictor.answers(rows)).all()
    assert again.task == predictor.task
