import time
from itertools import product
from typing import Any

import numpy as np
import pytest

from nlptool.crf.answer import Answer, Asked, Ranked
from nlptool.crf.divided import merged, parts_of
from nlptool.crf.sentences import Sentence


def test_parts_are_what_white_space_separates() -> None:
    sentence = Sentence(" 甲乙  甲 ", ["", "B", "E", "", "", "S", ""])
    parts = parts_of(sentence, splits=True)
    assert [(at, part.tokens, list(part.labels or ())) for at, part in parts] == [
        (1, "甲乙", ["B", "E"]),
        (5, "甲", ["S"]),
    ]


def test_what_stays_whole() -> None:
    for sentence in (Sentence("甲乙"), Sentence(["甲 乙", "丙"])):
        assert parts_of(sentence, splits=True) == [(0, sentence)]
    spaced = Sentence("甲 乙")
    assert parts_of(spaced, splits=False) == [(0, spaced)]
    assert parts_of(Sentence(""), splits=True) == []
    assert parts_of(Sentence("  "), splits=True) == []


def _best(one: Ranked) -> tuple[Any, ...]:
    return one.log_probability, one.tokens, one.spans


def test_an_answer_of_its_parts() -> None:
    sentence = Sentence("甲乙 丙", None)
    asked = Asked(n_best=2, marginals=True)
    one, two = (
        Ranked(-0.5, ["B", "E"], [0.9, 0.8], [0.7]),
        Ranked(-1.5, ["S", "S"], [0.1, 0.2], [0.05, 0.1]),
    )
    three, four = Ranked(-0.25, ["S"], [0.6], [0.6]), Ranked(-3.0, ["B"], [0.3], [0.3])
    first = Answer(Sentence("甲乙", ["B", "E"]), None, *_best(one), (one, two))
    second = Answer(Sentence("丙", ["S"]), None, *_best(three), (three, four))
    found = merged(sentence, [(0, first), (3, second)], asked)
    assert list(found.sentence.labels or ()) == ["B", "E", "", "S"]
    assert found.log_probability == -0.75
    assert found.tokens == [0.9, 0.8, 1.0, 0.6]
    assert found.spans == [0.7, 0.6]
    assert list(found.others) == [
        Ranked(-0.75, ["B", "E", "", "S"], [0.9, 0.8, 1.0, 0.6], [0.7, 0.6]),
        Ranked(-1.75, ["S", "S", "", "S"], [0.1, 0.2, 1.0, 0.6], [0.05, 0.1, 0.6]),
    ]


def test_the_best_of_all_choices() -> None:
    rng = np.random.default_rng(4)
    for k in (1, 3, 8):
        sums = [sorted(rng.normal(size=min(k, size)), reverse=True) for size in (1, 4, 2, 5)]
        parts = [
            (2 * i, Answer(Sentence("甲"), others=tuple(Ranked(s, [f"{i}:{s}"]) for s in own)))
            for i, own in enumerate(sums)
        ]
        found = merged(Sentence("甲 甲 甲 甲"), parts, Asked(n_best=k)).others
        wanted = sorted(map(sum, product(*sums)), reverse=True)[:k]
        assert [one.log_probability for one in found] == pytest.approx(wanted)
        for one in found:
            chosen = [float(label.split(":")[1]) for label in one.labels if label]
            assert sum(chosen) == pytest.approx(one.log_probability)


def test_a_line_of_many_parts_takes_linear_time() -> None:
    ranked = Ranked(-0.5, ["S"]), Ranked(-1.0, ["B"])
    parts = [
        (2 * i, Answer(Sentence("甲", ["S"]), None, -0.5, others=ranked)) for i in range(10**5)
    ]
    begun = time.process_time()
    found = merged(Sentence("甲 " * 10**5), parts, Asked(n_best=3)).others
    assert time.process_time() - begun < 20  # were each part to copy the line: 10**10 items
    assert [one.log_probability for one in found] == [-0.5e5, -0.5e5 - 0.5, -0.5e5 - 0.5]
