"""Training the network that reads whole passages: that it learns, and goes on where it stopped."""

from functools import partial

import numpy as np
import pytest

keras = pytest.importorskip("keras", reason="the extra `neural` is not installed")

from nlptool.cloze.attention_config import Attention  # noqa: E402  only where Keras is
from nlptool.cloze.attention_passages import shelved  # noqa: E402  only where Keras is
from nlptool.cloze.attention_train import (  # noqa: E402  only where Keras is
    loss,
    parts_of,
    plan,
    train,
)
from nlptool.cloze.questions import BLANK, question  # noqa: E402  only where Keras is
from nlptool.cloze.scores import score  # noqa: E402  only where Keras is
from nlptool.core.report import Progress  # noqa: E402  only where Keras is
from nlptool.core.vectors import Vectors  # noqa: E402  only where Keras is
from nlptool.core.vocab import Vocab  # noqa: E402  only where Keras is
from nlptool.errors import ConfigError, CorpusError, RunError  # noqa: E402  only where Keras is
from nlptool.neural.checkpoint import Checkpoint  # noqa: E402  only where Keras is
from nlptool.neural.layers import Value  # noqa: E402  only where Keras is

NAMES = ["妈妈", "桃子", "老师", "苹果", "月亮", "火车"]
DEEDS = ["吃", "看", "想", "听", "做", "说"]
WORDS = [*NAMES, *DEEDS, "。"]
VECTORS = Vectors(WORDS, np.random.default_rng(3).normal(size=(len(WORDS), 8)).astype(np.float32))
SMALL = Attention(units=16, layers=3, heads=2, low=12, high=60, batch=4, parts=2, rate=0.01)


class Stop(BaseException):
    """What a report raises."""


def passage(rng):
    """Return sentences in which everybody keeps doing the same."""
    deeds = dict(zip(NAMES, rng.permutation(DEEDS), strict=True))
    chosen = list(rng.permutation(NAMES)[:3]) * 2
    return [[deeds[name], name, "。"] for name in rng.permutation(chosen)]


def corpus_of(n=60, seed=1):
    rng = np.random.default_rng(seed)
    found = []
    for _ in range(n):
        found += [" ".join(word for sentence in passage(rng) for word in sentence), ""]
    return found


def questions_of(n, seed=5):
    rng = np.random.default_rng(seed)
    found = []
    for number in range(n):
        sentences = passage(rng)
        at = int(rng.integers(len(sentences)))
        answer = sentences[at][1]
        sentences[at] = [sentences[at][0], BLANK, "。"]
        found.append(question(f"<qid_{number}>", sentences, asking=at, answers=[answer]))
    return found


def run(config=SMALL, **given):
    settings = {"corpus": corpus_of(), "threads": 1} | given
    return train(settings.pop("questions", questions_of(4)), VECTORS, config, **settings)


def test_the_loss_worked_by_hand():
    asks = np.zeros((1, 3, 4), np.float32)
    asks[0, 1, 0] = 2.0
    keys = np.zeros((1, 3, 4), np.float32)
    keys[0, :, 0] = [3.0, 9.0, 1.0]
    batch = {
        "kinds": np.array([[4, 0, 7]], np.int32),
        "places": np.array([[1, 0]], np.int32),
        "answers": np.array([[7, -1]], np.int32),
        "counted": np.array([[1, 0]], np.float32),
    }
    found = loss({"asks": Value(asks), "keys": Value(keys)}, batch, {})
    points = np.array([3.0, 1.0])  # 2 x key / sqrt(4); what may not be an answer has none
    assert np.asarray(found) == pytest.approx([np.log(np.exp(points).sum()) - 1.0], abs=1e-5)


def test_all_parts_have_as_many_batches():
    vocab = Vocab(WORDS, np.zeros(len(WORDS), np.int64))
    nouns = np.ones(len(WORDS), np.uint8)
    shelf = shelved(corpus_of(), [], vocab, nouns, SMALL)
    assert parts_of(shelf, SMALL) == 2
    parts = [plan(shelf, SMALL, part) for part in range(4)]
    assert [len(part) for part in parts] == [len(shelf) // 8] * 4
    first = np.concatenate([*parts[0], *parts[1]])
    assert len(set(first.tolist())) == len(first)  # a pass reads nothing twice
    assert parts_of(shelf, Attention(low=12, high=60, batch=1000)) == 1


@pytest.mark.parametrize("precision", ["float32", "bfloat16"])
def test_it_learns_and_says_how_it_went(precision):
    dev = questions_of(40, seed=9)
    config = Attention(**(vars(SMALL) | {"epochs": 6, "precision": precision, "average": 0.9}))
    filler = run(config, corpus=corpus_of(300), dev=dev)
    given = [[one.best() for one in row] for row in filler.fill(dev)]
    history = filler.training["history"]
    assert len(history) == 12
    assert history[-1]["loss"] < history[0]["loss"]
    # The best part by dev is kept, and answers without Keras are those with it.
    accuracy = score(dev, given).accuracy
    assert accuracy == pytest.approx(max(row["dev"] for row in history), abs=0.026)
    assert accuracy > 0.6
    assert filler.training["passages"] > 200
    assert filler.training["deterministic"]


def test_interrupted_and_gone_on_with_the_same_bytes(tmp_path):
    whole = tmp_path / "whole.cloze"
    dev = questions_of(5)
    run(dev=dev).save(str(whole))
    place = partial(Checkpoint, str(tmp_path / "c"), "cloze-checkpoint", seconds=1000)
    n_told = 0

    def stop(event):
        nonlocal n_told
        n_told += isinstance(event, Progress)
        if n_told == 11:  # in the second part
            raise Stop

    with pytest.raises(Stop):
        run(dev=dev, checkpoint=place, report=stop)
    assert (tmp_path / "c").exists()
    again = partial(place, resume=True)
    run(dev=dev, checkpoint=again).save(str(tmp_path / "again.cloze"))
    assert (tmp_path / "again.cloze").read_bytes() == whole.read_bytes()
    with pytest.raises(ConfigError):
        run(Attention(**(vars(SMALL) | {"seed": 4})), dev=dev, checkpoint=again)
    with pytest.raises(CorpusError):
        run(dev=dev, checkpoint=again, corpus=corpus_of(seed=2))
    with pytest.raises(CorpusError):
        run(dev=questions_of(6), checkpoint=again)


def test_it_stops_where_numbers_are_no_longer_finite():
    broken = Vectors(WORDS, np.full((len(WORDS), 8), np.float32(np.nan)))
    with pytest.raises(RunError) as caught:
        train(questions_of(4), broken, SMALL, corpus=corpus_of())
    assert str(caught.value).startswith("training diverged in epoch 1, step ")
