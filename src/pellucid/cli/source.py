"""`pellucid source`: a model as a NumPy program."""

from __future__ import annotations

from argparse import Namespace
from pathlib import Path

from pellucid.cli.messages import text
from pellucid.cli.modelpath import model_path
from pellucid.cli.parser import Parser
from pellucid.cli.screen import Screen
from pellucid.tabular.predictor import load_predictor


def configure(parser: Parser) -> None:
    """Add the arguments of the command."""
    parser.description = text("source.about")
    parser.add_argument("model", metavar="MODEL", type=Path, help=text("predict.model"))


def run(arguments: Namespace, screen: Screen) -> int:
    """Print the program and nothing else, so that it can be kept in a file."""
    print(load_predictor(model_path(arguments.model)).source())
    return 0
