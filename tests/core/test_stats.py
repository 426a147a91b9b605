"""core/stats: what a corpus consists of."""

from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nlptool.core.stats import survey
from nlptool.core.stream import Stream
from nlptool.core.text import is_han


def test_by_hand() -> None:
    found = survey(Stream(lambda: iter(["我 爱 你 ，\n\n".encode(), "我 Ok\n".encode()])), n_top=2)
    assert (found.segment, found.n_lines, found.n_blank, found.longest) == ("space", 3, 1, 7)
    assert (found.n_bytes, found.n_characters, found.n_visible, found.n_han) == (24, 11, 7, 4)
    assert found.han_share == 4 / 7
    assert (found.n_tokens, found.n_types, found.n_once) == (6, 5, 4)
    assert found.top == (("我", 2), ("Ok", 1))


def test_tokens_are_the_segmenters() -> None:
    found = survey(Stream(lambda: iter(["我爱北京\n".encode()])), "jieba")
    assert (found.segment, found.n_tokens, found.n_types) == ("jieba", 3, 3)


def test_nothing() -> None:
    found = survey(Stream(lambda: iter([])))
    assert (found.n_bytes, found.n_lines, found.n_tokens, found.top) == (0, 0, 0, ())
    assert found.han_share == 0


@settings(deadline=None)
@given(st.text(st.sampled_from("我你a1 ，\n\t　\u2028𠀀")), st.integers(1, 9))
def test_equals_naive(text: str, size: int) -> None:
    text += "\n"
    blocks = [text[start : start + size].encode() for start in range(0, len(text), size)]
    found = survey(Stream(lambda: iter(blocks)), "char", n_top=100)
    lines = text[:-1].split("\n")
    assert found.n_bytes == len(text.encode())
    assert found.n_lines == len(lines)
    assert found.n_blank == sum(not line.strip() for line in lines)
    assert found.longest == max(map(len, lines))
    assert found.n_characters == sum(map(len, lines))
    assert found.n_visible == len("".join(text.split()))
    assert found.n_han == sum(map(is_han, text))
    counts: Counter[str] = Counter()
    for line in lines:
        for word in line.split():
            run = ""
            for char in word + " ":
                if char in "a1":
                    run += char
                    continue
                counts.update([run] * bool(run) + [char])
                run = ""
    del counts[" "]
    assert found.n_tokens == counts.total()
    assert found.n_once == sum(n == 1 for n in counts.values())
    assert found.top == tuple(sorted(counts.items(), key=lambda item: (-item[1], item[0].encode())))


@pytest.mark.parametrize("threads", [1, 2])
def test_threads_change_nothing(threads: int) -> None:
    block = "我们研究生命起源，再见。\n".encode() * 4000
    found = survey(Stream(lambda: iter([block] * 3)), "jieba", threads=threads)
    assert found.n_tokens == 12000 * 7
