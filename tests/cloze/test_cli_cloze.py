"""The commands: exit code, stdout and stderr apart."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from nlptool.cloze.questions import read_answers, read_questions
from tests.cloze.fillers import filler_of

ROOT = Path(__file__).parents[2]
STORIES = ROOT / "corpora" / "cloze_stories.txt"
BLANKS = ROOT / "corpora" / "cloze_blanks.txt"
QUESTIONS = """1 ||| 小猴 爱 吃 桃子 。
2 ||| 妈妈 买 来 XXXXX 。
<qid_0> ||| 妈妈 买 来 XXXXX 。

1 ||| 小猫 来 了 。
<qid_1> ||| XXXXX 爱 小猴 。
"""
ANSWERS = "<qid_0> ||| 桃子\n<qid_1> ||| 小猫\n"
MAKE = ["--low", "30", "--high", "150", "--threads", "1"]


def run(*args, text=""):
    done = subprocess.run(
        [sys.executable, "-m", "nlptool", "cloze", *map(str, args)],
        input=text.encode(),
        capture_output=True,
        check=False,
        timeout=300,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
    )
    return done.returncode, done.stdout.decode(), done.stderr.decode()


@pytest.fixture(scope="module")
def model(tmp_path_factory):
    path = tmp_path_factory.mktemp("cloze") / "m.cloze"
    filler_of().save(str(path))
    return path


@pytest.fixture
def questions(tmp_path):
    (tmp_path / "q.doc_query").write_text(QUESTIONS, "utf-8")
    (tmp_path / "q.answer").write_text(ANSWERS, "utf-8")
    return tmp_path / "q.doc_query"


def test_make_to_a_pair_of_files(tmp_path):
    output = tmp_path / "s.doc_query"
    code, out, err = run("make", STORIES, *MAKE, "--per-passage", 2, "--count", 20, "-o", output)
    assert (code, out) == (0, "")
    assert err.endswith(
        "nlptool: 20 questions of 68 that were made; 45 passages: 11 with too few nouns, 0 with "
        "text to be kept away from, 0 that were there before\n"
    )
    answers = read_answers(str(tmp_path / "s.answer"))
    found = list(read_questions([str(output)], answers=answers, answered=True))
    assert [one.name for one in found] == [f"<qid_{n}>" for n in range(20)]
    assert all(one.answers[0] in one.words and not one.apart for one in found)
    before = output.read_bytes()
    assert run("make", STORIES, *MAKE, "--per-passage", 2, "--count", 20, "-o", output, "-q") == (
        0,
        "",
        "",
    )
    assert output.read_bytes() == before


def test_make_to_one_file_or_stdout(tmp_path):
    output = tmp_path / "s.txt"
    assert run("make", STORIES, *MAKE, "-o", output, "-q") == (0, "", "")
    code, out, err = run("make", "-", *MAKE, "-q", text=STORIES.read_text("utf-8"))
    assert (code, err) == (0, "")
    assert out == output.read_text("utf-8")
    assert len(list(read_questions([str(output)], answered=True))) == 34


def test_make_keeps_away_from_what_is_tested_on(tmp_path):
    line = STORIES.read_text("utf-8").split("\n")[3]
    (tmp_path / "test.txt").write_text(line, "utf-8")
    code, out, err = run("make", STORIES, *MAKE, "--against", tmp_path / "test.txt")
    assert code == 0
    assert "1 with text to be kept away from" in err
    assert "邮差" not in out


def test_make_of_nothing(tmp_path):
    code, out, err = run("make", "-", "--threads", 1, "--segment", "space")
    assert (code, out) == (0, "")
    assert err == (
        "nlptool: 0 questions of 0 that were made; 0 passages: 0 with too few nouns, 0 with text "
        "to be kept away from, 0 that were there before\n"
    )
    assert run("make", tmp_path / "none", "--segment", "space") == (
        3,
        "",
        f"nlptool: {tmp_path}/none: no such file\n",
    )
    assert run("make", "-", "--low", 9, "--high", 5)[0] == 2
    assert run("make", STORIES, "-o", tmp_path / "no" / "x") == (
        1,
        "",
        f"nlptool: {tmp_path}/no/x: there is no folder {tmp_path}/no; make it first\n",
    )


def test_fill_questions(model, questions):
    code, out, err = run("fill", model, questions, "--threads", 1)
    assert (code, err) == (0, "")
    names, words = zip(*(line.split(" ||| ") for line in out.split("\n")[:-1]), strict=True)
    assert names == ("<qid_0>", "<qid_1>")
    assert words[0] in QUESTIONS
    assert run("fill", model, "-", text=QUESTIONS) == (0, out, "")


def test_fill_text(model):
    code, out, err = run("fill", model, BLANKS)
    assert (code, err) == (0, "")
    lines = out.split("\n")[:-1]
    assert [line.split(" ||| ")[0] for line in lines] == ["<qid_0>", "<qid_1>"]
    assert [len(line.split(" ||| ")[1].split()) for line in lines] == [1, 2]
    text = "小猴爱吃桃子。\n妈妈买来XXXXX。\n\n小猫XXXXX\n"
    code, out, err = run("fill", model, "--by", "document", text=text)
    assert (code, err, out.count("\n")) == (0, "", 2)


def test_fill_with_evidence(model):
    text = "小猴 爱 吃 桃子 。 妈妈 买 来 XXXXX 给 小猴 。\n"
    code, out, err = run("fill", model, "--json", "-k", 3, text=text)
    assert (code, err) == (0, "")
    (row,) = map(json.loads, out.split("\n")[:-1])
    assert row["question"] == "<qid_0>"
    (blank,) = row["blanks"]
    assert len(blank["answers"]) == 3
    for answer in blank["answers"]:
        assert set(answer) == {"word", "p", "evidence"}
        places = {(one["sentence"], one["word"]) for one in answer["evidence"]}
        if answer["word"] == "小猴":
            assert places == {(1, 1), (2, 6)}
        assert sum(one["p"] for one in answer["evidence"]) == pytest.approx(answer["p"], abs=1e-3)
    everything = json.loads(run("fill", model, "--json", "-k", 99, text=text)[1])
    assert sum(a["p"] for a in everything["blanks"][0]["answers"]) == pytest.approx(1, abs=1e-3)


def test_what_cannot_be_filled(model, tmp_path):
    assert run("fill", model, text="小猴爱吃桃子。\n") == (
        3,
        "",
        "nlptool: stdin:1: no XXXXX, expected one where a word is missing; with --by document a "
        "passage is all lines up to an empty one\n",
    )
    assert run("fill", model, text="XXXXX。\n") == (
        3,
        "",
        "nlptool: stdin:1: nothing but blanks, expected words to choose from\n",
    )
    assert run("fill", model, text="1 ||| 小猴\n<qid_0> ||| 小猴\n") == (
        3,
        "",
        "nlptool: stdin:2: no XXXXX, expected one where a word is missing\n",
    )
    assert run("fill", model, "--format", "xml") == (
        2,
        "",
        "nlptool: --format: 'xml', expected one of auto, cmrc, text\n",
    )
    assert run("fill", model) == (0, "", "")
    assert run("fill", tmp_path / "none") == (
        4,
        "",
        f"nlptool: {tmp_path}/none: cannot be read: No such file or directory\n",
    )


def test_filling_needs_no_keras(model):
    program = (
        "import sys; from nlptool.cli.app import app; "
        f"app(['cloze', 'fill', {str(model)!r}, {str(BLANKS)!r}], standalone_mode=False); "
        "print(*sorted({'keras', 'tensorflow', 'gensim'} & set(sys.modules)), file=sys.stderr)"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stderr) == (0, "\n")


def test_eval(model, questions):
    code, out, err = run("eval", model, questions, "--json", "--threads", 1)
    assert (code, err) == (0, "")
    found = json.loads(out)
    assert (found["questions"], found["blanks"], found["in_passage"]) == (2, 2, 1.0)
    assert found["accuracy"] == found["right"] / 2
    assert {"random", "most_frequent", "most_frequent_2", "nearest", "question_only"} < set(found)
    code, table, err = run("eval", model, questions)
    assert (code, err) == (0, "")
    assert table.split("\n")[0] == "measure\tvalue"


def test_eval_of_answers(questions, tmp_path):
    given = tmp_path / "given.answer"
    given.write_text("<qid_0> ||| 桃子\n<qid_1> ||| 小猴\n", "utf-8")
    code, out, err = run("eval", given, questions, "--json")
    assert (code, err) == (0, "")
    assert json.loads(out)["accuracy"] == 0.5
    assert "question_only" not in json.loads(out)
    given.write_text("<qid_0> ||| 桃子\n", "utf-8")
    assert run("eval", given, questions) == (
        3,
        "",
        f"nlptool: {given}: no answer to <qid_1>, expected the same questions\n",
    )


def test_eval_without_answers(model, questions, tmp_path):
    other = tmp_path / "other.txt"
    other.write_text(QUESTIONS, "utf-8")
    assert run("eval", model, other) == (
        3,
        "",
        f"nlptool: {other}:3: no answer to <qid_0>, expected one\n",
    )
    answers = tmp_path / "q.answer"
    assert run("eval", model, other, "--answers", answers)[0] == 0
    assert run("eval", model, other, "--answers", answers, "--answers", answers) == (
        2,
        "",
        "nlptool: --answers: 2 files, expected 1, one for each of questions\n",
    )
    assert run("eval", model, "-") == (
        3,
        "",
        "nlptool: stdin: no questions, expected some with answers\n",
    )


def test_ensemble(model, questions, tmp_path):
    code, out, _ = run("fill", model, questions, "--json", "-k", 50)
    assert code == 0
    (tmp_path / "a.jsonl").write_text(out, "utf-8")
    alone = run("fill", model, questions)
    assert run("ensemble", tmp_path / "a.jsonl", tmp_path / "a.jsonl") == alone
    # A plain answer is sure of itself.
    assert run("ensemble", tmp_path / "a.jsonl", tmp_path / "q.answer") == (0, ANSWERS, "")
    output = tmp_path / "all.answer"
    weighed = run(
        "ensemble", tmp_path / "a.jsonl", tmp_path / "q.answer", "--weights", "1,0", "-o", output
    )
    assert weighed == (0, "", "")
    assert output.read_text("utf-8") == alone[1]
    code, out, err = run("ensemble", tmp_path / "a.jsonl", "--json", "-k", 1)
    assert (code, err) == (0, "")
    assert [len(json.loads(line)["blanks"][0]["answers"]) for line in out.split("\n")[:-1]] == [
        1,
        1,
    ]
    assert run("ensemble", tmp_path / "a.jsonl", "--weights", "1,2") == (
        2,
        "",
        "nlptool: --weights: '1,2', expected 1 numbers from 0 on, such as 2,1\n",
    )


def test_train_is_told_what_it_lacks(questions, tmp_path):
    output = tmp_path / "m.cloze"
    assert run("train", questions) == (
        2,
        "",
        "nlptool: --output: missing, expected a file for the model\n",
    )
    assert run("train", questions, "-o", output, "--model", "gru")[0] == 2
    assert run("train", questions, "-o", output, "--units", 0) == (
        2,
        "",
        "nlptool: --units: 0, expected 1 to 2048\n",
    )
    assert run("train", questions, "-o", output, "--model", "lstm") == (
        2,
        "",
        "nlptool: --vectors: missing, expected word vectors; `w2v train` makes them\n",
    )
    assert not output.exists()
