"""train_members: all members of a recipe, one for each fold, trained at once."""

from __future__ import annotations

import time
from collections.abc import Sequence

import numpy as np

from pellucid.errors import ArgumentError, NumericsError
from pellucid.tabular.features import Features
from pellucid.tabular.members import Members
from pellucid.tabular.recipes.base import Progress, Recipe, Report
from pellucid.tabular.recipes.best import Best
from pellucid.tabular.recipes.draws import Draws, Folds, held_table
from pellucid.tabular.recipes.inputs import Inputs
from pellucid.tabular.recipes.program import Data, StepProgram, answer_program
from pellucid.tabular.recipes.targets import Targets
from pellucid.tabular.task import Task
from pellucid.train.interrupt import Interrupt, stop_on_request

# Rows of each member that starting weights are fitted to.
_SAMPLE = 2048
# How long a call into the step may last, so that Ctrl-C and progress stay live.
_SECONDS = 0.05


def train_members(
    recipe: Recipe,
    task: Task,
    features: Features,
    matrix: np.ndarray,
    y: np.ndarray,
    folds: Folds,
    *,
    sample_weight: np.ndarray | None = None,
    seed: int = 0,
    on_progress: Report | None = None,
) -> Members:
    """Train one member for each of `folds`, pairs of row indices (learned, held), all at once.

    `matrix` (N, columns) float64 is `features.matrix(table)`; `y` (N,) are class codes or numbers,
    (N, L) zeros and ones for L labels. A member learns from its own rows and keeps the weights of
    the epoch that predicts its held rows best (cross-entropy, or squared error). `sample_weight`
    (N,) multiplies the losses, of learning and of choosing. The same seed gives the same members.

    Ctrl-C ends training early with the best weights so far, and ``record["interrupted"]`` says so;
    it raises KeyboardInterrupt if there are none yet. Raises `NumericsError` if a member never had
    a finite loss.
    """
    start = time.perf_counter()
    run = _Run(recipe, task, features, matrix, y, folds, sample_weight, seed)
    with stop_on_request() as interrupt:
        run.train(interrupt, on_progress)
    if not run.curves["valid"]:
        raise KeyboardInterrupt
    if not np.isfinite(run.best.loss).all():
        raise NumericsError(
            f"recipe {recipe.name!r}",
            expected="a finite loss on the left-out rows",
            received="none",
            hint="Try a smaller learning rate",
        )
    run.best.restore()
    record = {
        "recipe": recipe.name,
        "settings": run.recipe.to_json(),
        "epochs": run.best.epoch.tolist(),
        "n_epochs": run.plan.epochs,
        "batch_size": run.draws.batch_size,
        "curves": run.curves,
        "seconds": time.perf_counter() - start,
        "interrupted": interrupt.requested,
    }
    left_out = run.network.in_unit(run.best.left_out(len(matrix)))
    return Members(run.inputs.model(run.network), left_out, record)


class _Run:
    """One training: the data, the network, its programs, and where it stands."""

    def __init__(
        self,
        recipe: Recipe,
        task: Task,
        features: Features,
        matrix: np.ndarray,
        y: np.ndarray,
        folds: Folds,
        sample_weight: np.ndarray | None,
        seed: int,
    ) -> None:
        random = np.random.Generator(np.random.Philox(seed))
        targets = Targets.of(task, y)
        weight = _weights(sample_weight, len(matrix))
        self.inputs = Inputs(features)
        form = self.inputs.form(targets)
        learned = [np.asarray(rows) for rows, _ in folds]
        self.recipe = recipe.filled(form.kind, min(map(len, learned)))
        self.plan = self.recipe.plan()
        self.draws = Draws(folds, self.plan.batch_size, random)
        self.network = self.recipe.network(form, len(folds))
        self.network.build((None, form.n_inputs))
        x = self.inputs.table(matrix)
        self.network.initialize(_samples(x, learned, random), random)
        targets = self.network.standardize(targets, learned)
        data = Data(x, targets.values, weight)
        dials = self.recipe.dials(len(folds))
        total = self.plan.epochs * self.draws.steps
        key = int(random.integers(2**62))
        self.step = StepProgram(self.network, form, data, dials, self.plan.cycles, total, key)
        self.answers = answer_program(self.network, data)
        self.held = held_table(folds)
        self.best = Best(self.network, targets, folds, weight)
        self._at_once = 1
        self.curves: dict[str, list[float]] = {"train": [], "valid": []}

    def train(self, interrupt: Interrupt, report: Report | None) -> None:
        """All epochs, or those up to an interrupt."""
        epoch = 0
        while epoch < self.plan.epochs and not interrupt.requested:
            count = min(self.plan.look_every, self.plan.epochs - epoch)
            losses = self._epochs(count, interrupt)
            if len(losses) < count * self.draws.steps:
                return
            epoch += count
            found = self.best.look(epoch, self.answers(self.held)[0])
            self.curves["train"].append(float(losses.mean()))
            self.curves["valid"].append(float(found.mean()))
            if report:
                report(Progress(epoch, self.plan.epochs, self.curves["valid"][-1]))

    def _epochs(self, count: int, interrupt: Interrupt) -> np.ndarray:
        """So many epochs, in calls of about a twentieth of a second; the loss of each step."""
        rows = self.draws.epochs(count)
        steps, size = count * self.draws.steps, self.draws.batch_size
        losses, first = [], 0
        while first < steps and not interrupt.requested:
            last = min(first + self._at_once, steps)
            start = time.perf_counter()
            losses.append(self.step.run(rows, size, first, last))
            seconds = max(time.perf_counter() - start, 1e-6)
            # Four times as many at most: the first call may hold the making of the program.
            wanted = int((last - first) * _SECONDS / seconds)
            self._at_once = max(1, min(wanted, 4 * self._at_once))
            first = last
        return np.concatenate(losses)


def _weights(given: np.ndarray | None, n_rows: int) -> np.ndarray:
    """Weights of rows, 1 on average."""
    if given is None:
        return np.ones(n_rows)
    weight = np.asarray(given, np.float64)
    good = weight.shape == (n_rows,) and np.isfinite(weight).all() and (weight >= 0).all()
    if not good or not weight.any():
        raise ArgumentError(
            "sample_weight",
            expected=f"{n_rows} finite numbers, none negative, not all 0",
            received=f"shape {weight.shape}" if weight.shape != (n_rows,) else "others",
        )
    return weight / weight.mean()


def _samples(
    x: np.ndarray, learned: Sequence[np.ndarray], random: np.random.Generator
) -> list[np.ndarray]:
    """As many rows (n, F) for each member, drawn from what it learns from."""
    n = min(_SAMPLE, *map(len, learned))
    return [x[random.choice(rows, n, replace=False)] for rows in learned]
