"""What was mined: words best first, with all that is known of each.

Saved as a file of kind "newwords"; `read_words` reads also what `mine` writes as text.
"""

from dataclasses import dataclass, field
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from nlptool.core.publish import Output

KIND = "newwords"

Int64 = NDArray[np.int64]
Float64 = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Words:
    """Mined words, best first; the arrays are of shape (n_words,).

    Args:
        words: the words; with spaces inside where the unit is a word.
        counts: how often each stands as a piece of the text by itself.
        documents: in how many documents; -1 where only counts were given.
        pmi: of the weakest split, in nats.
        left: branching entropy of what comes before, in nats.
        right: of what comes after.
        scores: what the words are ranked by; falling.
        mined: the settings and the size of the corpus, values of JSON.
    """

    words: list[str]
    counts: Int64
    documents: Int64
    pmi: Float64
    left: Float64
    right: Float64
    scores: Float64
    mined: dict[str, Any] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self.words)

    def take(self, places: Int64) -> Self:
        """Return the words at some places, in that order."""
        raise NotImplementedError

    def save(self, output: Output | str) -> None:
        """Write the words as a model file."""
        raise NotImplementedError


def load(path: str) -> Words:
    """Open mined words.

    Raises:
        ModelError: the file is not one of mined words.
    """
    raise NotImplementedError


def read_words(path: str) -> dict[str, int]:
    """Read a list of words with their counts, from a model or from any text that `mine` writes.

    Args:
        path: a model; TSV with the header `word`; JSON lines with "word" and "count"; a user
            dictionary of jieba (`word count tag`, or only words).

    Returns:
        word -> count, in the order of the file; 1 where the file has no count.

    Raises:
        CorpusError: a line is none of these.
        ModelError: a damaged model.
    """
    raise NotImplementedError
