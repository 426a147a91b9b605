from dataclasses import replace

import numpy as np
import pytest

from nlptool.core.report import Progress
from nlptool.errors import ModelError, RunError
from nlptool.w2v import sgd
from nlptool.w2v.config import Config
from nlptool.w2v.train import State, train


class Stop(Exception):
    pass


def topics(n_sentences=600, n_topics=4, n_words=10, seed=0):
    """Sentences of twelve words of one topic each, ids sorted by count."""
    rng = np.random.default_rng(seed)
    topic = rng.integers(0, n_topics, (n_sentences, 1))
    ids = np.full((n_sentences, 13), -1, np.int32)
    ids[:, :12] = topic + n_topics * rng.integers(0, n_words, (n_sentences, 12))
    counts = np.bincount(ids[ids >= 0], minlength=n_topics * n_words)
    return ids.ravel(), counts.astype(np.int64)


def topic_margin(vectors, n_topics=4):
    """Return the mean cosine within topics less that between topics."""
    unit = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
    cosine = unit @ unit.T
    topic = np.arange(len(vectors)) % n_topics
    same = topic[:, None] == topic
    off = ~np.eye(len(vectors), dtype=bool)
    return cosine[same & off].mean() - cosine[~same].mean()


SMALL = Config(dim=20, negatives=5, epochs=3, sample=0).settled()
KINDS = [
    {"arch": arch, "loss": loss, "tied": tied, "proposal": proposal}
    for arch in ("skipgram", "cbow")
    for loss in ("random-softmax", "negative-sampling", "nce")
    for tied in (False, True)
    for proposal in ("unigram", "uniform")
]


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: "-".join(map(str, kind.values())))
def test_every_kind_learns_topics(kind):
    ids, counts = topics()
    state = train(ids, counts, replace(SMALL, epochs=12, **kind))
    assert topic_margin(state.vectors) > (0.1 if kind["tied"] else 0.3)
    # Tied vectors without a bias cannot give most pairs the low score that these losses want.
    if not kind["tied"] or kind["loss"] == "random-softmax":
        assert state.history[-1]["held_out"] < state.history[0]["held_out"]
    assert all(0 < entry["loss"] < 20 for entry in state.history)
    assert [entry["epoch"] for entry in state.history] == list(range(1, 13))
    assert (state.contexts is None) == kind["tied"]
    assert (state.bias is None) == (kind["tied"] or kind["loss"] == "negative-sampling")


def test_two_threads_learn_topics():
    ids, counts = topics(3000)
    state = train(ids, counts, replace(SMALL, threads=2))
    assert topic_margin(state.vectors) > 0.3


def stopped(ids, counts, config, after, state=None):
    """Train until the report of block `after`; return what was saved."""
    saved = []
    calls = 0

    def report(_):
        nonlocal calls
        calls += 1
        if calls == after:
            raise Stop

    def checkpoint(now):
        tensors = {name: tensor.copy() for name, tensor in now.tensors().items()}
        saved.append((tensors, now.position()))

    with pytest.raises(Stop):
        train(ids, counts, config, report=report, checkpoint=checkpoint, state=state)
    (only,) = saved
    return State.restored(*only)


@pytest.mark.parametrize("arch", ["skipgram", "cbow"])
@pytest.mark.parametrize("loss", ["random-softmax", "negative-sampling", "nce"])
def test_resumed_training_ends_with_the_same_bits(arch, loss):
    ids, counts = topics()
    config = replace(SMALL, arch=arch, loss=loss, sample=0.01)
    reports = []
    whole = train(ids, counts, config, report=reports.append)
    for after in (1, len(reports) // 3, len(reports) // 3 + 1, len(reports) // 2, len(reports)):
        state = stopped(ids, counts, config, after)
        resumed = train(ids, counts, config, state=state)
        assert resumed.position() == whole.position()
        assert resumed.tensors().keys() == whole.tensors().keys()
        for name, tensor in whole.tensors().items():
            np.testing.assert_array_equal(resumed.tensors()[name], tensor)


def test_resuming_twice_changes_nothing_and_leaves_the_saved_state():
    ids, counts = topics()
    whole = train(ids, counts, SMALL)
    first = stopped(ids, counts, SMALL, 5)
    before = first.vectors.copy()
    second = stopped(ids, counts, SMALL, 7, first)
    np.testing.assert_array_equal(first.vectors, before)
    last = train(ids, counts, SMALL, state=second)
    np.testing.assert_array_equal(last.vectors, whole.vectors)
    assert last.history == whole.history


def test_progress_counts_words_and_gives_the_loss_of_the_epoch():
    ids, counts = topics()
    reports = []
    state = train(ids, counts, SMALL, report=reports.append)
    total = int(counts.sum()) * 3
    assert all(isinstance(report, Progress) for report in reports)
    assert [report.done for report in reports] == sorted({report.done for report in reports})
    assert (reports[-1].done, reports[-1].total) == (total, total) == (state.words, total)
    assert (reports[-1].stage, reports[-1].unit) == ("training", "words")
    assert reports[-1].loss == state.history[-1]["loss"]


def test_a_checkpoint_is_made_when_it_is_due():
    ids, counts = topics()
    places = []
    train(ids, counts, SMALL, checkpoint=lambda s: places.append(s.words), checkpoint_seconds=0)
    assert len(places) > 20
    never = []
    train(ids, counts, SMALL, checkpoint=never.append)
    assert not never


def test_the_seed_decides():
    ids, counts = topics(100)
    first, again = (train(ids, counts, SMALL).vectors for _ in range(2))
    np.testing.assert_array_equal(first, again)
    other = train(ids, counts, replace(SMALL, seed=2)).vectors
    assert abs(first - other).max() > 1e-3


def test_given_vectors_are_where_training_starts():
    ids, counts = topics(100)
    start = np.random.default_rng(0).normal(size=(len(counts), 20)).astype(np.float32)
    state = train(ids, counts, replace(SMALL, rate=1e-8, epochs=1), init=start)
    np.testing.assert_allclose(state.vectors, start, atol=1e-4)


def test_held_out_sentences_are_not_trained_on():
    # The one held-out sentence has words of its own: their vectors stay where they began.
    ids = np.tile(np.array([0, 1, 2, 3, -1], np.int32), 200)
    ids[100 * 5 : 100 * 5 + 4] = 4, 5, 4, 5
    counts = np.bincount(ids[ids >= 0]).astype(np.int64)
    start = np.ones((6, 20), np.float32)
    state = train(ids, counts, replace(SMALL, epochs=2), init=start)
    np.testing.assert_array_equal(state.vectors[4:], start[4:])
    assert (state.vectors[:4] != 1).any(axis=1).all()
    assert state.history[0]["held_out"] is not None


def test_diverging_is_said_and_not_saved():
    ids, counts = topics()
    saved = []
    wild = np.full((len(counts), 20), 1e20, np.float32)
    with pytest.raises(RunError) as error:
        train(ids, counts, SMALL, init=wild, checkpoint=saved.append, checkpoint_seconds=0)
    assert str(error.value) == (
        "training diverged at epoch 1, word 924: the loss is not finite, expected a number; "
        "lower --rate"
    )
    assert not saved

    bad = np.zeros((len(counts), 20), np.float32)
    bad[3, 3] = np.inf
    with pytest.raises(RunError, match=r"^training diverged at epoch 1, word \d+: .*lower --rate$"):
        train(ids, counts, SMALL, init=bad)


def test_weights_that_are_not_finite_are_never_saved():
    ids, counts = topics()
    tensors = train(ids, counts, replace(SMALL, epochs=1)).tensors()
    tensors["vectors"][0, 0] = np.nan

    def stop(_):
        raise Stop

    saved = []
    ids = np.array([1, -1, 2, -1], np.int32)  # nothing to predict, so the loss stays finite
    state = State(**tensors)
    with pytest.raises(RunError, match="a weight is not finite"):
        train(ids, counts, SMALL, report=stop, checkpoint=saved.append, state=state)
    assert not saved


@pytest.mark.parametrize("arch", ["skipgram", "cbow"])
@pytest.mark.parametrize("threads", [1, 2])
@pytest.mark.parametrize(
    ("ids", "counts"),
    [
        ([], [1]),
        ([-1, -1], [1]),
        ([0, -1], [1]),
        ([0, 0, 0, 0, -1], [4]),
        ([0, 1, 0, 2, -1], [2, 1, 1]),
        ([0, 1, 0, 2], [2, 1, 1]),
    ],
)
def test_tiny_corpora(arch, threads, ids, counts):
    config = replace(SMALL, arch=arch, threads=threads)
    reports = []
    state = train(
        np.array(ids, np.int32), np.array(counts, np.int64), config, report=reports.append
    )
    assert state.epoch == 3
    assert len(reports) >= 3
    assert np.isfinite(state.vectors).all()


def test_a_block_takes_less_than_a_second_of_work():
    for config in (SMALL, replace(SMALL, dim=1000, negatives=1000, window=100), Config().settled()):
        for arch in ("skipgram", "cbow"):
            words = sgd.block_words(replace(config, arch=arch), config.negatives)
            assert 20 <= words <= 1_000_000


@pytest.mark.parametrize(
    ("tensors", "position"),
    [
        ({}, {}),
        ({"vectors": np.zeros(3, np.float32)}, {}),
        ({"vectors": np.zeros((3, 2))}, {}),
        ({"contexts": np.zeros((3, 1), np.float32)}, {}),
        ({"bias": np.zeros(2, np.float32)}, {}),
        ({}, {"epoch": -1}),
        ({}, {"epoch": "1"}),
        ({}, {"more": 1}),
    ],
)
def test_a_checkpoint_that_makes_no_sense_is_refused(tensors, position):
    state = State(np.zeros((3, 2), np.float32))
    whole = {**state.tensors(), **tensors}
    if not tensors and not position:
        whole = {}
    with pytest.raises(ModelError, match="its parts make no sense"):
        State.restored(whole, {**state.position(), **position})
