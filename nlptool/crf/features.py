"""What a linear model sees of a text: the records of its templates.

    sentences -> ids of each column          (columns.py)
              -> records of each shape       (kernels_features.py)
              -> scores                      (weights.py)

A record is one tuple of tokens that a shape of the template (see template.py) has seen; it has
weights for each of the shape's places and each label. The score of a slot (shift, place) at
position i is that place of the record `rows[i + shift, shape]`. How records are found in a
training text is in indexing.py.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from nlptool.crf.codes import NOTHING, Coded, code, distinct
from nlptool.crf.columns import Columns, Observed
from nlptool.crf.kernels_columns import lay_out
from nlptool.crf.kernels_features import Index, Int32, Int64, fill_all
from nlptool.crf.normalise import changes
from nlptool.crf.sentences import Sentence
from nlptool.crf.template import Template, expand, refs_in


@dataclass(frozen=True, eq=False)
class Features:
    """How text becomes records.

    Args:
        template: what is looked at.
        columns: how text becomes ids.
        index: the records of all shapes, for the kernels.
        n_records: how many each shape has.
        tuples: for shapes that are found by a hash, the ids of each record, shape (n_records,
            n_refs); None for the others, whose cells tell.
        min_count: how often a tuple had to be seen to have a record.
    """

    template: Template
    columns: Columns
    index: Index
    n_records: tuple[int, ...]
    tuples: tuple[Int32 | None, ...]
    min_count: int

    def rows(self, observed: Observed) -> Int32:
        """Return the record of each shape at each position; shape (n_padded, n_shapes).

        -1 stands where there is none, and where no slot looks.
        """
        rows = np.empty((observed.ids.shape[1], len(self.n_records)), np.int32)
        fill_all(observed.ids, observed.starts, self.columns.pad, self.index, rows)
        return rows

    def ids_of(self, shape: int) -> Int32:
        """Return the ids of each record of a shape; shape (n_records, n_refs)."""
        given = self.tuples[shape]
        if given is not None:
            return given
        index = self.index
        begin, end = index.begins[shape : shape + 2]
        first, last = index.ref_begins[shape : shape + 2]
        cells = index.cells[begin:end]
        taken = np.flatnonzero(cells)
        bits = index.bits[shape]
        records = (cells[taken] & np.uint64((1 << int(bits)) - 1)).astype(np.int64) - 1
        # What a direct table has is its place.
        keys = taken.astype(np.uint64) if index.kinds[shape] == 0 else cells[taken] >> bits
        ids = np.zeros((self.n_records[shape], last - first), np.int32)
        for j in range(first, last):
            size = np.uint64(self.columns.sizes[index.refs[j, 1]])
            ids[records, j - first] = keys // index.factors[j] % size
        return ids

    def names(self, shape: int, records: Sequence[int]) -> list[list[str]]:
        """Return what CRF++ calls the feature of each slot of a shape, for some records."""
        of = self.template.shapes[shape]
        ids = self.ids_of(shape)[np.asarray(records, np.int64)]
        texts = [
            self.columns.texts(column, ids[:, j].tolist()) for j, (_, column) in enumerate(of.refs)
        ]
        names = [self.template.columns[column] for _, column in of.refs]
        places = {
            (row, name): j for j, ((row, _), name) in enumerate(zip(of.refs, names, strict=True))
        }
        orders = [
            [places[row - slot.shift, name] for row, name in refs_in(slot.text)]
            for slot in of.slots
        ]
        return [
            [
                expand(slot.text, [texts[j][i] for j in order])
                for slot, order in zip(of.slots, orders, strict=True)
            ]
            for i in range(len(ids))
        ]


@dataclass(frozen=True, eq=False)
class Encoded:
    """Sentences as a model sees them.

    Each sentence is a block of padding, its tokens, and padding again.

    Args:
        rows: the record of each shape at each position, -1 for none; shape (n_padded, n_shapes).
        starts: where each sentence's block begins, rising; shape (n_sentences + 1,).
        labels: the label of each position, -1 on padding and where it is not known; shape
            (n_padded,).
        pad: how many positions there are before and behind the tokens of each sentence.
        names: the labels' names.
    """

    rows: Int32
    starts: Int64
    labels: Int32
    pad: int
    names: tuple[str, ...]

    @property
    def n_tokens(self) -> int:
        """How many positions are no padding."""
        return len(self.labels) - 2 * self.pad * (len(self.starts) - 1)


def encode(sentences: Iterable[Sentence], features: Features, labels: Sequence[str]) -> Encoded:
    """Return sentences as a trained model sees them.

    Args:
        sentences: with labels or without; one that is not among `labels` is not known.
        features: of the model.
        labels: its labels.

    Raises:
        CorpusError: a column is not there.
    """
    columns = features.columns
    coded = code(sentences, columns.own, changes(columns.normalise), labels=True)
    observed = columns.observe_codes(coded)
    rows = features.rows(observed)
    placed = place_labels(coded, labels, observed.starts, columns.pad)
    return Encoded(rows, observed.starts, placed, columns.pad, tuple(labels))


def place_labels(coded: Coded, labels: Sequence[str], starts: Int64, pad: int) -> Int32:
    """Return the number of the label at each position, -1 for none; shape (n_padded,).

    Args:
        coded: the text.
        labels: the labels, in the order of their numbers.
        starts: where each sentence's block begins.
        pad: of the blocks.
    """
    numbers = {label: i for i, label in enumerate(labels)}
    codes, which = distinct(coded.labels)
    known = codes != NOTHING
    found = np.full(len(codes), -1, np.int32)
    strings = coded.label_coder.strings(codes[known].tolist())
    found[known] = [numbers.get(string, -1) for string in strings]
    placed = np.full(int(starts[-1]), -1, np.int32)
    lay_out(found[which], starts, pad, placed)
    return placed
