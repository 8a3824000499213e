"""How the figures of an evaluation are said: the table beside the baselines, and the verdict."""

from __future__ import annotations

from pellucid.cli.messages import text
from pellucid.cli.screen import Screen
from pellucid.tabular.evaluation import Evaluation
from pellucid.tabular.evaluation.intervals import Estimate
from pellucid.tabular.task import Task
from pellucid.tabular.training import Outcome

# Confusion is told class by class only as long as that can be taken in.
_MOST_CLASSES_SHOWN = 8
# The file of figures has all of them; a terminal is 80 columns wide.
_SHOWN = (
    "accuracy balanced_accuracy auc sensitivity specificity ppv npv log_loss brier rmse mae r2"
).split()


def show_figures(outcome: Outcome, screen: Screen) -> None:
    """The table of figures, the confusion of classes, the second threshold, the verdict."""
    task = outcome.predictor.task
    screen.heading(text("figures.title", n=outcome.network.n))
    linear = "figures.linear" if task.is_classification else "figures.ridge"
    constant = "figures.majority" if task.is_classification else "figures.mean"
    header = ["", *(text(name) for name in ("figures.network", linear, constant))]
    rows = [header]
    for name in (each for each in _SHOWN if each in outcome.network.figures):
        models = [estimate(each[name]) for each in (outcome.network, outcome.linear)]
        # The same answer for all has no luck to have: its interval would be noise.
        rows.append([text(f"figure.{name}"), *models, number(outcome.constant[name].value)])
    screen.table(rows, best=1)
    screen.line()
    for line in _confusion(outcome.network, task):
        screen.line(f"  {line}")
    _show_threshold(outcome, screen)
    _show_verdict(outcome, text(linear), screen)


def number(value: float) -> str:
    """Three decimals, or as many digits as large or tiny numbers need.

    >>> number(0.9714), number(1234.5678), number(0.0000123), number(float("nan"))
    ('0.971', '1,235', '1.23e-05', '–')
    """
    if value != value:
        return "–"
    if value and not 0.001 <= abs(value) < 1e6:
        return f"{value:.3g}"
    return f"{value:,.3f}" if abs(value) < 100 else f"{value:,.0f}"


def probability(value: float) -> str:
    """Three decimals, never quite 0 or 1.

    >>> probability(0.5), probability(0.9999), probability(1e-9)
    ('0.500', '>0.999', '<0.001')
    """
    if value < 0.001:
        return "<0.001"
    return f"{value:.3f}" if value <= 0.999 else ">0.999"


def estimate(figure: Estimate) -> str:
    """A figure with its interval.

    >>> estimate(Estimate(0.5, 0.25, 0.75)), estimate(Estimate(0.5))
    ('0.500 (0.250–0.750)', '0.500')
    """
    bounds = f" ({number(figure.low)}–{number(figure.high)})" if figure.has_interval else ""
    return number(figure.value) + bounds


def _confusion(evaluation: Evaluation, task: Task) -> list[str]:
    """One line for each class: how many of its cases were called what."""
    if evaluation.confusion is None or len(task.classes) > _MOST_CLASSES_SHOWN:
        return []
    lines = []
    for label, row in zip(task.classes, evaluation.confusion.tolist(), strict=True):
        called = [
            text("figures.called", n=n, label=other)
            for other, n in zip(task.classes, row, strict=True)
            if n
        ]
        parts = text("comma").join(called)
        lines.append(
            text("figures.confusion", target=task.target, n=sum(row), label=label, parts=parts)
        )
    return lines


def _show_threshold(outcome: Outcome, screen: Screen) -> None:
    balanced = outcome.balanced
    if balanced is None or balanced.threshold == outcome.network.threshold:
        return
    for line in screen.wrapped(
        text(
            "figures.threshold",
            threshold=number(balanced.threshold or 0),
            sensitivity=estimate(balanced["sensitivity"]),
            specificity=estimate(balanced["specificity"]),
        )
    ):
        screen.line(line)


def _show_verdict(outcome: Outcome, linear: str, screen: Screen) -> None:
    """Whether the network is better than the linear model, beyond what chance explains."""
    difference = outcome.difference
    kind = "classes" if outcome.predictor.task.is_classification else "number"
    if difference.low > 0:
        verdict, style = "better", "good"
    elif difference.high < 0:
        verdict, style = "worse", "warning"
        difference = Estimate(-difference.value, -difference.high, -difference.low)
    else:
        verdict, style = "same", None
    said = text(f"verdict.{kind}.{verdict}", linear=linear, difference=_signed(difference))
    for line in screen.wrapped(said):
        screen.line(line, style)


def _signed(figure: Estimate) -> str:
    return f"{number(figure.value)} ({number(figure.low)} … {number(figure.high)})"
