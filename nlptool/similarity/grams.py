"""Character n-grams as sentence vectors: what each tells, and a random direction for each.

Numpy alone, so that the first answer comes at once.
"""

from collections import Counter
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from nlptool.core.vectors import FloatArray
from nlptool.core.vocab import Vocab

Keys = NDArray[np.uint64]
Int64 = NDArray[np.int64]

Known = tuple[Keys, FloatArray, float]
"""N-grams, rising, what each tells, and what an unknown character tells."""

CHARACTER_BITS = 21
"""Bits of a code point: an n-gram of three is one 64-bit number, its first character highest."""

PRIOR = 1000
"""So many sentences of the vectors' corpus are counted with those that are given."""

_LENGTH = 12.0  # of a sentence, where none is given
_LEAST, _LEAST_SEEN = 5, 2  # a longer n-gram that is rarer in words, in sentences, is not kept
_AT_ONCE = 1 << 14
_MIX_1 = np.uint64(0xBF58476D1CE4E5B9)
_MIX_2 = np.uint64(0x94D049BB133111EB)
_STEP = np.uint64(0x9E3779B97F4A7C15)


def mix(values: Keys) -> Keys:
    """Return 64 bits that look random for each value, always the same.

    Source:
        Steele, Lea & Flood 2014, SplitMix64's finaliser.
    """
    values = (values ^ (values >> np.uint64(30))) * _MIX_1
    values = (values ^ (values >> np.uint64(27))) * _MIX_2
    return values ^ (values >> np.uint64(31))


def learn(vocab: Vocab, longest: int, texts: Sequence[str]) -> Known:
    """Return the known n-grams, what each tells, and what an unknown character tells.

    An n-gram tells -log of the share of sentences that have it: of these, and of `PRIOR`
    more as the words and counts let expect.

    Args:
        vocab: words and their counts.
        longest: characters of the longest n-gram, 1 to 3.
        texts: sentences like those to come, normalised, without white space; may be none.

    Returns:
        Keys, rising, shape (n_grams,); what each tells in nats, shape (n_grams,), at least 0;
        what a character tells that is not among them. An n-gram tells at most what its
        characters do by themselves, as between the words of the vocabulary it is not counted.

    Source:
        Inverse document frequency: Sparck Jones, 1972.
    """
    counts: Counter[str] = Counter()
    for word, count in zip(vocab.words, vocab.counts.tolist(), strict=True):
        for size in range(1, longest + 1):
            for begin in range(len(word) - size + 1):
                counts[word[begin : begin + size]] += count
    total = max(sum(n for gram, n in counts.items() if len(gram) == 1), 1)
    seen: Counter[str] = Counter()
    for text in texts:
        grams = (
            text[begin : begin + size]
            for size in range(1, longest + 1)
            for begin in range(len(text) - size + 1)
        )
        seen.update(set(grams))
    length = sum(map(len, texts)) / len(texts) if texts else _LENGTH
    n_texts = len(texts) + PRIOR
    each = PRIOR * length / total

    def tells(gram: str) -> float:
        there = seen.get(gram, 0) + min(each * counts.get(gram, 0), PRIOR)
        return max(float(np.log((n_texts + 1) / (there + 0.5))), 0.0)

    known: dict[int, float] = {}
    for gram in counts | seen:
        if len(gram) == 1:
            known[key_of(gram)] = tells(gram)
        elif counts.get(gram, 0) >= _LEAST or seen.get(gram, 0) >= _LEAST_SEEN:
            known[key_of(gram)] = min(tells(gram), sum(map(tells, gram)))
    keys = sorted(known)
    bits = np.array([known[key] for key in keys], np.float32)
    return np.array(keys, np.uint64), bits, float(np.log((n_texts + 1) / 0.5))


def key_of(gram: str) -> int:
    """Return an n-gram as one number, see `CHARACTER_BITS`."""
    key = 0
    for char in gram:
        key = key << CHARACTER_BITS | ord(char)
    return key


def codes(text: str) -> Keys:
    """Return the code points of a text; shape (n_characters,)."""
    return np.frombuffer(text.encode("utf-32-le", "replace"), np.uint32).astype(np.uint64)


def add_up(
    texts: Sequence[str],
    longest: int,
    known: Known,
    *,
    dim: int,
    seed: int,
) -> FloatArray:
    """Return each sentence's weighted sum of its n-grams, each in a direction of its own.

    A weight is what the n-gram tells, divided by its characters. Its direction is a vector of
    +1 and -1 drawn from its own bits, so that sums keep about the cosines which they would
    have if each n-gram were a dimension.

    Args:
        texts: the sentences.
        longest: as for `learn`.
        known: what `learn` gave.
        dim: a multiple of 64.
        seed: of the directions.

    Returns:
        Shape (n, dim), float32.

    Source:
        Achlioptas 2003, random projections with binary coins. Slow form:
        tests/naive_similarity.py.
    """
    out = np.zeros((len(texts), dim), np.float32)
    text = codes("".join(texts))
    lengths = np.array([len(one) for one in texts], np.int64)
    owner = np.repeat(np.arange(len(texts)), lengths)
    gram = np.zeros(len(text), np.uint64)
    for size in range(1, longest + 1):
        n = max(len(text) - size + 1, 0)
        gram = gram[:n] << np.uint64(CHARACTER_BITS) | text[size - 1 :]
        inside = owner[:n] == owner[size - 1 :]
        weights = told(gram[inside], size, known) / np.float32(size)
        _add(out, gram[inside], owner[:n][inside], weights, seed)
    return out


def told(grams: Keys, size: int, known: Known) -> FloatArray:
    """Return what n-grams of one size tell, in nats.

    Args:
        grams: as `key_of` writes them; shape (n,).
        size: characters of each.
        known: what `learn` gave.

    Returns:
        Shape (n,), float32, at least 0. An unknown n-gram tells what its characters do together,
        but not more than an unknown character.
    """
    found = _found(grams, *known)
    unknown = np.flatnonzero(found < 0)
    if len(unknown) and size > 1:
        mask = np.uint64((1 << CHARACTER_BITS) - 1)
        rest, total = grams[unknown], np.zeros(len(unknown), np.float32)
        for _ in range(size):
            one = _found(rest & mask, *known)
            total += np.where(one < 0, np.float32(known[2]), one)
            rest = rest >> np.uint64(CHARACTER_BITS)
        found[unknown] = np.minimum(total, np.float32(known[2]))
    else:
        found[unknown] = known[2]
    return found


def _found(grams: Keys, keys: Keys, bits: FloatArray, _: float) -> FloatArray:
    """Return what n-grams tell; -1 for an unknown one."""
    if not len(keys):
        return np.full(len(grams), -1, np.float32)
    places = np.minimum(np.searchsorted(keys, grams), len(keys) - 1)
    return np.where(keys[places] == grams, bits[places], np.float32(-1))


def _add(out: FloatArray, grams: Keys, owner: Int64, weights: FloatArray, seed: int) -> None:
    """Add n-grams, in the order of the sentences, to the sentences that own them."""
    n_words = out.shape[1] // 64
    for low in range(0, len(grams), _AT_ONCE):
        some = slice(low, low + _AT_ONCE)
        state = mix(grams[some] ^ np.uint64(seed))
        steps = _STEP * np.arange(1, n_words + 1, dtype=np.uint64)
        coins = np.unpackbits(
            mix(state[:, None] + steps).astype("<u8").view(np.uint8), axis=1, bitorder="little"
        )
        signs = coins.astype(np.float32) * np.float32(2) - np.float32(1)
        signs *= weights[some, None]
        begins = np.flatnonzero(np.r_[True, owner[some][1:] != owner[some][:-1]])
        out[owner[some][begins]] += np.add.reduceat(signs, begins, axis=0)
