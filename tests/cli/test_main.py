"""The command as a whole: help, languages, exit codes, Ctrl-C."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from pellucid.cli import main as command
from pellucid.cli import source
from pellucid.cli.main import COMMANDS, main
from pellucid.cli.modelpath import FIGURES_NAME
from pellucid.cli.screen import width
from tests.cli.command import QUICK, WISCONSIN, pellucid, tree


def test_the_version_is_quick_and_loads_nothing_heavy(tmp_path: Path) -> None:
    program = "import sys; from pellucid.cli.main import main; main(['--version']);"
    program += "print([n for n in ('numpy', 'duckdb', 'rich', 'sklearn') if n in sys.modules])"
    shown = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert shown.stdout.splitlines() == ["pellucid 0.1.0", "[]"]
    assert pellucid("--version", folder=tmp_path) == (0, "pellucid 0.1.0\n", "")


@pytest.mark.parametrize("lang", ["en", "zh"])
@pytest.mark.parametrize("name", ["", *COMMANDS])
def test_help_fits_a_screen(name: str, lang: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([*filter(None, [name]), "--help", "--lang", lang]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) <= 30
    assert max(map(width, lines)) <= 80
    assert any("--help" in line for line in lines)
    assert ("选项" in lines) is (lang == "zh")


def test_without_a_word_it_shows_the_help(capsys: pytest.CaptureFixture[str]) -> None:
    assert main([]) == 0
    shown = capsys.readouterr().out
    assert all(f"  {name} " in shown for name in COMMANDS)


@pytest.mark.parametrize(
    ("words", "env", "chinese"),
    [
        (["--lang", "zh", "--help"], {}, True),
        (["train", "--lang=zh", "--help"], {}, True),
        (["--help"], {"PELLUCID_LANG": "zh"}, True),
        (["--help", "--lang", "en"], {"PELLUCID_LANG": "zh"}, False),
        (["--help"], {"PELLUCID_LANG": "", "LC_ALL": "zh_CN.UTF-8"}, True),
        (["--help"], {"PELLUCID_LANG": "", "LC_ALL": "C.UTF-8"}, False),
    ],
)
def test_the_language_comes_from_option_setting_or_locale(
    words: list[str],
    env: dict[str, str],
    chinese: bool,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    for name, value in env.items():
        monkeypatch.setenv(name, value)
    assert main(words) == 0
    assert ("用法" in capsys.readouterr().out) is chinese


def test_an_unexpected_error_is_one_line_and_code_1(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def broken(*_: object) -> int:
        raise RuntimeError("first line\nsecond line")

    monkeypatch.setattr(source, "run", broken)
    assert main(["source", "model"]) == 1
    shown = capsys.readouterr()
    assert shown.out == ""
    assert shown.err.count("\n") == 1
    assert "RuntimeError: first line" in shown.err
    assert "--debug" in shown.err
    assert main(["source", "model", "--debug"]) == 1
    assert "Traceback" in capsys.readouterr().err


def test_an_error_of_the_system_names_the_file(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def full(*_: object) -> int:
        raise OSError(28, "No space left on device", "out/model.pellucid")

    monkeypatch.setattr(source, "run", full)
    assert main(["source", "model"]) == 2
    assert capsys.readouterr().err == "error: out/model.pellucid: No space left on device\n"


@pytest.mark.parametrize(("lang", "said"), [("en", "Nothing was written"), ("zh", "未写入")])
def test_ctrl_c_before_there_is_a_model_writes_nothing(
    lang: str, said: str, tmp_path: Path
) -> None:
    code, out, err = _stopped("reading", lang, tmp_path)
    assert (code, out) == (130, "")
    assert "Traceback" not in err and said in err.splitlines()[-1]
    assert tree(tmp_path) == {}


@pytest.mark.parametrize(("lang", "said"), [("en", "is kept and marked"), ("zh", "已保存并标明")])
def test_ctrl_c_keeps_the_best_model_so_far(lang: str, said: str, tmp_path: Path) -> None:
    code, out, err = _stopped("network", lang, tmp_path)
    assert code == 130
    assert "Traceback" not in err and said in err.splitlines()[-1]
    facts = json.loads((tmp_path / "model" / FIGURES_NAME).read_text("utf-8"))
    assert facts["interrupted"] is True
    assert max(facts["training"].get("epochs") or [0]) < 256
    inspected = pellucid("inspect", "model", folder=tmp_path, lang=lang)
    assert ("stopped by Ctrl-C" if lang == "en" else "被 Ctrl-C 中止") in inspected.out
    assert pellucid("predict", "model", WISCONSIN, folder=tmp_path).code == 0
    assert out.count("Ctrl-C") == 1


def _stopped(moment: str, lang: str, folder: Path) -> tuple[int, str, str]:
    """Train, and press Ctrl-C when it is reading, or training networks."""
    words = ["train", str(WISCONSIN), "--target", "class", "--out", "model", "--no-report"]
    started = subprocess.Popen(
        [sys.executable, "-c", _TOLD, moment, *words, "--lang", lang],
        cwd=folder,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        encoding="utf-8",
        env={**os.environ, "PYTHONIOENCODING": "utf-8"},
    )
    assert started.stdout is not None
    assert started.stdout.readline() == "now\n"
    started.send_signal(signal.SIGINT)
    out, err = started.communicate(timeout=120)
    return started.returncode, out, err


# Says when the moment has come, and gives Ctrl-C time to arrive.
_TOLD = """
import sys, time
from pellucid.cli import train
from pellucid.cli.main import main
moment = sys.argv[1]
read, learn, told = train.read_table, train.train_predictor, []
def now():
    if not told:
        told.append(print("now", flush=True))
        time.sleep(1)
def reading(*arguments, **options):
    if moment == "reading":
        now()
    return read(*arguments, **options)
def learning(*arguments, on_progress, **options):
    def progress(at):
        on_progress(at)
        if moment == at.stage and at.done > 0.2:
            now()
    return learn(*arguments, on_progress=progress, **options)
train.read_table, train.train_predictor = reading, learning
sys.exit(main(sys.argv[2:]))
"""


def test_a_reader_who_leaves_early_is_no_error(tmp_path: Path) -> None:
    pellucid("train", WISCONSIN, "--target", "class", "--out", "m", *QUICK, folder=tmp_path)
    program = f"{sys.executable} -m pellucid predict m {WISCONSIN} | head -1"
    done = subprocess.run(
        ["bash", "-o", "pipefail", "-c", program], cwd=tmp_path, capture_output=True, text=True
    )
    assert done.stdout.startswith("row,id,class,prediction")
    assert done.stderr == ""


def test_a_model_is_kept_though_nobody_reads_to_the_end(tmp_path: Path) -> None:
    quick = " ".join(QUICK)
    program = f"{sys.executable} -u -m pellucid train {WISCONSIN} --target class --out m {quick}"
    done = subprocess.run(
        ["bash", "-c", f"{program} | head -1"], cwd=tmp_path, capture_output=True, text=True
    )
    assert done.stderr == ""
    assert (tmp_path / "m" / FIGURES_NAME).is_file()


def test_the_commands_are_those_of_the_folder() -> None:
    folder = Path(command.__file__).parent
    assert all((folder / f"{name}.py").is_file() for name in COMMANDS)
