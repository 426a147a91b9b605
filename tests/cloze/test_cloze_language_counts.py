"""What is counted of a corpus."""

import numpy as np
import pytest

from nlptool.cloze.language import BITS
from nlptool.cloze.language_counts import read_text, tables
from nlptool.cloze.leaks import Leaks
from nlptool.errors import CorpusError
from tests import naive_cloze


def test_words_become_ids():
    text = read_text(["甲 乙 甲", "", "甲 12 丙", "3 乙"], 2)
    assert text.vocab.words == ["甲", "0", "乙"]
    assert text.vocab.counts.tolist() == [3, 2, 2]
    assert text.ids.tolist() == [0, 2, 0, 4, 0, 1, 3, 4, 1, 2, 4]
    assert (text.n_unknown, text.n_edges) == (1, 3)


def test_lines_of_the_questions_are_left_out():
    line = "今天 天气 很 好 ， 我们 一起 到 公园 里 去 看 新 开 的 花 吧 朋友 们 。"
    notes = []
    text = read_text([line, "甲 乙"], 1, leaks=Leaks([line]), where="c", report=notes.append)
    assert text.vocab.words == ["乙", "甲"]
    assert [note.text for note in notes] == ["c: 1 lines stand in the questions: left out"]


def test_a_corpus_without_words():
    with pytest.raises(CorpusError) as caught:
        read_text(["甲 乙 甲"], 3, where="c")
    assert str(caught.value) == (
        "c: no word occurs 3 times, the most frequent one 2 times; expected text, or a lower "
        "--min-count"
    )
    with pytest.raises(CorpusError):
        read_text([], 1)


@pytest.mark.parametrize("least", [1, 2])
def test_as_the_slow_twin(least):
    rng = np.random.default_rng(least)
    text = read_text([" ".join("甲乙丙丁"[i] for i in rng.integers(0, 4, 7)) for _ in range(9)], 1)
    ids = text.ids.tolist()
    right = {
        "pairs": naive_cloze.counted(ids, 1, 2, least),
        "gaps": naive_cloze.counted(ids, 2, 2, least),
        "triples": naive_cloze.counted(ids, 1, 3, least),
    }
    for name, table in tables(text, least).items():
        keys = {}
        for row, count in right[name].items():
            key = 0
            for number in row:
                key = key << BITS | number
            keys[key] = count
        assert dict(zip(table.keys.tolist(), table.counts.tolist(), strict=True)) == keys
        assert (np.diff(table.keys) > 0).all()
