"""Features from tuples that are known: those that are left of others, or that came with a model.

How records are found in a text is in indexing.py.
"""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from nlptool.crf.columns import Columns
from nlptool.crf.features import Features
from nlptool.crf.index import empty_index, fill_index
from nlptool.crf.kernels_features import HASHED, Index, Int32, Int64, Words, fill_keys
from nlptool.crf.template import Template
from nlptool.crf.weights import Float32, Layout, Legality, Weights, carry_over, layout_of


def features_of(
    template: Template, columns: Columns, tuples: Sequence[Int32], min_count: int
) -> Features:
    """Return features with just these records.

    Args:
        template: what is looked at.
        columns: of the template.
        tuples: of each shape the ids of its records, all different; shape (n_records, n_refs).
        min_count: see `Features`.
    """
    most = max((len(of) for of in tuples), default=0)
    empty = empty_index(template.shapes, columns.sizes, most.bit_length())
    keys = [_keys(of, s, empty) for s, of in enumerate(tuples)]
    kept = tuple(
        np.ascontiguousarray(of) if kind == HASHED else None
        for of, kind in zip(tuples, empty.kinds.tolist(), strict=True)
    )
    n_records = tuple(len(of) for of in tuples)
    index = fill_index(empty, keys, columns.sizes)
    return Features(template, columns, index, n_records, kept, min_count)


def _keys(tuples: Int32, shape: int, index: Index) -> Words:
    """Return the keys of a shape's records."""
    first, last = index.ref_begins[shape : shape + 2]
    keys = np.zeros(len(tuples), np.uint64)
    refs = np.stack([np.zeros(last - first, np.int64), np.arange(last - first)], axis=1)
    ids = np.ascontiguousarray(tuples.T, np.int32)
    fill_keys(ids, 0, refs, index.factors[first:last], int(index.kinds[shape]), keys)
    return keys


def without_zeros(features: Features, weights: Weights) -> tuple[Features, Weights]:
    """Return a model without the records that say nothing."""
    tuples: list[Int32] = []
    values: list[Float32] = []
    for s, of in enumerate(weights.values):
        kept = np.flatnonzero(of.reshape(len(of), -1).any(axis=1))
        tuples.append(features.ids_of(s)[kept])
        values.append(of[kept])
    left = features_of(features.template, features.columns, tuples, features.min_count)
    return left, replace(weights, values=tuple(values))


def layout_for(features: Features, n_labels: int) -> Layout:
    """Return where the weights of features stand."""
    columns = features.columns
    return layout_of(features.template.shapes, features.n_records, n_labels, pad=columns.pad)


def joined(
    old: Features, old_weights: Weights, new: Features, labels: Sequence[str], legality: Legality
) -> tuple[Features, Weights]:
    """Return the features of a text with those of a model, to go on from its weights.

    Args:
        old: of the model; of the same template, lexicons and clusters as `new`.
        old_weights: its weights.
        new: what was found in the text.
        labels: of both.
        legality: of these labels.

    Returns:
        The features, those of the text with the numbers that they have there, and the weights
        to begin with.
    """
    tokens = tuple(
        (*of, *(token for token in before if token not in known))
        for of, before, known in zip(
            new.columns.tokens, _by_name(old, new), map(set, new.columns.tokens), strict=True
        )
    )
    columns = replace(new.columns, tokens=tokens)
    tuples: list[Int32] = []
    sources: list[Int64] = []
    for s in range(len(new.n_records)):
        own = new.ids_of(s)
        theirs = _translated(old, s, columns)
        found = _places(own, theirs)
        tuples.append(np.concatenate((own, theirs[found < 0])))
        source = np.full(len(tuples[-1]), -1, np.int64)
        source[found[found >= 0]] = np.flatnonzero(found >= 0)
        source[len(own) :] = np.flatnonzero(found < 0)
        sources.append(source)
    features = features_of(new.template, columns, tuples, new.min_count)
    return features, carry_over(old_weights, labels, sources, legality)


def _by_name(old: Features, new: Features) -> list[tuple[str, ...]]:
    """Return the old tokens of each of the new columns that are the file's own."""
    known = dict(zip(old.columns.own, old.columns.tokens, strict=True))
    return [known.get(which, ()) for which in new.columns.own]


def _translated(old: Features, shape: int, columns: Columns) -> Int32:
    """Return the records of an old shape with the ids of other columns."""
    ids = old.ids_of(shape).copy()
    first = 2 * columns.pad + 1
    known = dict(zip(old.columns.own, old.columns.tokens, strict=True))
    for j, (_, column) in enumerate(old.template.shapes[shape].refs):
        name = columns.names[column]
        if name.isdigit():
            place = columns.own.index(int(name))
            numbers = {token: i for i, token in enumerate(columns.tokens[place], first)}
            table = np.arange(first + len(known[int(name)]), dtype=np.int32)
            table[first:] = [numbers[token] for token in known[int(name)]]
            ids[:, j] = table[ids[:, j]]
    return ids


def _places(own: Int32, others: Int32) -> Int64:
    """Return where in `own` each of some rows is, -1 where it is not."""
    both = np.concatenate((own, others))
    if not both.shape[1]:
        return np.where(np.arange(len(others)) < len(own), 0, -1).astype(np.int64)
    _, which = np.unique(both, axis=0, return_inverse=True)
    which = which.reshape(-1)
    places = np.full(int(which.max(initial=-1)) + 1, -1, np.int64)
    places[which[: len(own)]] = np.arange(len(own))
    return places[which[len(own) :]]
