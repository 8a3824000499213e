"""Small handwritten digits, 8 by 8: enough for a lesson, and there without a download."""

from __future__ import annotations

import numpy as np

from pellucid.data.datasets.dataset import Dataset
from pellucid.errors import needs


def digits() -> Dataset:
    """Handwritten digits: 1797 images of 8 by 8 pixels, each pixel from 0 (paper) to 16 (ink).

    `x` (1797, 8, 8) uint8, `y` (1797,) int64 the digit. Divide `x` by 16 for values in [0, 1].
    Read from scikit-learn's copy; raises `MissingDependencyError` without scikit-learn.

    The images are the test part of Alpaydin and Kaynak's "Optical Recognition of Handwritten
    Digits", UCI Machine Learning Repository, https://doi.org/10.24432/C50P49, licence CC BY 4.0.
    Its 13 writers are not told apart in this copy.

    >>> data = digits()
    >>> data.x.shape, int(data.x.max()), data.y[:4]
    ((1797, 8, 8), 16, array([0, 1, 2, 3]))
    """
    with needs("tabular"):
        from sklearn.datasets import load_digits
    bundle = load_digits()
    return Dataset(
        name="digits",
        x=bundle.images.astype(np.uint8),
        y=bundle.target.astype(np.int64),
        feature_names=tuple(map(str, bundle.feature_names)),
        class_names=tuple(map(str, bundle.target_names)),
        description="Normalized bitmaps of handwritten digits; each pixel counts the ink in a "
        "block of 4 by 4 of the scanned form.",
        source="https://archive.ics.uci.edu/dataset/80/optical+recognition+of+handwritten+digits",
        licence="CC BY 4.0 (https://creativecommons.org/licenses/by/4.0/)",
        citation="Alpaydin, E. & Kaynak, C. (1998). Optical Recognition of Handwritten Digits "
        "[Dataset]. UCI Machine Learning Repository. https://doi.org/10.24432/C50P49",
    )
