"""The network a table gets unless told otherwise, and how it is trained.

Several small networks, each trained on all but one fold of the training rows and stopped where its
own fold is predicted best; their mean is the prediction. In a sketch of this on eleven small tables
(stratified 5-fold cross-validation) it took the mean log-loss from 0.271, one network with a fifth
of the rows for validation, to 0.256 (logistic regression: 0.285), and every training row is used.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Any, NamedTuple

import numpy as np

from pellucid.data.splits import kfold
from pellucid.errors import ArgumentError, DataError
from pellucid.nn import seeds
from pellucid.nn.layers import Average, Dense, Dropout, Input
from pellucid.nn.regularizers import L2
from pellucid.tabular.encoding import EncodeColumns
from pellucid.tabular.task import Task
from pellucid.train.callbacks import Callback, EarlyStopping
from pellucid.train.model import Model, Sequential
from pellucid.train.optimizers import Adam


@dataclass(frozen=True)
class Recipe:
    """A network for a table, and its training.

    `hidden`: units of each hidden layer; `activation`: theirs; `dropout` and `l2`: how they are
    kept from learning by heart. `n_networks`: how many are trained, each leaving out another fold.
    `epochs` is the most; training ends when the left-out fold has not been predicted better for
    `patience` epochs. `batch_size` None: an eighth of the rows, from 32 to 256.

    The defaults were chosen by cross-validation on small clinical tables, the Wisconsin ones among
    them: `benchmarks/accuracy.py` shows what they reach. Raises `ArgumentError` for values out of
    range.
    """

    hidden: tuple[int, ...] = (32,)
    activation: str = "relu"
    dropout: float = 0.1
    l2: float = 1.5e-3
    learning_rate: float = 0.005
    n_networks: int = 5
    epochs: int = 300
    patience: int = 20
    batch_size: int | None = None

    def __post_init__(self) -> None:
        at_least = {"n_networks": 2, "epochs": 1, "patience": 1, "batch_size": 1}
        for name, least in at_least.items():
            value = getattr(self, name)
            if value is not None and value < least:
                raise ArgumentError(f"Recipe.{name}", expected=f"{least} or more", received=value)

    def to_json(self) -> dict[str, Any]:
        """The fields by name."""
        return asdict(self)


class Progress(NamedTuple):
    """Where training stands: network `network` of `n_networks`, after `epoch` epochs."""

    network: int
    n_networks: int
    epoch: int
    loss: float


class Trained(NamedTuple):
    """The networks; for each training row what the one that had not seen it said; the epochs."""

    networks: list[Sequential]
    left_out: np.ndarray
    epochs: list[int]


def train_networks(
    recipe: Recipe,
    task: Task,
    x: np.ndarray,
    y: np.ndarray,
    *,
    groups: np.ndarray | None = None,
    seed: int = 0,
    on_progress: Callable[[Progress], None] | None = None,
) -> Trained:
    """Train the networks of a recipe on features `x` (N, F) and `y` (N,), codes or numbers.

    `left_out` has shape (N, C) or (N,): each row as predicted by the network that neither learned
    from it nor saw it, except to choose the epoch. Rows of one group (`groups`, (N,)) are in one
    fold. Numbers are standardized for training; `left_out` is in units of the target.

    Stopped by Ctrl-C it raises KeyboardInterrupt. The same seed gives the same networks.
    """
    networks, epochs = [], []
    scale = Scale.of(task, y)
    left_out = np.empty((len(y), len(task.classes)) if task.is_classification else len(y))
    folds = _folds(recipe, task, y, groups, seed)
    for number, (learned, held) in enumerate(folds, 1):
        with seeds.seeded(seed * len(folds) + number):
            network = make_network(recipe, task, x.shape[1], f"network_{number}")
            watch = _Watch(number, len(folds), on_progress)
            targets = scale.shrink(y)
            epochs.append(_fit(recipe, network, x, targets, learned, held, watch))
        left_out[held] = scale.grow(read_answers(task, network.predict(x[held], verbose=0)))
        networks.append(network)
    return Trained([_rescaled(network, scale) for network in networks], left_out, epochs)


def make_network(recipe: Recipe, task: Task, n_features: int, name: str) -> Sequential:
    """One network of a recipe, not trained: hidden layers, then the answer.

    One sigmoid unit for two classes, softmax for more, one linear unit for a number.
    """
    layers: list[Any] = [Input((n_features,), name="features")]
    number = name.rpartition("_")[2]
    for place, units in enumerate(recipe.hidden, 1):
        label = f"hidden_{number}" if len(recipe.hidden) == 1 else f"hidden_{number}_{place}"
        layers.append(
            Dense(
                units,
                activation=recipe.activation,
                kernel_initializer="he_uniform",
                kernel_regularizer=L2(recipe.l2),
                name=label,
            )
        )
        if recipe.dropout:
            layers.append(Dropout(recipe.dropout, name=f"dropout_{label.partition('_')[2]}"))
    layers.append(_answer(recipe, task, f"answer_{number}"))
    network = Sequential(layers, name=name)
    loss, metric = _LOSSES[task.kind]
    network.compile(Adam(recipe.learning_rate), loss=loss, metrics=[metric])
    return network


def join(networks: list[Sequential], encode: EncodeColumns) -> Model:
    """One model of raw columns (N, C): encoded, given to every network, the answers averaged."""
    columns = Input((encode.n_columns,), dtype="float64", name="columns")
    features = encode(columns)
    answers = []
    for network in networks:
        answer = features
        for layer in network.layers:
            answer = layer(answer)
        answers.append(answer)
    return Model(columns, Average(name="mean")(answers), name="predictor")


_LOSSES = {
    "binary": ("binary_crossentropy", "binary_crossentropy"),
    "multiclass": ("sparse_categorical_crossentropy", "sparse_categorical_crossentropy"),
    "regression": ("mean_squared_error", "mean_squared_error"),
}


class Scale(NamedTuple):
    """Mean and standard deviation of a numeric target; 0 and 1 for classes, which stay."""

    mean: float = 0.0
    deviation: float = 1.0

    @classmethod
    def of(cls, task: Task, y: np.ndarray) -> Scale:
        """That of these targets."""
        return cls() if task.is_classification else cls(float(y.mean()), float(y.std()) or 1.0)

    def shrink(self, y: np.ndarray) -> np.ndarray:
        """Targets as the networks learn them."""
        return y if self == Scale() else (y - self.mean) / self.deviation

    def grow(self, predicted: np.ndarray) -> np.ndarray:
        """Answers in units of the target."""
        return predicted * self.deviation + self.mean


class _Watch(Callback):
    """Tells how far training has come."""

    def __init__(
        self, network: int, n_networks: int, report: Callable[[Progress], None] | None
    ) -> None:
        super().__init__()
        self._place = network, n_networks
        self._report = report

    def on_epoch_end(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        """Report the loss on the left-out fold."""
        if self._report:
            values = {k: v for k, v in (logs or {}).items() if k.startswith("val_")}
            self._report(Progress(*self._place, epoch + 1, float(list(values.values())[-1])))


def _folds(
    recipe: Recipe, task: Task, y: np.ndarray, groups: np.ndarray | None, seed: int
) -> list[tuple[np.ndarray, np.ndarray]]:
    """As many folds as the recipe wants, fewer where the rarest class or the groups are few."""
    n_folds = min(recipe.n_networks, len(y))
    if task.is_classification:
        n_folds = min(n_folds, int(np.bincount(y).min()))
    if groups is not None:
        n_folds = min(n_folds, len(np.unique(groups)))
    stratify = y if task.is_classification else None
    while n_folds >= 2:
        try:
            return kfold(len(y), n_folds, stratify=stratify, groups=groups, seed=seed)
        except DataError:
            n_folds -= 1  # some class stands in fewer groups than there are folds
    raise DataError(
        "training rows", expected="each class in 2 rows and 2 groups or more", received="fewer"
    )


def _fit(
    recipe: Recipe,
    network: Sequential,
    x: np.ndarray,
    y: np.ndarray,
    learned: np.ndarray,
    held: np.ndarray,
    watch: _Watch,
) -> int:
    """Train one network and leave it at its best epoch; returns that, counted from 1."""
    # Monitored without the penalty: that falls with the weights and says nothing about new cases.
    (metric,) = network._setup.settings.metrics
    stop = EarlyStopping(f"val_{metric}", patience=recipe.patience, restore_best_weights=True)
    history = network.fit(
        x[learned],
        y[learned],
        batch_size=recipe.batch_size or int(np.clip(len(learned) // 8, 32, 256)),
        epochs=recipe.epochs,
        verbose=0,
        callbacks=[stop, watch],
        validation_data=(x[held], y[held]),
        validation_batch_size=max(len(held), 1),
    )
    if history.interrupted:
        raise KeyboardInterrupt
    return int(stop.best_epoch) + 1


def _answer(recipe: Recipe, task: Task, name: str) -> Dense:
    units = len(task.classes) if task.kind == "multiclass" else 1
    activation = {"binary": "sigmoid", "multiclass": "softmax", "regression": None}[task.kind]
    return Dense(units, activation, kernel_regularizer=L2(recipe.l2), name=name)


def read_answers(task: Task, answers: np.ndarray) -> np.ndarray:
    """Answers (N, 1) or (N, C) of a network as probabilities (N, C), or as numbers (N,)."""
    answers = np.asarray(answers, np.float64)
    if task.kind == "regression":
        return answers[:, 0]
    if task.kind == "binary":
        return np.concatenate([1 - answers, answers], axis=1)
    return answers / answers.sum(axis=1, keepdims=True)


def _rescaled(network: Sequential, scale: Scale) -> Sequential:
    """The network with the units of the target built into its last layer."""
    if scale != Scale():
        kernel, bias = network.layers[-1].get_weights()
        network.layers[-1].set_weights(
            [kernel * scale.deviation, bias * scale.deviation + scale.mean]
        )
    return network
