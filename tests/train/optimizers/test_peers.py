"""Twenty steps of every optimizer on every objective, beside Keras's and PyTorch's."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from pellucid.graph import Variable
from pellucid.train import schedules
from tests.train.optimizers.cases import CASES, RATE, Case
from tests.train.optimizers.objectives import Array, gradients_at, relative_error, starts
from tests.train.peers import keras, torch

STEPS = 20


def _run(case: Case, dtype: Any = np.float32, **more: Any) -> tuple[list[Array], list[Array]]:
    """Where our optimizer arrives, and what `finalize_variable_values` then makes of it."""
    variables = [Variable(start, name=f"w{i}") for i, start in enumerate(starts(dtype))]
    optimizer = case.build(**more)
    for step in range(STEPS):
        optimizer.apply(gradients_at([v.value for v in variables], step), variables)
    reached = [v.value.copy() for v in variables]
    optimizer.finalize_variable_values(variables)
    return reached, [v.value for v in variables]


def _run_keras(case: Case) -> tuple[list[Array], list[Array]]:
    module = keras()
    rate = case.arguments["learning_rate"]
    if isinstance(rate, schedules.LearningRateSchedule):
        rate = getattr(module.optimizers.schedules, type(rate).__name__)(**rate.get_config())
    arguments = {**case.arguments, "learning_rate": rate}
    optimizer = getattr(module.optimizers, case.name)(**arguments)
    variables = [module.Variable(start) for start in starts()]
    optimizer.build(variables)
    for step in range(STEPS):
        now = gradients_at([np.asarray(v.value) for v in variables], step)
        optimizer.apply([module.ops.convert_to_tensor(g) for g in now], variables)
    reached = [np.asarray(v.value) for v in variables]
    optimizer.finalize_variable_values(variables)
    return reached, [np.asarray(v.value) for v in variables]


def _run_torch(case: Case, dtype: Any) -> list[Array]:
    module = torch()
    name, arguments = case.torch or ("", {})
    variables = [module.tensor(start, requires_grad=True) for start in starts(dtype)]
    if name not in ("SGD", "Adadelta"):
        arguments = {"eps": 0.0, **arguments}
    rate = case.arguments["learning_rate"]
    optimizer = getattr(module.optim, name)(variables, lr=rate, **arguments)
    for step in range(STEPS):
        now = gradients_at([v.detach().numpy() for v in variables], step)
        for variable, gradient in zip(variables, now, strict=True):
            variable.grad = module.tensor(gradient)
        optimizer.step()
    return [v.detach().numpy() for v in variables]


def _title(case: Case) -> str:
    return f"{case.name}-{'-'.join(name for name in case.arguments if name != 'learning_rate')}"


@pytest.mark.parametrize("case", CASES, ids=_title)
def test_keras_arrives_at_the_same_point(case: Case) -> None:
    ours, theirs = _run(case), _run_keras(case)
    error = max(relative_error(a, b) for a, b in zip(ours, theirs, strict=True))
    assert error <= 1e-4
    assert relative_error(ours[0], list(starts())) > 1e-3, "nothing moved"


@pytest.mark.parametrize("case", [case for case in CASES if case.torch], ids=_title)
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_pytorch_arrives_at_the_same_point(case: Case, dtype: Any) -> None:
    tolerance = 1e-4 if dtype == np.float32 else 1e-12
    if case.name == "Nadam" and dtype == np.float64:
        tolerance = 1e-9  # PyTorch keeps its product of momenta in float32
    assert relative_error(_run(case, dtype)[0], _run_torch(case, dtype)) <= tolerance


def test_every_optimizer_is_compared() -> None:
    assert {case.name for case in CASES} == {
        *("SGD", "RMSprop", "Adagrad", "Adadelta", "Adam", "AdamW", "Nadam", "Adamax"),
        *("Lion", "Ftrl"),
    }
    assert RATE == np.float32(RATE)


def report() -> str:
    """The largest relative difference of each case; this module run as a program prints it."""
    lines = [f"{'after 20 steps, 5 objectives':60}{'Keras':>10}{'PyTorch':>10}{'float64':>10}"]
    for case in CASES:
        errors = [relative_error(_run(case)[0], _run_keras(case)[0])]
        for dtype in (np.float32, np.float64) if case.torch else ():
            errors.append(relative_error(_run(case, dtype)[0], _run_torch(case, dtype)))
        lines.append(f"{_title(case)[:59]:60}" + "".join(f"{error:10.1e}" for error in errors))
    return "\n".join(lines)


if __name__ == "__main__":
    print(report())
