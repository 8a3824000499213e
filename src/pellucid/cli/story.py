"""What `train` and `demo` tell on the way: the table, the training, the files."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from pellucid import settings
from pellucid.cli.figures import number
from pellucid.cli.messages import MESSAGES, text
from pellucid.cli.modelpath import REPORT_NAME
from pellucid.cli.screen import Screen
from pellucid.tabular.reasons import Reason
from pellucid.tabular.ticker import Progress

Study = Mapping[str, Any]

_MOST_CLASSES_SHOWN = 12
_MOST_WARNINGS_SHOWN = 8


def show_saved(folder: Path, names: Sequence[str], screen: Screen) -> None:
    """Where the files stand."""
    screen.heading(text("saved.title", folder=folder))
    screen.table([(name, text(f"saved.{name.partition('.')[0]}")) for name in names])
    if REPORT_NAME in names:
        screen.line(f"  {text('saved.look', path=folder / REPORT_NAME)}")
    screen.line(f"  {text('saved.next')} pellucid predict {folder} NEW.csv")


def show_data(study: Study, screen: Screen) -> None:
    """What was found in the table, and what is made of it."""
    data, schema = study["data"], study["schema"]
    used = [column for column in schema if column["used"]]
    screen.heading(text("data.title", file=data["source"]))
    screen.facts(
        [
            (text("data.rows"), _rows_line(study)),
            (text("data.target"), _target_line(study)),
            (text("data.columns"), _kinds_line(used)),
            (text("data.missing"), _missing_line(data, used)),
            (text("data.left"), _left_line(schema)),
            (text("data.held"), _held_line(study)),
        ]
    )
    warnings = [(c["name"], each) for c in schema for each in c.get("warnings", ())]
    for name, each in warnings[:_MOST_WARNINGS_SHOWN]:
        screen.say(f"'{name}': {_said(each)}", "warning")
    _warn_of_repeats(study, screen)


def show_training(study: Study, screen: Screen) -> None:
    """What was learned, how, and how long it took."""
    training = study["training"]
    screen.heading(text("train.title"))
    screen.facts(
        [
            (text("train.recipe_used"), str(training.get("recipe", ""))),
            (text("train.networks"), _members_line(training)),
            (text("train.blend"), _blend_line(training.get("blend") or {})),
            (text("train.calibrated"), _calibration_line(training.get("calibration") or {})),
            (text("train.fit"), _diagnosis_line(training.get("diagnosis") or {})),
            (text("train.time"), _seconds_line(study)),
        ]
    )
    if study.get("interrupted") or training.get("interrupted"):
        screen.say(text("inspect.stopped"), "warning")


def progress_line(progress: Progress) -> str:
    """Where training stands, in a line."""
    said = text(f"progress.{progress.stage}", fit=progress.fit, total=progress.n_fits)
    if progress.loss is None or progress.loss != progress.loss:
        return said
    return said + text("progress.loss", loss=number(progress.loss))


def _rows_line(study: Study) -> str:
    data = study["data"]
    without, refused = data.get("without_target", 0), data.get("refused", {}).get("count", 0)
    n_rows, target = data["n_rows"] - without, _target_name(study)
    said = f"{n_rows:,}"
    if without:
        said = text("data.dropped", n=said, dropped=without, target=target)
    if refused:
        said += text("data.refused", n=refused)
    return said


def _target_name(study: Study) -> str:
    return str(study["task"].get("target") or text("comma").join(study["task"].get("targets", ())))


def _target_line(study: Study) -> str:
    task, target = study["task"], _target_name(study)
    if task["kind"] == "regression":
        found: Study = next((c for c in study["schema"] if c["name"] == target), {})
        low, high = found.get("minimum"), found.get("maximum")
        if low is None or high is None:
            return text("inspect.number", target=target)
        return text("data.number", target=target, low=f"{low:g}", high=f"{high:g}")
    counts = study["data"].get("classes", {})
    shown = task["classes"][:_MOST_CLASSES_SHOWN]
    said = [f"{name} ({counts[name]})" if name in counts else name for name in shown]
    classes = text("comma").join(said) + (" …" if len(shown) < len(task["classes"]) else "")
    key = "data.positive" if task["kind"] == "binary" else "data.classes"
    return text(key, target=target, classes=classes, positive=task["classes"][-1])


def _kinds_line(used: Sequence[Mapping[str, Any]]) -> str:
    counts = Counter(column["kind"] for column in used)
    parts = [text(f"kinds.{kind}", n=n) for kind, n in counts.items()]
    return text("comma").join(parts)


def _missing_line(data: Mapping[str, Any], used: Sequence[Mapping[str, Any]]) -> str:
    missing = data.get("missing", {})
    counts = [missing[c["name"]]["n"] for c in used if missing.get(c["name"], {}).get("n")]
    if not counts:
        return ""
    return text("data.filled", n=f"{sum(counts):,}", columns=len(counts), total=len(used))


def _left_line(schema: Sequence[Mapping[str, Any]]) -> str:
    left = [c for c in schema if not c["used"] and c.get("role") not in ("target", "group", "time")]
    return text("comma").join(f"{c['name']} ({_why(c)})" for c in left)


def _why(column: Mapping[str, Any]) -> str:
    """Why a column is left out, in a word."""
    role = column.get("role")
    if role in ("duplicate", "leak"):
        return text(f"kind.{role}")
    key = f"kind.{column['kind']}"
    return text(key) if key in MESSAGES else text("kind.chosen")


def _held_line(study: Study) -> str:
    split = study["split"]
    n_rows = split["n_train"] + split["n_test"]
    if split["kind"] == "cv":
        return text("data.cv", n=split["n_test"], folds=split.get("folds", ""))
    facts = {"n": f"{split['n_test']:,}", "share": f"{split['n_test'] / max(n_rows, 1):.0%}"}
    key = {"group": "data.grouped", "time": "data.latest"}.get(split["kind"], "data.held_out")
    return text(key, column=split.get(split["kind"]) or "", **facts)


def _said(warning: Mapping[str, Any]) -> str:
    return Reason.from_json(warning).text(settings.get("language"))


def _warn_of_repeats(study: Study, screen: Screen) -> None:
    """Rows of one person on both sides of the split would flatter every figure."""
    if study["split"]["kind"] in ("group", "time"):
        return
    for column in study["schema"]:
        n = column["n_rows"] - column["n_missing"]
        if column["kind"] == "identifier" and column["n_distinct"] < n:
            facts = {"column": column["name"], "n": column["n_distinct"], "rows": column["n_rows"]}
            screen.say(text("data.repeats", **facts), "warning")


def _members_line(training: Mapping[str, Any]) -> str:
    members = training.get("members")
    n = len(members) if isinstance(members, list | dict) else members
    epochs = training.get("epochs")
    if not n:
        return ""
    if isinstance(epochs, list) and epochs:
        spread = f"{min(epochs)}–{max(epochs)}" if min(epochs) < max(epochs) else f"{epochs[0]}"
        return text("train.members", n=n, epochs=spread)
    return str(n)


def _blend_line(blend: Mapping[str, float]) -> str:
    return text("comma").join(f"{_member(name)} {share:.0%}" for name, share in blend.items())


def _member(name: str) -> str:
    """What a member is called: a search may find network, network_2 and so on."""
    kind, _, number = name.partition("_")
    return f"{text(f'member.{kind}')} {number}".rstrip()


def _calibration_line(calibration: Mapping[str, Any]) -> str:
    method = calibration.get("method")
    before, after = calibration.get("log_loss_before"), calibration.get("log_loss_after")
    if not method:
        return ""
    said = text(f"calibration.{method}")
    if before is None or after is None or method == "none":
        return said
    return said + text("calibration.losses", before=number(before), after=number(after))


def _diagnosis_line(diagnosis: Mapping[str, Any]) -> str:
    kind = diagnosis.get("kind")
    return text(f"diagnosis.{kind}") if kind else ""


def _seconds_line(study: Study) -> str:
    seconds = study.get("seconds") or study["training"].get("seconds")
    return text("train.seconds", seconds=f"{seconds:.1f}") if seconds else ""
