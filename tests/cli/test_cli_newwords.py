import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
CORPUS = ROOT / "corpora" / "zh_power.txt"
HEADER = "word\tcount\tdocuments\tpmi\tleft\tright\tscore"


def run(*args, text="", **more):
    return subprocess.run(
        [sys.executable, "-m", "nlptool", "newwords", *map(str, args)],
        input=text.encode(),
        capture_output=True,
        check=False,
        timeout=300,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        **more,
    )


def mine(*args, **more):
    done = run("mine", *args, **more)
    assert done.returncode == 0, done.stderr
    return done.stdout.decode()


@pytest.fixture(scope="module")
def table():
    return mine(CORPUS, "--quiet")


def test_words_as_a_table(table):
    header, *rows = table.splitlines()
    assert header == HEADER
    assert rows
    scores = [float(row.split("\t")[6]) for row in rows]
    assert scores == sorted(scores, reverse=True)
    assert all(len(row.split("\t")) == 7 for row in rows)


def test_stdin_memory_threads_and_output_give_the_same(table, tmp_path):
    text = CORPUS.read_text("utf-8")
    assert mine("-q", text=text) == table
    assert mine("-q", "--threads", 1, "--memory", "64M", CORPUS) == table
    assert mine("-q", CORPUS, "-o", tmp_path / "out.tsv") == ""
    assert (tmp_path / "out.tsv").read_text("utf-8") == table


def test_formats(table):
    words = [row.split("\t")[0] for row in table.splitlines()[1:]]
    rows = [json.loads(line) for line in mine(CORPUS, "-q", "--json").splitlines()]
    assert [row["word"] for row in rows] == words
    assert list(rows[0]) == HEADER.split("\t")
    assert mine(CORPUS, "-q", "--format", "list").split() == words
    first = mine(CORPUS, "-q", "--format", "jieba", "--top", 1)
    assert first == f"{words[0]} {rows[0]['count']}\n"


def test_against_and_examples(table, tmp_path):
    words = [row.split("\t")[0] for row in table.splitlines()[1:]]
    known = tmp_path / "known.txt"
    known.write_text("\n".join(words[1:]), "utf-8")
    done = mine(CORPUS, "-q", "--against", known, "--json", "--examples", 2)
    (row,) = map(json.loads, done.splitlines())
    assert row["word"] == words[0]
    assert row["examples"]
    text = "".join(CORPUS.read_text("utf-8").split())
    for sentence in row["examples"]:
        assert words[0] in sentence
        assert "".join(sentence.split()) in text


def test_counts_instead_of_text(tmp_path):
    for name in ("a", "b"):
        done = run("count", CORPUS, "-o", tmp_path / name)
        assert done.returncode == 0
        assert done.stdout == b""
    assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes()
    once = mine(tmp_path / "a", "-q", "--min-count", 4, "--format", "jieba")
    twice = mine(tmp_path / "a", tmp_path / "b", "-q", "--min-count", 8, "--format", "jieba")
    assert once
    counts = dict(line.split() for line in once.splitlines())
    assert {word: str(2 * int(n)) for word, n in counts.items()} == dict(
        line.split() for line in twice.splitlines()
    )
    new = run("mine", CORPUS, "--since", tmp_path / "a", "--min-count", 4)
    assert new.stdout.decode() == HEADER + "\n"
    assert "is new to --against and --since" in new.stderr.decode()


def test_model(tmp_path, table):
    mine(CORPUS, "-q", "--model", tmp_path / "m")
    mine(CORPUS, "-q", "--against", tmp_path / "m")
    assert mine(CORPUS, "-q", "--against", tmp_path / "m") == HEADER + "\n"


def test_an_empty_text():
    done = run("mine", text="")
    assert done.returncode == 0
    assert done.stdout.decode() == HEADER + "\n"
    assert "no words: the text is empty" in done.stderr.decode()


@pytest.mark.parametrize(
    ("args", "code", "message"),
    [
        (["--method", "x"], 2, "--method: 'x', expected one of pmi, cohesion, pair"),
        (["--order", "9"], 2, "--order: 9, expected 2 to 8"),
        (["--min-pmi", "a"], 2, "--min-pmi: 'a', expected numbers such as 0,2,4,6"),
        (["--format", "x"], 2, "--format: 'x', expected one of tsv, jsonl, jieba, list"),
        (["--memory", "1M", "--threads", "1"], 2, "--memory: 1,048,576 bytes, expected at least"),
        (["nothing.txt"], 3, "nothing.txt: "),
        (["-o", "no/such/folder"], 1, "no/such/folder: there is no folder"),
    ],
)
def test_wrong_use(args, code, message, tmp_path):
    done = run("mine", *args, text="今天天气\n", cwd=tmp_path)
    assert done.returncode == code
    assert done.stdout == b""
    (line,) = [own for own in done.stderr.decode().splitlines() if message in own]
    assert line.startswith("nlptool: ")


def test_few_open_files(table):
    script = f"ulimit -n 16; exec {sys.executable} -m nlptool newwords mine -q {CORPUS}"
    done = subprocess.run(["bash", "-c", script], capture_output=True, check=False, timeout=300)
    assert done.stdout.decode() == table, done.stderr


def test_text_among_counts(tmp_path):
    run("count", CORPUS, "-o", tmp_path / "a", "-q")
    done = run("mine", tmp_path / "a", CORPUS)
    assert done.returncode == 2
    assert "text, expected only files of counts, or only text" in done.stderr.decode()


@pytest.mark.parametrize(
    "args",
    [["dictionary"], ["count", "-o", "out"], ["segment", "--method", "cut"]],
    ids=lambda args: args[0],
)
def test_counts_where_text_is_wanted(args, tmp_path):
    run("count", CORPUS, "-o", tmp_path / "a", "-q")
    done = run(*args, "a", cwd=tmp_path)
    assert (done.returncode, done.stdout) == (2, b"")
    assert done.stderr.decode() == (
        "nlptool: a: counts or a model, expected text; only `mine` and `compare` take counts\n"
    )
