"""What several sections say about a study: its task, its models, the names of its columns."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pellucid.show.report.tables import name_of
from pellucid.show.report.values import at, entries, mapping, named, text, values
from pellucid.show.report.words import Words

Study = Mapping[str, Any]


def kind(study: Study) -> str | None:
    """`binary`, `multiclass`, `multilabel` or `regression`; None if it is not said."""
    return text(study, "task", "kind")


def is_regression(study: Study) -> bool:
    """Whether a number is predicted."""
    return kind(study) == "regression"


def target(study: Study) -> str | None:
    """The name of the column, or columns, to be predicted."""
    found = at(study, "task", "target")
    names = [name_of(each) for each in (found if isinstance(found, list | tuple) else [found])]
    return None if not found else ", ".join(names)


def classes(study: Study) -> list[str]:
    """The labels of the classes."""
    return [name_of(each) for each in values(study, "task", "classes")]


def models(study: Study) -> dict[str, Mapping[str, Any]]:
    """The evaluations of network, linear model and constant, those that there are."""
    found = dict(named(mapping(study, "evaluation")))
    return {name: found[name] for name in ("network", "linear", "constant") if name in found}


def network(study: Study) -> Mapping[str, Any]:
    """The evaluation of the network."""
    return mapping(study, "evaluation", "network")


def linear_name(study: Study, say: Words) -> str:
    """Logistic regression, or for numbers ridge regression."""
    return say("model.ridge" if is_regression(study) else "model.linear")


def model_name(study: Study, name: str, say: Words) -> str:
    """What one of the compared models is called in this study."""
    if name == "linear":
        return linear_name(study, say)
    if name == "constant":
        return say("model.mean" if is_regression(study) else "model.majority")
    return say.name("model", name)


def is_crossed(study: Study) -> bool:
    """Whether every row was measured, each by a model that had not seen it."""
    return text(study, "split", "kind") == "cv"


def level_name(level: str, say: Words) -> str:
    """What a value of a column is called; rows without one have the level `?`."""
    return say("level.missing") if level == "?" else name_of(level)


def used_columns(study: Study) -> list[str] | None:
    """The columns that are learned from, or None if that is not known."""
    columns = entries(study, "schema")
    if not columns:
        return None
    return [name_of(each.get("name")) for each in columns if each.get("used") is True]
