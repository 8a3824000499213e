"""Computes the polynomials of the native target's elementary functions: best approximations.

    python tools/minimax.py > src/pellucid/compiler/targets/native/elementary/coefficients.py

Remez's exchange (E. Remez 1934; see Muller, "Elementary Functions", 3rd ed., chapter 3) in 60
digits. What is minimised is the largest error relative to the function. The coefficients are then
rounded to the type, the error of that is measured too, and both are printed beside them.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import numpy as np
from mpmath import mp, mpf

mp.dps = 60
Function = Callable[[Any], Any]


class Task(NamedTuple):
    """Approximate `f` on [low, high] by a polynomial, the error measured in units of `scale`."""

    name: str
    dtype: str
    degree: int
    f: Function
    low: float
    high: float
    scale: Function
    meaning: str


def remez(task: Task) -> tuple[list[Any], Any]:
    """The coefficients, lowest power first, and the error, equal in size at all extremes."""
    n = task.degree + 2
    middle, half = (mpf(task.low) + mpf(task.high)) / 2, (mpf(task.high) - mpf(task.low)) / 2
    points = [middle - half * mp.cos(mp.pi * k / (n - 1)) for k in range(n)]
    for _ in range(30):
        rows = mp.matrix(n, n)
        right = mp.matrix(n, 1)
        for i, x in enumerate(points):
            for j in range(n - 1):
                rows[i, j] = x**j
            rows[i, n - 1] = (-1) ** i * task.scale(x)
            right[i] = task.f(x)
        solution = mp.lu_solve(rows, right)
        coefficients, level = list(solution[: n - 1]), abs(solution[n - 1])
        points, largest = _extremes(task, coefficients, points)
        if largest <= level * (1 + mpf(10) ** -6):
            break
    return coefficients, largest


def error(task: Task, coefficients: Sequence[Any], x: Any) -> Any:
    """The error at x, in units of the scale."""
    value = mpf(0)
    for c in reversed(coefficients):
        value = value * x + c
    return (value - task.f(x)) / task.scale(x)


def _extremes(task: Task, coefficients: Sequence[Any], before: list[Any]) -> tuple[list[Any], Any]:
    """The places between sign changes where the error is largest."""
    low, high = mpf(task.low), mpf(task.high)
    grid = [low + (high - low) * k / 600 for k in range(601)]
    values = [error(task, coefficients, x) for x in grid]
    found: list[Any] = []
    best = 0
    for k in range(1, 601):
        if values[k] * values[best] < 0:
            found.append(_refined(task, coefficients, grid, best))
            best = k
        elif abs(values[k]) > abs(values[best]):
            best = k
    found.append(_refined(task, coefficients, grid, best))
    largest = max(abs(error(task, coefficients, x)) for x in found)
    while len(found) > len(before):
        ends = abs(error(task, coefficients, found[0])), abs(error(task, coefficients, found[-1]))
        found.pop(0 if ends[0] < ends[1] else -1)
    return (found if len(found) == len(before) else before), largest


def _refined(task: Task, coefficients: Sequence[Any], grid: Sequence[Any], k: int) -> Any:
    left, right = grid[max(k - 1, 0)], grid[min(k + 1, len(grid) - 1)]
    for _ in range(40):
        a, b = left + (right - left) / 3, right - (right - left) / 3
        if abs(error(task, coefficients, a)) > abs(error(task, coefficients, b)):
            right = b
        else:
            left = a
    return (left + right) / 2


def rounded(task: Task, coefficients: Sequence[Any]) -> tuple[list[float], Any]:
    """The coefficients in the type of the task, and the largest error with them."""
    kind = np.float32 if task.dtype == "float32" else np.float64
    numbers = [float(kind(float(c))) for c in coefficients]
    low, high = mpf(task.low), mpf(task.high)
    exact = [mpf(c) for c in numbers]
    places = (low + (high - low) * k / 500 for k in range(501))
    return numbers, max(abs(error(task, exact, x)) for x in places)


def _series(f: Function, at_zero: Any) -> Function:
    return lambda x: f(x) if abs(x) > mpf(10) ** -12 else mpf(at_zero)


HALF_LN2 = 0.34658
TAN_PI_8 = 0.41422
_exp_rest = _series(lambda r: (mp.exp(r) - 1 - r) / r**2, 0.5)
_log_rest = _series(lambda z: (mp.log((1 + mp.sqrt(z)) / (1 - mp.sqrt(z))) / mp.sqrt(z) - 2) / z,
                    mpf(2) / 3)  # fmt: skip
_log_far = _series(lambda z: (_log_rest(z) - mpf(2) / 3) / z, mpf(2) / 5)
_sin_rest = _series(lambda z: (mp.sin(mp.sqrt(z)) / mp.sqrt(z) - 1) / z, -mpf(1) / 6)
_cos_rest = _series(lambda z: (mp.cos(mp.sqrt(z)) - 1 + z / 2) / z**2, mpf(1) / 24)
_atan_rest = _series(lambda z: (mp.atan(mp.sqrt(z)) / mp.sqrt(z) - 1) / z, -mpf(1) / 3)
_erf_rest = _series(lambda z: mp.erf(mp.sqrt(z)) / mp.sqrt(z) - 1, 2 / mp.sqrt(mp.pi) - 1)
_tanh_rest = _series(lambda z: (mp.tanh(mp.sqrt(z)) / mp.sqrt(z) - 1) / z, -mpf(1) / 3)
_S_MOST = 0.17158**2  # s = f / (2 + f) for f from sqrt(1/2) - 1 to sqrt(2) - 1
_R_MOST = 0.7854**2

# The scale is what the whole function is, divided by what the rest is multiplied with: errors are
# then relative to the function.
TASKS = [
    *(Task("EXP", dtype, degree, _exp_rest, -HALF_LN2, HALF_LN2,
           lambda r: mp.exp(r) / (r**2 + mpf("0.02")),
           "(e^r - 1 - r) / r² on |r| <= ln 2 / 2") for dtype, degree in
      (("float32", 4), ("float64", 9))),
    *(Task("LOG", dtype, degree, _log_rest, 0.0, _S_MOST, lambda z: 2 / (z + mpf(10) ** -4),
           "(ln((1 + s)/(1 - s)) / s - 2) / s², z = s², on [0, (3 - sqrt 8)²]") for dtype, degree in
      (("float32", 2), ("float64", 6))),
    Task("LOG_FAR", "float64", 6, _log_far, 0.0, _S_MOST, lambda z: 1,
         "(ln((1 + s)/(1 - s)) / s - 2 - 2/3 s²) / s⁴, z = s², on [0, (3 - sqrt 8)²]"),
    *(Task("SIN", dtype, degree, _sin_rest, 0.0, _R_MOST, lambda z: 1 / (z + mpf(10) ** -3),
           "(sin r / r - 1) / r², z = r², on [0, (π/4)²]") for dtype, degree in
      (("float32", 2), ("float64", 6))),
    *(Task("COS", dtype, degree, _cos_rest, 0.0, _R_MOST, lambda z: 1 / (z**2 + mpf(10) ** -3),
           "(cos r - 1 + r²/2) / r⁴, z = r², on [0, (π/4)²]") for dtype, degree in
      (("float32", 2), ("float64", 5))),
    *(Task("ATAN", dtype, degree, _atan_rest, 0.0, TAN_PI_8**2, lambda z: 1 / (z + mpf(10) ** -3),
           "(atan v / v - 1) / v², z = v², on [0, tan²(π/8)]") for dtype, degree in
      (("float32", 4), ("float64", 10))),
    Task("TANH", "float32", 4, _tanh_rest, 0.0, 0.3026, lambda z: 1 / (z + mpf(10) ** -3),
         "(tanh x / x - 1) / x², z = x², on [0, 0.55²]"),
    Task("ERF_NEAR", "float32", 6, _erf_rest, 0.0, 1.0, lambda z: 1,
         "erf x / x - 1, z = x², on [0, 1]"),
    Task("ERF_FAR", "float32", 8, lambda x: mp.log(mp.erfc(x)), 0.95, 4.0,
         lambda x: mp.erf(x) / mp.erfc(x), "ln erfc x on [0.95, 4]"),
]  # fmt: skip


_HEAD = '''"""Coefficients of the elementary functions, by tools/minimax.py; highest power first.

Beside each stands the largest error of the function relative to its value, with exact arithmetic:
of the best polynomial, and of this one, whose coefficients are rounded to the type.
"""

'''


def main() -> None:
    """Print the module."""
    print(_HEAD, end="")
    for task in TASKS:
        coefficients, level = remez(task)
        numbers, after = rounded(task, coefficients)
        bits = task.dtype[-2:]
        print(f"# {task.meaning}; 2^{float(mp.log(level, 2)):.1f}, 2^{float(mp.log(after, 2)):.1f}")
        _show(f"{task.name}_{bits}", numbers)


def _show(name: str, numbers: Sequence[float]) -> None:
    print(f"{name} = (")
    for number in reversed(numbers):
        print(f"    {number!r},")
    print(")")


if __name__ == "__main__":
    main()
