"""Plain text with blanks."""

import pytest

from nlptool.cloze.passages import cut, read_passages
from nlptool.cloze.questions import BLANK
from nlptool.errors import ConfigError, CorpusError


def test_a_line_is_a_passage():
    first, second = read_passages(["小猴爱吃桃子。妈妈买来XXXXX！", "", "XXXXX 和 小猫 玩"])
    assert first.name == "<qid_0>"
    assert first.where == "stdin:1"
    assert "".join(first.words) == "小猴爱吃桃子。妈妈买来XXXXX！"
    assert first.words[first.blanks[0]] == BLANK
    assert len(first.starts) == 2
    assert (second.name, second.words, second.where) == (
        "<qid_1>",
        (BLANK, "和", "小猫", "玩"),
        "stdin:3",
    )


def test_a_document_is_a_passage():
    lines = ["小猴爱吃桃子。", "妈妈买来XXXXX。", "", " ", "XXXXX来了，XXXXX走了。"]
    first, second = read_passages(lines, by="document", shown="a.txt")
    assert "".join(first.words) == "小猴爱吃桃子。妈妈买来XXXXX。"
    assert len(second.blanks) == 2
    assert (first.where, second.where) == ("a.txt:1", "a.txt:5")


def test_text_may_be_cut_otherwise():
    assert cut("小猴XXXXX", "char") == [["小", "猴", BLANK]]
    assert cut("我 爱XXXXX。你 好", "space") == [["我", "爱", BLANK, "。"], ["你", "好"]]
    assert cut("  \n") == []


def test_no_blank_is_an_error_with_its_place():
    with pytest.raises(CorpusError) as caught:
        list(read_passages(["XXXXX来了", "小猴走了"], shown="a.txt"))
    assert str(caught.value) == (
        "a.txt:2: no XXXXX, expected one where a word is missing; with --by document a passage is "
        "all lines up to an empty one"
    )
    with pytest.raises(CorpusError) as caught:
        list(read_passages(["小猴", "走了"], by="document"))
    assert str(caught.value) == "stdin:1: no XXXXX, expected one where a word is missing"
    with pytest.raises(ConfigError) as config:
        list(read_passages([], by="page"))
    assert str(config.value) == "--by: 'page', expected line or document"


def test_a_very_long_passage():
    (one,) = read_passages(["小猴爱吃桃子。" * 20_000 + "XXXXX"])
    assert len(one.starts) == 20_001
    assert one.blanks == (len(one.words) - 1,)
