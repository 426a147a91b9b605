import numpy as np
import pytest

from nlptool.core.jieba_trie import COUNT_SHIFT, look_up
from nlptool.crf import tries
from nlptool.crf.tries import build_trie, first_nodes, is_trie, usable
from nlptool.errors import CorpusError


def number(table: np.ndarray, word: str) -> int:
    points = np.frombuffer(word.encode("utf-32-le"), np.int32)
    return int(look_up(points, 0, len(points), table)) >> int(COUNT_SHIFT)


def test_words_have_their_numbers() -> None:
    words = {"中国": 1, "中国人": 7, "人": 131071, "a\U00020000b": 2}
    table = build_trie(words, "x")
    assert is_trie(table, 131071)
    assert not is_trie(table, 131070)
    assert {word: number(table, word) for word in words} == words
    assert [number(table, word) for word in ("中", "国", "中国人人", "a")] == [0, 0, 0, 0]


def test_many_words_get_a_larger_table() -> None:
    words = {f"w{i}": 1 + i for i in range(5000)}
    table = build_trie(words, "x")
    assert is_trie(table, 5000)
    assert all(number(table, word) == n for word, n in words.items())


def test_no_words() -> None:
    table = build_trie({}, "x")
    assert is_trie(table, 0)
    assert number(table, "a") == 0


def test_first_nodes() -> None:
    tables = [build_trie({"中国": 1}, "x"), build_trie({"a": 2}, "x")]
    firsts = first_nodes(tables)
    assert [np.flatnonzero(first).tolist() for first in firsts] == [[0x4E2D], [0x61]]
    assert firsts[1, 0x61] >> COUNT_SHIFT == 2


def test_too_many(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tries, "PLACE_BITS", 8)
    with pytest.raises(CorpusError) as error:
        build_trie({f"w{i}": 1 for i in range(200)}, "x")
    assert str(error.value) == (
        "x: 200 words, which are more than there is room for; expected at most 153 different "
        "beginnings of words"
    )


@pytest.mark.parametrize("change", ["short", "odd", "full", "root"])
def test_what_is_no_trie(change: str) -> None:
    table = build_trie({"中国": 1}, "x")
    if change == "short":
        table = table[:128]
    elif change == "odd":
        table = np.concatenate((table, table[:1]))
    elif change == "full":
        table[table == 0] = 1
    else:
        table[0] = 0
    assert not is_trie(table, 1)


def test_usable() -> None:
    assert usable("中国")
    assert usable("x" * 64)
    assert not usable("x" * 65)
    assert not usable("")
    assert not usable("a b")
    assert not usable("a\tb")
    assert not usable("\ud800")
