import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
NAMES = ROOT / "corpora" / "crf_names_train.bio"
DEV = ROOT / "corpora" / "crf_names_dev.bio"
WORDS = ROOT / "corpora" / "crf_words_train.txt"


def run(*args, text=""):
    done = subprocess.run(
        [sys.executable, "-m", "nlptool", "crf", *map(str, args)],
        input=text.encode(),
        capture_output=True,
        check=False,
        timeout=300,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
    )
    return done.returncode, done.stdout.decode(), done.stderr.decode()


def test_there_and_back(tmp_path):
    spans, columns = tmp_path / "a.jsonl", tmp_path / "a.bio"
    assert run("convert", NAMES, "--to", "jsonl", "-o", spans) == (0, "", "")
    assert run("convert", spans, "--to", "columns", "--scheme", "bio", "-o", columns) == (0, "", "")
    assert columns.read_bytes() == NAMES.read_bytes()


def test_what_is_lost_is_said():
    code, out, said = run("convert", "--to", "text", text="我 爱 北京\n他 也 去\n")
    assert (code, out) == (0, "我爱北京\n他也去\n")
    assert said == "nlptool: lost: 7 labels\n"
    assert run("convert", "--to", "text", "-q", text="我 爱 北京\n") == (0, "我爱北京\n", "")


def test_words_through_columns():
    code, columns, said = run("convert", WORDS)
    assert (code, said) == (0, "")
    assert run("convert", "--to", "segmented", text=columns) == (0, WORDS.read_text("utf-8"), "")


def test_forms_are_heeded():
    text = "form\tpos\tner\n张\tNR\tB-PER\n三\tNR\tI-PER\n\n"
    code, out, _ = run("convert", "--label", "ner", "--token", "form", "--to", "jsonl", text=text)
    assert code == 0
    assert json.loads(out) == {
        "text": "张三",
        "entities": [{"start": 0, "end": 2, "type": "PER", "text": "张三"}],
        "columns": [["NR", "NR"]],
    }
    text = "我/r 爱/v 北京/ns\n"
    for unit, first in (("char", "我\tS-r\n"), ("word", "我\tr\n")):
        code, out, _ = run("convert", "--unit", unit, text=text)
        assert (code, out[: len(first)]) == (0, first)


@pytest.mark.parametrize(
    ("args", "text", "code", "message"),
    [
        (
            ["--to", "xml"],
            "",
            2,
            "--to: 'xml', expected one of segmented, columns, wordpos, jsonl, cluener, text",
        ),
        (["--scheme", "x"], "", 2, "--scheme: 'x', expected one of bmes, bioes, bio"),
        (
            ["--format", "x"],
            "",
            2,
            "format 'x': expected one of auto, segmented, columns, wordpos, jsonl, text",
        ),
        (["no such file"], "", 3, "no such file: no such file"),
        ([], "我\tO\n爱\tO\n你\n", 3, "stdin:3: 1 column, expected 2"),
        (
            [],
            '{"text": "我爱", "label": {"PER": {"我们": [[0, 1]]}}}\n',
            3,
            "stdin:1: span 0-1: '我爱' in the text, expected '我们'",
        ),
        (
            ["--scheme", "bio"],
            "我\tPN\n爱\tVV\n",
            2,
            "--scheme bio: the labels have none (PN, VV), expected labels such as B-PER",
        ),
    ],
)
def test_faults(args, text, code, message):
    assert run("convert", *args, text=text) == (code, "", f"nlptool: {message}\n")


def test_a_fault_leaves_the_old_output(tmp_path):
    target = tmp_path / "a.jsonl"
    target.write_text("old", "utf-8")
    assert run("convert", "--to", "jsonl", "-o", target, text="我\tO\n爱\tO\n你\n")[0] == 3
    assert target.read_text("utf-8") == "old"
    assert [path.name for path in tmp_path.iterdir()] == ["a.jsonl"]


def test_check():
    code, out, said = run("check", DEV, "--against", NAMES)
    assert (code, said) == (0, "")
    rows = [line.split("\t") for line in out.rstrip("\n").split("\n")]
    assert rows[0] == ["file", "what", "count", "detail"]
    assert rows[1:4] == [
        [str(DEV), "sentences", "44", "columns"],
        [str(DEV), "empty", "0", ""],
        [str(DEV), "tokens", "615", "at most 19 a sentence"],
    ]
    assert [str(DEV), "span", "37", "PER"] in rows
    assert {row[1] for row in rows[4:]} == {"label", "span"}


def test_check_tells_of_leaks_in_json():
    leaked = "".join(NAMES.read_text("utf-8").partition("\n\n")[:2])
    code, out, _ = run("check", "--json", "--against", NAMES, text=leaked)
    (row,) = map(json.loads, out.splitlines())
    assert code == 0
    assert (row["file"], row["format"], row["sentences"]) == ("-", "columns", 1)
    assert row["findings"][0] == {
        "kind": f"sentences that are in {NAMES} too",
        "count": 1,
        "rate": 1.0,
        "examples": ["stdin:1"],
    }


def test_check_of_what_cannot_be_read():
    code, out, said = run("check", "--format", "jsonl", text="我爱\n")
    assert (code, out) == (3, "")
    assert said == (
        "nlptool: stdin:1: not valid JSON (Expecting value), expected one object a line\n"
    )


@pytest.mark.parametrize(
    "args",
    [
        ["check", "-", "--against", "-"],
        ["train", "-", "--template", "-", "-o", "{out}"],
        ["train", "-", "--lexicon", "-", "-o", "{out}"],
    ],
)
def test_stdin_is_two_things(args: list[str], tmp_path: Path) -> None:
    out = tmp_path / "m.crf"
    code, stdout, stderr = run(
        *(arg.format(out=out) for arg in args), text=WORDS.read_text("utf-8")
    )
    assert (code, stdout) == (2, "")
    assert stderr.splitlines()[-1] == (
        "nlptool: stdin (-): named a second time, it can be read once; name a file"
    )
    assert list(tmp_path.iterdir()) == []
