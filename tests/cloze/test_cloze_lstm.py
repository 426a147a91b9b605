"""The published model without Keras."""

import numpy as np
import pytest

from nlptool.cloze.lstm import FIRST, SIGHT, UNKNOWN, ids_of, read, sides
from nlptool.cloze.questions import BLANK, question
from nlptool.neural.forward import answer, answer_all
from tests.cloze.fillers import WORDS, pointer_of, questions_of


def test_both_sides_have_one_set_of_weights():
    pointer = pointer_of()
    assert {name.partition("_")[0] for name in pointer.graph.shapes} == {"left"}
    assert pointer.graph.outputs == ("points",)


def test_ids():
    pointer = pointer_of()
    assert ids_of(["小猴", "外来词", "，"], pointer.vocab).tolist() == [FIRST, UNKNOWN, FIRST + 9]
    assert ids_of([], pointer.vocab).shape == (0,)


def test_the_text_on_both_sides_of_the_blank():
    texts = [np.array([5, 6, 7], np.int32), np.array([8, 9], np.int32)]
    batch = sides(texts, [0, 1])
    assert batch["left"].tolist() == [[0], [8]]
    assert batch["right"].tolist() == [[6, 7], [0, 0]]
    assert sides(texts, [0, 1], multiple=4)["right"].shape == (2, 4)


def test_shares_are_a_softmax_over_all_places_but_the_blank():
    """One text at a time, by the formula."""
    pointer = pointer_of()
    questions = questions_of()
    asked = [(one, one.blanks[0]) for one in questions]
    found = list(pointer.shares(asked))
    for (one, blank), shares in zip(asked, found, strict=True):
        ids = ids_of(one.words, pointer.vocab)
        batch = sides([ids], [blank])
        points = answer(pointer.graph, pointer.weights, batch)["points"][0, :, 0]
        n_left = batch["left"].shape[1]
        own = [points[p] for p in range(blank)]
        own += [points[n_left + p] for p in range(len(ids) - blank - 1)]
        share = np.exp(own) / np.exp(own).sum()
        expected = [*share[:blank], 0, *share[blank:]]
        assert shares == pytest.approx(expected, abs=1e-5)
        assert shares.sum() == pytest.approx(1, abs=1e-5)


def test_the_same_however_many_are_read_together():
    pointer = pointer_of()
    asked = [(one, one.blanks[0]) for one in questions_of(40)]
    whole = list(pointer.shares(asked, threads=2))
    for one, shares in zip(asked, whole, strict=True):
        (alone,) = pointer.shares([one])
        assert shares == pytest.approx(alone, abs=1e-5)


def test_padding_to_a_multiple_changes_nothing():
    pointer = pointer_of()
    questions = questions_of(5)
    texts = [ids_of(one.words, pointer.vocab) for one in questions]
    blanks = [one.blanks[0] for one in questions]

    def run(batches):
        return answer_all(pointer.graph, pointer.weights, batches)

    plain, wide = read(texts, blanks, run), read(texts, blanks, run, multiple=16)
    for one, other in zip(plain, wide, strict=True):
        assert one == pytest.approx(other, abs=1e-5)


def test_a_blank_at_an_end_and_nothing_else():
    pointer = pointer_of()
    for sentences in ([[BLANK, "小猴"]], [["小猴", BLANK]], [[BLANK]]):
        one = question("a", sentences)
        (shares,) = pointer.shares([(one, one.blanks[0])])
        assert len(shares) == len(one.words)
        assert shares.sum() == pytest.approx(len(one.words) - 1)
    assert list(pointer.shares([])) == []


def test_a_passage_of_any_length():
    one = question("a", [WORDS * 3000, [BLANK]])
    (shares,) = pointer_of(units=2, layers=1).shares([(one, one.blanks[0])])
    assert shares.shape == (30_001,)
    assert shares.sum() == pytest.approx(1, abs=1e-3)
    # What is too far away is not read.
    assert (shares[: 30_000 - SIGHT] == 0).all()
    assert (shares[30_000 - SIGHT : -1] > 0).all()
