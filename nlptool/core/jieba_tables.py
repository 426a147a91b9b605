"""The dictionary and the HMM of the installed jieba as arrays, and its cut over them.

jieba's files are read as they are, which takes a tenth of a second, so that nothing has to
be kept on disk; none of jieba's code is run. But it has to be the jieba whose rules
`jieba_kernels` follows: `cutter` gives nothing for any other, or for a dictionary that
somebody has written in another way, and then jieba itself (`jieba_cut`) has to cut.
"""

import math
import re
from collections.abc import Callable, Sequence
from copy import copy
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib.util import find_spec, module_from_spec, spec_from_file_location
from pathlib import Path
from types import ModuleType

import numpy as np

from nlptool.core.jieba_cut import UserWord
from nlptool.core.jieba_hmm import HAN, HAN_END, Hmm
from nlptool.core.jieba_kernels import Words, cut, likelihood
from nlptool.core.jieba_trie import (
    COUNT_SHIFT,
    FORCED,
    PLACE_BITS,
    Float64,
    Int64,
    Nodes,
    insert_lines,
    look_up,
    refresh,
)

VERSION = "0.42.1"
"""Of jieba: the last one, of 2020."""

MOST_COUNTS = 1 << (64 - int(COUNT_SHIFT))
"""Different counts of words that there is room for."""

_LEAST_BITS = 20
_FULL = 0.6  # of the table; it gets slow when it is fuller
_LEAST = -3.14e100  # jieba's logarithm of 0
_STATES = "BEMS"  # in the order of `jieba_kernels`
_FLAGS = np.uint64((1 << int(COUNT_SHIFT)) - 1)


class _FullError(Exception):
    """The table has no room for all words."""


class OtherError(Exception):
    """This is not the jieba that is known here."""


@dataclass
class _Dictionary:
    """Words and their counts, as jieba's FREQ has them.

    Args:
        table: the words, see `jieba_trie`.
        first: the node of every character below `HAN_END` that is the first of a word.
        n_nodes: how many nodes the table has.
        values: the different counts of words; 0 is the first of them.
        logs: their logarithms, for 0 that of 1.
        total: the sum of the counts of all words ever put in, as jieba has it.
        has_forced: some nodes are `FORCED`.
    """

    table: Nodes
    first: Nodes
    n_nodes: int
    values: dict[int, int]
    logs: Float64
    total: int
    has_forced: bool

    def words(self) -> Words:
        """Return what a kernel needs."""
        return Words(self.table, self.first, self.logs, math.log(self.total), self.has_forced)


def cutter(user_words: Sequence[UserWord] = ()) -> Callable[[bytes], bytes] | None:
    """Return a function that cuts lines of UTF-8 into words, exactly as `jieba.cut` does.

    Args:
        user_words: see `jieba_cut.cutter`.

    Returns:
        What `jieba_cut.cutter` returns, but it may be called by several threads at a time, and
        is some thirty times as fast; None if the installed jieba cannot be followed.
    """
    try:
        hmm = _hmm()
        words = dictionary(tuple(user_words)).words()
    except OtherError:
        return None

    def cut_lines(text: bytes) -> bytes:
        out = np.empty(2 * len(text), np.uint8)
        size = cut(np.frombuffer(text, np.uint8), words, hmm, out)
        return out[:size].tobytes()

    return cut_lines


def dictionary(user_words: tuple[UserWord, ...]) -> _Dictionary:
    """Return the dictionary of jieba with more words.

    Raises:
        OtherError: it is written in another way, or too large.
    """
    n_characters = sum(len(word) for word, _ in user_words)
    for bits in range(_LEAST_BITS, PLACE_BITS + 1):
        if n_characters > _FULL * (1 << bits):
            continue
        try:
            words = _installed(bits)
            if user_words:
                words = copy(words)
                words.table, words.first = words.table.copy(), words.first.copy()
                words.values = words.values.copy()
                _add_user_words(words, user_words)
        except _FullError:
            continue
        return words
    raise OtherError


@lru_cache(maxsize=1)
def _installed(bits: int) -> _Dictionary:
    """Return jieba's own dictionary in a table of 2**bits places."""
    text = (folder() / "dict.txt").read_bytes()
    table = np.zeros(1 << bits, np.uint64)
    first = np.zeros(HAN_END, np.uint64)
    words = _Dictionary(table, first, 0, {0: 0}, np.zeros(1), 0, has_forced=False)
    try:
        text.decode()
    except UnicodeDecodeError:
        raise OtherError from None
    _add_lines(words, text if text.endswith(b"\n") else text + b"\n", forcing=False)
    refresh(table, np.arange(HAN_END, dtype=np.int32), first)
    if not words.total:
        raise OtherError
    return words


def _add_user_words(words: _Dictionary, user_words: Sequence[UserWord]) -> None:
    """Add words, one after the other: a count that is not given depends on those before."""
    lines: list[str] = []

    def add() -> None:
        _add_lines(words, "".join(lines).encode(), forcing=True)
        firsts = {ord(line[0]) for line in lines}
        known = np.array([point for point in firsts if point < HAN_END], np.int32)
        refresh(words.table, known, words.first)
        lines.clear()

    counts = np.array(list(words.values), np.float64)
    for word, count in user_words:
        if count is None:
            if lines:
                add()
            if len(counts) < len(words.values):
                counts = np.array(list(words.values), np.float64)
            count = _suggested(words, word, counts)
        lines.append(f"{word} {count}\n")
    if lines:
        add()


def _suggested(words: _Dictionary, word: str, counts: Float64) -> int:
    """Return the count that makes jieba find a word, as its `suggest_freq` does."""
    points = np.frombuffer(word.encode("utf-32-le"), np.int32)
    product = likelihood(points, words.words(), counts, float(words.total))
    node = int(look_up(points, 0, len(points), words.table))
    known = int(counts[node >> int(COUNT_SHIFT)]) if node else 1
    return max(int(product * words.total) + 1, known)


def _add_lines(words: _Dictionary, text: bytes, *, forcing: bool) -> None:
    """Put lines `word count ...` into a dictionary.

    Args:
        words: the dictionary.
        text: the lines, UTF-8.
        forcing: a count of 0 forbids the word to the HMM.

    Raises:
        OtherError: a line is something else, or there are too many different counts.
        _FullError: the table has no room for them.
    """
    n = text.count(b"\n")
    places = np.empty(n, np.int32)
    counts = np.empty(n, np.int64)
    room = int(_FULL * len(words.table)) - words.n_nodes
    n_lines, n_new = insert_lines(np.frombuffer(text, np.uint8), words.table, room, places, counts)
    if n_lines == -2:
        raise _FullError
    if n_lines < 0:
        raise OtherError
    words.n_nodes += n_new
    numbers = _numbered(words, counts).astype(np.uint64)
    # Of a word that is there twice the last count remains, as in a dict.
    words.table[places] = (words.table[places] & _FLAGS) | (numbers << COUNT_SHIFT)
    if forcing and not counts.all():
        words.table[places[counts == 0]] |= FORCED
        words.has_forced = True
    # In halves, as the sum may need more than 63 bits.
    words.total += (int((counts >> 32).sum()) << 32) + int((counts & 0xFFFFFFFF).sum())


def _numbered(words: _Dictionary, counts: Int64) -> Int64:
    """Return which of the dictionary's `values` each count is, adding those that are new."""
    most = int(counts.max(initial=0))
    if most < 1 << 20 < 64 * len(counts):
        # Without sorting: this is on the way to the first answer.
        is_there = np.zeros(most + 1, np.bool_)
        is_there[counts] = True
        found = np.flatnonzero(is_there)
        ranks = (np.cumsum(is_there) - 1)[counts]
    else:
        found, ranks = np.unique(counts, return_inverse=True)
    new = [value for value in found.tolist() if value not in words.values]
    if len(words.values) + len(new) > MOST_COUNTS:
        raise OtherError
    for value in new:
        words.values[value] = len(words.values)
    # Python's own logarithm, as jieba's: others may differ in the last bit.
    words.logs = np.append(words.logs, [math.log(value) for value in new])
    numbers: Int64 = np.array([words.values[value] for value in found.tolist()], np.int64)[ranks]
    return numbers


@cache
def _hmm() -> Hmm:
    """Return the log probabilities of jieba's HMM."""
    start = _module("prob_start").P
    move = _module("prob_trans").P
    emit = np.full((HAN_END - HAN, len(_STATES)), _LEAST)
    for number, state in enumerate(_STATES):
        known = _module("prob_emit").P[state]
        points = np.fromiter(map(ord, known), np.int64, len(known))
        values = np.fromiter(known.values(), np.float64, len(known))
        is_han = (points >= HAN) & (points < HAN_END)
        emit[points[is_han] - HAN, number] = values[is_han]
    return Hmm(
        np.array([start[state] for state in _STATES]),
        np.array([[move[a].get(b, _LEAST) for b in _STATES] for a in _STATES]),
        emit,
    )


@cache
def _module(name: str) -> ModuleType:
    """Return a module of numbers from jieba, without jieba around it."""
    spec = spec_from_file_location(f"jieba.finalseg.{name}", folder() / "finalseg" / f"{name}.py")
    if spec is None or spec.loader is None:
        raise OtherError
    module = module_from_spec(spec)
    try:
        spec.loader.exec_module(module)
    except OSError:
        raise OtherError from None
    return module


@cache
def folder() -> Path:
    """Return where jieba is.

    Raises:
        OtherError: it is not there as files, or of another version.
    """
    spec = find_spec("jieba")
    for place in (spec and spec.submodule_search_locations) or []:
        code = Path(place) / "__init__.py"
        if code.is_file() and (Path(place) / "dict.txt").is_file():
            found = re.search(rb"__version__ = ['\"]([^'\"]+)['\"]", code.read_bytes())
            if found and found[1].decode("ascii", "replace") == VERSION:
                return Path(place)
    raise OtherError
