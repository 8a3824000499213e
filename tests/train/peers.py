"""The peers that training is compared with; a test that needs one skips where it is absent."""

from __future__ import annotations

from typing import Any

import pytest


def keras() -> Any:
    """Keras 3."""
    return pytest.importorskip("keras")


def torch() -> Any:
    """PyTorch."""
    return pytest.importorskip("torch")
