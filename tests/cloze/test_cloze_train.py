"""Training the published model: that it learns, and goes on exactly where it stopped."""

from functools import partial

import numpy as np
import pytest

keras = pytest.importorskip("keras", reason="the extra `neural` is not installed")

from nlptool.cloze.config import Lstm  # noqa: E402  only where Keras is
from nlptool.cloze.lstm import graph  # noqa: E402  only where Keras is
from nlptool.cloze.questions import BLANK, question  # noqa: E402  only where Keras is
from nlptool.cloze.scores import score  # noqa: E402  only where Keras is
from nlptool.cloze.train import (  # noqa: E402  only where Keras is
    LONGEST,
    Examples,
    batch_of,
    fingerprint,
    gathered,
    loss,
    train,
)
from nlptool.core.report import Note, Progress  # noqa: E402  only where Keras is
from nlptool.core.vectors import Vectors  # noqa: E402  only where Keras is
from nlptool.core.vocab import Vocab  # noqa: E402  only where Keras is
from nlptool.errors import ConfigError, CorpusError, RunError  # noqa: E402  only where Keras is
from nlptool.neural.checkpoint import Checkpoint  # noqa: E402  only where Keras is
from nlptool.neural.layers import Value  # noqa: E402  only where Keras is
from tests.cloze.fillers import WORDS, questions_of  # noqa: E402  only where Keras is

VECTORS = Vectors(WORDS, np.random.default_rng(3).normal(size=(len(WORDS), 8)).astype(np.float32))
VOCAB = Vocab(WORDS, np.zeros(len(WORDS), np.int64))
SMALL = Lstm(units=8, layers=1, epochs=2, batch=8, rate=0.02, clip=1.0)


class Stop(BaseException):
    """What a report raises."""


def test_what_is_learned_from():
    absent = question("a", [["小猴", BLANK]], answers=["老虎"])
    long = question("b", [["小猴"] * LONGEST, [BLANK]], answers=["小猴"])
    good = question("c", [["小猴", "吃", BLANK], ["小猴", "老虎", BLANK]], answers=["小猴", "老虎"])
    notes = []
    found = gathered([absent, long, good], VOCAB, "q.txt", notes.append)
    assert found.blanks == [2, 5]
    assert [places.tolist() for places in found.places] == [[0, 3], [4]]
    assert notes == [
        Note(
            "1 blanks whose answer is not in the passage, and 1 passages of more than 5,000 words: "
            "left out"
        )
    ]
    with pytest.raises(CorpusError) as caught:
        gathered([absent], VOCAB, "q.txt")
    assert str(caught.value) == ("q.txt: nothing to learn from, expected questions with answers")


def test_the_target_is_spread_over_the_places_of_the_answer():
    texts = [np.array([2, 3, 4, 2, 5], np.int32), np.array([2, 3], np.int32)]
    examples = Examples(texts, [2, 0], [np.array([0, 3], np.int32), np.array([1], np.int32)])
    batch = batch_of(examples, np.array([0, 1]))
    n_left = batch["left"].shape[1]
    assert batch["left"][0, :3].tolist() == [2, 3, 0]
    assert batch["right"][0, :3].tolist() == [2, 5, 0]
    assert np.flatnonzero(batch["target"][0]).tolist() == [0, n_left]
    assert batch["target"][0, 0] == 0.5
    assert np.flatnonzero(batch["target"][1]).tolist() == [n_left]


def test_the_loss_worked_by_hand():
    points = np.array([[[1.0], [2.0], [9.0]], [[0.0], [0.0], [0.0]]], np.float32)
    mask = np.array([[True, True, False], [True, True, True]])
    target = np.array([[0.5, 0.5, 0], [0, 1, 0]], np.float32)
    found = loss({"points": Value(points, mask)}, {"target": target}, {})
    log_z = np.log(np.exp(1) + np.exp(2))
    assert np.asarray(found) == pytest.approx([log_z - 1.5, np.log(3)], abs=1e-5)


def test_it_learns_and_says_how_it_went():
    questions = questions_of(160)
    dev = questions_of(40, seed=9)
    config = Lstm(units=16, layers=1, epochs=5, batch=8, rate=0.02, clip=1.0)
    filler = train(questions, VECTORS, config, dev=dev, threads=1)
    given = [[one.best() for one in row] for row in filler.fill(dev)]
    accuracy = score(dev, given).accuracy
    history = filler.training["history"]
    assert history[-1]["loss"] < history[0]["loss"]
    # The best epoch by dev is kept, and answers without Keras are those with it.
    assert accuracy == pytest.approx(max(row["dev"] for row in history), abs=0.026)
    assert accuracy > 0.6
    assert filler.training["examples"] == 160
    assert filler.training["dev"] == 40
    assert filler.training["deterministic"]


def test_interrupted_and_gone_on_with_the_same_bytes(tmp_path):
    questions = questions_of(24)
    whole = tmp_path / "whole.cloze"
    train(questions, VECTORS, SMALL, dev=questions[:5]).save(str(whole))
    place = partial(Checkpoint, str(tmp_path / "c"), "cloze-checkpoint", seconds=1000)
    n_told = 0

    def stop(event):
        nonlocal n_told
        n_told += isinstance(event, Progress)
        if n_told == 5:  # in the second epoch
            raise Stop

    with pytest.raises(Stop):
        train(questions, VECTORS, SMALL, dev=questions[:5], checkpoint=place, report=stop)
    assert (tmp_path / "c").exists()
    again = partial(place, resume=True)
    filler = train(questions, VECTORS, SMALL, dev=questions[:5], checkpoint=again)
    filler.save(str(tmp_path / "again.cloze"))
    assert (tmp_path / "again.cloze").read_bytes() == whole.read_bytes()
    with pytest.raises(ConfigError) as config:
        train(questions, VECTORS, Lstm(units=8), dev=questions[:5], checkpoint=again)
    assert str(config.value).startswith(f"{tmp_path}/c: made with ")
    with pytest.raises(CorpusError) as corpus:
        train(questions[1:], VECTORS, SMALL, dev=questions[:5], checkpoint=again)
    assert str(corpus.value).startswith(f"{tmp_path}/c: made from another corpus")


def test_everything_that_is_learned_from_is_in_the_fingerprint():
    questions = questions_of(5)
    examples = gathered(questions, VOCAB, "q")
    fixed = VECTORS.matrix
    found = {
        fingerprint(examples, [], VOCAB, fixed),
        fingerprint(examples, questions, VOCAB, fixed),
        fingerprint(examples, [], VOCAB, fixed + 1),
        fingerprint(gathered(questions[1:], VOCAB, "q"), [], VOCAB, fixed),
        fingerprint(examples, [], Vocab(WORDS[::-1], VOCAB.counts), fixed),
    }
    assert len(found) == 5


def test_it_stops_where_numbers_are_no_longer_finite():
    broken = Vectors(WORDS, np.full((len(WORDS), 8), np.float32(np.nan)))
    with pytest.raises(RunError) as caught:
        train(questions_of(20), broken, Lstm(units=4, layers=1, epochs=1, batch=4))
    assert str(caught.value).startswith("training diverged in epoch 1, step ")


def test_only_the_most_frequent_words_have_vectors():
    filler = train(questions_of(10), VECTORS, Lstm(vocab=4, units=2, layers=1, epochs=1))
    assert filler.answerer.vocab.words == WORDS[:4]
    assert filler.answerer.graph == graph(filler.answerer.config, 4, 8)
