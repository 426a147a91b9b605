"""The log and the picture of a fitting."""

import json
import sys

import pytest

from nlptool import neural
from nlptool.errors import ConfigError
from nlptool.neural.log import painter, write_log

HISTORY = [
    {"epoch": 1, "loss": 0.5, "rate": 0.1, "f1": 0.25},
    {"epoch": 2, "loss": 0.25, "rate": 0.0, "f1": 0.5},
]


def test_one_object_a_line(tmp_path):
    write_log(str(tmp_path / "log"), {"model": "词"}, HISTORY)
    lines = (tmp_path / "log").read_text("utf-8").split("\n")
    assert lines[-1] == ""
    assert [json.loads(line) for line in lines[:-1]] == [{"model": "词"}, *HISTORY]
    assert "词" in lines[0]


def test_curves_are_the_same_bytes_again(tmp_path):
    pytest.importorskip("matplotlib", reason="the extra `plot` is not installed")
    images = []
    for name in ("a.png", "b.png"):
        painter(str(tmp_path / name))(HISTORY)
        images.append((tmp_path / name).read_bytes())
    assert images[0].startswith(b"\x89PNG")
    assert images[0] == images[1]


def test_what_cannot_be_painted_is_known_before(tmp_path, monkeypatch):
    with pytest.raises(ConfigError) as error:
        painter("a.svg")
    assert str(error.value) == "a.svg: expected a name that ends with .png"
    monkeypatch.delattr(neural, "curves", raising=False)
    monkeypatch.delitem(sys.modules, "nlptool.neural.curves", raising=False)
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    with pytest.raises(ConfigError) as error:
        painter("a.png")
    assert str(error.value) == (
        "a.png: matplotlib is not installed, and draws the curves; pip install 'nlptool[plot]'"
    )
