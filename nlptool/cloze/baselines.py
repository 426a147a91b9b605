"""What can be had without reading: answers by chance, by counting, by being near.

A reader that is not clearly above these has read nothing. `candidates` also tells every
reader what may be an answer: any word of the passage but blanks and punctuation.
"""

from collections import Counter
from collections.abc import Callable
from dataclasses import replace

import numpy as np

from nlptool.cloze.questions import BLANK, Question
from nlptool.core.text import n_han


def is_word(word: str) -> bool:
    """Tell whether a token may fill a blank: some letter or digit in it, and no blank."""
    return word != BLANK and any(char.isalnum() for char in word)


def candidates(asked: Question) -> list[int]:
    """Return the places in the words of a question where a possible answer stands."""
    return [place for place, word in enumerate(asked.words) if is_word(word)]


def random_word(asked: Question, blank: int, seed: int = 1) -> str:
    """Return one of the different words, each as likely; the same for the same question."""
    words = sorted({asked.words[place] for place in candidates(asked)})
    rng = np.random.default_rng((seed, len(asked.words), blank, *map(ord, asked.name)))
    return words[int(rng.integers(len(words)))] if words else ""


def most_frequent(asked: Question, blank: int) -> str:
    """Return the word that occurs most often; of equals the first."""
    return _most(asked, lambda word: True)


def most_frequent_long(asked: Question, blank: int) -> str:
    """Return the word of two or more characters that occurs most often."""
    return _most(asked, lambda word: len(word) > 1) or most_frequent(asked, blank)


def nearest(asked: Question, blank: int) -> str:
    """Return the word of two or more Han characters that stands nearest to the blank.

    Of two that are as near, the one before it.
    """
    places = candidates(asked)
    long = [place for place in places if n_han(asked.words[place]) > 1]
    found = min(long or places, key=lambda place: (abs(place - blank), place), default=None)
    return "" if found is None else asked.words[found]


def _most(asked: Question, wanted: Callable[[str], bool]) -> str:
    words = [asked.words[place] for place in candidates(asked)]
    found = Counter(word for word in words if wanted(word)).most_common(1)
    return found[0][0] if found else ""


BASELINES: dict[str, Callable[[Question, int], str]] = {
    "random": random_word,
    "most_frequent": most_frequent,
    "most_frequent_2": most_frequent_long,
    "nearest": nearest,
}
"""Name -> (question, place of the blank) -> word."""


def question_only(asked: Question) -> Question:
    """Return a question without its passage: the words that may be the answer, each once.

    They are in the order of their code points, and only the asking sentence follows; what a
    reader makes of that is what the question alone tells.
    """
    words = sorted({asked.words[place] for place in candidates(asked)})
    line, _ = asked.place(asked.blanks[0])
    sentence = asked.sentences()[line - 1]
    begin = asked.starts[line - 1]
    inside = [blank for blank in asked.blanks if begin <= blank < begin + len(sentence)]
    shift = len(words) - begin
    return replace(
        asked,
        words=(*words, *sentence),
        starts=(0, len(words)) if words else (0,),
        blanks=tuple(blank + shift for blank in inside),
        answers=asked.answers[: len(inside)],
    )
