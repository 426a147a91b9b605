"""Measuring lists of words; the commands segment, dictionary and eval."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from nlptool.newwords.scores import score_list


def test_list_by_hand() -> None:
    score = score_list(["甲", "乙", "甲", "丙", "丁"], ["甲", "丙", "戊"], ranks=(2, 4, 5))
    assert (score.n_words, score.n_gold, score.n_found) == (4, 3, 2)
    assert score.precision == {2: 0.5, 4: 0.5, 5: None}
    assert score.recall == pytest.approx(2 / 3)
    assert score.average_precision == pytest.approx((1 + 2 / 3) / 3)
    assert score_list([], []).average_precision == 0


def _run(*args: str | Path, text: str = "", code: int = 0) -> tuple[str, str]:
    command = [sys.executable, "-m", "nlptool", "newwords", *map(str, args)]
    done = subprocess.run(command, input=text.encode(), capture_output=True, check=False)
    assert done.returncode == code, done.stderr.decode()
    return done.stdout.decode(), done.stderr.decode()


def test_commands(tmp_path: Path) -> None:
    corpus = tmp_path / "corpus.txt"
    corpus.write_text("".join(f"充满希望{c},世纪{c}希望,充满{c}。\n" for c in "甲乙丙丁戊" * 9))
    words = tmp_path / "words.tsv"
    _run("dictionary", corpus, "-o", words, "--min-count", 3, "-q", "--min-gain", "0,0")
    assert words.read_text().startswith("word\tcount\t")
    out, _ = _run("segment", "--words", words, "-q", text="充满希望甲\n\n世纪")
    assert out == "充满 希望 甲\n\n世纪\n"
    cut = tmp_path / "out.txt"
    cut.write_text(out)
    gold = tmp_path / "gold.txt"
    gold.write_text("充满  希望  甲\n\n世  纪\n")
    out, _ = _run("eval", "--segmented", cut, "--gold-segmented", gold, "--json")
    assert json.loads(out)["right"] == 3
    terms = tmp_path / "terms.txt"
    terms.write_text("充满\n希望\n没有\n")
    args = ("eval", words, "--gold", terms, "--corpus", corpus, "--min-occurs", 2, "--json", "-q")
    score = json.loads(_run(*args)[0])
    assert (score["gold"], score["found"], score["recall"]) == (2, 2, 1.0)


@pytest.mark.parametrize(
    ("args", "message"),
    [
        (
            ("segment",),
            "--words: missing, expected a file of words to cut by, or --method cut without one",
        ),
        (
            ("segment", "--words", "-"),
            "stdin (-): named as words and as text, it can be read once",
        ),
        (
            ("eval", "a"),
            "eval: expected LIST with --gold, or --segmented with --gold-segmented",
        ),
        (("eval",), "eval: expected either LIST with --gold or --segmented"),
        (("dictionary", "--min-gain", "3"), "--min-gain: '3', expected two numbers such as 3,2"),
    ],
)
def test_wrong_use(args: tuple[str, ...], message: str) -> None:
    assert _run(*args, code=2) == ("", f"nlptool: {message}\n")
