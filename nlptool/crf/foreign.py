"""What models of other programs have in common: features spelled out as text.

Such a model has a name for every feature, which is what a template becomes at some place of a
sentence: `U05:%x[-1,0]/%x[0,0]` and `U05:北/京`. Here names are taken apart again. Where one
can be taken apart in several ways, as it holds the separator itself, the other program cannot
tell these apart either: all of them have its weights.

What the files look like is known by `crfpp` and `crfsuite`; our own model is made in `adopt`.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from nlptool.errors import ModelError

Float64 = NDArray[np.float64]

MACRO = re.compile(r"%x\[(-?\d{1,4}),(\d{1,4})\]")

BOUNDARY = re.compile(r"_B[+-][1-9]\d{0,3}")
"""What CRF++ writes for a place outside of the sentence."""

MOST_WAYS = 1000
"""Of taking a name apart; a token would have to be made of separators to have more."""


@dataclass(frozen=True)
class Pattern:
    """A template: the text between the places that it looks at, and these places.

    Args:
        literals: what stands before, between and behind them; one more than there are places.
        refs: (offset, column) of each.
        edge: its weights are of pairs of neighbouring labels.
    """

    literals: tuple[str, ...]
    refs: tuple[tuple[int, int], ...]
    edge: bool = False

    def expand(self, values: Iterable[str]) -> str:
        """Return a feature's name.

        Args:
            values: what stands at the places.
        """
        pairs = zip(values, self.literals[1:], strict=True)
        return self.literals[0] + "".join(value + literal for value, literal in pairs)

    def ways(self, name: str) -> Iterator[tuple[str, ...]]:
        """Yield every way in which a name can be what the template became."""
        if name.startswith(self.literals[0]):
            yield from self._rest(name, len(self.literals[0]), 0)

    def _rest(self, name: str, begin: int, place: int) -> Iterator[tuple[str, ...]]:
        """Yield the values from a place on, which begin at `begin`."""
        if place == len(self.refs):
            if begin == len(name):
                yield ()
            return
        literal = self.literals[place + 1]
        if place == len(self.refs) - 1:
            if name.endswith(literal) and begin < (end := len(name) - len(literal)):
                yield (name[begin:end],)
            return
        end = begin + 1
        # Without a separator every place is one.
        while 0 < (end := name.find(literal, end)) < len(name):
            for rest in self._rest(name, end + len(literal), place + 1):
                yield (name[begin:end], *rest)
            end += 1


def pattern_of(line: str, edge: bool = False) -> Pattern:  # noqa: FBT001, FBT002  # a plain fact
    """Return the pattern of a template's line."""
    parts = MACRO.split(line)
    offsets, columns = map(int, parts[1::3]), map(int, parts[2::3])
    return Pattern(tuple(parts[0::3]), tuple(zip(offsets, columns, strict=True)), edge)


@dataclass(frozen=True, eq=False)
class Spelled:
    """The features of one pattern.

    Args:
        pattern: what they are made by.
        values: of each feature, what stands at the places.
        places: where its weights begin in those of the model.
    """

    pattern: Pattern
    values: list[tuple[str, ...]] = field(default_factory=list)
    places: list[int] = field(default_factory=list)


@dataclass(frozen=True, eq=False)
class Foreign:
    """A model of another program.

    Args:
        path: where it was read.
        program: "CRF++" or "CRFsuite".
        labels: in its order.
        columns: the names of the columns that the features look at.
        spelled: the features; no pattern among them is without places.
        weights: a feature's begin at its place: of each label, or of each pair of labels, the
            one before first; shape (n_weights,).
        transitions: of the label before, then the label; shape (n_labels, n_labels).
        start: of the first label; shape (n_labels,).
        end: of the last label; shape (n_labels,).
        left_out: features that cannot be had here.
    """

    path: str
    program: str
    labels: list[str]
    columns: list[str]
    spelled: list[Spelled]
    weights: Float64
    transitions: Float64
    start: Float64
    end: Float64
    left_out: list[str] = field(default_factory=list)


class Matcher:
    """Which patterns a name can come from."""

    def __init__(self, patterns: list[Pattern]) -> None:
        self._patterns = patterns
        self._by_head: dict[str, list[tuple[int, Pattern]]] = {}

    @cached_property
    def _longest(self) -> int:
        return max((len(pattern.literals[0]) for pattern in self._patterns), default=0)

    def ways(self, name: str, where: str) -> list[tuple[int, tuple[str, ...]]]:
        """Return (number of the pattern, values) of every way to read a name.

        Raises:
            ModelError: there are far too many.
        """
        head = name[: self._longest]
        known = self._by_head.get(head)
        if known is None:
            known = [
                (number, pattern)
                for number, pattern in enumerate(self._patterns)
                if name.startswith(pattern.literals[0])
            ]
            if len(head) < 16:
                self._by_head[head] = known
        found: list[tuple[int, tuple[str, ...]]] = []
        for number, pattern in known:
            for values in pattern.ways(name):
                if len(found) == MOST_WAYS:
                    raise ModelError(f"{where}: {name[:40]!r}..., expected one feature, not many")
                found.append((number, values))
        return found
