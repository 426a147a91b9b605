"""The official score."""

import pytest

from nlptool.cloze.questions import BLANK, question
from nlptool.cloze.scores import Score, coverage, score

QUESTIONS = [
    question("a", [["小猴", BLANK]], answers=["小猴"]),
    question("b", [["小猴", BLANK, BLANK]], answers=["小猴", "小猫"]),
    question("c", [["小", BLANK]], answers=["小猴"]),
]


def test_worked_by_hand():
    found = score(QUESTIONS, [["小猴"], ["小猴", "小猴"], ["小"]])
    assert found == Score(blanks=4, right=2)
    assert found.accuracy == 0.5
    assert found.error == pytest.approx(0.25)
    assert coverage(QUESTIONS) == 0.5


def test_nothing():
    assert score([], []).accuracy == 0
    assert coverage([]) == 0
    assert Score(0, 0).error == 0
