"""What the command says, in English and Chinese, side by side."""

from pellucid.cli.words.options import OPTIONS
from pellucid.cli.words.others import OTHERS
from pellucid.cli.words.results import RESULTS

__all__ = ["OPTIONS", "OTHERS", "RESULTS"]
