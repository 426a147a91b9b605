"""Text cut into the words of a dictionary so that they are most probable together.

A word's probability is its count among all counts, as in jieba without its HMM; a character
that is no word of the dictionary counts as one that was seen once. What is no symbol (see
`kernels_text`) is never part of a word: white space separates, a mark stands alone; how numbers
and repeated marks are written is in `kernels_route.write_spaced`. How a dictionary is learnt is
in learn.py.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from math import inf, log

import numpy as np

from nlptool.core.report import Note, Report, silent
from nlptool.core.table import SPACE, Table
from nlptool.errors import CorpusError
from nlptool.newwords.grams import lookup_of
from nlptool.newwords.kernels_grams import Float64, Int32, Int64, Words
from nlptool.newwords.kernels_look import Lookup, desk
from nlptool.newwords.kernels_route import board, route, write_spaced
from nlptool.newwords.kernels_text import RUNS, Bytes, kinds, read_characters
from nlptool.newwords.symbols import Stream

LONGEST = 64
"""Symbols of a word, at most."""

LINE_FEED = 0x0A

_UNKNOWN = 1
_UNKNOWN_RUN = RUNS - 1


@dataclass(frozen=True, eq=False)
class Dictionary:
    """Words that can be looked up.

    Args:
        ranks: of each code of a symbol; 1 for those that no word has.
        runs: the letter and digit runs in words.
        lookup: the words and what they begin with.
        scores: the logarithm of the probability of each number of `lookup`, -inf for what is
            no word.
        longest: symbols of the longest word.
    """

    ranks: Int32
    runs: Table
    lookup: Lookup
    scores: Float64
    longest: int


def dictionary_of(words: Mapping[str, int], where: str, report: Report = silent) -> Dictionary:
    """Return a dictionary.

    Args:
        words: word -> count, at least 1.
        where: what messages call them.
        report: is told how many cannot be found in any text.

    Raises:
        CorpusError: no word can be used.
    """
    known = _usable(words)
    if len(known) < len(words):
        n = len(words) - len(known)
        report(Note(f"{where}: {n:,} words not used: marks or spaces in them, or too long"))
    if not known:
        raise CorpusError(f"{where}: no words, expected some to cut the text by")
    text = np.frombuffer("".join(f"{word}\n" for word in known).encode(), np.uint8)
    runs = Table()
    codes, _ = codes_of(text, runs, add=True)
    is_end = codes < 0
    symbols = np.unique(codes[~is_end])
    ranks = np.full(RUNS + runs.n_types, _UNKNOWN, np.int32)
    ranks[symbols] = np.arange(2, len(symbols) + 2, dtype=np.int32)
    ends = np.flatnonzero(is_end)
    begins = np.concatenate(([0], ends[:-1] + 1))
    edges, numbers = _edges(ranks[codes], begins, ends - begins, len(symbols) + 2)
    counts = np.fromiter(known.values(), np.float64, len(known))
    total = log(sum(known.values()))
    scores = np.full(len(edges), -inf)
    scores[: len(symbols) + 2] = -total
    scores[numbers] = np.log(counts) - total
    lookup = lookup_of(edges, len(symbols) + 2)
    return Dictionary(ranks, runs, lookup, scores, max(2, int((ends - begins).max())))


def cut(text: bytes, by: Dictionary) -> bytes:
    """Return as many lines, with one space between words; safe in several threads.

    Args:
        text: lines of UTF-8; what follows the last newline is a line too.
        by: the words.
    """

    def mark(codes: Int32, marks: Bytes) -> None:
        route(
            codes,
            len(codes),
            False,  # noqa: FBT003 - a kernel takes no keywords
            by.ranks,
            by.lookup,
            by.scores,
            by.longest,
            desk(by.longest),
            board(),
            np.empty(0, np.int64),
            marks,
        )

    return spaced(text, by.runs, mark)


def spaced(text: bytes, runs: Table, mark: Callable[[Int32, Bytes], None]) -> bytes:
    """Return as many lines, with one space between words; safe in several threads.

    Args:
        text: lines of UTF-8; what follows the last newline is a line too.
        runs: the letter and digit runs that have codes.
        mark: given the codes of a text, writes 1 where a word begins.
    """
    # The newline ends a run that would else wait for more.
    view = np.frombuffer(text + b"\n", np.uint8)
    codes, places = codes_of(view, runs, add=False)
    marks = np.zeros(len(codes), np.uint8)
    mark(codes, marks)
    begins = np.zeros(len(view), np.uint8)
    begins[places[marks > 0]] = 1
    out = np.empty(2 * len(view), np.uint8)
    size = write_spaced(view, kinds(), begins, out)
    return out[: size - 1].tobytes()


def ranks_in(by: Dictionary, stream: Stream) -> Int32:
    """Return the rank that each code of a text has in a dictionary."""
    lines = np.where(stream.symbols.text == SPACE, np.uint8(LINE_FEED), stream.symbols.text)
    codes, _ = codes_of(lines, by.runs, add=False)
    ranks = np.zeros(int(stream.codes.max(initial=0)) + 1, np.int32)
    ranks[stream.codes] = by.ranks[codes[codes > 0]]
    return ranks


def _usable(words: Mapping[str, int]) -> dict[str, int]:
    """Return the words that are symbols and nothing else."""
    text = "\n".join(words)
    if text.count("\n") >= len(words) or not text.isascii():
        words = {word: n for word, n in words.items() if _is_text(word)}
        text = "\n".join(words)
    points = np.frombuffer(f"{text}\n".encode("utf-32-le"), np.uint32)
    kind_of = kinds()
    is_symbol = (points >= len(kind_of)) & (points < 0x40000)
    low = points < len(kind_of)
    is_symbol[low] = (kind_of[points[low]] >= 1) & (kind_of[points[low]] <= 3)
    ends = np.flatnonzero(points == ord("\n"))
    sizes = np.diff(ends, prepend=-1) - 1
    good = np.add.reduceat(is_symbol, np.concatenate(([0], ends[:-1] + 1))) == sizes
    good &= (sizes > 0) & (sizes <= LONGEST)
    return {word: n for (word, n), is_good in zip(words.items(), good, strict=True) if is_good}


def _is_text(word: str) -> bool:
    return "\n" not in word and not any("\ud800" <= char <= "\udfff" for char in word)


def codes_of(text: Bytes, runs: Table, *, add: bool) -> tuple[Int32, Int32]:
    """Return the symbols of a text that ends with a newline, and where each begins."""
    codes = np.empty(len(text) + 1, np.int32)
    places = np.zeros(len(text) + 1, np.int32)
    letters = np.empty(2 * len(text), np.uint8)
    n, n_runs, n_bytes, _ = read_characters(
        text,
        kinds(),
        codes,
        places,
        letters,
        False,  # noqa: FBT003 - a kernel takes no keywords
    )
    codes = codes[:n]
    ids = runs.read_all(letters[:n_bytes], n_runs, add=add)
    codes[codes == RUNS] = np.where(ids < 0, _UNKNOWN_RUN, RUNS + ids)
    return codes, places[:n]


def _edges(symbols: Int32, begins: Int64, lengths: Int64, offset: int) -> tuple[Words, Int64]:
    """Number words and what they begin with.

    Args:
        symbols: of all words, one after the other.
        begins: where each word begins.
        lengths: how many symbols it has.
        offset: the first number that is no symbol.

    Returns:
        The edge of each number, see `kernels_grams`, and the number of each word.
    """
    edges = [np.arange(offset, dtype=np.uint64)]
    numbers = symbols[begins].astype(np.int64)
    n = offset
    for at in range(1, int(lengths.max())):
        longer = np.flatnonzero(lengths > at)
        keys = numbers[longer].astype(np.uint64) << np.uint64(32)
        keys |= symbols[begins[longer] + at].astype(np.uint64)
        new, which = np.unique(keys, return_inverse=True)
        numbers[longer] = n + which
        edges.append(new)
        n += len(new)
    return np.concatenate(edges), numbers
