"""Learn from raw text a dictionary that cuts text into words.

text -> frequent n-grams that hold together and stand freely  (count.py, grams.py)
     -> cut the text so that these words are most probable, count them again, drop the words
        that are not much more probable than their parts; some rounds
     -> the most frequent ones, characters among them, counted once more

The recount matters: in raw text a common character is mostly a part of words, so the words
that need it look less bound than they are, and two common words side by side look bound.

Source: the objective is that of unigram language models of words (Kudo 2018, "Subword
regularization", section 3.2, with the best segmentation in place of all of them).
"""

from collections.abc import Iterable
from dataclasses import asdict
from math import inf, log
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from nlptool.core.report import Note, Report, silent
from nlptool.newwords.config import Config
from nlptool.newwords.config_learn import Learning
from nlptool.newwords.count import Ranked, check_memory, rank
from nlptool.newwords.cut import prune
from nlptool.newwords.frequent import frequent_grams
from nlptool.newwords.grams import Grams
from nlptool.newwords.kernels_grams import Float64, Int32, Int64
from nlptool.newwords.kernels_look import Lookup
from nlptool.newwords.kernels_route import alternatives
from nlptool.newwords.model import Words
from nlptool.newwords.recount import UNSEEN, recount, spans_of
from nlptool.newwords.symbols import Stream, read_stream
from nlptool.newwords.words import spelled

_FIRST_SHARE = 5
"""Of a character's occurrences one in so many is taken to be a word by itself at first."""


def learn(
    blocks: Iterable[bytes],
    config: Learning,
    *,
    folder: Path,
    memory: int = 1 << 30,
    report: Report = silent,
) -> Words:
    """Learn a dictionary from text.

    Args:
        blocks: as `core.corpus.read_blocks` gives them; `symbols.FILE_END` after each file.
        config: the settings.
        folder: for temporary files: 4 bytes a character of the text.
        memory: bytes that counting may take.
        report: hears of the work.

    Returns:
        The most frequent words first, with the counts of the last cut; the score is by how
        many nats a word is more probable than its parts, nan for single characters.

    Raises:
        ConfigError: too little memory.
        RunError: a temporary file cannot be written or read back.
        whatever reading the blocks raises.
    """
    check_memory(memory, config.threads)
    stream = read_stream(blocks, folder, threads=config.threads, memory=memory, report=report)
    try:
        counting = Config(
            order=config.max_len + 1, min_count=config.min_count, threads=config.threads
        ).settled(stream.n_symbols)
        min_count = counting.min_count or 1
        if config.min_count is None and stream.n_symbols:
            report(Note(f"--min-count {min_count}, for a text of {stream.n_symbols:,} symbols"))
        ranked = rank(stream, fold=min_count > 1)
        grams, _ = frequent_grams(
            stream, ranked, counting, folder=folder, memory=memory, report=report
        )
        return _learnt(stream, ranked, grams, config, report)
    finally:
        stream.path.unlink(missing_ok=True)


def _learnt(
    stream: Stream, ranked: Ranked, grams: Grams, config: Learning, report: Report
) -> Words:
    lookup, old, lengths = _candidates(grams, config)
    n_ranks = len(ranked.counts)
    first = grams.counts[old].astype(np.float64)
    first[:n_ranks] = ranked.counts / _FIRST_SHARE
    is_word = lengths > 1
    scores = _scores(first, is_word, n_ranks)
    spans = spans_of(stream, config.threads)
    gains = np.full(len(old), np.nan)
    n_words = [int(is_word.sum())]

    def recounted(what: str) -> Int64:
        counts, _ = recount(
            stream, ranked.ranks, lookup, scores, config.max_len, spans, what=what, report=report
        )
        return counts

    for i in range(config.rounds):
        counts = recounted(f"cutting, round {i + 1}")
        scores = _scores(counts.astype(np.float64) + UNSEEN, is_word, n_ranks)
        gains = _gains(lookup, lengths, scores, is_word)
        least, more = config.min_gain
        is_word &= (counts > 0) & (gains >= least + more * (lengths - 2))
        scores[n_ranks:][~is_word[n_ranks:]] = -inf
        n_words.append(int(is_word.sum()))
    shown = ", ".join(f"{n:,}" for n in n_words)
    report(Note(f"words of several characters, round by round: {shown}"))
    counts = recounted("cutting, last but one")
    is_kept = is_word.copy()
    is_kept[ranked.first : n_ranks] = True
    ordered = _by_count(counts, np.flatnonzero(is_kept & (counts > 0)))[: config.size]
    is_word[:] = False
    is_word[ordered] = True
    is_word[:n_ranks] = False
    scores = _scores(counts.astype(np.float64) + UNSEEN, is_word, n_ranks)
    counts = recounted("cutting, the last time")
    ordered = _by_count(counts, ordered[counts[ordered] > 0])
    names = _names(stream, ranked, lookup, ordered, config.max_len)
    is_single = ordered < n_ranks
    pmi = np.where(is_single, np.nan, grams.pmi[old[ordered]])
    return Words(
        names,
        counts[ordered],
        np.full(len(ordered), -1, np.int64),
        pmi,
        grams.left[old[ordered]],
        grams.right[old[ordered]],
        gains[ordered],
        {**asdict(config), "threads": 1, "learnt": True},
    )


def _candidates(grams: Grams, config: Learning) -> tuple[Lookup, Int32, NDArray[np.int64]]:
    """Return the n-grams that may be words and what these begin with.

    Returns:
        Them, the number that each had, and its length if it may be a word, else 0; symbols 1.
    """
    starts = grams.trie.starts
    lengths = np.zeros(len(grams.counts), np.int64)
    least, more = config.min_pmi
    for length in range(2, min(grams.order, config.max_len) + 1):
        span = slice(int(starts[length]), int(starts[length + 1]))
        free = np.minimum(grams.left[span], grams.right[span]) >= config.min_entropy
        is_bound = grams.pmi[span] >= least + more * (length - 2)
        lengths[span] = np.where(free & is_bound, length, 0)
    lookup, old = prune(grams, (lengths > 0).astype(np.uint8))
    lengths[: starts[2]] = 1
    return lookup, old, lengths[old]


def _scores(counts: Float64, is_word: NDArray[np.bool_], n_ranks: int) -> Float64:
    """Return the logarithms of probabilities; -inf for what is no word."""
    taken = is_word.copy()
    taken[:n_ranks] = True
    known = np.maximum(counts, 1e-9)
    scores = np.full(len(counts), -inf)
    scores[taken] = np.log(known[taken]) - log(known[taken].sum())
    return scores


def _gains(lookup: Lookup, lengths: Int64, scores: Float64, is_word: NDArray[np.bool_]) -> Float64:
    """Return how much more probable words are than their parts, in nats; nan for others."""
    numbers = np.flatnonzero(is_word)
    gains = np.full(len(lengths), np.nan)
    if len(numbers):
        symbols, own = spelled(lookup.edges, numbers, int(lengths.max()))
        parts = np.empty(len(numbers))
        alternatives(symbols, own, lookup.edges, lookup.table, lookup.shift, scores, parts)
        gains[numbers] = scores[numbers] - parts
    return gains


def _by_count(counts: Int64, numbers: Int64) -> Int64:
    """Return numbers by falling counts; equal ones in the order of their lengths and symbols."""
    return numbers[np.argsort(-counts[numbers], kind="stable")]


def _names(
    stream: Stream, ranked: Ranked, lookup: Lookup, numbers: Int64, longest: int
) -> list[str]:
    symbols, lengths = spelled(lookup.edges, numbers, longest)
    texts = np.array(["", *stream.symbols.names()], dtype=object)
    of_rank = texts[np.maximum(ranked.symbols + 1, 0)]
    return [
        "".join(of_rank[row[:n]].tolist()) for row, n in zip(symbols, lengths.tolist(), strict=True)
    ]
