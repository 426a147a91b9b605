"""`nlptool w2v`: exit codes, stdout and stderr apart, from training to every question."""

import json
import os
import signal
import subprocess
import sys
import time

import numpy as np
import pytest

from nlptool.core import store

NLPTOOL = [sys.executable, "-m", "nlptool"]
ENV = os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)}
SMALL = ["--dim", "16", "--epochs", "2", "--min-count", "2", "--threads", "1", "--negatives", "4"]


def run(*args, text="", folder=None):
    done = subprocess.run(
        [*NLPTOOL, *map(str, args)],
        input=text.encode() if isinstance(text, str) else text,
        capture_output=True,
        cwd=folder,
        check=False,
        timeout=300,
        env=ENV,
    )
    return done.returncode, done.stdout.decode(), done.stderr.decode()


def corpus_text(n_lines=400, seed=1):
    """Sentences of two topics, segmented by spaces; words of a topic occur together."""
    rng = np.random.default_rng(seed)
    topics = [
        ["医生", "护士", "病人", "医院", "打针", "吃药"],
        ["火车", "车站", "车票", "乘客", "铁路", "司机"],
    ]
    lines = []
    for _ in range(n_lines):
        topic = topics[rng.integers(2)]
        lines.append(" ".join([*rng.choice(topic, 8), "的"]))
    return "\n".join(lines) + "\n"


@pytest.fixture(scope="module")
def trained(tmp_path_factory):
    folder = tmp_path_factory.mktemp("w2v")
    (folder / "topics.txt").write_text(corpus_text(), "utf-8")
    code, out, err = run("w2v", "train", "topics.txt", *SMALL, folder=folder)
    assert (code, out) == (0, ""), err
    assert err.splitlines()[-1].startswith("nlptool: topics.w2v: 13 words x 16; try: ")
    assert sorted(path.name for path in folder.iterdir()) == ["topics.txt", "topics.w2v"]
    return folder / "topics.w2v"


def test_same_text_and_settings_give_the_same_bytes(trained, tmp_path):
    text = trained.with_name("topics.txt").read_bytes()
    code, out, err = run("w2v", "train", "-", "-o", tmp_path / "m", "-q", *SMALL, text=text)
    assert (code, out, err) == (0, "", "")
    assert (tmp_path / "m").read_bytes() == trained.read_bytes()


def test_similar(trained):
    code, out, err = run("w2v", "similar", trained, "医生", "-k", "3")
    assert (code, err) == (0, "")
    rows = [line.split("\t") for line in out.splitlines()]
    assert [row[0] for row in rows] == ["医生"] * 3
    assert all(-1 <= float(row[2]) <= 1 for row in rows)
    code, out, _ = run("w2v", "similar", trained, "--json", "-k", "2", text="医生\n火车\n")
    answers = [json.loads(line) for line in out.splitlines()]
    assert [answer["word"] for answer in answers] == ["医生", "火车"]
    assert [len(answer["answers"]) for answer in answers] == [2, 2]


def test_an_unknown_word_does_not_stop_the_others(trained):
    code, out, err = run("w2v", "similar", trained, "-k", "1", text="飞船\n火车\n")
    assert code == 0
    assert out.startswith("火车\t")
    assert err.startswith("nlptool: stdin:1: '飞船': not in the vocabulary of 13 words")
    code, out, err = run("w2v", "similar", trained, "飞船")
    assert (code, out) == (3, "")
    assert err.startswith("nlptool: '飞船': not in the vocabulary of 13 words")
    assert run("w2v", "similar", trained, text="飞船\n")[0] == 3


@pytest.mark.parametrize(
    ("verb", "words", "n_lines"),
    [
        ("related", ["医生", "-k", "3"], 3),
        ("analogy", ["医生", "医院", "火车", "-k", "2"], 2),
        ("predict", ["医生", "护士", "-k", "4"], 4),
        ("norms", ["医生", "的"], 2),
        ("norms", ["-k", "5"], 5),
    ],
)
def test_the_other_questions(trained, verb, words, n_lines):
    code, out, err = run("w2v", verb, trained, *words)
    assert (code, err) == (0, "")
    assert len(out.splitlines()) == n_lines
    assert all(len(line.split("\t")) == 3 for line in out.splitlines())


def test_predict_gives_probabilities(trained):
    _, out, _ = run("w2v", "predict", trained, "医生", "-k", "13", "--json")
    answers = json.loads(out)["answers"]
    assert 0.5 < sum(answer["probability"] for answer in answers) <= 1.0001


def test_keywords_and_sentence(trained, tmp_path):
    text = "医生 病人 的 医院\n没有 认识 词\n"
    code, out, err = run("w2v", "keywords", trained, "-k", "2", text=text)
    assert (code, err) == (0, "")
    assert [line.split("\t")[0] for line in out.splitlines()] == ["stdin", "stdin"]
    _, out, _ = run("w2v", "keywords", trained, "--by", "line", "--json", text=text)
    assert [json.loads(line)["words"] for line in out.splitlines()] == [4, 0]
    code, out, err = run("w2v", "sentence", trained, text=text)
    assert code == 0
    assert err == "nlptool: 1 of 2 lines have no known word: their vector is 0\n"
    rows = np.array([line.split("\t") for line in out.splitlines()], np.float32)
    assert rows.shape == (2, 16)
    assert rows[0].any()
    assert not rows[1].any()
    assert run("w2v", "sentence", trained, "-q", "-o", tmp_path / "s.npy", text=text)[0] == 0
    assert np.array_equal(np.load(tmp_path / "s.npy", allow_pickle=False), rows)


def test_eval_and_compare(trained, tmp_path):
    (tmp_path / "pairs.txt").write_text("医生\t护士\t9\n医生\t火车\t1\n飞船\t火车\t2\n", "utf-8")
    (tmp_path / "analogies.txt").write_text(": 场所\n医生 医院 火车 车站\n", "utf-8")
    gold = [tmp_path / "pairs.txt", tmp_path / "analogies.txt"]
    code, out, err = run("w2v", "eval", trained, *gold)
    assert (code, err) == (0, "")
    rows = [line.split("\t") for line in out.splitlines()]
    assert rows[0] == ["file", "section", "measure", "score", "covered", "of"]
    assert [row[2] for row in rows[1:]] == ["spearman", "accuracy"]
    assert [row[4:] for row in rows[1:]] == [["2", "3"], ["1", "1"]]
    _, out, _ = run("w2v", "eval", trained, gold[1], "--json")
    assert [json.loads(line)["section"] for line in out.splitlines()] == ["场所", "total"]
    code, out, err = run("w2v", "compare", trained, trained, gold[0])
    assert (code, err) == (0, "")
    assert out.splitlines()[1].split("\t")[5] == "0.0000"


def test_convert_there_and_back(trained, tmp_path):
    for name in ("v.vec", "v.bin", "v.glove", "v.w2v"):
        source = trained if name != "v.w2v" else tmp_path / "v.vec"
        assert run("w2v", "convert", source, tmp_path / name) == (0, "", "")
        code, out, err = run("w2v", "similar", tmp_path / name, "医生", "-k", "1")
        assert (code, err) == (0, "")
        assert out == run("w2v", "similar", trained, "医生", "-k", "1")[1]
    code, out, err = run("w2v", "convert", trained, tmp_path / "v.xyz")
    assert (code, out) == (2, "")
    assert "no known ending, expected one of .vec, .txt, .bin, .glove, .w2v" in err


def test_check_and_repair(tmp_path):
    path = tmp_path / "odd.vec"
    path.write_text("4 2\n医生 1 0\n医生 1 0\n病人 0 nan\n火车 0 1\n", "utf-8")
    code, out, err = run("w2v", "check", path)
    assert code == 3
    assert "duplicate" in out
    assert err.startswith(f"nlptool: {path}: 2 faults, expected none")
    code, _, err = run("w2v", "check", path, "--repair", tmp_path / "sound.vec")
    assert code == 0
    assert run("w2v", "check", tmp_path / "sound.vec")[0] == 0


@pytest.mark.parametrize("suffix", [".html", ".svg"])
def test_plot(trained, tmp_path, suffix):
    path = tmp_path / f"map{suffix}"
    code, out, err = run("w2v", "plot", trained, "-o", path, "-q")
    assert (code, out, err) == (0, "", "")
    text = path.read_text("utf-8")
    assert "医生" in text or json.dumps("医生")[1:-1] in text


@pytest.mark.parametrize(
    "settings",
    [
        ["--arch", "cbow"],
        ["--tied"],
        ["--loss", "negative-sampling", "--proposal", "uniform"],
        ["--loss", "nce", "--arch", "cbow", "--tied"],
        ["--loss", "pmi"],
        ["--loss", "pmi", "--mode", "concatenated", "--truncate"],
        ["--loss", "pmi", "--mode", "summed", "--x-max", "50"],
        ["--engine", "gensim", "--loss", "negative-sampling"],
        ["--engine", "gensim", "--loss", "hierarchical-softmax", "--arch", "cbow"],
        ["--engine", "gensim", "--loss", "negative-sampling", "--subword"],
    ],
)
def test_every_training_gives_a_model(tmp_path, settings):
    text = corpus_text(100)
    path = tmp_path / "m.w2v"
    code, out, err = run("w2v", "train", "-", "-o", path, "-q", *SMALL, *settings, text=text)
    assert (code, out, err) == (0, "", "")
    code, out, err = run("w2v", "similar", path, "医生", "-k", "2")
    assert (code, err) == (0, "")
    assert len(out.splitlines()) == 2


def test_vocabulary_out_and_in_and_go_on(trained, tmp_path):
    text = corpus_text(100)
    args = ["w2v", "train", "-", "-o", tmp_path / "m.w2v", *SMALL]
    words = tmp_path / "words.txt"
    assert run(*args, "-q", "--save-vocab", words, text=text)[0] == 0
    lines = words.read_text("utf-8").splitlines()
    assert len(lines) == 13
    words.write_text("\n".join(lines[:5]) + "\n", "utf-8")
    code, _, err = run(*args, "--vocab", words, "--init", trained, text=text)
    assert code == 0
    assert "nlptool: --init: has 5 of the 5 words\n" in err
    assert store.load(str(tmp_path / "m.w2v")).tensors["vectors"].shape == (5, 16)


@pytest.mark.parametrize(
    ("args", "text", "code", "message"),
    [
        (["-"], "", 2, "--output: not given, expected -o FILE as the corpus is stdin"),
        (["-", "-o", "m"], "", 3, "stdin: no words, expected text"),
        (["-", "-o", "m"], "一 二 三\n", 3, "stdin: the most frequent word, "),
        (["none.txt"], "", 3, "none.txt: no such file"),
        (["-", "-o", "no/m"], "", 1, "no/m: "),
        (["-", "-o", "m", "--dim", "0"], "", 2, "--dim: 0, expected 1 to 10000"),
        (["-", "-o", "m", "--loss", "best"], "", 2, "--loss: 'best', expected one of "),
        (["-", "-o", "m", "--engine", "gensim"], "", 2, "--loss random-softmax: not trained by"),
        (["-", "-o", "m", "--threads", "0"], "", 2, "--threads: 0, expected 1 to 1024"),
        (["-", "-o", "m", "--memory", "much"], "", 2, "--memory: 'much', expected a size"),
        (["-", "-o", "m", "--checkpoint-every", "x"], "", 2, "--checkpoint-every: 'x', expected"),
        (["-", "-o", "m"], b"\xc4\xe3\xba\xc3\n", 3, "stdin: byte 0 (line 1): not valid UTF-8"),
        (["-", "-o", "m"], b"a\0b\n", 3, "stdin: "),
    ],
)
def test_bad_input_is_one_line(tmp_path, args, text, code, message):
    found, out, err = run("w2v", "train", *args, text=text, folder=tmp_path)
    assert (found, out) == (code, "")
    assert err.splitlines()[-1].startswith(f"nlptool: {message}")
    assert "Traceback" not in err
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("verb", ["similar", "eval", "related", "keywords", "norms", "plot"])
def test_a_model_that_is_none(tmp_path, verb):
    (tmp_path / "pairs").write_text("a b 1\n", "utf-8")
    (tmp_path / "m.w2v").write_bytes(b"\x10" + bytes(7) + b'{"__metadata__":' + bytes(30))
    args = {"eval": [tmp_path / "pairs"], "plot": ["-o", "x.svg"]}.get(verb, [])
    code, out, err = run("w2v", verb, tmp_path / "m.w2v", *args, folder=tmp_path)
    assert (code, out) == (4, "")
    assert err.startswith(f"nlptool: {tmp_path}/m.w2v: ")
    assert len(err.splitlines()) == 1


def test_a_broken_training_goes_on_where_it_stood(tmp_path):
    """Killed at random times and resumed, it ends with the bytes of an unbroken run."""
    corpus = tmp_path / "c.txt"
    corpus.write_text(corpus_text(3000), "utf-8")
    settings = ["--dim", "100", "--epochs", "600", "--min-count", "2", "--threads", "1", "-q"]
    whole, broken = tmp_path / "whole.w2v", tmp_path / "broken.w2v"
    assert run("w2v", "train", corpus, "-o", whole, *settings) == (0, "", "")  # compiles, too
    start = time.monotonic()
    assert run("w2v", "train", corpus, "-o", whole, *settings) == (0, "", "")
    usual = time.monotonic() - start
    again = ["w2v", "train", corpus, "-o", broken, *settings, "--checkpoint-every", "0.05s"]
    rng = np.random.default_rng()
    n_killed = 0
    while True:
        process = subprocess.Popen([*NLPTOOL, *map(str, again), "--resume"], env=ENV)
        try:
            # Time enough to get on, and in the end to come through.
            code = process.wait(usual * (rng.uniform(0.3, 0.8) + n_killed / 10))
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
            n_killed += 1
            continue
        assert code == 0
        break
    assert n_killed
    assert broken.read_bytes() == whole.read_bytes()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["broken.w2v", "c.txt", "whole.w2v"]


def test_a_signal_leaves_a_checkpoint_and_the_old_model(tmp_path):
    corpus, model = tmp_path / "c.txt", tmp_path / "m.w2v"
    corpus.write_text(corpus_text(3000), "utf-8")
    model.write_bytes(b"old")
    command = ["w2v", "train", corpus, "-o", model, "--dim", "300", "--epochs", "5000"]
    command += ["--threads", "2", "--checkpoint-every", "1h"]
    process = subprocess.Popen(
        [*NLPTOOL, *map(str, command)], env=ENV, stderr=subprocess.PIPE, text=True
    )
    time.sleep(6)
    process.send_signal(signal.SIGTERM)
    start = time.monotonic()
    _, err = process.communicate(timeout=20)
    assert time.monotonic() - start < 4
    assert process.returncode == -signal.SIGTERM
    assert err.splitlines()[-1] == "nlptool: interrupted"
    assert model.read_bytes() == b"old"
    names = sorted(path.name for path in tmp_path.iterdir())
    assert names == ["c.txt", "m.w2v", "m.w2v.checkpoint"]
    code, _, err = run(*command[:-2], "--resume", "--dim", "200")
    assert code == 2
    assert "m.w2v.checkpoint: made with dim 300, expected 200" in err
    corpus.write_text(corpus_text(3000, seed=2), "utf-8")
    code, _, err = run(*command, "--resume")
    assert code == 3
    assert "m.w2v.checkpoint: made from another corpus" in err
