"""core/jieba_trie: the beginnings of words in a hash table."""

import numpy as np
import pytest

from nlptool.core.jieba_trie import (
    CHILDREN,
    PLACE,
    ROOT,
    character_at,
    find,
    insert_lines,
    look_up,
    refresh,
)


def read(text: str | bytes, bits: int = 8, room: int = 1000):  # type: ignore[no-untyped-def]
    raw = text if isinstance(text, bytes) else text.encode()
    table = np.zeros(1 << bits, np.uint64)
    n = raw.count(b"\n")
    places, counts = np.zeros(n, np.int32), np.zeros(n, np.int64)
    result = insert_lines(np.frombuffer(raw, np.uint8), table, room, places, counts)
    return table, places, counts, result


def node(table: np.ndarray, word: str) -> int:
    points = np.array([ord(char) for char in word], np.int32)
    return int(look_up(points, 0, len(points), table))


def test_characters_of_all_widths() -> None:
    text = "aé北𠀀"
    raw = np.frombuffer(text.encode(), np.uint8)
    at = 0
    for char in text:
        assert character_at(raw, at) == (ord(char), len(char.encode()))
        at += len(char.encode())


def test_words_and_their_beginnings() -> None:
    table, places, counts, result = read("北京市 5 ns\n北京 34488 ns\n𠀀é 7\r\nB超 3 n\nB超 0\n")
    assert result == (5, 7)
    assert counts.tolist() == [5, 34488, 7, 3, 0]
    for word, place in zip(["北京市", "北京", "𠀀é", "B超", "B超"], places, strict=True):
        assert node(table, word) & int(PLACE) == place
    assert node(table, "北")
    assert not node(table, "京")
    assert not node(table, "北京市人")
    assert node(table, "北京") & int(CHILDREN)
    assert not node(table, "北京市") & int(CHILDREN)


def test_the_first_characters() -> None:
    table, *_ = read("北京 5\nab 3\n")
    first = np.zeros(0x9FD6, np.uint64)
    refresh(table, np.arange(len(first), dtype=np.int32), first)
    assert np.flatnonzero(first).tolist() == [ord("a"), ord("北")]
    assert first[ord("北")] == find(table, ROOT, ord("北"))


@pytest.mark.parametrize(
    ("line", "number"),
    [
        ("北京\n", 1),
        ("北京 \n", 1),
        ("北京  5\n", 1),
        ("北京 x\n", 1),
        ("北京 -5\n", 1),
        ("北京 5x\n", 1),
        (" 5\n", 1),
        ("\n", 1),
        ("北\t京 5\n", 1),
        ("北京 5\n上海 1234567890123456789\n", 2),
        ("北京 5\n上海 3", 2),
        ("北京 5\n上海", 2),
    ],
)
def test_other_lines_are_told(line: str, number: int) -> None:
    *_, result = read(line)
    assert result == (-1, number - 1)


def test_a_word_cut_inside_a_character() -> None:
    *_, result = read("北".encode()[:2])
    assert result == (-1, 0)


def test_a_full_table_is_told() -> None:
    text = "".join(f"{chr(0x4E00 + i)} 1\n" for i in range(200))
    assert read(text, room=200)[3] == (200, 200)
    assert read(text, room=199)[3] == (-2, 0)
