"""What every test stands on: peers, files and settings that do not depend on the machine."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

import hypothesis
import pytest

ROOT = Path(__file__).resolve().parent.parent

# Read by the peers when they are first imported, which some test modules do at their top.
os.environ["KERAS_BACKEND"] = "jax"
os.environ["JAX_PLATFORMS"] = "cpu"
os.environ["MPLBACKEND"] = "Agg"

# Read by our settings, also in the processes that tests start.
os.environ["PELLUCID_LANG"] = "en"
os.environ["PELLUCID_CHECKS"] = "1"
_SHARED_DATA = ROOT.parent / "shared" / "data"
if "PELLUCID_DATA" not in os.environ and _SHARED_DATA.is_dir():
    os.environ["PELLUCID_DATA"] = str(_SHARED_DATA)

# The same inputs at every run, and no limit of time per input: the machine may be busy.
hypothesis.settings.register_profile("house", derandomize=True, deadline=None, database=None)
hypothesis.settings.load_profile("house")


@pytest.fixture(scope="session", autouse=True)
def _own_cache() -> Iterator[None]:
    """Downloads and compiled programs of the tests go to a folder of their own, then away."""
    with tempfile.TemporaryDirectory(prefix="pellucid-cache-") as folder:
        os.environ["PELLUCID_CACHE"] = folder
        yield


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The folder of real data sets, one folder each; tests that need it skip where it is absent."""
    folder = Path(os.environ.get("PELLUCID_DATA", _SHARED_DATA))
    if not folder.is_dir():
        pytest.skip("no folder of real data: set PELLUCID_DATA")
    return folder
