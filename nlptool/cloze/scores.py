"""How well blanks are filled: the official score, and how sure it is."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import sqrt

from nlptool.cloze.questions import Question


@dataclass(frozen=True)
class Score:
    """How many blanks were filled with the right word.

    Args:
        blanks: how many there are; in the published sets every question has one.
        right: how many got their answer, character by character.
    """

    blanks: int
    right: int

    @property
    def accuracy(self) -> float:
        """Share of the right ones; 0 where there are none."""
        return self.right / max(self.blanks, 1)

    @property
    def error(self) -> float:
        """Standard error of the accuracy."""
        return sqrt(self.accuracy * (1 - self.accuracy) / max(self.blanks, 1))


def score(questions: Sequence[Question], given: Sequence[Sequence[str]]) -> Score:
    """Return the official score: the share of blanks whose word is right.

    Args:
        questions: with answers.
        given: for each question a word for each blank.

    Source:
        Cui et al., 2018, Dataset for the First Evaluation on Chinese Machine Reading
        Comprehension, section 5: accuracy.
    """
    blanks = right = 0
    for asked, words in zip(questions, given, strict=True):
        blanks += len(asked.blanks)
        right += sum(true == word for true, word in zip(asked.answers, words, strict=False))
    return Score(blanks, right)


def coverage(questions: Sequence[Question]) -> float:
    """Return the share of blanks whose answer stands in the passage; 0 without any."""
    blanks = found = 0
    for asked in questions:
        words = set(asked.words)
        blanks += len(asked.blanks)
        found += sum(word in words for word in asked.answers)
    return found / max(blanks, 1)
