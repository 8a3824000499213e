"""Writes the pages of the results, English and Chinese, and their charts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from benchmarks import chart, report
from benchmarks.results import Result, Results, Row
from benchmarks.workloads import Workload

_BUSY = 0.5  # processes in the minute before that wanted a processor


@dataclass(frozen=True)
class Language:
    """All that is written on a page; `words` translates what the tables say in English."""

    folder: str
    chinese: bool
    title: str
    opening: str
    machine: str
    measured: str
    busy: str
    absent: str
    differs: str
    goals: str
    reached: tuple[str, str]
    versions: str
    words: Mapping[str, str]

    def say(self, text: str) -> str:
        """A label or a heading in this language."""
        for english, other in self.words.items():
            text = text.replace(english, other)
        return text

    def name(self, work: Workload) -> str:
        """The title of a workload."""
        return work.chinese if self.chinese else work.title


ENGLISH = Language(
    folder="",
    chinese=False,
    title="Benchmarks",
    opening=(
        "Pellucid beside other libraries: the same mathematics on the same data, in float32, on\n"
        "the processor. Within a workload all libraries run in turn, round after round, each in a\n"
        "process of its own with as many threads as there are cores. A time is the median over\n"
        "the rounds, *spread* the least and the most; *× ours* is the median over the rounds of a\n"
        "library's time divided by ours. *First* is the time from data to the end of the first\n"
        "repeat, compiling included. GFLOP/s count the matrix products of a step alone. How each\n"
        "library is set up, and how to repeat this, stands in\n"
        "[benchmarks/README.md](../benchmarks/README.md).\n"
    ),
    machine="{processor}, {cores} cores, {memory_gb} GB, {system}, Python {python}",
    measured="Measured on {date}, {rounds} rounds, target `{target}`.",
    busy="Other programs were running (load {load:.1f}): the figures are provisional.",
    absent="Not measured: {list}.",
    differs="Numbers that differ from the NumPy twin's: {list}.",
    goals="| goal | measured | |",
    reached=("reached", "not reached"),
    versions="Versions",
    words={},
)

CHINESE = Language(
    folder="zh",
    chinese=True,
    title="基准测试",
    opening=(
        "Pellucid 与其他库的比较：同样的数学、同样的数据，在处理器上用 float32 计算。"
        "同一任务中各库逐轮轮流运行，每个库有自己的进程，线程数等于核数。"
        "时间是各轮的中位数，“范围”是最小值到最大值；"
        "“倍数”是各轮中该库用时与本库用时之比的中位数。"
        "“首次”是从数据到第一次运行结束的时间，包括编译。"
        "GFLOP/s 只计一步中的矩阵乘法。"
        "各库如何设置、怎样重做这些测量，见 [benchmarks/README.md](../../benchmarks/README.md)。\n"
    ),
    machine="{processor}，{cores} 核，{memory_gb} GB 内存，{system}，Python {python}",
    measured="测于 {date}，{rounds} 轮，目标 `{target}`。",
    busy="测量时有其他程序在运行（负载 {load:.1f}），数字是暂时的。",
    absent="未测量：{list}。",
    differs="数值与 NumPy 手写版不一致：{list}。",
    goals="| 目标 | 测得 | |",
    reached=("达到", "未达到"),
    versions="版本",
    words={
        "NumPy by hand": "手写 NumPy",
        "Pellucid, NumPy source": "Pellucid（NumPy 源码）",
        "Pellucid, predict_on_batch": "Pellucid（predict_on_batch）",
        "PyTorch, torch.compile": "PyTorch（torch.compile）",
        "Keras 3 on JAX": "Keras 3（JAX）",
        "Keras 3 on TensorFlow": "Keras 3（TensorFlow）",
        "Peak of the machine (FMA)": "本机峰值（FMA）",
        "a step": "每步",
        "a process": "每个进程",
        "a network": "每个网络",
        "a call": "每次调用",
        "spread": "范围",
        "× ours": "倍数",
        "all cores": "处理器时间",
        "memory": "内存",
        "first": "首次",
        " of peak": "峰值",
    },
)


def write(results: Results, docs: Path) -> list[Path]:
    """Write the pages and the charts below `docs`; their paths."""
    written = []
    for language in (ENGLISH, CHINESE):
        folder = docs / language.folder
        folder.mkdir(parents=True, exist_ok=True)
        page, picture = folder / "benchmarks.md", folder / "benchmarks.svg"
        page.write_text(text(results, language), "utf-8")
        chart.write(
            results,
            picture,
            lambda result, language=language: language.name(result.work),  # type: ignore[misc]
            lambda row, language=language: language.say(row.label),  # type: ignore[misc]
        )
        written += [page, picture]
    return written


def text(results: Results, language: Language) -> str:
    """A page in Markdown."""
    parts = [
        f"# {language.title}\n",
        language.opening,
        language.machine.format(**results.machine) + "\n",
        f"![{language.title}](benchmarks.svg)\n",
        *(_section(result, language) for result in results.results.values()),
        _versions(results, language),
    ]
    return "\n".join(parts)


def _section(result: Result, language: Language) -> str:
    lines = [f"## {language.name(result.work)}", "", language.measured.format(**vars(result))]
    if result.load > _BUSY:
        lines.append(language.busy.format(load=result.load))
    lines += ["", *_table(result, language), ""]
    lines += _remarks(result, language)
    verdicts = list(result.verdicts())
    if verdicts:
        rows = [
            _line([language.say(goal), measured, language.reached[not reached]])
            for goal, measured, reached in verdicts
        ]
        lines += [language.goals, "|---|--:|---|", *rows, ""]
    return "\n".join(lines)


def _table(result: Result, language: Language) -> list[str]:
    names = [language.say(name) for name in report.header(result)]
    rows = [report.cells(result, row) for row in result.measured]
    return [
        _line(names),
        _line(["---", *["--:"] * (len(names) - 1)]),
        *(_line([language.say(row[0]), *row[1:]]) for row in rows),
    ]


def _remarks(result: Result, language: Language) -> list[str]:
    differing = [row for row in result.measured if row.agrees is False]
    failed = [row for row in result.rows if row.error]
    lines = []
    if failed:
        lines.append(language.absent.format(list=_listed(failed, language)))
    if differing:
        lines.append(language.differs.format(list=_listed(differing, language)))
    return [*lines, ""] if lines else []


def _listed(rows: list[Row], language: Language) -> str:
    parts = [
        f"{language.say(row.label)} ({row.error})" if row.error else language.say(row.label)
        for row in rows
    ]
    return ("、" if language.chinese else ", ").join(parts)


def _versions(results: Results, language: Language) -> str:
    found: dict[str, str] = {}
    for result in results.results.values():
        for row in result.rows:
            found |= row.versions
    listed = "\n".join(f"- {name} {version}" for name, version in sorted(found.items()))
    return f"## {language.versions}\n\n{listed}\n"


def _line(cells: list[str]) -> str:
    return "| " + " | ".join(cells) + " |"
