"""Evidence for each word of a passage that it is what a blank needs.

A candidate is a word with Han letters or others that is not plainly a function word. For each
there is a row of numbers:

    language    how often it was seen beside the words around the blank, and how well its
                vector fits them (`_counted`, `_fitting`, `_near`);
    passage     how often and where it stands, and how much the places where it stands are
                like the blank (`features_passage.py`);
    word        how long it is, and its part of speech (`_kind`).

Plain numpy: a blank takes a few milliseconds, and no compiler has to start.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from nlptool.cloze.baselines import is_word
from nlptool.cloze.language import NO_TAG, TAGS, Floats, Ints, Language
from nlptool.cloze.questions import BLANK
from nlptool.core.text import n_han

REACH = 2000
"""Words on either side of a blank that are looked at."""

_FUNCTION = frozenset(TAGS.index(tag) + 1 for tag in ("d", "r", "m", "q", "c", "p", "u", "y", "f"))
_ALONE = frozenset([NO_TAG, *(TAGS.index(tag) + 1 for tag in TAGS if tag[0] in "navts")])
_ENDS = frozenset("。！？!?")
_RANGES = (2, 5, 12, 30)
_FAR = 1e-3  # the share of the corpus from which a word says little by being there


@dataclass(frozen=True, eq=False)
class Passage:
    """A passage around one blank, in numbers.

    Args:
        types: the different words, in the order in which they come.
        text: which of them stands where; shape (n_words,).
        blank: where the blank is.
        ids: in the language; shape (n_types,).
        sentences: the number of each place's sentence; shape (n_words,), rising.
        beside: vectors of words around a gap; shape (n_types, dim); zeros for blanks.
        inside: vectors of words in a gap; shape (n_types, dim).
        bias: shape (n_types,).
        units: `beside` with unit length.
        log_share: of the corpus; shape (n_types,).
        weights: what a word says by being there, 0 to 1; shape (n_types,).
        rarity: shape (n_types,).
        candidates: types that may be the answer; shape (n_candidates,).
        places: where they stand, those of each candidate together; shape (n_places,).
        starts: where in `places` each candidate begins; shape (n_candidates,).
        repeats: how often each stands there; shape (n_candidates,).
    """

    types: list[str]
    text: Ints
    blank: int
    ids: Ints
    sentences: Ints
    beside: Floats
    inside: Floats
    bias: Floats
    units: Floats
    log_share: Floats
    weights: Floats
    rarity: Floats
    candidates: Ints
    places: Ints
    starts: Ints
    repeats: Ints

    def greatest(self, values: npt.NDArray[np.float64] | Floats) -> Floats:
        """Return the greatest of each candidate's places; `values` has shape (n_places,)."""
        return np.maximum.reduceat(values, self.starts).astype(np.float32)

    def sums(self, values: npt.NDArray[np.float64] | Floats) -> Floats:
        """Return the sum over each candidate's places; `values` has shape (n_places,)."""
        return np.add.reduceat(values, self.starts).astype(np.float32)


def seen(language: Language, words: tuple[str, ...], blank: int) -> Passage:
    """Return a passage around one blank, in numbers; without candidates, if it has none."""
    numbers: dict[str, int] = {}
    text = np.array([numbers.setdefault(word, len(numbers)) for word in words], np.int64)
    types = list(numbers)
    ids = language.ids(types)
    ends = np.array([word[0] in _ENDS and len(word) == 1 for word in types], np.int64)[text]
    beside, inside, bias = language.vectors(types, ids)
    gap = numbers[words[blank]]
    beside[gap] = 0
    norms = np.linalg.norm(beside, axis=1, keepdims=True)
    log_share = np.maximum(language.log_share[ids], -14.0)
    log_share[ids >= language.unknown] = -14.0
    telling = np.array([n_han(word) == len(word) for word in types])
    telling[gap] = False
    weights = telling * _FAR / (_FAR + np.exp(log_share))
    tags = np.append(language.tags, [NO_TAG] * 3)[ids]
    may_be = np.array([_may_be(word, tag) for word, tag in zip(types, tags.tolist(), strict=True)])
    order = np.argsort(text, kind="stable")
    first = np.searchsorted(text[order], np.arange(len(types) + 1))
    candidates = np.flatnonzero(may_be)
    counts = np.diff(first)[candidates]
    inner = np.arange(counts.sum()) - np.repeat(np.cumsum(counts) - counts, counts)
    return Passage(
        types=types,
        text=text,
        blank=blank,
        ids=ids,
        sentences=np.cumsum(ends) - ends,
        beside=beside,
        inside=inside,
        bias=bias,
        units=beside / (norms + np.float32(1e-6)),
        log_share=log_share.astype(np.float32),
        weights=weights.astype(np.float32),
        rarity=np.clip(-log_share, 1.0, 14.0).astype(np.float32) - 1,
        candidates=candidates,
        places=order[np.repeat(first[candidates], counts) + inner],
        starts=np.cumsum(counts) - counts,
        repeats=counts,
    )


def _may_be(word: str, tag: int) -> bool:
    if word == BLANK or not is_word(word):
        return False
    return tag in _ALONE if len(word) == 1 else tag not in _FUNCTION


def of_language(language: Language, seen: Passage) -> list[npt.NDArray[np.float64] | Floats]:
    """Return the columns of numbers that the language gives; shape (n_candidates,) each."""
    return [*_counted(language, seen), *_near(seen), *_kind(language, seen)]


def _counted(language: Language, seen: Passage) -> list[npt.NDArray[np.float64]]:
    """Return how likely each candidate is beside its neighbours, by counts with back-off."""
    at = [seen.blank + offset for offset in (-2, -1, 1, 2)]
    l2, l1, r1, r2 = (
        int(seen.ids[seen.text[place]]) if 0 <= place < len(seen.text) else language.edge
        for place in at
    )
    pairs, gaps, triples = (language.tables[name] for name in ("pairs", "gaps", "triples"))
    n, c = language.singles, seen.ids[seen.candidates]
    lp = language.log_share[c]
    p = np.exp(lp)
    left = (pairs.find(l1, c) + 20 * p) / (n[l1] + 20)
    right = (pairs.find(c, r1) + 20 * p) / (n[r1] + 20)
    far_left = (gaps.find(l2, c) + 20 * p) / (n[l2] + 20)
    far_right = (gaps.find(c, r2) + 20 * p) / (n[r2] + 20)
    left2 = (triples.find(l2, l1, c) + 4 * left) / (pairs.find(l2, l1) + 4)
    right2 = (triples.find(c, r1, r2) + 4 * right) / (pairs.find(r1, r2) + 4)
    apart = left * right / p
    both = (triples.find(l1, c, r1) + 4 * np.minimum(apart, 1)) / (gaps.find(l1, r1) + 4)
    known = c < language.unknown
    logs = [np.log(value) for value in (left, right, far_left, far_right, left2, right2, both)]
    return [
        lp,
        *(value - lp for value in logs),
        logs[4] - logs[0],
        logs[5] - logs[1],
        logs[6] - np.log(apart),
        logs[4] + logs[5] - 2 * lp,
        np.full(len(c), np.log1p(n[l1]) - 10),
        np.full(len(c), np.log1p(n[r1]) - 10),
        np.where(known, lp, 0),
        (~known).astype(np.float64),
    ]


def _near(seen: Passage) -> list[Floats]:
    """Return how alike each candidate and the words around the blank are."""
    text, blank, c = seen.text, seen.blank, seen.candidates
    found: list[Floats] = []
    zeros = np.zeros(len(c), np.float32)
    low, high = max(0, blank - max(_RANGES)), min(len(text), blank + max(_RANGES) + 1)
    around = np.delete(np.arange(low, high), blank - low)
    near = text[around]
    fits = seen.beside[near] @ seen.inside[c].T
    alike = seen.units[near] @ seen.units[c].T
    weights = seen.weights[near][:, None] * (near[:, None] != c[None])
    for reach in _RANGES:
        inside = np.abs(around - blank) <= reach
        w = weights[inside]
        total = w.sum(axis=0)
        if not len(w):
            found += [zeros] * 3
            continue
        total = np.where(total > 0, total, 1)
        found += [
            (w * fits[inside]).sum(axis=0) / total,
            (w * alike[inside]).sum(axis=0) / total,
            (w * alike[inside]).max(axis=0),
        ]
    for place in (blank - 1, blank + 1):
        row = np.flatnonzero(around == place)
        found += [fits[row[0]], alike[row[0]]] if len(row) else [zeros, zeros]
    # All of the passage, without the candidate itself.
    counts = np.bincount(text, minlength=len(seen.types)) * seen.weights
    whole = counts @ seen.units
    rest = np.maximum(counts.sum() - counts[c], 1e-6)
    own = counts[c] * (seen.units[c] ** 2).sum(axis=1)
    return [*found, ((seen.units[c] @ whole - own) / rest).astype(np.float32)]


def _kind(language: Language, seen: Passage) -> list[npt.NDArray[np.float64]]:
    """Return how long each candidate is, and its part of speech."""
    lengths = np.array([len(seen.types[number]) for number in seen.candidates.tolist()], np.int64)
    tags = np.append(language.tags, [NO_TAG] * 3)[seen.ids[seen.candidates]]
    found = [lengths == 1, lengths == 2, lengths >= 3]
    found += [tags == tag for tag in range(1, NO_TAG + 1)]
    return [value.astype(np.float64) for value in found]
