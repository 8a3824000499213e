"""The parts of recipes: pooling, draws, schedules, starting weights, embeddings."""

from __future__ import annotations

import numpy as np
import pytest

from pellucid.graph import Variable, constant
from pellucid.tabular.recipes import PlainMLP, RealMLP, Recipe, TabM
from pellucid.tabular.recipes.blocks import ACTIVATIONS, activated, activated_array, embedded
from pellucid.tabular.recipes.draws import Draws, held_table
from pellucid.tabular.recipes.network import Form
from pellucid.tabular.recipes.pooling import Kind, Pool, pool
from pellucid.tabular.recipes.schedules import coslog
from pellucid.tabular.recipes.targets import Targets
from pellucid.tabular.task import Task

KINDS: list[Kind] = ["binary", "multiclass", "multilabel", "regression"]


def probabilities(scores: np.ndarray, kind: Kind) -> np.ndarray:
    if kind == "regression":
        return scores
    if kind == "multiclass":
        e = np.exp(scores - scores.max(axis=-1, keepdims=True))
        return e / e.sum(axis=-1, keepdims=True)
    return 1 / (1 + np.exp(-scores))


@pytest.mark.parametrize("kind", KINDS)
def test_pooled_scores_have_the_mean_probability(kind: Kind) -> None:
    scores = np.random.default_rng(0).normal(0, 2, (4, 7, 1 if kind == "binary" else 3))
    mean = probabilities(scores, kind).mean(axis=0)
    rows = Pool(7, scores.shape[2], kind)
    for each in scores:
        rows.add(np.arange(7), each)
    in_graph = np.asarray(pool(constant(scores), kind).numpy())
    np.testing.assert_allclose(probabilities(in_graph, kind), mean, rtol=1e-6)
    np.testing.assert_allclose(probabilities(rows.scores(), kind), mean, rtol=1e-9)


def test_sure_members_stay_sure() -> None:
    """The mean of two probabilities next to 1 is not rounded to 1."""
    rows = Pool(1, 1, "binary")
    for score in (60.0, 62.0):
        rows.add(np.array([0]), np.array([[score]]))
    assert rows.scores()[0, 0] == pytest.approx(60.57, abs=0.01)


def test_an_epoch_shows_each_member_its_own_rows_once() -> None:
    rows = np.arange(30)
    folds = [(rows[:20], rows[20:]), (rows[9:], rows[:9])]
    draws = Draws(folds, 8, np.random.default_rng(0))
    table = draws.epochs(3).reshape(3, -1, 2)
    assert (draws.batch_size, draws.steps, table.shape[1]) == (8, 2, 16)
    for member, (learned, _) in enumerate(folds):
        for epoch in table[:, :, member]:
            assert len(set(epoch)) == 16 and set(epoch) <= set(learned)
    assert not np.array_equal(table[0], table[1])


def test_the_table_of_held_rows_is_filled_up() -> None:
    folds = [(np.array([0]), np.array([3, 4])), (np.array([0]), np.array([5]))]
    assert held_table(folds).tolist() == [[3, 5], [4, 0]]


def test_the_rate_has_four_cycles_each_twice_as_long() -> None:
    t = np.linspace(0, 1, 100_001)
    rate = np.asarray(coslog(constant(t)).numpy())
    tops = t[1:-1][(rate[1:-1] > rate[:-2]) & (rate[1:-1] > rate[2:])]
    np.testing.assert_allclose((1 + 15 * tops), np.sqrt(2) * np.array([1, 2, 4, 8]), atol=1e-3)


@pytest.mark.parametrize("name", ACTIVATIONS)
def test_activations_are_the_same_in_arrays(name: str) -> None:
    x = np.linspace(-5, 5, 41)
    given = np.asarray(activated(constant(x), name).numpy())
    np.testing.assert_allclose(activated_array(x, name), given, atol=1e-12)


def test_each_member_embeds_by_its_own_rows_of_the_table() -> None:
    table = Variable(np.arange(2 * 5 * 2).reshape(2, 5, 2), name="table", dtype="float32")
    codes = constant(np.array([[[0.0, 1.0]]]))
    found = np.asarray(embedded(table, codes, [3, 2]).numpy())
    assert found.tolist() == [[[0.0, 1.0, 8.0, 9.0]], [[10.0, 11.0, 18.0, 19.0]]]


FORM = Form("binary", 3, 2, (12,), 1)
RECIPES: list[Recipe] = [RealMLP(hidden=(40, 30)), PlainMLP(hidden=(40,)), TabM(hidden=(40,))]


@pytest.mark.parametrize("recipe", RECIPES, ids=lambda recipe: recipe.name)
def test_members_start_differently_and_at_like_size(recipe: Recipe) -> None:
    random = np.random.default_rng(0)
    network = recipe.filled("binary", 500).network(FORM, 3)
    network.build((None, FORM.n_inputs))
    x = np.concatenate([random.normal(size=(200, 5)), random.integers(0, 12, (200, 1))], axis=1)
    network.initialize([x.astype(np.float32)] * 3, random)
    scores = np.asarray(network.members(constant(x[None].astype(np.float32))).numpy())
    assert scores.shape[0] == 3 and scores.shape[2:] == (200, 1)
    assert 0.02 < scores.std(axis=2).mean() < 3
    assert not np.allclose(scores[0], scores[1])


def test_realmlp_starts_layers_at_deviation_one() -> None:
    random = np.random.default_rng(0)
    network = RealMLP(hidden=(40, 30)).filled("binary", 500).network(FORM, 2)
    network.build((None, FORM.n_inputs))
    x = np.concatenate([random.normal(size=(500, 5)), random.integers(0, 12, (500, 1))], axis=1)
    network.initialize([x.astype(np.float32)] * 2, random)
    h = np.asarray((network._features(constant(x[None].astype(np.float32)))).numpy())
    z = h @ network.kernels[0].value / np.sqrt(h.shape[-1])
    np.testing.assert_allclose(z.std(axis=1), 1, atol=1e-4)
    # Each unit is 0 somewhere within its sample.
    shifted = z + network.biases[0].value
    assert ((shifted.min(axis=1) < 0) & (shifted.max(axis=1) > 0)).all()


def test_losses_are_those_of_their_names() -> None:
    rows = np.arange(2)
    two = Targets.of(Task("y", "binary", ("no", "yes")), np.array([0, 1]))
    np.testing.assert_allclose(
        two.losses(rows, np.array([[0.0], [2.0]])), -np.log([0.5, 0.8807970779778823])
    )
    number = Targets.of(Task("y", "regression"), np.array([1.0, 2.0]))
    np.testing.assert_allclose(number.losses(rows, np.array([[3.0], [2.0]])), [4.0, 0.0])
    three = Targets.of(Task("y", "multiclass", ("a", "b", "c")), np.array([2, 0]))
    np.testing.assert_allclose(three.losses(rows, np.zeros((2, 3))), np.log([3, 3]))


def test_what_the_paper_has_can_be_had() -> None:
    for kind, rate, activation in (("binary", 0.04, "selu"), ("regression", 0.2, "mish")):
        recipe = RealMLP.published(kind).filled(kind, 100)  # type: ignore[arg-type]
        assert (recipe.learning_rate, recipe.activation) == (rate, activation)
        assert (recipe.hidden, recipe.smoothing, recipe.epochs) == ((256, 256, 256), 0.1, 256)
        assert (recipe.dropout, recipe.weight_decay, recipe.batch_size) == (0.15, 0.02, 256)
