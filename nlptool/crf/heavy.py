"""What a model has learned, as text: the features that weigh most for each label."""

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from nlptool.crf.model import Tagger


class Weighed(NamedTuple):
    """One weight.

    Args:
        label: "B-PER", or "O -> B-PER" for a pair.
        weight: in nats.
        feature: its name as CRF++ writes it; "B" for what stands everywhere, "(first)" and
            "(last)" for what stands at the ends of a sentence.
    """

    label: str
    weight: float
    feature: str


def heaviest(tagger: Tagger, n: int | None, labels: list[str] | None = None) -> Iterator[Weighed]:
    """Yield the weights of features by label, the largest first, whatever their sign.

    Args:
        tagger: the model.
        n: how many of each label, and of all pairs together; None for all that are not 0.
        labels: which ones, and pairs that end with them; all if None.
    """
    wanted = list(range(len(tagger.labels)))
    if labels is not None:
        wanted = [tagger.labels.index(label) for label in labels]
    for label in wanted:
        yield from _of_label(tagger, label, n)
    yield from _of_pairs(tagger, wanted, n)


def _of_label(tagger: Tagger, label: int, n: int | None) -> Iterator[Weighed]:
    name = tagger.labels[label]
    weights = tagger.weights
    found = [
        Weighed(name, float(of[label]), which)
        for which, of in (("(first)", weights.start), ("(last)", weights.end))
        if of[label]
    ]
    for s, shape in enumerate(tagger.features.template.shapes):
        if not shape.edge:
            column = weights.values[s][:, :, label]
            places = _largest(column.reshape(-1), n)
            found += _named(tagger, s, places, column.reshape(-1), name)
    yield from sorted(found, key=lambda one: (-abs(one.weight), one.feature))[:n]


def _of_pairs(tagger: Tagger, wanted: list[int], n: int | None) -> Iterator[Weighed]:
    weights, names = tagger.weights, tagger.labels
    found = [
        Weighed(f"{names[x]} -> {names[y]}", float(weights.transitions[x, y]), "B")
        for x in range(len(names))
        for y in wanted
        if weights.transitions[x, y]
    ]
    for s, shape in enumerate(tagger.features.template.shapes):
        if shape.edge:
            for x in range(len(names)):
                for y in wanted:
                    column = np.ascontiguousarray(weights.values[s][:, :, x, y]).reshape(-1)
                    places = _largest(column, n)
                    found += _named(tagger, s, places, column, f"{names[x]} -> {names[y]}")
    yield from sorted(found, key=lambda one: (-abs(one.weight), one.label, one.feature))[:n]


def _largest(column: "np.ndarray[tuple[int], np.dtype[np.float32]]", n: int | None) -> list[int]:
    """Return where the largest are that are not 0."""
    size = np.abs(column)
    if n is not None and n < len(size):
        places = np.argpartition(-size, n)[:n] if n else np.empty(0, np.int64)
    else:
        places = np.arange(len(size))
    return [int(place) for place in places if size[place]]


def _named(
    tagger: Tagger,
    shape: int,
    places: list[int],
    column: "np.ndarray[tuple[int], np.dtype[np.float32]]",
    label: str,
) -> list[Weighed]:
    """Return weights of a shape with the names of their features."""
    of = tagger.features.template.shapes[shape]
    slots = {slot.place: number for number, slot in reversed(list(enumerate(of.slots)))}
    names = tagger.features.names(shape, [place // of.n_places for place in places])
    return [
        Weighed(label, float(column[place]), own[slots[place % of.n_places]])
        for place, own in zip(places, names, strict=True)
    ]
