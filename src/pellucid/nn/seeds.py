"""Where randomness starts: one seed for the process, and a new key for whatever asks for one.

Initializers, dropout layers and shuffles each draw from a key of their own. The n-th key after
`set_random_seed(s)` depends on s and n alone, so the same program gives the same numbers again.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np

from pellucid.errors import ArgumentError


class _Keys:
    """The seed of the process (None: none set, so taken from the system) and the keys given out."""

    root: int | None = None
    count: int = 0


def set_random_seed(seed: int) -> None:
    """Start the keys again from `seed`, a whole number in [0, 2³²), for reproducible results.

    Python's `random` and NumPy's global generator are seeded too, as in Keras, because programs
    draw their data from them. Raises `ArgumentError` for anything else than such a number.

    >>> set_random_seed(1)
    >>> first = next_key(), next_key()
    >>> set_random_seed(1)
    >>> first == (next_key(), next_key())
    True
    """
    if isinstance(seed, bool) or not isinstance(seed, int | np.integer) or not 0 <= seed < 2**32:
        raise ArgumentError(
            "set_random_seed", expected="a whole number in [0, 2**32)", received=repr(seed)
        )
    random.seed(int(seed))
    np.random.seed(int(seed))  # noqa: NPY002 - the programs of users draw from it
    _Keys.root, _Keys.count = int(seed), 0


@contextmanager
def seeded(seed: int) -> Iterator[None]:
    """Inside, the keys start from `seed`; afterwards they go on as if nothing had happened.

    >>> set_random_seed(1)
    >>> with seeded(7):
    ...     inside = next_key()
    >>> outside = next_key()
    >>> set_random_seed(1)
    >>> next_key() == outside != inside
    True
    """
    before = _Keys.root, _Keys.count
    _Keys.root, _Keys.count = int(seed), 0
    try:
        yield
    finally:
        _Keys.root, _Keys.count = before


def next_key() -> int:
    """A key of 63 random bits, another one at every call.

    Without `set_random_seed` the keys differ from one process to the next.
    """
    if _Keys.root is None:
        _Keys.root = random.SystemRandom().getrandbits(128)
    sequence = np.random.SeedSequence(_Keys.root, spawn_key=(_Keys.count,))
    _Keys.count += 1
    # 63 bits, because keys are kept in int64 variables.
    return int(sequence.generate_state(1, np.uint64)[0] >> np.uint64(1))


def generator(seed: int | None = None) -> np.random.Generator:
    """A NumPy generator (Philox) for `seed`, or for the next key.

    >>> float(generator(7).random()) == float(generator(7).random())
    True
    """
    return np.random.Generator(np.random.Philox(next_key() if seed is None else seed))
