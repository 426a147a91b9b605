"""What a network says of labels: scores that are added to those of features.

A network and a linear model that were trained by themselves make different mistakes: the mean of
their scores is right more often than either. What each counts is multiplied into its weights
once, after the training: answers are plain sums.

The scores of a batch of sentences become the weights of a model for the kernels, in which each
token has a record of its own: so the best labels, the k best, probabilities and everything that
is known beforehand are found by the same kernels as those of a linear model.

    config.network   {"settings", "n_ids", "kinds", "longest", "linear"}
    network/...      what was learned, see neural/weights.py
    vectors.I.keys, .cells, .scales   see neural_vectors.py
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import cached_property
from typing import Any, NamedTuple

import numpy as np

from nlptool.core.store import Array
from nlptool.crf.codes import Coded
from nlptool.crf.columns import frozen
from nlptool.crf.features import Features
from nlptool.crf.kernels_model import ILLEGAL, Model
from nlptool.crf.kernels_sentence import CRF
from nlptool.crf.neural_config import Neural
from nlptool.crf.neural_graph import TAGS, graph_of
from nlptool.crf.neural_inputs import (
    Batch,
    Read,
    batch_of,
    linear_scores,
    pieces_of,
    positions,
    read,
)
from nlptool.crf.neural_vectors import Float32, Int32, Int64, Table
from nlptool.crf.template import Shape, Slot
from nlptool.crf.weights import Weights, layout_of
from nlptool.neural import batches, forward
from nlptool.neural import weights as learned
from nlptool.neural.graph import Graph

Answer = Callable[[Batch], Mapping[str, Array]]

MOST_WIDTH = 4096
"""Numbers that a character may get from vectors."""

_SHAPES = (Shape(((0, 0),), (Slot("U:%x[0,0]", 0, 0),), edge=False),)


class Scored(NamedTuple):
    """Sentences as the kernels take them.

    Args:
        rows: the records at each position; shape (n_padded, n_shapes).
        starts: where each sentence's block begins; shape (n_sentences + 1,).
        model: has the weights.
    """

    rows: Int32
    starts: Int64
    model: Model


@dataclass(frozen=True, eq=False)
class Deep:
    """The network of a tagger.

    Args:
        config: its settings.
        n_ids: ids of characters: padding, unknown, and the tagger's most frequent tokens.
        n_labels: how many labels there are.
        n_marks: values of all columns beside the characters, if it sees them; else 0.
        has_linear: whether the scores of the tagger's features are added.
        tables: vectors that it is given.
        weights: what it has learned.
    """

    config: Neural
    n_ids: int
    n_labels: int
    n_marks: int
    has_linear: bool
    tables: tuple[Table, ...]
    weights: learned.Weights

    @cached_property
    def graph(self) -> Graph:
        """What it is made of."""
        return graph_of(
            self.config,
            n_ids=self.n_ids,
            width_seen=sum(table.width for table in self.tables),
            n_labels=self.n_labels,
            n_marks=self.n_marks,
        )

    def read(self, coded: Coded, features: Features, weights: Weights) -> Read:
        """Return sentences as the network sees them; see `read_ids`."""
        observed = features.columns.observe_codes(coded)
        linear = np.zeros((0, self.n_labels), np.float32)
        if self.has_linear:
            linear = linear_scores(features, weights, features.rows(observed), coded.ends)
        ids = observed.ids[:, positions(coded.ends, features.columns.pad)]
        return self.read_ids(
            ids, coded.columns[0], coded.ends, features, linear, tuple(coded.coders[0].longer)
        )

    def read_ids(
        self,
        ids: Int32,
        codes: Int32,
        ends: Int64,
        features: Features,
        linear: Float32,
        longer: Sequence[str] = (),
    ) -> Read:
        """Return sentences as the network sees them; see `neural_inputs.read`."""
        columns = features.columns
        has_marks = self.n_marks > 0
        return read(
            ids,
            codes,
            ends,
            columns,
            self.tables,
            linear,
            self.n_ids,
            has_marks=has_marks,
            longer=longer,
        )

    def scores(self, given: Read, answer: Answer | None = None) -> Float32:
        """Return the network's score of each label at each token; shape (n_tokens, n_labels).

        Args:
            given: the sentences.
            answer: what runs the network; `forward.answer` if None.
        """
        pieces = pieces_of(given.ends)
        found = np.zeros((len(given.ids), self.n_labels), np.float32)
        for group in batches.by_length(pieces.ends - pieces.begins):
            begins = pieces.begins[group]
            batch = batch_of(given, self.tables, begins, pieces.ends[group])
            if answer is None:
                scores = forward.answer(self.graph, self.weights, batch)[TAGS]
            else:
                scores = answer(batch)[TAGS]
            kept_from, sizes = pieces.kept_from[group], (pieces.kept_to - pieces.kept_from)[group]
            rows = np.repeat(np.arange(len(group), dtype=np.int64), sizes)
            steps = np.arange(len(rows)) - np.repeat(np.cumsum(sizes) - sizes, sizes)
            steps += (kept_from - begins)[rows]
            found[begins[rows] + steps] = scores[rows, steps]
        return found

    def scored(self, coded: Coded, features: Features, weights: Weights) -> Scored:
        """Return sentences as the kernels take them.

        Args:
            coded: the sentences.
            features: of the tagger.
            weights: of its features; and of pairs of labels, those of the network among them.
        """
        given = self.read(coded, features, weights)
        scores = self.scores(given)
        if len(given.linear):
            scores += given.linear
        return scored(scores, coded.ends, weights)

    def tensors(self) -> dict[str, Array]:
        """Return what a model file has to hold, beside `settings`."""
        found: dict[str, Array] = dict(learned.stored(self.weights))
        for i, table in enumerate(self.tables):
            found[f"vectors.{i}.keys"] = table.keys.view(np.int64)
            found[f"vectors.{i}.cells"] = table.cells
            found[f"vectors.{i}.scales"] = table.scales
        return found

    def settings(self) -> dict[str, Any]:
        """Return the settings, as values of JSON."""
        return {
            "settings": asdict(self.config),
            "n_ids": self.n_ids,
            "linear": self.has_linear,
            "kinds": [table.kind for table in self.tables],
            "longest": [table.longest for table in self.tables],
        }


def scored(scores: Float32, ends: Int64, weights: Weights) -> Scored:
    """Return scores of labels as the kernels take them.

    Args:
        scores: of each label at each token; shape (n_tokens, n_labels).
        ends: where each sentence ends; shape (n_sentences,).
        weights: of pairs of labels, and what is legal.
    """
    n_tokens, n_labels = scores.shape
    layout = layout_of(_SHAPES, [n_tokens], n_labels, pad=0)
    legality = weights.legality
    bans = np.vstack((legality.pairs, legality.start, legality.end))
    model = Model(
        frozen(scores.reshape(-1)),
        frozen(layout.bases),
        frozen(layout.strides),
        frozen(layout.edges),
        frozen(layout.runs),
        frozen(layout.run_of),
        0,
        CRF,
        frozen(weights.transitions),
        frozen(weights.start),
        frozen(weights.end),
        frozen(np.where(bans, 0, ILLEGAL).astype(np.float32)),
    )
    rows = np.arange(n_tokens, dtype=np.int32)[:, None]
    return Scored(rows, np.concatenate(([0], ends)).astype(np.int64), model)
