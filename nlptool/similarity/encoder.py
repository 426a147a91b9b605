"""A trained network that turns sentences into vectors: characters and words to ids, and answers.

No Keras here: answers are numpy's, see `neural.forward`.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from nlptool.core.vectors import FloatArray
from nlptool.neural.batches import by_length, padded
from nlptool.neural.forward import answer_all
from nlptool.neural.graph import Graph
from nlptool.neural.weights import Weights
from nlptool.similarity.config_network import Learning
from nlptool.similarity.network import OUTPUT, build

Ids = NDArray[np.int32]

UNKNOWN, FIRST = 1, 2
"""Ids of characters: 0 for padding, one for all that are not known, and from where they begin."""


@dataclass(frozen=True, eq=False)
class Words:
    """The words of sentences with their vectors.

    Args:
        table: a vector for each distinct word, a row of zeros first; shape (n + 1, dim).
        places: the rows of the words of each sentence, from 1.
    """

    table: FloatArray
    places: Sequence[Ids]


@dataclass(frozen=True, eq=False)
class Texts:
    """Sentences as a network reads them.

    Args:
        characters: ids of each sentence's characters, at most so many.
        words: of the same sentences; None where words are not read.
        multiple: lengths of batches are one of this.
        beside: other vectors of them, of unit length, which are given along.
    """

    characters: Sequence[Ids]
    words: Words | None = None
    multiple: int = 1
    beside: FloatArray | None = None

    @property
    def lengths(self) -> NDArray[np.int64]:
        """Characters that are read of each sentence; shape (n,)."""
        return np.array([len(one) for one in self.characters], np.int64)

    def batch(self, rows: Sequence[int]) -> dict[str, NDArray[np.int32] | FloatArray]:
        """Return what the network is given for some of the sentences."""
        found: dict[str, NDArray[np.int32] | FloatArray] = {
            "characters": padded([self.characters[i] for i in rows], multiple=self.multiple)
        }
        if self.words is not None:
            ids = padded([self.words.places[i] for i in rows], multiple=self.multiple)
            found |= {"words": ids, "meanings": self.words.table[ids]}
        if self.beside is not None:
            found["beside"] = self.beside[rows]
        return found


@dataclass(frozen=True, eq=False)
class Encoder:
    """A trained network.

    Args:
        config: the settings.
        characters: the code points that it knows, rising; shape (n,), int32.
        word_dim: numbers in the vector of a word; 0 where words are not read.
        weights: of the network.
    """

    config: Learning
    characters: Ids
    word_dim: int
    weights: Weights

    @cached_property
    def graph(self) -> Graph:
        """The network."""
        return build(self.config, len(self.characters) + FIRST, self.word_dim)

    def read(self, texts: Sequence[str], words: Words | None) -> Texts:
        """Return sentences as the network reads them.

        Args:
            texts: normalised, without white space.
            words: of the same sentences; not needed where words are not read.
        """
        longest = self.config.max_length
        ids = [ids_of(text[:longest], self.characters) for text in texts]
        if not self.word_dim or words is None:
            return Texts(ids)
        # As a rule a word has two characters: what is behind the last is read no more.
        places = [one[:longest] for one in words.places]
        return Texts(ids, Words(words.table * np.float32(np.sqrt(self.word_dim)), places))

    def n_unknown(self, texts: Sequence[str]) -> int:
        """Return how many sentences have characters, but no known one."""
        return sum(
            bool(text) and not (ids_of(text, self.characters) != UNKNOWN).any() for text in texts
        )

    def encode(self, texts: Sequence[str], words: Words | None, *, threads: int = 1) -> FloatArray:
        """Return vectors of unit length; zeros for an empty sentence. Shape (n, dim)."""
        read = self.read(texts, words)
        out = np.zeros((len(texts), self.config.dim), np.float32)
        rows = [some[read.lengths[some] > 0] for some in by_length(read.lengths)]
        rows = [some for some in rows if len(some)]
        answers = answer_all(
            self.graph, self.weights, (read.batch(some.tolist()) for some in rows), threads=threads
        )
        for some, answer in zip(rows, answers, strict=True):
            out[some] = answer[OUTPUT]
        return out


def ids_of(text: str, characters: Ids) -> Ids:
    """Return the ids of a text's characters; shape (length,)."""
    points = np.frombuffer(text.encode("utf-32-le", "replace"), np.int32)
    if not len(characters):
        return np.full(len(points), UNKNOWN, np.int32)
    places = np.minimum(np.searchsorted(characters, points), len(characters) - 1)
    known = characters[places] == points
    return np.where(known, places + FIRST, UNKNOWN).astype(np.int32)


def learn_characters(texts: Sequence[str], min_count: int) -> Ids:
    """Return the code points that occur so often, rising; shape (n,), int32."""
    points = np.frombuffer("".join(texts).encode("utf-32-le", "replace"), np.int32)
    found, counts = np.unique(points, return_counts=True)
    return np.asarray(found[counts >= min_count], np.int32)
