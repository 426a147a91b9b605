"""The weights of a chain model, and where each stands in the one array that is trained.

    values       of each shape float32 [n_records, n_places, n_labels], for edges
                 [n_records, n_places, n_labels, n_labels]
    transitions  float32 [n_labels, n_labels], from the row's label to the column's
    start, end   float32 [n_labels]

They are views of one flat array, in this order: what is trained, added and compared is that.
What the features are is not known here, see features.py.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nlptool.crf.template import Shape

Float32 = NDArray[np.float32]
Bool = NDArray[np.bool_]
Int64 = NDArray[np.int64]


@dataclass(frozen=True)
class Legality:
    """Which labels may begin a sentence, follow each other, end it.

    Args:
        start: shape (n_labels,).
        pairs: shape (n_labels, n_labels), from the row's label to the column's.
        end: shape (n_labels,).
    """

    start: Bool
    pairs: Bool
    end: Bool

    @classmethod
    def anything(cls, n_labels: int) -> "Legality":
        """Return the legality of labels that may stand anywhere."""
        return cls(
            np.ones(n_labels, np.bool_),
            np.ones((n_labels, n_labels), np.bool_),
            np.ones(n_labels, np.bool_),
        )


@dataclass(frozen=True)
class Layout:
    """Where the weights of a template stand in the flat array.

    The score buffers of the kernels run backwards, so that the places of a record whose shifts
    rise by one, as those of -1, 0 and 1 do, belong to rows that follow each other: a run.

    Args:
        n_labels: L.
        n_records: of each shape.
        n_places: of each shape: how many weights a record has for each label.
        edges: of each shape, whether its weights are for pairs of labels.
        bases: where each shape begins; and after all of them, where the transitions do.
        strides: floats of a record of each shape.
        runs: of each run its shape, its first shift, where it begins in a record and how many
            floats it has; shape (n_runs, 4), by shape.
        run_of: where the runs of each shape begin in `runs`; shape (n_shapes + 1,).
        pad: of the template.
    """

    n_labels: int
    n_records: Int64
    n_places: Int64
    edges: Bool
    bases: Int64
    strides: Int64
    runs: Int64
    run_of: Int64
    pad: int

    @property
    def size(self) -> int:
        """How many weights there are."""
        return int(self.bases[-1]) + self.n_labels * (self.n_labels + 2)

    @property
    def has_edges(self) -> bool:
        """Whether features of pairs of labels make the transitions differ from place to place."""
        return bool(self.edges.any())


def layout_of(
    shapes: Sequence[Shape], n_records: Sequence[int], n_labels: int, *, pad: int
) -> Layout:
    """Return where the weights of shapes stand.

    Args:
        shapes: of the template.
        n_records: of each shape.
        n_labels: how many labels there are.
        pad: of the template.
    """
    widths = [n_labels ** (2 if shape.edge else 1) for shape in shapes]
    strides = [shape.n_places * width for shape, width in zip(shapes, widths, strict=True)]
    runs: list[tuple[int, int, int, int]] = []
    run_of = [0]
    for k, (shape, width) in enumerate(zip(shapes, widths, strict=True)):
        last = (-2, 0)
        for place, shift in sorted((slot.place, slot.shift) for slot in shape.slots):
            if (place, shift) == (last[0] + 1, last[1] + 1):
                k_, first, begin, length = runs.pop()
                runs.append((k_, first, begin, length + width))
            else:
                runs.append((k, shift, place * width, width))
            last = (place, shift)
        run_of.append(len(runs))
    sizes = [n * stride for n, stride in zip(n_records, strides, strict=True)]
    return Layout(
        n_labels=n_labels,
        n_records=np.array(n_records, np.int64),
        n_places=np.array([shape.n_places for shape in shapes], np.int64),
        edges=np.array([shape.edge for shape in shapes], np.bool_),
        bases=np.cumsum([0, *sizes], dtype=np.int64),
        strides=np.array(strides, np.int64),
        runs=np.array(runs, np.int64).reshape(-1, 4),
        run_of=np.array(run_of, np.int64),
        pad=pad,
    )


@dataclass(frozen=True)
class Weights:
    """What a training learns.

    Args:
        labels: their names.
        values: of each shape, see the module.
        transitions: between neighbours; zero where the template has none.
        start: of the first label.
        end: of the last label.
        legality: what a tagger may answer.
    """

    labels: tuple[str, ...]
    values: tuple[Float32, ...]
    transitions: Float32
    start: Float32
    end: Float32
    legality: Legality

    def flat(self, layout: Layout) -> Float32:
        """Return a copy of all weights as one array.

        Raises:
            ValueError: they are not of this layout.
        """
        parts: list[NDArray[Any]] = [*self.values, self.transitions, self.start, self.end]
        flat = np.concatenate([np.asarray(part, np.float32).reshape(-1) for part in parts])
        if len(flat) != layout.size:
            raise ValueError(f"{len(flat)} weights, expected {layout.size}")
        return flat


def weights_of(flat: Float32, layout: Layout, labels: Sequence[str], legality: Legality) -> Weights:
    """Return the parts of a flat array; not copied."""
    n_labels = layout.n_labels
    values = []
    for k, (n, places) in enumerate(zip(layout.n_records, layout.n_places, strict=True)):
        part = flat[layout.bases[k] : layout.bases[k + 1]]
        width = (n_labels, n_labels) if layout.edges[k] else (n_labels,)
        values.append(part.reshape(int(n), int(places), *width))
    rest = flat[layout.bases[-1] :]
    square = n_labels * n_labels
    return Weights(
        tuple(labels),
        tuple(values),
        rest[:square].reshape(n_labels, n_labels),
        rest[square : square + n_labels],
        rest[square + n_labels :],
        legality,
    )


def carry_over(
    old: Weights, labels: Sequence[str], sources: Sequence[Int64], legality: Legality
) -> Weights:
    """Return weights to begin with that know what others have learned.

    Args:
        old: what was learned before, with the same template.
        labels: of the new model; those that the old one has not begin with weights of 0.
        sources: of each shape, for each record of the new model that of the old, -1 for none.
        legality: of the new labels.
    """
    there = np.array([old.labels.index(y) if y in old.labels else -1 for y in labels], np.int64)

    def squared(values: Float32) -> Float32:
        """Place the last two axes, both of labels."""
        return _placed(_placed(values, there, -1), there, -2)

    values = []
    for part, records in zip(old.values, sources, strict=True):
        placed = squared(part) if part.ndim == 4 else _placed(part, there, -1)
        values.append(_placed(placed, records, 0))
    return Weights(
        tuple(labels),
        tuple(values),
        squared(old.transitions),
        _placed(old.start, there, 0),
        _placed(old.end, there, 0),
        legality,
    )


def _placed(values: Float32, sources: Int64, axis: int) -> Float32:
    """Return what stands at the sources along an axis, 0 where that is -1."""
    shape = list(values.shape)
    shape[axis] = len(sources)
    placed = np.zeros(shape, np.float32)
    there = np.flatnonzero(sources >= 0)
    np.moveaxis(placed, axis, 0)[there] = np.moveaxis(values, axis, 0)[sources[there]]
    return placed
