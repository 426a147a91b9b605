import numpy as np
import pytest
from similarity_examples import SENTENCES, summed

from nlptool.similarity.alignment import MOST_WORDS, aligned, sides
from nlptool.similarity.grams import key_of
from nlptool.similarity.model import prepare
from tests import naive_similarity as naive

FIRST = [
    "怎么修改密码",
    "密码在哪里改",
    "明天会下雨吗",
    "三个密码",
    "",
    "明天",
    "Ω 密码",
    "密码修改" * 40,
]
SECOND = [
    "我想修改密码",
    "明天有没有雨",
    "明天会下雨吗",
    "四个密码",
    "明天",
    "",
    "密碼",
    "怎么改密码" * 30,
]


@pytest.fixture(scope="module")
def sif():
    return summed().sif


def shares(sif, first, second):
    tokens = prepare([*first, *second])[1]
    return aligned(tokens, sif.look_up(tokens)[0], sif.known)


def test_as_the_slow_form_has_it(sif):
    tokens = prepare([*FIRST, *SECOND])[1]
    words = sif.look_up(tokens)[0]
    distinct = ["", *dict.fromkeys(word for one in tokens for word in one)]
    norms = np.maximum(np.linalg.norm(words.table, axis=1, keepdims=True), 1e-12)
    meaning = dict(zip(distinct, words.table / norms, strict=True))
    told = {key: float(bits) for key, bits in zip(sif.grams.tolist(), sif.bits, strict=True)}

    class Told(dict):
        def get(self, gram, other):
            return told.get(key_of(gram), other)

    n = len(FIRST)
    expected = [
        naive.aligned(tokens[i], tokens[n + i], meaning, Told(), sif.rare) for i in range(n)
    ]
    np.testing.assert_allclose(aligned(tokens, words, sif.known), expected, atol=1e-5)


def test_alone_or_among_others_forwards_or_backwards(sif):
    together = shares(sif, FIRST, SECOND)
    alone = [shares(sif, [a], [b])[0] for a, b in zip(FIRST, SECOND, strict=True)]
    np.testing.assert_allclose(alone, together, atol=1e-6)
    np.testing.assert_allclose(shares(sif, SECOND, FIRST), together, atol=1e-6)


def test_the_same_is_one_and_nothing_is_none(sif):
    np.testing.assert_allclose(shares(sif, SENTENCES, SENTENCES), 1, atol=1e-6)
    assert shares(sif, ["", "密码", ""], ["密码", "", ""]).tolist() == [0, 0, 0]
    assert shares(sif, [], []).shape == (0,)


def test_a_numeral_is_there_or_is_not(sif):
    tokens = prepare(["三十六", "三十"])[1]
    held = sides(tokens, sif.look_up(tokens)[0], sif.known)
    assert held.parts.max() > 0
    assert held.matched.tolist() == [0, 0]
    assert shares(sif, ["三十六"], ["三十六"]) == 1


def test_what_follows_very_many_words_is_not_read(sif):
    many = "密码 " * MOST_WORDS
    np.testing.assert_allclose(shares(sif, [many + "明天"], [many]), 1, atol=1e-6)
