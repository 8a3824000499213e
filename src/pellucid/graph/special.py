"""Elementary functions that NumPy lacks, in its own terms: sigmoid and erf."""

from __future__ import annotations

import numpy as np

from pellucid.graph.arrays import Array


def sigmoid(x: Array) -> Array:
    """1 / (1 + exp(-x)) without overflow: only exp of a non-positive number is taken.

    >>> float(sigmoid(np.float64(0.0))), float(sigmoid(np.float64(-1e4)))
    (0.5, 0.0)
    """
    x = np.asarray(x)
    e = np.exp(-np.abs(x))
    return np.asarray(np.where(x >= 0, 1, e) / (1 + e), x.dtype)


Coefficients = tuple[float, ...]

# Coefficients of rational functions, highest power first, fitted with least maximum error (weighted
# least squares, Lawson 1961) in 60 digits: (erf(x) / x - 1) in x² on [0, 1], to 7e-19, and
# exp(x²) erfc(x) in x on [0.89, 6], to 4e-18 of the result.
_NEAR = (
    (-2.0710142381447608e-05, -0.0004951303475919117, -0.00881253130603423,
     -0.04830976090267341, -0.3170141311179721, 0.1283791670955126),
    (2.0783839739976378e-05, 0.0006919160344207227, 0.01068735154964938,
     0.09378409924968592, 0.4604505485682641, 1.0),
)  # fmt: skip
_FAR = (
    (0.008409562258152162, 0.08085795291439803, 0.3625924426371004,
     0.9310191270856072, 1.375627093898371, 0.9999999424362336),
    (0.014905712286695237, 0.14331231209941503, 0.6502004259723406, 1.7211943333455637,
     2.756490318922726, 2.5040056172187146, 1.0),
)  # fmt: skip


def erf(x: Array) -> Array:
    """The error function, 2/sqrt(pi) times the integral of exp(-t²) from 0 to x.

    Within 1 ulp in float64, 1.4 in float32. As in Cody, "Rational Chebyshev approximations for the
    error function" (1969): x + x R(x²) near 0, 1 - exp(-x²) R(x) beyond 1; from 6 on it is 1.

    >>> float(erf(np.float64(1.0))), float(erf(np.float64(-7.0)))
    (0.8427007929497149, -1.0)
    """
    x = np.asarray(x)
    y = np.minimum(np.abs(x), 6)
    near = x + x * _ratio(np.minimum(y, 1) ** 2, *_NEAR)
    far = 1 - np.exp(-y * y) * _ratio(y, *_FAR)
    return np.asarray(np.where(y < 1, near, np.copysign(far, x)), x.dtype)


def _ratio(x: Array, top: Coefficients, bottom: Coefficients) -> Array:
    """The quotient of two polynomials, by Horner's rule."""
    above, below = np.full_like(x, top[0]), np.full_like(x, bottom[0])
    for coefficient in top[1:]:
        above = above * x + coefficient
    for coefficient in bottom[1:]:
        below = below * x + coefficient
    return above / below
