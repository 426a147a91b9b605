"""core/jieba_speech: exactly the words and parts of speech of jieba.posseg."""

import lzma
import random
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nlptool.core.jieba_cut import _jieba
from nlptool.core.jieba_parts import PARTS
from nlptool.core.jieba_speech import LETTERS, mark_parts, speak, spelled
from nlptool.core.jieba_speech_tables import known
from nlptool.core.jieba_tags import tags

NEWS = Path(__file__).parents[3] / "shared/data/corpora/news.txt.xz"

Words = list[tuple[str, str]]

ODD = ["3.14%", "5.", ".5", "+#&._%-", "A.B", "C++", "T恤", "B超", "AT&T", "卡拉OK", "1.2.3", "a1"]
ODD += ["５", "〇", "\u9fd5\u9fd6", "\u4dff\u4e00", " ", "　", "\t", "，", "é", "か", "😀", "𠀀"]
HARD = "中国人民张伟研究生命起源的我们a1Z.%-_+#é 　，\u9fd5\u9fd6𠀀"


@pytest.fixture(scope="module")
def posseg() -> Any:
    _jieba()  # without its noise
    import jieba.posseg  # slow to load, warns

    jieba.setLogLevel(60)
    return jieba.posseg


def words(text: str) -> Words:
    points = np.frombuffer(text.encode("utf-32-le"), np.int32)
    begins, parts = np.full((2, len(points)), 77, np.uint8)
    speak(points, known().speech, begins, parts)
    found: list[tuple[str, str]] = []
    for char, begin, part in zip(text, begins.tolist(), parts.tolist(), strict=True):
        before = found.pop() if not begin else ("", PARTS[part])
        assert before[1] == PARTS[part]
        found.append((before[0] + char, PARTS[part]))
    return found


def theirs(text: str, posseg: Any) -> Words:
    return [(pair.word, pair.flag) for pair in posseg.cut(text)]


def test_by_hand(posseg: Any) -> None:
    text = "张伟明在北京的GDP增长5.2%"
    wanted = [("张伟明", "nr"), ("在", "p"), ("北京", "ns"), ("的", "uj"), ("GDP", "eng")]
    wanted += [("增长", "v"), ("5.2", "m"), ("%", "x")]
    assert words(text) == wanted == theirs(text, posseg)


@pytest.mark.parametrize("text", ["", "一", "a", "。", "𠀀", "%", " ", "1", "龠龠", "的的的的"])
def test_hardly_anything(text: str, posseg: Any) -> None:
    assert words(text) == theirs(text, posseg)


@settings(max_examples=300, deadline=None)
@given(st.text(st.sampled_from(HARD) | st.characters(exclude_categories=["Cs", "Cc"])))
def test_any_text(posseg: Any, text: str) -> None:
    assert words(text) == theirs(text, posseg)


@settings(max_examples=200, deadline=None)
@given(st.lists(st.sampled_from(ODD) | st.text("ab1.%-研究", max_size=4), max_size=20).map("".join))
def test_odd_branches(posseg: Any, text: str) -> None:
    assert words(text) == theirs(text, posseg)


@settings(max_examples=200, deadline=None)
@given(st.text(st.characters(min_codepoint=0x4DFE, max_codepoint=0x9FD8), max_size=40))
def test_rare_characters_are_each_in_one_word(posseg: Any, text: str) -> None:
    found = words(text)
    assert "".join(word for word, _ in found) == text
    try:
        other = theirs(text, posseg)
    except ValueError:
        return  # where no state can follow, jieba may fail
    if "".join(word for word, _ in other) == text:
        assert found == other


def test_words_side_by_side(posseg: Any) -> None:
    drawn = random.Random(1)
    keys = list(tags())
    for _ in range(1000):
        parts = []
        for _ in range(drawn.randrange(15)):
            word = drawn.choice(keys)
            at = drawn.randrange(len(word))
            parts.append(drawn.choice([word, word[at:], word[:at], drawn.choice(ODD)]))
        text = "".join(parts)
        assert words(text) == theirs(text, posseg), text


def test_news_begin(posseg: Any) -> None:
    if not NEWS.exists():
        pytest.skip("no corpus")
    with lzma.open(NEWS, "rt", encoding="utf-8", newline="\n") as lines:
        for line in islice(lines, 200):
            assert words(line.rstrip("\n")) == theirs(line.rstrip("\n"), posseg), line


@pytest.mark.slow
def test_all_news(posseg: Any) -> None:
    if not NEWS.exists():
        pytest.skip("no corpus")
    with lzma.open(NEWS, "rt", encoding="utf-8", newline="\n") as lines:
        for line in lines:
            assert words(line.rstrip("\n")) == theirs(line.rstrip("\n"), posseg), line


def test_larger_numbers_are_words_of_their_own() -> None:
    points = np.array([ord("北"), ord("京"), 0x110000, 0x110005], np.int32)
    begins, parts = np.empty((2, 4), np.uint8)
    speak(points, known().speech, begins, parts)
    assert begins.tolist() == [1, 0, 1, 1]
    assert [PARTS[part] for part in parts] == ["ns", "ns", "x", "x"]


def test_a_line_of_a_million_characters() -> None:
    points = np.full(1_000_000, ord("的"), np.int32)
    begins, parts = np.empty((2, len(points)), np.uint8)
    speak(points, known().speech, begins, parts)
    assert begins[0] == 1


def test_names_of_parts() -> None:
    def of(name: str) -> int:
        return int(spelled(np.frombuffer(name.encode(), np.uint8), 0, len(name.encode())))

    assert len({of(part) for part in PARTS}) == len(PARTS)
    assert max(map(of, PARTS)) < LETTERS
    assert [of(name) for name in ("a", "z", "aa", "abcde", "A", "1", "é", "")] == [
        *(1, 26, 28, 0, 0, 0, 0, 0)
    ]


@pytest.mark.parametrize(
    "text", ["北京 3 ns", "北京 3\n", "北京 3 \n", "北京 3 n s\n", "北京 3 qqqq\n", "龘龘龘 3 n\n"]
)
def test_lines_that_are_none(text: str) -> None:
    table = known().speech.words.table
    numbers = np.zeros(LETTERS, np.uint8)
    numbers[14] = 1
    parts = np.zeros(len(table), np.uint8)
    assert not mark_parts(np.frombuffer(text.encode(), np.uint8), table, numbers, parts)
