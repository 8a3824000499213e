"""Schedules: hand-computed rates, Keras's rates, symbolic steps, configs, refusals."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pytest

from pellucid.errors import ArgumentError
from pellucid.graph import Tensor, Variable, placeholder
from pellucid.graph.evaluate import evaluate
from pellucid.train import schedules
from tests.train.peers import keras

Case = tuple[str, dict[str, Any]]

# Every schedule with every argument away from its default at least once.
CASES: list[Case] = [
    ("ExponentialDecay", {"initial_learning_rate": 0.1, "decay_steps": 30, "decay_rate": 0.7}),
    (
        "ExponentialDecay",
        {"initial_learning_rate": 0.1, "decay_steps": 30, "decay_rate": 0.7, "staircase": True},
    ),
    ("InverseTimeDecay", {"initial_learning_rate": 0.1, "decay_steps": 30, "decay_rate": 0.7}),
    (
        "InverseTimeDecay",
        {"initial_learning_rate": 0.1, "decay_steps": 30, "decay_rate": 0.7, "staircase": True},
    ),
    ("PolynomialDecay", {"initial_learning_rate": 0.1, "decay_steps": 40}),
    (
        "PolynomialDecay",
        {"initial_learning_rate": 0.1, "decay_steps": 40, "end_learning_rate": 0.02, "power": 2.5},
    ),
    (
        "PolynomialDecay",
        {"initial_learning_rate": 0.1, "decay_steps": 40, "power": 0.5, "cycle": True},
    ),
    ("PiecewiseConstantDecay", {"boundaries": [20, 55], "values": [0.3, 0.2, 0.05]}),
    ("PiecewiseConstantDecay", {"boundaries": [20], "values": [0.3, 0.2]}),
    ("CosineDecay", {"initial_learning_rate": 0.1, "decay_steps": 60}),
    ("CosineDecay", {"initial_learning_rate": 0.1, "decay_steps": 60, "alpha": 0.2}),
    (
        "CosineDecay",
        {
            "initial_learning_rate": 0.01,
            "decay_steps": 60,
            "alpha": 0.1,
            "warmup_target": 0.2,
            "warmup_steps": 15,
        },
    ),
    ("CosineDecayRestarts", {"initial_learning_rate": 0.1, "first_decay_steps": 16}),
    (
        "CosineDecayRestarts",
        {
            "initial_learning_rate": 0.1,
            "first_decay_steps": 16,
            "t_mul": 1.0,
            "m_mul": 0.8,
            "alpha": 0.1,
        },
    ),
    (
        "CosineDecayRestarts",
        {"initial_learning_rate": 0.1, "first_decay_steps": 10, "t_mul": 1.5, "m_mul": 0.9},
    ),
]
# Both sides of every boundary above, and beyond.
STEPS = np.array([0, 1, 9, 10, 11, 15, 16, 17, 20, 21, 25, 29, 30, 31, 40, 41, 55, 56, 60, 75, 148])


def _build(case: Case) -> schedules.LearningRateSchedule:
    name, arguments = case
    built: schedules.LearningRateSchedule = getattr(schedules, name)(**arguments)
    return built


@pytest.mark.parametrize("case", CASES, ids=str)
def test_rates_are_those_of_keras(case: Case) -> None:
    name, arguments = case
    peer = getattr(keras().optimizers.schedules, name)(**arguments)
    theirs = np.array([float(peer(int(step))) for step in STEPS])
    ours = _build(case)(STEPS).numpy()
    np.testing.assert_allclose(ours, theirs, rtol=2e-5, atol=1e-7)


@pytest.mark.parametrize("case", CASES, ids=str)
def test_a_step_is_an_int_an_array_or_an_expression(case: Case) -> None:
    schedule = _build(case)
    one_by_one = np.array([float(schedule(int(step))) for step in STEPS], np.float32)
    step = placeholder((), "int64", "step")
    rate = schedule(step)
    fed = np.array([evaluate(rate, {step: each}) for each in STEPS])
    iterations = Variable(STEPS[7], name="iterations")
    assert isinstance(schedule(iterations), Tensor)
    assert rate.dtype == "float32"
    np.testing.assert_array_equal(schedule(STEPS).numpy(), one_by_one)
    np.testing.assert_array_equal(fed, one_by_one)
    assert float(schedule(iterations)) == one_by_one[7]


@pytest.mark.parametrize("case", CASES, ids=str)
def test_a_config_builds_it_again(case: Case) -> None:
    schedule = _build(case)
    saved = json.loads(json.dumps(schedules.serialize(schedule)))
    again = schedules.deserialize(saved)
    np.testing.assert_array_equal(again(STEPS).numpy(), schedule(STEPS).numpy())


@pytest.mark.parametrize(
    ("schedule", "step", "rate"),
    [
        (schedules.ExponentialDecay(1.0, 10, 0.5), 20, 0.25),
        (schedules.ExponentialDecay(1.0, 10, 0.5, staircase=True), 19, 0.5),
        (schedules.InverseTimeDecay(1.0, 10, 0.5), 20, 0.5),
        (schedules.InverseTimeDecay(1.0, 10, 0.5, staircase=True), 19, 1 / 1.5),
        (schedules.PolynomialDecay(1.0, 10, 0.2), 5, 0.6),
        (schedules.PolynomialDecay(1.0, 10, 0.2), 11, 0.2),
        (schedules.PolynomialDecay(1.0, 10, 0.0, power=2), 5, 0.25),
        (schedules.PolynomialDecay(1.0, 10, 0.0, cycle=True), 10, 0.0),
        (schedules.PolynomialDecay(1.0, 10, 0.0, cycle=True), 15, 0.25),
        (schedules.PiecewiseConstantDecay([10], [1.0, 0.1]), 10, 1.0),
        (schedules.PiecewiseConstantDecay([10], [1.0, 0.1]), 11, 0.1),
        (schedules.CosineDecay(1.0, 10), 5, 0.5),
        (schedules.CosineDecay(1.0, 10, alpha=0.5), 10, 0.5),
        (schedules.CosineDecay(0.0, 10, warmup_target=1.0, warmup_steps=4), 1, 0.25),
        (schedules.CosineDecay(0.0, 10, warmup_target=1.0, warmup_steps=4), 9, 0.5),
        (schedules.CosineDecay(0.0, 10, warmup_target=1.0), 0, 1.0),
        # Periods of 10, 20, 40, 80, …: the seventh ends, and the eighth begins, at 10 (2^7 - 1).
        (schedules.CosineDecayRestarts(1.0, 10), 1269, 0.0),
        (schedules.CosineDecayRestarts(1.0, 10), 1270, 1.0),
        (schedules.CosineDecayRestarts(1.0, 10, t_mul=3.0, m_mul=0.5), 10 * (3**5 - 1) // 2, 2**-5),
        (schedules.CosineDecayRestarts(1.0, 10, t_mul=1.0, m_mul=0.5), 30, 0.125),
    ],
)
def test_rates_by_hand(schedule: schedules.LearningRateSchedule, step: int, rate: float) -> None:
    assert float(schedule(step)) == pytest.approx(rate, abs=1e-5)


def test_every_restart_begins_at_the_top() -> None:
    starts = [10 * (2**period - 1) for period in range(1, 25)]
    rates = schedules.CosineDecayRestarts(1.0, 10)(starts).numpy()
    np.testing.assert_allclose(rates, 1.0, atol=1e-6)


def test_steps_beyond_float32_are_told_apart() -> None:
    edge = 2**24
    schedule = schedules.PiecewiseConstantDecay([edge], [1.0, 0.5])
    assert schedule([edge, edge + 1]).numpy().tolist() == [1.0, 0.5]


@pytest.mark.parametrize(
    ("name", "arguments", "where"),
    [
        ("ExponentialDecay", (0.1, 0, 0.5), "ExponentialDecay.decay_steps"),
        ("InverseTimeDecay", (0.1, -5, 0.5), "InverseTimeDecay.decay_steps"),
        ("PolynomialDecay", (0.1, float("nan")), "PolynomialDecay.decay_steps"),
        ("CosineDecay", (0.1, 0), "CosineDecay.decay_steps"),
        ("CosineDecay", (0.1, 10, 0.0, "CosineDecay", 0.2, -1), "CosineDecay.warmup_steps"),
        ("CosineDecayRestarts", (0.1, 0), "SGDRDecay.first_decay_steps"),
        ("CosineDecayRestarts", (0.1, 10, 0.5), "SGDRDecay.t_mul"),
        ("PiecewiseConstantDecay", ([1, 2], [0.1, 0.2]), "PiecewiseConstant"),
        ("PiecewiseConstantDecay", ([2, 1], [0.1, 0.2, 0.3]), "PiecewiseConstant.boundaries"),
    ],
)
def test_bad_arguments(name: str, arguments: tuple[Any, ...], where: str) -> None:
    with pytest.raises(ArgumentError) as refusal:
        getattr(schedules, name)(*arguments)
    assert refusal.value.where == where


def test_a_schedule_without_a_formula() -> None:
    with pytest.raises(NotImplementedError, match="LearningRateSchedule.rate"):
        schedules.LearningRateSchedule()(0)
