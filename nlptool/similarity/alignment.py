"""How much of each of two sentences the other one has, word by word.

A word that the other sentence lacks may be there in parts, or as a word of like meaning; one
with a numeral in it is there or is not, as numerals are near one another in any vectors. So it
shows which words differ, which the cosine of two sums hides. Nothing is learned from labels.

Source: Mihalcea, Corley & Strapparava 2006, "Corpus-based and knowledge-based measures of text
semantic similarity": the nearest word of the other sentence, weighted by document frequency,
in both directions. The parts and the numerals are added here.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nlptool.core.vectors import FloatArray
from nlptool.similarity.encoder import Words
from nlptool.similarity.grams import CHARACTER_BITS, Known, codes, told

Int64 = NDArray[np.int64]

MOST_WORDS = 256
"""Words of a sentence that are held against those of another; what follows is not read."""

NUMERALS = frozenset("0123456789一二三四五六七八九十百千万亿两零")

_FAR = 0.3  # a cosine that tells nothing
_LEAST = 1e-3  # nats of a word that tells nothing
_CELLS = 1 << 17  # cosines that are looked at together


@dataclass(frozen=True, eq=False)
class Sides:
    """The words of pairs of sentences, one after the other: all first sentences, then the others.

    Args:
        n_pairs: how many there are.
        words: which word each is, from 1; shape (n_words,).
        owner: the sentence of each, rising, below 2 n_pairs; shape (n_words,).
        spelt: the distinct words, by number; "" for 0.
        units: their vectors, of unit length, or zeros; shape (n_distinct + 1, dim).
        known: what n-grams tell.
    """

    n_pairs: int
    words: Int64
    owner: Int64
    spelt: Sequence[str]
    units: FloatArray
    known: Known

    @cached_property
    def pair(self) -> Int64:
        """The pair of each word; shape (n_words,)."""
        return self.owner % max(self.n_pairs, 1)

    @cached_property
    def half(self) -> int:
        """The place of the first word of the second sentences."""
        return int(np.searchsorted(self.owner, self.n_pairs))

    @cached_property
    def told(self) -> FloatArray:
        """What each word tells, in nats: the most of its pairs of characters; (n_words,)."""
        lengths = np.array([len(word) for word in self.spelt], np.int64)
        text = codes("".join(self.spelt))
        owner = np.repeat(np.arange(len(lengths)), lengths)
        found = np.zeros(len(lengths), np.float32)
        alone = lengths[owner] == 1
        found[owner[alone]] = told(text[alone], 1, self.known)
        inside = owner[:-1] == owner[1:]
        grams = (text[:-1] << np.uint64(CHARACTER_BITS) | text[1:])[inside]
        np.maximum.at(found, owner[:-1][inside], told(grams, 2, self.known))
        return np.maximum(found, np.float32(_LEAST))[self.words]

    @cached_property
    def there(self) -> NDArray[np.bool_]:
        """Whether the other sentence has the very word; shape (n_words,)."""
        return self._in_other(self.pair << 32 | self.words, self.half)

    @cached_property
    def parts(self) -> FloatArray:
        """The share of each word, by what its characters tell, that the other sentence has."""
        lengths = np.array([len(word) for word in self.spelt], np.int64)[self.words]
        text = codes("".join(self.spelt[i] for i in self.words.tolist()))
        begins = np.cumsum(lengths) - lengths
        pair = np.repeat(self.pair, lengths)
        half = int(lengths[: self.half].sum())
        found = self._in_other(pair << CHARACTER_BITS | text.astype(np.int64), half)
        weights = np.maximum(told(text, 1, self.known), np.float32(_LEAST))
        return np.asarray(
            np.add.reduceat(weights * found, begins) / np.add.reduceat(weights, begins), np.float32
        )

    @cached_property
    def nearest(self) -> FloatArray:
        """The highest cosine of each word with one of the other sentence, at least 0."""
        sizes = np.bincount(self.owner, minlength=2 * self.n_pairs)
        begins = np.cumsum(sizes) - sizes
        longest = np.maximum(sizes[: self.n_pairs], sizes[self.n_pairs :])
        found = np.zeros(len(self.words), np.float32)
        order = np.argsort(longest, kind="stable")
        low = 0
        while low < len(order):
            # Pairs of about one length, as many as the last of them lets fit.
            n = max(_CELLS // max(int(longest[order[low]]), 1) ** 2, 1)
            n = max(_CELLS // max(int(longest[order[low : low + n][-1]]), 1) ** 2, 1)
            some = order[low : low + n]
            low += n
            width = max(int(longest[some[-1]]), 1)
            both = []
            for rows in (some, some + self.n_pairs):
                inside = np.arange(width) < sizes[rows, None]
                places = np.where(inside, begins[rows, None] + np.arange(width), 0)
                both.append((inside, places, np.where(inside, self.words[places], 0)))
            (in_first, first, a), (in_second, second, b) = both
            cosines = self.units[a] @ self.units[b].transpose(0, 2, 1)
            found[first[in_first]] = cosines.max(axis=2)[in_first]
            found[second[in_second]] = cosines.max(axis=1)[in_second]
        return np.maximum(found, 0)

    @cached_property
    def matched(self) -> FloatArray:
        """How much of each word the other sentence has, 0 to 1; shape (n_words,)."""
        near = np.clip((self.nearest - _FAR) / (1 - _FAR), 0, 1)
        exact = self.is_numeral | self.there
        return np.asarray(np.where(exact, self.there, np.maximum(near, self.parts)), np.float32)

    @cached_property
    def is_numeral(self) -> NDArray[np.bool_]:
        """Whether there is a numeral in a word; shape (n_words,)."""
        return np.array([not NUMERALS.isdisjoint(word) for word in self.spelt])[self.words]

    @cached_property
    def covered(self) -> FloatArray:
        """How much of the first and of the second sentence the other one has; (2, n_pairs)."""
        return self.share(self.matched)

    def share(self, what: NDArray[Any]) -> FloatArray:
        """Return the mean of something over the words of each sentence, by what they tell.

        Args:
            what: of each word; shape (n_words,).

        Returns:
            Of the first sentences and of the second ones, shape (2, n_pairs); 0 without words.
        """
        n = 2 * self.n_pairs
        whole = np.bincount(self.owner, self.told, n)
        found = np.bincount(self.owner, self.told * what, n) / np.where(whole > 0, whole, 1)
        return np.asarray(found.reshape(2, -1), np.float32)

    @staticmethod
    def _in_other(keys: Int64, half: int) -> NDArray[np.bool_]:
        first, second = keys[:half], keys[half:]
        return np.concatenate([np.isin(first, second), np.isin(second, first)])


def sides(tokens: Sequence[Sequence[str]], words: Words, known: Known) -> Sides:
    """Return the words of pairs, ready to be held against each other.

    Args:
        tokens: of all first sentences, then of all second ones; at most `MOST_WORDS` count.
        words: of the same sentences, as `Sif.look_up` gives them.
        known: what n-grams tell.
    """
    spelt = ["", *dict.fromkeys(word for sentence in tokens for word in sentence)]
    kept = [places[:MOST_WORDS] for places in words.places]
    owner = np.repeat(np.arange(len(kept)), [len(places) for places in kept])
    ids = np.concatenate([np.zeros(0, np.int32), *kept]).astype(np.int64)
    norms = np.sqrt(np.einsum("ij,ij->i", words.table, words.table))
    units = words.table / np.where(norms > 0, norms, 1)[:, None]
    return Sides(len(tokens) // 2, ids, owner, spelt, np.asarray(units, np.float32), known)


def aligned(tokens: Sequence[Sequence[str]], words: Words, known: Known) -> FloatArray:
    """Return how much of the words of two sentences is in both, the mean of the two shares.

    Args:
        tokens: of all first sentences, then of all second ones.
        words: of the same sentences.
        known: what n-grams tell.

    Returns:
        Shape (n_pairs,), 0 to 1; 0 where one is empty.

    Source:
        See the module. Slow form: tests/naive_similarity.py.
    """
    return np.asarray(sides(tokens, words, known).covered.mean(axis=0), np.float32)
