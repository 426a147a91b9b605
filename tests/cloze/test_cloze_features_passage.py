"""Evidence of the passage for each candidate."""

import numpy as np
import pytest

from nlptool.cloze.features import seen
from nlptool.cloze.features_passage import _matching, _sentences, _standing, of_passage
from nlptool.cloze.questions import BLANK
from tests.cloze.readers import language_of

WORDS = ("小猴", "爱", "吃", "桃子", "。", "小猫", "爱", "吃", BLANK, "。", "桃子", "爱", "好")


@pytest.fixture(scope="module")
def passage():
    language = language_of(["小猫 吃 桃子 。"] * 4 + ["小猴 爱 很 好 。"])
    return language, seen(language, WORDS, 8)


def names(passage):
    return [passage.types[number] for number in passage.candidates]


def test_where_words_stand(passage):
    _, found = passage
    rows = dict(zip(names(found), np.stack(_standing(found), axis=1).tolist(), strict=True))
    assert rows["桃子"][:3] == pytest.approx([np.log(2), np.log(2 / 3), 0])
    assert rows["爱"][:3] == pytest.approx([np.log(3), 0, 1])
    assert rows["桃子"][3:6] == pytest.approx([np.log(2), np.log(5), np.log(2)])
    assert rows["吃"][6] == 1
    assert rows["小猴"][9:12] == pytest.approx([0, 8 / 13, 0])


def test_sentences(passage):
    _, found = passage
    rows = dict(zip(names(found), np.stack(_sentences(found), axis=1).tolist(), strict=True))
    assert rows["小猫"][:3] == [0, 1, 0]
    assert rows["小猴"][1:3] == [0, 1]
    assert rows["爱"][5] == pytest.approx(1)
    assert rows["小猴"][5] == pytest.approx(1 / 3)


def test_equal_words_around(passage):
    _, found = passage
    rows = dict(zip(names(found), np.stack(_matching(found), axis=1).tolist(), strict=True))
    rarity = dict(zip(found.types, found.rarity.tolist(), strict=True))
    # 爱 吃 _ 。 is around 桃子 as it is around the blank; before 爱 stands another word.
    left = rarity["吃"] + rarity["爱"]
    assert rows["桃子"][0] == pytest.approx(left, rel=1e-5)
    assert rows["桃子"][1] == pytest.approx(rarity["。"], rel=1e-5)
    assert rows["桃子"][10:12] == [2, 1]
    assert rows["好"][0] == 0


def test_all_is_finite_wherever_the_blank_is(passage):
    language, _ = passage
    for words, blank in (
        (WORDS, 8),
        ((BLANK, "好"), 0),
        (("好", BLANK), 1),
        ((BLANK, "好") * 3, 2),
    ):
        found = seen(language, words, blank)
        columns, alike = of_passage(language, found)
        assert alike.shape == found.places.shape
        for column in columns:
            assert column.shape == found.candidates.shape
            assert np.isfinite(column).all()
