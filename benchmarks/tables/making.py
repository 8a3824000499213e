"""Makes a problem of a table: which columns, which outcome, which outer folds."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from benchmarks.tables.catalogue import Source
from benchmarks.tables.problem import Problem

N_FOLDS = 5
_SEED = 0


def make(source: Source, folder: Path) -> Problem:
    """Read the table, drop the rows without an outcome, deal the rest to the folds."""
    from pellucid.data import read_table

    table = read_table(folder / source.file)
    target = _name(table.names, source.target)
    places = np.flatnonzero(~table.missing(target))
    table = table.take(places)
    y, classes = _outcome(table, target, source)
    group = None
    if source.group is not None:
        group = np.array([str(v) for v in table.strings(_name(table.names, source.group))])
    aside = {target, *(_name(table.names, each) for each in source.leave_out)}
    if source.group is not None:
        aside.add(_name(table.names, source.group))
    table = table.select(name for name in table.names if name not in aside)
    how, fold = _folds(source, folder, y, classes, group, places)
    categories, unused = _kinds(table)
    return Problem(
        source.name,
        {name: _plain(table, name) for name in table.names},
        y,
        fold,
        classes,
        categories,
        unused,
        group,
        {"folds": how},
    )


def _outcome(table: object, target: str, source: Source) -> tuple[np.ndarray, tuple[str, ...]]:
    from pellucid.data import Table

    assert isinstance(table, Table)
    if source.aim == "number":
        return table.numbers(target), ()
    if source.above is not None:
        return (table.numbers(target) > source.above).astype(np.int64), ("no", "yes")
    classes, codes = np.unique(table.strings(target).astype(str), return_inverse=True)
    return codes.astype(np.int64), tuple(str(name) for name in classes)


def _kinds(table: object) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The columns of categories, and the texts that are none."""
    from pellucid.data import Table
    from pellucid.tabular import infer_schema

    assert isinstance(table, Table)
    categories, unused = [], []
    for column in infer_schema(table):
        if column.kind in ("categorical", "boolean", "ordinal"):
            categories.append(column.name)
        elif not table.is_numeric(column.name):
            unused.append(column.name)
    return tuple(categories), tuple(unused)


def _plain(table: object, name: str) -> np.ndarray:
    from pellucid.data import Table

    assert isinstance(table, Table)
    if table.is_numeric(name):
        return table[name]
    return np.array(["" if cell is None else cell for cell in table[name]], dtype=np.str_)


def _folds(
    source: Source,
    folder: Path,
    y: np.ndarray,
    classes: tuple[str, ...],
    group: np.ndarray | None,
    places: np.ndarray,
) -> tuple[str, np.ndarray]:
    """How the folds came about, and the fold (N,) of each row."""
    if source.masks:
        return "given", _given(folder / source.masks)[places]
    from pellucid.data import kfold

    strata = _strata(y, group) if classes else None
    fold = np.zeros(len(y), np.int64)
    pairs = kfold(len(y), N_FOLDS, stratify=strata, groups=group, seed=_SEED)
    for number, (_, test) in enumerate(pairs):
        fold[test] = number
    kinds = [
        word for word, used in (("stratified", classes), ("grouped", group is not None)) if used
    ]
    return ", ".join(kinds) or "random", fold


def _strata(y: np.ndarray, group: np.ndarray | None) -> np.ndarray | None:
    """The classes; those too rare to be in every fold together with the rarest that is not."""
    sizes = np.bincount(y)
    if group is not None:
        sizes = np.array([len(np.unique(group[y == code])) for code in range(len(sizes))])
    common = np.flatnonzero(sizes >= N_FOLDS)
    if len(common) == 0:
        return None
    joined = y.copy()
    joined[np.isin(y, common, invert=True)] = common[np.argmin(sizes[common])]
    return joined


def _given(path: Path) -> np.ndarray:
    from pellucid.data import read_table

    table = read_table(path)
    masks = np.stack([table.numbers(name) for name in table.names], axis=1)
    if not (masks.sum(axis=1) == 1).all():
        raise ValueError(f"{path}: expected every row in one test fold")
    return np.asarray(masks.argmax(axis=1) // (masks.shape[1] // N_FOLDS))


def _name(names: tuple[str, ...], column: int | str) -> str:
    return names[column] if isinstance(column, int) else column
