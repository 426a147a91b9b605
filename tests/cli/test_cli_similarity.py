import importlib.util
import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

ROOT = Path(__file__).parents[2]
PAIRS = ROOT / "corpora" / "zh_pairs.tsv"
CORPUS = ROOT / "corpora" / "zh_school.txt"


def run(*args, text="", task="similarity"):
    return subprocess.run(
        [sys.executable, "-m", "nlptool", task, *map(str, args)],
        input=text.encode(),
        capture_output=True,
        check=False,
        timeout=300,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
    )


def result(*args, **more):
    done = run(*args, **more)
    assert done.returncode == 0, done.stderr
    return done.stdout.decode()


def rows(text):
    return [line.split("\t") for line in text.split("\n")[:-1]]


@pytest.fixture(scope="module")
def model(tmp_path_factory):
    folder = tmp_path_factory.mktemp("similarity")
    vectors = folder / "a.w2v"
    result("train", CORPUS, "-o", vectors, "--min-count", 1, "--epochs", 1, "-q", task="w2v")
    assert result("train", PAIRS, "--vectors", vectors, "-o", folder / "a.sim", "-q") == ""
    return folder / "a.sim"


def test_groups_of_the_sample():
    done = run("groups", PAIRS)
    assert done.returncode == 0
    found = rows(done.stdout.decode())
    names = [name for name, _ in found]
    assert len(set(names)) == 20
    assert all(names.count(name) == 3 for name in names)
    assert done.stderr.decode() == "nlptool: 20 groups of 60 sentences; 0 groups look odd\n"


def test_odd_groups_are_named():
    text = "甲\t乙\t1\n乙\t丙\t1\n甲\t丙\t0\n"
    done = run("groups", "--large", 2, text=text)
    assert done.stderr.decode().splitlines() == [
        "nlptool: group 1 (甲 ...): 3 sentences, 1 pairs in it labelled as different; is it one?",
        "nlptool: 1 groups of 3 sentences; 1 groups look odd",
    ]
    assert [json.loads(line) for line in result("groups", "--json", text=text).splitlines()] == [
        {"group": "1", "text": one} for one in "甲乙丙"
    ]


def test_score_keeps_order_and_counts_what_was_odd(model):
    done = run("score", model, text="怎么改密码\t密码如何修改\n\t好\n一样\t一样\n")
    assert done.returncode == 0
    found = rows(done.stdout.decode())
    assert [row[1:] for row in found] == [["怎么改密码", "密码如何修改"], ["", "好"], ["一样"] * 2]
    assert float(found[0][0]) > 0
    assert [row[0] for row in found[1:]] == ["0.0000", "1.0000"]
    assert b"6 sentences: 0 truncated, 1 empty" in done.stderr


def test_calibrate_then_probabilities(model, tmp_path):
    shown = result("calibrate", model, PAIRS, "-o", tmp_path / "b.sim", "--json", "-q")
    assert json.loads(shown)["n_pairs"] == 100
    text = "怎么改密码\t怎么改密码\n怎么改密码\t明天下雨\n"
    likely = [
        json.loads(line)["p"]
        for line in result("score", tmp_path / "b.sim", "--json", "-q", text=text).splitlines()
    ]
    assert likely[0] > 0.5 > likely[1]
    assert json.loads(result("eval", tmp_path / "b.sim", PAIRS, "--json"))["threshold_from"] == (
        "the model"
    )


def test_eval_on_pairs_and_groups(model, tmp_path):
    shown = dict(rows(result("eval", model, PAIRS)))
    assert float(shown["spearman"]) > 0.2
    assert 0.5 < float(shown["auc"]) <= 1
    (tmp_path / "g.tsv").write_text(result("groups", PAIRS, "-q"), "utf-8")
    shown = json.loads(result("eval", model, "--groups", tmp_path / "g.tsv", "--json"))
    assert shown["asked"] == 60
    assert shown["top_1"] <= shown["top_5"] <= shown["top_10"]


def test_encode_as_text_and_as_a_matrix(model, tmp_path):
    found = rows(result("encode", model, "-q", text="一句话\n\n二句话\n"))
    assert len(found) == 3
    result("encode", model, "-q", "-o", tmp_path / "a.npy", text="一句话\n\n二句话\n")
    matrix = np.load(tmp_path / "a.npy", allow_pickle=False)
    np.testing.assert_allclose(matrix, np.array(found, np.float32), atol=1e-5)
    assert np.linalg.norm(matrix, axis=1).round(4).tolist() == [1, 0, 1]


def test_index_search_add_delete(model, tmp_path):
    index = tmp_path / "a.index"
    items = '修改密码\nb\t明天下雨吗\n{"id": "c", "text": "坐公交去车站", "tag": 5}\n'
    assert result("index", model, "-o", index, "-q", text=items) == ""
    ask = ["search", index, "--model", model, "-q"]
    assert rows(result(*ask, "-k", 1, text="明天下雨吗\n"))[0][:3] == ["明天下雨吗", "b", "1.0000"]
    found = json.loads(result(*ask, "-k", 1, "--json", text="坐公交去车站\n"))
    assert found["item"] == {"id": "c", "text": "坐公交去车站", "tag": 5}
    assert result(*ask, "--threshold", 0.99, text="毫不相干\n") == ""
    result("add", index, "--model", model, "-q", text="b\t后天出门\nd\t新的一句\n")
    names = {row[1]: row[3] for row in rows(result(*ask, text="后天出门\n"))}
    assert names == {"1": "修改密码", "b": "后天出门", "c": "坐公交去车站", "d": "新的一句"}
    done = run("delete", index, "b", "none")
    assert done.stderr.decode() == "nlptool: 1 removed, 1 not there, 3 left\n"
    assert {row[1] for row in rows(result(*ask, text="后天出门\n"))} == {"1", "c", "d"}


def test_approximate_search_tells_its_recall_or_that_it_cannot(model, tmp_path):
    index = tmp_path / "a.index"
    result("index", model, "-o", index, "-q", text="修改密码\n明天下雨吗\n坐公交去车站\n")
    done = run("search", index, "--model", model, "--approximate", "-k", 1, text="明天下雨吗\n")
    told = done.stderr.decode()
    if importlib.util.find_spec("usearch"):
        assert rows(done.stdout.decode()) == [["明天下雨吗", "2", "1.0000", "明天下雨吗"]]
        assert "approximate: finds 100.0% of the true 1 nearest, on a sample\n" in told
    else:
        assert (done.returncode, done.stdout) == (2, b"")
        assert told.startswith("nlptool: --approximate: usearch cannot be loaded (")
        assert told.count("\n") == 1


def test_dedup(model):
    text = "怎么修改登录密码\n明天会下雨吗\n怎么修改登录密码？\n怎么修改登录密码\n"
    found = rows(result("dedup", model, "--threshold", 0.8, "-q", text=text))
    assert found[0] == ["cluster", "id", "text"]
    assert [row[:2] for row in found[1:]] == [["1", "1"], ["1", "3"], ["1", "4"]]
    kept = result("dedup", model, "--threshold", 0.8, "--keep-first", "-q", text=text)
    assert kept == "怎么修改登录密码\n明天会下雨吗\n"


@pytest.fixture(scope="module")
def judged(model):
    vectors, path = model.parent / "a.w2v", model.parent / "judged.sim"
    small = ["--pairs", "--passes", 5, "--units", 4, "--members", 1]
    done = run("train", PAIRS, *small, "--vectors", vectors, "-o", path)
    assert (done.returncode, done.stdout) == (0, b"")
    again = model.parent / "again.sim"
    result("train", PAIRS, *small, "--vectors", vectors, "-o", again, "-q")
    assert again.read_bytes() == path.read_bytes()
    return path


def test_labelled_pairs_teach_to_score_and_leave_the_vectors(model, judged):
    before, after = (
        float(dict(rows(result("eval", one, PAIRS, "-q")))["spearman"]) for one in (model, judged)
    )
    assert after > before
    found = rows(result("score", judged, "-q", text="怎么改密码\t密码如何修改\n一样\t一样\n\t一\n"))
    assert 0 < float(found[0][0]) < 1
    assert [row[0] for row in found[1:]] == ["1.0000", "0.0000"]
    assert result("encode", judged, "-q", text="一句话\n") == result(
        "encode", model, "-q", text="一句话\n"
    )
    assert json.loads(result("calibrate", judged, PAIRS, "--json", "-q"))["n_pairs"] == 100
    assert rows(result("verify", judged, task="model"))[0][1:] == ["similarity", "ok"]


def test_rerank_orders_the_nearest_by_their_scores(judged, tmp_path):
    index = tmp_path / "a.index"
    lines = ["修改密码", "明天下雨吗", "坐公交去车站", "怎么修改登录密码", "密码忘了"]
    result("index", judged, "-o", index, "-q", text="\n".join(lines) + "\n")
    ask = ["search", index, "--model", judged, "-q", "--rerank", 4]
    found = rows(result(*ask, "-k", 3, text="怎么改密码\n"))
    assert len(found) == 3
    asked = "".join(f"怎么改密码\t{row[3]}\n" for row in found)
    scores = [row[0] for row in rows(result("score", judged, "-q", text=asked))]
    assert [row[2] for row in found] == scores
    assert scores == sorted(scores, reverse=True)
    first = json.loads(result(*ask, "-k", 1, "--json", text="修改密码\n"))
    assert first == {"query": "修改密码", "id": "1", "score": 1.0, "text": "修改密码"}
    assert result(*ask, "--threshold", 1, text="怎么改密码\n") == ""


@pytest.mark.parametrize(
    ("args", "code", "message"),
    [
        (["train", PAIRS], 2, "--output: missing, expected a file for the model"),
        (
            ["train", PAIRS, "-o", "x.sim"],
            2,
            "--vectors: missing, expected word vectors; `w2v train` makes them",
        ),
        (["train", PAIRS, "-o", "x.sim", "--encoder", "no"], 2, "--encoder: 'no', expected"),
        (
            ["train", PAIRS, "-o", "x.sim", "--encoder", "gru", "--loss", "no"],
            2,
            "--loss: 'no', e",
        ),
        (
            ["train", PAIRS, "-o", "x.sim", "--encoder", "gru", "--patience", 2],
            2,
            "--patience: 2,",
        ),
        (
            ["train", PAIRS, "-o", "x.sim", "--encoder", "gru", "--groups", "--loss", "cosent"],
            2,
            "--loss: cosent, but groups have no scores; expected another or pairs",
        ),
        (
            ["train", "-o", "x.sim", "--encoder", "gru", "--warm-up", "-"],
            2,
            "stdin (-): named twice, it can be read once",
        ),
        (
            ["train", PAIRS, "-o", "x.sim", "--encoder", "gru", "--pairs"],
            2,
            "--pairs: given, but --encoder gru learns from pairs anyway",
        ),
        (
            ["train", PAIRS, "-o", "x.sim", "--pairs", "--groups", "--vectors", "a.w2v"],
            2,
            "--pairs: given with --groups, expected one of them",
        ),
        (
            ["train", PAIRS, "-o", "x.sim", "--vectors", "a.w2v", "--pairs", "--dev", PAIRS],
            2,
            "--dev: given, but --encoder sif has none",
        ),
        (["score", "none.sim"], 4, "none.sim: cannot be read: No such file or directory"),
        (["groups", "none.tsv"], 3, "none.tsv: "),
        (["index", "none.sim"], 2, "--output: missing, expected a file for the index"),
    ],
)
def test_wrong_use(args, code, message, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    if args[-1] == "no" and "gru" not in args:
        args = [*args, "--vectors", "none.w2v"]
    done = run(*args)
    assert done.returncode == code
    assert done.stdout == b""
    assert done.stderr.decode().startswith(f"nlptool: {message}")
    assert done.stderr.count(b"\n") == 1


def test_bad_pairs_say_where(model):
    done = run("score", model, text="一\t二\n只有一句\n")
    assert done.returncode == 3
    assert done.stderr.decode().endswith(
        "nlptool: stdin:2: 1 fields, expected first<TAB>second[<TAB>score]\n"
    )


def test_labels_are_demanded(model):
    done = run("calibrate", model, text="一\t二\t3\n")
    assert (done.returncode, done.stdout) == (3, b"")
    assert done.stderr.decode() == "nlptool: stdin:1: label '3', expected 0 or 1\n"


def test_model_verify_knows_both_kinds(model, tmp_path):
    result("index", model, "-o", tmp_path / "a.index", "-q", text="一\n")
    shown = result("verify", model, tmp_path / "a.index", task="model")
    assert [row[1:] for row in rows(shown)] == [["similarity", "ok"], ["similarity-index", "ok"]]


@pytest.fixture(scope="module")
def network(tmp_path_factory):
    pytest.importorskip("keras", reason="the extra `neural` is not installed")
    folder = tmp_path_factory.mktemp("network")
    small = ["--encoder", "gru", "--dim", 16, "--min-count", 1, "--epochs", 2, "--batch", 16]
    log = ["--log", folder / "log.jsonl", "--dev", PAIRS, "--threads", 1]
    done = run("train", PAIRS, *small, *log, "-o", folder / "a.sim")
    assert done.returncode == 0, done.stderr
    assert done.stdout == b""
    assert done.stderr.decode().endswith(
        f"nlptool: {folder}/a.sim: 80 sentences, 16 numbers each; try: "
        f"nlptool similarity score {folder}/a.sim PAIRS\n"
    )
    return folder / "a.sim"


def test_a_network_leaves_its_model_and_its_log_and_nothing_else(network):
    assert {path.name for path in network.parent.iterdir()} == {"a.sim", "log.jsonl"}
    lines = [json.loads(line) for line in (network.parent / "log.jsonl").read_text().splitlines()]
    assert lines[0]["loss"] == "am-softmax"
    assert [line["epoch"] for line in lines[1:]] == [1, 2]
    assert all(-1 <= line["spearman"] <= 1 for line in lines[1:])


def test_every_verb_takes_a_network(network, tmp_path):
    assert "score" in result("score", network, "--json", "-q", text="怎么改密码\t密码如何修改\n")
    assert len(rows(result("encode", network, "-q", text="一句话\n"))[0]) == 16
    index = tmp_path / "a.index"
    result("index", network, "-o", index, "-q", text="修改密码\n明天下雨吗\n")
    found = rows(result("search", index, "--model", network, "-q", "-k", 1, text="修改密码\n"))
    assert found[0][:3] == ["修改密码", "1", "1.0000"]
    assert rows(result("dedup", network, "-q", text="一样\n一样\n"))[1:]
    assert json.loads(result("calibrate", network, PAIRS, "--json", "-q"))["n_pairs"] == 100
    assert "spearman" in result("eval", network, PAIRS, "-q")
    assert rows(result("verify", network, task="model"))[0][1:] == ["similarity", "ok"]


def test_answers_of_a_network_load_no_keras(network):
    code = (
        "import sys; from nlptool.similarity.model import open_model; "
        f"open_model({str(network)!r}).score(['一'], ['二']); "
        "print([m for m in ('keras', 'tensorflow', 'numba') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True, cwd=ROOT)
    assert done.stdout == b"[]\n"


def test_answers_of_a_judge_load_no_numba(judged):
    code = (
        "import sys; from nlptool.similarity.model import open_model; "
        f"open_model({str(judged)!r}).score(['一'], ['二']); "
        "print([m for m in ('keras', 'tensorflow', 'numba') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True, cwd=ROOT)
    assert done.stdout == b"[]\n"


def test_every_setting_is_an_option():
    from dataclasses import fields

    import typer

    from nlptool.cli.similarity import app
    from nlptool.similarity.config import Config
    from nlptool.similarity.config_judge import Judging
    from nlptool.similarity.config_network import Learning

    command = typer.main.get_command(app).commands["train"]
    known = {option.name: option.default for option in command.params}
    for settings in (Learning(), Config(), Judging()):
        for field in fields(settings):
            assert known[field.name] == getattr(settings, field.name) or field.name == "encoder"


def test_nothing_to_learn_from_leaves_no_file(tmp_path):
    done = run("train", "-o", tmp_path / "a.sim", "--encoder", "gru", text="\n")
    if done.returncode == 2:
        pytest.skip("Keras is not installed")
    assert done.returncode == 3
    assert done.stderr.decode() == (
        "nlptool: stdin: nothing to learn from, expected first<TAB>second<TAB>score\n"
    )
    assert not list(tmp_path.iterdir())
