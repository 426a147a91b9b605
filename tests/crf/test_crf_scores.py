"""Precision and recall of words, of known and unknown ones, and the SIGHAN scorer's figures."""

import pytest

from nlptool.crf.judged import judged
from nlptool.crf.scores import (
    Found,
    Known,
    found_of,
    known_words,
    sighan,
    training_words,
    word_counts,
)
from nlptool.crf.sentences import Sentence
from nlptool.crf.tags import word_labels


def cut(line):
    words = line.split()
    return Sentence("".join(words), "".join(word_labels(len(word), "bmes") for word in words))


GOLD = [cut("中国 人民 站 起来 了"), cut("我 爱 北京 天安门")]
FOUND = [cut("中国人民 站 起 来 了"), cut("我 爱 北京 天安门")]


@pytest.fixture
def pairs():
    return list(judged(FOUND, GOLD))


def test_words(pairs):
    counts = word_counts(pairs)
    assert counts.tolist() == [[5, 5, 2], [4, 4, 4]]
    score = found_of(counts)
    assert score == Found(9, 9, 6)
    assert (score.precision, score.recall, score.f1) == pytest.approx((6 / 9, 6 / 9, 6 / 9))


def test_nothing_divides_by_nothing():
    score = found_of(word_counts([]))
    assert (score.precision, score.recall, score.f1) == (0, 0, 0)
    known = known_words([], ())
    assert (known.oov_rate, known.oov_recall, known.iv_recall) == (0, 0, 0)


def test_known_words(pairs):
    known = known_words(pairs, {"中国", "站", "我", "爱"})
    assert known == Known(5, 3, 4, 3)
    assert (known.oov_rate, known.oov_recall, known.iv_recall) == pytest.approx((5 / 9, 0.6, 0.75))


def test_width_of_known_words():
    pairs = list(judged([cut("１２ 月")], [cut("１２ 月")]))
    assert known_words(pairs, {"12"}) == Known(1, 1, 1, 1)
    score = sighan(pairs, {"12"})
    assert score.known == Known(2, 2, 0, 0)  # as they are written


def test_sighan(pairs):
    score = sighan(pairs, {"中国", "站", "我", "爱"})
    assert (score.n_inserted, score.n_deleted, score.n_substituted) == (1, 1, 2)
    assert score.words == Found(9, 9, 6)
    assert score.known == Known(5, 3, 4, 3)
    assert sighan(pairs).known is None


def test_sighan_takes_the_same_word_elsewhere_for_right():
    # By place only the last word is right; aligned, one 天 is found too.
    pairs = list(judged([cut("天天 天 好")], [cut("天 天天 好")]))
    assert found_of(word_counts(pairs)) == Found(3, 3, 1)
    assert sighan(pairs).words == Found(3, 3, 2)


def test_training_words():
    assert training_words(GOLD[1:]) == {"我", "爱", "北京", "天安门"}
    assert training_words([Sentence("我")]) == set()
