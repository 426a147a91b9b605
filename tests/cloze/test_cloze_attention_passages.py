"""Passages to learn from, and what is asked of them."""

from collections import Counter

import numpy as np
import pytest

from nlptool.cloze.attention_config import Attention
from nlptool.cloze.attention_graph import FIRST, GAP
from nlptool.cloze.attention_passages import shelved, taken
from nlptool.cloze.leaks import Leaks
from nlptool.cloze.questions import BLANK, question
from nlptool.core.report import Note
from nlptool.core.vocab import Vocab
from nlptool.errors import CorpusError

WORDS = ["妈妈", "桃子", "小猴", "快乐", "的", "。"]
VOCAB = Vocab(WORDS, np.zeros(len(WORDS), np.int64))
NOUNS = np.array([1, 1, 1, 0, 0, 0], np.uint8)
SMALL = Attention(low=10, high=40, blanks=4)
WIDE = Attention(low=30, high=45, blanks=4)
LINE = "妈妈 的 桃子 小猴 的 桃子 快乐 的 小猴 的 快乐 妈妈 快乐 的 。 "


def shelf_of(lines=(LINE,), questions=(), config=SMALL, **given):
    return shelved(lines, questions, VOCAB, NOUNS, config, **given)


def test_passages_of_a_corpus_and_of_questions():
    asked = question("a", [["妈妈", "的", BLANK, "。"], ["桃子", "。"]], answers=["桃子"])
    unanswered = question("b", [["妈妈", BLANK]])
    long = question("c", [["妈妈"] * 90, [BLANK]], answers=["妈妈"])
    config = Attention(low=10, high=40, repeat=2)
    shelf = shelf_of([LINE, "", LINE], [asked, unanswered, long], config)
    assert len(shelf) == 4
    assert shelf.lengths.tolist() == [15, 15, 6, 6]
    assert shelf.blanks == {2: [2], 3: [2]}
    assert (shelf.ids[:15] == shelf.ids[15:30]).all()
    assert shelf.asked.tolist() == pytest.approx([1, 0, 1, 1, 0.3, 0])
    assert shelf.digest() != shelf_of([LINE, "", LINE], [asked], SMALL).digest()


def test_lines_of_what_will_be_measured_are_left_out():
    notes = []
    kept = "桃子 的 小猴 " * 8
    shelf = shelf_of([LINE, kept], leaks=Leaks([LINE]), report=notes.append)
    assert len(shelf) == 1
    assert notes == [Note("corpus: 1 lines stand in --dev: left out")]


@pytest.mark.parametrize("lines", [[], ["的 。"], ["的 。 " * 20]])
def test_nothing_to_ask_about(lines):
    with pytest.raises(CorpusError) as caught:
        shelf_of(lines)
    assert str(caught.value) == "corpus: no passage to ask about, expected some with nouns"


def test_what_is_left_out_can_be_found():
    """Of each word that is asked for one place is hidden, and another stays."""
    part = LINE.replace("。", "的")
    shelf = shelf_of([part + LINE, "", part * 2 + LINE], config=WIDE)
    rows = np.array([0, 1])
    for seed in range(20):
        batch = taken(shelf, rows, 4, np.random.default_rng(seed))
        assert batch["words"].shape == (2, 64)
        for row in range(2):
            n = int(batch["counted"][row].sum())
            assert n == (1, 2)[row]
            places = batch["places"][row, :n]
            assert (batch["words"][row, places] == GAP).all()
            assert (batch["words"][row] == GAP).sum() == n
            raw = shelf.ids[shelf.starts[row] : shelf.starts[row + 1]]
            for place, answer in zip(places, batch["answers"][row, :n], strict=True):
                there = np.flatnonzero(batch["kinds"][row] == answer)
                assert len(there)
                assert (raw[there] == raw[place]).all()
                assert (batch["words"][row, there] == batch["words"][row, there[0]]).all()
    # Words without Han and punctuation are no answers; what is not there counts nothing.
    ends = np.flatnonzero(batch["words"][0] == FIRST + 5)
    assert len(ends)
    assert (batch["kinds"][0, ends] == 0).all()
    assert batch["answers"][0, n:].tolist() == [-1] * (4 - n)


def test_the_blank_of_a_question_is_always_asked():
    words = LINE.split() * 2
    asked = question("a", [[*words[:5], BLANK, *words[6:]]], answers=["桃子"])
    shelf = shelf_of(["妈妈 " * 12], [asked])
    row = np.array([1])
    for seed in range(5):
        batch = taken(shelf, row, 4, np.random.default_rng(seed))
        assert batch["places"][0, 0] == 5
        assert batch["counted"][0, 0] == 1


def test_a_blank_whose_answer_is_nowhere_else_does_not_count():
    asked = question("a", [["小猴", "的", BLANK, "。", "小猴", "快乐"]], answers=["老虎"])
    batch = taken(shelf_of([LINE], [asked]), np.array([1]), 2, np.random.default_rng(0))
    assert batch["places"][0, 0] == 2
    assert batch["counted"][0].tolist() == [0, 0]


def test_nouns_are_asked_for_more_readily():
    shelf = shelf_of([LINE * 2])
    asked = Counter()
    for seed in range(300):
        batch = taken(shelf, np.array([0]), 4, np.random.default_rng(seed))
        place = batch["places"][0, 0]
        asked[shelf.ids[place]] += 1
    counts = [asked[number] for number in (0, 2, 3, 4)]  # 妈妈 桃子 小猴 快乐
    assert min(counts[:3]) > 1.2 * counts[3] > 0
