"""The terms of a domain: words with their contrast, their quality, and why each is there."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from nlptool.newwords import contrast
from nlptool.newwords.candidates import quality
from nlptool.newwords.contrast import Counts, Float64, Int64
from nlptool.newwords.expand import Accepted
from nlptool.newwords.model import Words

RANKS = ("combined", "contrast")
_MEASURED = ("contrast", "pmi", "left", "right", "score")
_WHY = ("parent", "depth", "cosine")
COLUMNS = ("word", "count", "background", *_MEASURED, *_WHY)
MOST = 20_000
"""Words that are kept by their contrast."""


@dataclass(frozen=True, eq=False)
class Terms:
    """Candidates with two counts, best first; arrays of shape (n_words,).

    Args:
        words: what mining knows of them.
        background: how often each occurs in the background.
        contrast: the chosen score.
        scores: what they are ranked by.
        why: of the words that the spread accepted, how it came to them.
    """

    words: Words
    background: Int64
    contrast: Float64
    scores: Float64
    why: Mapping[str, Accepted]

    def __len__(self) -> int:
        return len(self.words)

    def take(self, places: Int64) -> "Terms":
        """Return the words at some places, in that order."""
        return Terms(
            self.words.take(places),
            self.background[places],
            self.contrast[places],
            self.scores[places],
            self.why,
        )

    def first(self, n: int) -> "Terms":
        """Return the best n words."""
        return self.take(np.arange(min(n, len(self))))

    def rows(self) -> list[list[str | int | float | None]]:
        """Return a row of `COLUMNS` for each word; None for what is not known."""
        words = self.words
        columns = (
            words.words,
            words.counts.tolist(),
            self.background.tolist(),
            *(_digits(a) for a in (self.contrast, words.pmi, words.left, words.right, self.scores)),
        )
        found = []
        for row in zip(*columns, strict=True):
            one = self.why.get(row[0])
            because = [one.parent or None, one.depth, round(one.cosine, 4)] if one else [None] * 3
            found.append([*row, *because])
        return found

    def as_text(self, how: str) -> str:
        """Return the words as lines: tsv (with a header), jsonl, jieba or list."""
        if how == "list":
            return "".join(f"{word}\n" for word in self.words.words)
        if how == "jieba":
            return self.words.as_text("jieba")
        rows = self.rows()
        if how == "tsv":
            lines = ("\t".join("" if c is None else str(c) for c in row) for row in rows)
            return "".join(f"{line}\n" for line in ("\t".join(COLUMNS), *lines))
        encode = json.JSONEncoder(ensure_ascii=False, allow_nan=False).encode
        return "".join(encode(dict(zip(COLUMNS, row, strict=True))) + "\n" for row in rows)


def contrasted(
    words: Words,
    background: Int64,
    n_background: int,
    *,
    score: str = "ratio",
    rank: str = "combined",
    most: int = MOST,
) -> Terms:
    """Return the words that are most special for a domain, best first.

    Args:
        words: candidates, with their counts in the domain, and the length of that.
        background: their counts in the background.
        n_background: how many symbols the background has.
        score: see `contrast.SCORES`.
        rank: contrast (as published), or combined with the words' quality, which is better.
        most: how many to keep.
    """
    counts = Counts(words.words, words.counts, background, words.mined["symbols"], n_background)
    special = contrast.score(counts, score)
    scores = special
    if rank == "combined":
        scores = contrast.weight(special, score) * quality(words)
    # Words that are as rare in the domain as elsewhere are not its terms.
    kept = counts.signs() >= 0
    order = np.lexsort((np.arange(len(words)), -scores))
    chosen = order[kept[order]][:most]
    return Terms(words, background, special, scores, {}).take(chosen)


def ranked(
    terms: Terms,
    accepted: Sequence[Accepted],
    pieces: Mapping[str, int],
    *,
    rank: str = "combined",
    lead: bool = True,
    rest: bool = True,
) -> Terms:
    """Return the terms in their last order, best first.

    Args:
        terms: the candidates.
        accepted: what the spread found.
        pieces: how often each word stands by itself in the segmented text.
        rank: contrast: by that, longer than two characters first (as published); combined: by
            the score, times the root of the share of a word's occurrences in which it stands by
            itself.
        lead: put the words that the spread accepted before all others.
        rest: keep the others.
    """
    why = {one.word: one for one in accepted}
    scores = terms.scores
    words = terms.words.words
    ours = np.array([word in why for word in words], np.bool_)
    first = np.zeros(len(words), np.bool_)
    if rank == "combined":
        alone = np.array([pieces.get(word, 0) for word in words], float)
        scores = scores * np.sqrt(np.minimum(1, alone / np.maximum(1, terms.words.counts)))
    else:
        first = np.array([len(word) > 2 for word in words], np.bool_)
    order = np.lexsort((np.arange(len(words)), -scores, ~first, ~(ours & lead)))
    chosen = order if rest else order[ours[order]]
    return Terms(terms.words, terms.background, terms.contrast, scores, why).take(chosen)


def _digits(values: NDArray[np.float64]) -> list[float | None]:
    return [None if value != value else value for value in values.round(4).tolist()]
