"""Evidence of the language for each candidate."""

import numpy as np
import pytest

from nlptool.cloze.features import of_language, seen
from nlptool.cloze.questions import BLANK
from tests.cloze.readers import language_of

WORDS = ("小猴", "爱", "吃", "桃子", "。", "小猫", "爱", "吃", BLANK, "。", "桃子", "很", "好")


@pytest.fixture(scope="module")
def language():
    return language_of(["小猫 吃 桃子 。"] * 4 + ["小猴 爱 很 好 。"])


def test_candidates_and_their_places(language):
    passage = seen(language, WORDS, 8)
    words = [passage.types[number] for number in passage.candidates]
    assert words == ["小猴", "爱", "吃", "桃子", "小猫", "好"]
    ends = [*passage.starts[1:], len(passage.places)]
    places = [passage.places[a:b].tolist() for a, b in zip(passage.starts, ends, strict=True)]
    assert places == [[0], [1, 6], [2, 7], [3, 10], [5], [12]]
    assert passage.sentences.tolist() == [0] * 5 + [1] * 5 + [2] * 3
    assert not passage.beside[passage.text[8]].any()


def test_counts_with_back_off(language):
    passage = seen(language, WORDS, 8)
    columns = of_language(language, passage)
    words = [passage.types[number] for number in passage.candidates]
    log_share, left = columns[0], columns[1]
    # 21 words, 5 line ends, and once what was never seen, and blanks; 吃 stands 4 times, and
    # 桃子 follows it each time.
    p = 4 / 28
    at = words.index("桃子")
    assert log_share[at] == pytest.approx(np.log(p))
    assert left[at] == pytest.approx(np.log((4 + 20 * p) / (4 + 20)) - np.log(p))
    assert left.argmax() == at


def test_a_blank_at_the_edge_and_nothing_to_choose(language):
    columns = of_language(language, seen(language, (BLANK, "桃子"), 0))
    assert all(np.isfinite(column).all() and column.shape == (1,) for column in columns)
    assert not len(seen(language, ("，", BLANK, "。"), 1).candidates)
