"""What a network learns from: pairs of several files, or groups, as one numbered whole."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from hashlib import sha256

import numpy as np
from numpy.typing import NDArray

from nlptool.similarity.groups import find
from nlptool.similarity.model import prepare
from nlptool.similarity.pairs import Pair

Int64 = NDArray[np.int64]
Float64 = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Examples:
    """Sentences, and what is known of pairs of them.

    Args:
        texts: distinct sentences, normalised.
        tokens: their words.
        groups: a number of each sentence's group, from 0 and without gaps; who is joined by
            pairs of the same meaning is of one group; shape (n_texts,).
        first: a sentence of each pair; shape (n_pairs,).
        second: the other one.
        scores: of the pairs, 1 for the highest of their file.
        same: whether the two of a pair mean the same.
        sources: the file that a pair is from, from 0.
        n_contradictions: pairs that mean the same here and another thing there, or are said
            to differ though their sentences are the same.
        is_graded: whether pairs came with scores.
    """

    texts: list[str]
    tokens: list[list[str]]
    groups: Int64
    first: Int64
    second: Int64
    scores: Float64
    same: NDArray[np.bool_]
    sources: Int64
    n_contradictions: int
    is_graded: bool

    def fingerprint(self) -> str:
        """Return what tells these examples from others."""
        digest = sha256("\n".join(self.texts).encode("utf-8", "replace"))
        for array in (self.groups, self.first, self.second, self.scores, self.sources):
            digest.update(array.tobytes())
        return digest.hexdigest()


def from_pairs(files: Sequence[Iterable[Pair]], *, same: float) -> Examples:
    """Return examples from the pairs of files.

    Args:
        files: the pairs of each; one without a score means the same.
        same: share of the highest score of a file from which two sentences mean the same.
    """
    first: list[str] = []
    second: list[str] = []
    scores: list[float] = []
    sources: list[int] = []
    is_graded = False
    for source, pairs in enumerate(files):
        kept = list(pairs)
        is_graded |= any(pair.score is not None for pair in kept)
        highest = max((pair.score for pair in kept if pair.score is not None), default=1.0)
        highest = highest if highest > 0 else 1.0
        for pair in kept:
            first.append(pair.first)
            second.append(pair.second)
            scores.append(1.0 if pair.score is None else pair.score / highest)
            sources.append(source)
    return _numbered(first, second, scores, sources, same=same, is_graded=is_graded)


def from_groups(files: Sequence[Iterable[tuple[str, str]]]) -> Examples:
    """Return examples from groups: each sentence is paired with the next one of its group."""
    first: list[str] = []
    second: list[str] = []
    sources: list[int] = []
    for source, lines in enumerate(files):
        members: dict[str, dict[str, None]] = {}
        for name, text in lines:
            members.setdefault(name, {})[text] = None
        for group in members.values():
            texts = list(group)
            # A group of one is a class all the same.
            n = len(texts) if len(texts) > 2 else 1
            first += texts[:n]
            second += [*texts[1:], texts[0]][:n]
            sources += [source] * n
    ones = [1.0] * len(first)
    return _numbered(first, second, ones, sources, same=1.0, is_graded=False)


def _numbered(
    first: list[str],
    second: list[str],
    scores: list[float],
    sources: list[int],
    *,
    same: float,
    is_graded: bool,
) -> Examples:
    texts, tokens = prepare([*first, *second])
    ids: dict[str, int] = {}
    words: list[list[str]] = []
    for text, cut in zip(texts, tokens, strict=True):
        if ids.setdefault(text, len(ids)) == len(words):
            words.append(cut)
    a = np.array([ids[text] for text in texts[: len(first)]], np.int64)
    b = np.array([ids[text] for text in texts[len(first) :]], np.int64)
    # Rounding may have made a little less of the highest score of all.
    is_same = np.array(scores, np.float64) >= same - 1e-9
    parents = list(range(len(ids)))
    for i, j in zip(a[is_same].tolist(), b[is_same].tolist(), strict=True):
        low, high = sorted((find(parents, i), find(parents, j)))
        parents[high] = low
    roots = [find(parents, i) for i in range(len(parents))]
    groups = np.unique(np.array(roots, np.int64), return_inverse=True)[1]
    return Examples(
        list(ids),
        words,
        np.asarray(groups, np.int64),
        a,
        b,
        np.array(scores, np.float64),
        is_same,
        np.array(sources, np.int64),
        _contradictions(a, b, is_same),
        is_graded,
    )


def _contradictions(first: Int64, second: Int64, same: NDArray[np.bool_]) -> int:
    said: dict[tuple[int, int], bool] = {}
    n = 0
    for a, b, is_same in zip(first.tolist(), second.tolist(), same.tolist(), strict=True):
        before = True if a == b else said.setdefault((min(a, b), max(a, b)), is_same)
        n += before != is_same
    return n
