"""What a linear model sees of a text: the records of its templates.

    sentences -> ids of each column          (columns.py)
              -> records of each shape       (here and kernels_features.py)
              -> weights                     (weights.py)

A record is one tuple of tokens that a shape of the template (see template.py) has seen; it has
weights for each of the shape's slots and each label. The score of slot (shift, place) at
position i is that of the record `rows[i + shift, shape]`.
"""

from dataclasses import dataclass

from nlptool.crf.columns import Columns
from nlptool.crf.kernels_features import Index, Int32, Int64
from nlptool.crf.template import Template


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
