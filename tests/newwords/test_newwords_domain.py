"""The pipeline for the terms of a domain: its parts, and the whole by the command line."""

import json
import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

from nlptool.newwords.candidates import candidates, quality
from nlptool.newwords.config import Config
from nlptool.newwords.occur import occurrences
from nlptool.newwords.symbols import read_files, read_stream
from tests.faults import End

NOUNS = ["变压器", "继电保护", "电网", "逆变器", "负荷", "短路电流"]
COMMON = ["今天", "我们", "去", "看", "了", "很多", "地方", "他", "说", "不", "好", "在", "的"]


def text(seed: int, words: list[str], n: int = 3000) -> str:
    rng = random.Random(seed)
    lines = ["".join(rng.choices(words, k=rng.randint(3, 9))) + "。" for _ in range(n)]
    return "\n".join(lines) + "\n"


@pytest.fixture(scope="module")
def texts(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("texts")
    (folder / "domain.txt").write_text(text(1, [*NOUNS, *COMMON]), "utf-8")
    (folder / "other.txt").write_text(text(2, COMMON), "utf-8")
    return folder


def command(*arguments: str | Path) -> list[str]:
    return [sys.executable, "-m", "nlptool", "newwords", *map(str, arguments)]


def run(*arguments: str | Path) -> End:
    done = subprocess.run(command(*arguments), capture_output=True, text=True, check=False)
    return End(done.returncode, done.stdout, done.stderr)


def whole(folder: Path, *more: str | Path) -> list[str | Path]:
    files = (folder / "domain.txt", "-b", folder / "other.txt")
    return ["domain", *files, "--dim", "10", "--epochs", "1", *more]


def test_occurrences_equal_naive(tmp_path: Path) -> None:
    rng = random.Random(3)
    lines = ["".join(rng.choices("甲乙丙，A1", k=40)) for _ in range(200)]
    path = tmp_path / "a.txt"
    path.write_text("\n".join(lines), "utf-8")
    stream = read_stream(read_files([str(path)]), tmp_path)
    words = ["甲乙", "乙丙甲", "甲甲甲甲", "甲", "甲乙", "丁甲", "甲，乙", "丙丙"]
    found = occurrences(words, stream).tolist()
    joined = "\n".join(lines)
    for word, n in zip(words, found, strict=True):
        naive = sum(joined.startswith(word, i) for i in range(len(joined)))
        assert n == (0 if "，" in word else naive)


def test_candidates_are_words_that_hold_together(tmp_path: Path, texts: Path) -> None:
    blocks = read_files([str(texts / "domain.txt")])
    found, n = candidates(blocks, Config(order=5, min_count=5), folder=tmp_path)
    raw = (texts / "domain.txt").read_text("utf-8")
    assert n == len(raw) - raw.count("\n") - raw.count("。")
    assert set(NOUNS) <= set(found.words)
    assert (np.diff(quality(found)) <= 0).all()
    counts = dict(zip(found.words, found.counts.tolist(), strict=True))
    assert counts["变压器"] == raw.count("变压器")
    assert not [path for path in tmp_path.iterdir() if path.name.startswith("symbols-")]


def test_whole_pipeline(tmp_path: Path, texts: Path) -> None:
    work, html = tmp_path / "work", tmp_path / "a.html"
    end = run(*whole(texts, "--work-dir", work, "--html", html, "--json", "-q"))
    assert (end.code, end.stderr) == (0, "")
    rows = [json.loads(line) for line in end.stdout.splitlines()]
    assert set(NOUNS) <= {row["word"] for row in rows[:20]}
    first = next(row for row in rows if row["word"] == "变压器")
    assert first["background"] == 0 and first["contrast"] > 0.5
    page = html.read_text("utf-8")
    assert page.startswith("<!DOCTYPE html>") and "\\u53d8\\u538b\\u5668" in page
    kinds = sorted(path.name.rpartition("-")[0] for path in work.iterdir())
    assert kinds == ["background", "segmented", "vectors", "words"]

    before = {path.name: path.stat().st_mtime_ns for path in work.iterdir()}
    again = run(*whole(texts, "--work-dir", work, "--json", "--rank", "contrast"))
    assert again.code == 0 and again.stderr.count("as it is") == 2
    kept = [path for path in work.iterdir() if before.get(path.name) == path.stat().st_mtime_ns]
    assert sorted(path.name.rpartition("-")[0] for path in kept) == ["background", "words"]


def test_vectors_of_several_threads_are_not_taken_for_those_of_one(
    tmp_path: Path, texts: Path
) -> None:
    names = []
    for threads in ("1", "2", "1"):
        end = run(*whole(texts, "--work-dir", tmp_path, "--threads", threads, "-q"))
        assert (end.code, end.stderr) == (0, "")
        names.append(next(path.name for path in tmp_path.iterdir() if path.suffix == ".w2v"))
    assert names[0] == names[2] != names[1]


@pytest.mark.slow
def test_killed_at_any_time_it_goes_on(tmp_path: Path, texts: Path) -> None:
    wanted = run(*whole(texts, "-q")).stdout
    assert wanted
    rng = random.Random(7)
    for i in range(6):
        arguments = whole(texts, "--work-dir", tmp_path / "w", "-o", tmp_path / "o", "-q")
        with subprocess.Popen(command(*arguments)) as process:
            time.sleep(rng.uniform(0.3, 1.0 + i))
            os.kill(process.pid, signal.SIGKILL)
        assert not (tmp_path / "o").exists() or (tmp_path / "o").read_text("utf-8") == wanted
    assert run(*arguments).code == 0
    assert (tmp_path / "o").read_text("utf-8") == wanted
    assert len([path for path in (tmp_path / "w").iterdir() if path.is_file()]) == 4


def test_compare_lists_texts_and_counts(tmp_path: Path, texts: Path) -> None:
    (tmp_path / "a.tsv").write_text("word\tcount\n电网\t30\n的\t70\n", "utf-8")
    (tmp_path / "b.tsv").write_text("word\tcount\n的\t100\n", "utf-8")
    end = run("compare", tmp_path / "a.tsv", tmp_path / "b.tsv", "--score", "log-likelihood")
    lines = [line.split("\t") for line in end.stdout.splitlines()]
    assert lines[0] == ["word", "score", "sign", "domain", "background"]
    assert [(line[0], *line[2:]) for line in lines[1:]] == [
        ("电网", "+", "30", "0"),
        ("的", "-", "70", "100"),
    ]
    mixed = run("compare", tmp_path / "a.tsv", texts / "other.txt", "-q")
    assert mixed.code == 2
    assert mixed.stderr.endswith(
        f"other.txt: a text, expected a list of words as {tmp_path}/a.tsv\n"
    )
    both = run("compare", texts / "domain.txt", texts / "other.txt", "--json", "-q")
    rows = {row["word"]: row for row in map(json.loads, both.stdout.splitlines())}
    raw = (texts / "domain.txt").read_text("utf-8")
    assert all(row["domain"] == raw.count(word) for word, row in rows.items() if word in NOUNS)
    ours = [row for word, row in rows.items() if any(noun in word for noun in NOUNS)]
    assert ours and {row["sign"] for row in ours} == {"+"}
    assert {row["background"] for row in ours} == {0}
    assert rows["今天"]["sign"] == "-"


def test_compare_takes_counts(tmp_path: Path, texts: Path) -> None:
    for name in ("domain", "other"):
        done = run("count", texts / f"{name}.txt", "-o", tmp_path / name, "-q", "--order", "4")
        assert done == End(0, "", "")
    end = run("compare", tmp_path / "domain", tmp_path / "other", "--json", "-q")
    assert (end.code, end.stderr) == (0, "")
    rows = {row["word"]: row for row in map(json.loads, end.stdout.splitlines())}
    raw = {name: (texts / f"{name}.txt").read_text("utf-8") for name in ("domain", "other")}
    assert len(rows) > 10
    for word, row in rows.items():
        assert (row["domain"], row["background"]) == tuple(
            sum(raw[name].startswith(word, i) for i in range(len(raw[name])))
            for name in ("domain", "other")
        )
    assert {rows[noun]["sign"] for noun in NOUNS if noun in rows} == {"+"}
    # The words of the text itself are found too, and count the same.
    whole_text = run("compare", texts / "domain.txt", texts / "other.txt", "--json", "-q")
    both = [row for row in map(json.loads, whole_text.stdout.splitlines()) if row["word"] in rows]
    assert len(both) > 5
    for row in both:
        assert row["domain"] == rows[row["word"]]["domain"]
    top = run("compare", tmp_path / "domain", tmp_path / "other", "--top", "3", "-q")
    assert len(top.stdout.splitlines()) == 4
    run("count", texts / "other.txt", "-o", tmp_path / "short", "-q", "--order", "3")
    end = run("compare", tmp_path / "domain", tmp_path / "short")
    assert end == End(
        2,
        "",
        f"nlptool: {tmp_path}/short: counted with --order 3, expected 4 as {tmp_path}/domain\n",
    )
    end = run("compare", tmp_path / "domain", texts / "other.txt")
    assert end == End(
        2, "", f"nlptool: {texts}/other.txt: a text, expected counts as {tmp_path}/domain\n"
    )


def test_expand_names_unknown_seeds(tmp_path: Path) -> None:
    (tmp_path / "v.txt").write_text("3 2\n电网 1 0\n电力 0.9 0.1\n花园 0 1\n", "utf-8")
    (tmp_path / "seeds").write_text("电网\n没有\n", "utf-8")
    arguments = ("expand", "--vectors", tmp_path / "v.txt", "--seeds", tmp_path / "seeds")
    end = run(*arguments)
    assert end.code == 0
    assert end.stdout == "word\tparent\tdepth\tcosine\n电网\t\t0\t1.0\n电力\t电网\t1\t0.9939\n"
    assert end.stderr == "nlptool: 1 of 2 seeds have no vector: 没有\n"
    (tmp_path / "seeds").write_text("没有\n", "utf-8")
    end = run(*arguments)
    assert (end.code, end.stdout) == (3, "")
    assert end.stderr == "nlptool: seeds: none has a vector (没有)\n"


def test_errors(tmp_path: Path, texts: Path) -> None:
    end = run(*whole(texts, "--score", "x"))
    assert end.code == 2
    assert end.stderr == (
        "nlptool: --score: 'x', expected one of ratio, log-likelihood, log-odds\n"
    )
    (tmp_path / "empty").write_text("", "utf-8")
    end = run("domain", tmp_path / "empty", "-b", texts / "other.txt", "-q")
    assert end.code == 3
    assert end.stderr == f"nlptool: {tmp_path}/empty: no candidates, expected a longer text\n"
