"""A text as columns of ids, one a token: its own columns, and those derived from them.

    0                  the tokens, characters most often
    1, 2, ...          further columns of the file
    type same1 ...     derived by kernels, see kernels_columns.py

Ids mean the same in every column: 0 what was not seen in training; then the places before a
sentence (_B-1 is next to it) and behind it (_B+1), `pad` each; then the column's own values,
for tokens the most frequent first.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from nlptool.crf.kernels_features import Int32, Int64

UNKNOWN = 0


@dataclass(frozen=True, eq=False)
class Observed:
    """Sentences as ids.

    Args:
        ids: of each column at each position; shape (n_columns, n_padded).
        starts: where each sentence's block of padding, tokens and padding begins; shape
            (n_sentences + 1,).
    """

    ids: Int32
    starts: Int64


@dataclass(frozen=True, eq=False)
class Columns:
    """How tokens become ids.

    Args:
        names: of the columns that the templates look at, "0" first.
        pad: how many positions are put before and behind each sentence.
        normalise: what is done to characters first, see normalise.py.
        tokens: of each of the file's own columns among `names`, the tokens that have ids.
    """

    names: tuple[str, ...]
    pad: int
    normalise: tuple[str, ...]
    tokens: tuple[Sequence[str], ...]
