import pytest

from nlptool.crf import neural_linear
from nlptool.crf.config import Config
from nlptool.crf.neural_config import Neural
from nlptool.crf.neural_linear import linear_model
from nlptool.errors import ConfigError
from tests.crf.test_crf_learn import DEV, TRAIN, seeing

CONFIG = Config(epochs=3)


def test_a_linear_model_or_one_that_says_nothing() -> None:
    tagger = linear_model(TRAIN, seeing(), CONFIG, Neural(), DEV, None, lambda _: None)
    assert tagger.training["best_score"] > 0.5
    tagger = linear_model(
        TRAIN, seeing(), CONFIG, Neural(linear_share=0.0), DEV, None, lambda _: None
    )
    assert not tagger.flat.any()
    assert (tagger.labels, tagger.scheme, tagger.unit) == (("B", "E", "M", "S"), "bmes", "char")


def test_too_many_labels(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(neural_linear, "MOST_LABELS", 3)
    with pytest.raises(ConfigError) as error:
        linear_model(TRAIN, seeing(), CONFIG, Neural(linear_share=0.0), (), None, lambda _: None)
    assert str(error.value) == (
        "the corpus has 4 different labels, expected at most 3; is the label's column the right "
        "one?"
    )
