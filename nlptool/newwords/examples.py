"""Sentences of a text in which words stand: evidence for people."""

import re
from collections.abc import Iterable

import numpy as np
from numba import njit

from nlptool.newwords.count import read_codes
from nlptool.newwords.grams import lookup_of
from nlptool.newwords.kernels_grams import Int32, Int64
from nlptool.newwords.kernels_look import BLOCK, Desk, Lookup, desk, look
from nlptool.newwords.kernels_text import LINE
from nlptool.newwords.spelling import read_places, spelt
from nlptool.newwords.symbols import Stream
from nlptool.newwords.words import planted

_REACH = 150
"""Bytes of a sentence that are shown on either side of a word."""

_ENDS = re.compile("。|！|？|!|\\?|…|\n|\\.(?=\\s)".encode())


def examples(
    words: list[str], n: int, stream: Stream, blocks: Iterable[bytes], unit: str
) -> list[list[str]]:
    """Return for each word the first sentences in which it stands, at most one of a line.

    Args:
        words: the words.
        n: how many sentences at most.
        stream: the text.
        blocks: the text, once more.
        unit: what a symbol is.

    Raises:
        RunError: the text cannot be read back.
        whatever reading the blocks raises.
    """
    numbers = {name: number for number, name in enumerate(stream.symbols.names(), 1)}
    symbols, lengths = spelt(words, unit, numbers)
    sought = np.flatnonzero((lengths > 1) & (symbols >= 0).all(axis=1))
    found: list[list[str]] = [[] for _ in words]
    if not len(sought):
        return found
    places = _places(stream, symbols[sought], lengths[sought], n)
    rows, columns = np.nonzero(places >= 0)
    by_place = np.argsort(places[rows, columns], kind="stable")
    wanted = places[rows, columns][by_place]
    own = sought[rows][by_place]
    base = done = 0
    for text, begins in read_places(blocks, unit):
        until = int(np.searchsorted(wanted, base + len(begins)))
        for i in range(done, until):
            found[int(own[i])].append(_sentence(text, int(begins[wanted[i] - base])))
        base, done = base + len(begins), until
        if done == len(wanted):
            break
    return found


def _places(stream: Stream, symbols: Int32, lengths: Int32, n: int) -> Int64:
    """Return where the first occurrences of words are among the codes; -1 where there are none."""
    offset = len(stream.symbols) + 1
    order = int(lengths.max())
    edges, _, ends = planted(symbols, lengths, offset)
    of = lookup_of(np.concatenate((np.arange(offset, dtype=np.uint64), edges)), offset)
    words = np.concatenate((np.full(offset, -1, np.int32), ends))
    places = np.full((len(lengths), n), -1, np.int64)
    taken = np.zeros(len(lengths), np.int64)
    lines = np.full(len(lengths), -1, np.int64)
    on = desk(order)
    ranks = stream.ranks()
    base = line = 0
    for codes, size in read_codes(stream, order):
        line = _first_places(
            codes, size, ranks, of, order, on, words, base, line, places, taken, lines
        )
        base += size
    return places


@njit(cache=True, nogil=True)
def _first_places(
    codes: Int32,
    n: int,
    ranks: Int32,
    of: Lookup,
    order: int,
    on: Desk,
    words: Int32,
    base: int,
    line: int,
    places: Int64,
    taken: Int64,
    lines: Int64,
) -> int:
    """Write the first places of words in a stretch of text; return how many lines ended."""
    here, numbers = on.ranks, on.numbers
    for at in range(0, n, BLOCK):
        size = min(BLOCK, n - at)
        for i in range(size + order):
            code = codes[at + i] if at + i < len(codes) else 0
            here[i] = ranks[code] if code > 0 else 0
        look(size, order, of, on)
        for i in range(size):
            line += codes[at + i] <= LINE
            for ahead in range(1, order):
                number = numbers[ahead, i]
                if number == 0:
                    break
                word = words[number]
                if word < 0 or taken[word] == places.shape[1] or lines[word] == line:
                    continue
                places[word, taken[word]] = base + at + i
                taken[word] += 1
                lines[word] = line
    return line


def _sentence(text: bytes, at: int) -> str:
    """Return the sentence around a place of a text, cut if it is long."""
    before, behind = text[max(0, at - _REACH) : at], text[at : at + _REACH]
    start = max((end.end() for end in _ENDS.finditer(before)), default=0)
    end = _ENDS.search(behind)
    whole = before[start:] + (behind[: end.end()] if end else behind)
    return " ".join(whole.decode("utf-8", "ignore").split())
