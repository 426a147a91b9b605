"""Sorting: blocks of keys are counted as a Counter counts them."""

from collections import Counter

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from nlptool.core.sorting import WIDEST, merge, sort_count, sort_words


def as_counter(blocks):
    total = Counter()
    for keys, counts in blocks:
        for key, count in zip(keys.tolist(), counts.tolist(), strict=True):
            assert tuple(key) not in total
            total[tuple(key)] = count
    return total


WORDS = st.one_of(
    st.integers(0, 5), st.integers(0, 2**64 - 1), st.sampled_from([0, 2**63, 2**64 - 1, 1 << 32])
)


@st.composite
def shards(draw):
    width = draw(st.integers(1, 4))
    row = st.lists(WORDS, min_size=width, max_size=width)
    return width, draw(st.lists(st.lists(row, max_size=40), max_size=12))


@given(shards())
@settings(max_examples=60, deadline=None)
def test_sort_count_is_a_counter(case):
    width, blocks = case
    for block in blocks:
        keys = np.array(block, np.uint64).reshape(-1, width)
        unique, counts = sort_count(keys.copy())
        rows = [tuple(row) for row in unique.tolist()]
        assert rows == sorted(set(rows))
        assert as_counter([(unique, counts)]) == Counter(tuple(row) for row in block)


def test_sort_count_large_and_random():
    rng = np.random.default_rng(3)
    for high in (2, 1000, 2**40, 2**63):
        keys = rng.integers(0, high, (50_000, 2)).astype(np.uint64)
        unique, counts = sort_count(keys.copy())
        expected, expected_counts = np.unique(keys, axis=0, return_counts=True)
        assert np.array_equal(unique, expected)
        assert np.array_equal(counts, expected_counts)


def test_merge_by_hand():
    a = (np.array([[1], [3]], np.uint64), np.array([1, 1]))
    b = (np.array([[2], [3], [9]], np.uint64), np.array([5, 5, 5]))
    keys, counts = merge([a, b])
    assert (keys[:, 0].tolist(), counts.tolist()) == ([1, 2, 3, 9], [1, 5, 6, 5])


def test_sort_words():
    rng = np.random.default_rng(3)
    counters = np.empty((3, 1 << WIDEST), np.uint32)
    for n in (0, 1, 2, 50, 3000, 40_000):
        for bits in (0, 1, 5, 14, 28, 42, 43, 64):
            keys = rng.integers(0, 1 << bits, n, np.uint64) | np.uint64(1 << 63)
            slow = np.sort(keys)
            sort_words(keys, np.empty_like(keys), counters)
            assert (keys == slow).all()
