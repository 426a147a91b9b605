"""Sentence vectors without training: smooth inverse frequency, and character n-grams.

A sentence is the sum of its words' vectors, each weighted by a / (a + p), p its probability;
what all sentences share, their principal directions, may be removed. A word without a vector
is the mean of its characters'. Beside it stand its character n-grams (see `grams`). Each half
has unit length, times the root of its share, so that the product of two sentences is a
weighted mean of two cosines.

Source: Arora, Liang & Ma 2017, "A simple but tough-to-beat baseline for sentence embeddings".
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import blake2b

import numpy as np
from numpy.typing import NDArray

from nlptool.core.vectors import FloatArray
from nlptool.core.vocab import Vocab
from nlptool.similarity.config import Config
from nlptool.similarity.encoder import Words
from nlptool.similarity.grams import PRIOR, Keys, Known, add_up, learn


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

    @property
    def known(self) -> Known:
        """What n-grams tell."""
        return self.grams, self.bits, self.rare

    def encode(self, texts: Sequence[str], words: Words) -> FloatArray:
        """Return the vectors of sentences.

        Args:
            texts: normalised sentences, without white space.
            words: of the same sentences, as `look_up` gives them.

        Returns:
            Shape (n, dim), float32, of unit length, or zeros for an empty sentence.
        """
        config = self.config
        share = config.ngram_share if config.ngram_dim else 0.0
        sums = self.sums(words)
        sums -= (sums @ self.common.T) @ self.common
        parts = [scaled(sums) * np.float32(np.sqrt(1 - share))]
        if config.ngram_dim:
            found = add_up(texts, config.ngram, self.known, dim=config.ngram_dim, seed=config.seed)
            parts.append(scaled(found) * np.float32(np.sqrt(share)))
        # Once more: a sentence may have one half only.
        return scaled(np.concatenate(parts, axis=1))

    @staticmethod
    def sums(words: Words) -> FloatArray:
        """Return the sum of each sentence's weighted words; shape (n, dim)."""
        out = np.zeros((len(words.places), words.table.shape[1]), np.float32)
        for i, places in enumerate(words.places):
            out[i] = words.table[places].sum(axis=0)
        return out

    def look_up(self, tokens: Sequence[Sequence[str]]) -> tuple[Words, int]:
        """Return the words with their weighted vectors, an unknown one that of its characters.

        Returns:
            The words; and how many sentences have some, but no known one.
        """
        distinct = list(dict.fromkeys(word for sentence in tokens for word in sentence))
        rows = np.array(self._find(distinct), np.int64)
        parts = {word: list(word) for word, row in zip(distinct, rows, strict=True) if row < 0}
        letters = list(dict.fromkeys(char for word in parts.values() for char in word))
        known = {c: row for c, row in zip(letters, self._find(letters), strict=True) if row >= 0}
        table = np.zeros((len(distinct) + 1, self.rows.shape[1]), np.float32)
        table[1:][rows >= 0] = self.rows[rows[rows >= 0]]
        places = {word: i for i, word in enumerate(distinct, 1)}
        nothing = set()
        for word, chars in parts.items():
            found = [known[char] for char in chars if char in known]
            if found:
                table[places[word]] = self.rows[found].mean(axis=0)
            else:
                nothing.add(word)
        n_unknown = sum(bool(one) and nothing.issuperset(one) for one in tokens)
        ids = [np.array([places[word] for word in one], np.int32) for one in tokens]
        return Words(table, ids), n_unknown

    def _find(self, words: list[str]) -> list[int]:
        """Return the row of each word, -1 for an unknown one."""
        if not len(self.words):
            return [-1] * len(words)
        keys = np.array([hash_of(word) for word in words], np.uint64)
        places = np.minimum(np.searchsorted(self.words, keys), len(self.words) - 1)
        found: list[int] = np.where(self.words[places] == keys, places, -1).tolist()
        return found


def build(
    vocab: Vocab,
    matrix: FloatArray,
    config: Config,
    texts: Sequence[str],
    tokens: Sequence[Sequence[str]],
) -> Sif:
    """Return an encoder.

    How much a word or an n-gram tells depends on what is asked: it is counted in sentences
    like those to come, to which the vectors' corpus adds some (`grams.PRIOR`), in which rare
    ones have their share.

    Args:
        vocab: words and their counts.
        matrix: their vectors; shape (n_words, dim).
        config: the settings.
        texts: sentences like those to come, normalised, without white space; may be none.
        tokens: their words.
    """
    n = min(len(tokens), config.sample)
    chosen = np.sort(np.random.default_rng(config.seed).choice(len(tokens), n, replace=False))
    texts = [texts[i] for i in chosen.tolist()]
    tokens = [tokens[i] for i in chosen.tolist()]
    # Of two words with one hash, which is improbable for 10^8 words, the more frequent stays.
    keys, first = np.unique(
        np.array([hash_of(word) for word in vocab.words], np.uint64), return_index=True
    )
    rows = scaled(np.asarray(matrix, np.float32)[first])
    p = _probabilities(vocab, tokens)[first]
    rows *= (config.smooth / (config.smooth + p)).astype(np.float32)[:, None]
    grams, bits, rare = learn(vocab, config.ngram if config.ngram_dim else 1, texts)
    none = np.zeros((0, rows.shape[1]), np.float32)
    encoder = Sif(keys, rows, grams, bits, rare, none, config)
    if not config.components or n <= config.components:
        return encoder
    sums = scaled(encoder.sums(encoder.look_up(tokens)[0])).astype(np.float64)
    _, directions = np.linalg.eigh(sums.T @ sums)
    common = directions[:, ::-1][:, : config.components].T
    # The sign of a direction is arbitrary, and must not be the machine's choice.
    signs = np.sign(common[np.arange(len(common)), np.abs(common).argmax(axis=1)])
    common = (common * signs[:, None]).astype(np.float32)
    return Sif(keys, rows, grams, bits, rare, common, config)


def _probabilities(vocab: Vocab, tokens: Sequence[Sequence[str]]) -> NDArray[np.float64]:
    """Return how probable each word is in sentences like these; shape (n_words,)."""
    seen = Counter(word for sentence in tokens for word in sentence)
    own = np.array([seen.get(word, 0) for word in vocab.words], np.float64)
    general = np.maximum(vocab.counts, 1) / max(float(vocab.counts.sum()), 1.0)
    n_seen = float(sum(seen.values()))
    n_more = PRIOR * (n_seen / len(tokens) if tokens else 1.0)
    return np.asarray((own + n_more * general) / (n_seen + n_more))


def scaled(matrix: FloatArray) -> FloatArray:
    """Return rows of unit length; a row of zeros stays."""
    norms = np.sqrt(np.einsum("ij,ij->i", matrix, matrix))
    return np.asarray(matrix / np.where(norms > 0, norms, 1)[:, None], np.float32)


def hash_of(word: str) -> int:
    """Return a word as one 64-bit number, always the same."""
    return int.from_bytes(
        blake2b(word.encode("utf-8", "replace"), digest_size=8).digest(), "little"
    )
