import numpy as np
import pytest
from similarity_examples import SENTENCES, summed

pytest.importorskip("keras")
from nlptool.neural.runtime import prepare

prepare(device="cpu", threads=1)

from nlptool.errors import ConfigError, CorpusError  # noqa: E402
from nlptool.similarity.config_network import LOSSES, Learning  # noqa: E402
from nlptool.similarity.examples import from_groups, from_pairs  # noqa: E402
from nlptool.similarity.model import open_model  # noqa: E402
from nlptool.similarity.pairs import Pair  # noqa: E402
from nlptool.similarity.train import Place, train  # noqa: E402

GROUPS = [
    ("1", "怎么修改密码"),
    ("1", "密码在哪里改"),
    ("1", "我想修改密码"),
    ("2", "明天会下雨吗"),
    ("2", "明天有没有雨"),
    ("3", "坐几路车去车站"),
    ("3", "去车站怎么坐车"),
    ("4", "今天吃什么"),
]
PAIRS = [
    Pair("怎么修改密码", "密码在哪里改", 1.0),
    Pair("怎么修改密码", "怎么修改地址", 0.0),
    Pair("明天会下雨吗", "明天有没有雨", 1.0),
    Pair("明天会下雨吗", "明天会放假吗", 0.0),
    Pair("坐几路车去车站", "去车站怎么坐车", 1.0),
    Pair("坐几路车去车站", "坐几路车去医院", 0.0),
]
SMALL = {"dim": 8, "min_count": 1, "batch": 4, "dropout": 0.0, "average": 0.0}


def gap(matcher):
    """Return how much nearer those are that mean the same."""
    cosines, _ = matcher.score([p.first for p in PAIRS], [p.second for p in PAIRS])
    return float(cosines[0::2].mean() - cosines[1::2].mean())


SLOW = pytest.mark.slow
FEW = [
    loss if loss in ("am-softmax", "cosent") else pytest.param(loss, marks=SLOW) for loss in LOSSES
]


@pytest.mark.parametrize("loss", FEW)
def test_every_loss_learns(loss):
    config = Learning(loss=loss, encoder="convolution", epochs=8, rate=0.05, **SMALL)
    examples = from_pairs([PAIRS], same=0.8)
    matcher, history = train(examples, config)
    assert history[-1]["loss"] < 0.8 * history[0]["loss"]
    # The others are content as soon as these few sentences can be told apart.
    assert loss != "cosent" or gap(matcher) > 0.1
    assert matcher.dim == 8


@pytest.mark.parametrize("encoder", ["gru", pytest.param("attention", marks=SLOW)])
def test_groups_are_learned_by_every_encoder_and_measured_by_top_n(encoder):
    examples = from_groups([GROUPS])
    config = Learning(encoder=encoder, epochs=8, rate=0.05, **SMALL)
    matcher, history = train(examples, config, dev=examples)
    assert history[-1]["top_1"] == 1.0
    assert matcher.training["sentences"] == 8


def test_words_stand_beside_and_the_measure_is_that_of_the_whole():
    sif = summed().sif
    config = Learning(loss="cosent", encoder="convolution", epochs=2, share=0.5, **SMALL)
    examples = from_pairs([PAIRS], same=0.8)
    matcher, history = train(examples, config, sif=sif, dev=examples)
    cosines, _ = matcher.score([p.first for p in PAIRS], [p.second for p in PAIRS])
    best = max(row["spearman"] for row in history)
    from nlptool.similarity.scores import spearman

    assert spearman(cosines, [p.score for p in PAIRS]) == pytest.approx(best, abs=1e-6)
    assert matcher.dim == 8 + 8 + 512


@SLOW
def test_mined_rivals_and_a_warm_up():
    config = Learning(loss="contrastive", encoder="attention", hard=2, epochs=2, **SMALL)
    matcher, _ = train(from_groups([GROUPS]), config, warm_up=SENTENCES)
    assert matcher.training["warm_up"] == 5
    cold, _ = train(from_groups([GROUPS]), config)
    assert (matcher.encode(SENTENCES)[0] != cold.encode(SENTENCES)[0]).any()


class Stopped(Exception):
    pass


@pytest.mark.parametrize("after", [pytest.param(3, marks=SLOW), 9])
def test_an_interrupted_training_ends_with_the_same_bytes(tmp_path, after):
    """Of 5 steps of the warm-up and 8 of the rest, 3 are in the one and 9 in the other."""
    config = Learning(
        loss="contrastive", encoder="convolution", epochs=4, **SMALL | {"dropout": 0.1}
    )
    examples = from_groups([GROUPS])
    sentences = [one + two for one in SENTENCES for two in "甲乙丙"]
    whole, _ = train(examples, config, warm_up=sentences)
    whole.save(str(tmp_path / "whole.sim"))
    n_steps = 0

    def stop(told):
        nonlocal n_steps
        n_steps += getattr(told, "stage", "") == "training"
        if n_steps == after:
            raise Stopped

    place = Place(str(tmp_path / "a.checkpoint"), None, resume=True)
    with pytest.raises(Stopped):
        train(examples, config, warm_up=sentences, place=place, report=stop)
    names = {path.name for path in tmp_path.iterdir()}
    assert ("a.checkpoint" in names) == (after == 9)
    assert "a.checkpoint.warm" in names or after == 9
    again, _ = train(examples, config, warm_up=sentences, place=place)
    again.save(str(tmp_path / "again.sim"))
    assert (tmp_path / "again.sim").read_bytes() == (tmp_path / "whole.sim").read_bytes()
    if after == 9:
        with pytest.raises(ConfigError, match=r"made with rate 0\.001, expected 0\.01"):
            train(examples, Learning(**vars(config) | {"rate": 0.01}), place=place)
        with pytest.raises(CorpusError, match="made from another corpus, expected the one given"):
            train(from_groups([GROUPS[:5]]), config, warm_up=sentences, place=place)
    place.clear()
    assert {path.name for path in tmp_path.iterdir()} == {"whole.sim", "again.sim"}
    assert open_model(str(tmp_path / "again.sim")).dim == 8


@pytest.mark.parametrize(
    ("examples", "settings", "message"),
    [
        (
            from_pairs([[Pair("一", "二", 1.0), Pair("三", "四", 1.0)]], same=0.8),
            {"loss": "cosent"},
            "all pairs have one score, expected some that differ; or --loss contrastive",
        ),
        (
            from_pairs([[Pair("一", "二", 0.0)]], same=0.8),
            {},
            "no two sentences mean the same, expected some to learn from",
        ),
        (
            from_pairs([[Pair("一", "一", 1.0)]], same=0.8),
            {"loss": "contrastive"},
            "no two sentences mean the same, expected some to learn from",
        ),
    ],
)
def test_what_cannot_be_learned_from(examples, settings, message):
    with pytest.raises(CorpusError) as error:
        train(examples, Learning(**SMALL | settings))
    assert str(error.value) == message


def test_contradictions_are_told():
    notes = []
    pairs = [*PAIRS, Pair("怎么修改密码", "密码在哪里改", 0.0)]
    config = Learning(loss="cosent", epochs=1, **SMALL)
    train(from_pairs([pairs], same=0.8), config, report=notes.append)
    assert notes[0].text == "1 pairs contradict others; they stay"


def test_a_kept_network_answers_as_the_trained_one(tmp_path):
    config = Learning(loss="cosent", encoder="attention", epochs=2, **SMALL)
    matcher, _ = train(from_pairs([PAIRS], same=0.8), config, sif=summed().sif)
    matcher.save(str(tmp_path / "a.sim"))
    again = open_model(str(tmp_path / "a.sim"))
    np.testing.assert_array_equal(again.encode(SENTENCES)[0], matcher.encode(SENTENCES)[0])
