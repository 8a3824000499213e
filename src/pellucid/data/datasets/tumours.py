"""The two Wisconsin tables of breast tumours: cells graded by eye, and nuclei measured.

In both, malignant is class 1, the class that sensitivity and specificity speak about.
"""

from __future__ import annotations

import csv
import json
from pathlib import Path

import numpy as np

from pellucid.data.datasets.dataset import Dataset
from pellucid.errors import needs

_FILES = Path(__file__).with_name("files")
_CLASSES = ("benign", "malignant")


def wisconsin_original(*, drop_missing: bool = False) -> Dataset:
    """Breast tumours, graded by eye: 699 cases, 9 features from 1 to 10, benign 0 or malignant 1.

    `x` (699, 9) float64; the 16 missing values, all in `bare_nuclei`, are NaN. `drop_missing=True`
    leaves those cases out: 683 remain, 444 benign and 239 malignant. `ids` (699,) int64 has 645
    distinct values, and 8 rows repeat another one in every value: a random split puts some patients
    on both sides, so split by id (`groups=data.ids`) to measure what holds for new patients.

    The values are those of Dr William H. Wolberg, University of Wisconsin Hospitals, from the
    UCI Machine Learning Repository, https://doi.org/10.24432/C5HP4Z, licence CC BY 4.0. The file is
    part of the package.

    Source: Wolberg & Mangasarian, "Multisurface method of pattern separation for medical diagnosis
    applied to breast cytology", PNAS 87 (1990), 9193-9196.

    >>> data = wisconsin_original(drop_missing=True)
    >>> data.x.shape, data.class_names[data.y[5]]
    ((683, 9), 'malignant')
    """
    with wisconsin_original_csv().open(encoding="utf-8", newline="") as file:
        header, *rows = csv.reader(file)
    about = json.loads((_FILES / "wisconsin_original.json").read_text("utf-8"))
    features = [
        [float("nan") if cell == "?" else float(cell) for cell in row[1:-1]] for row in rows
    ]
    data = Dataset(
        name="wisconsin_original",
        x=np.array(features),
        y=np.array([_CLASSES.index(row[-1]) for row in rows], dtype=np.int64),
        feature_names=tuple(header[1:-1]),
        class_names=_CLASSES,
        description=about["description"],
        source=about["source"],
        licence=about["licence"],
        citation=about["citation"],
        ids=np.array([int(row[0]) for row in rows], dtype=np.int64),
    )
    return data.take(~np.isnan(data.x).any(axis=1)) if drop_missing else data


def wisconsin_original_csv() -> Path:
    """Where the package keeps the table of `wisconsin_original` as a CSV file with a header.

    Columns: `id`, the nine features, `class` (`benign` or `malignant`); `?` marks missing values.

    >>> wisconsin_original_csv().read_text("utf-8").splitlines()[1]
    '1000025,5,1,1,1,2,1,3,1,1,benign'
    """
    return _FILES / "wisconsin_original.csv"


def wisconsin_diagnostic() -> Dataset:
    """Breast tumours, measured from images: 569 cases, 30 features, benign 0 or malignant 1.

    `x` (569, 30) float64: mean, standard error and worst value of ten properties of the cell
    nuclei. Malignant (212 cases) is 1 here, while scikit-learn, whose copy of the table this reads,
    has malignant 0. Raises `MissingDependencyError` without scikit-learn.

    The values are those of Wolberg, Street and Mangasarian, from the UCI Machine Learning
    Repository, https://doi.org/10.24432/C5DW2B, licence CC BY 4.0.

    >>> data = wisconsin_diagnostic()
    >>> data
    <wisconsin_diagnostic: x (569, 30), 357 benign, 212 malignant>
    >>> data.feature_names[:2]
    ('mean radius', 'mean texture')
    """
    with needs("tabular"):
        from sklearn.datasets import load_breast_cancer
    bundle = load_breast_cancer()
    malignant = list(bundle.target_names).index("malignant")
    return Dataset(
        name="wisconsin_diagnostic",
        x=bundle.data,
        y=(bundle.target == malignant).astype(np.int64),
        feature_names=tuple(map(str, bundle.feature_names)),
        class_names=_CLASSES,
        description="Fine-needle aspirates of breast tumours: ten properties of the cell nuclei, "
        "measured on a digitized image, each as mean, standard error and worst (largest) value.",
        source="https://archive.ics.uci.edu/dataset/17/breast+cancer+wisconsin+diagnostic",
        licence="CC BY 4.0 (https://creativecommons.org/licenses/by/4.0/)",
        citation="Wolberg, W., Mangasarian, O., Street, N. & Street, W. (1993). Breast Cancer "
        "Wisconsin (Diagnostic) [Dataset]. UCI Machine Learning Repository. "
        "https://doi.org/10.24432/C5DW2B",
    )
