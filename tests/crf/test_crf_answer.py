import math

import pytest

from nlptool.crf.answer import MOST_BEST, Answer, Asked
from nlptool.crf.constrain import Words
from nlptool.crf.sentences import Sentence
from nlptool.errors import ConfigError


@pytest.mark.parametrize("n_best", [-1, MOST_BEST + 1])
def test_how_many_answers_there_may_be(n_best: int) -> None:
    with pytest.raises(ConfigError) as error:
        Asked(n_best)
    assert str(error.value) == f"--nbest: {n_best}, expected 1 to 1,000"
    assert Asked(MOST_BEST).n_best == MOST_BEST


def test_what_is_plain() -> None:
    assert Asked().is_plain
    assert Asked(splits=True).is_plain
    for asked in (
        Asked(1),
        Asked(marginals=True),
        Asked(confidence=True),
        Asked(words=Words({}, 0)),
        Asked(force=True),
    ):
        assert not asked.is_plain


def test_what_is_known_goes_with_what_is_asked() -> None:
    words = Words({"甲": {"": [(None, 3.0)]}}, 1)
    asked = Asked(2, marginals=True, confidence=True, words=words, force=True)
    assert asked.words is words


def test_the_confidence_is_the_geometric_mean_of_a_token() -> None:
    short = Answer(Sentence("甲", "S"), None, math.log(0.5))
    long = Answer(Sentence("甲" * 10, "S" * 10), None, 10 * math.log(0.5))
    assert short.confidence == pytest.approx(0.5)
    assert long.confidence == pytest.approx(0.5)
    assert Answer(Sentence("")).confidence == 1
    assert Answer(Sentence("甲", "S")).confidence == 1
    # Rounding makes no more than certain of it.
    assert Answer(Sentence("甲", "S"), None, 1e-12).confidence == 1
