"""The records of a training text: which tuples of tokens were seen often enough.

    sentences -> codes -> vocabularies -> ids -> tuples, numbered and counted   (one shape at
              -> those that are kept, the most frequent first -> tables           a time)

Records that were seen equally often stand in the order of the text, so that they depend on
nothing else. Where a tuple's ids make a number that fits beside its record, records are found
exactly; else by a hash of 64 bits, and then of n records two are one with a probability of
about n**2 / 2**65: 3e-6 for ten million.
"""

from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor

import numpy as np

from nlptool.core.jieba_speech_tables import known
from nlptool.core.jieba_trie import Nodes
from nlptool.core.report import Note, Progress, Report, silent
from nlptool.crf.clusters import Clusters
from nlptool.crf.codes import NOTHING, code, distinct
from nlptool.crf.columns import Columns, Observed, vocabulary
from nlptool.crf.derived import asks_own, asks_words, own_columns, used
from nlptool.crf.features import Encoded, Features, place_labels
from nlptool.crf.index import empty_index, fill_index
from nlptool.crf.kernels_features import HASHED, Int32, Int64, Words
from nlptool.crf.kernels_index import number_tuples, turn_rows
from nlptool.crf.lexicon import OWN, Lexicon
from nlptool.crf.normalise import changes, normal_points
from nlptool.crf.own_words import own_lexicon
from nlptool.crf.sentences import Sentence
from nlptool.crf.template import Shape, Template
from nlptool.errors import ConfigError, CorpusError

COPIES = 4
"""Floats that a training keeps for each weight, at most, beside the weight itself."""

_HIGHEST = 64  # the largest cut-off that is tried to save memory
_WEIGHT = 4  # bytes


def build(
    sentences: Iterable[Sentence],
    template: Template,
    *,
    normalise: Sequence[str] = (),
    lexicons: Sequence[Lexicon] = (),
    clusters: Sequence[Clusters] = (),
    min_count: int = 1,
    memory: int | None = None,
    copies: int = COPIES,
    threads: int = 1,
    report: Report = silent,
) -> tuple[Features, Encoded]:
    """Find the records of a labelled text.

    Args:
        sentences: the text; read once.
        template: what to look at.
        normalise: see normalise.py.
        lexicons: those that the template may ask for; that of the text's own words is made
            here (see own_words.py), unless it is among them.
        clusters: the same.
        min_count: how often a tuple of tokens must be seen to have a record.
        memory: bytes that the training may take; the least count is raised to keep to it.
        copies: how many floats the training keeps for each weight.
        threads: how many shapes are worked on at the same time.
        report: hears how far it is, and of a least count that was raised.

    Raises:
        CorpusError: there are no tokens, or no labels; a column is not there.
        ConfigError: the memory is too little.
        RunError: jieba's words are asked for, and it is missing or changed.
    """
    own = own_columns(template.columns)
    coded = code(sentences, own, changes(tuple(normalise)), labels=True)
    if not len(coded.labels):
        raise CorpusError("no tokens in the training text, expected labelled sentences")
    label_codes, _ = distinct(coded.labels)
    names = sorted(coded.label_coder.strings(label_codes[label_codes != NOTHING].tolist()))
    if not names:
        raise CorpusError("no labels in the training text, expected some")
    tokens = tuple(
        vocabulary(coded, i, None if which else normal_points(tuple(normalise)))
        for i, which in enumerate(own)
    )
    folds: list[Nodes] = []
    if asks_own(template.columns) and all(lexicon.name != OWN for lexicon in lexicons):
        words, folds = own_lexicon(coded, normal_points(tuple(normalise)))
        lexicons = (*lexicons, words)
    columns = Columns(
        template.columns,
        template.pad,
        tuple(normalise),
        tokens,
        *used(template.columns, lexicons, clusters),
        known() if asks_words(template.columns) else None,
    )
    observed = columns.observe_codes(coded, folds)
    labels = place_labels(coded, names, observed.starts, template.pad)
    del coded
    features, rows = _index(
        observed,
        template,
        columns,
        n_labels=len(names),
        min_count=min_count,
        memory=memory,
        copies=copies,
        threads=threads,
        report=report,
    )
    return features, Encoded(rows, observed.starts, labels, template.pad, tuple(names))


def forecast(
    shapes: Sequence[Shape], n_records: Sequence[int], n_labels: int, n_padded: int, copies: int
) -> int:
    """Return how many bytes the weights and the encoded text of a training take.

    Args:
        shapes: of the template.
        n_records: of each shape.
        n_labels: how many labels there are.
        n_padded: positions of the text, with padding.
        copies: how many floats the training keeps for each weight.
    """
    weights = sum(
        n * shape.n_places * n_labels ** (2 if shape.edge else 1)
        for n, shape in zip(n_records, shapes, strict=True)
    )
    cells = 16 * sum(n_records)
    return _WEIGHT * copies * weights + cells + 4 * n_padded * (len(shapes) + 1)


def _index(
    observed: Observed,
    template: Template,
    columns: Columns,
    *,
    n_labels: int,
    min_count: int,
    memory: int | None,
    copies: int,
    threads: int,
    report: Report,
) -> tuple[Features, Int32]:
    """Return the features of a text and its rows."""
    shapes = template.shapes
    n_padded = observed.ids.shape[1]
    empty = empty_index(shapes, columns.sizes, n_padded.bit_length())
    numbers = np.empty((len(shapes), n_padded), np.int32)

    def number(s: int) -> tuple[Words, Int64, Int64]:
        keys, counts, where = number_tuples(
            observed.ids, observed.starts, template.pad, s, empty, numbers[s]
        )
        order = np.argsort(-counts, kind="stable")
        new = np.empty(len(order) + 1, np.int32)
        new[order] = np.arange(len(order), dtype=np.int32)
        new[-1] = -1
        numbers[s] = new[numbers[s]]
        report(Progress("indexing", s + 1, len(shapes), "shapes"))
        return keys[order], counts[order], where[order]

    tables = _each(number, range(len(shapes)), threads)
    counts = [table[1] for table in tables]

    def n_kept(least: int) -> list[int]:
        return [int(np.searchsorted(-count, -least, side="right")) for count in counts]

    least = _least_count(
        min_count,
        lambda least: forecast(shapes, n_kept(least), n_labels, n_padded, copies),
        memory,
        report,
    )
    n_records = n_kept(least)
    rows = np.empty((n_padded, len(shapes)), np.int32)
    turn_rows(numbers, np.array(n_records, np.int64), rows)
    index = fill_index(
        empty,
        [keys[:n] for (keys, _, _), n in zip(tables, n_records, strict=True)],
        columns.sizes,
    )
    tuples = tuple(
        _tuples(observed.ids, where[:n], shape) if kind == HASHED else None
        for (_, _, where), n, shape, kind in zip(
            tables, n_records, shapes, index.kinds.tolist(), strict=True
        )
    )
    features = Features(template, columns, index, tuple(n_records), tuples, least)
    return features, rows


def _tuples(ids: Int32, where: Int64, shape: Shape) -> Int32:
    """Return the ids that a shape sees from some positions; shape (n, n_refs)."""
    return np.stack([ids[column][where + row] for row, column in shape.refs], axis=1)


def _least_count(
    min_count: int, bytes_for: Callable[[int], int], memory: int | None, report: Report
) -> int:
    """Return the least count that keeps to the memory, saying so if it is not `min_count`."""
    if memory is None:
        return min_count
    for least in range(min_count, _HIGHEST + 1):
        if bytes_for(least) <= memory:
            if least > min_count:
                report(
                    Note(
                        f"--memory: only features seen {least} times or more are kept (instead of "
                        f"{min_count}), as all would take {bytes_for(min_count) / 1e6:,.0f} MB"
                    )
                )
            return least
    raise ConfigError(
        f"--memory: {memory / 1e6:,.0f} MB, expected at least "
        f"{bytes_for(max(min_count, _HIGHEST)) / 1e6:,.0f} MB for this text and its templates"
    )


def _each(
    work: Callable[[int], tuple[Words, Int64, Int64]], items: Iterable[int], threads: int
) -> list[tuple[Words, Int64, Int64]]:
    if threads == 1:
        return [work(item) for item in items]
    with ThreadPoolExecutor(threads) as pool:
        return list(pool.map(work, items))
