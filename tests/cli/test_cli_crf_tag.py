import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli.crf_commands import CORPORA, NAMES, ROOT, WORDS, run

RAW = "沈志明是临溪县医院的医生。"


@pytest.fixture(scope="module")
def models(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    folder = tmp_path_factory.mktemp("crf")
    for corpus, name in ((WORDS, "words.crf"), (NAMES, "names.crf")):
        end = run("train", corpus, "-q", "-o", folder / name, "--epochs", 4, "--threads", 1)
        assert (end.code, end.stdout, end.stderr) == (0, "", "")
    return folder / "words.crf", folder / "names.crf"


def test_segment_puts_spaces_and_nothing_else(models: tuple[Path, Path], tmp_path: Path) -> None:
    words, _ = models
    text = f"{RAW}\n\n  {RAW}　{RAW}\ta b\n" * 50 + "没有行尾"
    end = run("segment", words, text=text)
    assert (end.code, end.stderr) == (0, "")
    assert end.stdout.replace(" ", "") == text.replace(" ", "") + "\n"
    assert "医院 的 医生 。" in end.stdout
    path = tmp_path / "raw.txt"
    path.write_text(text, "utf-8")
    out = tmp_path / "out.txt"
    assert run("segment", words, path, "-o", out, "--threads", 1, "-q").stdout == ""
    assert out.read_text("utf-8") == end.stdout
    assert run("tag", words, path).stdout == end.stdout
    (tmp_path / "dict.txt").write_text("医院的 !\n", "utf-8")
    cut = run("segment", words, "--dict", tmp_path / "dict.txt", path).stdout
    assert "医院的 医生" in cut
    assert cut.replace(" ", "") == end.stdout.replace(" ", "")


def test_a_dictionary_that_changes_nothing_changes_nothing(
    models: tuple[Path, Path], tmp_path: Path
) -> None:
    words, _ = models
    (tmp_path / "dict.txt").write_text("没有的词\n", "utf-8")
    text = "".join(WORDS.read_text("utf-8").split(" "))
    plain = run("segment", words, text=text).stdout
    assert run("segment", words, "--dict", tmp_path / "dict.txt", text=text).stdout == plain


def test_tag_of_raw_text(models: tuple[Path, Path]) -> None:
    _, names = models
    end = run("tag", names, text=f"{RAW}\n\n{RAW}\n")
    assert (end.code, end.stderr) == (0, "")
    first, empty, last, *rest = end.stdout.split("\n")
    assert (first, empty, rest) == (last, "", [""])
    assert first.startswith("[沈志明/PER]")
    lines = run("tag", names, "--json", text=f"{RAW}\n\n").stdout.splitlines()
    found, nothing = map(json.loads, lines)
    assert found["text"] == RAW
    person = {"start": 0, "end": 3, "type": "PER", "text": "沈志明"}
    assert found["entities"][0] == person
    assert nothing == {"text": "", "entities": []}
    likely = json.loads(run("tag", names, "--json", "--marginals", text=RAW).stdout)
    assert likely["entities"][0].keys() == {*person, "probability"}


def test_tag_of_columns(models: tuple[Path, Path]) -> None:
    _, names = models
    gold = (CORPORA / "crf_names_dev.bio").read_text("utf-8")
    end = run("tag", names, text=gold)
    assert (end.code, end.stderr) == (0, "")
    rows = [line.split("\t") for line in end.stdout.splitlines() if line]
    assert ["\t".join(row[:2]) for row in rows] == [line for line in gold.splitlines() if line]
    forced = run("tag", names, "--force", text=gold).stdout
    assert all(row[1] == row[2] for row in map(str.split, forced.splitlines()) if row)
    bare = "".join(f"{line.split()[0]}\n" if line else "\n" for line in gold.splitlines())
    rows = [line.split("\t") for line in run("tag", names, text=bare).stdout.splitlines() if line]
    assert {len(row) for row in rows} == {2}


def test_the_least_sure_come_first(models: tuple[Path, Path]) -> None:
    _, names = models
    text = "".join((CORPORA / "crf_words_dev.txt").read_text("utf-8").split(" "))
    lines = run("tag", names, "--confidence", text=text).stdout.splitlines()
    chances = [float(line.split("\t")[0]) for line in lines]
    assert chances == sorted(chances)
    assert chances[0] < chances[-1] <= 1
    assert len(lines) == len(text.splitlines())


def test_the_most_probable_answers(models: tuple[Path, Path]) -> None:
    _, names = models
    lines = run("tag", names, "--nbest", 3, text=f"{RAW}\n").stdout.splitlines()
    chances = [float(line.split("\t")[0]) for line in lines]
    assert len(chances) == 3
    assert chances == sorted(chances, reverse=True)
    assert lines[0].split("\t")[1] + "\n" == run("tag", names, text=f"{RAW}\n").stdout
    end = run("tag", names, "--nbest", -1, text=RAW)
    assert (end.code, end.stderr) == (2, "nlptool: --nbest: -1, expected 1 or more\n")


def test_what_is_known_goes_with_what_is_asked(models: tuple[Path, Path], tmp_path: Path) -> None:
    words, names = models
    path = tmp_path / "dict.txt"
    path.write_text("医院的 12\n临溪 -\n志明是 !\n", "utf-8")
    asked = "--nbest", 3, "--marginals", "--confidence", "--dict", path
    lines = run("tag", words, *asked, text=f"{RAW}\n").stdout.splitlines()
    rows = [line.split("\t") for line in lines]
    assert len({row[0] for row in rows}) == 1  # the confidence, the line's own
    chances = [float(row[1]) for row in rows]
    assert chances == sorted(chances, reverse=True)
    for _, _, text in rows:
        assert "志明是/1.0000" in text.split()
        assert not any(word.startswith("临溪/") for word in text.split())
    plain = json.loads(run("tag", words, "--marginals", "--json", text=RAW).stdout)
    more = json.loads(run("tag", words, "--marginals", "--json", "--dict", path, text=RAW).stdout)
    likely = [
        {word["text"]: word["probability"] for word in found["words"]}.get("医院的", 0)
        for found in (plain, more)
    ]
    assert likely[0] < likely[1]
    best = json.loads(run("tag", words, *asked, "--json", text=RAW).stdout)["nbest"][0]
    assert best["words"] == more["words"]
    path.write_text("沈志明 LOC 20\n", "utf-8")
    given = "沈\t_\n志\t_\n明\t_\n是\tO\n\n"
    asked = "--nbest", 2, "--marginals", "--force", "--dict", path
    found = run("tag", names, *asked, text=given).stdout
    assert found.startswith("# 1 1.0000\n沈\t_\tB-LOC\t1.0000\n志\t_\tI-LOC\t1.0000\n")


def test_forced_labels_stay_whatever_the_scheme_says(models: tuple[Path, Path]) -> None:
    _, names = models
    given = "沈\tO\n志\tI-PER\n明\tI-LOC\n是\t_\n\n"
    for more in ([], ["--nbest", 1], ["--marginals"]):
        found = run("tag", names, "--force", *more, text=given).stdout
        rows = [line.split("\t") for line in found.splitlines() if "\t" in line]
        assert [row[2] for row in rows[:3]] == ["O", "I-PER", "I-LOC"]


def test_what_comes_out_can_go_in(models: tuple[Path, Path]) -> None:
    _, names = models
    text = run("tag", names, "--json", text=f"{RAW}\n").stdout
    assert run("tag", names, text=text).stdout == text
    assert run("tag", names, "--format", "jsonl", "--force", text=text).stdout == text


@pytest.mark.parametrize(
    ("args", "code", "message"),
    [
        (
            ["segment", "{names}"],
            4,
            "{names}: a model of 7 labels such as B-LOC, expected ",
        ),
        (["segment", "nowhere"], 4, "nowhere: cannot be read: No such file or directory"),
        (["tag", "{names}", "nowhere"], 3, "nowhere: no such file"),
        (["tag", "{names}", "--dict", "nowhere"], 3, "nowhere: no such file"),
        (["tag", "{names}", "--format", "x"], 2, "format 'x': expected one of auto, "),
        (["tag", "{words}", "--dict", "-"], 2, "stdin (-): named 2 times, it can be read once"),
        (["tag", "{words}", "-", "-"], 2, "stdin (-): named 2 times, it can be read once"),
    ],
)
def test_what_is_refused(
    models: tuple[Path, Path], args: list[str], code: int, message: str
) -> None:
    known = {"words": models[0], "names": models[1]}
    end = run(*[arg.format(**known) for arg in args], text=RAW)
    assert (end.code, end.stdout) == (code, "")
    assert end.stderr.startswith(f"nlptool: {message.format(**known)}")
    assert end.stderr.count("\n") == 1


def test_a_line_of_a_million_characters(models: tuple[Path, Path], tmp_path: Path) -> None:
    words, names = models
    text = RAW * 80_000
    end = run("segment", words, text=text)
    assert end.code == 0
    assert end.stdout.replace(" ", "") == text + "\n"
    found = run("tag", names, text=text).stdout
    assert found.count("[沈志明/PER]") > 79_000
    path = tmp_path / "dict.txt"
    path.write_text("医院的医生 !\n沈志 -\n临溪县 2\n", "utf-8")
    found = run("segment", words, "--dict", path, text=text).stdout
    assert found.count(" 医院的医生 ") == 80_000
    assert " 沈志 " not in found
    end = run("tag", words, "--dict", path, "--nbest", 2, "--marginals", text=RAW * 8_000)
    assert (end.code, end.stderr) == (0, "")
    best, second = (line.partition("\t")[2] for line in end.stdout.splitlines())
    assert best.count(" 医院的医生/1.0000 ") == second.count(" 医院的医生/1.0000 ") == 8_000


@pytest.mark.parametrize("args", [[], ["--json"], ["--marginals"]])
def test_a_line_is_answered_at_once(models: tuple[Path, Path], args: list[str]) -> None:
    process = subprocess.Popen(
        [sys.executable, "-m", "nlptool", "crf", "tag", str(models[1]), *args],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
    )
    stdin, stdout = process.stdin, process.stdout
    if stdin is None or stdout is None:
        raise AssertionError("no pipes")
    for _ in range(3):
        stdin.write(f"{RAW}\n".encode())
        stdin.flush()
        assert "沈志明" in stdout.readline().decode()
    stdin.close()
    assert stdout.read() == b""
    stdout.close()
    assert process.wait() == 0
