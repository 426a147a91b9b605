"""The reader: shares, and in and out of a file."""

import numpy as np
import pytest

from nlptool.cloze.features import REACH
from nlptool.cloze.model import Filler, from_stored, open_model
from nlptool.cloze.questions import BLANK, question
from nlptool.cloze.reader import N_NUMBERS, N_OPINIONS, both, prepared, read
from nlptool.core.store import Stored
from nlptool.errors import ModelError
from tests.cloze.fillers import questions_of
from tests.cloze.readers import filler_of_reader, reader_of, reader_with_network


@pytest.fixture(scope="module")
def reader():
    return reader_of()


def asked_of(questions):
    return [(one, blank) for one in questions for blank in one.blanks]


def test_rows_have_all_numbers(reader):
    found = read(reader.language, ["小猴", "吃", BLANK, "。"], 2)
    assert found.rows.shape == (2, N_NUMBERS)
    assert read(reader.language, ["。", BLANK], 1) is None


def test_an_opinion_is_two_more_numbers(reader):
    words = ["小猴", "吃", BLANK, "小猴", "小猫"]
    opinion = np.array([0.1, 0.2, 0.0, 0.3, 0.0], np.float32)
    found = read(reader.language, words, 2, opinion)
    assert found.rows.shape == (3, N_NUMBERS + N_OPINIONS)
    assert [found.passage.types[at] for at in found.passage.candidates] == ["小猴", "吃", "小猫"]
    told = np.exp(found.rows[:, -N_OPINIONS:].astype(np.float64))
    expected = np.array([[0.4, 0.3], [0.2, 0.2], [1e-6, 1e-6]])
    assert told == pytest.approx(expected, rel=1e-4)


def test_with_a_network_beside_it(tmp_path):
    reader = reader_with_network()
    asked = asked_of(questions_of(20))
    one, two = (list(reader.shares(asked, threads=n)) for n in (1, 2))
    assert all(np.array_equal(a, b) for a, b in zip(one, two, strict=True))
    # What the network thinks counts.
    others = reader_of().shares(asked)
    assert any(abs(a - b).max() > 0.01 for a, b in zip(one, others, strict=True))
    path = tmp_path / "m.cloze"
    Filler(reader, {"history": []}).save(str(path))
    opened = open_model(str(path))
    again = opened.answerer.shares(asked)
    assert all(a == pytest.approx(b, abs=1e-5) for a, b in zip(one, again, strict=True))
    opened.save(str(tmp_path / "again"))
    assert (tmp_path / "again").read_bytes() == path.read_bytes()


def test_each_number_twice():
    rows = np.array([[1, 5], [3, 2]], np.float32)
    assert both(rows).tolist() == [[1, 5, -2, 0], [3, 2, 0, -3]]
    found = prepared(rows, np.float32([1, 2]), np.float32([1, 0.5]))
    assert found.tolist() == [[0, 4], [2, 0]]


def test_shares_are_a_distribution(reader):
    for (one, blank), share in zip(
        asked_of(questions_of()), reader.shares(asked_of(questions_of())), strict=True
    ):
        assert share.shape == (len(one.words),)
        assert share[blank] == 0
        assert share.min() >= 0
        assert share.sum() == pytest.approx(1, abs=1e-5)


def test_any_number_of_threads(reader):
    asked = asked_of(questions_of(20))
    one, two = (list(reader.shares(asked, threads=n)) for n in (1, 2))
    assert all(np.array_equal(a, b) for a, b in zip(one, two, strict=True))


def test_long_passages_are_read_around_the_blank(reader):
    words = ["小猫"] * REACH + ["桃子"] * REACH + [BLANK, "小猴"]
    asked = question("q", [words])
    share = next(reader.shares([(asked, asked.blanks[0])]))
    assert not share[:REACH].any()
    assert share[REACH:].sum() == pytest.approx(1, abs=1e-4)


def test_nothing_to_choose_from(reader):
    asked = question("q", [["。", BLANK]])
    assert not next(reader.shares([(asked, 1)])).any()


def test_saved_and_opened(tmp_path):
    filler = filler_of_reader()
    path = str(tmp_path / "m.cloze")
    filler.save(path)
    again = open_model(path)
    assert again.answerer.config == filler.answerer.config
    for mine, theirs in zip(filler.fill(questions_of()), again.fill(questions_of()), strict=True):
        assert [one.ranked() for one in mine] == [one.ranked() for one in theirs]
    again.save(str(tmp_path / "again"))
    assert (tmp_path / "again").read_bytes() == (tmp_path / "m.cloze").read_bytes()


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda t: {"network_scale": t["network_scale"] * 0}, "weights out of range"),
        (lambda t: {"network_out": t["network_out"] * np.float32(1e9)}, "weights out of range"),
        (lambda t: {"network_mean": t["network_mean"][:3]}, "expected float32"),
        (lambda t: {"network_hidden": t["network_hidden"][:1]}, "expected float32 2 x "),
    ],
)
def test_readers_that_make_no_sense(reader, change, message):
    tensors = dict(reader.tensors())
    config = {"model": "reader", **vars(reader.config)}
    stored = Stored("m", "cloze", "", config, {}, tensors | change(tensors))
    with pytest.raises(ModelError) as caught:
        from_stored(stored)
    assert str(caught.value).startswith("m: ")
    assert message in str(caught.value)
