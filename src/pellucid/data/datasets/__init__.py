"""Datasets: tables and images to learn and to measure with.

`wisconsin_original` ships with the package; `wisconsin_diagnostic` and `digits` come with
scikit-learn; `mnist` and `fashion_mnist` are found in a folder or downloaded once.
"""

from pellucid.data.datasets.dataset import Dataset
from pellucid.data.datasets.handwriting import digits
from pellucid.data.datasets.idx import read_idx
from pellucid.data.datasets.image_sets import fashion_mnist, mnist
from pellucid.data.datasets.tumours import (
    wisconsin_diagnostic,
    wisconsin_original,
    wisconsin_original_csv,
)

__all__ = [
    "Dataset",
    "digits",
    "fashion_mnist",
    "mnist",
    "read_idx",
    "wisconsin_diagnostic",
    "wisconsin_original",
    "wisconsin_original_csv",
]
