"""The second pass: a text cut into pieces, and the pieces counted, by several threads."""

import os
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np

from nlptool.core.report import Progress, Report
from nlptool.core.spool import no_room
from nlptool.newwords.count import CHUNK, read_at
from nlptool.newwords.grams import Grams, lookup_of
from nlptool.newwords.kernels_cut import (
    COUNT,
    DOCUMENT,
    DOCUMENTS,
    ENDED,
    FIRST,
    FULL,
    LAST,
    N_FAILED,
    N_LONG,
    N_PIECES,
    N_TOO_LONG,
    SKIPS,
    Flags,
    Rules,
    Tally,
    board,
    cut,
)
from nlptool.newwords.kernels_grams import Int32, Int64, Words
from nlptool.newwords.kernels_look import BLOCK, Lookup, desk
from nlptool.newwords.kernels_words import enter
from nlptool.newwords.symbols import Stream

_FIRST_LONG = 4 * BLOCK


@dataclass(frozen=True, eq=False)
class Pieces:
    """The different pieces of a text, in no particular order.

    Args:
        trie: their symbols: each piece is a number of it.
        grams: the number that each of these has among the n-grams; 0 for what is longer.
        numbers: of each piece; shape (n_pieces,).
        counts: how often each stands in the text.
        documents: in how many documents.
        n_seen: how many pieces the text has in all.
        n_too_long: of those, how many have more symbols than a word may have.
        n_failed: how many are no words because an n-gram in them is too weak.
    """

    edges: Words
    grams: Int32
    numbers: Int64
    counts: Int64
    documents: Int64
    n_seen: int
    n_too_long: int
    n_failed: int


def prune(grams: Grams, flags: Flags) -> tuple[Lookup, Int32]:
    """Return the n-grams that may do something, with all that they begin with.

    Args:
        grams: all n-grams.
        flags: what each may do; shape (n_grams,).

    Returns:
        Them, renumbered, and the number that each had.
    """
    starts = grams.trie.starts
    parents = (grams.trie.edges >> np.uint64(32)).astype(np.int64)
    needed = flags != 0
    for length in range(grams.order, 2, -1):
        span = slice(int(starts[length]), int(starts[length + 1]))
        needed[parents[span][needed[span]]] = True
    needed[: starts[2]] = True
    old = np.flatnonzero(needed).astype(np.int32)
    new = np.zeros(len(needed), np.uint64)
    new[old] = np.arange(len(old))
    edges = grams.trie.edges[old]
    edges[starts[2] :] = new[parents[old[starts[2] :]]] << np.uint64(32) | (
        edges[starts[2] :] & np.uint64(0xFFFFFFFF)
    )
    return lookup_of(edges, int(starts[2])), old


def count_pieces(
    stream: Stream,
    ranks: Int32,
    grams: Grams,
    flags: Flags,
    *,
    inner: int,
    max_len: int,
    threads: int,
    report: Report,
) -> Pieces:
    """Cut a text and count its pieces.

    Args:
        stream: the text.
        ranks: of each of its codes.
        grams: its n-grams.
        flags: what each may do, see `kernels_cut`; shape (n_grams,).
        inner: see `kernels_cut.Rules`.
        max_len: symbols of the longest piece that is counted.
        threads: how many; the result does not depend on it.
        report: hears of the symbols read.

    Raises:
        RunError: the text cannot be read back.
    """
    lookup, old = prune(grams, flags)
    rules = Rules(grams.order, max_len, inner, not stream.has_blank)
    edges = np.linspace(0, stream.n_codes, threads + 1).astype(np.int64)
    spans = list(zip(edges[:-1].tolist(), edges[1:].tolist(), strict=True))
    with ThreadPoolExecutor(threads) as pool:
        tallies = list(
            pool.map(
                lambda span: _cut_span(stream, ranks, lookup, flags[old], rules, span, report),
                spans,
            )
        )
    whole = _merge(tallies)
    n_long = int(whole.state[N_LONG])
    rows = np.concatenate((whole.short, whole.long[:n_long]))
    numbers = np.flatnonzero(rows[:, COUNT])
    return Pieces(
        np.concatenate((lookup.edges, whole.edges[:n_long])),
        old,
        numbers,
        rows[numbers, COUNT],
        rows[numbers, DOCUMENTS],
        int(whole.state[N_PIECES]),
        int(whole.state[N_TOO_LONG]),
        int(whole.state[N_FAILED]),
    )


def _cut_span(
    stream: Stream,
    ranks: Int32,
    lookup: Lookup,
    flags: Flags,
    rules: Rules,
    span: tuple[int, int],
    report: Report,
) -> Tally:
    """Cut what begins in a span of the text, from one boundary to the next."""
    tally = Tally(
        np.zeros((len(lookup.edges), 4), np.int64),
        *_room(_FIRST_LONG),
        np.zeros(8, np.int64),
    )
    begin, stop = span
    if begin == stop:
        return tally
    # The code before tells whether the first symbols belong to the span before.
    begin = max(0, begin - 1)
    tally.state[SKIPS] = begin > 0
    buffer = np.empty(CHUNK + rules.order, np.int32)
    on, at_work = desk(rules.order), board()
    try:
        descriptor = os.open(stream.path, os.O_RDONLY | os.O_CLOEXEC)
        try:
            while begin < stream.n_codes:
                codes = buffer[: min(len(buffer), stream.n_codes - begin)]
                read_at(descriptor, codes, 4 * begin)
                n = min(CHUNK, stream.n_codes - begin)
                at, why = 0, FULL
                while why == FULL:
                    at, why = cut(
                        codes, at, n, stop - begin, ranks, lookup, flags, rules, on, at_work, tally
                    )
                    if why == FULL:
                        tally = _grown(tally)
                if why == ENDED:
                    break
                begin += at
                report(Progress("cutting", begin, stream.n_codes, "symbols"))
        finally:
            os.close(descriptor)
    except OSError as error:
        raise no_room(stream.path.parent, error) from error
    return tally


def _room(capacity: int) -> tuple[Int64, Words, Words]:
    table = np.zeros(1 << (2 * capacity).bit_length(), np.uint64)
    return np.zeros((capacity, 4), np.int64), np.empty(capacity, np.uint64), table


def _grown(tally: Tally) -> Tally:
    """Return a tally with room for twice as many long pieces."""
    used = int(tally.state[N_LONG])
    long, edges, table = _room(2 * len(tally.edges))
    long[:used] = tally.long[:used]
    enter(edges, table, tally.edges[:used], np.zeros(used, np.int64), 0, len(tally.short))
    return tally._replace(long=long, edges=edges, table=table)


def _merge(tallies: Sequence[Tally]) -> Tally:
    """Add up the tallies of spans that follow each other."""
    whole = tallies[0]
    for tally in tallies[1:]:
        used, more = int(whole.state[N_LONG]), int(tally.state[N_LONG])
        offset = len(whole.short)
        long, edges, table = _room(used + more + 1)
        long[:used] = whole.long[:used]
        enter(edges, table, whole.edges[:used], np.zeros(used, np.int64), 0, offset)
        places = np.zeros(more, np.int64)
        used = enter(edges, table, tally.edges[:more], places, used, offset)
        n_before = int(whole.state[DOCUMENT])
        _add(whole.short, tally.short, n_before)
        rows = np.zeros_like(long)
        rows[places] = tally.long[:more]
        _add(long, rows, n_before)
        state = whole.state + tally.state
        state[N_LONG] = used
        whole = whole._replace(long=long, edges=edges, table=table, state=state)
    return whole


def _add(rows: Int64, more: Int64, n_before: int) -> None:
    """Add rows of a tally to those of the text before, which has ended `n_before` documents."""
    seen, new = rows[:, COUNT] > 0, more[:, COUNT] > 0
    # The document in which one span ends and the next begins is one.
    shared = seen & new & (rows[:, LAST] == n_before + 1) & (more[:, FIRST] == 1)
    rows[:, COUNT] += more[:, COUNT]
    rows[:, DOCUMENTS] += more[:, DOCUMENTS] - shared
    rows[:, FIRST] = np.where(seen, rows[:, FIRST], more[:, FIRST] + n_before * new)
    rows[:, LAST] = np.where(new, more[:, LAST] + n_before, rows[:, LAST])
