"""What a network is given of sentences, cut into pieces that it can read.

A sentence longer than `WINDOW` is read in windows that overlap: each label's score comes from
the window in which it stands at least `MARGIN` characters from the cut.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from nlptool.crf.columns import Columns
from nlptool.crf.features import Features
from nlptool.crf.neural_graph import FIRST_ID
from nlptool.crf.neural_vectors import Float32, Int32, Int64, Keys, Table, keys_of
from nlptool.crf.normalise import N_POINTS, normal_points
from nlptool.crf.weights import Weights

Batch = dict[str, NDArray[np.int32] | NDArray[np.float32]]

WINDOW = 1024
MARGIN = 64


@dataclass(frozen=True, eq=False)
class Read:
    """Sentences as a network sees them, one after the other, without padding.

    Args:
        ids: of the characters; shape (n_tokens,).
        marks: of each the values of all columns beside the characters, see `marks_of`; shape
            (n_tokens, n_columns).
        keys: of the runs of 1, 2, ... characters, see neural_vectors.py.
        linear: the scores that the linear model has; shape (n_tokens, n_labels), or (0, n_labels)
            where there is none.
        ends: where each sentence ends; shape (n_sentences,).
    """

    ids: Int32
    marks: Int32
    keys: list[Keys]
    linear: Float32
    ends: Int64


@dataclass(frozen=True, eq=False)
class Pieces:
    """Stretches of sentences that are read by themselves.

    Args:
        begins: of each; shape (n,), rising.
        ends: likewise.
        kept_from: where what counts of each begins.
        kept_to: where it ends.
    """

    begins: Int64
    ends: Int64
    kept_from: Int64
    kept_to: Int64


def read(
    ids: Int32,
    codes: Int32,
    ends: Int64,
    columns: Columns,
    tables: Sequence[Table],
    linear: Float32,
    n_ids: int,
    *,
    has_marks: bool,
    longer: Sequence[str] = (),
) -> Read:
    """Return sentences as a network sees them.

    Args:
        ids: of the tokens, as the tagger's columns have them; shape (n_columns, n_tokens).
        codes: of the tokens; shape (n_tokens,).
        ends: where each sentence ends.
        columns: of the tagger.
        tables: vectors that the network is given.
        linear: see `Read`.
        n_ids: of the network.
        has_marks: whether it sees more than the first column.
        longer: the tokens that are longer than a character.
    """
    own = ids[0] - np.int32(2 * columns.pad - 1)
    known = (own >= FIRST_ID) & (own < n_ids)
    marks = marks_of(ids, columns) if has_marks else np.zeros((len(own), 0), np.int32)
    if columns.normalise:
        codes = np.where(
            codes < N_POINTS,
            normal_points(columns.normalise)[np.minimum(codes, N_POINTS - 1)],
            codes,
        )
    longest = max((table.longest for table in tables), default=0)
    keys = keys_of(codes, longest, longer, N_POINTS) if longest else []
    return Read(np.where(known, own, 1).astype(np.int32), marks, keys, linear, ends)


def n_marks_of(columns: Columns) -> int:
    """Return how many values all columns have but the first."""
    return sum(columns.sizes[1:])


def marks_of(ids: Int32, columns: Columns) -> Int32:
    """Return the values of all columns but the first as numbers from 1, each column its own.

    Args:
        ids: of the tokens in each column; shape (n_columns, n_tokens).
        columns: of the tagger.

    Returns:
        Shape (n_tokens, n_columns - 1).
    """
    firsts = np.cumsum([1, *columns.sizes[1:-1]], dtype=np.int32)
    return np.ascontiguousarray((ids[1:] + firsts[: len(ids) - 1, None]).T)


def positions(ends: Int64, pad: int) -> Int64:
    """Return where tokens stand among positions, each sentence having `pad` on either side."""
    sizes = np.diff(ends, prepend=0)
    sentences = np.repeat(np.arange(len(ends), dtype=np.int64), sizes)
    return np.arange(len(sentences), dtype=np.int64) + pad * (2 * sentences + 1)


def linear_scores(features: Features, weights: Weights, rows: Int32, ends: Int64) -> Float32:
    """Return what the features say of each label at each token; shape (n_tokens, n_labels).

    Args:
        features: without pairs of labels.
        weights: of them.
        rows: the record of each shape at each position; shape (n_padded, n_shapes).
        ends: where each sentence ends.
    """
    at = positions(ends, features.columns.pad)
    scores = np.zeros((len(at), len(weights.labels)), np.float32)
    for s, (shape, values) in enumerate(zip(features.template.shapes, weights.values, strict=True)):
        of_shape = np.ascontiguousarray(rows[:, s])
        for slot in shape.slots:
            records = of_shape[at + slot.shift]
            there = np.flatnonzero(records >= 0)
            scores[there] += values[records[there], slot.place]
    return scores


def pieces_of(ends: Int64) -> Pieces:
    """Return what is read by itself: sentences, and windows of the long ones."""
    begins = np.concatenate(([0], ends))[:-1].astype(np.int64)
    found: list[tuple[int, int, int, int]] = []
    for begin, end in zip(begins.tolist(), ends.tolist(), strict=True):
        if end - begin <= WINDOW:
            if end > begin:
                found.append((begin, end, begin, end))
            continue
        step = WINDOW - 2 * MARGIN
        for low in range(begin, end, step):
            high = min(end, low + step)
            found.append((max(begin, low - MARGIN), min(end, high + MARGIN), low, high))
    return Pieces(*np.array(found, np.int64).reshape(-1, 4).T)


def batch_of(
    given: Read, tables: Sequence[Table], begins: Int64, ends: Int64, *, multiple: int = 1
) -> Batch:
    """Return what the network is given of pieces.

    Args:
        given: the sentences.
        tables: vectors.
        begins: of the pieces; shape (n,).
        ends: likewise.
        multiple: the length of the arrays is one of this.

    Returns:
        By name of the block, of shape (n, time) or (n, time, width).
    """
    sizes = ends - begins
    time = -(-max(int(sizes.max(initial=1)), 1) // multiple) * multiple
    rows = np.repeat(np.arange(len(begins), dtype=np.int64), sizes)
    steps = np.arange(len(rows), dtype=np.int64) - np.repeat(np.cumsum(sizes) - sizes, sizes)
    at = begins[rows] + steps

    ids = np.zeros((len(begins), time), np.int32)
    ids[rows, steps] = given.ids[at]
    batch: Batch = {"chars": ids}
    if given.marks.shape[1]:
        marks = np.zeros((*ids.shape, given.marks.shape[1]), np.int32)
        marks[rows, steps] = given.marks[at]
        batch["marks"] = marks
    width = sum(table.width for table in tables)
    if width:
        seen = np.zeros((len(at), width), np.float32)
        keys = [key[at] for key in given.keys]
        low = 0
        for table in tables:
            part = np.zeros((len(at), table.width), np.float32)
            table.fill(keys, sizes[rows] - steps, part)
            seen[:, low : low + table.width] = part
            low += table.width
        placed = np.zeros((len(begins), time, width), np.float32)
        placed[rows, steps] = seen
        batch["seen"] = placed
    return batch
