"""Tokens as numbers, before there is any vocabulary.

The code of a token is its code point if it is one character; longer ones are `N_POINTS` and
more, as they come.
"""

from array import array
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from nlptool.crf.normalise import N_POINTS
from nlptool.crf.sentences import Sentence
from nlptool.errors import CorpusError

Int32 = NDArray[np.int32]
Int64 = NDArray[np.int64]

NOTHING = -1
"""The code of an empty string: a label that is not known."""


class Coder:
    """Strings and the codes that they got."""

    def __init__(self, changes: dict[int, int] | None = None) -> None:
        """Begin.

        Args:
            changes: what characters become first, in longer strings only: single ones are left
                to whoever reads the codes.
        """
        self.longer: dict[str, int] = {}
        self._changes = changes or {}
        self._known = {"": NOTHING}
        self._codes = array("i")

    def add(self, strings: Sequence[str]) -> None:
        """Add the codes of some strings; of all characters if it is a `str`."""
        if isinstance(strings, str):
            self._codes.frombytes(strings.encode("utf-32-le", "surrogatepass"))
            return
        known = self._known
        for string in strings:
            code = known.get(string)
            if code is None:
                code = known[string] = self._new(string)
            self._codes.append(code)

    def codes(self) -> Int32:
        """Return all codes; shape (n_strings,). Nothing may be added any more."""
        return np.frombuffer(self._codes, np.int32) if self._codes else np.empty(0, np.int32)

    def strings(self, codes: Sequence[int]) -> list[str]:
        """Return what has each of some codes."""
        longer = list(self.longer)
        return [chr(code) if code < N_POINTS else longer[code - N_POINTS] for code in codes]

    def _new(self, string: str) -> int:
        if len(string) == 1:
            return ord(string)
        return self.longer.setdefault(string.translate(self._changes), N_POINTS + len(self.longer))


@dataclass(frozen=True, eq=False)
class Coded:
    """Sentences as codes.

    Args:
        columns: the codes of each column that was asked for; shape (n_tokens,) each.
        coders: what the codes of each column are.
        labels: the codes of the labels, `NOTHING` where none is known; shape (n_tokens,).
        label_coder: what those are.
        ends: where each sentence ends; shape (n_sentences,).
    """

    columns: tuple[Int32, ...]
    coders: tuple[Coder, ...]
    labels: Int32
    label_coder: Coder
    ends: Int64


def code(
    sentences: Iterable[Sentence], own: Sequence[int], changes: dict[int, int], *, labels: bool
) -> Coded:
    """Read sentences into codes, in one pass.

    Args:
        sentences: to be read.
        own: which of their columns, 0 for the tokens, which must be among them.
        changes: what the characters of tokens become, see `Coder`.
        labels: read the labels too; else none is known.

    Raises:
        CorpusError: a column is not there.
    """
    coders = tuple(Coder(None if which else changes) for which in own)
    label_coder = Coder()
    ends = array("q")
    n = 0
    for sentence in sentences:
        size = len(sentence)
        for which, coder in zip(own, coders, strict=True):
            if which > len(sentence.columns):
                where = f"{sentence.path}:{sentence.line}: " if sentence.path else ""
                raise CorpusError(
                    f"{where}{len(sentence.columns) + 1} columns beside the labels, expected "
                    f"at least {which + 1}: a template asks for column {which}"
                )
            coder.add(sentence.columns[which - 1] if which else sentence.tokens)
        if labels:
            label_coder.add(sentence.labels if sentence.labels is not None else [""] * size)
        n += size
        ends.append(n)
    return Coded(
        tuple(coder.codes() for coder in coders),
        coders,
        label_coder.codes() if labels else np.full(n, NOTHING, np.int32),
        label_coder,
        np.frombuffer(ends, np.int64) if ends else np.empty(0, np.int64),
    )


def coded_points(points: Int32, ends: Int64) -> Coded:
    """Return sentences of characters without labels.

    Args:
        points: the characters' code points; shape (n_tokens,).
        ends: where each sentence ends; shape (n_sentences,).
    """
    nothing = np.full(len(points), NOTHING, np.int32)
    return Coded((points,), (Coder(),), nothing, Coder(), ends)


def distinct(codes: Int32) -> tuple[Int64, Int64]:
    """Return the different codes, rising, and which of them each one is; without sorting."""
    is_there = np.zeros(int(codes.max(initial=NOTHING)) + 2, np.bool_)
    is_there[codes + 1] = True
    ranks = np.cumsum(is_there) - 1
    return np.flatnonzero(is_there) - 1, ranks[codes + 1]
