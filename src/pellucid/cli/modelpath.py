"""Where the files of a model stand, and the study in it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from pellucid.errors import ModelFileError, PellucidError

MODEL_NAME = "model.pellucid"
FIGURES_NAME = "evaluation.json"
SCHEMA_NAME = "schema.toml"
REPORT_NAME = "report.html"
REFUSED_NAME = "refused.csv"


def model_path(path: Path) -> Path:
    """The model file: `path`, or in the folder `path` the one that `train` wrote.

    Raises `ModelFileError` for a folder without one.
    """
    if not path.is_dir():
        return path
    if not (path / MODEL_NAME).is_file():
        raise ModelFileError(
            str(path), expected=f"a model file, or a folder with {MODEL_NAME}", received="neither"
        )
    return path / MODEL_NAME


def study_of(path: Path) -> Mapping[str, Any]:
    """The study in a model file.

    Raises `ModelFileError` for a file without one, as the first version wrote them.
    """
    from pellucid.tabular.predictor import load_predictor

    study = load_predictor(path).about
    if not isinstance(study.get("evaluation"), Mapping):
        raise ModelFileError(
            str(path),
            expected="a model with its study",
            received="one that was written without",
            hint="Train it again with this version.",
        )
    return study


@contextmanager
def believed(path: Path) -> Iterator[None]:
    """Inside, what a file says is made into something; what cannot be is the file's fault."""
    from pellucid.tabular.description import BROKEN

    try:
        yield
    except BROKEN as error:
        if isinstance(error, PellucidError):
            raise
        raise ModelFileError(
            str(path),
            expected="a whole record of its training",
            received=f"{type(error).__name__}: {error}",
        ) from error
