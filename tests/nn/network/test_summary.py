"""The printed table: rows, totals, width."""

from __future__ import annotations

from typing import Any

import pytest

from pellucid.errors import ArgumentError
from pellucid.nn import Chain, Network, clear_session
from pellucid.nn.layers import BatchNormalization, Concatenate, Dense, Dropout, Flatten, Input

STACK = """\
Chain: "net"
────────────────────────────────────────────────────────────
Layer (type)                            Output shape  Params
────────────────────────────────────────────────────────────
hidden (Dense)                          (N, F=4)          16
norm (BatchNormalization)               (N, F=4)          16
dropout (Dropout)                       (N, F=4)           0
a_name_that_needs_a_lot_of_room         (N, F=1)           5
(Dense)
────────────────────────────────────────────────────────────
Total params: 37 (148 B)
Trainable params: 29
Non-trainable params: 8"""


def _stack() -> Chain:
    clear_session()
    return Chain(
        [
            Input((3,)),
            Dense(4, name="hidden"),
            BatchNormalization(name="norm"),
            Dropout(0.5),
            Dense(1, name="a_name_that_needs_a_lot_of_room"),
        ],
        name="net",
    )


def test_a_stack(capsys: pytest.CaptureFixture[str]) -> None:
    text = _stack().summary(line_length=60)
    assert text == STACK
    assert capsys.readouterr().out == STACK + "\n"


def _branches() -> Network:
    clear_session()
    a, b = Input((3,), name="a"), Input((2,), name="b")
    inner = Chain([Dense(300, name="wide"), Dense(2, name="narrow")], name="inner")
    joined = Concatenate(name="joined")([inner(a), b * 2.0])
    return Network([a, b], Dense(1, name="out")(joined), name="branches")


def test_branches_say_what_they_read() -> None:
    lines: list[str] = []
    net = _branches()
    net.get_layer("inner").trainable = False
    net.summary(print_fn=lines.append, expand_nested=True, show_trainable=True)
    (text,) = lines
    rows = {line.split(" (")[0]: line for line in text.splitlines()}
    assert rows["joined"].endswith("inner, (ops)")
    assert rows["out"].rstrip().endswith("5")
    assert "[frozen]" in rows["inner"] and rows["  wide"].split()[-1] == "1,200"
    assert "Trainable params: 5\n" in text and "Non-trainable params: 1,802" in text
    assert "1,807 (7.06 KiB)" in text


@pytest.mark.parametrize("width", [40, 60, 80, 120])
@pytest.mark.parametrize("build", [_stack, _branches])
def test_lines_fit(width: int, build: Any) -> None:
    text = build().summary(line_length=width, print_fn=str, expand_nested=True)
    assert max(map(len, text.splitlines())) <= width


def test_names_of_any_length_fit_in_eighty_columns() -> None:
    x = Input((3,), name="x" * 90)
    net = Network(x, Flatten(name="f" * 200)(Dense(10**6, name="d" * 50)(x)))
    assert max(map(len, net.summary(print_fn=str).splitlines())) <= 80


def test_before_it_is_built() -> None:
    text = Chain([Dense(2), Flatten()]).summary(print_fn=str)
    assert "? (not built)" in text
    assert text.endswith("Not built yet: call it on data, or build(input_shape).")


def test_a_range_of_layers_and_positions() -> None:
    net = _stack()
    text = net.summary(print_fn=str, layer_range=("norm", "dropout"))
    assert "hidden" not in text and "norm" in text and "dropout" in text
    with pytest.raises(ArgumentError, match="received nothing"):
        net.summary(print_fn=str, layer_range=("nothing", "norm"))
    with pytest.raises(ArgumentError, match="at least 40"):
        net.summary(line_length=10)
    placed = net.summary(print_fn=str, positions=[0.5, 0.8, 1.0])
    assert max(map(len, placed.splitlines())) <= 80


def test_a_subclass_lists_its_layers() -> None:
    class Two(Network):
        def __init__(self) -> None:
            super().__init__(name="two")
            self.first, self.second = Dense(2, name="first"), Dense(1, name="second")

        def call(self, inputs: Any) -> Any:
            return self.second(self.first(inputs))

    net = Two()
    net([[1.0, 2.0]])
    text = net.summary(print_fn=str)
    assert "first (Dense)" in text and "Total params: 9" in text
