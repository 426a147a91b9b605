"""`cloze train` of the reader: what it writes, says and refuses."""

import json

import pytest

from nlptool.cloze.model import Filler
from nlptool.cloze.questions import lines_of
from tests.cloze.fillers import passages_of, questions_of
from tests.cloze.readers import SMALL, lines_of_corpus
from tests.cloze.test_cli_cloze import run

OPTIONS = [part for name, value in SMALL.items() for part in (f"--{name.replace('_', '-')}", value)]


def write(path, questions):
    lines = [line for one in questions for line in lines_of(one, together=True)]
    path.write_text("\n".join(lines), "utf-8")
    return path


@pytest.fixture
def inputs(tmp_path):
    corpus = tmp_path / "corpus"
    corpus.write_text("\n".join(lines_of_corpus()), "utf-8")
    return write(tmp_path / "q.txt", questions_of(30)), corpus


def test_train_and_fill(tmp_path, inputs):
    questions, corpus = inputs
    dev = write(tmp_path / "dev.txt", questions_of(5, seed=2))
    output, log = tmp_path / "m.cloze", tmp_path / "log"
    code, out, err = run(
        "train", questions, "--corpus", corpus, "--dev", dev, "-o", output, "--log", log, *OPTIONS
    )
    assert (code, out) == (0, "")
    assert err.endswith(f"nlptool: {output}: trained; try: nlptool cloze fill {output} FILE\n")
    settings, *rows = map(json.loads, log.read_text("utf-8").split("\n")[:-1])
    assert (settings["model"], settings["members"]) == ("reader", 2)
    assert [set(row) for row in rows] == [{"member", "epoch", "loss", "dev"}] * 6
    code, out, err = run("fill", output, questions)
    assert (code, err, out.count("\n")) == (0, "", 30)
    assert not (tmp_path / "m.cloze.checkpoint").exists()


def test_the_same_bytes_at_any_threads(tmp_path, inputs):
    questions, corpus = inputs
    for threads in (1, 2):
        given = ["--corpus", corpus, "-o", tmp_path / str(threads), "--threads", threads]
        assert run("train", questions, *given, "--quiet", *OPTIONS) == (0, "", "")
    assert (tmp_path / "1").read_bytes() == (tmp_path / "2").read_bytes()


def test_with_a_network(tmp_path, inputs):
    questions, corpus = inputs
    network, output = tmp_path / "net.cloze", tmp_path / "m.cloze"
    Filler(passages_of(), {"history": []}).save(str(network))
    given = ["train", questions, "--corpus", corpus, "-o", output, "--network", network]
    assert run(*given, "--quiet", *OPTIONS) == (0, "", "")
    network.unlink()  # the reader's file has it
    code, out, err = run("fill", output, questions)
    assert (code, err, out.count("\n")) == (0, "", 30)
    assert run(*given[:-1], output, *OPTIONS) == (
        4,
        "",
        f"nlptool: {output}: a cloze model of kind reader, expected one of kind attention\n",
    )
    assert run(*given, "--model", "lstm") == (
        2,
        "",
        "nlptool: --vectors: missing, expected word vectors; `w2v train` makes them\n",
    )


def test_what_it_lacks(tmp_path, inputs):
    questions, corpus = inputs
    output = tmp_path / "m.cloze"
    assert run("train", questions, "-o", output) == (
        2,
        "",
        "nlptool: --corpus: missing, expected text to learn the language from\n",
    )
    assert run("train", "-", "--corpus", "-", "-o", output) == (
        2,
        "",
        "nlptool: stdin (-): named twice, it can be read once\n",
    )
    assert run("train", questions, "--corpus", corpus, "-o", output, "--device", "gpu") == (
        2,
        "",
        "nlptool: --device: gpu, but --model reader learns on the CPU\n",
    )
    assert not output.exists()
