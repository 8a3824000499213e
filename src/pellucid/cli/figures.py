"""How the figures of an evaluation are said: beside the other models, and the verdict.

All of it is read from a study, so a model file says the same as the run that made it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from pellucid.cli.messages import text
from pellucid.cli.screen import Screen

Study = Mapping[str, Any]

# Confusion is told class by class only as long as that can be taken in.
_MOST_CLASSES_SHOWN = 8
_MOST_COLUMNS_SHOWN = 6
# Rounding alone makes such a difference between a model and itself.
_NOTHING = 1e-9

_SHOWN = {
    "binary": (
        *("auc", "auprc", "accuracy", "sensitivity", "specificity", "ppv", "npv"),
        *("ppv_at_prevalence", "npv_at_prevalence", "log_loss", "brier"),
    ),
    "multiclass": ("accuracy", "balanced_accuracy", "auc", "f1", "log_loss", "brier"),
    "multilabel": ("subset_accuracy", "hamming_loss", "auc", "f1", "log_loss", "brier"),
    "regression": ("rmse", "mae", "r2", "coverage", "width"),
}


def show_figures(study: Study, screen: Screen) -> None:
    """The table of figures, confusion, thresholds, how sure the model is, and the verdict."""
    evaluation, kind = study["evaluation"], study["task"]["kind"]
    network = evaluation["network"]
    screen.heading(text("figures.title", n=f"{network['n']:,}"))
    rows = comparison(evaluation, kind)
    screen.table(rows, best=1)
    screen.line()
    for line in (*confusion_lines(network, study["task"]), *_sureness(study)):
        screen.say(line)
    if study.get("verdict"):
        show_verdict(study["verdict"], kind, screen)
    for name, external in (evaluation.get("external") or {}).items():
        screen.heading(text("figures.external", name=name, n=f"{external['n']:,}"))
        screen.table(figure_rows(external, kind))


def comparison(evaluation: Mapping[str, Any], kind: str) -> list[list[str]]:
    """The figures of the network, the linear model and the constant one, with a header."""
    linear = "figures.ridge" if kind == "regression" else "figures.linear"
    constant = "figures.mean" if kind == "regression" else "figures.majority"
    names = {"network": "figures.network", "linear": linear, "constant": constant}
    found = {name: evaluation[name] for name in names if evaluation.get(name)}
    rows = [["", *(text(names[name]) for name in found)]]
    for figure in _SHOWN[kind]:
        if figure not in found["network"]["figures"]:
            continue
        cells = [text(f"figure.{figure}")]
        for name, each in found.items():
            value = each["figures"].get(figure)
            # The same answer for all has no luck to have: its interval would be noise.
            cells.append(number_of(value) if name == "constant" else estimate_of(value))
        rows.append(cells)
    return rows


def figure_rows(evaluation: Mapping[str, Any], kind: str) -> list[tuple[str, str]]:
    """The figures of one model, a line each, calibration among them."""
    figures = evaluation["figures"]
    rows = [(text(f"figure.{n}"), estimate_of(figures[n])) for n in _SHOWN[kind] if n in figures]
    calibration = evaluation.get("calibration") or {}
    for name in ("slope", "intercept", "ece"):
        if isinstance(calibration.get(name), Mapping):
            rows.append((text(f"figure.{name}"), estimate_of(calibration[name])))
    return rows


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


def number_of(figure: Mapping[str, Any] | None) -> str:
    """The value of a figure of a study, without its interval.

    >>> number_of({"value": 0.5, "low": 0.25, "high": 0.75}), number_of(None)
    ('0.500', '–')
    """
    value = None if figure is None else figure["value"]
    return "–" if value is None else number(value)


def estimate_of(figure: Mapping[str, Any] | None) -> str:
    """A figure of a study with its interval.

    >>> estimate_of({"value": 0.5, "low": 0.25, "high": 0.75})
    '0.500 (0.250–0.750)'
    >>> estimate_of({"value": 0.5, "low": None, "high": None})
    '0.500'
    """
    shown = number_of(figure)
    if figure is None or figure.get("low") is None or figure.get("high") is None:
        return shown
    # A dash before a minus sign is hard to read.
    between = " … " if figure["low"] < 0 else "–"
    return f"{shown} ({number(figure['low'])}{between}{number(figure['high'])})"


def probability(value: float) -> str:
    """Three decimals, never quite 0 or 1.

    >>> probability(0.5), probability(0.9999), probability(1e-9)
    ('0.500', '>0.999', '<0.001')
    """
    if value < 0.001:
        return "<0.001"
    return f"{value:.3f}" if value <= 0.999 else ">0.999"


def confusion_lines(evaluation: Mapping[str, Any], task: Mapping[str, Any]) -> list[str]:
    """One line for each class: how many of its cases were called what."""
    confusion, classes = evaluation.get("confusion"), task["classes"]
    if confusion is None or len(classes) > _MOST_CLASSES_SHOWN:
        return []
    lines = []
    for label, row in zip(classes, confusion, strict=True):
        called = [
            text("figures.called", n=round(n), label=other)
            for other, n in zip(classes, row, strict=True)
            if n
        ]
        parts, n_rows = text("comma").join(called), round(sum(row))
        lines.append(
            text("figures.confusion", target=task["target"], n=n_rows, label=label, parts=parts)
        )
    return lines


def _sureness(study: Study) -> list[str]:
    """Another threshold, calibration, prediction sets: what else to know before using it."""
    network, lines = study["evaluation"]["network"], []
    calibration = network.get("calibration") or {}
    if isinstance(calibration.get("slope"), Mapping):
        slope, intercept = (estimate_of(calibration.get(name)) for name in ("slope", "intercept"))
        more = "" if intercept == "–" else text("figures.intercept", intercept=intercept)
        lines.append(text("figures.calibration", slope=slope, intercept=more))
    lines += [_balanced(study, network), _conformal(study), _abstention(study)]
    return [line for line in lines if line]


def _conformal(study: Study) -> str:
    """What sets or intervals promised, and what came of it."""
    found = study.get("conformal")
    if not found or "observed" not in found:
        return ""
    key = "figures.intervals" if study["task"]["kind"] == "regression" else "figures.sets"
    width = number(found["mean_width"]) if "mean_width" in found else ""
    return text(
        key, promised=f"{found['coverage']:.0%}", held=_shares(found["observed"]), width=width
    )


def _abstention(study: Study) -> str:
    """How many rows are left to a person, and how right the others are."""
    found = study.get("abstention")
    if not found or not found.get("n_abstained"):
        return ""
    accuracy = found["accuracy"]["answered"]
    return text(
        "figures.abstention",
        n=found["n_abstained"],
        total=found["n"],
        accuracy="–" if accuracy is None else f"{accuracy:.1%}",
    )


def _shares(figure: Mapping[str, Any]) -> str:
    if figure.get("low") is None:
        return f"{figure['value']:.0%}"
    return f"{figure['value']:.1%} ({figure['low']:.0%}–{figure['high']:.0%})"


def _balanced(study: Study, network: Mapping[str, Any]) -> str:
    """The threshold of the largest sensitivity + specificity, if it is not the one in use."""
    named: Sequence[Mapping[str, Any]] = network.get("thresholds") or ()
    for each in named:
        if each.get("name") == "youden" and each["threshold"] != network.get("threshold"):
            return text(
                "figures.threshold",
                threshold=number(each["threshold"]),
                sensitivity=estimate_of(each["sensitivity"]),
                specificity=estimate_of(each["specificity"]),
            )
    return ""


def show_verdict(verdict: Mapping[str, Any], kind: str, screen: Screen) -> None:
    """Whether the network is better than the linear model, beyond what chance explains."""
    found = verdict["verdict"]
    difference = verdict["difference"]
    if found == "worse":
        difference = {
            "value": -difference["value"],
            "low": -difference["high"],
            "high": -difference["low"],
        }
    linear = text("figures.ridge" if kind == "regression" else "figures.linear")
    what = "number" if kind == "regression" else "classes"
    if max(abs(difference[key] or 0) for key in ("value", "low", "high")) < _NOTHING:
        screen.say(text("verdict.alone", linear=linear))
        return
    said = text(f"verdict.{what}.{found}", linear=linear, difference=_signed(difference))
    style = {"better": "good", "worse": "warning"}.get(found)
    screen.say(said, style)


def show_subgroups(study: Study, screen: Screen) -> None:
    """The first figures for each value of each column of --by."""
    for column, parts in (study.get("subgroups") or {}).items():
        screen.heading(text("evaluate.by", column=column))
        screen.table(part_rows(parts, study["task"]["kind"]))


def part_rows(parts: Mapping[str, Any], kind: str) -> list[list[str]]:
    """A row for each part of the cases, with the first figures."""
    chosen = {"binary": ("auc", "accuracy"), "regression": ("rmse", "r2")}
    names = chosen.get(kind, ("accuracy", "log_loss"))
    rows = [["", text("data.rows"), *(text(f"figure.{name}") for name in names)]]
    for level, each in parts.items():
        figures = [estimate_of(each["figures"].get(name)) for name in names]
        rows.append([level, f"{each['n']:,}", *figures])
    return rows


def show_importance(study: Study, screen: Screen) -> None:
    """The columns that matter most."""
    found = study.get("importance") or []
    if not found:
        return
    relative = study["task"]["kind"] == "regression"
    screen.heading(text("figures.importance_share" if relative else "figures.importance"))
    shown = found[:_MOST_COLUMNS_SHOWN]
    screen.table([(c["column"], _percent(c) if relative else estimate_of(c)) for c in shown])


def _percent(column: Mapping[str, Any]) -> str:
    """The rise of the loss in hundredths of it: squares of the target's unit say little."""
    if not column.get("share") or not column["value"]:
        return estimate_of(column)
    unit = column["share"] / column["value"]
    value, low, high = (f"{(column[key] or 0) * unit:.0%}" for key in ("value", "low", "high"))
    return f"{value} ({low} … {high})"


def _signed(figure: Mapping[str, Any]) -> str:
    shown = number_of(figure)
    if figure.get("low") is None or figure.get("high") is None:
        return shown
    return f"{shown} ({number(figure['low'])} … {number(figure['high'])})"
