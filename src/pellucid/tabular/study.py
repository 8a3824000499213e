"""The study: all that is known of a predictor, as one document in JSON's types.

The model file holds it, and the report is drawn from it alone.
"""

from __future__ import annotations

import datetime
import hashlib
import platform
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from pellucid.data.table import Table
from pellucid.tabular.evaluation import Evaluation, profile
from pellucid.tabular.judging import Judged
from pellucid.tabular.learning import Learned
from pellucid.tabular.options import Options
from pellucid.tabular.provenance import Provenance
from pellucid.tabular.rows import Parts, Rows
from pellucid.tabular.task import Task

VERSION = 1
_BLOCK = 1 << 20
# Members choose their epoch by the rows they leave out, which other members learn from: each
# training row has a part in everything.
_CHOICES = ("features", "weights", "epoch", "blend", "calibration", "threshold", "conformal")


def make_study(
    table: Table,
    rows: Rows,
    parts: Parts,
    options: Options,
    learned: Learned,
    judged: Judged,
) -> dict[str, Any]:
    """The whole study of a training and its check.

    `version`, `created` (UTC), `versions`, `seed`, `settings` (that differ from the defaults),
    `interrupted`; `data`, `schema`, `task`, `split`, `training`, `profile` (of the columns learned
    from, for `drift`), `provenance` (which rows chose what), `evaluation` {network, linear,
    constant, external {name}} of `Evaluation.to_json`, `verdict`, `threshold`, `decision_curve`,
    `conformal`, `abstention`, `importance`, `learning_curve` (of `model`, linear or network),
    `subgroups` {column: {value: evaluation}}. NaN is None everywhere.
    """
    known = np.arange(len(rows)) if parts.kind == "cv" else parts.pairs[0][0]
    study = training_study(table, rows.take(known), options, learned)
    study["data"]["without_target"] = len(table) - len(rows)
    study["data"]["classes"] = _class_counts(learned.predictor.task, rows.y)
    study["provenance"] = _provenance(table, rows, parts, learned).to_json()
    study["split"] = _split(rows, parts, options)
    study["evaluation"] = {
        "network": judged.network.to_json(),
        "linear": judged.linear.to_json(),
        "constant": judged.constant.to_json(),
        "external": _evaluations(judged.external),
    }
    if judged.balanced is not None:
        study["evaluation"]["network_at_balanced_threshold"] = judged.balanced.to_json()
    study |= {
        "verdict": judged.verdict,
        "difference": judged.difference.to_json(),
        "threshold": judged.threshold,
        "decision_curve": judged.decision_curve,
        "conformal": judged.conformal,
        "abstention": judged.abstention,
        "importance": judged.importance,
        "learning_curve": judged.learning_curve,
        "subgroups": {name: _evaluations(each) for name, each in judged.subgroups.items()},
    }
    plain: dict[str, Any] = json_ready(study)
    return plain


def training_study(table: Table, rows: Rows, options: Options, learned: Learned) -> dict[str, Any]:
    """The part of the study that needs no held-out rows; `rows` are those learned from."""
    study = {
        "version": VERSION,
        "created": datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds"),
        "versions": versions(),
        "seed": options.seed,
        "settings": options.to_json(),
        "interrupted": learned.interrupted,
        "data": data_facts(table, len(table) - len(rows), options.file),
        "schema": [column.to_json() for column in learned.schema],
        "task": learned.predictor.task.to_json(),
        "training": learned.record,
        "profile": [each.to_json() for each in profile(rows.table, _used(learned))],
    }
    plain: dict[str, Any] = json_ready(study)
    return plain


def _provenance(table: Table, rows: Rows, parts: Parts, learned: Learned) -> Provenance:
    """Which rows of the table chose what. With `cv` all rows did, in the end."""
    task = learned.predictor.task
    whole = parts.kind == "cv"
    known = rows.places if whole else rows.places[parts.pairs[0][0]]
    uses: dict[str, np.ndarray] = dict.fromkeys(_CHOICES, known)
    if not whole:
        uses["test"] = rows.places[parts.pairs[0][1]]
    return Provenance.of(table, uses, (*_used(learned), *task.targets))


def _class_counts(task: Task, y: np.ndarray) -> dict[str, int] | None:
    """How many rows each class, or label, has."""
    if not task.is_classification:
        return None
    counts = y.sum(axis=0) if y.ndim == 2 else np.bincount(y, minlength=len(task.classes))
    return dict(zip(task.classes, counts.tolist(), strict=True))


def _used(learned: Learned) -> list[str]:
    return [column.name for column in learned.predictor.features.columns]


def data_facts(table: Table, without_target: int, file: Any = None) -> dict[str, Any]:
    """Where the rows came from, how they were read, what is missing."""
    reading = table.reading.to_json() if table.reading else {}
    refused = reading.get("refused", {"count": 0, "lines": []})
    return {
        "source": table.source,
        **_checksum(table, file),
        "n_rows": len(table),
        "n_columns": len(table.names),
        "reading": reading,
        "refused": refused,
        "without_target": without_target,
        "missing": reading.get("missing") or _missing(table),
    }


def versions() -> dict[str, str]:
    """Those of Pellucid, Python and NumPy, and the system."""
    from importlib.metadata import PackageNotFoundError, version

    found = {"python": platform.python_version(), "system": platform.platform()}
    for name in ("pellucid", "numpy", "llvmlite", "duckdb"):
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            continue
    return found


def json_ready(value: Any) -> Any:
    """The same in dicts, lists, text, numbers and None; NaN and infinities are None."""
    if isinstance(value, Mapping):
        return {str(key): json_ready(each) for key, each in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [json_ready(each) for each in value]
    if isinstance(value, np.ndarray):
        return json_ready(value.tolist())
    if isinstance(value, np.generic):
        return json_ready(value.item())
    if isinstance(value, float):
        return value if np.isfinite(value) else None
    return value if isinstance(value, str | int | bool | None) else str(value)


def _split(rows: Rows, parts: Parts, options: Options) -> dict[str, Any]:
    whole = parts.kind == "cv"
    columns = options.columns
    return {
        "kind": parts.kind,
        "n_train": len(rows) if whole else len(parts.pairs[0][0]),
        "n_test": sum(len(test) for _, test in parts.pairs),
        "folds": len(parts.pairs) if whole else None,
        "inner_folds": options.folds,
        "group": columns.group,
        "time": columns.time,
        "n_groups": None if rows.groups is None else len(np.unique(rows.groups)),
        "external": {name: len(table) for name, table in options.external.items()},
    }


def _evaluations(found: Mapping[str, Evaluation]) -> dict[str, Any]:
    return {name: each.to_json() for name, each in found.items()}


def _checksum(table: Table, file: Any) -> dict[str, str]:
    """SHA-256 of the file that was read, or else of the values of the table."""
    found = hashlib.sha256()
    if file is not None and Path(file).is_file():
        with Path(file).open("rb") as opened:
            while block := opened.read(_BLOCK):
                found.update(block)
        return {"sha256": found.hexdigest(), "sha256_of": "file"}
    for name in table.names:
        values = table[name]
        found.update(name.encode())
        found.update(values.tobytes() if table.is_numeric(name) else repr(values.tolist()).encode())
    return {"sha256": found.hexdigest(), "sha256_of": "values"}


def _missing(table: Table) -> dict[str, Any]:
    counts = {name: int(table.missing(name).sum()) for name in table.names}
    share = 1 / max(len(table), 1)
    return {name: {"n": n, "share": n * share, "marks": {}} for name, n in counts.items() if n}
