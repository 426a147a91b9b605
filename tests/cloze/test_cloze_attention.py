"""The network that reads a whole passage, without Keras."""

import numpy as np
import pytest

from nlptool.cloze.attention import (
    REACH,
    batch_of,
    given,
    read,
    sorts_of,
)
from nlptool.cloze.attention_graph import FIRST, GAP, N_TOLD, STRANGERS, scale_of
from nlptool.cloze.model import Filler, open_model
from nlptool.cloze.questions import BLANK, question
from nlptool.core import store
from nlptool.errors import ModelError
from nlptool.neural.forward import answer, answer_all
from tests.cloze.fillers import WORDS, passages_of, questions_of
from tests.naive_cloze import pointed

ORDER = np.arange(STRANGERS)


def told_of(words):
    net = passages_of()
    numbers = {}
    text = np.array([numbers.setdefault(word, len(numbers)) for word in words], np.int64)
    return given(sorts_of(list(numbers), net.vocab, net.nouns), text, ORDER)


def test_what_the_network_is_given():
    ids, told = told_of(
        ["小猴", "外来词", "吃", BLANK, "x", "，", "外来词", "小猴", "外来词们啊呀"]
    )
    a, b, c = GAP + 1, GAP + 2, GAP + 3
    assert ids.tolist() == [FIRST, a, FIRST + 7, GAP, b, FIRST + 9, a, FIRST, c]
    two = np.log(np.float32(2))
    assert told.tolist() == [
        [1, 1, 1, 0, two],
        [1, 1, 0, 1, two],  # like a name: two to four Han characters
        [1, 0, 0, 0, 0],
        [0, 0, 0, 0, 0],
        [1, 0, 0, 0, 0],
        [0, 0, 0, 0, 0],
        [1, 1, 0, 1, two],
        [1, 1, 1, 0, two],
        [1, 0, 0, 1, 0],
    ]


def test_more_strangers_than_ids_share_them():
    ids, _ = told_of([f"词{number}" for number in range(STRANGERS + 1)])
    assert ids[0] == ids[-1] == GAP + 1
    assert len(set(ids.tolist())) == STRANGERS


def test_passages_side_by_side():
    one, two = told_of(["小猴", "吃"]), told_of(["吃", "吃", "。"])
    batch = batch_of([one, two], multiple=4)
    assert batch["words"].tolist() == [
        [FIRST, FIRST + 7, 0, 0],
        [FIRST + 7, FIRST + 7, FIRST + 8, 0],
    ]
    assert batch["told"].shape == (2, 4, N_TOLD)
    assert (batch["told"][0, 2:] == 0).all()


def test_shares_are_those_of_the_slow_twin():
    net = passages_of()
    asked = [(one, one.blanks[0]) for one in questions_of()]
    for (one, blank), shares in zip(asked, net.shares(asked), strict=True):
        ids, told = told_of(one.words)
        values = answer(net.graph, net.weights, batch_of([(ids, told)]))
        expected = pointed(
            values["asks"][0, blank], values["keys"][0], told[:, 0], scale_of(net.config.units)
        )
        assert shares == pytest.approx(expected, abs=1e-5)
        assert shares.sum() == pytest.approx(1, abs=1e-5)
        assert shares[blank] == 0


def test_the_same_however_many_are_read_together_and_padded():
    net = passages_of()
    asked = [(one, one.blanks[0]) for one in questions_of(40)]
    whole = list(net.shares(asked, threads=2))
    wide = read(
        asked,
        net.vocab,
        net.nouns,
        lambda batches: answer_all(net.graph, net.weights, batches),
        multiple=32,
    )
    for one, shares, others in zip(asked, whole, wide, strict=True):
        (alone,) = net.shares([one])
        assert shares == pytest.approx(alone, abs=1e-5)
        assert others == pytest.approx(alone, abs=1e-5)


def test_nothing_to_choose_from_and_nothing_asked():
    net = passages_of()
    one = question("a", [["。", BLANK, "，"]])
    (shares,) = net.shares([(one, 1)])
    assert shares.tolist() == [0, 0, 0]
    assert list(net.shares([])) == []


def test_a_passage_of_any_length():
    one = question("a", [WORDS * 300, [BLANK]])
    (shares,) = passages_of(units=2, heads=1).shares([(one, one.blanks[0])])
    assert shares.shape == (3001,)
    assert shares.sum() == pytest.approx(1, abs=1e-3)
    assert (shares[: 3000 - REACH] == 0).all()
    assert (shares[3000 - REACH : -2] > 0).sum() == REACH * 8 // 10


def test_saved_and_opened_it_answers_the_same(tmp_path):
    for tuned in (3, 100):  # with vectors that stay as they are, and without
        path = tmp_path / f"{tuned}.cloze"
        filler = Filler(passages_of(tuned=tuned), {"history": []})
        filler.save(str(path))
        opened = open_model(str(path))
        for one, other in zip(
            filler.fill(questions_of()), opened.fill(questions_of()), strict=True
        ):
            assert (one[0].shares == other[0].shares).all()
        opened.save(str(tmp_path / "again"))
        assert (tmp_path / "again").read_bytes() == path.read_bytes()


BAD = {
    "no nouns": ({"nouns": None}, "no tensor 'nouns'"),
    "no words": ({"nouns": np.zeros(0, np.uint8)}, "0 words do not fit; the file is damaged"),
    "odd nouns": ({"nouns": np.full(10, 2, np.uint8)}, "10 words do not fit; the file is damaged"),
    "fewer words": ({"nouns": np.zeros(9, np.uint8)}, "a vocabulary of 10 words, expected 9"),
    "more": (
        {"network/more": np.zeros(1, np.float32)},
        "more tensors than this model has; the file is damaged",
    ),
    "too large": (
        {"network/asks.bias": np.full(6, 1e9, np.float32)},
        "weights out of range; the file is damaged",
    ),
    "another width": (
        {"network/x.tuned": np.zeros((69, 5), np.float32)},
        "tensor 'network/x.fixed' is float32 7 x 4, expected float32 7 x 5",
    ),
    "no width": (
        {"network/x.tuned": np.zeros((69, 0), np.float32)},
        "block 'x': width is 0, expected 1 to 4096; the file is damaged",
    ),
}


@pytest.mark.parametrize("name", BAD)
def test_a_file_that_makes_no_sense(tmp_path, name):
    change, message = BAD[name]
    path = str(tmp_path / "bad.cloze")
    Filler(passages_of(), {}).save(path)
    good = store.load(path)
    parts = {key: np.array(array) for key, array in good.tensors.items()} | change
    store.publish(
        path,
        "cloze",
        config=good.config,
        training={},
        tensors={key: array for key, array in parts.items() if array is not None},
    )
    with pytest.raises(ModelError) as caught:
        open_model(path)
    assert str(caught.value).startswith(f"{path}: {message}")
