"""Data: tables, datasets, honest splits.

`read_table` reads a file or a data frame, `read_batches` a file of any size in parts,
`train_test_split`, `kfold` and `time_split` divide rows, `datasets` holds examples.
"""

from pellucid.data.read import read_batches, read_table
from pellucid.data.reading import ReadReport
from pellucid.data.splits import kfold, repeated_kfold, train_test_split
from pellucid.data.table import Table
from pellucid.data.time_splits import time_folds, time_split

__all__ = [
    "ReadReport",
    "Table",
    "kfold",
    "read_batches",
    "read_table",
    "repeated_kfold",
    "time_folds",
    "time_split",
    "train_test_split",
]
