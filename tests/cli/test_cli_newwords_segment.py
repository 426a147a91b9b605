"""`nlptool newwords segment`: exit code, stdout and stderr."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.faults import End

TEXT = "".join(f"充满希望{c}，世纪{c}希望，充满{c}。\n" for c in "甲乙丙丁戊" * 9)


def run(*args: str | Path, text: str = "") -> End:
    command = [sys.executable, "-m", "nlptool", "newwords", "segment", *map(str, args)]
    done = subprocess.run(command, input=text.encode(), capture_output=True, check=False)
    # Whoever runs first on a machine is told that, and any test may be the first.
    said = re.sub("nlptool: compiling kernels,[^\n]*\n", "", done.stderr.decode())
    return End(done.returncode, done.stdout.decode(), said)


@pytest.fixture
def corpus(tmp_path: Path) -> Path:
    path = tmp_path / "corpus.txt"
    path.write_text(TEXT, "utf-8")
    return path


def test_cut_by_the_text_itself_by_stdin_and_by_counts(corpus: Path, tmp_path: Path) -> None:
    way = ("--method", "cut", "--min-pmi", "0,1.5,9,9")
    end = run(*way, corpus, "-q")
    assert (end.code, end.stderr) == (0, "")
    assert end.stdout.startswith("充满 希望 甲 ， 世纪 甲 希望 ， 充满 甲 。\n")
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    told = run(*way, "--temp-dir", temporary, text=TEXT)
    assert (told.code, told.stdout) == (0, end.stdout)
    assert "nlptool: --min-count 3, for 585 symbols\n" in told.stderr
    assert list(temporary.iterdir()) == []
    counts = tmp_path / "a.counts"
    command = [sys.executable, "-m", "nlptool", "newwords", "count", corpus, "-o", counts, "-q"]
    subprocess.run(command, check=True)
    out = tmp_path / "out.txt"
    assert run(*way, "--counts", counts, "-q", "-o", out, text=TEXT).code == 0
    assert out.read_text("utf-8") == end.stdout


def test_cut_by_words(tmp_path: Path) -> None:
    words = tmp_path / "words.txt"
    words.write_text("充满\n满希\n世纪\n", "utf-8")
    end = run("--method", "cut", "--words", words, "-q", text="充满希望世纪\n")
    assert end == End(0, "充满希 望 世纪\n", "")


def test_iterations(corpus: Path, tmp_path: Path) -> None:
    words = tmp_path / "words.txt"
    words.write_text("充满希 20\n充满 30\n希望 3\n望 20\n", "utf-8")
    plain = run("--words", words, "-q", text="充满希望\n")
    assert plain == End(0, "充满希 望\n", "")
    end = run("--words", words, "--iterations", "2", "--threads", "2", text=TEXT)
    assert end.code == 0
    assert "nlptool: round 2: " in end.stderr
    same = run("--words", words, "--iterations", "2", "--threads", "1", "-q", corpus)
    assert same == End(0, end.stdout, "")


@pytest.mark.parametrize(
    ("args", "code", "message"),
    [
        (
            (),
            2,
            "--words: missing, expected a file of words to cut by, or --method cut without one",
        ),
        (("--method", "x"), 2, "--method: 'x', expected one of words, cut"),
        (("--words", "w", "--by", "pmi"), 2, "--by: given, but it is for --method cut"),
        (("--words", "w", "--counts", "c"), 2, "--counts: given, but it is for --method cut"),
        (
            ("--words", "w", "--method", "cut", "--min-pmi", "0,1"),
            2,
            "--min-pmi: given, but it is for --method cut without --words",
        ),
        (
            ("--method", "cut", "--iterations", "1"),
            2,
            "--iterations: given, but --method cut has no counts of words",
        ),
        (
            ("--method", "cut", "--by", "x"),
            2,
            "--by: 'x', expected one of pmi, cohesion, pair",
        ),
        (("--words", "-"), 2, "stdin (-): named as words and as text, it can be read once"),
        (
            ("--method", "cut", "--memory", "1M", "--threads", "1"),
            2,
            "--memory: 1,048,576 bytes, expected at least 16,777,216 with --threads 1",
        ),
        (("--method", "cut", "nothing.txt"), 3, "nothing.txt: no such file"),
    ],
)
def test_wrong_use(args: tuple[str, ...], code: int, message: str) -> None:
    assert run(*args, text="春\n") == End(code, "", f"nlptool: {message}\n")
