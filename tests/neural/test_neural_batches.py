"""Batches: every example once, like lengths together, padding as asked for."""

import numpy as np
import pytest

from nlptool.neural.batches import by_length, padded, shuffled


@pytest.mark.parametrize(("n", "size"), [(0, 4), (1, 4), (7, 4), (1000, 8), (5000, 16)])
def test_every_example_is_in_one_batch(n, size):
    lengths = np.random.default_rng(0).integers(1, 40, n)
    found = shuffled(lengths, size, seed=1, epoch=0)
    assert len(found) == -(-n // size)
    assert sorted(np.concatenate([*found, []]).tolist()) == list(range(n))
    assert sum(len(batch) < size for batch in found) <= 1


def test_epochs_and_seeds_have_orders_of_their_own():
    lengths = np.random.default_rng(0).integers(1, 40, 100)

    def order(seed, epoch):
        return np.concatenate(shuffled(lengths, 8, seed=seed, epoch=epoch)).tolist()

    assert order(1, 0) == order(1, 0)
    assert order(1, 0) != order(1, 1)
    assert order(1, 0) != order(2, 0)


def test_batches_hold_like_lengths():
    lengths = np.random.default_rng(0).integers(1, 400, 3200)
    spread = [np.ptp(lengths[batch]) for batch in shuffled(lengths, 32, seed=1, epoch=0)]
    assert np.mean(spread) < 20


def test_answers_take_the_longest_first_and_no_more_than_fits():
    lengths = np.array([3, 9, 1, 9, 2, 30, 0])
    found = [batch.tolist() for batch in by_length(lengths, 18)]
    assert found == [[5], [1, 3], [0, 4, 2, 6]]
    assert list(by_length(np.array([], np.int64), 5)) == []


def test_padded():
    assert padded([[1, 2], [], [3]]).tolist() == [[1, 2], [0, 0], [3, 0]]
    assert padded([[1, 2, 3]], multiple=8).shape == (1, 8)
    assert padded([[]]).tolist() == [[0]]
    assert padded([]).shape == (0, 1)
    assert padded([[1]]).dtype == np.int32
