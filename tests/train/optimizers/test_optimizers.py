"""Optimizers on their own: first steps by hand, minima, surroundings, state, refusals."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pytest

from pellucid.errors import ArgumentError, ShapeError
from pellucid.graph import Tensor, Variable, gradient, ops
from pellucid.train import optimizers, schedules
from tests.train.optimizers.cases import CASES, Case
from tests.train.optimizers.objectives import gradients_at, starts

CLASSES = ["SGD", "RMSprop", "Adagrad", "Adadelta", "Adam", "AdamW", "Nadam", "Adamax", "Lion"]
CLASSES.append("Ftrl")


@pytest.mark.parametrize(
    ("optimizer", "expected"),
    [
        # One parameter at 5, gradient 8.
        (optimizers.SGD(0.1), 5 - 0.1 * 8),
        (optimizers.SGD(0.1, momentum=0.5), 5 - 0.1 * 8),
        (optimizers.SGD(0.1, momentum=0.5, nesterov=True), 5 - 1.5 * 0.1 * 8),
        (optimizers.SGD(0.1, weight_decay=0.2), 5 - 5 * 0.02 - 0.1 * 8),
        (optimizers.SGD(0.1, clipvalue=2), 5 - 0.1 * 2),
        (optimizers.SGD(0.1, clipnorm=2), 5 - 0.1 * 2),
        (optimizers.RMSprop(0.1, rho=0.75, epsilon=0), 5 - 0.1 * 8 / 4),
        (optimizers.RMSprop(0.1, 0.75, epsilon=0, centered=True), 5 - 0.8 / np.sqrt(16 - 4)),
        (optimizers.Adagrad(0.1, initial_accumulator_value=36, epsilon=0), 5 - 0.1 * 8 / 10),
        (optimizers.Adadelta(1.0, rho=0.75, epsilon=9), 5 - 8 * 3 / 5),
        (optimizers.Adam(0.1, epsilon=0), 5 - 0.1),
        (optimizers.AdamW(0.1, weight_decay=0.2, epsilon=0), 5 - 0.1 - 0.1),
        (optimizers.Adamax(0.1, epsilon=8), 5 - 0.05),
        (optimizers.Lion(0.1), 5 - 0.1),
        # u_1 = .9 (1 - .48), u_2 = .9 (1 - .4608); m = 0.8, v̂ = 64.
        (
            optimizers.Nadam(0.1, epsilon=0),
            5 - 0.1 * (0.48528 * 0.8 / (1 - 0.468 * 0.48528) + 8) / 8,
        ),
        # v = 64 + 36, z = 8 - (10 - 6) / 0.1 · 5 = -192, w = 192 / (10 / 0.1).
        (optimizers.Ftrl(0.1, initial_accumulator_value=36), 1.92),
        (optimizers.Ftrl(0.1, initial_accumulator_value=36, l1_regularization_strength=200), 0.0),
    ],
    ids=lambda value: type(value).__name__,
)
def test_first_step_by_hand(optimizer: optimizers.Optimizer, expected: float) -> None:
    w = Variable(5.0, name="w")
    optimizer.apply([8.0], [w])
    assert float(w) == pytest.approx(expected, rel=2e-6, abs=1e-6)
    assert optimizer.iterations.value == 1


@pytest.mark.parametrize("name", CLASSES)
def test_it_finds_the_minimum_of_a_quadratic(name: str) -> None:
    rate = {"Adadelta": 100.0, "Ftrl": 1.0, "Adagrad": 1.0, "Lion": 0.01}.get(name, 0.05)
    more = {"AdamW": {"weight_decay": 0.0}}.get(name, {})
    optimizer = getattr(optimizers, name)(rate, **more)
    centre = np.array([[1.0, -2.0], [0.5, 3.0]], np.float32)
    w = Variable(np.zeros((2, 2), np.float32), name="w")
    loss = ops.sum((w - centre) * (w - centre))
    g = gradient(loss, w)
    for _ in range(600):
        optimizer.apply([g], [w])
    assert np.abs(w.value - centre).max() < 0.05


def test_updates_only_describe() -> None:
    w = Variable(5.0, name="w")
    optimizer = optimizers.Adam()
    pairs = optimizer.updates([w * 2], [w])
    assert all(isinstance(new, Tensor) for _, new in pairs)
    assert [float(v) for v in (w, optimizer.iterations)] == [5.0, 0.0]
    names = [variable.name for variable, _ in pairs]
    assert names == ["adam/w/m", "adam/w/v", "w", "iterations"]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_every_new_value_has_the_shape_and_dtype_of_its_variable(case: Case) -> None:
    variables = [Variable(start, name=f"w{i}") for i, start in enumerate(starts(np.float32))]
    wide = [Variable(start, name=f"u{i}") for i, start in enumerate(starts(np.float64))]
    both = variables + wide
    pairs = case.build().updates(gradients_at([v.value for v in both[:5]], 0) * 2, both)
    assert [(v.shape, v.dtype) for v, _ in pairs] == [(t.shape, t.dtype) for _, t in pairs]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_resumed_state_gives_the_same_bits(case: Case) -> None:
    def run(steps: range, optimizer: Any, variables: list[Variable]) -> None:
        for step in steps:
            optimizer.apply(gradients_at([v.value for v in variables], step), variables)

    through = [Variable(start, name=f"w{i}") for i, start in enumerate(starts())]
    optimizer = case.build()
    run(range(4), optimizer, through)
    saved = [v.value.copy() for v in through], optimizer.get_state()
    run(range(4, 9), optimizer, through)

    resumed = [Variable(value, name=f"w{i}") for i, value in enumerate(saved[0])]
    again = optimizers.deserialize(json.loads(json.dumps(optimizers.serialize(optimizer))))
    again.build(resumed)
    again.set_state(saved[1])
    run(range(4, 9), again, resumed)
    for a, b in zip([*through, *optimizer.variables], [*resumed, *again.variables], strict=True):
        assert a.value.tobytes() == b.value.tobytes(), a.name


def test_state_is_named_after_the_parameters() -> None:
    kernel, bias = Variable([1.0], name="hidden/kernel"), Variable([1.0], name="hidden/bias")
    twin = Variable([1.0], name="hidden/bias")
    optimizer = optimizers.Nadam(use_ema=True)
    optimizer.build([kernel, bias, twin])
    assert list(optimizer.get_state()) == [
        *("iterations", "learning_rate", "nadam/u_product"),
        *(f"nadam/hidden/kernel/{slot}" for slot in ("m", "v", "average")),
        *(f"nadam/hidden/bias/{slot}" for slot in ("m", "v", "average")),
        *(f"nadam/hidden/bias_1/{slot}" for slot in ("m", "v", "average")),
    ]
    assert optimizer.iterations.dtype == "int64"


def test_state_that_does_not_fit_changes_nothing() -> None:
    optimizer = optimizers.Adam()
    optimizer.build([Variable([1.0, 2.0], name="w")])
    good = optimizer.get_state()
    short = {name: value for name, value in good.items() if name != "adam/w/v"}
    with pytest.raises(ArgumentError, match="adam/w/v"):
        optimizer.set_state({**short, "iterations": 9, "learning_rate": 1.0})
    with pytest.raises(ArgumentError, match="adam/u/m"):
        optimizer.set_state({**good, "iterations": 9, "adam/u/m": 0.0})
    with pytest.raises(ShapeError, match="adam/w/v"):
        optimizer.set_state({**good, "iterations": 9, "adam/w/v": [0.0]})
    assert optimizer.iterations.value == 0


def test_updates_belong_to_their_layers() -> None:
    kernel = Variable([[1.0]], name="block/hidden/kernel")
    for _, new in optimizers.Adam().updates([[[1.0]]], [kernel])[:3]:
        assert new.origin == ("block/hidden", "update")


def test_parameters_share_the_corrections_of_bias() -> None:
    variables = [Variable(1.0, name=f"w{i}") for i in range(3)]
    pairs = optimizers.Adam().updates([1.0, 1.0, 1.0], variables)
    pending = [new for variable, new in pairs if variable in variables]
    seen: set[Tensor] = set()
    found: list[str | None] = []
    while pending:
        node = pending.pop()
        if node not in seen:
            seen.add(node)
            found += [node.name] if node.name in ("alpha", "step") else []
            pending += node.inputs
    assert sorted(map(str, found)) == ["alpha", "step"]


def test_global_norm_spans_all_gradients() -> None:
    a, b = Variable([0.0], name="a"), Variable([0.0], name="b")
    optimizers.SGD(1.0, global_clipnorm=1.0).apply([[3.0], [4.0]], [a, b])
    np.testing.assert_allclose([a.value[0], b.value[0]], [-0.6, -0.8], rtol=1e-6)


@pytest.mark.parametrize("limit", ["clipnorm", "global_clipnorm", "clipvalue"])
def test_small_gradients_are_not_clipped(limit: str) -> None:
    w = Variable([0.0, 0.0], name="w")
    optimizer = optimizers.SGD(1.0, **{limit: 10.0})
    optimizer.apply([[0.25, -0.5]], [w])
    assert w.value.tolist() == [-0.25, 0.5]
    optimizer.apply([[0.0, 0.0]], [w])
    assert w.value.tolist() == [-0.25, 0.5]


@pytest.mark.parametrize("limit", ["clipnorm", "global_clipnorm"])
def test_an_infinite_gradient_is_not_hidden(limit: str) -> None:
    w = Variable([0.0, 0.0], name="w")
    optimizers.SGD(1.0, **{limit: 1.0}).apply([[np.inf, 1.0]], [w])
    assert np.isnan(w.value).any()


def test_some_parameters_do_not_decay() -> None:
    kernel, bias = Variable(1.0, name="hidden/kernel"), Variable(1.0, name="hidden/bias")
    last = Variable(1.0, name="out/kernel")
    optimizer = optimizers.SGD(0.5, weight_decay=0.5)
    optimizer.exclude_from_weight_decay(var_list=[last], var_names=["bias"])
    optimizer.apply([0.0, 0.0, 0.0], [kernel, bias, last])
    assert [float(v) for v in (kernel, bias, last)] == [0.75, 1.0, 1.0]


def test_constraints_hold_after_the_step() -> None:
    w = Variable([1.0, 1.0], name="w", constraint=lambda value: ops.maximum(value, 0.0))
    optimizers.SGD(1.0).apply([[5.0, 0.5]], [w])
    assert w.value.tolist() == [0.0, 0.5]


def test_moving_average_by_hand() -> None:
    w = Variable(0.0, name="w")
    optimizer = optimizers.SGD(1.0, use_ema=True, ema_momentum=0.5, ema_overwrite_frequency=3)
    seen = []
    for _ in range(3):
        optimizer.apply([-1.0], [w])
        seen.append((float(w), float(optimizer.variables[-1])))
    # 1; then (1 + 2) / 2; then (1.5 + 3) / 2, which replaces the parameter.
    assert seen == [(1.0, 1.0), (2.0, 1.5), (2.25, 2.25)]


def test_finalize_takes_the_average() -> None:
    w = Variable(0.0, name="w")
    optimizer = optimizers.SGD(1.0, use_ema=True, ema_momentum=0.5)
    optimizer.apply([-1.0], [w])
    optimizer.apply([-1.0], [w])
    optimizer.finalize_variable_values([w])
    assert float(w) == 1.5
    plain = optimizers.SGD(1.0)
    plain.apply([-1.0], [w])
    plain.finalize_variable_values([w])
    assert float(w) == 2.5


def test_learning_rate_is_read_and_set() -> None:
    optimizer = optimizers.SGD(0.001)
    assert optimizer.learning_rate == 0.001
    w = Variable(1.0, name="w")
    pairs = optimizer.updates([1.0], [w])
    optimizer.learning_rate = 0.25
    assert float(dict(pairs)[w]) == 0.75, "a step already built sees the new rate"
    assert optimizer.get_config()["learning_rate"] == 0.25


def test_a_schedule_is_followed() -> None:
    optimizer = optimizers.SGD(schedules.PiecewiseConstantDecay([0], [1.0, 0.5]))
    w = Variable(0.0, name="w")
    rates = []
    for _ in range(3):
        rates.append(optimizer.learning_rate)
        optimizer.apply([-1.0], [w])
    assert (rates, float(w)) == ([1.0, 0.5, 0.5], 2.0)
    with pytest.raises(ArgumentError, match="in place of a schedule"):
        optimizer.learning_rate = 0.1


def test_a_function_of_the_step_is_a_schedule() -> None:
    optimizer = optimizers.SGD(lambda step: 1.0 / (step + 1))
    w = Variable(0.0, name="w")
    optimizer.apply([-1.0], [w])
    optimizer.apply([-1.0], [w])
    assert float(w) == 1.5


def test_an_embedding_of_real_size() -> None:
    table = Variable(np.ones((20_000, 64), np.float32), name="table")
    optimizer = optimizers.Adam(0.5, epsilon=1e-7)
    gradient = np.zeros((20_000, 64), np.float32)
    gradient[7] = 3.0
    optimizer.apply([gradient], [table])
    moved = np.flatnonzero((table.value != 1.0).any(axis=1))
    assert moved.tolist() == [7]
    np.testing.assert_allclose(table.value[7], 0.5, rtol=1e-5)


def test_centered_rmsprop_survives_a_constant_gradient() -> None:
    # v - mean² is then 0 in exact arithmetic, and in float32 it may fall below -epsilon.
    w = Variable(np.zeros(64, np.float32), name="w")
    optimizer = optimizers.RMSprop(1e-6, centered=True)
    gradient = np.geomspace(1.0, 1e4, 64).astype(np.float32)
    for _ in range(250):
        optimizer.apply([gradient], [w])
    assert np.isfinite(w.value).all()


@pytest.mark.parametrize(
    ("name", "arguments", "where"),
    [
        ("SGD", {"learning_rate": -0.1}, "SGD.learning_rate"),
        ("SGD", {"learning_rate": "fast"}, "SGD.learning_rate"),
        ("SGD", {"learning_rate": float("nan")}, "SGD.learning_rate"),
        ("SGD", {"momentum": 1.5}, "SGD.momentum"),
        ("SGD", {"clipnorm": 0.0}, "SGD.clipnorm"),
        ("SGD", {"clipvalue": -1.0}, "SGD.clipvalue"),
        ("SGD", {"clipnorm": 1.0, "clipvalue": 1.0}, "SGD"),
        ("SGD", {"weight_decay": -1.0}, "SGD.weight_decay"),
        ("SGD", {"use_ema": True, "ema_momentum": 1.1}, "SGD.ema_momentum"),
        ("SGD", {"use_ema": True, "ema_overwrite_frequency": 0}, "SGD.ema_overwrite_frequency"),
        ("RMSprop", {"rho": -0.1}, "RMSprop.rho"),
        ("RMSprop", {"epsilon": -1.0}, "RMSprop.epsilon"),
        ("Adagrad", {"initial_accumulator_value": -1.0}, "Adagrad.initial_accumulator_value"),
        ("Adadelta", {"rho": 2.0}, "Adadelta.rho"),
        ("Adam", {"beta_1": 1.0}, "Adam.beta_1"),
        ("Adam", {"beta_2": True}, "Adam.beta_2"),
        ("AdamW", {"weight_decay": None}, "AdamW.weight_decay"),
        ("Nadam", {"beta_2": -0.1}, "Nadam.beta_2"),
        ("Adamax", {"epsilon": "small"}, "Adamax.epsilon"),
        ("Lion", {"beta_1": 0.0}, "Lion.beta_1"),
        ("Ftrl", {"learning_rate_power": 0.5}, "Ftrl.learning_rate_power"),
        ("Ftrl", {"l1_regularization_strength": -1.0}, "Ftrl.l1_regularization_strength"),
    ],
)
def test_bad_arguments(name: str, arguments: dict[str, Any], where: str) -> None:
    with pytest.raises(ArgumentError) as refusal:
        getattr(optimizers, name)(**arguments)
    assert refusal.value.where == where


def test_gradients_that_do_not_fit() -> None:
    w, u = Variable([1.0, 2.0], name="w"), Variable(1.0, name="u")
    with pytest.raises(ArgumentError, match="2, one a variable; received 1"):
        optimizers.SGD().updates([[1.0, 2.0]], [w, u])
    with pytest.raises(ArgumentError, match="2, one a variable; received 1"):
        optimizers.SGD().updates([[1.0, 2.0], None], [w, u])
    with pytest.raises(ShapeError, match="gradient of w"):
        optimizers.SGD().updates([[1.0, 2.0, 3.0]], [w])
    optimizer = optimizers.SGD()
    optimizer.apply_gradients([([1.0, 2.0], w)])
    with pytest.raises(ArgumentError, match="the variables it was built for"):
        optimizer.apply([1.0], [u])
    with pytest.raises(ArgumentError, match="received a schedule|function|in place of a number"):
        optimizer.learning_rate = schedules.ExponentialDecay(0.1, 10, 0.5)


@pytest.mark.parametrize("name", CLASSES)
def test_found_by_name_and_by_config(name: str) -> None:
    kind = getattr(optimizers, name)
    for spelling in (name, name.lower(), name.upper()):
        assert type(optimizers.get(spelling)) is kind
    built = kind(learning_rate=0.25, clipnorm=2.0, name="mine")
    assert optimizers.get(built) is built
    assert type(optimizers.get(kind)) is kind
    config = json.loads(json.dumps(optimizers.serialize(built)))
    again = optimizers.get(config)
    assert (type(again), again.get_config()) == (kind, built.get_config())
    assert again.name == "mine" and again.learning_rate == 0.25


@pytest.mark.parametrize("identifier", ["adan", None, 3, print, {"class_name": 3}])
def test_no_such_optimizer(identifier: Any) -> None:
    with pytest.raises(ArgumentError):
        optimizers.get(identifier)
    with pytest.raises(ArgumentError, match="beta_3"):
        optimizers.get({"class_name": "Adam", "config": {"beta_3": 0.5}})


def test_a_rule_of_ones_own() -> None:
    class SignDescent(optimizers.Optimizer):
        """w ← w - learning_rate · sign(g)."""

        def update_one(self, gradient: Any, value: Any, slots: Any, scalars: Any) -> Any:
            return value - scalars["learning_rate"] * ops.sign(gradient), {}

    w = Variable([1.0, 1.0], name="w")
    SignDescent(0.5).apply([[3.0, -0.1]], [w])
    assert w.value.tolist() == [0.5, 1.5]
    with pytest.raises(NotImplementedError, match=r"Optimizer\.update_one"):
        optimizers.Optimizer(0.1).apply([[0.0, 0.0]], [w])
