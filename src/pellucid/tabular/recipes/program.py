"""The two compiled programs of training: a step of all members, and what they say of rows.

Both pick rows out of one shared copy of the data, by row numbers that are different for every
member, so that no fold is ever copied.
"""

from __future__ import annotations

import numpy as np

from pellucid.compiler import CompiledProgram, compile
from pellucid.graph import Tensor, Variable, gradient, ops, placeholder
from pellucid.tabular.recipes.base import Dials
from pellucid.tabular.recipes.network import Drop, Form, MemberNetwork
from pellucid.tabular.recipes.schedules import coslog, flat_cos, warm_cos

# Adam's, in the RealMLP paper.
_MOMENTUM, _SQUARE_MOMENTUM, _EPSILON = 0.9, 0.95, 1e-8


class Data:
    """Inputs (n, F), targets (n, T) and weights (n,) as one variable.

    The number of rows is rounded up, by an eighth at most, with lines that no one asks for: a
    program is then good for tables of similar size, and need not be compiled for each fold.
    """

    def __init__(self, x: np.ndarray, targets: np.ndarray, weight: np.ndarray) -> None:
        n, self.n_inputs = x.shape
        self.n_targets = targets.shape[1]
        table = np.zeros((_rounded_up(n), self.n_inputs + self.n_targets + 1), np.float32)
        table[:n] = np.concatenate([x, targets, weight[:, None]], axis=1)
        self.table = Variable(table, name="table", trainable=False)

    def rows(self, numbers: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """Inputs (K, N, F), targets (K, N, T), weights (K, N) of rows (N, K)."""
        taken = ops.moveaxis(ops.take(self.table, numbers, axis=0), 1, 0)
        end = self.n_inputs + self.n_targets
        return taken[:, :, : self.n_inputs], taken[:, :, self.n_inputs : end], taken[:, :, end]


def _rounded_up(n: int) -> int:
    step = 2 ** max(n.bit_length() - 4, 4)
    return -(-n // step) * step


def answer_program(network: MemberNetwork, data: Data) -> CompiledProgram:
    """Row numbers (N, K) → answers (N, K, C) of each member on its rows."""
    numbers = placeholder((None, network.n_members), "int32", "rows")
    x, _, _ = data.rows(numbers)
    answers = ops.moveaxis(network.answers(x), 0, 1)
    return compile([answers], [numbers], name="answers")


class StepProgram:
    """One step of Adam for all members, on a batch of rows (N, K) of their own.

    The learning rate goes through `cycles`, or falls once if there are none; weight decay and
    dropout fade out in the second half (`schedules`). `total` is the number of steps to come. Decay
    is w ← w (1 - rate · decay), apart from the gradient.
    """

    def __init__(
        self,
        network: MemberNetwork,
        form: Form,
        data: Data,
        dials: Dials,
        cycles: int,
        total: int,
        key: int,
    ) -> None:
        self._step = Variable(0.0, name="step", trainable=False, dtype="float32")
        self._total = Variable(float(total), name="total", trainable=False, dtype="float32")
        self._key = Variable(np.array([key, 0], np.int64), name="key", trainable=False)
        self._dials = Variable(np.stack(dials), name="dials", trainable=False, dtype="float32")
        numbers = placeholder((None, network.n_members), "int32", "rows")
        x, targets, weight = data.rows(numbers)
        t = self._step / self._total
        rate, decay, share, smoothing = (self._dials[place] for place in range(4))
        fading = flat_cos(t)
        shape = coslog(t, cycles) if cycles else warm_cos(t)
        drop = Drop(share * fading, self._key)
        scores = network.members(x, drop)
        loss = _losses(form, scores, network.aims(targets), weight, smoothing)
        updates = [
            (self._step, self._step + 1.0),
            (self._key, self._key + np.array([0, drop.uses], np.int64)),
            *_adam(network, loss, rate * shape, decay * fading, self._step + 1.0),
        ]
        mean = loss / float(network.n_members)
        self.program = compile([mean], [numbers], updates, name="train_step")

    def run(self, rows: np.ndarray, batch_size: int, first: int, last: int) -> np.ndarray:
        """Take batches `first` up to `last` of `rows` (·, K); the mean loss of each."""
        return self.program.run_batches([rows], None, batch_size, first, last)[:, 0]


def _losses(form: Form, scores: Tensor, y: Tensor, weight: Tensor, smoothing: Tensor) -> Tensor:
    """The sum over members of their mean weighted loss on scores (K, E, N, C)."""
    y = ops.expand_dims(y, 1)
    if form.kind == "regression":
        rows = ops.sum(ops.square(scores - y), axis=-1)
    else:
        smoothing = ops.reshape(smoothing, (-1, 1, 1, 1))
        among = form.n_scores if form.kind == "multiclass" else 2
        y = y * (1.0 - smoothing) + smoothing * (1.0 / among)
        if form.kind == "multiclass":
            rows = ops.softmax_cross_entropy(ops.broadcast_to(y, scores.shape), scores)
        else:
            rows = ops.mean(ops.sigmoid_cross_entropy(y, scores), axis=-1)
    return ops.sum(ops.mean(rows * ops.expand_dims(weight, 1), axis=(1, 2)))


def _adam(
    network: MemberNetwork, loss: Tensor, rate: Tensor, decay: Tensor, step: Tensor
) -> list[tuple[Variable, Tensor]]:
    """New weights and moments by Adam (Kingma & Ba 2015, algorithm 1)."""
    variables = [parameter.variable for parameter in network.parameters]
    mean_bias = 1.0 - ops.power(_MOMENTUM, step)
    square_bias = 1.0 - ops.power(_SQUARE_MOMENTUM, step)
    updates: list[tuple[Variable, Tensor]] = []
    for parameter, slope in zip(network.parameters, gradient(loss, variables), strict=True):
        w = parameter.variable
        zeros = np.zeros(w.value.shape, np.float32)
        m = Variable(zeros, name=f"{w.name}_m", trainable=False)
        v = Variable(zeros, name=f"{w.name}_v", trainable=False)
        m_new = m + (slope - m) * (1.0 - _MOMENTUM)
        v_new = v + (slope * slope - v) * (1.0 - _SQUARE_MOMENTUM)
        each = (-1, *[1] * (w.ndim - 1))
        own = rate * parameter.rate
        kept = 1.0 - ops.reshape(own * decay * parameter.decay, each)
        size = ops.reshape(own / mean_bias, each)
        move = size * m_new / (ops.sqrt(v_new * (1.0 / square_bias)) + _EPSILON)
        updates += [(m, m_new), (v, v_new), (w, w * kept - move)]
    return updates
