import json
from dataclasses import fields
from pathlib import Path

import pytest
import typer

from nlptool.cli.app import app
from nlptool.crf.config import Config
from nlptool.crf.marked import bracket
from nlptool.crf.model import Tagger
from tests.cli.crf_commands import CORPORA, NAMES, WORDS, run


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("crf") / "words.crf"
    end = run("train", WORDS, "-q", "-o", path, "--epochs", 4, "--template", "simple")
    assert (end.code, end.stdout, end.stderr) == (0, "", "")
    return path


def test_every_setting_is_an_option() -> None:
    command = typer.main.get_command(app).commands["crf"].commands["train"]  # type: ignore[attr-defined]
    options = {option.name: option for option in command.params}
    for field in fields(Config):
        assert field.name in options
        # A network has other numbers of sentences in a batch.
        if field.name not in ("threads", "class_weights", "batch"):
            assert options[field.name].default == field.default, field.name


def test_training_says_what_it_did_and_where_the_model_is(tmp_path: Path) -> None:
    end = run("train", NAMES, "--dev", CORPORA / "crf_names_dev.bio", "--epochs", 3, cwd=tmp_path)
    assert (end.code, end.stdout) == (0, "")
    last = end.stderr.splitlines()[-1]
    assert last.startswith("nlptool: crf_names_train.crf: 7 labels, ")
    assert ", 3 epochs, dev F1 0." in last
    assert last.endswith("; try: nlptool crf tag crf_names_train.crf FILE")
    assert "training takes about" in end.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["crf_names_train.crf"]
    again = run(
        "train", NAMES, "--dev", CORPORA / "crf_names_dev.bio", "--epochs", 3, "--threads", 1,
        "-o", tmp_path / "b.crf", "-q",
    )  # fmt: skip
    assert again.code == 0
    first = tmp_path / "crf_names_train.crf"
    assert first.read_bytes() == (tmp_path / "b.crf").read_bytes()


def test_training_from_stdin_with_lexicons_and_vectors(tmp_path: Path) -> None:
    words = tmp_path / "places.txt"
    words.write_text("临溪县\n青石市 LOC\n", "utf-8")
    vectors = tmp_path / "v.vec"
    lines = [
        f"{word} {i % 3} {i % 2} 1\n" for i, word in enumerate(["医院", "工人", "今年", "青石市"])
    ]
    vectors.write_text("4 3\n" + "".join(lines), "utf-8")
    end = run(
        "train", "-", "--lexicon", words, "--lexicon", f"more={words}", "--vectors", vectors,
        "--clusters", "2,3", "--dev-share", 0.2, "--epochs", 1, "-o", tmp_path / "m.crf",
        text=NAMES.read_text("utf-8"),
    )  # fmt: skip
    assert end.code == 0, end.stderr
    info = json.loads(run("info", tmp_path / "m.crf", "--json", group="model").stdout)
    seen = info["config"]["features"]
    assert [one["name"] for one in seen["lexicons"]][:2] == ["places", "more"]
    assert seen["clusters"] == [{"name": "v", "sizes": [2, 3], "cap": 5}]
    assert "%x[0,v.char2]" in seen["template"]
    assert run("verify", tmp_path / "m.crf", group="model").stdout.endswith("\tcrf\tok\n")


def test_words_of_jieba(tmp_path: Path) -> None:
    path = tmp_path / "m.crf"
    end = run("train", NAMES, "--words", "jieba", "--epochs", 2, "-o", path, "-q")
    assert (end.code, end.stderr) == (0, "")
    info = json.loads(run("info", path, "--json", group="model").stdout)
    seen = info["config"]["features"]
    assert seen["words"].startswith("jieba ")
    assert "%x[0,jieba.place]/%x[0,jieba.tag]" in seen["template"]
    end = run("tag", path, text="李华在临溪县。\n")
    assert (end.code, end.stderr) == (0, "")
    tagger = Tagger.load(str(path))
    assert end.stdout.encode() == bracket(tagger, "李华在临溪县。\n".encode())
    heaviest = run("features", path, "-k", 0).stdout
    assert "/nr" in heaviest


def test_a_template_of_words_needs_them(tmp_path: Path) -> None:
    template = tmp_path / "t"
    template.write_text("U:%x[0,jieba.tag]\n", "utf-8")
    end = run("train", NAMES, "--template", template, "-o", tmp_path / "m.crf", "-q")
    assert end.code == 3
    assert "%x[0,jieba.tag]: no column 'jieba.tag', expected one of 0, type" in end.stderr
    end = run(
        "train", NAMES, "--template", template, "--words", "jieba", "--epochs", 1, "-q",
        "-o", tmp_path / "m.crf",
    )  # fmt: skip
    assert (end.code, end.stderr) == (0, "")


def test_going_on_from_a_model(model: Path, tmp_path: Path) -> None:
    end = run("train", CORPORA / "crf_words_dev.txt", "--init", model, "-o", tmp_path / "m", "-q")
    assert (end.code, end.stderr) == (0, "")
    end = run("train", WORDS, "--init", model, "--template", "zh", "-o", tmp_path / "m", "-q")
    assert (end.code, end.stderr) == (
        2,
        "nlptool: --template: given with --init, whose model brings its own\n",
    )


@pytest.mark.parametrize(
    ("args", "code", "message"),
    [
        (["--class-weights", "B"], 2, "--class-weights: 'B', expected LABEL=WEIGHT,..."),
        (["--clusters", "x"], 2, "--clusters: 'x', expected numbers such as 64,512"),
        (["--normalise", "x"], 2, "--normalise: 'x', expected some of width, case"),
        (["--words", "ltp"], 2, "--words: 'ltp', expected jieba"),
        (["--dev-share", "1"], 2, "--dev-share: 1, expected more than 0, less than 1"),
        (["--dev", "x", "--dev-share", ".1"], 2, "--dev-share: given with --dev, expected one"),
        (["--loss", "x"], 2, "--loss: 'x', expected one of nll, focal"),
        (["--template", "nowhere"], 3, "nowhere: no such file"),
        (["--lexicon", "a=x", "--lexicon", "a=y"], 2, "a=y: the name a is taken, expected NAME"),
        (["--init", "nowhere"], 4, "nowhere: cannot be read: No such file or directory"),
        (["--dev", "nowhere"], 3, "nowhere: no such file"),
    ],
)
def test_what_cannot_be_trained(args: list[str], code: int, message: str, tmp_path: Path) -> None:
    end = run("train", WORDS, *args, "-q", "-o", tmp_path / "m.crf")
    assert (end.code, end.stdout) == (code, "")
    assert end.stderr.startswith(f"nlptool: {message}")
    assert end.stderr.count("\n") == 1
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "no tokens in the training text, expected labelled sentences"),
        ("甲\t\n乙\t\n\n" * 9, "no labels in the training text, expected some"),
    ],
)
def test_texts_that_teach_nothing(text: str, message: str, tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_text(text, "utf-8")
    end = run("train", path, "-q", "-o", tmp_path / "m.crf", "--format", "columns")
    assert end.code == 3
    assert message in end.stderr or "label" in end.stderr
    assert end.stderr.count("\n") == 1


def test_features(model: Path) -> None:
    end = run("features", model, "-k", 2, "--label", "B")
    header, *rows = end.stdout.splitlines()
    assert (end.code, end.stderr) == (0, "")
    assert header == "label\tweight\tfeature"
    assert sorted(row.split("\t")[0] for row in rows) == ["B", "B", "E -> B", "S -> B"]
    rows = run("features", model, "-k", 1, "--json").stdout.splitlines()
    assert list(json.loads(rows[0])) == ["label", "weight", "feature"]
    end = run("features", model, "--label", "X")
    assert (end.code, end.stderr) == (
        2,
        "nlptool: --label: 'X', expected one of the model's: B, E, M, S\n",
    )


def test_import(tmp_path: Path) -> None:
    dump = tmp_path / "m.dump"
    dump.write_text(
        "FILEHEADER = {\n}\n\nLABELS = {\n  0: B\n  1: E\n  2: S\n}\n\nTRANSITIONS = {\n"
        "  (1) B --> E: 1.000000\n}\n\nSTATE_FEATURES = {\n  (0) c0=甲 --> B: 2.000000\n"
        "  (0) c0=乙 --> E: 2.000000\n  (0) c0=丙 --> S: 2.000000\n}\n",
        "utf-8",
    )
    template = tmp_path / "t.txt"
    template.write_text("# what it is\nc0=%x[0,0]\n", "utf-8")
    end = run("import", dump, "--template", template, "-o", tmp_path / "m.crf")
    assert (end.code, end.stdout) == (0, "")
    assert end.stderr.endswith("m.crf: 3 labels, 3 features of CRFsuite; columns: 0\n")
    end = run("segment", tmp_path / "m.crf", text="丙甲乙丙\n")
    assert (end.code, end.stdout) == (0, "丙 甲乙 丙\n")
    end = run("import", WORDS, "-o", tmp_path / "x.crf")
    assert (end.code, end.stderr) == (
        4,
        f"nlptool: {WORDS}: not a text model of CRF++; crf_learn -t writes one, as FILE.txt\n",
    )
    end = run("import", dump, "--unit", "x", "-o", tmp_path / "x.crf")
    assert (end.code, end.stderr) == (2, "nlptool: --unit: 'x', expected char or word\n")


def test_a_model_wherever_text_is_cut(model: Path, tmp_path: Path) -> None:
    raw = "".join(WORDS.read_text("utf-8").split(" "))
    end = run("segment", "--segment", f"crf:{model}", text=raw, group="corpus")
    assert end.code == 0
    assert end.stdout.replace(" ", "") == raw
    assert end.stdout == run("segment", model, text=raw).stdout
    stats = run("stats", "--segment", f"crf:{model}", "--json", text=raw, group="corpus")
    assert json.loads(stats.stdout)["tokens"] == len(end.stdout.split())
    trained = run(
        "train", "-", "--segment", f"crf:{model}", "-o", tmp_path / "v", "-q", "--dim", 4,
        "--min-count", 1, "--epochs", 1, text=raw, group="w2v",
    )  # fmt: skip
    assert (trained.code, trained.stderr) == (0, "")
    sums = run("sentence", tmp_path / "v", "--segment", f"crf:{model}", text="医院", group="w2v")
    assert sums.code == 0


def test_models_that_cannot_cut_text(model: Path, tmp_path: Path) -> None:
    end = run("segment", "--segment", "crf:", group="corpus")
    assert (end.code, end.stderr) == (
        2,
        "nlptool: --segment: 'crf:', expected crf:MODEL, a model of crf train\n",
    )
    end = run("segment", "--segment", "crf:nowhere", group="corpus")
    assert (end.code, end.stderr) == (
        4,
        "nlptool: nowhere: cannot be read: No such file or directory\n",
    )
    end = run("segment", "--segment", f"crf:{model}", "--user-dict", WORDS, group="corpus")
    assert end.code == 2
