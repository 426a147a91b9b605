"""`nlptool corpus`: exit codes, stdout and stderr apart."""

import gzip
import json
import os
import subprocess
import sys
import time
from itertools import chain
from pathlib import Path

import pytest

NLPTOOL = [sys.executable, "-m", "nlptool", "corpus"]
TEXT = "我爱北京天安门。\n\n中国经济持续回升向好。\n"
WORDS = "我 爱 北京 天安门 。\n\n中国 经济 持续 回升 向 好 。\n"
CHOSEN = "nlptool: Chinese without spaces between words: segmenting with jieba (--segment jieba)\n"


def run(
    *args: str | Path, text: str | bytes | None = "", folder: Path | None = None
) -> tuple[int, str, str]:
    done = subprocess.run(
        [*NLPTOOL, *map(str, args)],
        input=text.encode() if isinstance(text, str) else text,
        capture_output=True,
        cwd=folder,
        check=False,
        timeout=120,
        env=os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)},
    )
    return done.returncode, done.stdout.decode(), done.stderr.decode()


def test_segment_from_stdin_to_stdout() -> None:
    assert run("segment", text=TEXT) == (0, WORDS, CHOSEN)


def test_segment_into_a_file(tmp_path: Path) -> None:
    path = tmp_path / "a.gz"
    path.write_bytes(gzip.compress(TEXT.encode("gb18030")))
    args = ["segment", path, "--encoding", "gb18030", "-o", tmp_path / "out", "--quiet"]
    assert run(*args) == (0, "", "")
    assert (tmp_path / "out").read_text("utf-8") == WORDS
    assert len(list(tmp_path.iterdir())) == 2


def test_segment_char_with_two_files(tmp_path: Path) -> None:
    (tmp_path / "a").write_text("我\n")
    args = ["segment", tmp_path / "a", "-", "--segment", "char"]
    assert run(*args, text="ok吗") == (0, "我\nok 吗\n", "")


def test_segment_with_more_words(tmp_path: Path) -> None:
    words = tmp_path / "words.txt"
    words.write_text("爱北京 100000\n")
    args = ["segment", "--segment", "jieba", "--user-dict", words]
    assert run(*args, text="我爱北京") == (0, "我 爱北京\n", "")
    words.write_text("爱北京 x y\n")
    assert run(*args, text="我爱北京") == (
        3,
        "",
        f"nlptool: {words}:1: '爱北京 x y', expected: word [count] [tag], "
        "with a count of at most 15 digits\n",
    )


@pytest.mark.parametrize(
    ("args", "code", "said"),
    [
        (
            ["segment", "--segment", "pkuseg"],
            2,
            "--segment: 'pkuseg', expected one of auto, space, char, pairs, jieba, jieba-original",
        ),
        (["split", "--shares", "8"], 2, "--shares: '8', expected 2 to 1000 numbers, such as 8:1:1"),
        (["split"], 2, "-o: missing; text from stdin has no name that the parts could have"),
        (["split", "-o", "x"], 3, "stdin: no text, expected something to split"),
        (["stats", "--top", "-1"], 2, "--top: -1, expected 0 or more"),
    ],
)
def test_wrong_use(tmp_path: Path, args: list[str], code: int, said: str) -> None:
    assert run(*args, folder=tmp_path) == (code, "", f"nlptool: {said}\n")
    assert not list(tmp_path.iterdir())


def test_bad_input_keeps_the_old_output(tmp_path: Path) -> None:
    (tmp_path / "out").write_text("old")
    code, out, said = run("segment", "-o", tmp_path / "out", text=b"ok\n\xff\n")
    assert (code, out) == (3, "")
    assert "stdin: byte 3 (line 2): not valid UTF-8" in said
    assert [(path.name, path.read_text()) for path in tmp_path.iterdir()] == [("out", "old")]


def test_a_line_is_answered_at_once() -> None:
    with subprocess.Popen(
        [*NLPTOOL, "segment", "-q"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, bufsize=0
    ) as process:
        assert process.stdin
        assert process.stdout
        for _ in range(3):
            process.stdin.write("我爱北京\n".encode())
            time.sleep(0.05)
            assert process.stdout.readline().decode() == "我 爱 北京\n"
        process.stdin.close()
        assert process.wait(20) == 0


def test_head_ends_it_in_silence(tmp_path: Path) -> None:
    (tmp_path / "big").write_text(TEXT * 40_000)
    with subprocess.Popen(
        [*NLPTOOL, "segment", str(tmp_path / "big"), "--threads", "2", "-q", "--segment", "jieba"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    ) as process:
        assert process.stdout
        assert process.stderr
        assert process.stdout.readline().decode() == WORDS.split("\n")[0] + "\n"
        process.stdout.close()
        assert process.stderr.read() == b""
        assert process.wait(20) == -13


def test_stats() -> None:
    code, out, said = run("stats", "--top", "2", "--segment", "char", text=TEXT.encode("gb18030"))
    assert (code, said) == (0, "nlptool: stdin: read as GB18030\n")
    found = dict(line.split("\t") for line in out.splitlines())
    assert found == {
        "encoding": "gb18030",
        "segment": "char",
        "bytes": str(len(TEXT.encode())),
        "lines": "3",
        "blank_lines": "1",
        "longest_line": "11",
        "characters": "19",
        "han_share": "0.8947",
        "tokens": "19",
        "types": "18",
        "types_once": "17",
        "top.1": "。 2",
        "top.2": "中 1",
    }


def test_stats_as_json(tmp_path: Path) -> None:
    (tmp_path / "a").write_text("a b a\n")
    code, out, said = run("stats", tmp_path / "a", "--json", "-q")
    assert (code, said) == (0, "")
    found = json.loads(out)
    assert (found["encoding"], found["segment"], found["tokens"]) == ("utf-8", "space", 3)
    assert found["top"] == [["a", 2], ["b", 1]]


def test_split(tmp_path: Path) -> None:
    (tmp_path / "a.txt.gz").write_bytes(
        gzip.compress("".join(f"{number}\n" for number in [*range(99), 1]).encode())
    )
    code, out, said = run("split", "a.txt.gz", folder=tmp_path)
    assert code == 0
    assert (
        said == "nlptool: leak check: no line in two parts; 1 that repeat another stayed with it\n"
    )
    rows = [line.split("\t") for line in out.splitlines()]
    assert rows[0] == ["part", "file", "lines", "different", "share"]
    assert [row[0] for row in rows[1:]] == ["train", "valid", "test"]
    parts = [(tmp_path / row[1]).read_text().split() for row in rows[1:]]
    assert [row[1] for row in rows[1:]] == ["a.train.txt", "a.valid.txt", "a.test.txt"]
    assert [str(len(part)) for part in parts] == [row[2] for row in rows[1:]]
    assert sorted(chain(*parts)) == sorted(map(str, [*range(99), 1]))
    assert len(list(tmp_path.iterdir())) == 4


def test_split_stdin_by_column(tmp_path: Path) -> None:
    text = "".join(f"{number}\tg{number % 4}\n" for number in range(8))
    args = ["split", "--by", "column:2", "--shares", "1:1:1:1", "-o", "x", "--json"]
    code, out, said = run(*args, text=text, folder=tmp_path)
    assert (code, said) == (0, "nlptool: leak check: 4 values of column 2, none in two parts\n")
    found = [json.loads(line) for line in out.splitlines()]
    assert found[0] == {
        "part": "1",
        "file": "x.1.txt",
        "lines": 2,
        "different": 1,
        "share": 0.25,
    }
    assert sorted(path.name for path in tmp_path.iterdir()) == [f"x.{n}.txt" for n in range(1, 5)]


def test_split_never_replaces_its_input(tmp_path: Path) -> None:
    (tmp_path / "a.train.txt").write_text("1\n2\n3\n")
    assert run("split", "a.train.txt", "-o", "a", folder=tmp_path) == (
        2,
        "",
        "nlptool: a.train.txt: an input, but a part would replace it; use -o\n",
    )
    assert (tmp_path / "a.train.txt").read_text() == "1\n2\n3\n"
