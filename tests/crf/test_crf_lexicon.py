from pathlib import Path

import numpy as np
import pytest

from nlptool.core.jieba_trie import COUNT_SHIFT, look_up
from nlptool.core.report import Note, Progress
from nlptool.crf import lexicon as module
from nlptool.crf.lexicon import Lexicon, check_name, lexicon_of, read_lexicon
from nlptool.errors import ConfigError, CorpusError


def type_in(lexicon: Lexicon, word: str) -> str | None:
    points = np.frombuffer(word.encode("utf-32-le"), np.int32)
    number = int(look_up(points, 0, len(points), lexicon.table)) >> int(COUNT_SHIFT)
    return lexicon.types[number - 1] if number else None


def test_a_list(tmp_path: Path) -> None:
    path = tmp_path / "words.txt"
    path.write_text("中国 12 ns\n张三 nr\n\n电网 7\n电力系统\n我 3 r\n中国 9 x\n", "utf-8")
    lexicon = read_lexicon(str(path), "lex", cap=4)
    assert lexicon.name == "lex"
    assert lexicon.cap == 4
    assert lexicon.types == ("", "nr", "ns")
    assert type_in(lexicon, "中国") == "ns"
    assert type_in(lexicon, "张三") == "nr"
    assert type_in(lexicon, "电网") == ""
    assert type_in(lexicon, "电力系统") == ""
    assert type_in(lexicon, "我") is None


def test_a_table_of_new_words(tmp_path: Path) -> None:
    path = tmp_path / "words.tsv"
    path.write_text(
        "word\tcount\tdocuments\tpmi\n今天\t727\t134\t5.1\nNew York\t5\t2\t3.0\n", "utf-8"
    )
    said: list[Note | Progress] = []
    lexicon = read_lexicon(str(path), "lex", report=said.append)
    assert lexicon.types == ("",)
    assert type_in(lexicon, "今天") == ""
    assert type_in(lexicon, "word") is None
    assert said == [Note(f"{path}: 1 words not used: longer than 64 or a space")]


def test_jieba() -> None:
    lexicon = read_lexicon("jieba", "jieba")
    assert {"n", "nr", "ns", "nt", "v"} < set(lexicon.types)
    assert type_in(lexicon, "北京") == "ns"
    assert type_in(lexicon, "孙中山") == "nr"
    assert type_in(lexicon, "经济") == "n"


def test_words_are_normalised() -> None:
    lexicon = lexicon_of([("Ａ股", "")], "lex", "x", normalise=["width", "case"])
    assert type_in(lexicon, "a股") == ""


def test_too_many_types() -> None:
    said: list[Note | Progress] = []
    entries = [(f"w{i}", f"t{i}") for i in range(65)]
    lexicon = lexicon_of(entries, "lex", "x", report=said.append)
    assert lexicon.types == ("",)
    assert said == [Note("x: 65 types of words not used, as there are so many")]
    assert type_in(lexicon, "w64") == ""
    assert len(lexicon_of(entries[:64], "lex", "x").types) == 64


def test_no_words() -> None:
    with pytest.raises(CorpusError) as error:
        lexicon_of([("我", "")], "lex", "x")
    assert str(error.value) == "x: no words of two or more characters, expected one a line"


def test_no_jieba(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "find_spec", lambda _: None)
    with pytest.raises(ConfigError) as error:
        read_lexicon("jieba", "jieba")
    assert str(error.value) == ("--lexicon jieba: jieba is not installed, or is not there as files")


def test_names_and_caps() -> None:
    check_name("a_1")
    for name in ("", "1a", "a.b", "词"):
        with pytest.raises(ConfigError) as error:
            check_name(name)
        assert str(error.value) == (
            f"{name!r}: no name for a lexicon or for vectors, expected letters, digits and _, "
            "not beginning with a digit"
        )
    with pytest.raises(ConfigError) as error:
        check_name("self")
    assert str(error.value) == ("'self': the words of the training text are called so; use another")
    with pytest.raises(ConfigError) as error:
        read_lexicon("x", "x", cap=65)
    assert str(error.value) == "--lexicon: words count up to 65, expected 1 to 64"
