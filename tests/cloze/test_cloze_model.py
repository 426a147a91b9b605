"""A model: its answers, and its file."""

import numpy as np
import pytest

from nlptool.cloze.lstm import graph
from nlptool.cloze.model import KIND, Filled, Filler, open_model, settled
from nlptool.cloze.questions import BLANK, question
from nlptool.core import store
from nlptool.errors import ModelError
from tests.cloze.fillers import filler_of, questions_of

ONE = question("<qid_0>", [["小猴", "吃", "，"], ["小猫", BLANK, "小猴", "。"]])


def test_the_sum_over_the_places_of_a_word_counts():
    shares = settled(ONE, np.array([0.2, 0.1, 0.3, 0.25, 0.05, 0.1, 0], np.float32))
    filled = Filled(ONE, 4, shares)
    assert filled.ranked() == [
        ("小猴", pytest.approx(0.3 / 0.65)),
        ("小猫", pytest.approx(0.25 / 0.65)),
        ("吃", pytest.approx(0.1 / 0.65)),
    ]
    assert filled.best() == "小猴"
    assert [place for place, _ in filled.evidence("小猴")] == [0, 5]
    assert len(filled.evidence("小猴", 1)) == 1


def test_only_words_share():
    assert settled(ONE, np.array([0, 0, 1, 0, 1, 0, 1], np.float32)).tolist() == pytest.approx(
        [0.25, 0.25, 0, 0.25, 0, 0.25, 0]
    )
    empty = question("a", [[BLANK, "。"]])
    assert settled(empty, np.array([0.5, 0.5], np.float32)).tolist() == [0, 0]
    assert Filled(empty, 0, np.zeros(2, np.float32)).best() == ""


def test_every_blank_is_filled():
    two = question("a", [["小猴", BLANK, "小猫", BLANK]])
    questions = [two, *questions_of(5)]
    found = list(filler_of().fill(questions, together=2))
    assert [[one.blank for one in row] for row in found] == [list(q.blanks) for q in questions]
    assert all(one.asked is q for row, q in zip(found, questions, strict=True) for one in row)
    assert all(one.shares.sum() == pytest.approx(1, abs=1e-5) for row in found for one in row)


def test_saved_and_opened_it_answers_the_same(tmp_path):
    path = str(tmp_path / "m.cloze")
    filler = filler_of()
    filler.save(path)
    opened = open_model(path)
    assert opened.training == filler.training
    for one, other in zip(filler.fill(questions_of()), opened.fill(questions_of()), strict=True):
        assert (one[0].shares == other[0].shares).all()
    opened.save(str(tmp_path / "again"))
    assert (tmp_path / "again").read_bytes() == (tmp_path / "m.cloze").read_bytes()


def stored_with(tmp_path, *, config=None, **tensors):
    """Write the file of a good model with something changed; None takes a tensor out."""
    path = str(tmp_path / "bad.cloze")
    filler = filler_of()
    filler.save(path)
    good = store.load(path)
    parts = {name: np.array(array) for name, array in good.tensors.items()} | tensors
    store.publish(
        path,
        KIND,
        config=good.config | (config or {}),
        training={},
        tensors={name: array for name, array in parts.items() if array is not None},
    )
    return path


BAD = {
    "no vectors": ({"network/left_x.fixed": None}, "no tensor 'network/left_x.fixed'"),
    "empty": (
        {"network/left_x.fixed": np.zeros((0, 4), np.float32)},
        "vectors of 0 words; the file is damaged",
    ),
    "more vectors": (
        {"network/left_x.fixed": np.zeros((11, 4), np.float32)},
        "a vocabulary of 10 words, expected 11",
    ),
    "infinite": (
        {"network/left_x.tuned": np.full((2, 4), np.inf, np.float32)},
        "tensor 'network/left_x.tuned' has values that are not finite",
    ),
    "wide": (
        {"network/left_x.fixed": np.zeros((10, 5000), np.float32)},
        "block 'left_x': width is 5000, expected 1 to 4096; the file is damaged",
    ),
    "narrow": (
        {"network/left_h1.forward_kernel": np.zeros((3, 12), np.float32)},
        "tensor 'network/left_h1.forward_kernel' is float32 3 x 12, expected float32 4 x 12",
    ),
    "more": (
        {"other": np.zeros(1, np.float32)},
        "more tensors than this model has; the file is damaged",
    ),
    "words": (
        {"vocabulary": np.frombuffer("一\n二\n".encode(), np.uint8)},
        "a vocabulary of 2 words, expected 10",
    ),
}


@pytest.mark.parametrize("what", BAD)
def test_files_that_make_no_sense(tmp_path, what):
    tensors, message = BAD[what]
    path = stored_with(tmp_path, **tensors)
    with pytest.raises(ModelError) as caught:
        open_model(path)
    assert str(caught.value).startswith(f"{path}: ")
    assert message in str(caught.value)


@pytest.mark.parametrize(
    ("config", "message"),
    [
        ({"model": "gru"}, "model 'gru', expected one of "),
        ({"vocab": 5}, "vectors of 10 words; the file is damaged"),
        ({"layers": 3}, "no tensor 'network/left_h3.forward_kernel'; the file is damaged"),
        ({"layers": 1}, "more tensors than this model has; the file is damaged"),
        ({"rate": "x"}, "setting 'rate' is of another type than it was; the file is damaged"),
    ],
)
def test_settings_that_make_no_sense(tmp_path, config, message):
    path = stored_with(tmp_path, config=config)
    with pytest.raises(ModelError) as caught:
        open_model(path)
    assert str(caught.value).startswith(f"{path}: {message}")


def test_another_kind_of_model(tmp_path):
    path = str(tmp_path / "m")
    store.publish(path, "crf", config={}, training={}, tensors={})
    with pytest.raises(ModelError) as caught:
        open_model(path)
    assert str(caught.value) == f"{path}: a crf model, expected a cloze model"
    assert isinstance(filler_of(), Filler)
    assert graph(filler_of().answerer.config, 10, 4).outputs == ("points",)
