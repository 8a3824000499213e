"""Convolution against PyTorch and Keras, its gradients, and the windows beneath pooling."""

from __future__ import annotations

import itertools
from typing import Any, NamedTuple

import numpy as np
import pytest

from pellucid.errors import ArgumentError, PellucidError, ShapeError
from pellucid.graph import (
    N,
    Variable,
    check_gradient,
    constant,
    evaluate,
    gradient,
    ops,
    placeholder,
)
from pellucid.graph.tensor import apply
from tests.graph.strategies import array_of
from tests.graph.targets import TARGETS


class Conv(NamedTuple):
    """A convolution: the lengths of the input's axes and the kernel's, and how it moves."""

    lengths: tuple[int, ...]
    taps: tuple[int, ...]
    strides: Any = 1
    dilation: Any = 1
    padding: str = "valid"
    groups: int = 1
    channels: int = 4
    filters: int = 6
    samples: int = 2

    def arrays(self) -> tuple[Any, Any]:
        """Inputs and a kernel."""
        x = array_of((self.samples, *self.lengths, self.channels), "float64") * 0.05
        w = array_of((*self.taps, self.channels // self.groups, self.filters), "float64", 1) * 0.05
        return x, w

    def of(self, x: Any, w: Any) -> Any:
        """The convolution of x by w."""
        return ops.conv(x, w, self.strides, self.padding, dilation_rate=self.dilation)


CASES = [
    Conv((7,), (3,)),
    Conv((7,), (3,), strides=2),
    Conv((8,), (3,), strides=3, dilation=2),
    Conv((11,), (2,), dilation=3, groups=2),
    Conv((1,), (1,)),
    Conv((5,), (5,), groups=2, filters=4),
    Conv((4,), (3,), samples=0),
    Conv((6, 5), (3, 2)),
    Conv((7, 8), (3, 2), strides=(2, 3)),
    Conv((9, 7), (2, 3), dilation=(3, 2)),
    Conv((9, 8), (3, 3), strides=2, dilation=2, groups=2),
    Conv((5, 5), (3, 3), groups=4, filters=8),
    Conv((5, 6), (2, 3), groups=4, filters=4, strides=2),
    Conv((4, 3, 5), (2, 3, 2)),
    Conv((5, 4, 5), (2, 2, 3), strides=(2, 1, 2), groups=2),
    Conv((7,), (3,), padding="same"),
    Conv((8,), (3,), strides=2, padding="same"),
    Conv((7,), (4,), strides=3, padding="same", groups=2),
    Conv((8,), (3,), dilation=2, padding="same"),
    Conv((2,), (5,), padding="same"),
    Conv((6, 5), (3, 2), strides=2, padding="same"),
    Conv((7, 5), (2, 5), strides=(3, 2), padding="same", groups=2),
    Conv((3, 4, 3), (2, 3, 2), strides=2, padding="same"),
]
every = pytest.mark.parametrize("case", CASES, ids=str)


def channels_first(x: Any) -> Any:
    """Channels before the spatial axes, as PyTorch has them."""
    return np.moveaxis(x, -1, 1)


def each(value: Any, rank: int) -> list[int]:
    """One number an axis."""
    return list(value) if isinstance(value, tuple) else [value] * rank


def zeros_around(case: Conv) -> list[tuple[int, int]]:
    """The zeros before and behind each axis."""
    pairs = []
    rank = len(case.taps)
    for length, taps, step, gap in zip(
        case.lengths, case.taps, each(case.strides, rank), each(case.dilation, rank), strict=True
    ):
        count = -(-length // step)
        total = max((count - 1) * step + (taps - 1) * gap + 1 - length, 0)
        pairs.append((total // 2, total - total // 2) if case.padding == "same" else (0, 0))
    return pairs


@every
def test_pytorch_gets_the_same(case: Conv) -> None:
    torch = pytest.importorskip("torch")
    function = getattr(torch.nn.functional, f"conv{len(case.taps)}d")
    x, w = case.arrays()
    framed = np.pad(x, [(0, 0), *zeros_around(case), (0, 0)])
    inputs = torch.tensor(channels_first(framed).copy(), requires_grad=True)
    # (taps…, in, out) is (out, in, taps…) there.
    kernel = torch.tensor(np.moveaxis(w, (-1, -2), (0, 1)).copy(), requires_grad=True)
    theirs = function(
        inputs, kernel, stride=case.strides, dilation=case.dilation, groups=case.groups
    )
    ours_x, ours_w = Variable(x), Variable(w)
    ours = case.of(ours_x, ours_w)
    value = theirs.detach().numpy()
    assert ours.shape == ours.numpy().shape
    np.testing.assert_allclose(channels_first(ours.numpy()), value, 1e-12, 1e-12)

    (theirs**2).sum().backward()
    dx, dw = (g.numpy() for g in gradient(ops.sum(ours**2), [ours_x, ours_w]))
    inner = tuple(slice(low, -high or None) for low, high in zeros_around(case))
    expected = np.moveaxis(inputs.grad.numpy(), 1, -1)[(slice(None), *inner)]
    np.testing.assert_allclose(dx, expected, 1e-11, 1e-11)
    np.testing.assert_allclose(np.moveaxis(dw, (-1, -2), (0, 1)), kernel.grad.numpy(), 1e-11, 1e-11)


@every
def test_keras_gets_the_same(case: Conv) -> None:
    keras = pytest.importorskip("keras")
    strided_and_dilated = case.strides != 1 and case.dilation != 1
    if strided_and_dilated:
        return  # Keras refuses the two together
    x, w = (array.astype("float32") for array in case.arrays())
    theirs = keras.ops.conv(
        x, w, strides=case.strides, padding=case.padding, dilation_rate=case.dilation
    )
    ours = case.of(x, w)
    assert ours.dtype == "float32"
    np.testing.assert_allclose(ours.numpy(), np.asarray(theirs), 1e-5, 1e-4)


@every
def test_difference_quotients_of_first_and_second_order(case: Conv) -> None:
    if case.samples:
        assert check_gradient(lambda x, w: case.of(x, w) ** 2, *case.arrays(), step=1e-3) <= 1e-6


@every
@pytest.mark.parametrize("target", TARGETS)
def test_targets_agree_on_values_and_gradients(case: Conv, target: str) -> None:
    arrays = case.arrays()
    x = placeholder((N, *arrays[0].shape[1:]), "float64", "x")
    w = placeholder(arrays[1].shape, "float64", "w")
    y = case.of(x, w)
    for output in (y, *gradient(ops.sum(y * y), [x, w])):
        value = TARGETS[target](output, [x, w], arrays)
        expected = evaluate(output, dict(zip((x, w), arrays, strict=True)))
        np.testing.assert_allclose(value, expected, 1e-12, 1e-12)


def test_the_gradient_of_the_gradient_of_the_gradient() -> None:
    case = Conv((9,), (3,), strides=2, dilation=2, groups=2)
    assert (
        check_gradient(lambda x, w: case.of(x, w) ** 3, *case.arrays(), order=3, step=1e-2) < 1e-6
    )


def test_a_convolution_of_one_tap_is_a_product() -> None:
    x, w = array_of((2, 5, 3), "float64"), array_of((1, 3, 4), "float64", 1)
    np.testing.assert_allclose(ops.conv(x, w), x @ w[0], 1e-13)


def test_groups_are_convolutions_apart() -> None:
    case = Conv((6, 6), (3, 3), groups=2)
    x, w = case.arrays()
    halves = [ops.conv(x[..., 2 * g : 2 * g + 2], w[..., 3 * g : 3 * g + 3]) for g in range(2)]
    np.testing.assert_allclose(case.of(x, w), ops.concatenate(halves, -1), 1e-12)


@pytest.mark.parametrize(
    ("make", "error", "words"),
    [
        (
            lambda: ops.conv(ops.ones((2, 4, 3)), ops.ones((5, 3, 1))),
            ShapeError,
            "at least as long",
        ),
        (lambda: ops.conv(ops.ones((2, 4, 3)), ops.ones((2, 2, 3, 1))), ShapeError, "same number"),
        (lambda: ops.conv(ops.ones((2, 4)), ops.ones((2, 4))), ShapeError, "3 or more"),
        (lambda: ops.conv(ops.ones((2, 4, 3)), ops.ones((2, 2, 1))), ShapeError, "multiple"),
        (lambda: ops.conv(ops.ones((2, 4, 4)), ops.ones((2, 2, 3))), ShapeError, "divides"),
        (lambda: ops.conv(ops.ones((2, 4, 4)), ops.ones((2, 0, 3))), ShapeError, "multiple"),
        (lambda: ops.conv(ops.ones((2, 4, 3)), ops.ones((2, 3, 1)), 0), ArgumentError, "strides"),
        (lambda: ops.conv(ops.ones((2, 4, 3)), ops.ones((2, 3, 1)), (1, 1)), ArgumentError, "1 of"),
        (
            lambda: ops.conv(ops.ones((2, 4, 3)), ops.ones((2, 3, 1)), dilation_rate=0),
            ArgumentError,
            "dilation_rate",
        ),
        (
            lambda: ops.conv(ops.ones((2, 4, 3)), ops.ones((2, 3, 1)), padding="full"),
            ArgumentError,
            "'valid' or 'same'",
        ),
        (
            lambda: ops.conv(ops.ones((2, 4, 3)), ops.ones((2, 3, 1)), 1, "same", "channels_first"),
            ArgumentError,
            "channels_last",
        ),
        (lambda: ops.conv(placeholder((2, None, 3)), ops.ones((2, 3, 1))), ShapeError, "known"),
    ],
)
def test_bad_arguments(make: Any, error: type[PellucidError], words: str) -> None:
    with pytest.raises(error, match=words) as caught:
        make()
    assert caught.value.where.startswith("conv")


@pytest.mark.parametrize(
    ("size", "stride", "dilation"), list(itertools.product((1, 2, 3), (1, 2, 4), (1, 2)))
)
def test_windows_and_their_overlap_add(size: int, stride: int, dilation: int) -> None:
    x = array_of((2, 9, 3), "float64")
    attrs = {"axis": 1, "stride": stride, "dilation": dilation}
    windows = apply("windows", constant(x), size=size, **attrs)
    starts = range(0, 9 - (size - 1) * dilation, stride)
    expected = np.stack([x[:, s : s + (size - 1) * dilation + 1 : dilation] for s in starts], 1)
    np.testing.assert_array_equal(windows.numpy(), np.moveaxis(expected, 2, -1))
    # Each is the other's adjoint: <windows(x), y> = <x, overlap_add(y)>.
    y = array_of(windows.numpy().shape, "float64", 1)
    back = apply("overlap_add", constant(y), length=9, **attrs).numpy()
    np.testing.assert_allclose((windows.numpy() * y).sum(), (x * back).sum(), 1e-12)
    assert check_gradient(lambda t: apply("windows", t, size=size, **attrs) ** 2, x) <= 1e-6
    assert check_gradient(lambda t: apply("overlap_add", t, length=9, **attrs) ** 2, y) <= 1e-6


@pytest.mark.parametrize(
    ("size", "stride", "dilation"), [(4, 1, 1), (2, 0, 1), (2, 1, 4), (0, 1, 1)]
)
def test_windows_that_do_not_fit(size: int, stride: int, dilation: int) -> None:
    with pytest.raises(ShapeError, match="windows"):
        apply("windows", ops.ones(3), axis=0, size=size, stride=stride, dilation=dilation)


def test_an_overlap_add_of_too_few_windows() -> None:
    with pytest.raises(ShapeError, match="overlap_add"):
        apply("overlap_add", ops.ones((2, 2)), axis=0, length=9, stride=1, dilation=1)
