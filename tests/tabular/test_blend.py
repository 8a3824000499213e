"""Blending: the best of mixtures, no member chosen for luck, the same mixture in the graph."""

from __future__ import annotations

import numpy as np
import pytest

from pellucid.errors import ArgumentError
from pellucid.nn.layers import Input
from pellucid.tabular.blend import blend_weights
from pellucid.tabular.links import Link, mean_loss, probabilities_of, scores_of
from pellucid.tabular.score_layers import MixScores
from pellucid.train.model import Model

LINKS: tuple[tuple[Link, int], ...] = (
    ("sigmoid", 1),
    ("sigmoid", 3),
    ("softmax", 4),
    ("identity", 1),
)


def _case(link: Link, k: int, n: int, seed: int = 0) -> tuple[list[np.ndarray], np.ndarray]:
    """Two members with errors of their own, and one that knows nothing."""
    random = np.random.default_rng(seed)
    truth = random.normal(size=(n, k)) * 2
    members = [truth + random.normal(size=(n, k)) * 1.5 for _ in range(2)]
    members.append(random.normal(size=(n, k)))
    p = probabilities_of(link, truth)
    if link == "identity":
        return members, truth[:, 0]
    if link == "softmax":
        return members, (p.cumsum(axis=1) > random.random((n, 1))).argmax(axis=1)
    y = (random.random(p.shape) < p).astype(int)
    return members, y[:, 0] if k == 1 else y


def _mixed(link: Link, members: list[np.ndarray], weights: np.ndarray) -> np.ndarray:
    parts = [w * probabilities_of(link, s) for w, s in zip(weights, members, strict=True)]
    return scores_of(link, np.sum(parts, axis=0))


@pytest.mark.parametrize(("link", "k"), LINKS)
def test_the_mixture_is_better_than_each_member(link: Link, k: int) -> None:
    members, y = _case(link, k, 3000)
    weights = blend_weights(link, members, y)
    assert weights.sum() == pytest.approx(1.0) and (weights >= 0).all()
    assert weights[:2] == pytest.approx([0.5, 0.5], abs=0.15) and weights[2] < 0.2
    blended = mean_loss(link, _mixed(link, members, weights), y)
    assert blended < min(mean_loss(link, each, y) for each in members[:2])


@pytest.mark.parametrize(("link", "k"), LINKS)
def test_the_layer_mixes_alike(link: Link, k: int) -> None:
    members, _ = _case(link, k, 50)
    weights = np.array([0.5, 0.3, 0.2])
    inputs = [Input((k,), dtype="float64") for _ in members]
    model = Model(inputs, MixScores(weights, link, dtype="float64")(inputs))
    again = Model.from_config(model.get_config())
    for each in (model, again):
        found = each.predict(members, verbose=0)
        assert np.abs(found - _mixed(link, members, weights)).max() < 1e-9


def test_few_rows_do_not_make_a_choice_of_one_member() -> None:
    # Of two members equally good, one is better on 30 rows by luck.
    shares = []
    for seed in range(20):
        members, y = _case("sigmoid", 1, 30, seed)
        shares.append(blend_weights("sigmoid", members[:2], y, seed=seed)[0])
    assert 0.35 < np.mean(shares) < 0.65
    assert np.mean([0.02 < share < 0.98 for share in shares]) >= 0.8


def test_weights_of_rows_count() -> None:
    members, y = _case("sigmoid", 1, 400)
    first = np.arange(400) < 200
    members[0] = np.where(first[:, None], members[0], -members[0])
    members[1] = np.where(first[:, None], -members[1], members[1])
    heavy = blend_weights("sigmoid", members[:2], y, sample_weight=np.where(first, 1.0, 1e-3))
    light = blend_weights("sigmoid", members[:2], y, sample_weight=np.where(first, 1e-3, 1.0))
    assert heavy[0] > 0.85 and light[0] < 0.15


def test_rows_without_a_score_are_passed_over() -> None:
    members, y = _case("sigmoid", 1, 300)
    members[0][200:] = np.nan
    assert np.isfinite(blend_weights("sigmoid", members, y)).all()


def test_the_same_seed_gives_the_same_weights() -> None:
    members, y = _case("softmax", 4, 200)
    one, other = (blend_weights("softmax", members, y, seed=4) for _ in range(2))
    assert (one == other).all()


def test_weights_that_are_no_shares_are_refused() -> None:
    with pytest.raises(ArgumentError, match="shares that add up to 1"):
        MixScores([0.5, 0.6], "sigmoid")
