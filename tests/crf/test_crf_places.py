from itertools import combinations, pairwise, product

import numpy as np
import pytest

from nlptool.crf.places import places_of
from nlptool.crf.tags import legal


def test_labels_that_tell_the_place_stay_what_they_are() -> None:
    places = places_of(("B", "E", "M", "S"), "bmes")
    assert places.types == {"": (0, 1, 2, 3)}
    assert places.sources.tolist() == [0, 2, 1, 3]
    assert places.start.tolist() == [True, False, False, True]


def test_bio_is_split() -> None:
    places = places_of(("O", "B-X", "I-X", "B-Y"), "bio")
    assert places.types == {"X": (1, 2, 3, 4), "Y": (-1, -1, -1, 5)}
    assert places.sources.tolist() == [0, 1, 2, 2, 1, 3]
    # The last token of a span cannot be followed by one within.
    assert not places.pairs[3, 2]
    assert places.pairs[3, 1]
    assert not places.end[1]


def test_bio_without_b() -> None:
    places = places_of(("O", "I-X"), "bio")
    assert places.types == {"X": (1, 2, 3, 4)}
    assert places.sources.tolist() == [0, 1, 1, 1, 1]


def test_plain_labels_are_spans_of_one_token() -> None:
    places = places_of(("n", "v"), "none")
    assert places.types == {"n": (-1, -1, -1, 0), "v": (-1, -1, -1, 1)}
    assert np.all(places.pairs)


def paths(start: np.ndarray, pairs: np.ndarray, end: np.ndarray, n: int) -> list[tuple[int, ...]]:
    return [
        path
        for path in product(range(len(start)), repeat=n)
        if start[path[0]] and end[path[-1]] and all(pairs[a, b] for a, b in pairwise(path))
    ]


SETS = [
    (tuple(chosen), scheme)
    for scheme, letters in (("bio", "BIO"), ("bmes", "BMESO"), ("bioes", "BIESO"))
    for n in range(1, len(letters) + 1)
    for chosen in combinations(letters, n)
]


@pytest.mark.parametrize(("labels", "scheme"), SETS)
def test_each_legal_sequence_has_one_path(labels: tuple[str, ...], scheme: str) -> None:
    places = places_of(labels, scheme)
    for n in (1, 2, 4):
        wanted = paths(*legal(labels, scheme), n)
        found = paths(places.start, places.pairs, places.end, n)
        assert sorted(tuple(places.sources[list(path)].tolist()) for path in found) == wanted
