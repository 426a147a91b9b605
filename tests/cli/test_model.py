"""`nlptool model`: what a file is, and whether it is whole and makes sense."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from nlptool.cli import app
from nlptool.core import store
from nlptool.w2v.config import Config
from nlptool.w2v.model import KIND
from tests.faults import End, in_child

MODEL: dict[str, Any] = {
    "config": {"dim": 3, "rate": 0.0250000001, "arch": "cbow", "none": None},
    "training": {"loss": [3.25, 2.5], "best": {"epoch": 2, "loss": 2.5}, "segment": "结\x1b[31m巴"},
    "tensors": {"vectors": np.zeros((2, 3), np.float32), "counts": np.ones(2, np.int64)},
}

INFO = """\
what\tvalue
file\t{path}
kind\ttest
nlptool\t{version}
bytes\t40
config.arch\tcbow
config.dim\t3
config.none\tNone
config.rate\t0.025
training.best\tepoch 2, loss 2.5
training.loss\t3.25; 2.5
training.segment\t结\\x1b[31m巴
tensors.counts\tint64 2
tensors.vectors\tfloat32 2 x 3
"""


def nlptool(*arguments: str | Path, monkeypatch: pytest.MonkeyPatch) -> End:
    monkeypatch.setattr("sys.argv", ["nlptool", *map(str, arguments)])
    return in_child(app.main)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    store.publish(str(tmp_path / "m.test"), "test", **MODEL)
    return tmp_path / "m.test"


def test_info(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shown = INFO.format(path=path, version=app.__version__)
    assert nlptool("model", "info", path, monkeypatch=monkeypatch) == End(0, shown, "")
    twice = nlptool("model", "info", path, path, monkeypatch=monkeypatch)
    assert twice == End(0, shown * 2, "")


def test_info_as_json(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    end = nlptool("model", "info", "--json", path, monkeypatch=monkeypatch)
    assert (end.code, end.stderr) == (0, "")
    (line,) = end.stdout.splitlines()
    assert json.loads(line) == {
        "file": str(path),
        "kind": "test",
        "nlptool": app.__version__,
        "bytes": 40,
        "config": MODEL["config"],
        "training": MODEL["training"],
        "tensors": {
            "vectors": {"type": "float32", "shape": [2, 3]},
            "counts": {"type": "int64", "shape": [2]},
        },
    }


def test_a_damaged_file_is_refused(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    good = path.with_name("good")
    good.write_bytes(path.read_bytes())
    path.write_bytes(path.read_bytes()[:-1] + b"x")
    refused = f"nlptool: {path}: damaged: its content does not match its checksum\n"
    assert nlptool("model", "info", path, monkeypatch=monkeypatch) == End(4, "", refused)
    end = nlptool("model", "verify", good, path, good, monkeypatch=monkeypatch)
    assert end == End(4, f"{good}\ttest\tok\n", refused)
    assert nlptool("model", "verify", "-q", good, monkeypatch=monkeypatch) == End(0, "", "")


def word_vectors(path: Path, **changes: Any) -> None:
    """Save word vectors whose checksum is right, whatever they mean."""
    tensors = {
        "vocabulary": np.frombuffer("一\n二\n".encode(), np.uint8),
        "counts": np.array([2, 1], np.int64),
        "vectors": np.ones((2, 3), np.float32),
    }
    config = vars(Config(dim=3).settled()) | changes.pop("config", {})
    tensors = {name: array for name, array in (tensors | changes).items() if array is not None}
    store.publish(str(path), KIND, config=config, training={}, tensors=tensors)


def test_verify_looks_at_the_meaning(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "m.w2v"
    word_vectors(path)
    assert nlptool("model", "verify", path, monkeypatch=monkeypatch) == End(
        0, f"{path}\tw2v\tok\n", ""
    )
    nan = np.full((2, 3), np.nan, np.float32)
    for changes in (
        {"vectors": nan},
        {"vectors": np.ones((3, 3), np.float32)},
        {"vectors": np.ones((2, 4), np.float32)},
        {"vectors": np.ones((2, 3))},
        {"vectors": None},
        {"counts": np.array([1, -1], np.int64)},
        {"counts": np.zeros(0, np.int64)},
        {"counts": np.array([1, 1], np.int32)},
        {"vocabulary": np.frombuffer(b"a\n", np.uint8)},
        {"vocabulary": np.frombuffer(b"a\na\n", np.uint8)},
        {"vocabulary": np.frombuffer(b"a\nb\nc\n", np.uint8)},
        {"vocabulary": np.frombuffer(b"a\n\xff\n", np.uint8)},
        {"vocabulary": np.frombuffer(b"a\n\n", np.uint8)},
        {"contexts": nan},
        {"contexts": np.ones((3, 2), np.float32)},
        {"bias": np.ones(3, np.float32)},
        {"more": np.ones(3, np.float32)},
        {"config": {"dim": 4}},
        {"config": {"dim": True}},
        {"config": {"dim": "3"}},
        {"config": {"dim": 10**30}},
        {"config": {"arch": "transformer"}},
        {"config": {"more": 1}},
    ):
        word_vectors(path, **changes)
        end = nlptool("model", "verify", path, monkeypatch=monkeypatch)
        assert (end.code, end.stdout) == (4, ""), changes
        assert end.stderr.startswith(f"nlptool: {path}: "), changes
        assert len(end.lines) == 1, changes
