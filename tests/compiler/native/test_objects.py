"""The loader of object files: what it loads runs as with LLVM's linker; junk is refused."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import pytest

from pellucid.compiler.kernels import lower
from pellucid.compiler.passes import run_passes
from pellucid.compiler.program import make_program
from pellucid.compiler.targets.native import elf, machine, objects
from pellucid.compiler.targets.native.elf import UnsupportedError
from pellucid.compiler.targets.native.machine import Loaded, host, object_code
from pellucid.compiler.targets.native.objects import Image
from pellucid.compiler.targets.native.step import write_step
from pellucid.errors import GraphError
from tests.compiler.native.modules import CASES, LONG, Case
from tests.compiler.networks import NETWORKS

pytestmark = pytest.mark.skipif(
    not objects.OWN_LOADER, reason="LLVM's linker loads everything on this system"
)

ADD = "define i64 @run(i64 %x) { %y = add i64 %x, 1 ret i64 %y }"

Loader = Callable[[bytes, Sequence[str]], Loaded]


def own(code: bytes, names: Sequence[str]) -> Loaded:
    return Loaded(Image(code, names), names)


def network_object(name: str) -> bytes:
    outputs, inputs, updates = NETWORKS[name]()
    program = lower(run_passes(make_program(outputs, inputs, updates, name)))
    return object_code(str(write_step(program, host()).module), host())


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name.replace(" ", "-"))
@pytest.mark.parametrize("load", (own, machine.load), ids=("own", "llvm"))
def test_what_llvm_emits_runs(case: Case, load: Loader) -> None:
    code = object_code(case.text, host())
    case.check(load(code, ["run"]).function("run", case.result, *case.kinds))


def test_each_image_has_data_of_its_own() -> None:
    code = object_code(CASES[0].text, host())
    first, second = (own(code, ["run"]).function("run", LONG, LONG) for _ in range(2))
    assert [first(1), first(1), second(1)] == [8, 9, 8]


def protections() -> list[tuple[int, int, str]]:
    found = []
    for line in Path("/proc/self/maps").read_text().splitlines():
        span, permissions = line.split()[:2]
        begin, end = (int(text, 16) for text in span.split("-"))
        found.append((begin, end, permissions))
    return found


def test_no_memory_is_writable_and_executable() -> None:
    """Code, constants and data, in this order, each with the least that it needs."""
    image = Image(object_code(CASES[0].text + CASES[5].text.replace("@run", "@other"), host()), [])
    first, last = image.memory.address, image.memory.address + len(image.memory.map)
    mine = [p for begin, end, p in protections() if begin < last and first < end]
    assert mine == ["r-xp", "r--p", "rw-p"]


def test_memory_goes_with_the_last_handle() -> None:
    loaded = own(object_code(ADD, host()), ["run"])
    run, address = loaded.function("run", LONG, LONG), loaded.addresses["run"]
    del loaded
    assert run(1) == 2
    del run
    assert not [p for begin, end, p in protections() if begin <= address < end and "x" in p]


REFUSED = {
    "nothing": b"",
    "text": b"define i64 @run()",
    "a header alone": object_code(ADD, host())[:64],
    "another processor's": object_code(ADD, machine.preset("neon")),
}


@pytest.mark.parametrize("code", REFUSED.values(), ids=REFUSED.keys())
def test_what_is_no_object_of_this_machine_is_refused(code: bytes) -> None:
    with pytest.raises(GraphError, match="machine code: expected"):
        Image(code, ["run"])


def test_a_function_that_is_absent_is_named() -> None:
    with pytest.raises(GraphError, match="none for \\['walk'\\]"):
        Image(object_code(ADD, host()), ["run", "walk"])


def test_a_function_of_no_library_is_named() -> None:
    text = "declare void @no_such_function()\ndefine void @run() { call void @no_such_function() "
    with pytest.raises(GraphError, match="no_such_function"):
        Image(object_code(text + "ret void }", host()), ["run"])


def test_what_is_unknown_is_left_to_llvm(monkeypatch: pytest.MonkeyPatch) -> None:
    code = object_code(
        "@t = thread_local global i64 3\ndefine i64 @run() { %x = load i64, ptr @t ret i64 %x }",
        host(),
    )
    with pytest.raises(UnsupportedError):
        Image(code, ["run"])
    seen = []
    monkeypatch.setattr(machine, "load", lambda code, names: seen.append(code))
    objects.load(code, ["run"])
    assert seen == [code]


def test_without_executable_memory_llvm_is_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise OSError(13, "Permission denied")

    monkeypatch.setattr(objects.Memory, "seal", refuse)
    assert objects.load(object_code(ADD, host()), ["run"]).function("run", LONG, LONG)(1) == 2


@pytest.mark.parametrize("name", NETWORKS)
def test_networks_need_nothing_but_this_loader(name: str) -> None:
    image = Image(network_object(name), ["step"])
    assert image["step"] >= image.memory.address


_FUZZ = """
import random, sys
from pathlib import Path
from pellucid.compiler.targets.native.objects import Image
from pellucid.errors import GraphError

code = Path(sys.argv[1]).read_bytes()
choice = random.Random(int(sys.argv[2]))
extremes = (0, 1, 0x7F, 0x80, 0xFF)
refused = 0
for trial in range(int(sys.argv[3])):
    junk = bytearray(code)
    for _ in range(choice.choice((1, 1, 2, 8, 64))):
        # Headers and tables, at both ends of the file, are where numbers steer the loader.
        place = choice.randrange(len(junk)) if choice.random() < 0.3 else choice.choice(
            (choice.randrange(64), len(junk) - 1 - choice.randrange(len(junk) // 2)))
        width = choice.choice((1, 1, 2, 4, 8))
        value = choice.choice(extremes) if choice.random() < 0.5 else choice.randrange(256)
        junk[place:place + width] = bytes([value]) * len(junk[place:place + width])
    if choice.random() < 0.1:
        del junk[choice.randrange(len(junk)):]
    try:
        Image(bytes(junk), ["step"])
    except GraphError:
        refused += 1
print(refused)
"""


@pytest.mark.parametrize("name", ("tumour", "embedding_and_noise"))
def test_damaged_objects_never_harm_the_process(name: str, tmp_path: Path) -> None:
    path = tmp_path / "step.o"
    path.write_bytes(network_object(name))
    trials = 2500
    arguments = [sys.executable, "-c", _FUZZ, str(path), "7", str(trials)]
    done = subprocess.run(arguments, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stderr
    assert trials // 10 < int(done.stdout) <= trials  # many are refused; others change only code


def test_every_truncation_is_refused() -> None:
    code = network_object("momentum")
    for length in range(0, len(code) - 1, 41):
        with pytest.raises(GraphError):
            Image(code[:length], ["step"])


def test_references_are_filled_in_exactly() -> None:
    """Every reference of a network's code, against the linker's arithmetic done anew."""
    code = network_object("tumour")
    image, file = Image(code, ["step"]), elf.ObjectFile(code)
    layout = objects.Layout(file)
    text = image.memory.bytes
    ((number, records),) = file.relocations
    for record in records:
        symbol = file.symbols[record["symbol"]]
        target = layout.starts[symbol["section"]] + int(symbol["value"]) + int(record["addend"])
        place = layout.starts[number] + int(record["offset"])
        assert int(text[place : place + 4].copy().view(np.int32)[0]) == target - place
