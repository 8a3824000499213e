"""Map kernels: elementwise work over a space, every element by itself."""

from __future__ import annotations

from pellucid.compiler.kernels.ir import Kernel
from pellucid.compiler.targets.native.access import Frame
from pellucid.compiler.targets.native.nests import (
    Nest,
    Spot,
    alone,
    in_vectors,
    merged_axes,
    moved,
    share,
    sized,
    visit,
)


def write_map(frame: Frame, kernel: Kernel) -> None:
    """A plain elementwise kernel."""
    nest = Nest(frame, kernel.space, kernel.loads, kernel.stores)
    (axes,) = merged_axes(kernel.space, nest.views, [0] * len(kernel.space))
    lanes = nest.lanes(kernel.epilogue)

    def at(spot: Spot) -> None:
        env = nest.values(spot)
        sized(frame, kernel.epilogue, env, spot.lanes)
        nest.store(spot, env)

    bases = nest.bases()
    if not axes:
        alone(frame, lambda: at(Spot(bases, [0] * len(bases), 1, None)))
        return
    if len(axes) == 1:
        bounds = share(frame, frame.size(axes[0].size), lanes)
        in_vectors(nest, axes[0], bases, bounds, lanes, at)
        return
    outer, inner = axes[0], axes[-1]
    first, last = share(frame, frame.size(outer.size), 1)
    with frame.code.loop(first, last) as loop:
        pointers = moved(frame, bases, outer, loop.index, nest.views)
        visit(
            nest,
            axes[1:-1],
            pointers,
            lambda p: in_vectors(nest, inner, p, (0, frame.size(inner.size)), lanes, at),
        )
