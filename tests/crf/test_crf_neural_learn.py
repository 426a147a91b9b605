"""Training networks on top of linear models: tiny ones, for seconds."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

keras = pytest.importorskip("keras", reason="the extra `neural` is not installed")

from nlptool.core.checkpoint import Checkpoint  # noqa: E402  only where Keras is
from nlptool.core.report import Note, Progress  # noqa: E402  only where Keras is
from nlptool.crf.config import Config  # noqa: E402  only where Keras is
from nlptool.crf.derived import available  # noqa: E402  only where Keras is
from nlptool.crf.learn import Seeing, judge_of, learn  # noqa: E402  only where Keras is
from nlptool.crf.model import Tagger  # noqa: E402  only where Keras is
from nlptool.crf.neural_config import BLOCKS, Neural, neural_of  # noqa: E402  only where Keras is
from nlptool.crf.neural_inputs import linear_scores  # noqa: E402  only where Keras is
from nlptool.crf.neural_learn import KIND, learn_neural  # noqa: E402  only where Keras is
from nlptool.crf.neural_vectors import table_of  # noqa: E402  only where Keras is
from nlptool.crf.sentences import Sentence  # noqa: E402  only where Keras is
from nlptool.crf.template import parse_template  # noqa: E402  only where Keras is
from nlptool.errors import ConfigError, CorpusError, RunError  # noqa: E402  only where Keras is
from tests.crf.test_crf_learn import DEV, NAMES, TRAIN, right, saved, seeing  # noqa: E402  only where Keras is
from tests.crf_networks import tables, vectors_of  # noqa: E402  only where Keras is

LINEAR = Config(epochs=2)
SMALL = Neural(width=8, characters=8, epochs=2, dropout=0.1, smoothing=0.9)


class Stop(BaseException):
    """What a report raises."""


@pytest.mark.parametrize("blocks", BLOCKS)
def test_a_network_alone_learns_what_it_is_shown(blocks: str) -> None:
    neural = replace(
        SMALL, blocks=blocks, linear_share=0.0, epochs=20, rate=0.02, dropout=0.0, width=16
    )
    tagger, history = learn_neural(TRAIN, seeing(), LINEAR, neural)
    assert right(tagger, TRAIN) > 0.93
    assert right(tagger, DEV) > 0.6
    assert len(history) == 20
    assert history[-1]["loss"] < history[0]["loss"]


def test_a_linear_model_beside_it() -> None:
    told: list[object] = []
    heard: list[float] = []
    tagger, history = learn_neural(
        TRAIN, seeing(), LINEAR, SMALL, tables=tables(), dev=DEV, report=told.append,
        tell=heard.append,
    )  # fmt: skip
    facts = tagger.training
    assert [row["f1"] for row in history] == heard
    assert (facts["epochs"], facts["best_score"]) == (2, max(heard))
    assert facts["linear"]["best_score"] == pytest.approx(max(heard), abs=0.1)
    assert facts["sentences"] == len(TRAIN)
    assert facts["deterministic"] is True
    assert facts["weights"] > 500
    assert any(isinstance(one, Progress) and one.stage == "training" for one in told)
    notes = [one.text for one in told if isinstance(one, Note)]
    assert any("4 labels: a network of " in text for text in notes)
    assert right(tagger, DEV) > 0.7


def test_each_counts_its_share() -> None:
    """Scores are the mean of those of a model without the other."""
    alone, _ = learn_neural(TRAIN, seeing(), LINEAR, replace(SMALL, linear_share=0.0))
    linear = learn(TRAIN, seeing(), LINEAR)
    both, _ = learn_neural(TRAIN, seeing(), LINEAR, replace(SMALL, linear_share=0.25))
    found, own, other = (tagger.scored(DEV) for tagger in (both, alone, linear))
    wanted = linear_scores(
        linear.features, linear.weights, other.rows, np.cumsum([len(one) for one in DEV])
    )
    mean = 0.75 * own.model.weights + 0.25 * wanted.reshape(-1)
    assert np.allclose(found.model.weights, mean, atol=1e-4)
    for name in ("pairs", "first", "last"):
        mean = 0.75 * getattr(own.model, name) + 0.25 * getattr(other.model, name)
        assert np.allclose(getattr(found.model, name), mean, atol=1e-5)


def test_training_again_gives_the_same_file(tmp_path: Path) -> None:
    files = [
        saved(learn_neural(TRAIN, seeing(), LINEAR, SMALL, tables=tables())[0], tmp_path / name)
        for name in "ab"
    ]
    assert files[0] == files[1]
    assert right(Tagger.load(str(tmp_path / "a")), TRAIN) > 0.8


def test_interrupted_and_gone_on_it_is_the_same(tmp_path: Path) -> None:
    def train(checkpoint: Checkpoint | None, after: int) -> bytes:
        n = 0

        def report(event: object) -> None:
            nonlocal n
            n += (
                isinstance(event, Progress)
                and event.stage == "training"
                and event.unit == "examples"
            )
            if n == after:
                raise Stop

        tagger, _ = learn_neural(
            TRAIN, seeing(), LINEAR, SMALL, dev=DEV, checkpoint=checkpoint, report=report
        )
        return saved(tagger, tmp_path / "m.crf")

    whole = train(None, -1)
    path = str(tmp_path / "m.checkpoint")
    first = Checkpoint(path, KIND, seconds=1e9)
    for after in (3, 5):
        with pytest.raises(Stop):
            train(first, after)
        first = replace(first, resume=True)
    assert train(first, -1) == whole
    with pytest.raises(ConfigError, match="made with neural "):
        learn_neural(TRAIN, seeing(), LINEAR, replace(SMALL, width=6), dev=DEV, checkpoint=first)
    with pytest.raises(CorpusError, match="made from another corpus"):
        learn_neural(TRAIN[1:], seeing(), LINEAR, SMALL, dev=DEV, checkpoint=first)


COLUMNS = "U0:%x[0,0]\nU1:%x[0,type]/%x[0,self.inside]\nU2:%x[0,jieba.tag]/%x[0,jieba.before]\nB\n"


def seeing_columns() -> Seeing:
    return Seeing(parse_template(COLUMNS, "t", available(1, words=True)), ("width",))


@pytest.mark.parametrize("share", [0.0, 0.5])
def test_a_network_sees_the_columns_of_the_template(share: float) -> None:
    """Keras measures on the development set what numpy answers there."""
    neural = replace(SMALL, linear_share=share, epochs=4, rate=0.02, characters=0, columns=12)
    vectors = tables()
    tagger, _ = learn_neural(TRAIN, seeing_columns(), LINEAR, neural, tables=vectors, dev=DEV)
    deep = tagger.network
    assert deep is not None
    assert deep.n_marks == sum(tagger.features.columns.sizes[1:])
    assert deep.weights["marked.tuned"].shape == (deep.n_marks + 1, 12)
    judge, _, _ = judge_of(DEV, tagger.labels)
    numbers = {label: i for i, label in enumerate(tagger.labels)}
    found = [numbers[label] for one in tagger.tag(DEV) for label in one.labels or ()]
    assert judge(np.array(found, np.int32)) == pytest.approx(
        tagger.training["best_score"], abs=1e-9
    )


def test_a_network_of_columns_alone() -> None:
    neural = replace(
        SMALL, linear_share=0.0, epochs=20, rate=0.02, dropout=0.0, characters=0, columns=16
    )
    tagger, _ = learn_neural(TRAIN, seeing_columns(), LINEAR, neural)
    assert right(tagger, TRAIN) > 0.8


def test_a_loss_that_is_no_number_ends_it() -> None:
    neural = replace(SMALL, blocks="conv", linear_share=0.0, epochs=1)
    endless = tuple(replace(one, scales=np.full_like(one.scales, 2e36)) for one in tables())
    with pytest.raises(RunError, match="training diverged in epoch"):
        learn_neural([Sentence("甲乙", "BE")], seeing(), LINEAR, neural, tables=endless)


def test_the_published_network() -> None:
    neural = replace(neural_of("convolutions", {}), epochs=3, width=16, characters=16, batch=8)
    tagger, _ = learn_neural(TRAIN, seeing(), LINEAR, neural)
    assert tagger.network is not None
    assert not tagger.network.has_linear
    assert right(tagger, TRAIN) > 0.5


def test_one_label_and_sentences_that_teach_nothing() -> None:
    told: list[object] = []
    given = [Sentence("甲乙", "SS"), Sentence("", ""), Sentence("丙", "S"), Sentence("丁")]
    tagger, _ = learn_neural(given, seeing(), LINEAR, SMALL, report=told.append)
    (found,) = tagger.tag([Sentence("丁甲")])
    assert found.labels == "SS"
    assert Note("1 sentences have no labels, or such as are not legal: left out") in told


def test_labels_of_the_development_set_that_training_never_saw() -> None:
    dev = [Sentence("张三", ["B-NEW", "I-NEW"]), Sentence("", [])]
    tagger, history = learn_neural(NAMES[:30], seeing(), LINEAR, SMALL, dev=dev)
    assert history[0]["f1"] == 0
    assert "B-NEW" not in tagger.labels


@pytest.mark.parametrize(
    ("config", "neural", "message"),
    [
        (Config(decoder="memm"), SMALL, "--decoder: memm with --model neural, expected crf"),
        (
            LINEAR,
            replace(SMALL, characters=0),
            "--characters: 0, and there are no --vectors and no columns beside the tokens: the "
            "network sees nothing",
        ),
    ],
)
def test_what_cannot_be_trained(config: Config, neural: Neural, message: str) -> None:
    with pytest.raises(ConfigError) as error:
        learn_neural(TRAIN, seeing(), config, neural)
    assert str(error.value) == message


def test_vectors_that_are_too_wide() -> None:
    wide = table_of(vectors_of(["甲乙丙", "甲"], dim=1025), "v")
    with pytest.raises(ConfigError) as error:
        learn_neural(TRAIN, seeing(), LINEAR, SMALL, tables=[wide])
    assert str(error.value) == (
        "--vectors: 4,100 numbers a character, expected at most 4,096; of words each counts four "
        "times"
    )


def test_features_of_pairs_of_labels_are_refused() -> None:
    template = parse_template("U0:%x[0,0]\nB0:%x[0,0]\n", "t", ["0"])
    with pytest.raises(ConfigError) as error:
        learn_neural(TRAIN, Seeing(template), LINEAR, SMALL)
    assert str(error.value) == (
        "--template: features of pairs of labels (B with %x), which --model neural has not"
    )


def test_nothing_to_learn_from() -> None:
    for given in ([], [Sentence("甲")]):
        with pytest.raises(CorpusError):
            learn_neural(given, seeing(), LINEAR, SMALL)
