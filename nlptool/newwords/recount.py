"""A text cut so that its words are most probable, and the words counted; by several threads.

This is the step that is repeated: counts -> the most probable cut -> counts. But for the half
counts of words that are not found, each round makes the cut text at least as probable as
before. Learning, which also drops words, is in learn.py.

Source: Viterbi training ("hard EM") of a unigram language model of words; Kudo 2018, "Subword
regularization", section 3.2, with the best segmentation in place of all of them.
"""

import os
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from itertools import pairwise
from math import log

import numpy as np

from nlptool.core.report import Note, Progress, Report, silent
from nlptool.core.spool import no_room
from nlptool.newwords.count import read_at
from nlptool.newwords.dictionary import Dictionary, ranks_in
from nlptool.newwords.kernels_grams import Float64, Int32, Int64
from nlptool.newwords.kernels_look import Lookup, desk
from nlptool.newwords.kernels_route import board, route
from nlptool.newwords.symbols import Stream

UNSEEN = 0.5
"""Count of a word that a round has not found."""

_CHUNK = 1 << 18
"""Codes that are cut at once by a thread."""


def reestimated(
    by: Dictionary, stream: Stream, rounds: int, *, threads: int, report: Report = silent
) -> Dictionary:
    """Return a dictionary with the counts that its words have in a text that is cut by it.

    A word that a round does not find counts as half a one, so that it can come back; what no
    word has counts as seen once, as before.

    Args:
        by: the words, with the counts to begin with.
        stream: the text.
        rounds: how often the text is cut and counted.
        threads: how many at the same time; the result does not depend on it.
        report: hears of the symbols read, and of each round.

    Raises:
        RunError: the text cannot be read back.
    """
    ranks = ranks_in(by, stream)
    spans = spans_of(stream, threads)
    for i in range(rounds):
        counts, total = recount(
            stream,
            ranks,
            by.lookup,
            by.scores,
            by.longest,
            spans,
            what=f"cutting, round {i + 1}",
            report=report,
        )
        n_words = int(counts.sum())
        if not n_words:
            return by
        mean = total / stream.n_symbols
        report(Note(f"round {i + 1}: {n_words:,} words, {mean:.4f} nats a symbol"))
        # Number 0 is none, and 1 stands for every symbol that no word has: they stay 1.
        numbers = np.flatnonzero(np.isfinite(by.scores))[2:]
        new = counts[numbers] + UNSEEN
        scores = np.full(len(counts), -np.inf)
        scores[:2] = -log(new.sum())
        scores[numbers] = np.log(new) - log(new.sum())
        by = replace(by, scores=scores)
    return by


def recount(
    stream: Stream,
    ranks: Int32,
    lookup: Lookup,
    scores: Float64,
    longest: int,
    spans: list[tuple[int, int]],
    *,
    what: str,
    report: Report,
) -> tuple[Int64, float]:
    """Return how often each word is one of the most probable words of a text.

    Args:
        stream: the text.
        ranks: of each of its codes.
        lookup: the words and what they begin with.
        scores: of each number, see `kernels_route.route`.
        longest: symbols of the longest word.
        spans: see `spans_of`.
        what: this is called in reports.
        report: hears of the symbols read.

    Returns:
        The counts; shape (n_numbers,). And the sum of the scores of all words, whose last digits
        depend on the spans.

    Raises:
        RunError: the text cannot be read back.
    """
    done = [0]

    def count(span: tuple[int, int]) -> tuple[Int64, float]:
        counts = np.zeros(len(scores), np.int64)
        room = desk(longest), board()
        nothing = np.empty(0, np.uint8)
        total = 0.0
        at, stop = span
        while at < stop:
            codes = codes_at(stream, at, min(at + _CHUNK, stop))
            goes_on = at + len(codes) < stop
            size, own = route(
                codes, len(codes), goes_on, ranks, lookup, scores, longest, *room, counts, nothing
            )
            at += size
            total += own
            done[0] += size
            report(Progress(what, done[0], stream.n_codes, "symbols"))
        return counts, total

    with ThreadPoolExecutor(len(spans)) as pool:
        found = list(pool.map(count, spans))
    counts: Int64 = np.sum([own for own, _ in found], axis=0)
    return counts, sum(total for _, total in found)


def spans_of(stream: Stream, threads: int) -> list[tuple[int, int]]:
    """Return stretches of a text, one a thread, each of which begins behind a boundary."""
    edges = [0]
    for place in np.linspace(0, stream.n_codes, threads + 1)[1:-1].astype(np.int64).tolist():
        at = max(place, edges[-1])
        while at < stream.n_codes:
            codes = codes_at(stream, at, min(at + _CHUNK, stream.n_codes))
            found = np.flatnonzero(codes <= 0)
            at += int(found[0]) if len(found) else len(codes)
            if len(found):
                break
        edges.append(at)
    edges.append(stream.n_codes)
    return list(pairwise(edges))


def codes_at(stream: Stream, start: int, stop: int) -> Int32:
    """Return the codes of a stretch of a text.

    Raises:
        RunError: it cannot be read back.
    """
    codes = np.empty(stop - start, np.int32)
    try:
        descriptor = os.open(stream.path, os.O_RDONLY | os.O_CLOEXEC)
        try:
            read_at(descriptor, codes, 4 * start)
        finally:
            os.close(descriptor)
    except OSError as error:
        raise no_room(stream.path.parent, error) from error
    return codes
