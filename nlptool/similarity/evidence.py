"""What speaks for and against two sentences meaning the same, as numbers for a network.

Words and characters that only one of them has, and what those tell; numerals, negations and
question words; order; length; and the cosines of their vectors. What does not depend on which
sentence is the first is one number, of other things there are two, the smaller first.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nlptool.core.vectors import FloatArray
from nlptool.similarity.alignment import Sides, sides
from nlptool.similarity.encoder import Words
from nlptool.similarity.grams import codes
from nlptool.similarity.sif import Sif, scaled

QUESTIONS = (
    ("谁",),
    ("什么", "啥"),
    ("怎么", "怎样", "如何", "咋"),
    ("为什么", "为何", "为啥", "干嘛"),
    ("哪",),
    ("多少", "几"),
    ("吗", "么", "嘛", "是否", "能不能", "可不可以", "会不会", "是不是"),
    ("多久", "多长", "时候", "几点"),
)
"""Words that ask for one kind of answer."""

NEGATIONS = frozenset("不没无未别非")

NAMES = (
    *(
        f"{name} {which}"
        for name in ("matched", "nearest", "there", "parts", "heaviest", "missing", "absent")
        for which in ("less", "more")
    ),
    *("sequence less", "sequence more", "run less", "run more", "begin", "end"),
    *("numerals", "any numeral", "letters", "negations", "shorter", "ratio"),
    *("rest less", "rest more", "apart", "rests apart", "share apart", "rests alike"),
    *("one rest", "no rest"),
    *(words[0] for words in QUESTIONS),
    *("asked", "one asks", "any asks", "other question"),
    *("words", "n-grams", "likeness"),
)
"""What each number is, in their order."""

LONGEST = 64
"""Characters whose order is looked at; what follows is not."""

_SLIGHT = 0.7  # of a word, below which it is absent
_NOTHING = 1e-3  # length of a rest that is none
_BLOCK = 512


def evidence(
    texts: Sequence[str], tokens: Sequence[Sequence[str]], words: Words, sif: Sif
) -> FloatArray:
    """Return the evidence on pairs.

    Args:
        texts: of all first sentences, then of all second ones: normalised, no white space.
        tokens: their words.
        words: of the same sentences, as `Sif.look_up` gives them.
        sif: what is known of words and n-grams.

    Returns:
        Shape (n_pairs, len(NAMES)), float32, finite; the last is the likeness of a model
        without labels.

    Source:
        Longest common subsequence and substring: the usual tables. Slow form:
        tests/naive_similarity.py.
    """
    n = len(texts) // 2
    held = sides(tokens, words, sif.known)
    halves, cosine = _cosines(sif.encode(texts, words), sif)
    lengths = np.array([len(text) for text in texts], np.float64).reshape(2, n)
    less = np.maximum(lengths.min(axis=0), 1)
    columns: list[NDArray[Any]] = [*_of_words(held), *_order(texts)]
    count = np.array([sum(c in NEGATIONS for c in text) for text in texts], np.float64)
    letters = np.array([word.isascii() and word.isalpha() for word in held.spelt])[held.words]
    kinds = (held.is_numeral & ~held.there, held.is_numeral, letters & ~held.there)
    counts = [np.bincount(held.owner, kind, 2 * n).reshape(2, n).sum(axis=0) for kind in kinds]
    columns += [np.minimum(one, most) for one, most in zip(counts, (3, 1, 3), strict=True)]
    columns.append(np.abs(count[:n] - count[n:]).clip(0, 3))
    columns += [np.log1p(less), np.log(np.maximum(lengths.max(axis=0), 1) / less)]
    columns += _rests(held, words)
    asks = np.array(
        [[any(word in text for word in kind) for kind in QUESTIONS] for text in texts], bool
    ).reshape(2, n, len(QUESTIONS))
    columns += [*(asks[0] ^ asks[1]).T, (asks[0] & asks[1]).sum(axis=1)]
    either: NDArray[np.bool_] = np.asarray(asks.any(axis=2))
    columns += [either[0] ^ either[1], either[0] | either[1]]
    columns.append((asks[0] & ~asks[1]).any(axis=1) & (asks[1] & ~asks[0]).any(axis=1))
    share = sif.config.align
    columns += [*halves, share * held.covered.mean(axis=0) + (1 - share) * cosine]
    return np.stack([np.asarray(column, np.float32) for column in columns], axis=1)


def _of_words(held: Sides) -> list[NDArray[Any]]:
    """Return what is known from the words, the smaller of two numbers first."""
    n = 2 * held.n_pairs
    missing = held.told * (1 - held.matched)
    heaviest = np.zeros(n)
    np.maximum.at(heaviest, held.owner, missing)
    found: list[NDArray[Any]] = [
        *(held.share(what) for what in (held.matched, held.nearest, held.there, held.parts)),
        heaviest.reshape(2, -1),
        np.sqrt(np.bincount(held.owner, missing, n)).reshape(2, -1),
        np.log1p(np.bincount(held.owner, held.matched < _SLIGHT, n)).reshape(2, -1),
    ]
    return [side for both in found for side in (both.min(axis=0), both.max(axis=0))]


def _rests(held: Sides, words: Words) -> list[NDArray[Any]]:
    """Return how large the sums are of what is missing here and there, and how far apart."""
    n, rows = held.n_pairs, words.table[held.words]
    sums = np.zeros((2, 2 * n, rows.shape[1]))
    begins = np.flatnonzero(np.r_[True, held.owner[1:] != held.owner[:-1]][: len(held.owner)])
    if len(begins):
        sums[0, held.owner[begins]] = np.add.reduceat(rows, begins)
        sums[1, held.owner[begins]] = np.add.reduceat(rows * (1 - held.matched)[:, None], begins)
    wholes, rests = sums.reshape(2, 2, n, rows.shape[1])
    sizes, both = _length(rests), _length(wholes).sum(axis=0)
    is_there = sizes > _NOTHING
    apart, product = _length(rests[0] - rests[1]), (rests[0] * rests[1]).sum(axis=1)
    return [
        *np.sort(sizes, axis=0),
        _length(wholes[0] - wholes[1]),
        apart,
        apart / np.where(both > 0, both, 1),
        np.where(is_there.all(axis=0), product / np.maximum(sizes.prod(axis=0), _NOTHING**2), 0),
        is_there[0] ^ is_there[1],
        ~is_there.any(axis=0),
    ]


def _length(vectors: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.asarray(np.sqrt((vectors**2).sum(axis=-1)))


def _cosines(vectors: FloatArray, sif: Sif) -> tuple[list[FloatArray], FloatArray]:
    """Return the cosines of sums of words and of n-grams, and of the whole vectors."""
    dim = sif.rows.shape[1]
    parts = [vectors[:, :dim], vectors[:, dim:], vectors]
    first, second, whole = (
        np.asarray(np.einsum("ij,ij->i", *np.split(scaled(part), 2)), np.float32) for part in parts
    )
    return [first, second], whole


def _order(texts: Sequence[str]) -> list[NDArray[Any]]:
    """Return what two sentences have in common in its order, as shares of their lengths."""
    n = len(texts) // 2
    found = np.zeros((4, n))
    cut = [codes(text[:LONGEST]).astype(np.int64) for text in texts]
    sizes = np.array([len(one) for one in cut], np.int64).reshape(2, n)
    by_length = np.argsort(sizes.max(axis=0), kind="stable")
    for low in range(0, n, _BLOCK):
        some = by_length[low : low + _BLOCK]
        width = max(int(sizes[:, some].max()), 1)
        # What stands behind the end is equal to nothing.
        first, second = (np.full((len(some), width), end, np.int64) for end in (-1, -2))
        for row, i in enumerate(some.tolist()):
            first[row, : len(cut[i])] = cut[i]
            second[row, : len(cut[n + i])] = cut[n + i]
        found[:2, some] = _common(first, second)
        found[2, some] = np.cumprod(first == second, axis=1).sum(axis=1)
        ends = [_turned(first, sizes[0, some]), _turned(second, sizes[1, some])]
        found[3, some] = np.cumprod((ends[0] == ends[1]) & (ends[0] >= 0), axis=1).sum(axis=1)
    less, more = np.maximum(sizes.min(axis=0), 1), np.maximum(sizes.max(axis=0), 1)
    sequence, run, begin, end = found
    return [sequence / more, sequence / less, run / more, run / less, begin / less, end / less]


def _common(first: NDArray[np.int64], second: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return the lengths of the longest common subsequence and substring of rows; (2, n)."""
    n, width = second.shape
    longest = np.zeros((n, width + 1), np.int64)
    run = np.zeros((n, width + 1), np.int64)
    best = np.zeros(n, np.int64)
    for place in range(first.shape[1]):
        equal = first[:, place, None] == second
        reached = np.maximum(longest[:, 1:], longest[:, :-1] + equal)
        longest[:, 1:] = np.maximum.accumulate(reached, axis=1)
        run[:, 1:] = (run[:, :-1] + 1) * equal
        best = np.maximum(best, run.max(axis=1))
    return np.stack([longest[:, -1], best])


def _turned(rows: NDArray[np.int64], sizes: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return rows from their last character to their first."""
    places = sizes[:, None] - 1 - np.arange(rows.shape[1])
    return np.where(places >= 0, np.take_along_axis(rows, np.maximum(places, 0), axis=1), -1)
