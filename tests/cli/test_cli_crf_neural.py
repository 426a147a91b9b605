"""`nlptool crf` with networks, as a shell would run it; training is in a file of its own."""

import json
from dataclasses import fields
from importlib.util import find_spec
from pathlib import Path

import pytest
import typer

from nlptool.cli.app import app
from nlptool.crf.neural_config import Neural
from tests.cli.crf_commands import WORDS, run
from tests.crf_networks import network_of
from tests.crf_taggers import NAMES as FEW_NAMES
from tests.crf_taggers import WORDS as FEW_WORDS

NEURAL = ["--model", "neural"]
SMALL = [*NEURAL, "--width", 8, "--characters", 8, "--epochs", 2]


@pytest.fixture(scope="module")
def words(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("crf") / "words.crf"
    network_of(FEW_WORDS).save(str(path))
    return path


@pytest.fixture(scope="module")
def names(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("crf") / "names.crf"
    network_of(FEW_NAMES).save(str(path))
    return path


def test_every_setting_is_an_option() -> None:
    command = typer.main.get_command(app).commands["crf"].commands["train"]  # type: ignore[attr-defined]
    options = {option.name: option for option in command.params}
    for field in fields(Neural):
        assert field.name in options
        # The help says what it is; a preset has its own.
        if field.name in ("blocks", "width", "depth", "characters", "columns", "clip"):
            assert str(field.default).removesuffix(".0") in options[field.name].help


def test_text_goes_through_every_command(words: Path, names: Path) -> None:
    end = run("segment", words, text="甲乙丙丁 丙甲\n\n天\n")
    assert (end.code, end.stderr) == (0, "")
    assert end.stdout.replace(" ", "") == "甲乙丙丁丙甲\n\n天\n"
    end = run("tag", names, "--json", "--confidence", "--nbest", 2, text="甲乙丙丁\n")
    assert (end.code, end.stderr) == (0, "")
    row = json.loads(end.stdout)
    assert row["text"] == "甲乙丙丁"
    end = run("tag", words, text="甲乙丙丁\n")
    assert (end.code, end.stderr) == (0, "")
    end = run("eval", words, WORDS, "--json")
    assert end.code == 0
    assert 0 <= json.loads(end.stdout)["f1"] <= 1
    end = run("features", words, "-k", 3)
    assert end.code == 0
    assert end.stdout.startswith("label\tweight\tfeature\n")
    assert "\tU0:" in end.stdout


def test_a_network_alone_has_no_features(tmp_path: Path) -> None:
    path = tmp_path / "m.crf"
    network_of(FEW_WORDS, linear_share=0.0).save(str(path))
    end = run("features", path)
    assert (end.code, end.stdout) == (2, "")
    assert end.stderr == (
        f"nlptool: {path}: a network without a linear model, expected a model that has features\n"
    )


def test_what_it_is_and_whether_it_is_whole(words: Path) -> None:
    end = run("info", words, group="model")
    assert (end.code, end.stderr) == (0, "")
    assert "lstm" in end.stdout
    end = run("verify", words, group="model")
    assert (end.code, end.stdout) == (0, f"{words}\tcrf\tok\n")


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--width", 8], "--width: 8 without --model neural, whose option it is"),
        (["--device", "cpu"], "--device: cpu without --model neural, whose option it is"),
        (["--model", "deep"], "--model: 'deep', expected linear or neural"),
        ([*NEURAL, "--blocks", "cnn"], "--blocks: 'cnn', expected one of lstm, gru, gated, conv"),
        ([*NEURAL, "--preset", "x"], "--preset: 'x', expected one of convolutions"),
        ([*NEURAL, "--linear-share", 1], "--linear-share: 1.0, expected 0 to 0.99"),
        ([*NEURAL, "--init", "m"], "--init: given with --model neural, which begins anew"),
    ],
)
def test_options_that_cannot_be(tmp_path: Path, options: list[object], message: str) -> None:
    end = run("train", WORDS, *options, cwd=tmp_path)
    assert (end.code, end.stdout, end.stderr) == (2, "", f"nlptool: {message}\n")
    assert not list(tmp_path.iterdir())


@pytest.mark.skipif(bool(find_spec("keras")), reason="Keras is there")
def test_training_needs_keras(tmp_path: Path) -> None:
    end = run("train", WORDS, *SMALL, "-o", tmp_path / "m.crf")
    assert (end.code, end.stdout) == (2, "")
    assert "pip install 'nlptool[neural]'" in end.stderr
    assert not list(tmp_path.iterdir())
