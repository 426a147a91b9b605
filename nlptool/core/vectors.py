"""A vocabulary with a matrix: who is near whom, and what is to c as b is to a.

Everything is computed in blocks over the rows, so that a matrix which is memory-mapped stays
on disk and none is held twice (search.py). Only numpy is needed: a query starts at once.
How vectors get into and out of files is in `vectorfiles.py`.
"""

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import islice

import numpy as np
from numpy.typing import ArrayLike, NDArray

from nlptool.core.search import Nearest, find_best, in_batches
from nlptool.errors import ConfigError, CorpusError

FloatArray = NDArray[np.float32]
IntArray = NDArray[np.int64]

METHODS = ("add", "mul")

_ROWS = 1 << 16
# Levy and Goldberg's epsilon, which keeps 3CosMul from dividing by zero.
_EPSILON = 0.001


@dataclass(frozen=True, eq=False)
class Vectors:
    """Words and their vectors.

    Args:
        words: the words, most frequent first if their order is known.
        matrix: one row for each word, float32; shape (n_words, dim). May be memory-mapped.
    """

    words: Sequence[str]
    matrix: FloatArray

    @property
    def dim(self) -> int:
        """The length of one vector."""
        return int(self.matrix.shape[1])

    @cached_property
    def ids(self) -> dict[str, int]:
        """Each word's row; the first one's where a word occurs twice."""
        ids = dict(zip(self.words, range(len(self.words)), strict=True))
        if len(ids) < len(self.words):
            for i in range(len(self.words) - 1, -1, -1):
                ids[self.words[i]] = i
        return ids

    @cached_property
    def norms(self) -> FloatArray:
        """The Euclidean length of every row; shape (n_words,)."""
        norms = np.empty(len(self.words), np.float32)
        for low in range(0, len(norms), _ROWS):
            block = self.matrix[low : low + _ROWS]
            squares = np.einsum("ij,ij->i", block, block, dtype=np.float64)
            with np.errstate(over="ignore"):
                norms[low : low + _ROWS] = np.sqrt(squares)
        return norms

    @cached_property
    def _scales(self) -> FloatArray:
        """One over each norm; 0 for a zero vector, whose cosine is taken as 0."""
        with np.errstate(divide="ignore"):
            return np.where(self.norms > 0, 1 / self.norms, 0).astype(np.float32)

    def id(self, word: str) -> int:
        """Return the row of a word.

        Raises:
            CorpusError: the word is not in the vocabulary; names similar ones if there are.
        """
        found = self.ids.get(word)
        if found is None:
            close = ", ".join(repr(other) for other in suggestions(word, self))
            hint = f"; close to it: {close}" if close else ""
            raise CorpusError(f"{word!r}: not in the vocabulary of {len(self.words):,} words{hint}")
        return found

    def units(self, ids: ArrayLike) -> FloatArray:
        """Return rows scaled to length 1 (zero vectors stay zero); shape (n, dim)."""
        ids = np.asarray(ids, np.int64)
        return np.asarray(self.matrix[ids] * self._scales[ids, None])

    def similarity(self, a: str, b: str) -> float:
        """Return the cosine of two words.

        Raises:
            CorpusError: a word is not in the vocabulary.
        """
        return float(self.cosines([self.id(a)], [self.id(b)])[0])

    def cosines(self, a: ArrayLike, b: ArrayLike) -> FloatArray:
        """Return the cosine of each pair of rows (a[i], b[i]); shape (n,)."""
        cosines = np.einsum("ij,ij->i", self.units(a), self.units(b), dtype=np.float64)
        clipped: FloatArray = np.clip(cosines, -1, 1).astype(np.float32)
        return clipped

    def nearest(
        self,
        queries: Sequence[str] | FloatArray,
        k: int = 10,
        *,
        exclude: Sequence[Sequence[int]] | None = None,
        limit: int | None = None,
    ) -> Nearest:
        """Return the k rows with the largest cosine for each query.

        Args:
            queries: words, or vectors of shape (n_queries, dim).
            k: how many rows to return.
            exclude: for each query, the ids that are no answer; None stands for the word
                itself where the queries are words, and for nothing otherwise.
            limit: search the first `limit` rows only.

        Raises:
            CorpusError: a word is not in the vocabulary.
        """
        if isinstance(queries, np.ndarray):
            with np.errstate(all="ignore"):
                lengths = np.linalg.norm(queries.astype(np.float64), axis=1, keepdims=True)
                units = np.where(lengths > 0, queries / lengths, 0).astype(np.float32)
            exclude = exclude if exclude is not None else [()] * len(units)
        else:
            ids = [self.id(word) for word in queries]
            units = self.units(ids)
            exclude = exclude if exclude is not None else [(i,) for i in ids]
        n_rows = self._n_searched(limit)

        def search(low: int, high: int) -> Nearest:
            some = units[low:high]
            return find_best(
                lambda first, last: self._cosines(some, first, last), exclude[low:high], n_rows, k
            )

        return in_batches(search, len(units), k)

    def analogy(
        self,
        a: Sequence[str],
        b: Sequence[str],
        c: Sequence[str],
        *,
        method: str = "add",
        k: int = 10,
        limit: int | None = None,
    ) -> Nearest:
        """Return what is to c[i] as b[i] is to a[i]; the three words are no answer.

        Args:
            a: one word for each question.
            b: what belongs to it.
            c: whose counterpart is looked for.
            method: "add" (3CosAdd) or "mul" (3CosMul).
            k: how many answers to return for each question.
            limit: search the first `limit` rows only.

        Raises:
            ConfigError: the method is unknown.
            CorpusError: a word is not in the vocabulary.
        """
        questions = [[self.id(w) for w in three] for three in zip(a, b, c, strict=True)]
        ids = np.asarray(questions, np.int64).reshape(-1, 3)
        return self.analogy_ids(ids, method=method, k=k, limit=limit)

    def analogy_ids(
        self, ids: IntArray, *, method: str = "add", k: int = 10, limit: int | None = None
    ) -> Nearest:
        """Return the answers to questions of three rows (a, b, c); see `analogy`.

        With unit vectors, 3CosAdd takes the largest cos(x, b - a + c), 3CosMul the largest
        s(x, b) s(x, c) / (s(x, a) + 0.001), where s = (cos + 1) / 2.

        Args:
            ids: shape (n_questions, 3).
            method: "add" or "mul".
            k: how many answers to return for each question.
            limit: search the first `limit` rows only.

        Raises:
            ConfigError: the method is unknown.

        Source:
            Levy and Goldberg, Linguistic Regularities in Sparse and Explicit Word
            Representations, CoNLL 2014, sections 3 and 6. Slow form: tests/naive_vectors.py.
        """
        if method not in METHODS:
            raise ConfigError(f"--method: {method!r}, expected one of {', '.join(METHODS)}")

        def search(low: int, high: int) -> Nearest:
            # A set of questions asks after few words: each one's cosines are computed once.
            known, places = np.unique(ids[low:high], return_inverse=True)
            a, b, c = places.reshape(-1, 3).T
            units = self.units(known)
            lengths = np.linalg.norm(units[b] - units[a] + units[c], axis=1, keepdims=True)

            def score(first: int, last: int) -> FloatArray:
                if method == "add":
                    cosines = self._cosines(units, first, last)
                    scores = cosines[b]
                    scores -= cosines[a]
                    scores += cosines[c]
                    scores /= np.maximum(lengths, np.float32(_EPSILON))
                    return scores
                shifted = (self._cosines(units, first, last) + np.float32(1)) / np.float32(2)
                scores = shifted[b]
                scores *= shifted[c]
                scores /= (shifted + np.float32(_EPSILON))[a]
                return scores

            return find_best(score, ids[low:high].tolist(), self._n_searched(limit), k)

        return in_batches(search, len(ids), k)

    def _n_searched(self, limit: int | None) -> int:
        return len(self.words) if limit is None else min(limit, len(self.words))

    def _cosines(self, units: FloatArray, first: int, last: int) -> FloatArray:
        """Return unit vectors' cosines with rows first..last; shape (n_units, n_rows)."""
        with np.errstate(all="ignore"):
            scores: FloatArray = units @ self.matrix[first:last].T
            scores *= self._scales[first:last]
        return scores


def suggestions(word: str, vectors: Vectors, most: int = 3) -> list[str]:
    """Return words of the vocabulary that someone who typed `word` may have meant.

    Other spellings come first (case, width), then words which contain it, then the longest
    words which it contains. It is cheap, and knows nothing of meaning.
    """
    plain = unicodedata.normalize("NFKC", word).strip()
    spellings = (plain, plain.lower(), plain.capitalize(), plain.upper())
    found = dict.fromkeys(other for other in spellings if other in vectors.ids)
    if len(plain) > 1:
        containing = (other for other in vectors.words if plain in other)
        found |= dict.fromkeys(islice(containing, most))
    for length in range(min(len(plain), 10) - 1, 1, -1):
        parts = (plain[i : i + length] for i in range(min(len(plain), 100) - length + 1))
        found |= dict.fromkeys(part for part in parts if part in vectors.ids)
        if len(found) >= most:
            break
    return list(found)[:most]
