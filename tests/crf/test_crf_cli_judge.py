"""The commands eval and compare."""

import json
import subprocess
import sys

import pytest

GOLD = "中国 人民 站 起来 了\n我 爱 北京 天安门\n"
FOUND = "中国人民 站 起 来 了\n我 爱 北京 天安门\n"
OTHER = "中国 人民 站 起来 了\n我 爱 北京天安门\n"
PEOPLE = "王\tB-PER\n小\tI-PER\n明\tI-PER\n在\tO\n北\tB-LOC\n京\tI-LOC\n\n"


def run(*args, text="", code=0):
    command = [sys.executable, "-m", "nlptool", "crf", *map(str, args)]
    done = subprocess.run(command, input=text.encode(), capture_output=True, check=False)
    assert done.returncode == code, done.stderr.decode()
    return done.stdout.decode(), done.stderr.decode()


@pytest.fixture
def files(tmp_path):
    def write(name, text):
        path = tmp_path / name
        path.write_text(text)
        return path

    return write


def test_words(files):
    found, gold, train = files("a", FOUND), files("b", GOLD), files("c", "我 爱 中国\n")
    out, error = run("eval", found, gold, "--train", train, "--json", "-q")
    assert error == ""
    shown = json.loads(out)
    assert (shown["kind"], shown["sentences"], shown["tokens"]) == ("words", 2, 15)
    assert (shown["found"], shown["gold"], shown["right"]) == (9, 9, 6)
    assert shown["f1"] == pytest.approx(6 / 9)
    assert (shown["oov_rate"], shown["oov_recall"]) == pytest.approx((6 / 9, 4 / 6))
    assert shown["iv_recall"] == pytest.approx(2 / 3)
    assert shown["sighan"]["substitutions"] == 2
    assert shown["errors"][0] == {
        "kind": "joined",
        "count": 1,
        "gold": "中国 人民",
        "found": "中国人民",
        "examples": [f"{gold}:1: 中国人民站起来了"],
    }
    assert shown["confusion"][0].keys() == {"gold", "found", "count"}


def test_words_as_a_table(files):
    out, error = run("eval", files("a", FOUND), files("b", GOLD), "--errors", 1)
    assert error == ""
    lines = out.split("\n")
    assert lines[0] == "measure\tvalue"
    assert "f1\t0.6667" in lines
    assert "sighan insertions\t1" in lines
    assert any(line.startswith("f1 95 %\t0.") for line in lines)
    assert "error\tcount\tgold\tfound\texample" in lines
    assert sum("b:1: " in line for line in lines) == 1


def test_entities(files):
    gold = files("gold.bio", PEOPLE)
    found = files("found.bio", PEOPLE.replace("LOC", "ORG"))
    out, error = run("eval", found, gold)
    assert error == ""
    lines = out.split("\n")
    assert "f1\t0.5000" in lines
    assert "f1 without types\t1.0000" in lines
    assert "PER\t1.0000\t1.0000\t1.0000\t1\t1\t1" in lines
    assert "LOC\t0.0000\t0.0000\t0.0000\t0\t1\t0" in lines
    shown = json.loads(run("eval", found, gold, "--json")[0])
    assert shown["kind"] == "entities"
    assert shown["types"]["PER"]["f1"] == 1
    assert shown["boundaries"]["f1"] == 1
    assert [error["kind"] for error in shown["errors"]] == ["type"]


def test_stdin(files):
    out, _ = run("eval", "-", files("b", GOLD), "--json", text=GOLD)
    assert json.loads(out)["f1"] == 1


def test_compare(files):
    first, second, gold = files("a", FOUND), files("b", OTHER), files("c", GOLD)
    out, error = run("compare", first, second, gold, "--json")
    assert error == ""
    shown = json.loads(out)
    counts = [shown[f"{who}_right"] for who in ("both", "only_first", "only_second", "neither")]
    assert counts == [4, 2, 3, 0]
    assert [error["gold"] for error in shown["errors_of_second"]] == ["北京 天安门"]
    assert shown["f1_difference"] == pytest.approx(6 / 9 - 14 / 17)
    lines = run("compare", first, second, gold)[0].split("\n")
    assert "only the second right\t3" in lines
    assert "error of the second\tcount\tgold\tfound\texample" in lines


def test_other_text(files):
    found, gold = files("a", "甲 乙\n"), files("b", "甲 丙\n")
    out, error = run("eval", found, gold, code=3)
    assert out == ""
    assert error == (
        f"nlptool: {found}:1: token 2 is not that of {gold}:1: found '乙', expected '丙'\n"
    )


def test_stdin_twice(files):
    _, error = run("eval", "-", "-", code=2)
    assert error == "nlptool: stdin (-): named twice, it can be read once\n"


def test_models(files):
    gold = files("gold", "甲乙 丙\n丙 甲乙\n甲乙 甲乙\n")
    model = gold.with_name("m.crf")
    run("train", gold, "-o", model, "--template", "simple", "--epochs", 5, "-q")
    shown = json.loads(run("eval", model, gold, "--json")[0])
    assert (shown["f1"], shown["tag_accuracy"], shown["exact_sentences"]) == (1, 1, 1)
    found = files("found", "甲 乙 丙\n丙 甲乙\n甲乙 甲乙\n")
    shown = json.loads(run("compare", model, found, gold, "--json")[0])
    assert (shown["only_first_right"], shown["only_second_right"]) == (1, 0)
