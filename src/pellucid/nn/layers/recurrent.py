"""Recurrent layers: one step of a small network, run along the steps of a sequence."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

from pellucid.errors import ArgumentError, ShapeError
from pellucid.graph import Array, Tensor, Variable, format_shape, ops
from pellucid.graph.dims import as_shape
from pellucid.nn import activations, constraints, initializers, regularizers
from pellucid.nn.arguments import number
from pellucid.nn.layer import LAYERS
from pellucid.nn.layers.convolution import sizes
from pellucid.nn.layers.regularization import RandomLayer
from pellucid.nn.shapes import known_axis

States = tuple[Tensor, ...]


class _Weights(NamedTuple):
    """What one step reads besides its input and state."""

    recurrent_kernel: Tensor
    recurrent_bias: Tensor | None


class _Recurrent(RandomLayer):
    """What SimpleRNN, LSTM and GRU share: the weights of all gates side by side, and the loop.

    Inputs are (N, T, F); the projection of all steps is one product outside of the loop. The
    result is the last output (N, units), all outputs (N, T, units) with `return_sequences`, and
    the final states too with `return_state`. `go_backwards` reads the steps from the last to the
    first, and returns them in that order. `dropout` and `recurrent_dropout` drop the same inputs
    and states at every step of a sequence. `unroll` and `use_cudnn` are accepted for Keras's sake;
    they change nothing.
    """

    gates = 1
    states = 1
    kernel: Variable
    recurrent_kernel: Variable
    bias: Variable

    def __init__(
        self,
        units: int,
        activation: Any = "tanh",
        use_bias: bool = True,
        kernel_initializer: Any = "glorot_uniform",
        recurrent_initializer: Any = "orthogonal",
        bias_initializer: Any = "zeros",
        kernel_regularizer: Any = None,
        recurrent_regularizer: Any = None,
        bias_regularizer: Any = None,
        activity_regularizer: Any = None,
        kernel_constraint: Any = None,
        recurrent_constraint: Any = None,
        bias_constraint: Any = None,
        dropout: float = 0.0,
        recurrent_dropout: float = 0.0,
        return_sequences: bool = False,
        return_state: bool = False,
        go_backwards: bool = False,
        stateful: bool = False,
        unroll: bool = False,
        seed: int | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(seed=seed, activity_regularizer=activity_regularizer, **kwargs)
        name = type(self).__name__
        (self.units,) = sizes(f"{name}.units", units, 1)
        self.activation = activations.get(activation)
        self.use_bias = use_bias
        self.kernel_initializer = initializers.get(kernel_initializer)
        self.recurrent_initializer = initializers.get(recurrent_initializer)
        self.bias_initializer = initializers.get(bias_initializer)
        self.kernel_regularizer = regularizers.get(kernel_regularizer)
        self.recurrent_regularizer = regularizers.get(recurrent_regularizer)
        self.bias_regularizer = regularizers.get(bias_regularizer)
        self.kernel_constraint = constraints.get(kernel_constraint)
        self.recurrent_constraint = constraints.get(recurrent_constraint)
        self.bias_constraint = constraints.get(bias_constraint)
        self.dropout = number(f"{name}.dropout", dropout, 0.0, 1.0, below=True)
        self.recurrent_dropout = number(
            f"{name}.recurrent_dropout", recurrent_dropout, 0.0, 1.0, below=True
        )
        self.return_sequences, self.return_state = return_sequences, return_state
        self.go_backwards, self.unroll = go_backwards, unroll
        self.stateful = stateful
        if stateful:
            raise ArgumentError(
                f"{name}.stateful",
                expected="False",
                received=stateful,
                hint="Take the states with return_state and give them as initial_state",
            )

    def build(self, input_shape: Any) -> None:
        """Make `kernel` (F, gates · units), `recurrent_kernel` (units, gates · units), `bias`."""
        shape = input_shape[0] if isinstance(input_shape, list) else input_shape
        if len(shape) != 3 or shape[1] is None:
            raise ShapeError(
                f"layer {self.name!r}",
                expected="sequences (N, T, F) of a known number of steps T",
                received=format_shape(as_shape(shape)),
            )
        width = self.gates * self.units
        self.kernel = self.add_weight(
            (known_axis(shape, -1, f"layer {self.name!r}"), width),
            self.kernel_initializer,
            regularizer=self.kernel_regularizer,
            constraint=self.kernel_constraint,
            name="kernel",
        )
        self.recurrent_kernel = self.add_weight(
            (self.units, width),
            self.recurrent_initializer,
            regularizer=self.recurrent_regularizer,
            constraint=self.recurrent_constraint,
            name="recurrent_kernel",
        )
        if self.use_bias:
            self.bias = self.add_weight(
                self._bias_shape(),
                self._bias_start(),
                regularizer=self.bias_regularizer,
                constraint=self.bias_constraint,
                name="bias",
            )

    def _bias_shape(self) -> tuple[int, ...]:
        return (self.gates * self.units,)

    def _bias_start(self) -> Any:
        return self.bias_initializer

    def _biases(self) -> tuple[Tensor | None, Tensor | None]:
        """The bias of the inputs and that of the states."""
        return (self.bias if self.use_bias else None), None

    def step(self, x: Tensor, states: States, held: Tensor, w: _Weights) -> list[Tensor]:
        """The next states; the first is the output. `held` is the state after dropout."""
        raise NotImplementedError

    def call(self, inputs: Any, initial_state: Any = None, training: bool = False) -> Any:
        """The outputs of the last step, or of all steps, and the final states if asked for."""
        if isinstance(inputs, list | tuple):
            inputs, initial_state = inputs[0], list(inputs[1:])
        if self.go_backwards:
            inputs = ops.flip(inputs, 1)
        drop = training and self.dropout > 0.0
        if drop:
            kept = self._mask((inputs.shape[0], 1, inputs.shape[2]), self.dropout, inputs)
            inputs = inputs * kept
        input_bias, recurrent_bias = self._biases()
        projected = inputs @ self.kernel
        projected = projected if input_bias is None else projected + input_bias
        states = self._start(inputs, initial_state)
        hold = self._hold(inputs, training)
        weights = _Weights(self.recurrent_kernel, recurrent_bias)

        def body(carries: States, slices: States) -> Any:
            after = self.step(slices[0], carries, hold(carries[0]), weights)
            return after, [after[0]] if self.return_sequences else []

        steps = ops.transpose(projected, (1, 0, 2))  # (T, N, gates · units)
        finals, results = ops.scan(body, states, [steps])
        output = ops.transpose(results[0], (1, 0, 2)) if self.return_sequences else finals[0]
        return [output, *finals] if self.return_state else output

    def _mask(self, shape: Any, rate: float, like: Tensor) -> Tensor:
        kept = self.uniform(shape, like) >= rate
        return ops.cast(kept, like.dtype) * (1.0 / (1.0 - rate))

    def _hold(self, inputs: Tensor, training: bool) -> Callable[[Tensor], Tensor]:
        if not (training and self.recurrent_dropout > 0.0):
            return lambda state: state
        mask = self._mask((inputs.shape[0], self.units), self.recurrent_dropout, inputs)
        return lambda state: state * mask

    def _start(self, inputs: Tensor, initial_state: Any) -> list[Tensor]:
        shape = (inputs.shape[0], self.units)
        if initial_state is None:
            return [ops.zeros(shape, inputs.dtype) for _ in range(self.states)]
        given = list(initial_state) if isinstance(initial_state, list | tuple) else [initial_state]
        found = [self._cast(ops.convert_to_tensor(state)) for state in given]
        if len(found) != self.states or any(state.shape != shape for state in found):
            raise ShapeError(
                f"layer {self.name!r}, initial_state",
                expected=f"{self.states} of shape {format_shape(shape)}",
                received=", ".join(format_shape(state.shape) for state in found) or "none",
            )
        return found


@LAYERS.register()
class SimpleRNN(_Recurrent):
    """The plain recurrent network: h ← activation(x W + h U + b) (Elman 1990)."""

    def step(self, x: Tensor, states: States, held: Tensor, w: _Weights) -> list[Tensor]:
        """The next state."""
        return [self.activation(x + held @ w.recurrent_kernel)]


class _Gated(_Recurrent):
    """A recurrent layer with gates, whose activation is `recurrent_activation`."""

    def __init__(
        self,
        units: int,
        activation: Any = "tanh",
        recurrent_activation: Any = "sigmoid",
        use_bias: bool = True,
        kernel_initializer: Any = "glorot_uniform",
        recurrent_initializer: Any = "orthogonal",
        bias_initializer: Any = "zeros",
        *,
        use_cudnn: Any = "auto",
        **kwargs: Any,
    ) -> None:
        super().__init__(
            units,
            activation,
            use_bias,
            kernel_initializer,
            recurrent_initializer,
            bias_initializer,
            **kwargs,
        )
        self.recurrent_activation = activations.get(recurrent_activation)
        self.use_cudnn = use_cudnn

    def _parts(self, z: Tensor) -> list[Tensor]:
        """The columns of each gate."""
        return ops.split(z, self.gates, axis=-1)


@LAYERS.register()
class LSTM(_Gated):
    """Long short-term memory (Hochreiter and Schmidhuber 1997, with the forget gate of 2000).

    i, f, o = recurrent_activation(gates of x W + h U + b), c ← f c + i activation(…),
    h ← o activation(c). The columns of the weights are i, f, c, o. With `unit_forget_bias` the
    forget gate's bias starts at 1, so that a new network remembers.
    """

    gates = 4
    states = 2

    def __init__(
        self, units: int, *args: Any, unit_forget_bias: bool = True, **kwargs: Any
    ) -> None:
        super().__init__(units, *args, **kwargs)
        self.unit_forget_bias = unit_forget_bias

    def _bias_start(self) -> Any:
        if not self.unit_forget_bias:
            return self.bias_initializer
        start: Any = self.bias_initializer

        def initializer(shape: Any, dtype: Any = None) -> Array:
            parts = [start((self.units,), dtype=dtype), np.ones(self.units)]
            return np.concatenate([*parts, start((2 * self.units,), dtype=dtype)])

        return initializer

    def step(self, x: Tensor, states: States, held: Tensor, w: _Weights) -> list[Tensor]:
        """The next output and memory."""
        i, f, c, o = self._parts(x + held @ w.recurrent_kernel)
        gate = self.recurrent_activation
        memory = gate(f) * states[1] + gate(i) * self.activation(c)
        return [gate(o) * self.activation(memory), memory]


@LAYERS.register()
class GRU(_Gated):
    """The gated recurrent unit (Cho et al. 2014): a state that is kept or replaced, part by part.

    z, r = recurrent_activation(gates of x W + h U + b), h ← z h + (1 - z) activation(candidate).
    With `reset_after` (the default, as in cuDNN) r multiplies h U + b', and the bias has a row for
    the inputs and one for the states; without it r multiplies h. The columns are z, r, candidate.
    """

    gates = 3

    def __init__(self, units: int, *args: Any, reset_after: bool = True, **kwargs: Any) -> None:
        super().__init__(units, *args, **kwargs)
        self.reset_after = reset_after

    def _bias_shape(self) -> tuple[int, ...]:
        return (2, 3 * self.units) if self.reset_after else (3 * self.units,)

    def _biases(self) -> tuple[Tensor | None, Tensor | None]:
        if not self.use_bias or not self.reset_after:
            return super()._biases()
        return self.bias[0], self.bias[1]

    def step(self, x: Tensor, states: States, held: Tensor, w: _Weights) -> list[Tensor]:
        """The next state."""
        x_z, x_r, x_c = self._parts(x)
        if self.reset_after:
            inner = held @ w.recurrent_kernel
            inner = inner if w.recurrent_bias is None else inner + w.recurrent_bias
            h_z, h_r, h_c = self._parts(inner)
            z, r = self.recurrent_activation(x_z + h_z), self.recurrent_activation(x_r + h_r)
            candidate = self.activation(x_c + r * h_c)
        else:
            u_z, u_r, u_c = self._parts(w.recurrent_kernel)
            z = self.recurrent_activation(x_z + held @ u_z)
            r = self.recurrent_activation(x_r + held @ u_r)
            candidate = self.activation(x_c + (r * held) @ u_c)
        return [z * states[0] + (1.0 - z) * candidate]
