# mypy: ignore-errors
"""Train 30-16-1 with scikit-learn."""

import sys
import warnings

import numpy as np
from sklearn.neural_network import MLPClassifier

warnings.simplefilter("ignore")
data = np.load(sys.argv[1])
epochs = int(sys.argv[2])
model = MLPClassifier((16,), batch_size=32, max_iter=epochs, n_iter_no_change=10**9, alpha=0.0)
print(model.fit(data["x"], data["y"].ravel()).loss_)
