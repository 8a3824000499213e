"""The table that `summary()` prints: one row a layer, then the totals."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from pellucid.errors import ArgumentError, GraphError
from pellucid.graph import Tensor, format_shape
from pellucid.nn.calls import LayerCall, made_by
from pellucid.nn.structure import flatten

if TYPE_CHECKING:
    from pellucid.nn.layer import Layer

WIDTH = 80
_SHARES = (0.42, 0.26, 0.12, 0.20)


class Row(NamedTuple):
    """One layer: its name and type, output shape, number of weights, and what it reads."""

    layer: str
    shape: str
    params: str
    source: str


def summary(
    network: Layer,
    line_length: int | None = None,
    positions: Sequence[float] | None = None,
    print_fn: Callable[[str], Any] | None = None,
    expand_nested: bool = False,
    show_trainable: bool = False,
    layer_range: tuple[str, str] | None = None,
) -> str:
    """Print a table of a network's layers, output shapes and numbers of weights; return it.

    A column says what each layer reads, unless every layer reads the one before it.
    `line_length` is at least 40, by default 80; `positions` are the ends of the columns as
    fractions of it. `expand_nested` lists the layers of networks inside; `show_trainable` marks
    those that are not trained; `layer_range` names the first and last layer to list. `print_fn`
    gets the text instead of the screen.
    """
    width = line_length or WIDTH
    if width < 40:
        raise ArgumentError("summary.line_length", expected="at least 40", received=str(width))
    text = "\n".join(
        [
            f'{_kind(network)}: "{network.name}"',
            *_table(network, width, positions, expand_nested, show_trainable, layer_range),
            *_totals(network),
        ]
    )
    (print_fn or print)(text)
    return text


def _kind(network: Layer) -> str:
    return type(network).__name__


def _table(
    network: Layer,
    width: int,
    positions: Sequence[float] | None,
    expand: bool,
    show_trainable: bool,
    layer_range: tuple[str, str] | None,
) -> Iterator[str]:
    rows = list(_rows(network, expand, show_trainable))
    rows = rows if layer_range is None else _within(rows, layer_range)
    header = Row("Layer (type)", "Output shape", "Params", "Reads")
    joined = any(row.source for row in rows)
    columns = [[getattr(row, name) for row in (header, *rows)] for name in Row._fields]
    columns = columns if joined else columns[:3]
    widths = _widths(columns, width, positions)
    lines = [_lines(cells, widths) for cells in zip(*columns, strict=True)]
    rule = "─" * min(width, sum(widths) + 2 * (len(widths) - 1))
    yield rule
    yield from lines[0]
    yield rule
    for each in lines[1:]:
        yield from each
    yield rule


def _within(rows: list[Row], layer_range: tuple[str, str]) -> list[Row]:
    names = [row.layer.split(" (")[0].strip() for row in rows]
    unknown = [name for name in layer_range if name not in names]
    if unknown:
        raise ArgumentError(
            "summary.layer_range",
            expected=f"two of {', '.join(names)}",
            received=", ".join(unknown),
        )
    return rows[names.index(layer_range[0]) : names.index(layer_range[1]) + 1]


def _rows(network: Layer, expand: bool, show_trainable: bool) -> Iterator[Row]:
    """The rows of all layers; those of nested networks indented below theirs."""
    stack = [(0, layer, network) for layer in reversed(network.listed())]
    while stack:
        depth, layer, parent = stack.pop()
        frozen = " [frozen]" if show_trainable and not layer.trainable and layer.weights else ""
        yield Row(
            "  " * depth + f"{layer.name} ({type(layer).__name__}){frozen}",
            _shape(layer, parent),
            _count(layer),
            _source(layer, parent),
        )
        if expand and layer.is_network:
            stack += [(depth + 1, child, layer) for child in reversed(layer.listed())]


def _uses_in(layer: Layer, parent: Layer) -> list[tuple[LayerCall, Any]]:
    """The calls of a layer that belong to a network."""
    steps = getattr(parent, "_steps", None)
    if steps is None:
        return layer._uses[-1:]
    known = set(steps)
    return [(call, output) for call, output in layer._uses if call in known]


def _shape(layer: Layer, parent: Layer) -> str:
    uses = _uses_in(layer, parent)
    if uses:
        tensors = flatten(uses[0][1])
    else:
        slot = getattr(layer, "slot", None)
        tensors = [slot] if isinstance(slot, Tensor) else getattr(layer, "known_outputs", [])
    return ", ".join(format_shape(tensor.shape) for tensor in tensors) or "?"


def _count(layer: Layer) -> str:
    try:
        return f"{layer.count_params():,}"
    except GraphError:
        return "? (not built)" if layer.makes_weights else "0"


def _source(layer: Layer, parent: Layer) -> str:
    """The layers that a layer reads, where that is not simply the one above it."""
    if not hasattr(parent, "_steps"):
        return ""
    names = []
    for call, _ in _uses_in(layer, parent):
        found = [made_by(tensor) for tensor in call.tensors]
        names += [made.call.layer.name if made else "(ops)" for made in found]
    layers = parent.listed()
    above = layers.index(layer) - 1
    alone = len(names) == 1 and above >= 0 and names[0] == layers[above].name
    return "" if alone else ", ".join(dict.fromkeys(names))


def _widths(columns: list[list[str]], width: int, positions: Sequence[float] | None) -> list[int]:
    """The width of each column: what its cells need, within the share of the line it has."""
    gaps = 2 * (len(columns) - 1)
    needed = [max(map(len, column)) for column in columns]
    if positions is not None:
        ends = [0, *(int(width * position) for position in positions)]
        return [max(b - a - 2, 4) for a, b in zip(ends, ends[1:], strict=False)][: len(columns)]
    if sum(needed) + gaps <= width:
        return needed
    shares = _SHARES[: len(columns)]
    room = width - gaps
    limits = [int(room * share / sum(shares)) for share in shares]
    # What short columns leave goes to the first.
    limits = [min(need, limit) for need, limit in zip(needed, limits, strict=True)]
    spare = room - sum(limits)
    for index, need in enumerate(needed):
        extra = min(spare, need - limits[index])
        limits[index] += extra
        spare -= extra
    return limits


def _lines(cells: Sequence[str], widths: Sequence[int]) -> list[str]:
    """The lines of one row; a cell that is too long goes on below."""
    parts = [_wrapped(cell, size) for cell, size in zip(cells, widths, strict=False)]
    height = max(map(len, parts))
    lines = []
    for index in range(height):
        texts = [part[index] if index < len(part) else "" for part in parts]
        aligned = [
            text.rjust(size) if column == 2 else text.ljust(size)
            for column, (text, size) in enumerate(zip(texts, widths, strict=True))
        ]
        lines.append("  ".join(aligned).rstrip())
    return lines


def _wrapped(cell: str, size: int) -> list[str]:
    """A cell cut into pieces of at most `size`, at a space where there is one late enough."""
    pieces = []
    while len(cell) > size:
        cut = cell.rfind(" ", 0, size + 1)
        cut = cut if cut > size // 2 else size
        pieces.append(cell[:cut])
        cell = cell[cut:].lstrip()
    return [*pieces, cell]


def _totals(network: Layer) -> Iterator[str]:
    trained = sum(v.value.size for v in network.trainable_weights)
    fixed = sum(v.value.size for v in network.non_trainable_weights)
    size = sum(v.value.nbytes for v in network.weights)
    if not network.built and not network.weights:
        yield "Not built yet: call it on data, or build(input_shape)."
        return
    yield f"Total params: {trained + fixed:,} ({_bytes(size)})"
    yield f"Trainable params: {trained:,}"
    yield f"Non-trainable params: {fixed:,}"


def _bytes(size: float) -> str:
    for unit in ("B", "KiB", "MiB"):
        if size < 1024:
            return f"{size:.0f} {unit}" if unit == "B" else f"{size:.2f} {unit}"
        size /= 1024
    return f"{size:.2f} GiB"
