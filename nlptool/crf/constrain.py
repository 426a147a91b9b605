"""What is known of a text beside the model: words of a dictionary, labels that are given.

A dictionary has a word a line, then the type of the span that it would be (for models that
have types), then what is known of it, separated by tabs or spaces:

    云计算             favoured, by `FAVOUR`
    云计算 2.5         favoured by that much; less than 0: the opposite
    云计算 !           wherever it stands, it is a word
    算得 -             never a word
    华为 ORG !         is an entity of that type
    New York<TAB>LOC<TAB>1.5

A word that is favoured is exactly that: a labelling in which it is a span gets so much more,
in nats, than without the dictionary, and no other labelling does. Where words that have to be
spans overlap, the one that begins first is, then the longest; labels that are given come
before all of that, and stay where the scheme's rules would not have them as well.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from math import inf, isfinite
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nlptool.core.corpus import read_lines
from nlptool.crf.places import NONE, Places
from nlptool.errors import ConfigError, CorpusError

FAVOUR = 3.0
"""How much a word is favoured if nobody says."""

LONGEST = 64
"""Tokens of the longest word."""

PENALTY = 1e6
"""What a labelling loses at each token where it is not as it has to be: more than any weights
make up for, yet not infinite, as two things that have to be may be against each other."""

GIVEN = 1e15
"""What it loses where it does not have a label that is given: more than for what is illegal."""

MOST = 1e4
"""The largest weight; more is `!` or `-`."""

Float64 = NDArray[np.float64]
Int64 = NDArray[np.int64]

Match = tuple[int, int, str | None, float]
"""Where a word begins and ends in a sentence, its type (None: any), and its weight."""


@dataclass(frozen=True, eq=False)
class Words:
    """A dictionary, as a tree of tokens.

    Args:
        tree: token -> the tree behind it; "" -> [(type, weight), ...] of a word that ends.
        n_words: how many there are.
    """

    tree: dict[str, Any]
    n_words: int

    def matches(self, tokens: Sequence[str]) -> list[Match]:
        """Return all words in a sentence, by where they begin, then by where they end."""
        found: list[Match] = []
        tree = self.tree
        for begin in range(len(tokens)):
            node = tree.get(tokens[begin])
            end = begin + 1
            while node is not None:
                for kind, weight in node.get("", ()):
                    found.append((begin, end, kind, weight))
                node = node.get(tokens[end]) if end < len(tokens) else None
                end += 1
        return found


def read_words(
    path: str, types: Iterable[str], *, is_characters: bool, normalised: Any = None
) -> Words:
    """Read a dictionary.

    Args:
        path: the file; see the module.
        types: those that the model knows, "" for words.
        is_characters: a token of the model is one character.
        normalised: what the model does to a token first.

    Raises:
        ConfigError: the model does not know a type.
        CorpusError: a line is not as it has to be.
    """
    known = set(types)
    tree: dict[str, Any] = {}
    n_words = 0
    for number, line in enumerate(read_lines([path]), 1):
        if not line.strip() or line.startswith("#"):
            continue
        where = f"{path}:{number}"
        word, kind, weight = _entry(line, where)
        if kind is not None and kind not in known:
            shown = ", ".join(sorted(known - {""})) or "none: it cuts text into words"
            raise ConfigError(f"{where}: type {kind!r}, expected one of the model's: {shown}")
        tokens: Sequence[str] = word if is_characters else word.split()
        if len(tokens) > LONGEST:
            raise CorpusError(f"{where}: {len(tokens):,} tokens, expected at most {LONGEST}")
        node = tree
        for token in tokens:
            node = node.setdefault(token if normalised is None else normalised(token), {})
        node.setdefault("", []).append((kind, weight))
        n_words += 1
    return Words(tree, n_words)


def _entry(line: str, where: str) -> tuple[str, str | None, float]:
    """Return a line's word, type (None: any) and weight; inf: has to be, -inf: must not be.

    Raises:
        CorpusError: it has none, or too much.
    """
    if "\t" in line:
        word, *rest = (cell.strip() for cell in line.split("\t"))
    else:
        word, *rest = line.split()
    rest = [cell for cell in rest if cell]
    weight = FAVOUR
    if rest:
        mark = rest[-1]
        if mark in ("!", "-"):
            weight = inf if mark == "!" else -inf
            rest.pop()
        else:
            try:
                weight = float(mark)
            except ValueError:
                pass
            else:
                rest.pop()
                if not isfinite(weight) or abs(weight) > MOST:
                    raise CorpusError(
                        f"{where}: weight {mark}, expected -{MOST:g} to {MOST:g}, ! or -"
                    )
    if len(rest) > 1 or not word:
        raise CorpusError(f"{where}: {line[:60]!r}, expected WORD [TYPE] [WEIGHT, ! or -]")
    return word, (rest[0] if rest else None), weight


@dataclass(frozen=True, eq=False)
class Bound:
    """What words and labels that are given mean for one sentence.

    Args:
        extra: what is added to the scores of the places; shape (n_tokens, n_places).
        tracks: see `kernels_constrain.best_sequences`.
        bonuses: see there.
    """

    extra: Float64
    tracks: Int64
    bonuses: Float64


def bound(
    tokens: Sequence[str],
    words: Words | None,
    given: Sequence[str] | None,
    labels: Sequence[str],
    places: Places,
    broken: Sequence[int] = (),
) -> Bound:
    """Return what is known of a sentence.

    Args:
        tokens: as the dictionary has them, normalised.
        words: the dictionary.
        given: the label of each token, "" where none is.
        labels: of the model.
        places: of the labels.
        broken: where labels that are given may not stand behind those before them.

    Raises:
        ValueError: a label that the model does not have.
    """
    extra = np.zeros((len(tokens), len(places.sources)))
    free = np.ones(len(tokens), bool)
    if given is not None:
        for i, label in enumerate(given):
            if label:
                extra[i, places.sources != labels.index(label)] -= GIVEN
                free[i] = False
    tracks: dict[tuple[int, int], dict[int, float]] = {}
    if words is not None:
        matches = words.matches(tokens)
        for begin, end, kind in _settled(matches, free):
            _force(extra, begin, end, kind, places)
        for begin, end, kind, weight in matches:
            if weight == inf or any(begin < place < end for place in broken):
                continue
            weight = max(weight, -PENALTY)
            for first, _, _, only in _kinds(places, kind):
                if end - begin == 1:
                    if only != NONE:
                        extra[begin, only] += weight
                elif first != NONE:
                    own = tracks.setdefault((begin, first), {})
                    own[end - begin] = own.get(end - begin, 0.0) + weight
    return Bound(extra, *_tracks(tracks, places))


def _kinds(places: Places, kind: str | None) -> Iterator[tuple[int, int, int, int]]:
    """Yield the labels of a type, or of all types."""
    if kind is None:
        yield from places.types.values()
    elif kind in places.types:
        yield places.types[kind]


def _settled(
    matches: Iterable[Match], free: NDArray[np.bool_]
) -> Iterator[tuple[int, int, str | None]]:
    """Yield the words that have to be spans: the first that begins, then the longest."""
    forced = [match for match in matches if match[3] == inf and free[match[0] : match[1]].all()]
    behind = 0
    for begin, end, kind, _ in sorted(forced, key=lambda match: (match[0], -match[1])):
        if begin >= behind:
            yield begin, end, kind
            behind = end


def _force(extra: Float64, begin: int, end: int, kind: str | None, places: Places) -> None:
    """Lower whatever is not the one span of some tokens."""
    allowed = np.zeros((end - begin, extra.shape[1]), bool)
    for first, within, last, only in _kinds(places, kind):
        own = [only] if end - begin == 1 else [first, *[within] * (end - begin - 2), last]
        if NONE not in own:
            allowed[np.arange(end - begin), own] = True
    if allowed.any():
        extra[begin:end] -= np.where(allowed, 0.0, PENALTY)


def _tracks(
    tracks: dict[tuple[int, int], dict[int, float]], places: Places
) -> tuple[Int64, Float64]:
    """Return tracks as the kernel wants them."""
    labels = {own[0]: own for own in places.types.values()}
    rows: list[tuple[int, ...]] = []
    bonuses: list[float] = []
    for (begin, first), weights in sorted(tracks.items()):
        longest = max(weights)
        rows.append((begin, longest, *labels[first][:3], len(bonuses)))
        bonuses.extend(weights.get(length, 0.0) for length in range(2, longest + 1))
    return np.array(rows, np.int64).reshape(-1, 6), np.array(bonuses, np.float64)
