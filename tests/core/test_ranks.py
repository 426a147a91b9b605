"""The order of counted tokens, and their new numbers, against Python's own."""

from itertools import pairwise

import numpy as np
import pytest

from nlptool.core.ranks import gather, order, renumber


def joined(tokens: list[bytes]) -> tuple[np.ndarray, np.ndarray]:
    text = np.frombuffer(b"".join(token + b" " for token in tokens), np.uint8)
    return text, np.cumsum([0, *(len(token) + 1 for token in tokens)])


@pytest.mark.parametrize("n", [0, 1, 2, 3, 100])
def test_falling_counts_then_rising_bytes(n: int) -> None:
    rng = np.random.default_rng(n)
    # Many share their first eight bytes, some are the beginning of others, some are no text.
    heads = [b"", b"\xff", b"aaaaaaaa", b"aaaaaaaab"]
    tokens = [
        heads[rng.integers(4)] + bytes(rng.integers(33, 40, rng.integers(1, 4)).astype(np.uint8))
        for _ in range(n)
    ]
    tokens = list(dict.fromkeys(tokens))
    counts = rng.integers(1, 4, len(tokens))
    found = order(*joined(tokens), counts).tolist()
    assert found == sorted(range(len(tokens)), key=lambda i: (-counts[i], tokens[i]))


def test_chosen_tokens_in_another_order() -> None:
    text, starts = joined(["中国".encode(), b"a", b"bc"])
    assert gather(text, starts, np.array([2, 0]), 10).tobytes() == "bc\n中国\n".encode()
    assert gather(text, starts, np.array([], np.int64), 10).tobytes() == b""


@pytest.mark.parametrize("cut", range(9))
def test_new_numbers_by_hand(cut: int) -> None:
    """Words 1 and 3 are dropped, and with them a sentence of nothing else."""
    ids = np.array([0, 1, -1, 3, -1, 2, 2, -1], np.int32)
    new = np.array([5, -1, 6, -1], np.int32)
    kept: list[int] = []
    n_read = n_words = 0
    for begin, end in pairwise([0, cut, len(ids)]):
        part = ids[begin:end].copy()
        n, read, words = renumber(part, new, kept[-1] if kept else -1)
        kept += part[:n].tolist()
        n_read += read
        n_words += words
    assert kept == [5, -1, 6, 6, -1]
    assert (n_read, n_words) == (5, 3)
