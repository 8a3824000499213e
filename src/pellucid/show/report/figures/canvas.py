"""One small pair of axes, drawn by matplotlib and made to fit a page that is light or dark.

A figure is 400 units wide and is scaled to its column, on a phone to 350 pixels. Its margins are
laid out here from the length of the labels and not from matplotlib's fonts, since the browser
writes the text in fonts of its own.
"""

from __future__ import annotations

import io
import re
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from pellucid.errors import needs
from pellucid.show.columns import shorten, width
from pellucid.show.report.markup import Markup, clean, escape
from pellucid.show.report.palette import PALETTE
from pellucid.show.report.values import number

WIDTH = 400.0
FONT = 13.0
# Half an em is a little wider than the mean letter of the usual fonts; Chinese takes two of them.
_COLUMN = 0.56 * FONT

# matplotlib wants colours, the page variables: each name is written as a colour of its own.
_COLOURS = {name: f"#0000{index:02x}" for index, name in enumerate(PALETTE, 1)}

LINES: dict[str, dict[str, Any]] = {
    "one": {"color": _COLOURS["one"], "linestyle": "-", "linewidth": 2.2},
    "two": {"color": _COLOURS["two"], "linestyle": (0, (5, 2)), "linewidth": 2.0},
    "three": {"color": _COLOURS["three"], "linestyle": (0, (1, 1.6)), "linewidth": 2.4},
    "four": {"color": _COLOURS["four"], "linestyle": (0, (7, 2, 1, 2)), "linewidth": 2.0},
    "five": {"color": _COLOURS["five"], "linestyle": (0, (3, 3)), "linewidth": 1.4},
}


def colour(name: str) -> str:
    """What to tell matplotlib for a colour of the palette."""
    return _COLOURS[name]


class Plot:
    """Axes to draw in, and after the block of `drawing` the finished `svg`."""

    svg: Markup = Markup("")

    def __init__(self, figure: Any, axes: Any, height: float) -> None:
        self.figure = figure
        self.axes = axes
        self.height = height

    def line(self, name: str, x: Any, y: Any, **more: Any) -> None:
        """A line in the colour and dashes of a series."""
        self.axes.plot(x, y, **{**LINES[name], **more})

    def note(self, x: float, y: float, text: str, **more: Any) -> None:
        """A text beside the axes, in units of the figure from its upper left corner."""
        self.figure.text(x / WIDTH, 1 - y / self.height, clean(text), **more)


@contextmanager
def drawing(
    key: str,
    label: str,
    *,
    x: str = "",
    y: str = "",
    height: float = 300.0,
    left: float = 52.0,
    right: float = 16.0,
) -> Iterator[Plot]:
    """Axes with a title for those who cannot see them, `label`; `key` makes the marks' names."""
    with needs("show"):
        import matplotlib
        from matplotlib.backends.backend_svg import FigureCanvasSVG
        from matplotlib.figure import Figure
    top, bottom = (30.0 if y else 12.0), (48.0 if x else 30.0)
    with matplotlib.rc_context(_settings(key)), warnings.catch_warnings():
        # The font that is measured may lack Chinese; the fonts of the browser do not.
        warnings.filterwarnings("ignore", message="Glyph .* missing")
        figure = Figure(figsize=(WIDTH / 72, height / 72))
        canvas = FigureCanvasSVG(figure)
        box = (left / WIDTH, bottom / height)
        size = (1 - (left + right) / WIDTH, 1 - (top + bottom) / height)
        plot = Plot(figure, figure.add_axes((*box, *size)), height)
        plot.note(2, 16, fitted(y, WIDTH))
        middle = left + (WIDTH - left - right) / 2
        plot.note(middle, height - 8, fitted(x, 2 * min(middle, WIDTH - middle)), ha="center")
        _plain_ticks(plot.axes)
        yield plot
        written = io.StringIO()
        canvas.print_svg(written, metadata={"Date": None})
    plot.svg = _for_page(written.getvalue(), label)


def fitted(text: str, room: float) -> str:
    """A text cut to what fits into `room` units."""
    return shorten(clean(text), max(4, int(room / _COLUMN)))


def middle_cut(text: str, room: float) -> str:
    """A name cut in its middle: the ends of long names differ more often.

    >>> middle_cut("uniformity_of_cell_shape", 120.0)
    'uniform…ll_shape'
    """
    name, columns = clean(text), max(5, int(room / _COLUMN))
    if width(name) <= columns:
        return name
    tail = ""
    for character in reversed(name):
        if width(character + tail) > columns // 2:
            break
        tail = character + tail
    return shorten(name, columns - width(tail)) + tail


def margin(names: Sequence[str], most: float = 190.0) -> float:
    """The room that the longest of these names takes at the left, at most `most`."""
    return min(most, 14 + _COLUMN * max((width(clean(name)) for name in names), default=0))


def label_rows(plot: Plot, names: Sequence[str], left: float) -> None:
    """Names at the left, one for each row from the top down."""
    plot.axes.set_yticks(range(len(names)), [middle_cut(name, left - 10) for name in names])
    plot.axes.set_ylim(len(names) - 0.5, -0.5)
    plot.axes.grid(axis="y", visible=False)


def _plain_ticks(axes: Any) -> None:
    from matplotlib.ticker import FuncFormatter, MaxNLocator

    for axis in (axes.xaxis, axes.yaxis):
        axis.set_major_locator(MaxNLocator(5))
        axis.set_major_formatter(FuncFormatter(lambda value, _: tick(value)))


def tick(value: float) -> str:
    """A number as short as its digits allow.

    >>> tick(-0.25), tick(200000.0), tick(-0.0), tick(2.5e-7)
    ('−0.25', '200,000', '0', '2.5e-07')
    """
    if value == 0:
        return "0"
    if 1000 <= abs(value) < 1e7:
        return number(value)
    shown = f"{abs(value):.6g}" if abs(value) < 1000 else f"{abs(value):.3g}"
    return f"−{shown}" if value < 0 else shown


def _settings(key: str) -> Any:
    return {
        "svg.fonttype": "none",
        "svg.hashsalt": f"pellucid {key}",
        "text.parse_math": False,
        "text.usetex": False,
        "path.simplify": True,
        "font.size": FONT,
        "savefig.transparent": True,
        "savefig.dpi": 72,
        "figure.dpi": 72,
        "axes.edgecolor": colour("five"),
        "axes.facecolor": "none",
        "figure.facecolor": "none",
        "axes.spines.top": False,
        "axes.spines.right": False,
        "axes.grid": True,
        "axes.axisbelow": True,
        "axes.unicode_minus": True,
        "grid.color": colour("line"),
        "grid.linewidth": 1.0,
        "text.color": colour("ink"),
        "xtick.color": colour("five"),
        "ytick.color": colour("five"),
        "xtick.labelcolor": colour("ink"),
        "ytick.labelcolor": colour("ink"),
        "xtick.labelsize": FONT,
        "ytick.labelsize": FONT,
        "xtick.major.size": 0.0,
        "ytick.major.size": 0.0,
        "xtick.major.pad": 6.0,
        "ytick.major.pad": 6.0,
    }


# What matplotlib writes that a page does not need, before and inside the tags.
_PARTS = r"^.*?(?=<svg)|<metadata>.*?</metadata>|<style.*?</style>|<!--.*?-->"
_CUTS = (
    (r'^<g id="[^"]*"', "<g"),
    (r"font-family: [^;\"]*(; )?", ""),
    (r' transform="rotate\(-?0 [^"]*"', ""),
    (r"(\d\.\d\d)\d+", r"\1"),
    (r"xlink:href", "href"),
    (r"\s+", " "),
)


def _for_page(written: str, label: str) -> Markup:
    """The drawing without what a page does not need, its colours replaced by variables."""
    body = re.sub(_PARTS, "", written, flags=re.DOTALL)
    pieces = re.split(r"(<[^>]*>)", body)
    # Tags are made shorter; the text between them is the user's and stays as it is.
    tidied = [_tidy(piece) if piece.startswith("<") else piece.strip() for piece in pieces]
    opening, *rest = [piece for piece in tidied if piece]
    view = re.search(r'viewBox="([^"]*)"', opening)
    box = view.group(1) if view else f"0 0 {WIDTH:g} 300"
    head = f'<svg class="plot" role="img" aria-label="{escape(label)}" viewBox="{box}">'
    return Markup(head + "".join(rest).replace("<defs></defs>", ""))


def _tidy(tag: str) -> str:
    for pattern, replacement in _CUTS:
        tag = re.sub(pattern, replacement, tag)
    for name, placeholder in _COLOURS.items():
        tag = tag.replace(placeholder, f"var(--{name})")
    return tag
