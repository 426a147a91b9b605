"""How well a text is cut into words: spans, words that training had, the SIGHAN scorer's figures.

Entities are measured in entities.py.
"""

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from nlptool.core.text import normalise
from nlptool.crf.align import edits
from nlptool.crf.judged import Judged
from nlptool.crf.sentences import Sentence
from nlptool.crf.tags import spans_of


@dataclass(frozen=True)
class Found:
    """How many of some spans are right.

    Args:
        n_found: spans found.
        n_gold: gold spans.
        n_right: spans that are in both.
    """

    n_found: int
    n_gold: int
    n_right: int

    @property
    def precision(self) -> float:
        """The share of the found spans that are right; 0 if there is none."""
        return self.n_right / max(1, self.n_found)

    @property
    def recall(self) -> float:
        """The share of the gold spans that are found; 0 if there is none."""
        return self.n_right / max(1, self.n_gold)

    @property
    def f1(self) -> float:
        """The harmonic mean of both."""
        return 2 * self.n_right / max(1, self.n_found + self.n_gold)


@dataclass(frozen=True)
class Known:
    """How many gold words are right, of those that training had and of those that it had not.

    Args:
        n_new: gold words that training did not have.
        n_new_right: those of them that are right.
        n_old: gold words that it had.
        n_old_right: those of them that are right.
    """

    n_new: int
    n_new_right: int
    n_old: int
    n_old_right: int

    @property
    def oov_rate(self) -> float:
        """The share of the gold words that training did not have."""
        return self.n_new / max(1, self.n_new + self.n_old)

    @property
    def oov_recall(self) -> float:
        """The share of the words that training did not have that are right."""
        return self.n_new_right / max(1, self.n_new)

    @property
    def iv_recall(self) -> float:
        """The share of the words that training had that are right."""
        return self.n_old_right / max(1, self.n_old)


@dataclass(frozen=True)
class Sighan:
    """What the scorer of the SIGHAN bakeoffs says: words aligned line by line, not by place.

    Args:
        n_inserted: found words that stand for none of the gold ones.
        n_deleted: gold words that no found word stands for.
        n_substituted: gold words that another word stands for.
        words: found words, gold words, and those that are aligned with the same word.
        known: of the gold words, by the training words as they are written; None if there
            are none.
    """

    n_inserted: int
    n_deleted: int
    n_substituted: int
    words: Found
    known: Known | None


def word_counts(pairs: Sequence[Judged]) -> NDArray[np.int64]:
    """Return for each sentence how many words are found, gold and in both.

    Returns:
        Shape (n_sentences, 3).
    """
    counts = np.zeros((len(pairs), 3), np.int64)
    for row, pair in enumerate(pairs):
        gold, found = pair.spans()
        counts[row] = len(found), len(gold), len(set(gold) & set(found))
    return counts


def found_of(counts: NDArray[np.int64]) -> Found:
    """Return the counts of all sentences, see `word_counts`, added up."""
    n_found, n_gold, n_right = counts.sum(axis=0).tolist()
    return Found(n_found, n_gold, n_right)


def known_words(pairs: Sequence[Judged], words: Collection[str]) -> Known:
    """Return how well words are found that training had, and others; width does not matter.

    Args:
        pairs: the sentences.
        words: of the training text, in any width.
    """
    known = {normalise(word) for word in words}
    counts = [0, 0, 0, 0]
    for pair in pairs:
        gold, found = pair.spans()
        right = set(found)
        for span in gold:
            at = 2 if normalise(pair.text(*span[:2])) in known else 0
            counts[at] += 1
            counts[at + 1] += span in right
    return Known(*counts)


def sighan(pairs: Sequence[Judged], words: Collection[str] | None = None) -> Sighan:
    """Return the figures of the SIGHAN scorer.

    Args:
        pairs: the sentences.
        words: of the training text, compared as they are written.

    Source:
        The script `score` of the second SIGHAN bakeoff (Emerson 2005): the words of a line,
        one below the other, are given to `diff`; n lines that take the place of m are
        min(n, m) substitutions, the others insertions or deletions.
    """
    n_inserted = n_deleted = n_substituted = n_found = n_gold = 0
    counts = [0, 0, 0, 0]
    for pair in pairs:
        gold, found = ([pair.text(*span[:2]) for span in spans] for spans in pair.spans())
        aligned = edits(gold, found)
        n_inserted += aligned.n_inserted
        n_deleted += aligned.n_deleted
        n_substituted += aligned.n_substituted
        n_found += len(found)
        n_gold += len(gold)
        if words is not None:
            for word, same in zip(gold, aligned.same, strict=True):
                at = 2 if word in words else 0
                counts[at] += 1
                counts[at + 1] += same
    n_right = n_gold - n_deleted - n_substituted
    known = Known(*counts) if words is not None else None
    return Sighan(n_inserted, n_deleted, n_substituted, Found(n_found, n_gold, n_right), known)


def training_words(sentences: Iterable[Sentence]) -> set[str]:
    """Return the words of labelled sentences, as they are written."""
    return {word for sentence in sentences for word in _words(sentence)}


def _words(sentence: Sentence) -> Iterator[str]:
    whole = Judged(sentence, ())
    for begin, end, _ in spans_of(sentence.labels or ()):
        yield whole.text(begin, end)
