"""PMI factorisation: targets and steps as the naive ones, resumed bit by bit, honest errors."""

import errno
import math
import os
import re

import numpy as np
import pytest

from nlptool.core.report import Progress, silent
from nlptool.errors import ConfigError, CorpusError, ModelError, RunError
from nlptool.w2v import pmi, pmi_cells
from nlptool.w2v.config import MODES, Config
from nlptool.w2v.pmi import State, start, train_pmi, vectors_of
from nlptool.w2v.pmi_cells import cells_of
from nlptool.w2v.pmi_kernels import CHUNK
from tests import naive_pmi

N_WORDS = 60


@pytest.fixture(scope="module")
def ids():
    rng = np.random.default_rng(4)
    ids = np.minimum(rng.zipf(1.3, 6000), N_WORDS).astype(np.int32) - 1
    ids[::9] = -1
    return ids


def settled(**options):
    return Config(loss="pmi", **options).settled()


def cells(ids, folder, *, n_words=N_WORDS, threads=1, memory=1 << 26, **options):
    settings = {"window": 3, "truncate": False, "x_max": 100.0, "alpha": 0.75} | options
    return cells_of(
        ids, n_words, **settings, threads=threads, folder=folder, memory=memory, report=silent
    )


def trained(ids, folder, config, *, n_words=N_WORDS, **options):
    return train_pmi(ids, n_words, config, folder=folder, memory=1 << 26, **options)


@pytest.mark.parametrize("truncate", [False, True])
def test_targets_and_weights_are_the_naive_ones(ids, tmp_path, truncate):
    counts = naive_pmi.cooccur(ids.tolist(), 3)
    targets = naive_pmi.pmi(ids.tolist(), counts)
    with cells(ids, tmp_path, truncate=truncate, x_max=20.0, alpha=0.5) as made:
        pairs = np.concatenate([made.pairs, made.held_pairs]).tolist()
        facts = np.concatenate([made.facts, made.held_facts])
        assert 0 < len(made.held_pairs) < len(made.pairs) / 20
    assert sorted(map(tuple, pairs)) == sorted(targets)
    for (i, j), (target, weight) in zip(pairs, facts.tolist(), strict=True):
        expected = max(targets[i, j], 0) if truncate else targets[i, j]
        assert target == pytest.approx(expected, abs=1e-6)
        assert weight == pytest.approx(min(counts[i, j] / 20, 1) ** 0.5, rel=1e-6)
    assert list(tmp_path.iterdir()) == []


def test_pmi_by_hand(tmp_path):
    # a b | a b | c d: x_ab = 2, X = 2 (2 + 1), n_a = n_b = 2, N = 6
    ids = np.array([0, 1, -1, 0, 1, -1, 2, 3, -1], np.int32)
    with cells(ids, tmp_path, n_words=4) as made:
        facts = dict(zip(map(tuple, made.pairs.tolist()), made.facts.tolist(), strict=True))
    assert facts[0, 1][0] == pytest.approx(math.log((2 / 6) / (2 / 6 * 2 / 6)), abs=1e-6)
    assert facts[2, 3][0] == pytest.approx(math.log((1 / 6) / (1 / 6 * 1 / 6)), abs=1e-6)
    assert facts[0, 1][1] == pytest.approx((2 / 100) ** 0.75)


def test_cells_are_the_same_at_any_budget_and_number_of_threads(ids, tmp_path):
    made = []
    for memory, threads in ((1 << 26, 1), (4 << 20, 1), (6 << 20, 2)):
        with cells(ids, tmp_path, memory=memory, threads=threads) as some:
            made.append((some.pairs.tobytes(), some.facts.tobytes(), some.held_pairs.tobytes()))
    assert made[0] == made[1] == made[2]


@pytest.mark.parametrize("mode", MODES)
def test_one_epoch_is_the_naive_one(ids, tmp_path, mode):
    config = settled(dim=6, window=3, epochs=1, mode=mode, seed=3)
    state = trained(ids, tmp_path, config)
    begun = start(N_WORDS, config).table.astype(np.float64)
    left = slice(0, N_WORDS)
    right = left if mode == "shared" else slice(N_WORDS, None)
    with cells(ids, tmp_path) as made:
        order = np.random.default_rng((3, 0)).permutation(-(-len(made.pairs) // CHUNK))
        n_cells = len(made.pairs)
        todo, held = [], []
        rows = [r for c in order for r in range(c * CHUNK, min((c + 1) * CHUNK, n_cells))]
        for cells_in, pairs, facts, which in (
            (todo, made.pairs, made.facts, rows),
            (held, made.held_pairs, made.held_facts, range(len(made.held_pairs))),
        ):
            for row in which:
                (i, j), (target, weight) = pairs[row].tolist(), facts[row].tolist()
                cells_in.append((i, j, target, weight))
                if mode != "shared":
                    cells_in.append((j, i, target, weight))
    vectors, sums = begun[:, 0], begun[:, 1]
    loss = naive_pmi.adagrad(vectors[left], vectors[right], sums[left], sums[right], todo, 0.1)
    assert np.allclose(state.table, begun, rtol=1e-3, atol=1e-4)
    [epoch] = state.history
    assert epoch["epoch"] == 1
    assert epoch["loss"] == pytest.approx(loss / len(todo), rel=1e-4)
    errors = [w * (vectors[left][i] @ vectors[right][j] - t) ** 2 for i, j, t, w in held]
    assert epoch["held_out"] == pytest.approx(sum(errors) / len(held), rel=1e-3)


def test_vectors_of_each_mode():
    table = np.zeros((4, 2, 1), np.float32)
    table[:, 0, 0] = [1, 2, 30, 40]
    vectors, contexts = vectors_of(State(table), settled(dim=2, mode="concatenated"))
    assert vectors.tolist() == [[1, 30], [2, 40]]
    assert contexts.tolist() == [[15, 0.5], [20, 1]]
    vectors, contexts = vectors_of(State(table), settled(dim=1, mode="summed"))
    assert (vectors.tolist(), contexts) == ([[31], [42]], None)
    vectors, contexts = vectors_of(State(table), settled(dim=1))
    assert (vectors.tolist(), contexts) == ([[1], [2], [30], [40]], None)
    assert vectors.flags.c_contiguous


@pytest.mark.parametrize("mode", MODES)
def test_it_goes_on_from_vectors(mode, tmp_path):
    given = np.arange(12, dtype=np.float32).reshape(3, 4)
    config = settled(dim=4, mode=mode)
    assert np.array_equal(vectors_of(start(3, config, given), config)[0], given)


class Stop(Exception):
    pass


@pytest.mark.parametrize("mode", ["shared", "summed"])
def test_resumed_bit_by_bit_from_every_block(ids, tmp_path, monkeypatch, mode):
    monkeypatch.setattr(pmi, "BLOCK_WORK", 4 * 5 * CHUNK)
    config = settled(dim=4, window=3, epochs=2, mode=mode)
    whole = trained(ids, tmp_path, config)
    state, n_stops = None, 0
    while state is None or state.epoch < 2:
        saved = []

        def report(progress):
            if progress.stage == "training":
                raise Stop

        try:
            state = trained(
                ids, tmp_path, config, state=state, report=report, checkpoint=saved.append
            )
        except Stop:
            n_stops += 1
            state = State.restored(saved[-1].tensors(), saved[-1].position())
    assert n_stops > 4
    assert state.table.tobytes() == whole.table.tobytes()
    assert state.history == whole.history
    again = trained(ids, tmp_path, config, state=state)
    assert again.history == whole.history


def test_checkpoints_by_the_clock_and_progress(ids, tmp_path, monkeypatch):
    monkeypatch.setattr(pmi, "BLOCK_WORK", 4 * 5 * CHUNK)
    told, saved = [], []
    config = settled(dim=4, window=3, epochs=2)
    trained(
        ids, tmp_path, config, report=told.append, checkpoint=saved.append, checkpoint_seconds=0.0
    )
    steps = [step for step in told if step.stage == "training"]
    assert len(saved) == len(steps) > 4
    assert [step.done for step in steps] == sorted(step.done for step in steps)
    assert steps[-1] == Progress(
        "training", steps[-1].total, steps[-1].total, "cells", steps[-1].loss
    )


def test_threads_learn_as_well(ids, tmp_path):
    one = trained(ids, tmp_path, settled(dim=8, window=3, epochs=5))
    two = trained(ids, tmp_path, settled(dim=8, window=3, epochs=5, threads=2))
    assert one.history[-1]["loss"] < one.history[0]["loss"]
    assert two.history[-1]["loss"] == pytest.approx(one.history[-1]["loss"], rel=0.2)


def test_recovers_vectors_that_exist(tmp_path):
    """A corpus of two topics: words of one topic attract each other, the others repel."""
    rng = np.random.default_rng(0)
    sentences = [rng.integers(0, 10, 8) + 10 * rng.integers(2) for _ in range(3000)]
    ids = np.concatenate([np.append(sentence, -1) for sentence in sentences]).astype(np.int32)
    ids[:: 9 * 50] = rng.integers(0, 20, len(ids[:: 9 * 50]))
    config = settled(dim=10, epochs=30, window=3)
    vectors, _ = vectors_of(trained(ids, tmp_path, config, n_words=20), config)
    products = vectors @ vectors.T
    same = np.add.outer(np.arange(20) // 10, np.arange(20) // 10) != 1
    off_diagonal = ~np.eye(20, dtype=bool)
    assert products[same & off_diagonal].min() > 0.5
    assert products[~same].max() < 0


@pytest.mark.parametrize("words", [[], [-1, -1], [0, -1, 1, -1], [2, 2, 2]])
def test_nothing_to_count(tmp_path, words):
    with pytest.raises(CorpusError) as caught:
        trained(np.array(words, np.int32), tmp_path, settled(dim=2), n_words=3)
    assert str(caught.value) == (
        "corpus: no two different words stand near each other, expected at least one pair;"
        " is it one word a line, or is --min-count too high?"
    )


def test_one_pair_even_if_it_is_held_out(tmp_path, monkeypatch):
    monkeypatch.setattr(pmi_cells, "HELD_OUT", 1)
    ids = np.array([0, 1], np.int32)
    state = trained(ids, tmp_path, settled(dim=2, epochs=3), n_words=2)
    assert [epoch["epoch"] for epoch in state.history] == [1, 2, 3]


def test_diverged(ids, tmp_path):
    config = settled(dim=4, window=3)
    with pytest.raises(RunError) as caught:
        trained(ids, tmp_path, config, init=np.full((N_WORDS, 4), 1e30, np.float32))
    assert re.fullmatch(
        "training: the loss is (nan|inf) after [0-9]+ cells of epoch 1, expected a number;"
        " try a lower --rate",
        str(caught.value),
    )
    init = np.zeros((N_WORDS + 1, 4), np.float32)
    init[-1] = np.nan
    with pytest.raises(RunError, match="training: a weight is not finite after"):
        trained(ids, tmp_path, config, init=init, n_words=N_WORDS + 1)


def test_disk_full(ids, tmp_path, monkeypatch):
    class Full:
        def write(self, _):
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

        def close(self):
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(pmi_cells, "TemporaryFile", lambda dir: Full())
    with pytest.raises(RunError) as caught:
        trained(ids, tmp_path, settled(dim=4))
    assert str(caught.value) == (
        f"{tmp_path}: No space left on device, expected room for temporary files;"
        " free some, or name another folder with --temp-dir"
    )


def test_too_little_memory(ids, tmp_path):
    with pytest.raises(ConfigError, match="--memory: 1000 bytes, expected at least 4194304"):
        train_pmi(ids, N_WORDS, settled(), folder=tmp_path, memory=1000)


@pytest.mark.parametrize(
    "change",
    [
        {"epoch": -1},
        {"epoch": "2"},
        {"chunk": 1.5},
        {"loss_sum": math.nan},
        {"history": None},
        {"table": np.zeros((3, 2, 4), np.float32)},
        {"table": np.ones((3, 4), np.float32)},
        {"table": np.full((3, 2, 4), np.nan, np.float32)},
    ],
)
def test_a_checkpoint_that_makes_no_sense(change):
    state = start(3, settled(dim=4))
    position, tensors = state.position(), state.tensors()
    for name, value in change.items():
        (tensors if name == "table" else position)[name] = value
    with pytest.raises(ModelError, match="checkpoint: its parts make no sense; it is damaged"):
        State.restored(tensors, position)
    with pytest.raises(ModelError, match="checkpoint: no 'table'; it is damaged"):
        State.restored({}, position)


def test_a_checkpoint_of_another_training(ids, tmp_path):
    with pytest.raises(ModelError, match="checkpoint: its vectors are of another size"):
        trained(ids, tmp_path, settled(dim=8), state=start(N_WORDS, settled(dim=4)))
