import numpy as np
import pytest

from nlptool.core.report import Note
from nlptool.crf import neural_linear
from nlptool.crf.config import Config
from nlptool.crf.learn import learn
from nlptool.crf.neural_config import Neural
from nlptool.crf.neural_linear import linear_model, unseen_scores
from nlptool.crf.sentences import Sentence
from nlptool.errors import ConfigError
from tests.crf.test_crf_learn import DEV, TRAIN, seeing

CONFIG = Config(epochs=3)


def right(scores: np.ndarray, sentences: list[Sentence], labels: tuple[str, ...]) -> float:
    gold = [labels.index(label) for one in sentences for label in one.labels or ()]
    return float(np.mean(scores.argmax(axis=1) == np.array(gold)))


def test_scores_of_models_that_have_not_seen_a_sentence() -> None:
    tagger = learn(TRAIN, seeing(), CONFIG)
    told: list[object] = []
    unseen = unseen_scores(TRAIN, seeing(), CONFIG, tagger, 4, told.append)
    assert unseen.shape == (sum(map(len, TRAIN)), 4)
    notes = [one.text for one in told if isinstance(one, Note)]
    assert notes == [f"linear model {n} of 4, without a part of the text" for n in range(1, 5)]
    own = unseen_scores(TRAIN[:1], seeing(), CONFIG, tagger, 4)
    assert right(own, TRAIN[:1], tagger.labels) == 1
    # They know less than the model that has seen all, and more than nothing.
    assert 0.6 < right(unseen, TRAIN, tagger.labels) < 0.97
    assert np.array_equal(unseen, unseen_scores(TRAIN, seeing(), CONFIG, tagger, 4))


def test_a_label_that_a_part_does_not_have_scores_lowest() -> None:
    sentences = [*TRAIN[:20], Sentence("甲乙丙丁", "BMME")]
    sentences = [one for one in sentences if "M" not in (one.labels or "")] + sentences[-1:]
    tagger = learn(sentences, seeing(), CONFIG)
    unseen = unseen_scores(sentences, seeing(), CONFIG, tagger, len(sentences))
    place = tagger.labels.index("M")
    assert np.array_equal(unseen[-4:, place], unseen[-4:].min(axis=1))


def test_a_linear_model_or_one_that_says_nothing() -> None:
    tagger = linear_model(TRAIN, seeing(), CONFIG, Neural(), DEV, None, lambda _: None)
    assert tagger.training["best_score"] > 0.5
    tagger = linear_model(TRAIN, seeing(), CONFIG, Neural(folds=0), DEV, None, lambda _: None)
    assert not tagger.flat.any()
    assert (tagger.labels, tagger.scheme, tagger.unit) == (("B", "E", "M", "S"), "bmes", "char")


def test_too_many_labels(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(neural_linear, "MOST_LABELS", 3)
    with pytest.raises(ConfigError) as error:
        linear_model(TRAIN, seeing(), CONFIG, Neural(folds=0), (), None, lambda _: None)
    assert str(error.value) == (
        "the corpus has 4 different labels, expected at most 3; is the label's column the right "
        "one?"
    )
