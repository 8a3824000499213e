"""Several labels at once, each true or not."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from pellucid.tabular.evaluation.binary import Options, binary_evaluation
from pellucid.tabular.evaluation.intervals import Estimate
from pellucid.tabular.evaluation.ranking import replicated_areas
from pellucid.tabular.evaluation.resampling import Resampling
from pellucid.tabular.evaluation.result import Evaluation
from pellucid.tabular.evaluation.scores import auc, average_precision, case_log_losses


def label_evaluation(
    y: np.ndarray, probabilities: np.ndarray, resampling: Resampling, options: Options
) -> Evaluation:
    """The evaluation of `probabilities` (N, L) for `y` (N, L) of 0 and 1, named by the classes.

    A label is called where its probability reaches the threshold. Means are over labels, each
    counting alike; auc, auprc are NaN where a label is never, or always, true.
    """
    called = probabilities >= options.threshold
    wrong = called != (y == 1)
    figures = {
        "subset_accuracy": resampling.proportion(~wrong.any(axis=1)),
        "hamming_loss": resampling.estimate(resampling.mean(wrong.mean(axis=1))),
    }
    figures |= _ranked(y == 1, probabilities, resampling)
    figures |= {
        "f1": resampling.estimate(_f1(y == 1, called, resampling)),
        "log_loss": resampling.estimate(resampling.mean(label_losses(y, probabilities))),
        "brier": resampling.estimate(resampling.mean(((probabilities - y) ** 2).mean(axis=1))),
    }
    parts = {
        name: binary_evaluation(
            y[:, k].astype(np.int64),
            np.stack([1 - probabilities[:, k], probabilities[:, k]], axis=1),
            resampling,
            replace(options, classes=("0", "1")),
        )
        for k, name in enumerate(() if options.brief else options.classes)
    }
    return Evaluation(
        len(y),
        figures,
        threshold=float(np.median(options.threshold)),
        parts=parts,
        n_groups=resampling.n_groups,
    )


def label_losses(y: np.ndarray, probabilities: np.ndarray) -> np.ndarray:
    """Mean over the labels of -log of the probability given to what came true, (N,) in nats."""
    labels = range(y.shape[1])
    pairs = (np.stack([1 - probabilities[:, k], probabilities[:, k]], axis=1) for k in labels)
    losses = [case_log_losses(y[:, k].astype(np.int64), pair) for k, pair in enumerate(pairs)]
    return np.mean(losses, axis=0)


def _ranked(
    is_positive: np.ndarray, score: np.ndarray, resampling: Resampling
) -> dict[str, Estimate]:
    if is_positive.all(axis=0).any() or not is_positive.any(axis=0).all():
        return {"auc": Estimate(float("nan")), "auprc": Estimate(float("nan"))}
    weights = None if resampling.is_plain else resampling.weights
    columns = list(zip(is_positive.T, score.T, strict=True))
    replicated = [replicated_areas(*column, resampling) for column in columns]
    exact = [(auc(*each, weights), average_precision(*each, weights)) for each in columns]
    areas, precisions = np.mean(replicated, axis=0)
    mean_area, mean_precision = np.mean(exact, axis=0).tolist()
    return {
        "auc": resampling.estimate(areas, mean_area),
        "auprc": resampling.estimate(precisions, mean_precision),
    }


def _f1(is_positive: np.ndarray, called: np.ndarray, resampling: Resampling) -> np.ndarray:
    """Mean over labels of the F1 score, (R + 1,); 0 for a label neither true nor called."""
    scores = []
    for true, made in zip(is_positive.T, called.T, strict=True):
        hits, sizes = (resampling.total(each.astype(float)) for each in (true & made, true))
        both = sizes + resampling.total(made.astype(float))
        scores.append(np.divide(2 * hits, both, out=np.zeros_like(both), where=both > 0))
    return np.mean(scores, axis=0)
