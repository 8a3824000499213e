"""Phases: what is in one may run in any order, and as much as can be is in one."""

from __future__ import annotations

import numpy as np
import pytest

import pellucid
from pellucid.compiler import make_program, run_passes
from pellucid.compiler.kernels import lower
from pellucid.compiler.kernels.phases import phases
from pellucid.nn import layers
from tests.compiler import networks

NETWORKS = [
    networks.tumour,
    networks.momentum,
    networks.convolution,
    networks.recurrence,
    networks.embedding_and_noise,
]


@pytest.mark.parametrize("network", NETWORKS, ids=lambda f: f.__name__)
def test_no_kernel_writes_what_another_of_its_phase_uses(network):
    kernels = lower(run_passes(make_program(*network()))).kernels
    numbers = phases(kernels)
    assert numbers == sorted(numbers)
    assert set(numbers) == set(range(max(numbers) + 1))
    uses = [
        (
            {view.buffer for view in kernel.reads},
            {view.buffer for view in (*kernel.stores.values(), *kernel.items)},
        )
        for kernel in kernels
    ]
    for i, (reads, writes) in enumerate(uses):
        for j in range(i + 1, len(kernels)):
            if numbers[i] == numbers[j]:
                assert not writes & uses[j][0]
                assert not (reads | writes) & uses[j][1]


def test_all_updates_of_a_deep_network_are_one_phase():
    model = pellucid.Sequential(
        [layers.Input((8,)), *(layers.Dense(8, "relu") for _ in range(20)), layers.Dense(1)]
    )
    model.compile("adam", "mean_squared_error")
    model.train_on_batch(np.zeros((4, 8), np.float32), np.zeros((4, 1), np.float32))
    kernels = lower(model._setup.program("train").program).kernels
    numbers = phases(kernels)
    assert len(kernels) - numbers.index(numbers[-1]) >= 40, "21 kernels of weights and of biases"
    assert numbers[-1] <= 50
