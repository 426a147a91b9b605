"""Two against the same gold sentences."""

import pytest

from nlptool.crf.compare import compare
from nlptool.crf.judged import judged
from nlptool.crf.sentences import Sentence
from nlptool.crf.tags import word_labels


def cut(line):
    words = line.split()
    return Sentence("".join(words), "".join(word_labels(len(word), "bmes") for word in words))


GOLD = ["中国 人民 站 起来 了", "我 爱 北京 天安门"]
FIRST = ["中国人民 站 起 来 了", "我 爱 北京 天 安门"]
SECOND = ["中国 人民 站 起 来 了", "我 爱 北京天安门"]


def put(found):
    return list(judged(map(cut, found), map(cut, GOLD)))


def test_who_is_right():
    result = compare(put(FIRST), put(SECOND))
    assert (result.first.n_right, result.second.n_right) == (5, 6)
    assert (result.n_both, result.n_first, result.n_second, result.n_neither) == (4, 1, 2, 2)
    low, high = result.interval
    assert low <= result.first.f1 - result.second.f1 <= high
    assert 0 < result.not_better < 1
    assert [error.gold for error in result.only_second] == ["中国 人民"]
    assert result.only_first == []


def test_the_other_way_round():
    result, other = compare(put(FIRST), put(SECOND)), compare(put(SECOND), put(FIRST))
    assert other.interval == pytest.approx((-result.interval[1], -result.interval[0]))
    assert other.only_first == result.only_second
    assert other.not_better == result.not_better


def test_against_itself():
    result = compare(put(FIRST), put(FIRST))
    assert result.interval == (0, 0)
    assert result.not_better == 1
    assert (result.n_first, result.n_second) == (0, 0)
