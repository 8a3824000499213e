"""Loops: scans that do the same steps are run once, give only what is used, and are simplified."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from pellucid.compiler.passes.rewriting import rewrite, rewrite_pairs
from pellucid.compiler.program import Program, make_program
from pellucid.graph import Tensor, apply
from pellucid.graph.primitives.scan import Body, make_body


def join_scans(program: Program) -> Program:
    """Scans of the same inputs and steps become the one with the most results.

    The gradient of a scan asks for the carried values at every step; that makes a second scan whose
    results begin with those of the first.
    """
    longest: dict[Any, Tensor] = {}
    for node in program.nodes:
        if node.op == "scan":
            key = _same_loop(node)
            best = longest.get(key)
            if best is None or len(_body(node).outputs) > len(_body(best).outputs):
                longest[key] = node
    joined: dict[Any, Tensor] = {}

    def rule(original: Tensor, candidate: Tensor) -> Tensor | None:
        if original.op != "scan":
            return None
        key = _same_loop(original)
        best = longest[key]
        if not _begins_with(_body(best), _body(original)):
            return None
        if key not in joined:
            joined[key] = apply("scan", *candidate.inputs, **best.attrs)
        return joined[key]

    return rewrite_pairs(program, rule) if len(longest) < _count(program) else program


def _count(program: Program) -> int:
    return sum(node.op == "scan" for node in program.nodes)


def _same_loop(node: Tensor) -> Any:
    body = _body(node)
    inputs = (tuple(map(id, node.inputs)), tuple(map(id, body.inputs)))
    return (*inputs, node.attrs["length"], node.attrs["reverse"], id(body.outputs[0]))


def _body(node: Tensor) -> Body:
    body: Body = node.attrs["body"]
    return body


def _begins_with(longer: Body, shorter: Body) -> bool:
    """Whether the first results of one body are all the results of another."""
    first = longer.outputs[: len(shorter.outputs)]
    return _identical(first, shorter.outputs)


def _identical(a: tuple[Tensor, ...], b: tuple[Tensor, ...]) -> bool:
    return len(a) == len(b) and all(x is y for x, y in zip(a, b, strict=True))


def trim_scans(program: Program) -> Program:
    """Results of a scan that nothing uses are not collected."""
    used: dict[Tensor, set[int]] = {}
    for node in program.nodes:
        if node.op == "item":
            used.setdefault(node.inputs[0], set()).add(node.attrs["index"])
    kept = {scan: _kept(_body(scan), indices) for scan, indices in used.items()}

    def rule(original: Tensor, candidate: Tensor) -> Tensor | None:
        if original.op == "item":
            place = kept[original.inputs[0]].index(original.attrs["index"])
            return apply("item", candidate.inputs[0], index=place)
        body = _body(original) if original.op == "scan" else None
        if body is None or len(kept[original]) == len(body.outputs):
            return None
        outputs = [body.outputs[i] for i in kept[original]]
        short = make_body(body.inputs, outputs, body.n_carry, body.n_slices)
        return apply("scan", *candidate.inputs, **{**original.attrs, "body": short})

    return rewrite_pairs(program, rule) if used else program


def _kept(body: Body, used: set[int]) -> list[int]:
    return [i for i in range(len(body.outputs)) if i < body.n_carry or i in used]


def simplify_bodies(program: Program, run: Callable[[Program], Program]) -> Program:
    """Every scan's step, simplified by the passes `run` as a program of its own."""

    def rule(node: Tensor) -> Tensor | None:
        if node.op != "scan":
            return None
        body = _body(node)
        step = run(make_program(body.outputs, body.inputs, name="step"))
        if _identical(step.outputs, body.outputs):
            return None
        new = make_body(body.inputs, step.outputs, body.n_carry, body.n_slices)
        return apply("scan", *node.inputs, **{**node.attrs, "body": new})

    return rewrite(program, rule)
