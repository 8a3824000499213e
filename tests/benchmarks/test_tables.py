"""The harness of tables: figures, folds, the file, resuming, the summary, the pages."""

from __future__ import annotations

import json
import re
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from benchmarks import __main__ as command
from benchmarks.tables import catalogue, making, page, scores, store, summary, worker
from benchmarks.tables import problem as problems
from benchmarks.tables.catalogue import Source
from benchmarks.tables.learners import LEARNERS, USUAL
from benchmarks.tables.problem import Problem
from benchmarks.tables.store import Key, Run, Store

_MACHINE = {
    "processor": "Example 3000",
    "cores": 2,
    "threads": 2,
    "memory_gb": 8,
    "system": "Linux x86_64",
    "python": "3.12.1",
}


def _store(losses: dict[str, dict[str, float]], seconds: dict[str, float]) -> Store:
    """Two folds a table; the figures of a learner by table, its seconds everywhere."""
    found = Store(_MACHINE)
    for table in {name for each in losses.values() for name in each}:
        classes = 0 if table.startswith("number") else 2
        found.tables[table] = {"rows": 100, "classes": classes, "n_folds": 2}
    for learner, tables in losses.items():
        for table, loss in tables.items():
            classes = found.tables[table]["classes"]
            names = ("log_loss", "auroc") if classes else ("rmse", "r2")
            for fold, shift in enumerate((-0.01, 0.01)):
                figures = dict(zip(names, (loss + shift, 1 - loss), strict=True))
                run = Run(table, learner, fold, "2026-01-02 03:04", seconds[learner], 0.1, 0.2)
                found.runs[run.key] = replace(run, scores=figures, version="1.2")
    return found


@pytest.fixture
def measured() -> Store:
    """Ours is best on "a", 50 % behind on "b", level on "number"; the forest lacks "b"."""
    return _store(
        {
            "pellucid": {"a": 0.2, "b": 0.6, "number": 3.0},
            "linear": {"a": 0.3, "b": 0.4, "number": 3.0},
            "forest": {"a": 0.4, "number": 2.0},
            "pellucid-tabm": {"a": 0.1},
        },
        {"pellucid": 2.0, "linear": 1.0, "forest": 6.0, "pellucid-tabm": 5.0},
    )


def test_figures_are_those_of_scikit_learn() -> None:
    metrics = pytest.importorskip("sklearn.metrics")
    random = np.random.default_rng(3)
    for n_classes in (2, 4):
        p = random.dirichlet(np.ones(n_classes), 90).round(2) + 0.01
        p /= p.sum(axis=1, keepdims=True)
        y = np.array([random.choice(n_classes, p=row) for row in p])
        found = scores.score(y, p, n_classes)
        area = metrics.roc_auc_score(y, p[:, 1] if n_classes == 2 else p, multi_class="ovr")
        assert found["log_loss"] == pytest.approx(metrics.log_loss(y, p), abs=1e-9)
        assert found["auroc"] == pytest.approx(area, abs=1e-12)
    y, predicted = random.normal(size=50), random.normal(size=50)
    found = scores.score(y, predicted, 0)
    assert found["r2"] == pytest.approx(metrics.r2_score(y, predicted))
    assert found["rmse"] == pytest.approx(metrics.root_mean_squared_error(y, predicted))


def test_a_sure_mistake_costs_a_finite_loss() -> None:
    found = scores.log_loss(np.array([1]), np.array([[1.0, 0.0]]))
    assert found == pytest.approx(-np.log(1e-6), abs=1e-5)


def test_calibration_by_hand_and_after_a_temperature() -> None:
    # Four rows at 0.9, three right: 0.15; two at 0.6, one right: 0.1.
    p = np.array([[0.9, 0.1]] * 4 + [[0.6, 0.4]] * 2)
    y = np.array([0, 0, 0, 1, 0, 1])
    assert scores.calibration_error(y, p) == pytest.approx((4 * 0.15 + 2 * 0.1) / 6)
    random = np.random.default_rng(0)
    logit = random.normal(size=4000)
    y = (random.random(4000) < 1 / (1 + np.exp(-logit))).astype(int)
    sure = 1 / (1 + np.exp(-4 * logit))
    p = np.stack([1 - sure, sure], axis=1)
    after = scores.calibrated(y, p, np.arange(4000) % 5)
    assert scores.calibration_error(y, after) < 0.3 * scores.calibration_error(y, p)
    assert np.array_equal(after.argmax(axis=1), p.argmax(axis=1))


def test_ranks_and_distances(measured: Store) -> None:
    learners = summary.ranked(measured)
    assert learners == ["pellucid", "linear", "forest"]
    assert summary.common(measured, learners) == ["a", "number"]
    ranks = summary.mean_ranks(measured, learners, ["a", "number"], loss=True)
    assert ranks == {"pellucid": (1 + 2.5) / 2, "linear": (2 + 2.5) / 2, "forest": (3 + 1) / 2}
    two = ["pellucid", "linear"]
    assert summary.whole(measured, learners) == two
    far = summary.behind(measured, two, summary.common(measured, two))
    assert far == {"a": pytest.approx(0), "b": pytest.approx(0.5)}


def test_a_learner_of_few_tables_is_not_ranked(measured: Store) -> None:
    for fold in (0, 1):
        del measured.runs[Key("number", "forest", fold)]
    assert summary.ranked(measured) == ["pellucid", "linear"]
    assert {duel.other for duel in summary.duels(measured)} >= {"forest", "pellucid-tabm"}


def test_duels_compare_shared_tables_and_median_times(measured: Store) -> None:
    duels = {duel.other: duel for duel in summary.duels(measured)}
    linear, forest = duels["linear"], duels["forest"]
    assert (linear.n, linear.better, linear.equal, linear.times) == (3, 1, 1, 0.5)
    assert (forest.n, forest.better, forest.times) == (2, 1, 3.0)
    assert forest.ratio == pytest.approx((0.5 + 1.5) / 2)
    assert duels["pellucid-tabm"].n == 1


def test_an_unfinished_table_counts_for_nothing(measured: Store) -> None:
    key = Key("a", "linear", 1)
    measured.runs[key] = Run(*key, "2026-01-02 03:04", error="out of memory")
    assert not measured.done(key)
    assert summary.finished(measured, "linear") == {"b", "number"}
    assert np.isnan(measured.mean("a", "linear", "log_loss"))
    assert "`out of memory`" in page.text(measured, page.ENGLISH, ["a", "b", "never"])


def test_the_file_keeps_everything(measured: Store, tmp_path: Path) -> None:
    measured.calibration["a"] = {"pellucid": {"ece": 0.1, "ece_after": 0.05}}
    path = tmp_path / "found.json"
    measured.write(path)
    again = store.read(path)
    assert again == measured
    again.write(tmp_path / "again.json")
    assert (tmp_path / "again.json").read_bytes() == path.read_bytes()
    path.write_text('{"format": 1}', "utf-8")
    with pytest.raises(ValueError, match="expected results of tables"):
        store.read(path)


def test_pages_say_what_was_not_run(measured: Store, tmp_path: Path) -> None:
    english = page.text(measured, page.ENGLISH, ["a", "b", "number", "never"])
    assert "- Logistic / ridge: 3 of 4 tables finished" in english
    assert "- CatBoost: 0 of 4 tables finished" in english
    assert "Tables that no learner finished, 1 in all: never" in english
    assert "Of 3 learners, over the 2 tables" in english
    assert "Of 2 learners, over the 3 tables" in english
    assert "on 0 of 1 tables (0%)." in english and "on 1 of 2 tables (50%): b +50%." in english
    assert "| a | 100 | **0.2** | 0.3 | 0.4 |" in english
    chinese = page.text(measured, page.CHINESE, ["a", "b", "number", "never"])
    assert english.count("\n|") == chinese.count("\n|")
    prose = re.sub(r"\[[^]]*\]\([^)]*\)|`[^`]*`", "", chinese)
    words = set(re.findall(r"[A-Za-z]{4,}", prose))
    assert words & {"table", "tables", "better", "learner", "Mean", "rows"} == set()
    (tmp_path / "zh").mkdir()
    written = page.write(measured, tmp_path, tmp_path)
    assert [path.name for path in written] == ["tables.md", "tables.md"]


_ROWS = """id,colour,size,outcome
""" + "\n".join(
    f"{k // 2},{'red' if k % 3 else ''},{k * 1.5 if k % 7 else '?'},{'yes' if k % 4 else 'no'}"
    for k in range(60)
)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder of tables with one table of classes, listed as pmlb lists its own."""
    (tmp_path / "pmlb").mkdir()
    (tmp_path / "small.csv").write_text(_ROWS + "\n60,red,1,\n", "utf-8")
    return tmp_path


def test_a_problem_keeps_groups_together_and_classes_even(folder: Path) -> None:
    made = making.make(Source("small", "small.csv", "classes", "outcome", group=0), folder)
    assert (len(made.y), made.classes, list(made.columns)) == (
        60,
        ("no", "yes"),
        ["colour", "size"],
    )
    assert made.facts == {"folds": "stratified, grouped"}
    assert made.group is not None
    for group in np.unique(made.group):
        assert len(np.unique(made.fold[made.group == group])) == 1
    path = folder / "problem.npz"
    made.write(path)
    again = problems.read(path)
    assert again.columns["colour"].tolist() == made.columns["colour"].tolist()
    np.testing.assert_array_equal(again.columns["size"], made.columns["size"])
    for name in ("y", "fold", "group"):
        np.testing.assert_array_equal(getattr(again, name), getattr(made, name))
    assert (again.classes, again.categories) == (made.classes, made.categories)


def test_given_folds_are_kept(tmp_path: Path) -> None:
    masks = np.eye(10, dtype=int)[np.arange(40) % 10]
    (tmp_path / "x.csv").write_text("\n".join(f"{k}.5,{k * k}.25" for k in range(40)), "utf-8")
    (tmp_path / "m.csv").write_text("\n".join(",".join(map(str, m)) for m in masks), "utf-8")
    made = making.make(Source("x", "x.csv", "number", masks="m.csv"), tmp_path)
    assert made.fold.tolist() == [(k % 10) // 2 for k in range(40)]
    assert made.classes == ()


class _Mean:
    """Answers with the shares of the classes; it is told the codes without gaps."""

    def fit(self, x: np.ndarray, y: np.ndarray, n_classes: int, seed: int):
        shares = np.bincount(y, minlength=n_classes) / len(y)
        return lambda rows: np.tile(shares, (len(rows), 1))


def test_an_unseen_class_has_probability_zero() -> None:
    y = np.array([0, 2, 2, 1, 0, 2])
    made = Problem("p", {}, y, np.array([0, 0, 0, 1, 1, 0]), ("a", "b", "c"))
    predicted, _, _ = worker.learn(_Mean(), made, _Rows(np.zeros(6)), 1, 0)
    assert predicted.tolist() == [[0.25, 0, 0.75]] * 2


class _Rows:
    """An array that takes rows as a table does."""

    def __init__(self, values: np.ndarray) -> None:
        self._values = values

    def __len__(self) -> int:
        return len(self._values)

    def take(self, rows: np.ndarray) -> _Rows:
        """These rows."""
        return _Rows(self._values[rows])


def test_a_run_is_cut_and_goes_on(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    pytest.importorskip("pandas")
    listed = (Source("small", "small.csv", "classes", "outcome", leave_out=(0,)),)
    monkeypatch.setattr(catalogue, "_LISTED", listed)
    file = folder / "found.json"
    given = ["tables", "--data", str(folder), "--json", str(file), "--peer-python", sys.executable]
    given += ["--learners", "linear", "--threads", "1"]
    assert command.main([*given, "--minutes", "1e-9"]) == 0
    assert "cut" in capsys.readouterr().err and not file.is_file()
    assert command.main(given) == 0
    first = store.read(file)
    assert first.done(Key("small", "linear", 4)) and len(first.runs) == 5
    assert set(first.calibration["small"]) == {"linear"}
    assert {run.error for run in first.runs.values()} == {""}
    del first.runs[Key("small", "linear", 2)]
    first.write(file)
    assert command.main(given) == 0
    assert capsys.readouterr().err.count("fold 3") == 2
    with pytest.raises(SystemExit):
        command.main([*given[:-1], "2"])
    assert "other threads" in capsys.readouterr().err


@pytest.mark.parametrize("option", ["--tables", "--learners"])
def test_unknown_names_are_refused(option: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        command.main(["tables", option, "nobody"])
    assert "'nobody'" in capsys.readouterr().err


def test_every_learner_is_one_of_ours_or_a_peer() -> None:
    assert {name for name, each in LEARNERS.items() if each.ours} == {
        name for name in LEARNERS if name.startswith("pellucid")
    }
    assert "pellucid-tabm" not in USUAL
    assert json.dumps([each.settings for each in LEARNERS.values()])
