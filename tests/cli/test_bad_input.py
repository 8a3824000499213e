"""What cannot be used gets one clear line and exit code 2, and nothing is written."""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import pytest

from pellucid.cli.main import main
from pellucid.cli.modelpath import MODEL_NAME
from tests.cli.command import QUICK, WISCONSIN, pellucid, tree

_LINES = WISCONSIN.read_text("utf-8").splitlines()
_HEADER, _BODY = _LINES[0], _LINES[1:]
_BENIGN = [line for line in _BODY if line.endswith("benign")]
_MALIGNANT = [line for line in _BODY if line.endswith("malignant")]


def _csv(*lines: str) -> bytes:
    return ("\n".join(lines) + "\n").encode()


# Files by name, made anew for every case.
FILES: dict[str, bytes] = {
    "good.csv": _csv(*_LINES),
    "empty.csv": b"",
    "blank.csv": b"\n\n  \n",
    "header.csv": _csv(_HEADER),
    "headless.csv": _csv(*_BODY),
    "ragged.csv": _csv(*_LINES[:20], *["1,2,3"] * 90, *_LINES[20:]),
    "units.csv": _csv(_HEADER, ",".join(["mm"] * 11), *_BODY),
    "quote.csv": _csv(*_LINES[:4], '1,"2,3', *_LINES[4:]),
    "few.csv": _csv(*_LINES[:16]),
    "benign.csv": _csv(_HEADER, *_BENIGN),
    "rare.csv": _csv(_HEADER, *_BENIGN, *_MALIGNANT[:5]),
    "unlabelled.csv": _csv(_HEADER, *(line.rpartition(",")[0] + "," for line in _BODY)),
    "names.csv": _csv("a,b", *(f"{k},person {k}" for k in range(40))),
    "lonely.csv": _csv("class", *("benign", "malignant") * 20),
    "binary.csv": bytes(range(256)) * 20,
    "utf16.csv": "\n".join(_LINES).encode("utf-16")[:-1],
    "short.csv": _csv(*(",".join(line.split(",")[:4]) for line in _LINES)),
    "renamed.csv": _csv(_HEADER.replace("mitoses", "Mitosis"), *_BODY),
    "words.csv": _csv(*_LINES[:3], _LINES[3].replace(",", ",tall,", 1).replace(",1,", ",", 1)),
    "cut.csv.gz": b"\x1f\x8b\x08\x00" + bytes(40),
}


class Case(NamedTuple):
    """Words of a command, and what its one line must say in each language."""

    words: str
    english: str
    chinese: str


TRAIN = {
    "missing file": Case("absent.csv --target class", "no such file", "没有这个文件"),
    "folder": Case("folder --target class", "expected a file; received a folder", "一个文件夹"),
    "empty": Case("empty.csv --target class", "an empty file", "空文件"),
    "blank": Case("blank.csv --target class", "blank lines only", "只有空行"),
    "header only": Case("header.csv --target class", "rows below the header", "下面的数据行"),
    "no header": Case("headless.csv --target class", "read as data, not as", "当作数据"),
    "ragged": Case("ragged.csv --target class", "line 21: expected 11 cells", "第 21 行"),
    "units": Case("units.csv --target class", "Join names and units", "合并为一行"),
    "open quote": Case("quote.csv --target class", "a quote without its", "不成对的引号"),
    "binary": Case("binary.csv --target class", "binary data", "二进制数据"),
    "UTF-16": Case("utf16.csv --target class", "text in UTF-16", "UTF-16 编码的文本"),
    "cut gzip": Case("cut.csv.gz --target class", "a whole archive", "完整的压缩文件"),
    "unknown target": Case("good.csv --target clas", "Did you mean 'class'?", "是否指“class”？"),
    "foreign target": Case("good.csv --target price", "a column 'price'", "列“price”"),
    "one class": Case("benign.csv --target class", "only benign", "只有 benign"),
    "constant target": Case("lonely.csv --target class", "to learn from", "至少有一列可用于学习"),
    "rare class": Case("rare.csv --target class", "5 of class malignant", "只有 5 行"),
    "few rows": Case("few.csv --target class", "20 rows with a value", "至少 20 行"),
    "no target values": Case("unlabelled.csv --target class", "received 0", "得到：0"),
    "target of names": Case("names.csv --target b", "40 different values", "40 种取值"),
    "text as number": Case("good.csv --target class --task number", "a number", "需要数字"),
    "unknown positive": Case(
        "good.csv --target class --positive bad", "one of benign, malignant", "benign, malignant"
    ),
    "unknown group": Case("good.csv --target class --group idd", "Did you mean 'id'", "“id”"),
    "group with gaps": Case("good.csv --target class --group bare_nuclei", "16 miss", "缺失 16"),
    "unknown column left out": Case("good.csv --target class --leave-out x", "column 'x'", "“x”"),
    "out is a file": Case("good.csv --target class --out few.csv", "a folder to write", "文件夹"),
    "out below a file": Case("good.csv --target class --out few.csv/x", "can be writ", "可写入"),
    "fraction": Case("good.csv --target class --test-fraction 2", "0.01 to 0.99", "0.01 到 0.99"),
    "seed": Case("good.csv --target class --seed x", "a whole number from", "的整数"),
    "threshold": Case("good.csv --target class --threshold 7", "0.001 to 0.999", "的数"),
    "epochs": Case("good.csv --target class --epochs 0", "a whole number from 1", "1 到"),
    "task": Case("good.csv --target class --task x", "classes or number", "classes 或 number"),
    "no target": Case("good.csv", "arguments are required: --target", "缺少必需的参数：--target"),
    "unknown option": Case("good.csv --target class --fast", "--fast", "不认识的参数：--fast"),
    "no value": Case("good.csv --target", "expected one argument", "需要一个值"),
}

PREDICT = {
    "no model": Case("absent good.csv", "received none at this path", "该路径下没有文件"),
    "table as model": Case("good.csv good.csv", "a whole model file of ours", "模型文件"),
    "folder without model": Case("folder good.csv", "or a folder with model", "含有 model"),
    "empty model": Case("empty.csv good.csv", "a whole model file of ours", "完整的"),
    "half a model": Case("half.pellucid good.csv", "a whole model file of ours", "完整的"),
    "changed model": Case("changed.pellucid good.csv", "what was written", "与写入时相同"),
    "no table": Case("model absent.csv", "no such file", "没有这个文件"),
    "empty table": Case("model empty.csv", "an empty file", "空文件"),
    "table without rows": Case("model header.csv", "rows below the header", "下面的数据行"),
    "columns missing": Case(
        "model short.csv", "'bland_chromatin', 'normal_nucleoli', 'mitoses' missing", "缺少"
    ),
    "column renamed": Case(
        "model renamed.csv", "Is 'Mitosis' meant to be 'mitoses'?", "“Mitosis”是否应为“mitoses”"
    ),
    "words for numbers": Case("model words.csv", "a number; received 'tall' in row 3", "'tall'"),
    "out is a folder": Case("model good.csv --out folder", "a file to write to", "可写入的文件"),
    "out below a file": Case("model good.csv --out few.csv/x", "can be written", "可写入的位置"),
}

OTHERS = {
    "unknown command": Case("trian good.csv", "one of train, predict", "得到：'trian'"),
    "unknown demo": Case("demo cat", "expected tumour", "tumour"),
    "no model to print": Case("source good.csv", "a whole model file of ours", "完整的"),
    "unknown language": Case("source x --lang fr", "invalid choice: 'fr'", "不能是 'fr'"),
}

CASES = {
    **{f"train, {name}": c._replace(words=f"train {c.words}") for name, c in TRAIN.items()},
    **{f"predict, {name}": c._replace(words=f"predict {c.words}") for name, c in PREDICT.items()},
    **OTHERS,
}


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    folder = tmp_path_factory.mktemp("model")
    words = ["train", str(WISCONSIN), "--target", "class", "--out", str(folder / "m"), *QUICK]
    assert main([*words, "--json"]) == 0
    return (folder / "m" / MODEL_NAME).read_bytes()


@pytest.fixture
def place(tmp_path: Path, model: bytes) -> Path:
    for name, content in FILES.items():
        (tmp_path / name).write_bytes(content)
    for name in ("folder", "model"):
        (tmp_path / name).mkdir()
    (tmp_path / "model" / MODEL_NAME).write_bytes(model)
    (tmp_path / "half.pellucid").write_bytes(model[: len(model) // 2])
    (tmp_path / "changed.pellucid").write_bytes(model[:-5] + bytes([model[-5] ^ 1]) + model[-4:])
    return tmp_path


def check(code: int, out: str, err: str, said: str) -> None:
    assert (code, out) == (2, ""), err
    assert err.count("\n") == 1, err
    assert said in err, err
    assert "Traceback" not in err


@pytest.mark.parametrize("name", CASES)
def test_the_command_says_it_in_english(name: str, place: Path) -> None:
    before = tree(place)
    case = CASES[name]
    check(*pellucid(*case.words.split(), folder=place), said=case.english)
    assert tree(place) == before


# What may stand in Latin letters in a Chinese line: names of formats, programs, columns, classes,
# what the user typed, and the reason that a library gives for a file it cannot read.
_LATIN = set(
    "CSV UTF gzip Pellucid pellucid FILE NAME csv gz class classes number column train predict "
    "inspect source demo tumour help benign malignant id bad few folder absent en zh fr cat trian "
    "tall header too large small invalid length names clas price person idd threshold "
    "evaluate report provenance fraction test categorical "
    "seed epochs task target lang fast".split()
)


@pytest.mark.parametrize("name", CASES)
def test_the_command_says_it_in_chinese(
    name: str, place: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(place)
    monkeypatch.setenv("PELLUCID_LANG", "zh")
    before = tree(place)
    case = CASES[name]
    code = main(case.words.split())
    shown = capsys.readouterr()
    check(code, shown.out, shown.err, case.chinese)
    assert tree(place) == before
    # Names in quotes and the columns that were found are listed as they are.
    line = re.sub(r"“[^”]*”|'[^']*'", "", shown.err).partition("id, ")[0]
    files = "|".join(map(re.escape, [*FILES, "half.pellucid", "changed.pellucid", MODEL_NAME]))
    words = re.findall(r"[A-Za-z]{2,}", re.sub(files, "", line))
    assert set(words) - _LATIN == set()


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may write")
@pytest.mark.parametrize("words", ["train good.csv --target class --out locked/m"])
def test_a_locked_folder_is_found_before_training(words: str, place: Path) -> None:
    (place / "locked").mkdir(mode=0o500)
    check(*pellucid(*words.split(), folder=place), said="a place that can be written to")


def test_a_file_that_cannot_be_written_leaves_nothing(
    place: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device", "out")

    monkeypatch.chdir(place)
    monkeypatch.setattr(os, "replace", full)
    monkeypatch.setattr(os, "rename", full)
    before = tree(place)
    words = ["train", "good.csv", "--target", "class", "--out", "new", "--json", *QUICK]
    check(main(words), *capsys.readouterr(), said="No space left on device")
    assert tree(place) == before


def test_an_unknown_language_in_the_environment(place: Path) -> None:
    result = pellucid("--help", folder=place, lang="fr")
    check(*result, said="environment variable PELLUCID_LANG: expected 'en' or 'zh'")


_KINDS: dict[str, Callable[[bytes], bytes]] = {
    "first": lambda data: data[:8] + data[-500:],
    "long header": lambda data: (2**60).to_bytes(8, "little") + data[8:],
    "pickle": lambda data: b"\x80\x04\x95" + data,
    "nested": lambda data: b'{"__metadata__":' * 1000,
}


@pytest.mark.parametrize("kind", _KINDS)
def test_hostile_models_are_refused(
    kind: str, place: Path, model: bytes, capsys: pytest.CaptureFixture[str]
) -> None:
    path = place / "hostile.pellucid"
    path.write_bytes(_KINDS[kind](model))
    code = main(["predict", str(path), str(place / "good.csv")])
    check(code, *capsys.readouterr(), said="hostile.pellucid")
