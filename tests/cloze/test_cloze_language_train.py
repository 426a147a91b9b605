"""Learning of a language: what it finds, and going on after a stop."""

import numpy as np
import pytest

from nlptool.cloze.language_counts import read_text
from nlptool.cloze.language_train import Course, first, learn_language
from nlptool.cloze.reader_config import Reader
from nlptool.core.vectors import Vectors
from nlptool.errors import RunError
from tests.cloze.readers import SMALL, lines_of_corpus


def test_what_fits_a_gap_is_learned():
    config = Reader(**(SMALL | {"passes": 60, "dim": 8}))
    text = read_text(["小猴 吃 桃子 。", "小猫 喝 牛奶 。"] * 40, 1)
    language = learn_language(text, first(text, None, config), config)
    words = ["吃", "喝", "桃子", "牛奶"]
    beside, inside, bias = language.vectors(words, language.ids(words))
    hidden = beside[:2] * language.places[1]
    scores = hidden @ inside[2:].T + bias[2:]
    assert scores[0, 0] > scores[0, 1] + 1
    assert scores[1, 1] > scores[1, 0] + 1


def test_given_vectors_are_where_it_begins():
    text = read_text(lines_of_corpus(), 1)
    matrix = np.arange(6, dtype=np.float32).reshape(2, 3)
    course = first(text, Vectors(["桃子", "龙"], matrix), Reader(**SMALL))
    assert course.arrays["beside"].shape == (len(text.vocab), 3)
    assert course.arrays["beside"][text.vocab.ids["桃子"]].tolist() == [0, 1, 2]


def test_stopped_and_resumed():
    config = Reader(**SMALL)
    text = read_text(lines_of_corpus(), 1)
    whole = learn_language(text, first(text, None, config), config)
    saved = []

    def keep(course):
        saved.append(Course(course.part, {k: v.copy() for k, v in course.arrays.items()}))

    def stop(progress):
        if progress.done == 7:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        learn_language(text, first(text, None, config), config, save=keep, report=stop)
    assert [course.part for course in saved] == [7]
    again = learn_language(text, saved[0], config)
    for name, array in whole.tensors().items():
        assert np.array_equal(array, again.tensors()[name])


def test_a_loss_that_is_not_finite():
    config = Reader(**SMALL)
    text = read_text(lines_of_corpus(), 1)
    course = first(text, None, config)
    course.arrays["bias"][:] = np.nan
    with pytest.raises(RunError) as caught:
        learn_language(text, course, config)
    assert str(caught.value) == "part 1 of 40 of the corpus: the loss is not finite"
