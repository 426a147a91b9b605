"""Co-occurrence: the counts are the naive ones at any window, budget and number of threads."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nlptool.core.report import Progress
from nlptool.core.spool import Spool
from nlptool.errors import ConfigError
from nlptool.w2v import cooccur as module
from nlptool.w2v.cooccur import check_memory, count_pairs, key_bits, words_of
from tests import naive_pmi


def counted(folder, ids, n_words, *, budget=1 << 20, **options):
    with Spool(folder, budget) as spool:
        total = count_pairs(ids, n_words, spool, **options)
        pairs = {}
        for keys, counts in spool.merged():
            i, j = words_of(keys, n_words)
            pairs |= dict(
                zip(zip(i.tolist(), j.tolist(), strict=True), counts.tolist(), strict=True)
            )
    assert total == sum(pairs.values())
    return pairs


@given(
    st.lists(st.integers(-1, 6), max_size=80), st.integers(1, 9), st.integers(1, 3), st.booleans()
)
@settings(max_examples=60, deadline=None)
def test_counts_are_the_naive_ones(tmp_path_factory, words, window, threads, tight):
    block, module.BLOCK = module.BLOCK, 8 if tight else module.BLOCK
    try:
        ids = np.array(words, np.int32)
        pairs = counted(
            tmp_path_factory.getbasetemp(), ids, 7, window=window, threads=threads, memory=1
        )
        assert pairs == naive_pmi.cooccur(words, window)
    finally:
        module.BLOCK = block


def test_same_counts_from_a_memory_map_at_any_budget_and_number_of_threads(tmp_path):
    rng = np.random.default_rng(2)
    ids = np.minimum(rng.zipf(1.2, 60_000), 5000).astype(np.int32) - 1
    ids[::17] = -1
    ids.tofile(tmp_path / "ids")
    mapped = np.memmap(tmp_path / "ids", np.int32, "r")
    expected = naive_pmi.cooccur(ids.tolist(), 4)
    for budget, memory, threads in ((1 << 28, 1 << 28, 1), (1 << 16, 1 << 17, 1), (1 << 16, 1, 2)):
        assert expected == counted(
            tmp_path, mapped, 5000, budget=budget, window=4, memory=memory, threads=threads
        )


def test_by_hand(tmp_path):
    # a b a | c: a and b are neighbours twice, a beside itself is skipped, c stands alone
    ids = np.array([0, 1, 0, -1, 2, -1], np.int32)
    assert counted(tmp_path, ids, 3, window=2) == {(0, 1): 2}


def test_largest_vocabulary(tmp_path):
    high = 2**31 - 2
    ids = np.array([high, 0, high - 1, high], np.int32)
    assert key_bits(high + 1) == 31
    assert counted(tmp_path, ids, high + 1, window=1) == {
        (0, high): 1,
        (0, high - 1): 1,
        (high - 1, high): 1,
    }


def test_reports_words_and_stops_when_the_report_raises(tmp_path):
    ids = np.zeros(5000, np.int32)
    told = []
    with Spool(tmp_path, 1 << 20) as spool:
        count_pairs(ids, 1, spool, window=5, memory=1, report=told.append)
        assert told[-1] == Progress("counting pairs", 5000, 5000, "words")

        def stop(_):
            raise KeyboardInterrupt

        with pytest.raises(KeyboardInterrupt):
            count_pairs(ids, 1, spool, window=5, memory=1, threads=2, report=stop)


def test_budget_too_small():
    check_memory(6 << 20, 2)
    with pytest.raises(ConfigError) as caught:
        check_memory(1000, 2)
    assert str(caught.value) == (
        "--memory: 1000 bytes, expected at least 6291456 to count pairs of words"
    )
