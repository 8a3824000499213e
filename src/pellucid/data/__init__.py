"""Data: tables, datasets, honest splits.

`read_table` reads a file or a data frame, `read_batches` a file of any size in parts,
`train_test_split` and `kfold` divide rows, `datasets` holds examples.
"""

from pellucid.data.read import read_batches, read_table
from pellucid.data.splits import kfold, train_test_split
from pellucid.data.table import Table

__all__ = ["Table", "kfold", "read_batches", "read_table", "train_test_split"]
