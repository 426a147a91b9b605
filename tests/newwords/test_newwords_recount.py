"""Counting the words of a text anew by cutting it."""

import random
from collections import Counter
from pathlib import Path

import numpy as np
import pytest

from nlptool.core.report import Note, Progress
from nlptool.newwords.dictionary import cut, dictionary_of
from nlptool.newwords.recount import UNSEEN, reestimated
from nlptool.newwords.symbols import FILE_END, Stream, read_stream
from tests.naive_route import best_cut

WORDS = {"甲乙": 2, "乙丙": 3, "丙": 9, "丁甲": 1, "K线": 2, "戊己": 5}


def made(seed: int, n: int) -> str:
    rng = random.Random(seed)
    parts = ["甲乙", "丙", "乙丙", "丁", "丁甲", "，", "\n", "K线", "庚"]
    return "".join(rng.choice(parts) for _ in range(n))


def stream_of(text: str, folder: Path) -> Stream:
    return read_stream([text.encode() + b"\n", FILE_END], folder)


def naive_rounds(text: str, words: dict[str, int], rounds: int) -> dict[str, float]:
    """Return the counts after some rounds; what is no word of `words` counts once, always."""
    counts: dict[str, float] = dict(words)
    known = {char for word in words for char in word.replace("K", "")} | {"K"}
    for _ in range(rounds):
        found: Counter[str] = Counter()
        for line in text.replace("，", "\n").split("\n"):
            found.update(best_cut(list(line), counts)[1])  # type: ignore[arg-type]
        # Characters that words have count from now on, even if they are no words.
        counts = {word: found[word] + UNSEEN for word in {*words, *known}}
    return counts


@pytest.mark.parametrize("rounds", [1, 3])
@pytest.mark.parametrize("threads", [1, 3])
def test_equals_naive(rounds: int, threads: int, tmp_path: Path) -> None:
    text = made(1, 900)
    by = dictionary_of(WORDS, "w")
    new = reestimated(by, stream_of(text, tmp_path), rounds, threads=threads)
    counts = naive_rounds(text, WORDS, rounds)
    total = sum(counts.values())
    fast = sorted(np.exp(new.scores[2:][np.isfinite(new.scores[2:])]) * total)
    assert fast == pytest.approx(sorted(counts.values()))
    line = "甲乙丙丁甲乙K线"
    assert cut(line.encode(), new).decode().split() == best_cut(list(line), counts)[1]  # type: ignore[arg-type]


def test_any_threads_give_the_same(tmp_path: Path) -> None:
    stream = stream_of(made(2, 5000), tmp_path)
    by = dictionary_of(WORDS, "w")
    found = [reestimated(by, stream, 2, threads=threads).scores for threads in (1, 2, 5)]
    assert all(np.array_equal(found[0], own) for own in found)


def test_words_become_as_frequent_as_they_are(tmp_path: Path) -> None:
    words = {"戊": 900, "己": 900, "戊己": 700, "甲乙": 40}
    text = "戊己甲乙" * 50
    by = dictionary_of(words, "w")
    notes: list[Note | Progress] = []
    new = reestimated(by, stream_of(text, tmp_path), 2, threads=1, report=notes.append)
    assert cut("戊己甲乙".encode(), new).decode() == "戊己 甲乙"
    # Each 50 times, and each of the four characters half a time: 2 x 50.5 + 4 x 0.5 = 103.
    assert [note.text for note in notes if isinstance(note, Note)] == [
        f"round 1: 100 words, {naive_mean(text, words):.4f} nats a symbol",
        f"round 2: 100 words, {np.log(50.5 / 103) / 2:.4f} nats a symbol",
    ]


def naive_mean(text: str, words: dict[str, int]) -> float:
    return best_cut(list(text), words)[0] / len(text)


def test_an_empty_text_changes_nothing_that_matters(tmp_path: Path) -> None:
    new = reestimated(dictionary_of(WORDS, "w"), stream_of("", tmp_path), 2, threads=2)
    assert cut("甲乙丙".encode(), new).decode() == "甲乙 丙"
