"""`cloze train` with Keras: what it writes, says and refuses."""

import json

import pytest

keras = pytest.importorskip("keras", reason="the extra `neural` is not installed")

from nlptool.cloze.questions import lines_of  # noqa: E402  only where Keras is
from nlptool.core.vectors import Vectors  # noqa: E402  only where Keras is
from nlptool.w2v.model import save_vectors  # noqa: E402  only where Keras is
from tests.cloze.fillers import WORDS, pointer_of, questions_of  # noqa: E402  only where Keras is
from tests.cloze.test_cli_cloze import run  # noqa: E402  only where Keras is

SMALL = ["--model", "lstm", "--units", 4, "--layers", 1, "--epochs", 2, "--batch", 10]
SMALL += ["--threads", 1, "--device", "cpu"]


@pytest.fixture
def vectors(tmp_path):
    path = tmp_path / "v"
    save_vectors(str(path), Vectors(WORDS, pointer_of(width=8).weights["left_x.fixed"]))
    return path


def write(path, questions):
    lines = [line for one in questions for line in lines_of(one, together=True)]
    path.write_text("\n".join(lines), "utf-8")
    return path


def test_train_and_fill(tmp_path, vectors):
    questions = write(tmp_path / "q.txt", questions_of(30))
    dev = write(tmp_path / "dev.txt", questions_of(5, seed=2))
    output, log = tmp_path / "m.cloze", tmp_path / "log"
    code, out, err = run(
        "train", questions, "--vectors", vectors, "--dev", dev, "-o", output, "--log", log, *SMALL
    )
    assert (code, out) == (0, "")
    assert err.endswith(f"nlptool: {output}: trained; try: nlptool cloze fill {output} FILE\n")
    settings, *rows = map(json.loads, log.read_text("utf-8").split("\n")[:-1])
    assert (settings["model"], settings["units"]) == ("lstm", 4)
    assert [set(row) for row in rows] == [{"epoch", "loss", "rate", "dev"}] * 2
    code, out, err = run("fill", output, questions)
    assert (code, err, out.count("\n")) == (0, "", 30)
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        "dev.txt",
        "log",
        "m.cloze",
        "q.txt",
        "v",
    ]


def test_a_network_that_reads_whole_passages(tmp_path, vectors):
    """From a corpus, then with new text from there; and beside a reader."""
    questions = write(tmp_path / "q.txt", questions_of(30))
    corpus = tmp_path / "c.txt"
    corpus.write_text("妈妈 小猴 买 桃子 吃 妈妈 爱 小猴 吃 桃子 。\n" * 30, "utf-8")
    first, second = tmp_path / "a.cloze", tmp_path / "b.cloze"
    given = ["train", questions, "--model", "attention", "--corpus", corpus, "--segment", "space"]
    given += ["--units", 8, "--layers", 3, "--heads", 2, "--low", 11, "--high", 40, "--batch", 4]
    given += ["--parts", 2, "--threads", 1, "--device", "cpu", "--precision", "bfloat16"]
    code, out, err = run(*given, "--vectors", vectors, "-o", first)
    assert (code, out) == (0, "")
    assert err.endswith(f"nlptool: {first}: trained; try: nlptool cloze fill {first} FILE\n")
    assert run(*given, "--init", first, "-o", second, "-q") == (0, "", "")
    assert first.read_bytes() != second.read_bytes()
    code, out, err = run("fill", second, questions)
    assert (code, err, out.count("\n")) == (0, "", 30)
    given.remove(questions)  # it can do without, and does not wait for stdin
    assert run(*given, "--init", first, "-o", second, "-q") == (0, "", "")
    assert run(*given, "--init", first, "-o", second, "-q", "--tuned", 4) == (
        2,
        "",
        "nlptool: --tuned: 4, but the model of --init has 10000\n",
    )


@pytest.mark.parametrize(
    ("given", "message"),
    [
        (["--init", "m"], "--init: given, but --model lstm has none"),
        (["--network", "m"], "--network: given, but --model lstm has none"),
        (
            ["--model", "attention", "--init", "m"],
            "--vectors: given with --init, which has vectors",
        ),
        (["--model", "attention"], "--corpus: missing, expected text to learn the language from"),
    ],
)
def test_what_does_not_go_together(tmp_path, vectors, given, message):
    output = tmp_path / "m.cloze"
    whole = ["train", "q.txt", "--vectors", vectors, "-o", output, "--model", "lstm", *given]
    assert run(*whole) == (2, "", f"nlptool: {message}\n")


def test_what_cannot_be_trained(tmp_path, vectors):
    empty = tmp_path / "empty"
    empty.write_text("\n", "utf-8")
    output = tmp_path / "m.cloze"
    assert run("train", empty, "--vectors", vectors, "-o", output, *SMALL) == (
        3,
        "",
        f"nlptool: {empty}: nothing to learn from, expected questions with answers\n",
    )
    assert run("train", empty, "--vectors", vectors, "--dev", empty, "-o", output, *SMALL) == (
        3,
        "",
        f"nlptool: {empty}: no questions, expected some with answers\n",
    )
    assert not output.exists()
