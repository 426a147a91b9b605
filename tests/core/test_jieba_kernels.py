"""core/jieba_kernels: exactly what jieba cuts."""

import lzma
import random
from collections.abc import Callable
from itertools import islice
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nlptool.core import jieba_cut, jieba_tables
from nlptool.core.jieba_kernels import _is_space

NEWS = Path(__file__).parents[3] / "shared/data/corpora/news.txt.xz"

Cut = Callable[[bytes], bytes]

# What decides something in jieba: numbers with points and per cent, marks side by side,
# letters beside Han, the last Han that it knows and the first that it does not, white space.
ODD = ["3.14%", "5.", ".5", "+#&._%-", "A.B", "C++", "T恤", "B超", "AT&T", "卡拉OK", "1.2.3"]
ODD += ["a%%", "９５", "〇", "\u9fd5\u9fd6", "\u4dff\u4e00"]
ODD += [" ", "\t", "　", "\r\n", "\r", "\x1c", "\x85", "\u2028", "\0", "\x7f"]
ODD += ["，", "。", "é", "α", "한글", "か", "😀", "𠀀", "½", "\u0301", "\ufeff", "的" * 30]

HARD = "中国人民研究生命起源的我们a1Z.%-_+#é 　\r\n，\u9fd5\u9fd6𠀀"


@pytest.fixture(scope="module")
def cut() -> Cut:
    found = jieba_tables.cutter()
    assert found is not None
    return found


@pytest.fixture(scope="module")
def original() -> Cut:
    return jieba_cut.cutter()


@pytest.fixture(scope="module")
def keys() -> list[str]:
    """Words and beginnings of words."""
    counts, _ = jieba_cut._dictionary()
    return list(counts)


def same(text: str, cut: Cut, original: Cut) -> bool:
    return cut(text.encode()) == original(text.encode())


def test_by_hand(cut: Cut) -> None:
    text = "我来到北京清华大学\n\n 他来到了网易杭研大厦，GDP增长5.2%%。 \r\n永和服装饰品有限公司"
    assert cut(text.encode()).decode() == (
        "我 来到 北京 清华大学\n\n他 来到 了 网易 杭研 大厦 ， GDP 增长 5.2% % 。\n"
        "永和 服装 饰品 有限公司"
    )


@pytest.mark.parametrize("text", ["", "\n", " ", "\n\n", "一", "a", "。", "𠀀", "%", "北京\n"])
def test_hardly_anything(text: str, cut: Cut, original: Cut) -> None:
    assert same(text, cut, original)


@settings(max_examples=300, deadline=None)
@given(st.text(st.sampled_from(HARD) | st.characters(exclude_categories=["Cs"])))
def test_any_text(cut: Cut, original: Cut, text: str) -> None:
    assert same(text, cut, original)


@settings(max_examples=200, deadline=None)
@given(st.text(st.characters(min_codepoint=0x4DFE, max_codepoint=0x9FD8), max_size=40))
def test_rare_characters(cut: Cut, original: Cut, text: str) -> None:
    assert same(text, cut, original)


@settings(max_examples=200, deadline=None)
@given(st.lists(st.sampled_from(ODD) | st.text("ab1.%-研究", max_size=4), max_size=20).map("".join))
def test_odd_branches(cut: Cut, original: Cut, text: str) -> None:
    assert same(text, cut, original)


@pytest.mark.parametrize("seed", range(4))
def test_words_side_by_side(cut: Cut, original: Cut, keys: list[str], seed: int) -> None:
    """Words, beginnings and ends of words, and things between them."""
    drawn = random.Random(seed)

    def part() -> str:
        word = drawn.choice(keys)
        at = drawn.randrange(len(word))
        return drawn.choice([word, word, word[at:], word[:at], drawn.choice(ODD)])

    lines = ["".join(part() for _ in range(drawn.randrange(25))) for _ in range(400)]
    for line in lines:
        assert same(line, cut, original), line
    assert same("\n".join(lines), cut, original)


def test_every_character_between_words(cut: Cut, original: Cut) -> None:
    points = [*range(0xD800), *range(0xE000, 0x10000), *range(0x10000, 0x110000, 0x101)]
    text = "\n".join(f"{chr(point)}北{chr(point)}京a{chr(point)}" for point in points)
    assert same(text, cut, original)


def test_white_space_is_pythons() -> None:
    space = _is_space.py_func
    assert [p for p in range(0x110000) if space(p)] == [
        p for p in range(0x110000) if chr(p).isspace()
    ]


@pytest.mark.parametrize("text", ["研究生命起源", "研究，生命", "a", "1.%", "。"])
def test_a_line_of_a_million_characters(cut: Cut, original: Cut, text: str) -> None:
    line = text * (1_000_000 // len(text))
    # Characters that stay alone take jieba a time that grows with the square of their number.
    n_same = 60_000 if len(text) > 3 else 5000
    assert same(line[:n_same], cut, original)
    assert cut(line.encode()).replace(b" ", b"") == line.encode()


def test_a_million_characters_for_the_hmm(cut: Cut, original: Cut) -> None:
    assert same("的" * 5000, cut, original)
    assert cut("的".encode() * 1_000_000).replace(b" ", b"") == "的".encode() * 1_000_000


def test_what_is_not_utf8_does_no_harm(cut: Cut) -> None:
    bits = np.random.default_rng(1).integers(0, 256, 3000, np.uint8).tobytes()
    for end in range(0, 3000, 7):
        assert len(cut(bits[:end])) <= 2 * end
    for end in range(1, 4):
        assert cut("北京𠀀".encode()[: 6 + end]).startswith("北京".encode())


def test_news_begin(cut: Cut, original: Cut) -> None:
    if not NEWS.exists():
        pytest.skip("no corpus")
    with lzma.open(NEWS, "rt", encoding="utf-8", newline="\n") as lines:
        assert same("".join(islice(lines, 800)), cut, original)


@pytest.mark.slow
def test_all_news(cut: Cut, original: Cut) -> None:
    if not NEWS.exists():
        pytest.skip("no corpus")
    with lzma.open(NEWS, "rb") as lines:
        for number, line in enumerate(lines, 1):
            assert cut(line) == original(line), number
