"""core/jieba_speech_hmm: the most probable states, by trying all of them."""

from dataclasses import dataclass
from itertools import pairwise, product

import numpy as np
import pytest

from nlptool.core.jieba_hmm import HAN, HAN_END
from nlptool.core.jieba_speech_hmm import LEAST, B, E, M, S, Speech, write_hidden
from nlptool.core.jieba_speech_tables import known


@dataclass
class Small:
    """A model of few states: places in words with part 1 or 2."""

    letters = (B, B, E, E, M, S, S)
    kinds = (1, 2, 1, 2, 1, 1, 2)

    def __init__(self, seed: int) -> None:
        random = np.random.default_rng(seed)
        self.start = random.normal(size=7)
        self.move = random.normal(size=(7, 7))
        # After a state that is no end only what goes on with its part.
        for a, b in product(range(7), range(7)):
            inside = self.letters[a] in (B, M)
            if inside != (self.letters[b] in (E, M)) or (inside and self.kinds[a] != self.kinds[b]):
                self.move[a, b] = -np.inf
        self.emit = random.normal(size=(3, 7))

    def speech(self) -> Speech:
        begins = np.full(HAN_END - HAN + 1, 21, np.int32)
        begins[:4] = [0, 7, 14, 21]
        words = known().speech.words
        return Speech(
            words,
            np.zeros(len(words.table), np.uint8),
            np.zeros(3, np.uint8),
            np.array(self.letters, np.uint8),
            np.array(self.kinds, np.uint8),
            self.start,
            self.move,
            begins,
            np.tile(np.arange(7, dtype=np.int32), 3),
            self.emit.reshape(-1),
            np.ones(21, np.uint8),
        )

    def best(self, text: list[int]) -> tuple[int, ...]:
        def score(path: tuple[int, ...]) -> float:
            total = self.start[path[0]] + self.emit[text[0], path[0]]
            for (a, b), char in zip(pairwise(path), text[1:], strict=True):
                total += self.move[a, b] + self.emit[char, b]
            return float(total)

        return max(product(range(7), repeat=len(text)), key=score)


def marked(text: list[int], speech: Speech) -> tuple[list[int], list[int]]:
    n = len(text)
    run = np.array(text, np.int32) + HAN
    begins, parts = np.zeros((2, n), np.uint8)
    write_hidden(run, 0, n, speech, np.zeros(n, np.int32), begins, parts)
    return begins.tolist(), parts.tolist()


@pytest.mark.parametrize("seed", range(10))
def test_the_best_of_all_paths(seed: int) -> None:
    small = Small(seed)
    text = np.random.default_rng(seed).integers(0, 3, 5).tolist()
    path = small.best(text)
    begins, parts = marked(text, small.speech())
    wanted = [int(small.letters[state] in (B, S)) for state in path]
    assert begins == [1, *wanted[1:]]
    # A word that does not end has the part of its begin.
    if small.letters[path[-1]] in (E, S):
        assert parts == [small.kinds[state] for state in path]


def test_what_cannot_follow_is_a_word_each() -> None:
    small = Small(1)
    small.move[:] = -np.inf
    begins, parts = marked([0, 1, 2], small.speech())
    assert begins[0] == 1
    assert set(parts) <= {1, 2}


def test_a_character_without_usual_states_may_have_any() -> None:
    small = Small(2)
    speech = small.speech()._replace(usual=np.zeros(21, np.uint8))
    begins, parts = marked([0], speech)
    assert begins == [1]
    # Its probabilities count all the same.
    assert parts[0] == small.kinds[int((small.start + small.emit[0]).argmax())]
    assert LEAST == -3.14e100
