"""Cutting text by a dictionary, and learning one."""

import random
from math import log
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nlptool.core.report import Note, Progress
from nlptool.errors import ConfigError, CorpusError
from nlptool.newwords.config_learn import Learning
from nlptool.newwords.dictionary import cut, dictionary_of
from nlptool.newwords.grams import lookup_of
from nlptool.newwords.kernels_look import BLOCK
from nlptool.newwords.kernels_route import alternatives
from nlptool.newwords.learn import learn
from nlptool.newwords.symbols import FILE_END
from tests.naive_route import best_cut, best_parts, cut_line

WORDS = {"新的": 3, "世纪": 5, "新": 4, "充满": 9, "希望": 8, "A股": 3, "手机": 7}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("充满希望的新世纪", "充满 希望 的 新 世纪"),
        ("A股,5G、iPhone手机", "A股 , 5G 、 iPhone 手机"),
        ("涨12.5％和1,000元……", "涨 12.5％ 和 1,000 元 ……"),
        ("３月５日——15:06", "３ 月 ５ 日 —— 15:06"),
        ("好！！ 5. 6", "好 ！ ！ 5 . 6"),
        ("充满 希 望\t\u3000x", "充满 希 望 x"),
        ("𠀀新的", "𠀀 新的"),
        ("\n\n充满\n", "\n\n充满\n"),
        ("", ""),
    ],
)
def test_cut(text: str, expected: str) -> None:
    assert cut(text.encode(), dictionary_of(WORDS, "words")).decode() == expected


def test_probabilities_by_hand() -> None:
    # 甲乙 | 丙: log 3 - log 10 twice as for 丙; 甲 | 乙丙: 甲 is unknown, so log 1.
    words = {"甲乙": 3, "丙": 3, "乙丙": 4}
    assert cut("甲乙丙".encode(), dictionary_of(words, "w")).decode() == "甲乙 丙"
    score, _ = best_cut(list("甲乙丙"), words)
    assert score == pytest.approx(2 * log(0.3))


@settings(max_examples=60, deadline=None)
@given(
    st.dictionaries(st.text("甲乙丙丁", min_size=1, max_size=4), st.integers(1, 50), min_size=1),
    st.text("甲乙丙丁戊,! \n", max_size=60),
)
def test_cut_equals_naive(words: dict[str, int], text: str) -> None:
    expected = "\n".join(cut_line(line, words) for line in text.split("\n"))
    assert cut(text.encode(), dictionary_of(words, "w")).decode() == expected


@settings(max_examples=80, deadline=None)
@given(
    st.dictionaries(
        st.text("甲乙丙", min_size=1, max_size=5), st.floats(-20, -0.1), min_size=1, max_size=12
    )
)
def test_the_gain_of_a_word_equals_naive(scores: dict[str, float]) -> None:
    # All that a word begins with has a number, as in a trie of n-grams.
    symbols = {char: i for i, char in enumerate("甲乙丙", 1)}
    known = sorted({word[:n] for word in scores for n in range(2, len(word) + 1)})
    numbers = {"": 0} | symbols
    edges = [np.uint64(i) for i in range(4)]
    for word in sorted(known, key=len):
        edges.append(np.uint64(numbers[word[:-1]] << 32 | symbols[word[-1]]))
        numbers[word] = len(edges) - 1
    lookup = lookup_of(np.array(edges, np.uint64), 4)
    values = np.full(len(edges), -np.inf)
    for word, score in scores.items():
        values[numbers[word]] = score
    long = [word for word in scores if len(word) > 1]
    rows = np.zeros((len(long), 5), np.int32)
    for i, word in enumerate(long):
        rows[i, : len(word)] = [symbols[char] for char in word]
    lengths = np.array([len(word) for word in long], np.int32)
    out = np.empty(len(long))
    alternatives(rows, lengths, lookup.edges, lookup.table, lookup.shift, values, out)
    assert out.tolist() == pytest.approx([best_parts(list(word), scores) for word in long])


def test_long_stretch_is_cut_in_blocks() -> None:
    text = "甲乙" * BLOCK
    out = cut(text.encode(), dictionary_of({"甲乙": 2}, "w")).decode()
    assert out == " ".join(["甲乙"] * BLOCK)


def test_unusable_words_are_told() -> None:
    notes: list[Note | Progress] = []
    words = {"好。": 1, "a b": 2, "甲乙": 3, "\ud800": 1, "丙\n丁": 1, "": 1, "长" * 65: 1}
    by = dictionary_of(words, "w.txt", notes.append)
    assert cut("甲乙好".encode(), by).decode() == "甲乙 好"
    assert notes == [Note("w.txt: 6 words not used: marks or spaces in them, or too long")]
    with pytest.raises(CorpusError, match=r"^w.txt: no words, expected some to cut the text by$"):
        dictionary_of({"。": 1}, "w.txt")


def _text(n: int) -> tuple[str, list[str]]:
    """Return sentences of words that are made at random, and these words."""
    chance = random.Random(1)
    chars = [chr(0x4E00 + i) for i in range(300)]
    words = ["".join(chance.sample(chars, chance.choice((1, 2, 2, 3)))) for _ in range(150)]
    lines = ["".join(chance.choices(words, k=12)) + "。" for _ in range(n)]
    return "\n".join(lines) + "\n", words


def test_learns_the_words_of_a_text(tmp_path: Path) -> None:
    text, words = _text(3000)
    blocks = [text.encode(), FILE_END]
    learnt = [
        learn(blocks, Learning(threads=threads, size=400), folder=tmp_path) for threads in (1, 2, 3)
    ]
    found = {word for word in learnt[0].words[:150] if len(word) > 1}
    wanted = {word for word in words if len(word) > 1}
    assert len(found & wanted) > 0.9 * len(wanted)
    assert (np.diff(learnt[0].counts) <= 0).all()
    # The words and characters of the last cut are all the text.
    assert int(learnt[0].counts @ [len(word) for word in learnt[0].words]) == len(
        text.replace("。\n", "")
    )
    assert len({words.as_text("tsv") for words in learnt}) == 1
    assert not list(tmp_path.iterdir())


def test_learns_nothing_from_nothing(tmp_path: Path) -> None:
    assert len(learn([], Learning(), folder=tmp_path)) == 0
    same = learn(["的".encode() * 500 + b"\n"], Learning(), folder=tmp_path)
    assert same.words == ["的"]


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"size": 0}, "--size: 0, expected 1 to 10000000"),
        ({"max_len": 8}, "--max-len: 8, expected 2 to 7"),
        ({"min_gain": (1.0,)}, "--min-gain: 1, expected two numbers such as 3,2"),
        ({"min_entropy": -1.0}, "--min-entropy: -1.0, expected 0 to 50 nats"),
    ],
)
def test_settings_out_of_range(given: dict[str, object], message: str) -> None:
    with pytest.raises(ConfigError) as error:
        Learning(**given)  # type: ignore[arg-type]  # wrong on purpose
    assert str(error.value) == message
