"""Layers between the scores of members and the answer: mixing them, bending them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from pellucid.errors import ArgumentError
from pellucid.graph import Tensor, constant, ops
from pellucid.nn.layer import LAYERS, Layer
from pellucid.nn.layers import Merge
from pellucid.tabular.links import Link

_LINKS = ("sigmoid", "softmax", "identity")


@LAYERS.register()
class MixScores(Merge):
    """Scores of a weighted mean answer: scores (N, K) of several members in, (N, K) out.

    log of sum(w · softmax(s)) for "softmax", the logit of sum(w · sigmoid(s)) for "sigmoid",
    sum(w · s) for "identity". `weights`, one a member, are 0 or more and add up to 1. Computed in
    logarithms, so that a logit of 40 stays one.

    >>> mix = MixScores([0.5, 0.5], "sigmoid", dtype="float64")
    >>> mix([np.array([[0.0]]), np.array([[40.0]])]).numpy().round(6).tolist()
    [[1.098612]]
    """

    def __init__(self, weights: Sequence[float], link: Link, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        _check_link("MixScores", link)
        self.weights_of_members = [float(weight) for weight in weights]
        self.link = link
        total = sum(self.weights_of_members)
        if min(self.weights_of_members, default=-1.0) < 0 or abs(total - 1) > 1e-6:
            raise ArgumentError(
                "MixScores.weights", expected="shares that add up to 1", received=list(weights)
            )

    def call(self, inputs: Sequence[Tensor]) -> Tensor:
        """The scores of the mean."""
        if len(inputs) != len(self.weights_of_members):
            raise ArgumentError(
                self.name,
                expected=f"{len(self.weights_of_members)} members",
                received=f"{len(inputs)}",
            )
        pairs = [
            (weight, scores)
            for weight, scores in zip(self.weights_of_members, inputs, strict=True)
            if weight > 0
        ]
        if len(pairs) == 1:
            return pairs[0][1]
        if self.link == "identity":
            return _sum([scores * weight for weight, scores in pairs])
        if self.link == "softmax":
            return _log_sum([ops.log_softmax(s, axis=-1) + float(np.log(w)) for w, s in pairs])
        yes = [float(np.log(w)) - ops.softplus(-s) for w, s in pairs]
        no = [float(np.log(w)) - ops.softplus(s) for w, s in pairs]
        return _log_sum(yes) - _log_sum(no)

    def get_config(self) -> dict[str, Any]:
        """The arguments, for `from_config`."""
        config = super().get_config()
        return config | {"weights": self.weights_of_members, "link": self.link}


@LAYERS.register()
class BendScores(Layer):
    """Scores bent along rising lines: piecewise linear between knots, with slope 1 outside.

    `at` and `to`, a list of rising numbers for each of the K scores, say that the score at[k][i]
    becomes to[k][i]. For "sigmoid" these are logits. For "softmax" they are the logits of each
    class against all others, whose bent probabilities are then divided by their sum.

    >>> bend = BendScores([[0.0, 2.0]], [[0.0, 1.0]], "sigmoid", dtype="float64")
    >>> bend(np.array([[-1.0], [1.0], [3.0]])).numpy().ravel().tolist()
    [-1.0, 0.5, 2.0]
    """

    def __init__(
        self,
        at: Sequence[Sequence[float]],
        to: Sequence[Sequence[float]],
        link: Link,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        _check_link("BendScores", link)
        self.at = [[float(each) for each in knots] for knots in at]
        self.to = [[float(each) for each in knots] for knots in to]
        self.link = link
        for name, lists in (("at", self.at), ("to", self.to)):
            if not lists or any(not k or (np.diff(k) <= 0).any() for k in lists):
                raise ArgumentError(
                    f"BendScores.{name}", expected="rising numbers for each score", received=lists
                )
        if [len(knots) for knots in self.at] != [len(knots) for knots in self.to]:
            raise ArgumentError(
                "BendScores", expected="`at` and `to` of one length", received="different lengths"
            )

    def call(self, inputs: Tensor) -> Tensor:
        """The bent scores."""
        if self.link != "softmax":
            return self._bent(inputs)
        log_p = ops.log_softmax(inputs, axis=-1)
        others = ops.log(ops.maximum(-ops.expm1(log_p), 1e-300))
        return -ops.softplus(-self._bent(log_p - others))

    def _bent(self, scores: Tensor) -> Tensor:
        if len(self.at) == 1:
            return _along(scores, self.at[0], self.to[0])
        columns = [scores[:, k : k + 1] for k in range(len(self.at))]
        bent = [_along(*each) for each in zip(columns, self.at, self.to, strict=True)]
        return ops.concatenate(bent, axis=-1)


def _along(scores: Tensor, at: list[float], to: list[float]) -> Tensor:
    """One column (N, 1) bent: what it rises below, between and above the knots, added up."""
    ends = ops.minimum(scores - at[0], 0.0) + ops.maximum(scores - at[-1], 0.0) + to[0]
    if len(at) == 1:
        return ends
    starts, widths = np.array(at[:-1]), np.diff(at)
    slopes = constant((np.diff(to) / widths)[:, None], scores.dtype)
    inside = ops.clip(scores - constant(starts, scores.dtype), 0.0, constant(widths, scores.dtype))
    return ends + inside @ slopes


def _sum(parts: Sequence[Tensor]) -> Tensor:
    total = parts[0]
    for part in parts[1:]:
        total = total + part
    return total


def _log_sum(parts: Sequence[Tensor]) -> Tensor:
    """Log of the sum of exponentials, part by part."""
    total = parts[0]
    for part in parts[1:]:
        top = ops.maximum(total, part)
        total = top + ops.log(ops.exp(total - top) + ops.exp(part - top))
    return total


def _check_link(where: str, link: str) -> None:
    if link not in _LINKS:
        raise ArgumentError(f"{where}.link", expected=", ".join(_LINKS), received=link)
