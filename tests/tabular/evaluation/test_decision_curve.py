"""Net benefit by hand, by its definition, and what it must be at its ends."""

from __future__ import annotations

import json

import numpy as np
import pytest

from pellucid.errors import ArgumentError
from pellucid.tabular.evaluation import Resampling, decision_curve

#                 ill:  1    1    1    1    0    0    0    0    0    0
SCORE = np.array([0.9, 0.8, 0.6, 0.3, 0.7, 0.4, 0.3, 0.2, 0.1, 0.1])
ILL = np.arange(10) < 4


def test_net_benefit_by_hand() -> None:
    found = decision_curve(ILL, {"network": SCORE}, Resampling(10), thresholds=(0.2, 0.5))
    # At 0.2: 4 of 4 and 4 of 6 are called; at 0.5: 3 and 1.
    assert found["strategies"]["network"]["value"] == pytest.approx(
        [0.4 - 0.4 * 0.25, 0.3 - 0.1 * 1.0]
    )
    assert found["strategies"]["all"]["value"] == pytest.approx([0.4 - 0.6 * 0.25, 0.4 - 0.6])
    assert found["strategies"]["none"]["value"] == [0, 0]
    assert found["differences"]["all"]["value"] == pytest.approx([0.05, 0.4])
    assert found["prevalence"] == 0.4
    json.dumps(found, allow_nan=False)


def test_the_published_example() -> None:
    # Vickers & Elkin (2006): at a threshold of 10 %, treating all at prevalence π is worth
    # π - (1 - π) / 9; it is worth nothing at the threshold that is the prevalence.
    ill = np.arange(1000) < 260
    found = decision_curve(ill, {"m": ill * 1.0}, Resampling(1000), thresholds=(0.1, 0.26))
    assert found["strategies"]["all"]["value"] == pytest.approx([0.26 - 0.74 / 9, 0], abs=1e-6)
    # Who knows all gains the prevalence at every threshold.
    assert found["strategies"]["m"]["value"] == pytest.approx([0.26, 0.26])


def test_models_are_compared_on_the_same_replicates() -> None:
    random = np.random.default_rng(1)
    score = random.random(500)
    ill = random.random(500) < score
    noisy = np.clip(score + 1e-9, 0, 1)
    found = decision_curve(ill, {"a": score, "b": noisy}, Resampling(500))
    difference = found["differences"]["b"]
    assert np.abs([difference["low"], difference["high"]]).max() < 0.01
    own = found["strategies"]["a"]
    assert own["high"][29] - own["low"][29] > 0.05


def test_where_it_is_useful() -> None:
    random = np.random.default_rng(2)
    score = random.beta(2, 5, 4000)
    ill = random.random(4000) < score
    flat = np.full(4000, ill.mean())
    useful = decision_curve(ill, {"network": score, "linear": flat}, Resampling(4000))["useful"]
    assert useful["from"] < 0.2 < 0.5 < useful["to"]
    useless = decision_curve(ill, {"network": flat}, Resampling(4000))["useful"]
    assert useless is None


def test_at_another_prevalence() -> None:
    asked = {"thresholds": (0.5,), "prevalence": 0.1}
    found = decision_curve(ILL, {"network": SCORE}, Resampling(10), **asked)
    assert found["strategies"]["network"]["value"] == pytest.approx([0.75 * 0.1 - 1 / 6 * 0.9])
    assert found["strategies"]["all"]["value"] == pytest.approx([0.1 - 0.9])


@pytest.mark.parametrize("asked", [{"thresholds": (0.0,)}, {"prevalence": 1.0}])
def test_what_cannot_be_is_refused(asked: dict) -> None:
    with pytest.raises(ArgumentError, match="decision_curve"):
        decision_curve(ILL, {"network": SCORE}, Resampling(10), **asked)
