import io
from pathlib import Path

import pytest

from nlptool.core.reading import Reading
from nlptool.core.report import silent
from nlptool.crf.file_format import Format
from nlptool.crf.incoming import open_text, read_incoming
from nlptool.crf.sentences import Sentence


def read(path: Path, form: Format | None = None, n_columns: int = 1) -> tuple[str, list[Sentence]]:
    form = form or Format()
    text = open_text(str(path), form, Reading(), n_columns, silent)
    return text.layout.name, list(read_incoming(text, form, silent))


def test_what_looks_cut_is_raw_text(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_text("我 爱 北京\n他 说 话 。\n" * 9, "utf-8")
    name, sentences = read(path)
    assert name == "text"
    assert sentences[0].tokens == "我 爱 北京"
    name, sentences = read(path, Format("segmented"))
    assert name == "segmented"
    assert (sentences[0].tokens, sentences[0].labels) == ("我爱北京", "SSBE")
    name, sentences = read(path, Format(unit="word"))
    assert (name, list(sentences[0].tokens)) == ("text", ["我", "爱", "北京"])


def test_words_with_parts_of_speech(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_text("我/r 爱/v 北京/ns\n" * 9, "utf-8")
    assert read(path)[0] == "text"
    name, sentences = read(path, Format("wordpos"))
    assert (name, sentences[0].tokens) == ("wordpos", "我爱北京")


def test_columns_that_the_model_needs_are_no_labels(tmp_path: Path) -> None:
    path = tmp_path / "a.bio"
    path.write_text("甲\tx\n乙\ty\n\n丙\tx\n丁\ty\n\n" * 9, "utf-8")
    name, sentences = read(path, n_columns=2)
    assert (name, sentences[0].labels, sentences[0].columns) == ("columns", None, ("xy",))
    sentences = read(path, n_columns=1)[1]
    assert (sentences[0].labels, sentences[0].columns) == ("xy", ())
    sentences = read(path, Format(label="none"), n_columns=1)[1]
    assert (sentences[0].labels, sentences[0].columns) == (None, ("xy",))


def test_json(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    path.write_text('{"text": "甲乙", "entities": [[0, 1, "X"]]}\n{"text": "丙"}\n', "utf-8")
    name, sentences = read(path)
    assert name == "jsonl"
    assert [one.tokens for one in sentences] == ["甲乙", "丙"]
    assert sentences[0].labels == ("S-X", "O")


def test_lines_as_they_come(monkeypatch: pytest.MonkeyPatch) -> None:
    stdin = io.TextIOWrapper(io.BufferedReader(io.BytesIO("甲\n\n乙 丙".encode())))
    monkeypatch.setattr("sys.stdin", stdin)
    form = Format()
    text = open_text("-", form, Reading(), 1, silent)
    assert text.is_text
    sentences = read_incoming(text, form, silent)
    assert [one.tokens for one in sentences] == ["甲", "", "乙 丙"]


def test_an_empty_file(tmp_path: Path) -> None:
    (tmp_path / "a").write_text("")
    assert read(tmp_path / "a") == ("text", [])
