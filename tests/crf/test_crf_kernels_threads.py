from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from numba import njit

from nlptool.crf.kernels_threads import new_sync, run_threads, ticket, wait


@njit(nogil=True)
def rounds(counts, order, sync, me, n_threads):
    """In each round, take tickets until there are none; the next reads what all have done."""
    for r in range(len(counts)):
        while True:
            i = ticket(sync)
            if i >= counts.shape[1]:
                break
            counts[r, i] = 1 if r == 0 else counts[r - 1].sum() + order[i] - i
        if not wait(sync, n_threads):
            return


@pytest.mark.parametrize("n_threads", [1, 2, 5])
def test_a_round_begins_when_the_last_is_over(n_threads):
    counts = np.zeros((50, 7), np.int64)
    order, sync = np.arange(7), new_sync()
    with ThreadPoolExecutor(n_threads) as pool:
        run_threads(pool, lambda me: rounds(counts, order, sync, me, n_threads), n_threads, sync)
    want = 1
    for row in counts[:20]:
        assert row.tolist() == [want] * 7
        want *= 7


@pytest.mark.parametrize("bad", [0, 1])
def test_who_waits_for_one_that_fails_goes_home(bad):
    counts, order, sync = np.zeros((5, 7), np.int64), np.arange(7), new_sync()

    def work(me):
        if me == bad:
            raise KeyboardInterrupt
        rounds(counts, order, sync, me, 2)

    with ThreadPoolExecutor(2) as pool, pytest.raises(KeyboardInterrupt):
        run_threads(pool, work, 2, sync)
