"""Sentence vectors without training: smooth inverse frequency, and character n-grams.

A sentence is the sum of its words' vectors, each weighted by a / (a + p), p its probability;
what all sentences share, their first principal direction, is removed. A word without a vector
is the mean of its characters'. Beside it stand its character n-grams (see `grams`). Each half
has unit length, times the root of its share, so that the product of two sentences is a
weighted mean of two cosines.

Source: Arora, Liang & Ma 2017, "A simple but tough-to-beat baseline for sentence embeddings".
"""

from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import blake2b

import numpy as np

from nlptool.core.vectors import FloatArray
from nlptool.core.vocab import Vocab
from nlptool.similarity.config import Config
from nlptool.similarity.grams import Keys, add_up, learn


@dataclass(frozen=True, eq=False)
class Sif:
    """What is known of words and n-grams.

    Args:
        words: a hash of each word, rising: a model opens at once, without a dictionary.
        rows: the words' vectors, of unit length times their weight; shape (n_words, dim).
        grams: known n-grams, rising; shape (n_grams,).
        bits: what each tells in nats; shape (n_grams,).
        rare: what a character tells that is not known, in nats.
        common: directions that are removed, of unit length; shape (n_components, dim).
        config: the settings.
    """

    words: Keys
    rows: FloatArray
    grams: Keys
    bits: FloatArray
    rare: float
    common: FloatArray
    config: Config

    @property
    def dim(self) -> int:
        """Numbers in a sentence's vector."""
        return int(self.rows.shape[1]) + self.config.ngram_dim

    def encode(
        self, texts: Sequence[str], tokens: Sequence[Sequence[str]]
    ) -> tuple[FloatArray, int]:
        """Return the vectors of sentences, and how many have words, but no known one.

        Args:
            texts: normalised sentences, without white space.
            tokens: the words of each.

        Returns:
            Shape (n, dim), float32, of unit length, or zeros for an empty sentence.
        """
        config = self.config
        share = config.ngram_share if config.ngram_dim else 0.0
        words, n_unknown = self.sums(tokens)
        words -= (words @ self.common.T) @ self.common
        parts = [scaled(words) * np.float32(np.sqrt(1 - share))]
        if config.ngram_dim:
            known = (self.grams, self.bits, self.rare)
            sums = add_up(texts, config.ngram, known, dim=config.ngram_dim, seed=config.seed)
            parts.append(scaled(sums) * np.float32(np.sqrt(share)))
        # Once more: a sentence may have one half only.
        return scaled(np.concatenate(parts, axis=1)), n_unknown

    def sums(self, tokens: Sequence[Sequence[str]]) -> tuple[FloatArray, int]:
        """Return each sentence's weighted sum, and how many have words, but no known one."""
        distinct = dict.fromkeys(word for sentence in tokens for word in sentence)
        distinct |= dict.fromkeys(char for word in list(distinct) for char in word)
        places = dict(zip(distinct, self._find(list(distinct)), strict=True))
        out = np.zeros((len(tokens), self.rows.shape[1]), np.float32)
        n_unknown = 0
        for i, sentence in enumerate(tokens):
            found = [place for word in sentence if (place := places[word]) >= 0]
            if found:
                out[i] = self.rows[found].sum(axis=0)
            any_part = False
            for word in sentence:
                parts = [places[char] for char in word] if places[word] < 0 else []
                parts = [place for place in parts if place >= 0]
                if parts:
                    out[i] += self.rows[parts].mean(axis=0)
                    any_part = True
            n_unknown += bool(sentence) and not found and not any_part
        return out, n_unknown

    def _find(self, words: list[str]) -> list[int]:
        """Return the row of each word, -1 for an unknown one."""
        if not len(self.words):
            return [-1] * len(words)
        keys = np.array([hash_of(word) for word in words], np.uint64)
        places = np.minimum(np.searchsorted(self.words, keys), len(self.words) - 1)
        found: list[int] = np.where(self.words[places] == keys, places, -1).tolist()
        return found


def build(vocab: Vocab, matrix: FloatArray, config: Config, tokens: Sequence[Sequence[str]]) -> Sif:
    """Return an encoder.

    Args:
        vocab: words and their counts.
        matrix: their vectors; shape (n_words, dim).
        config: the settings.
        tokens: the words of sentences like those to come, which tell what all of them share;
            may be none.
    """
    # Of two words with one hash, which is improbable for 10^8 words, the more frequent stays.
    keys, first = np.unique(
        np.array([hash_of(word) for word in vocab.words], np.uint64), return_index=True
    )
    p = np.maximum(vocab.counts, 1) / max(float(vocab.counts.sum()), 1.0)
    rows = scaled(np.asarray(matrix, np.float32)[first])
    rows *= (config.smooth / (config.smooth + p[first])).astype(np.float32)[:, None]
    grams, bits, rare = learn(vocab, config.ngram if config.ngram_dim else 1)
    none = np.zeros((0, rows.shape[1]), np.float32)
    encoder = Sif(keys, rows, grams, bits, rare, none, config)
    n = min(len(tokens), config.sample)
    if not config.components or n <= config.components:
        return encoder
    chosen = np.sort(np.random.default_rng(config.seed).choice(len(tokens), n, replace=False))
    sums = scaled(encoder.sums([tokens[i] for i in chosen.tolist()])[0]).astype(np.float64)
    _, directions = np.linalg.eigh(sums.T @ sums)
    common = directions[:, ::-1][:, : config.components].T
    # The sign of a direction is arbitrary, and must not be the machine's choice.
    signs = np.sign(common[np.arange(len(common)), np.abs(common).argmax(axis=1)])
    common = (common * signs[:, None]).astype(np.float32)
    return Sif(keys, rows, grams, bits, rare, common, config)


def scaled(matrix: FloatArray) -> FloatArray:
    """Return rows of unit length; a row of zeros stays."""
    norms = np.sqrt(np.einsum("ij,ij->i", matrix, matrix))
    return np.asarray(matrix / np.where(norms > 0, norms, 1)[:, None], np.float32)


def hash_of(word: str) -> int:
    """Return a word as one 64-bit number, always the same."""
    return int.from_bytes(
        blake2b(word.encode("utf-8", "replace"), digest_size=8).digest(), "little"
    )
