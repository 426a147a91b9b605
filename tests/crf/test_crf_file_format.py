import pytest

from nlptool.crf.file_format import Format, Layout, layout_of, place_in_word
from nlptool.errors import ConfigError, CorpusError


def layout(text: str, **form: str) -> Layout:
    return layout_of(text.split("\n"), Format(**form), "a.txt")


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("", "text"),
        ("\n \n", "text"),
        ("今天天气很好。\n我们出去走走。", "text"),
        ("今天 有雨。", "text"),
        ("Colourless green ideas sleep.", "text"),
        ("today and/or tomorrow", "text"),
        ("我 爱 北京 天安门", "segmented"),
        ("迈向  充满  希望  的  新  世纪", "segmented"),
        ("我/r 爱/v 北京/ns", "wordpos"),
        ("[中央/n 电视台/n]nt 在/p 北京/ns", "wordpos"),
        ("我_PN 爱_VV 北京_NR", "wordpos"),
        ("我\tO\n爱\tO\n\n北\tB-LOC\n京\tI-LOC", "columns"),
        ("我 O\n爱 O\n\n北 B-LOC\n京 E-LOC", "columns"),
        ("我 S\n爱 S\n北 B\n京 E", "columns"),
        ("EU NNP B-NP B-ORG\nrejects VBZ B-VP O", "columns"),
        ("the DT\ncat NN\nsat VB\n\nthe DT\ndog NN\nsat VB", "columns"),
        ("我\n爱\n你\n\n他\n也\n爱\n", "columns"),
        ('{"text": "我", "entities": []}', "jsonl"),
        ('{"text": "我', "jsonl"),
        ('{"text": \n{"text": "我"}', "jsonl"),
    ],
)
def test_it_is_seen_what_a_file_is(text: str, name: str) -> None:
    assert layout(text).name == name


def test_format_overrides() -> None:
    assert layout("我/r 爱/v", name="text").name == "text"
    assert layout("我爱北京", name="segmented") == Layout("segmented")
    assert layout("我/r 爱_v 你/r", name="wordpos").separator == "/"


def test_columns_and_labels() -> None:
    text = "我 PN O\n爱 VV O\n\n你 PN O"
    assert layout(text) == Layout("columns", " ", 3, 0, 2)
    assert layout(text, label="none") == Layout("columns", " ", 3, 0, -1)
    assert layout(text, label="1") == Layout("columns", " ", 3, 0, 1)
    assert layout(text, label="-2") == Layout("columns", " ", 3, 0, 1)
    assert layout(text, token="1") == Layout("columns", " ", 3, 1, 2)


def test_a_last_column_that_is_empty_is_none() -> None:
    assert layout("我\tO\t\n爱\tO\t") == Layout("columns", "\t", 2, 0, 1)
    assert layout("我\t\n爱\t") == Layout("columns", "\t", 1, 0, -1)


def test_columns_by_name() -> None:
    text = "# form\tpos\tner\n我\tPN\tO\n爱\tVV\tO"
    found = layout(text, label="pos", token="form")
    assert found == Layout("columns", "\t", 3, 0, 1, header=True)
    with pytest.raises(ConfigError) as error:
        layout(text, label="tag")
    assert str(error.value) == "a.txt:1: no column 'tag' (--label), expected one of form, pos, ner"


def test_columns_that_are_not_there() -> None:
    with pytest.raises(ConfigError) as error:
        layout("我\tO\n爱\tO", label="2")
    assert str(error.value) == (
        "a.txt: no column 2 (--label), expected 0 to 1 or a negative number from the end"
    )
    with pytest.raises(ConfigError, match=r"^a.txt: --label and --token are both column 0$"):
        layout("我\tO\n爱\tO", label="0")


def test_ideographic_spaces_between_all_words() -> None:
    assert layout("時間　是　甚麼\n我　不　知道").separator == "\u3000"
    assert layout("　　今天 天气 很 好\n　　明天 有 雨", name="segmented").separator == " "
    assert layout("　　今天天气很好", name="segmented").separator == " "


def test_numbered_tokens() -> None:
    assert layout("科0\tO\n技1\tO\n全0\tO\n\n我0\tO").numbered
    assert not layout("科0\tO\n技2\tO").numbered
    assert not layout("1\tO\n0\tO").numbered
    assert not layout("10\tO\n11\tO").numbered
    assert [place_in_word("e15", 14), place_in_word("10", 9), place_in_word("x", 0)] == [15, 0, -1]


def test_json_over_several_lines() -> None:
    with pytest.raises(CorpusError) as error:
        layout('[\n  {"text": "我"}\n]')
    assert str(error.value) == (
        "a.txt:1: JSON over several lines, expected one object a line; "
        "with jq: jq -c '.[]' or jq -c ."
    )


@pytest.mark.parametrize(
    ("form", "message"),
    [
        (
            {"name": "xml"},
            "format 'xml': expected one of auto, segmented, columns, wordpos, jsonl, text",
        ),
        ({"unit": "line"}, "unit 'line': expected char or word"),
        ({"scheme": "none"}, "scheme 'none': expected one of bmes, bioes, bio"),
        ({"token": "none"}, "token and label: expected a column's number or name"),
    ],
)
def test_settings_that_there_are_not(form: dict[str, str], message: str) -> None:
    with pytest.raises(ConfigError) as error:
        Format(**form)
    assert str(error.value) == message
