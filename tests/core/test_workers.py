"""Pieces in threads; processes are tested with jieba, in test_segment.py."""

import threading
import time
from collections.abc import Iterator

import pytest

from nlptool.core.workers import AHEAD, always, cut_in_threads
from nlptool.errors import CorpusError, RunError


@pytest.mark.parametrize("threads", [1, 2, 5])
def test_what_comes_out_has_the_order_of_what_went_in(threads: int) -> None:
    def cut(n: int) -> int:
        time.sleep((n % 3) / 1000)
        return n * n

    assert list(cut_in_threads(range(40), threads, cut, always)) == [n * n for n in range(40)]
    assert list(cut_in_threads([], threads, cut, always)) == []


def test_only_a_few_are_on_their_way() -> None:
    taken = 0

    def pieces() -> Iterator[int]:
        nonlocal taken
        for n in range(1000):
            taken = n
            yield n

    found = cut_in_threads(pieces(), 2, lambda n: n, always)
    for n, done in enumerate(found):
        assert n == done
        assert taken - done <= 2 * AHEAD
        if n == 100:
            break
    found.close()  # type: ignore[attr-defined]
    assert taken < 200


@pytest.mark.parametrize("threads", [1, 3])
def test_what_is_before_an_error_is_given(threads: int) -> None:
    def pieces() -> Iterator[int]:
        yield from range(5)
        raise CorpusError("a.txt:6: no more")

    given = []
    with pytest.raises(CorpusError, match="no more"):
        for n in cut_in_threads(pieces(), threads, lambda n: n, always):
            given.append(n)  # what came before the error counts
    assert given == [0, 1, 2, 3, 4]


@pytest.mark.parametrize("threads", [1, 3])
def test_an_error_of_a_piece_is_told_in_its_turn(threads: int) -> None:
    def cut(n: int) -> int:
        if n == 7:
            raise RunError("7: no")
        return n

    given = []
    before = threading.active_count()
    with pytest.raises(RunError, match="7: no"):
        for n in cut_in_threads(range(100), threads, cut, always):
            given.append(n)  # as above
    assert given == list(range(7))
    assert threading.active_count() == before


def test_what_is_there_is_given_before_one_waits_for_more() -> None:
    given: list[int] = []
    seen: list[int] = []

    def pieces() -> Iterator[int]:
        for n in range(6):
            seen.append(len(given))
            yield n

    for n in cut_in_threads(pieces(), 3, lambda n: n, lambda: False):
        given.append(n)  # as above
    # Nothing was held back while the next was waited for.
    assert seen == [0, 1, 2, 3, 4, 5]
