"""What predictions rest on, and what more rows would bring: told beside the figures."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from pellucid.tabular.evaluation import learning_curve, permutation_importance
from pellucid.tabular.glm import Design, fit_path
from pellucid.tabular.learning import learn
from pellucid.tabular.linear import linear_features
from pellucid.tabular.links import both_classes, link_of, n_scores, probabilities_of
from pellucid.tabular.options import Options
from pellucid.tabular.predictor import Predictor
from pellucid.tabular.rows import Rows

Asked = Sequence[tuple[Predictor, np.ndarray]]

# So many rows are predicted with a column shuffled; fewer repeats, then fewer rows, keep to that. A
# count and not a time, so that a busy machine gives the same study.
_MOST_ASKED = 150_000
_REPEATS = 5
_LEAST_ROWS = 200


def importance(asked: Asked, rows: Rows, seed: int) -> list[dict[str, Any]]:
    """How much worse held-out predictions are without each column: `permutation_importance`.

    `asked` pairs each predictor with the rows it was asked about.
    """
    task = asked[0][0].task
    columns = [column.name for column in asked[0][0].features.columns]
    for predictor, _ in asked[1:]:
        names = {column.name for column in predictor.features.columns}
        columns = [name for name in columns if name in names]
    allowed = _MOST_ASKED / max(1, len(columns) * sum(len(places) for _, places in asked))
    repeats, share = int(np.clip(allowed, 1, _REPEATS)), min(1.0, allowed)
    random = np.random.default_rng([seed, len(columns)])
    models = []
    for predictor, places in asked:
        n = min(len(places), max(int(share * len(places)), _LEAST_ROWS))
        models.append((predictor.answers, np.sort(random.permutation(places)[:n])))
    return permutation_importance(
        task, rows.table, rows.y, models, columns, repeats=repeats, groups=rows.groups, seed=seed
    )


def curve(rows: Rows, predictor: Predictor, options: Options, penalty: float) -> dict[str, Any]:
    """Loss by number of rows learned from: of the whole predictor, if it was asked for.

    Else of its linear member, with the penalty chosen, which takes no time. `model` says which.
    """
    task, link = predictor.task, link_of(predictor.task)
    shared: dict[str, Any] = {"groups": rows.groups, "weights": rows.weight, "seed": options.seed}
    if options.learning_curve:

        def fit(learned: np.ndarray, asked: np.ndarray) -> np.ndarray:
            part = learn(rows.take(learned), task, options)
            return part.predictor.answers(rows.table.take(asked))

        return {"model": "network", **learning_curve(task, rows.y, fit, **shared)}
    x = linear_features(predictor.features, predictor.features.matrix(rows.table))
    z = Design.of(x).z
    weight = np.ones(len(rows)) if rows.weight is None else rows.weight

    def line(learned: np.ndarray, asked: np.ndarray) -> np.ndarray:
        path = fit_path(
            link, n_scores(task), z[learned], rows.y[learned], weight[learned], [penalty]
        )
        return both_classes(task, probabilities_of(link, next(path).scores(z[asked])))

    return {"model": "linear", **learning_curve(task, rows.y, line, **shared)}
