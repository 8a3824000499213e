"""What all optimizers share: their state, their arguments, and the order of an update."""

from __future__ import annotations

import inspect
from collections.abc import Iterable, Mapping, Sequence
from math import inf
from typing import Any, Self, TypeAlias, TypedDict

import numpy as np

from pellucid.errors import ArgumentError
from pellucid.graph import (
    Array,
    DType,
    Tensor,
    Variable,
    as_tensor,
    evaluate,
    label,
    origin,
    promote,
)
from pellucid.nn.arguments import number
from pellucid.nn.registry import Configurable
from pellucid.train import schedules
from pellucid.train.optimizers.around import (
    clip,
    decay_weights,
    moving_average,
    overwrite_every,
)
from pellucid.train.optimizers.rate import LearningRate, Rate
from pellucid.train.optimizers.state import (
    check_shape,
    layer_of,
    read_state,
    unique_paths,
    write_state,
)

Updates: TypeAlias = list[tuple[Variable, Tensor]]
Tensors: TypeAlias = Mapping[str, Tensor]


class Undecayed(TypedDict, total=False):
    """The arguments that every optimizer takes and hands on to `Optimizer`, but for one."""

    clipnorm: float | None
    clipvalue: float | None
    global_clipnorm: float | None
    use_ema: bool
    ema_momentum: float
    ema_overwrite_frequency: int | None
    name: str | None


class Common(Undecayed, total=False):
    """The arguments that every optimizer takes and hands on to `Optimizer`."""

    weight_decay: float | None


class Optimizer(Configurable):
    """How a step changes parameters, given their gradients.

    `updates(gradients, variables)` writes the step as expressions, one for each parameter and each
    piece of state, to be compiled into the training step; `apply` computes and assigns them. In
    this order: gradients are clipped, parameters decay, the rule of the subclass moves them, their
    moving average is taken, their constraints hold.

    A subclass writes `init_one` (the state of one parameter), `update_one` (the rule) and, for
    numbers that all parameters share, `scalars`.

    learning_rate: a number, a schedule, or another function from the count of updates to a rate.
        A number is kept as a float32 variable and can be set while training goes on.
    weight_decay: parameters shrink by this times the learning rate, apart from their gradient.
    clipnorm, clipvalue, global_clipnorm: the largest norm of one gradient, the largest magnitude of
        one element, the largest norm of all gradients together; at most one of the three.
    use_ema, ema_momentum, ema_overwrite_frequency: keep a moving average of the parameters
        (Polyak & Juditsky 1992) and copy it over them every so many updates; None leaves that to
        `finalize_variable_values`, called when training ends.
    """

    def __init__(
        self,
        learning_rate: Rate,
        weight_decay: float | None = None,
        clipnorm: float | None = None,
        clipvalue: float | None = None,
        global_clipnorm: float | None = None,
        use_ema: bool = False,
        ema_momentum: float = 0.99,
        ema_overwrite_frequency: int | None = None,
        name: str | None = None,
    ) -> None:
        self.name = name or type(self).__name__.lower()
        self.weight_decay = weight_decay
        self.clipnorm = clipnorm
        self.clipvalue = clipvalue
        self.global_clipnorm = global_clipnorm
        self.use_ema = use_ema
        self.ema_momentum = ema_momentum
        self.ema_overwrite_frequency = ema_overwrite_frequency
        self._check_common()
        self.iterations = Variable(np.int64(0), name="iterations", trainable=False)
        self._rate = LearningRate(type(self).__name__, learning_rate)
        self._shared = {
            name: Variable(np.float64(value), f"{self.name}/{name}", trainable=False)
            for name, value in self.init_shared().items()
        }
        self._slots: dict[Variable, dict[str, Variable]] = {}
        self._undecayed: tuple[Sequence[Variable], Sequence[str]] = ((), ())

    def _check_common(self) -> None:
        clips = ("clipnorm", "clipvalue", "global_clipnorm")
        given = [name for name in clips if getattr(self, name) is not None]
        if len(given) > 1:
            raise ArgumentError(
                type(self).__name__,
                expected="at most one of clipnorm, clipvalue and global_clipnorm",
                received=" and ".join(given),
            )
        self._check(*given, above=True)
        self._check("ema_momentum", high=1)
        if self.weight_decay is not None:
            self._check("weight_decay")
        if self.ema_overwrite_frequency is not None:
            self._check("ema_overwrite_frequency", low=1)

    def _check(
        self,
        *names: str,
        low: float = 0,
        high: float = inf,
        above: bool = False,
        below: bool = False,
    ) -> None:
        """Raise `ArgumentError` unless the arguments of these names are numbers in the range."""
        for name in names:
            where = f"{type(self).__name__}.{name}"
            number(where, getattr(self, name), low, high, above=above, below=below)

    def init_one(self, variable: Variable) -> dict[str, float]:
        """The slots of one parameter, arrays of its shape: their names and initial values."""
        return {}

    def init_shared(self) -> dict[str, float]:
        """State that belongs to no single parameter: names and initial values, in float64."""
        return {}

    def scalars(self, learning_rate: Tensor, step: Tensor, shared: Tensors) -> dict[str, Tensor]:
        """Numbers that one step uses for all parameters, new values of `shared` state included.

        `step` is 1 in the first update, and float64: in float32, 1 - beta_2^step has an error of
        1.3e-5 there. Each parameter sees them in its own dtype.
        """
        return {"learning_rate": learning_rate}

    def update_one(
        self, gradient: Tensor, value: Tensor, slots: Tensors, scalars: Tensors
    ) -> tuple[Tensor, dict[str, Tensor]]:
        """The new value of one parameter, and of each of its slots."""
        raise NotImplementedError(f"{type(self).__name__}.update_one")

    @property
    def learning_rate(self) -> float:
        """The rate of the next update; it can be set unless it follows a schedule."""
        return self._rate.get(self.iterations)

    @learning_rate.setter
    def learning_rate(self, rate: float) -> None:
        self._rate.set(rate)

    @property
    def built(self) -> bool:
        """Whether the state of the parameters exists."""
        return bool(self._slots)

    def build(self, variables: Iterable[Variable]) -> None:
        """Create the state of the parameters; later calls only check that they are known.

        Raises `ArgumentError` for a parameter that was not there at the first call.
        """
        variables = list(variables)
        if not self.built:
            for path, variable in zip(unique_paths(variables), variables, strict=True):
                self._slots[variable] = self._make_slots(f"{self.name}/{path}", variable)
        for variable in variables:
            if variable not in self._slots:
                raise ArgumentError(
                    type(self).__name__,
                    expected="the variables it was built for",
                    received=repr(variable),
                    hint="Compile the model again: a changed set of parameters needs new state",
                )

    def _make_slots(self, path: str, variable: Variable) -> dict[str, Variable]:
        initial = self.init_one(variable) | ({"average": 0.0} if self.use_ema else {})
        return {
            slot: Variable(
                np.full(variable.shape, value, variable.dtype), f"{path}/{slot}", trainable=False
            )
            for slot, value in initial.items()
        }

    @property
    def variables(self) -> list[Variable]:
        """All state in a fixed order: the count of updates, the rate, the shared state, the slots.

        A slot is named after its parameter: "adam/hidden/kernel/m".
        """
        rate = [] if self._rate.variable is None else [self._rate.variable]
        slots = [slot for slots in self._slots.values() for slot in slots.values()]
        return [self.iterations, *rate, *self._shared.values(), *slots]

    def get_state(self) -> dict[str, Array]:
        """A copy of the value of every variable under its name, for a checkpoint."""
        return read_state(self.variables)

    def set_state(self, state: Mapping[str, Any]) -> None:
        """Put back what `get_state` gave; `build` must have been called. See `write_state`."""
        write_state(f"state of {type(self).__name__}", self.variables, state)

    def updates(self, gradients: Sequence[Any], variables: Sequence[Variable]) -> Updates:
        """The whole step: (variable, its new value) for the parameters and all state.

        Nothing is computed or assigned; every new value is written in terms of the old ones.
        Raises `ArgumentError` if there is not one gradient for each variable, `ShapeError` if one
        has another shape.
        """
        gradients = _matched(gradients, variables)
        self.build(variables)
        if not gradients:
            return []
        with origin(layer="", phase="update"):
            dtypes = list(dict.fromkeys(variable.dtype for variable in variables))
            learning_rate = as_tensor(self._rate.at(self.iterations), promote(*dtypes))
            step = label(as_tensor(self.iterations + 1, "float64"), "step")
            scalars = self.scalars(learning_rate, step, self._shared)
            pairs: Updates = [(slot, scalars[name]) for name, slot in self._shared.items()]
            if self.weight_decay is not None:
                scalars["decay"] = self.weight_decay * learning_rate
            shared = {dtype: _cast(scalars, dtype) for dtype in dtypes}
            clips = (self.clipvalue, self.clipnorm, self.global_clipnorm)
            for gradient, variable in zip(clip(gradients, *clips), variables, strict=True):
                with origin(layer=layer_of(variable)):
                    pairs += self._update(gradient, variable, shared[variable.dtype])
            return [*pairs, (self.iterations, self.iterations + 1)]

    def _update(self, gradient: Tensor, variable: Variable, scalars: Tensors) -> Updates:
        """One parameter and its slots."""
        slots, value = self._slots[variable], as_tensor(variable)
        if self._decays(variable):
            value = decay_weights(value, scalars["decay"])
        value, new = self.update_one(gradient, value, slots, scalars)
        if self.use_ema:
            average = moving_average(slots["average"], value, self.ema_momentum, self.iterations)
            value = overwrite_every(value, average, self.ema_overwrite_frequency, self.iterations)
            new = new | {"average": average}
        if variable.constraint is not None:
            value = variable.constraint(value)
        pairs = [(slots[name], label(slot, name)) for name, slot in new.items()]
        return [*pairs, (variable, value)]

    def _decays(self, variable: Variable) -> bool:
        among, words = self._undecayed
        spared = any(variable is other for other in among)
        return self.weight_decay is not None and not (
            spared or any(word in (variable.name or "") for word in words)
        )

    def exclude_from_weight_decay(
        self, var_list: Sequence[Variable] = (), var_names: Sequence[str] = ()
    ) -> None:
        """Spare these variables, and those whose name contains one of these words, from decay."""
        self._undecayed = (tuple(var_list), tuple(var_names))

    def apply(self, gradients: Sequence[Any], variables: Sequence[Variable] | None = None) -> None:
        """Compute `updates` now and assign them; by default, to the variables it was built for.

        >>> from pellucid.train.optimizers.sgd import SGD
        >>> w = Variable(5.0, name="w")
        >>> SGD(0.1).apply([8.0], [w])
        >>> round(float(w), 3)
        4.2
        """
        pairs = self.updates(gradients, list(self._slots) if variables is None else variables)
        for (variable, _), value in zip(pairs, evaluate([new for _, new in pairs]), strict=True):
            variable.assign(value)

    def apply_gradients(self, grads_and_vars: Iterable[tuple[Any, Variable]]) -> None:
        """`apply`, for pairs of a gradient and its variable."""
        pairs = list(grads_and_vars)
        self.apply([gradient for gradient, _ in pairs], [variable for _, variable in pairs])

    def finalize_variable_values(self, var_list: Sequence[Variable]) -> None:
        """Replace the parameters by their moving averages, if those are kept."""
        for variable in var_list if self.use_ema else ():
            variable.assign(self._slots[variable]["average"].value)

    def get_config(self) -> dict[str, Any]:
        """The arguments that build this optimizer again; its state is not among them."""
        config = {name: getattr(self, name) for name in _arguments(type(self))}
        return config | {"learning_rate": self._rate.config}

    @classmethod
    def from_config(cls, config: Mapping[str, Any]) -> Self:
        """Build an optimizer from its config; raises `ArgumentError` for an unknown argument."""
        unknown = [name for name in config if name not in _arguments(cls)]
        if unknown:
            raise ArgumentError(
                f"{cls.__name__}.from_config",
                expected=f"arguments among {', '.join(_arguments(cls))}",
                received=", ".join(unknown),
            )
        rate = config.get("learning_rate")
        given = {"learning_rate": schedules.get(rate)} if isinstance(rate, Mapping) else {}
        return cls(**{**config, **given})


def _arguments(owner: type[Optimizer]) -> list[str]:
    """The names its constructor takes, those it hands on to `Optimizer` included."""
    own = [p.name for p in inspect.signature(owner).parameters.values() if p.kind != p.VAR_KEYWORD]
    return list(dict.fromkeys([*own, *Common.__annotations__]))


def _cast(scalars: Tensors, dtype: DType) -> dict[str, Tensor]:
    """The scalars in another dtype, labelled with their names."""
    return {name: label(as_tensor(value, dtype), name) for name, value in scalars.items()}


def _matched(gradients: Sequence[Any], variables: Sequence[Variable]) -> list[Tensor]:
    """The gradients as tensors of the dtypes of their variables."""
    given = [gradient for gradient in gradients if gradient is not None]
    if len(given) != len(variables):
        raise ArgumentError(
            "gradients", expected=f"{len(variables)}, one a variable", received=len(given)
        )
    tensors = [as_tensor(g, v.dtype) for g, v in zip(given, variables, strict=True)]
    for gradient, variable in zip(tensors, variables, strict=True):
        check_shape(f"gradient of {variable.name}", gradient.shape, variable)
    return tensors
