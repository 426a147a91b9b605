"""Evidence of a passage: how often and where a word stands, and if it is like at the blank."""

import numpy as np
import numpy.typing as npt

from nlptool.cloze.features import Passage
from nlptool.cloze.language import Floats, Language

_RUN = 5  # equal words in a row that are counted
_SOFT = 4  # words on a side whose likeness is counted
_FREE = 3  # words on a side that may stand in another order
_SHARP = 6.0  # how much likelier a place is whose surroundings are more alike

Column = npt.NDArray[np.float64] | Floats


def of_passage(language: Language, seen: Passage) -> tuple[list[Column], Floats]:
    """Return the columns of numbers that a passage gives, and what each place counts.

    Returns:
        Shapes (n_candidates,) each; (n_places,), logarithms.
    """
    fitting, alike = _fitting(language, seen)
    return [*_standing(seen), *_sentences(seen), *_matching(seen), *fitting], alike


def _standing(seen: Passage) -> list[Column]:
    """Return how often each candidate stands in the passage, and where."""
    n = len(seen.text)
    far = seen.places - seen.blank
    near = seen.greatest(-np.abs(far).astype(np.float64)) * -1
    before = -seen.greatest(np.where(far < 0, far, -1000.0))
    behind = -seen.greatest(np.where(far > 0, -far, -1000.0))
    first = seen.places[seen.starts]
    last = seen.places[seen.starts + seen.repeats - 1]
    ones = np.ones(len(seen.starts))
    return [
        np.log(seen.repeats),
        np.log(seen.repeats / seen.repeats.max()),
        (seen.repeats == seen.repeats.max()).astype(np.float64),
        np.log(near),
        np.log(before),
        np.log(behind),
        (near == 1).astype(np.float64),
        (near == 2).astype(np.float64),
        np.log(seen.sums(np.exp(-np.abs(far) / 30)) + 0.01),
        first / n,
        seen.blank / n * ones,
        last / n,
        (first < seen.blank).astype(np.float64),
        (np.log(n) - 5.5) * ones,
    ]


def _sentences(seen: Passage) -> list[Column]:
    """Return how near and how like the candidates' sentences are to that of the blank."""
    n_types, own = len(seen.types), seen.sentences[seen.blank]
    n_sentences = int(seen.sentences[-1]) + 1
    pairs = np.unique(seen.sentences * n_types + seen.text)
    sentence, kind = np.divmod(pairs, n_types)
    asked = np.zeros(n_types, bool)
    asked[kind[sentence == own]] = True
    weight = seen.weights[kind]
    size = np.bincount(sentence, weight, n_sentences)
    common = np.bincount(sentence, weight * asked[kind], n_sentences)
    share = common / (size + size[own] - common + 0.1)
    share[own] = 0
    mine = seen.sentences[seen.places]
    away = np.abs(mine - own)
    nearest = -seen.greatest(-away.astype(np.float64))
    new = np.append(True, mine[1:] != mine[:-1])
    new[seen.starts] = True
    return [
        np.minimum(nearest, 20) * 0.1,
        (nearest == 0).astype(np.float64),
        (nearest == 1).astype(np.float64),
        seen.sums(share[mine]),
        seen.greatest(share[mine]),
        seen.sums(new.astype(np.float64)) / n_sentences,
    ]


def _matching(seen: Passage) -> list[Column]:
    """Return how far the words around each candidate are those around the blank."""
    text, n = seen.text, len(seen.text)
    offsets = np.arange(1, _RUN + 1)

    def around(places: npt.NDArray[np.int64], side: int, none: int) -> npt.NDArray[np.int64]:
        at = places[:, None] + side * offsets
        return np.where((at >= 0) & (at < n), text[np.clip(at, 0, n - 1)], none)

    sides = []
    free = np.zeros(len(seen.places))
    rarity = np.append(seen.rarity, 0)
    units = np.concatenate([seen.units, np.zeros((1, seen.units.shape[1]), np.float32)])
    for side in (-1, 1):
        mine = around(np.array([seen.blank]), side, -1)[0]
        theirs = around(seen.places, side, -2)
        run = np.cumprod(theirs == mine, axis=1)
        exact = run @ rarity[mine]
        likeness = units[:-1] @ units[mine[:_SOFT]].T
        for column, number in enumerate(mine[:_SOFT].tolist()):
            likeness[number, column] = number >= 0
        likeness = np.concatenate([likeness, np.zeros((1, likeness.shape[1]), np.float32)])
        weight = rarity[mine[:_SOFT]] / offsets[:_SOFT]
        there = np.maximum(theirs[:, :_SOFT], -1)
        soft = (likeness[there, np.arange(_SOFT)] * weight).sum(axis=1) / (weight.sum() + 0.1)
        for a in range(_FREE):
            for b in range(_FREE):
                same = theirs[:, b] == mine[a]
                free += same * rarity[mine[a]] / (1 + abs(a - b))
        sides.append((exact, run.sum(axis=1).astype(np.float64), soft))
    (left, left_run, left_soft), (right, right_run, right_soft) = sides
    total = seen.sums(left + right)
    warm = seen.sums(np.exp(4 * (left_soft + right_soft)))
    return [
        seen.greatest(left),
        seen.greatest(right),
        seen.greatest(left + right),
        total / seen.repeats,
        np.log1p(total),
        seen.greatest(left_soft),
        seen.greatest(right_soft),
        seen.greatest(left_soft + right_soft),
        np.log(warm / seen.repeats),
        np.log(warm),
        seen.greatest(left_run),
        seen.greatest(right_run),
        seen.greatest(free),
    ]


def _fitting(language: Language, seen: Passage) -> tuple[list[Column], Floats]:
    """Return how well candidates fit the gap, and how like it their own gaps are."""
    half = len(language.places) // 2
    n, blank, c = len(seen.text), seen.blank, seen.candidates
    width = seen.beside.shape[1]
    padded = np.zeros((n + 2 * half, width), np.float32)
    padded[half : half + n] = seen.beside[seen.text]
    left = np.zeros((n, width), np.float32)
    right = np.zeros((n, width), np.float32)
    for place in range(half):
        left += language.places[place] * padded[place : place + n]
        at = half + place + 1
        right += language.places[half + place] * padded[at : at + n]
    close = np.zeros(width, np.float32)
    for place in range(max(half - 2, 0), min(half + 2, 2 * half)):
        close += language.places[place] * padded[blank + place + (place >= half)]
    inside, bias = seen.inside[c], seen.bias[c]
    both = left + right
    scores = inside @ both[blank] + bias
    found: list[Column] = [scores]
    found += [inside @ part + bias for part in (left[blank], right[blank], close)]
    found += [_log_softmax(scores), scores - bias, _log_softmax(scores - bias)]
    for part in (both, left, right):
        alike = _units(part[seen.places]) @ _units(part[blank][None])[0]
        warm = seen.sums(np.exp(_SHARP * alike))
        found += [seen.greatest(alike), seen.sums(alike) / seen.repeats, np.log(warm)]
    own = np.einsum("ij,ij->i", both[seen.places], np.repeat(inside, seen.repeats, axis=0))
    usual = seen.sums(own) / seen.repeats
    alike = _units(both[seen.places]) @ _units(both[blank][None])[0]
    return [*found, usual + bias, scores - bias - usual], np.asarray(_SHARP * alike, np.float32)


def _units(rows: Floats) -> Floats:
    scaled: Floats = rows / (np.linalg.norm(rows, axis=-1, keepdims=True) + np.float32(1e-6))
    return scaled


def _log_softmax(scores: Floats) -> Floats:
    scores = scores - scores.max()
    return np.asarray(scores - np.log(np.exp(scores).sum()), np.float32)
