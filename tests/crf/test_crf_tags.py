from itertools import pairwise, product

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nlptool.crf.tags import (
    convert_labels,
    detect_scheme,
    illegal_places,
    labels_of,
    legal,
    span_labels,
    span_scheme,
    spans_of,
    split_label,
    word_labels,
)

SETS = {
    "bmes": ["B", "M", "E", "S"],
    "bioes": ["O", "B-PER", "I-PER", "E-PER", "S-PER", "B-LOC", "I-LOC", "E-LOC", "S-LOC"],
    "bio": ["O", "B-PER", "I-PER", "B-LOC", "I-LOC"],
}


@st.composite
def spans(draw: st.DrawFn) -> tuple[list[tuple[int, int, str]], int]:
    """Return spans in order, and how many tokens there are."""
    found, place = [], 0
    for _ in range(draw(st.integers(0, 5))):
        begin = place + draw(st.integers(0, 3))
        place = begin + draw(st.integers(1, 4))
        found.append((begin, place, draw(st.sampled_from(["PER", "LOC", "PER.NAM", "x-y"]))))
    return found, place + draw(st.integers(0, 3))


@pytest.mark.parametrize(
    ("label", "parts"),
    [
        ("B-PER", ("B", "PER")),
        ("B_PER", ("B", "PER")),
        ("M", ("I", "")),
        ("L-ORG", ("E", "ORG")),
        ("U-ORG", ("S", "ORG")),
        ("O", ("O", "")),
        ("", ("O", "")),
        ("I-PER.NOM", ("I", "PER.NOM")),
        ("NN", ("", "NN")),
        ("O-PER", ("", "O-PER")),
        ("B-", ("", "B-")),
        ("b", ("", "b")),
    ],
)
def test_split_label(label: str, parts: tuple[str, str]) -> None:
    assert split_label(label) == parts


@pytest.mark.parametrize(
    ("labels", "scheme"),
    [
        ("BMES", "bmes"),
        ("BES", "bmes"),
        ("S", "bmes"),
        ("BI", "bio"),
        ("O", "bio"),
        (["O", "B-X", "I-X"], "bio"),
        (["O", "I-X"], "bio"),
        (["O", "B-X", "I-X", "E-X", "S-X"], "bioes"),
        (["O", "B-X", "M-X", "E-X"], "bmes"),
        (["O", "B-X", "I-X", "L-X", "U-X"], "bioes"),
        (["NN", "M", ""], "none"),
        ([], "none"),
        ([""], "none"),
    ],
)
def test_detect_scheme(labels: list[str], scheme: str) -> None:
    assert detect_scheme(labels) == scheme


@pytest.mark.parametrize("scheme", SETS)
def test_legal_is_what_comes_back_unchanged(scheme: str) -> None:
    labels = SETS[scheme]
    start, transition, end = legal(labels, scheme)
    places = illegal_places(labels, scheme)
    for length in (1, 2, 3):
        for ids in product(range(len(labels)), repeat=length):
            given = [labels[i] for i in ids]
            pairs = [transition[a, b] for a, b in pairwise(ids)]
            is_legal = bool(start[ids[0]] and end[ids[-1]] and all(pairs))
            back = labels_of(spans_of(given), length, scheme)
            assert is_legal == (back == given), given
            assert is_legal == (places(given) == [])


def test_a_prefix_without_its_partner_is_not_held_against_the_others() -> None:
    start, transition, end = legal(["O", "I-PER"], "bio")
    assert start.all() and transition.all() and end.all()
    start, transition, end = legal(["B-X", "I-X"], "bioes")
    assert start.tolist() == [True, False] and transition.all() and end.all()


def test_plain_labels_are_all_legal() -> None:
    start, transition, end = legal(["NN", "M"], "none")
    assert start.all() and transition.all() and end.all()
    assert transition.shape == (2, 2) and transition.dtype == np.bool_


def test_illegal_places() -> None:
    places = illegal_places(["O", "B-X", "I-X", "E-X"], "bioes")
    assert places(["I-X", "O", "E-X", "B-X"]) == [0, 1, 2, 4]
    assert places(["B-X", "", "I-X", "E-X"]) == []
    assert places([]) == []


def test_conlleval_by_hand() -> None:
    # Tjong Kim Sang's rules: I after O, or after another type, begins a span.
    assert spans_of(["I-PER", "I-PER", "I-LOC", "O", "I-LOC"]) == [
        (0, 2, "PER"),
        (2, 3, "LOC"),
        (4, 5, "LOC"),
    ]
    assert spans_of(["B-PER", "B-PER", "I-PER"]) == [(0, 1, "PER"), (1, 3, "PER")]
    assert spans_of(["S-PER", "I-PER", "E-PER", "E-PER"]) == [
        (0, 1, "PER"),
        (1, 3, "PER"),
        (3, 4, "PER"),
    ]
    assert spans_of("BMESBE") == [(0, 3, ""), (3, 4, ""), (4, 6, "")]


def test_plain_labels_are_spans_of_one() -> None:
    assert spans_of(["NN", "", "VV"]) == [(0, 1, "NN"), (2, 3, "VV")]
    assert spans_of(["NN", "M"], "none") == [(0, 1, "NN"), (1, 2, "M")]
    assert spans_of(["M", "O", "", "M"], "none") == [(0, 1, "M"), (3, 4, "M")]


@pytest.mark.parametrize("scheme", SETS)
@given(made=spans())
def test_spans_come_back(scheme: str, made: tuple[list[tuple[int, int, str]], int]) -> None:
    found, n_tokens = made
    labels = labels_of(found, n_tokens, scheme)
    assert len(labels) == n_tokens
    assert spans_of(labels) == found
    for other in SETS:
        assert convert_labels(convert_labels(labels, other), scheme) == labels


@pytest.mark.parametrize("span", [(0, 0, "X"), (2, 5, "X"), (-1, 1, "X")])
def test_spans_that_do_not_fit(span: tuple[int, int, str]) -> None:
    with pytest.raises(ValueError, match=r"^span "):
        labels_of([span], 4, "bio")


def test_overlapping_spans_do_not_fit() -> None:
    with pytest.raises(ValueError, match=r"^span 1-3 after 2, of 4 tokens$"):
        labels_of([(0, 2, "X"), (1, 3, "X")], 4, "bio")


def test_convert_keeps_what_is_not_known() -> None:
    assert convert_labels(["B-X", "I-X", "", "B-X"], "bmes") == ["B-X", "E-X", "", "S-X"]
    assert convert_labels("BE", "bio") == ["B", "I"]
    with pytest.raises(ValueError, match=r"^plain label 'NN'$"):
        convert_labels(["NN"], "bio")


def test_labels_of_words() -> None:
    assert [word_labels(n, "bmes") for n in range(5)] == ["", "S", "BE", "BME", "BMME"]
    assert [word_labels(n, "bio") for n in range(4)] == ["", "B", "BI", "BII"]
    assert span_labels(3, "X", "bioes") == ("B-X", "I-X", "E-X")
    assert span_labels(1, "", "bioes") == ("S",)


@pytest.mark.parametrize(
    ("labels", "scheme"),
    [
        (["CD", "M", "P"], "none"),
        (["PER", "O"], "none"),
        (["B", "M", "E", "S"], ""),
        (["B-PER", "I-PER", "O"], ""),
        (["B-PER", "I-PER", "MISC", "O"], ""),  # one that is odd
        (["", "O"], ""),
        ([], ""),
    ],
)
def test_how_spans_are_read(labels: list[str], scheme: str) -> None:
    assert span_scheme(labels) == scheme
