"""Measuring cut text, whatever the length of its lines and however it comes."""

import json
import random
import subprocess
import sys
from itertools import accumulate, pairwise
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nlptool.errors import CorpusError
from nlptool.newwords.score_cut import score_cut


def in_blocks(text: str, size: int = 1 << 20) -> list[bytes]:
    text = text if not text or text.endswith("\n") else f"{text}\n"
    return [text[at : at + size].encode() for at in range(0, len(text), size)]


def test_by_hand() -> None:
    # 迈向 is right; 充满希望 is not; １２ and 12 are the same.
    score = score_cut(in_blocks("迈向 充满希望 12\n\n"), in_blocks("迈向  充满  希望  １２\n\n"))
    assert (score.n_lines, score.n_words, score.n_gold, score.n_right) == (2, 3, 4, 2)
    assert score.precision == pytest.approx(2 / 3)
    assert score.recall == 0.5
    assert score.f1 == pytest.approx(4 / 7)
    assert score_cut([], []).f1 == 0


def naive(text: str, gold: str) -> tuple[int, int, int]:
    found = [0, 0, 0]
    for own, right in zip(text.split("\n"), gold.split("\n"), strict=True):
        spans = [
            set(pairwise(accumulate(map(len, line.split()), initial=0))) for line in (own, right)
        ]
        for i, n in enumerate((len(spans[0]), len(spans[1]), len(spans[0] & spans[1]))):
            found[i] += n
    return found[0], found[1], found[2]


@settings(max_examples=300, deadline=None)
@given(
    st.text("甲乙\n", max_size=12),
    st.lists(st.sampled_from(["", " ", "  "]), min_size=26, max_size=26),
    st.integers(1, 5),
    st.integers(1, 5),
)
def test_equals_naive_for_any_blocks(text: str, gaps: list[str], size: int, gold_size: int) -> None:
    own = "".join(f"{gap}{char}" for gap, char in zip(gaps, text, strict=False))
    gold = "".join(f"{gap}{char}" for gap, char in zip(gaps[13:], text, strict=False))
    own, gold = (f"{one}\n" if one else "" for one in (own, gold))
    score = score_cut(in_blocks(own, size), in_blocks(gold, gold_size))
    assert (score.n_words, score.n_gold, score.n_right) == naive(own, gold)
    assert score.n_lines == own.count("\n")


@pytest.mark.parametrize(
    ("text", "gold", "message"),
    [
        ("甲\n乙 丙", "甲\n乙丁", "a:2: character 2 is not that of b:2: found '丙', expected '丁'"),
        ("甲", "甲乙", "a:1: character 2 is not that of b:1: found its end, expected '乙'"),
        ("甲乙", "甲", "a:1: character 2 is not that of b:1: found '乙', expected its end"),
        ("甲", "甲\n乙", "a:2: no such line, but b has it"),
        ("甲\n乙", "甲", "b:2: no such line, but a has it"),
    ],
)
@pytest.mark.parametrize("size", [1, 1 << 20])
def test_other_text(text: str, gold: str, message: str, size: int) -> None:
    with pytest.raises(CorpusError) as error:
        score_cut(in_blocks(text, size), in_blocks(gold, size), ("a", "b"))
    assert str(error.value) == message


def test_lines_of_more_than_a_block(tmp_path: Path) -> None:
    rng = random.Random(4)
    words = ["".join(rng.choices("甲乙丙丁", k=rng.randint(1, 3))) for _ in range(600_000)]
    gold, cut = tmp_path / "gold.txt", tmp_path / "cut.txt"
    gold.write_text("  ".join(words) + "\n二\n", "utf-8")
    cut.write_text(" ".join("".join(words[i : i + 2]) for i in range(0, 600_000, 2)) + "\n二\n")
    command = [sys.executable, "-m", "nlptool", "newwords", "eval", "--json", "-q"]
    command += ["--segmented", str(cut), "--gold-segmented", str(gold)]
    done = subprocess.run(command, capture_output=True, check=False)
    assert (done.returncode, done.stderr) == (0, b"")
    rows = json.loads(done.stdout)
    assert (rows["lines"], rows["words"], rows["gold"], rows["right"]) == (2, 300_001, 600_001, 1)
