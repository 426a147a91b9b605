"""Which shapes of a model make groups, whose scores are added up once and kept.

A source is the types of characters and their repetition, or the words of one list; what its
columns show at a position is one of few states. All shapes that look at one source make a
group, and so do those that look at a position's token with one source there. The others, those
of tokens above all, are looked up at each position. How that is done is in kernels_groups.py.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from math import prod

import numpy as np

from nlptool.crf.columns import frozen
from nlptool.crf.features import Features
from nlptool.crf.kernels_columns import BEGIN, END, INSIDE, SAME, TYPE, Int64
from nlptool.crf.kernels_groups import Groups, Memory
from nlptool.crf.kernels_model import Float32
from nlptool.crf.template import Shape
from nlptool.crf.weights import Layout

MOST_STATES = 1 << 13
"""The most states of a source: with more, what is seen is too often new."""

_TOKEN_BYTES, _BYTES = 1 << 20, 1 << 18
"""Of a group's memory, with and without tokens; they should fit a core's own cache."""

_Source = tuple[int, ...]


@dataclass(frozen=True, eq=False)
class Grouped:
    """A model's groups with their memory.

    Args:
        groups: the groups.
        n_labels: how many labels there are.
        nothing: what a record that is not there says, see `kernels_groups.add_left`.
    """

    groups: Groups
    n_labels: int
    nothing: Float32
    _free: list[Memory] = field(default_factory=list)

    @contextmanager
    def memory(self) -> Iterator[Memory]:
        """Yield memory that no other thread has meanwhile."""
        try:
            memory = self._free.pop()
        except IndexError:
            memory = new_memory(self.groups, self.n_labels)
        yield memory
        self._free.append(memory)


def grouped(features: Features, layout: Layout) -> Grouped:
    """Return the groups of a model's shapes, with what tagging needs beside them.

    Args:
        features: of the model.
        layout: of its weights.
    """
    nothing = frozen(np.zeros(int(layout.strides.max(initial=0)), np.float32))
    return Grouped(groups_of(features, layout), layout.n_labels, nothing)


def groups_of(features: Features, layout: Layout) -> Groups:
    """Return the groups of a model's shapes.

    Args:
        features: of the model.
        layout: of its weights.
    """
    shapes, sizes = features.template.shapes, features.columns.sizes
    sources = _sources(features.columns.plan, sizes)
    found: dict[tuple[int, bool], list[int]] = {}
    left: list[int] = []
    for k, shape in enumerate(shapes):
        group = _group(shape, sources) if not layout.has_edges else None
        if group is None:
            left.append(k)
        else:
            found.setdefault(group, []).append(k)
    plans, states, slots, slot_begins = [], [], [], [0]
    for (source, is_token), members in found.items():
        seen = [
            row + slot.shift
            for k in members
            for slot in shapes[k].slots
            for row, _ in shapes[k].refs
        ]
        n_states = _n_states(sources[source], sizes)
        n_seen = n_states ** (max(seen) - min(seen) + 1) * (sizes[0] if is_token else 1)
        plans.append((source, is_token, min(seen), max(seen)))
        states.append(n_states if n_seen < 1 << 63 else 0)
        slots += [
            (k, slot.shift, slot.place * layout.n_labels)
            for k in members
            for slot in shapes[k].slots
        ]
        slot_begins.append(len(slots))
    columns = [column for source in sources for column in source]
    factors = [_n_states(source[:j], sizes) for source in sources for j in range(len(source))]
    begins = np.cumsum([0, *map(len, sources)], dtype=np.int64)
    return Groups(
        frozen(np.array(left, np.int64)),
        frozen(np.array(columns, np.int64)),
        frozen(np.array(factors, np.uint64)),
        frozen(begins),
        frozen(np.array(plans, np.int64).reshape(-1, 4)),
        frozen(np.array(states, np.uint64)),
        frozen(np.array(slots, np.int64).reshape(-1, 3)),
        frozen(np.array(slot_begins, np.int64)),
    )


def new_memory(groups: Groups, n_labels: int) -> Memory:
    """Return memory of a thread, in which nothing is yet."""
    size = 2 + 2 * ((n_labels + 1) // 4)
    begins, shifts = [0], []
    for is_token in groups.plan[:, 1].tolist():
        n_bytes = _TOKEN_BYTES if is_token else _BYTES
        bits = max(4, (n_bytes // (16 * size)).bit_length() - 1)
        begins.append(begins[-1] + (2 * size << bits))
        shifts.append(64 - bits)
    words = np.zeros(begins[-1] + 8, np.uint64)
    # Cells that begin where cache lines do.
    words = words[-(words.ctypes.data // 8) % 8 :][: begins[-1]]
    return Memory(
        words,
        words.view(np.float32),
        frozen(np.array(begins[:-1], np.int64)),
        frozen(np.array(shifts, np.uint64)),
        size,
    )


def _sources(plan: Int64, sizes: Sequence[int]) -> list[_Source]:
    """Return the columns of each source."""
    found: dict[int, list[int]] = {}
    for column, (kind, which, typed) in enumerate(plan.tolist()):
        if kind in (TYPE, SAME):
            found.setdefault(-1, []).append(column)
        elif kind in (BEGIN, INSIDE, END) and not typed:
            found.setdefault(which, []).append(column)
    return [
        tuple(columns) for columns in found.values() if _n_states(columns, sizes) <= MOST_STATES
    ]


def _n_states(columns: Sequence[int], sizes: Sequence[int]) -> int:
    return prod(sizes[column] for column in columns)


def _group(shape: Shape, sources: Sequence[_Source]) -> tuple[int, bool] | None:
    """Return the source of a shape, and whether it looks at the token; None for no group."""
    columns = {column for _, column in shape.refs}
    is_token = 0 in columns
    columns.discard(0)
    is_here = not any(row for row, _ in shape.refs) and not any(slot.shift for slot in shape.slots)
    for i, source in enumerate(sources):
        if columns and columns <= set(source) and (is_here or not is_token):
            return i, is_token
    return None
