"""The worked examples of docs/examples: the numbers that each is known for.

The pages run; what they define is compared with values worked out by hand or by other means.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

import pellucid
from pellucid import Variable, gradient, label
from pellucid.show import draw_graph
from tests.examples.page import python_blocks, run


def _graph() -> dict[str, Any]:
    """J = 3(a + bc) at a = 5, b = 3, c = 2."""
    a, b, c = (Variable(v, name=n) for n, v in (("a", 5.0), ("b", 3.0), ("c", 2.0)))
    u = label(b * c, "u")
    v = label(a + u, "v")
    return {"a": a, "b": b, "c": c, "u": u, "v": v, "J": label(3 * v, "J")}


# dJ/d(name): by hand from J = 3v, v = a + u, u = bc.
_SLOPES = {"v": 3.0, "u": 3.0, "a": 3.0, "b": 3.0 * 2.0, "c": 3.0 * 3.0}


@pytest.mark.parametrize("name", _SLOPES)
def test_the_chain_rule(name: str) -> None:
    g = _graph()
    assert float(g["J"]) == 33.0
    assert float(gradient(g["J"], g[name])) == _SLOPES[name]
    (line,) = [x for x in draw_graph(g["J"]).splitlines() if f"─ {name}" in x]
    assert float(line.split()[-1]) == _SLOPES[name]


def test_the_chain_rule_by_difference_quotients() -> None:
    cost = run("examples/chain-rule")["cost"]
    for index, name in enumerate("abc"):
        direction = [float(index == i) for i in range(3)]
        found = pellucid.difference_quotient(cost, 5, 3, 2, direction=direction)
        assert float(found) == pytest.approx(_SLOPES[name], abs=1e-8)


def test_the_derivatives_are_expressions() -> None:
    page = run("examples/chain-rule")
    # The page moved b from 3 to 10, after the derivative was written down.
    assert (float(page["J"]), float(page["slope"])) == (75.0, 30.0)


def test_one_neuron_takes_the_step_to_4_2() -> None:
    w = Variable(5.0, name="w")
    loss = 0.5 * (w * 2.0 - 6.0) ** 2
    assert (float(loss), float(gradient(loss, w))) == (8.0, 8.0)
    w.assign(w - 0.1 * gradient(loss, w))
    assert float(w) == pytest.approx(4.2, abs=1e-6)


def test_one_neuron_goes_on_to_3() -> None:
    history = run("examples/one-neuron")["history"].history["loss"]
    expected = [0.5 * (2 * (2 * 0.6**step)) ** 2 for step in range(len(history))]
    np.testing.assert_allclose(history, expected, rtol=1e-3, atol=1e-9)
    assert run("examples/one-neuron")["model"].get_weights()[0].item() == pytest.approx(3, abs=1e-5)


def test_partial_derivatives_with_the_others_constant() -> None:
    takings = run("examples/straight-line")["takings"]
    point = (100.0, 4.0, 10.0)
    variables = [Variable(value) for value in point]
    assert [float(g) for g in gradient(takings(*variables), variables)] == [8.0, 35.0, 5.0]
    for index, expected in enumerate((8, 35, 5)):
        direction = [float(index == i) for i in range(3)]
        found = pellucid.difference_quotient(takings, *point, direction=direction)
        assert float(found) == pytest.approx(expected, abs=1e-6)


def test_the_line_is_learned_from_its_points() -> None:
    page = run("examples/straight-line")
    step, _, w, b = page["path"][0]
    assert (step, w, b) == (1, pytest.approx(1000 / 60, rel=1e-6), pytest.approx(5.5, rel=1e-6))
    kernel, bias = (value.item() for value in page["model"].get_weights())
    assert (kernel, bias) == (pytest.approx(10, abs=1e-3), pytest.approx(30, abs=1e-3))


def test_dense_by_hand_is_our_dense() -> None:
    page = run("examples/coffee-roasting")
    rng = np.random.default_rng(0)
    x = rng.normal(size=(7, 2))
    w, b = rng.normal(size=(2, 3)), rng.normal(size=3)
    slow, fast = (page[f](x, w, b, page["sigmoid"]) for f in ("dense_one_by_one", "dense"))
    np.testing.assert_allclose(slow, fast, rtol=1e-12)
    layer = pellucid.layers.Dense(3, activation="sigmoid", dtype="float64")
    layer.build((None, 2))
    layer.set_weights([w, b])
    np.testing.assert_allclose(layer(x).numpy(), fast, rtol=1e-12)


@pytest.mark.parametrize(
    ("temperature", "minutes", "good"),
    [(200, 13.9, 1), (200, 17, 0), (174, 13, 0), (200, 11.9, 0), (250, 12.1, 1), (250, 13, 0)],
)
def test_the_roasting_rule(temperature: float, minutes: float, good: int) -> None:
    is_good = run("examples/coffee-roasting")["is_good"]
    assert is_good(np.array([[temperature, minutes]])).tolist() == [good]


def test_coffee_is_judged() -> None:
    page = run("examples/coffee-roasting")
    good, bad = page["model"].predict([[200, 13.9], [200, 17]])[:, 0]
    assert good > 0.9
    assert bad < 0.01
    assert page["accuracy"] > 0.98


@pytest.mark.parametrize("z", [1.0, 5.0, 10.0, 15.0, 20.0, 100.0, 10_000.0])
def test_losses_from_logits_keep_their_digits(z: float) -> None:
    page = run("examples/from-logits")
    exact = z + math.log1p(math.exp(-z))
    slope = 1 / (1 + math.exp(-z))
    logit = Variable(z)
    loss = page["ours"](0.0, logit)
    assert float(loss) == pytest.approx(exact, rel=2e-7)
    assert float(gradient(loss, logit)) == pytest.approx(slope, rel=2e-7)


def test_naive_losses_lose_them() -> None:
    page = run("examples/from-logits")

    def error(function: Any, z: float) -> float:
        return abs(float(function(0.0, Variable(z))) / page["exact"](z)[0] - 1)

    assert error(page["naive"], 10.0) > 100 * error(page["ours"], 10.0)
    assert error(page["naive"], 15.0) > 0.01
    assert math.isinf(float(page["naive"](0.0, Variable(20.0))))
    z = Variable(20.0)
    assert float(gradient(page["clipped"](0.0, z), z)) == 0.0


def test_rounded_probabilities_stop_the_training() -> None:
    page = run("examples/from-logits")
    assert page["train"]("sigmoid", page["clipped_loss"]) == 20.0
    assert page["train"]("sigmoid", "binary_crossentropy") < -3


def test_the_tumour_network_has_at_most_a_hundred_lines() -> None:
    program = python_blocks("examples/tumour-from-scratch")[0].text
    assert program.count("\n") <= 100
    assert program.count("pellucid") == 1, "it needs the table, and nothing else of ours"


def test_the_tumour_network_from_scratch_is_ours() -> None:
    page = run("examples/tumour-from-scratch")
    assert len(page["losses"]) == 720
    np.testing.assert_allclose(page["same_losses"], page["losses"], atol=1e-5)
    said = page["forward"](page["weights"], page["x"][page["held_out"]])[-1] > 0
    right = said == (page["y"][page["held_out"]] == 1)
    assert right.mean() > 0.95


def test_no_patient_is_on_both_sides() -> None:
    page = run("examples/tumour-from-scratch")
    seen, held_out = (set(page["ids"][page[rows]]) for rows in ("training", "held_out"))
    assert not seen & held_out


def test_the_derivatives_by_hand_are_the_derived_ones() -> None:
    page = run("examples/tumour-from-scratch")
    rng = np.random.default_rng(1)
    weights = [rng.normal(size=w.shape) for w in page["first_weights"]]
    x, y = page["x"][:50].astype(np.float64), page["y"][:50].astype(np.float64)
    variables = [Variable(w) for w in weights]
    w1, b1, w2, b2 = variables
    z = pellucid.ops.relu(x @ w1 + b1) @ w2 + b2
    loss = pellucid.ops.mean(pellucid.ops.sigmoid_cross_entropy(y, z))
    assert float(loss) == pytest.approx(page["loss"](weights, x, y), rel=1e-12)
    for mine, by_hand in zip(
        gradient(loss, variables), page["gradients"](weights, x, y), strict=True
    ):
        np.testing.assert_allclose(mine.numpy(), by_hand, rtol=1e-9, atol=1e-12)
