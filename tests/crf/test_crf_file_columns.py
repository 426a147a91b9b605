import pytest

from nlptool.core.report import Note
from nlptool.crf.file_columns import column_lines, read_columns
from nlptool.crf.file_format import Format, Layout, layout_of
from nlptool.crf.file_lines import stop_at
from nlptool.crf.sentences import Sentence
from nlptool.errors import CorpusError


def read(text: str, form: Format | None = None) -> list[Sentence]:
    """Return what lines say, wherever they are cut into batches."""
    lines = text.split("\n")
    layout = layout_of(lines, form or Format("columns"), "a.txt")
    found = [
        list(read_columns(batches, layout, "a.txt", stop_at("a.txt"), lambda _: None))
        for batches in ([lines], [[line] for line in lines], [lines[:2], lines[2:]])
    ]
    assert found[0] == found[1] == found[2]
    return found[0]


def test_sentences() -> None:
    first, second = read("\n我\tO\n在\tO\n\n\n \n北\tB-LOC\n京\tI-LOC\n")
    assert first == Sentence("我在", "OO", (), 2, "a.txt")
    assert second == Sentence("北京", ("B-LOC", "I-LOC"), (), 7, "a.txt")


def test_further_columns_and_words() -> None:
    (sentence,) = read("New NNP B-LOC\nYork NNP I-LOC\n")
    assert sentence.tokens == ("New", "York")
    assert sentence.columns == (("NNP", "NNP"),)
    assert sentence.labels == ("B-LOC", "I-LOC")
    assert sentence.columns[0][0] is sentence.columns[0][1]


def test_the_column_of_labels_can_be_named_and_left_out() -> None:
    text = "form\tner\tpos\n我\tO\tPN\n爱\tO\tVV"
    (sentence,) = read(text, Format("columns", label="ner", token="form"))
    assert sentence == Sentence("我爱", "OO", (("PN", "VV"),), 2, "a.txt")
    (sentence,) = read("我\tO\n爱\tO", Format("columns", label="none"))
    assert sentence == Sentence("我爱", None, ("OO",), 1, "a.txt")


def test_a_token_that_is_a_space_is_one() -> None:
    (sentence,) = read("我\tO\n \tO\n\u3000\tO\n爱\tO\n \t\n")
    assert sentence == Sentence("我 \u3000爱 ", ("O", "O", "O", "O", ""), (), 1, "a.txt")
    (sentence,) = read("我 O\n  O\n\u3000 O\n爱 O\n")
    assert sentence == Sentence("我 \u3000爱", "OOOO", (), 1, "a.txt")
    (sentence,) = read("我\n \n\u3000\n爱\n")
    assert sentence == Sentence("我 \u3000爱", None, (), 1, "a.txt")


def test_columns_made_even() -> None:
    text = "我    PN  O\n非常  AD  O\n\n爱\tVV\tO\n"
    first, second = read(text)
    assert first == Sentence(("我", "非常"), "OO", (("PN", "AD"),), 1, "a.txt")
    assert second == Sentence("爱", "O", (("VV",),), 4, "a.txt")


def test_labels_that_are_not_known() -> None:
    first, second = read("我\tO\n爱\t\n\n你\t\n")
    assert first.labels == ("O", "")
    assert second.labels is None


def test_white_space_behind_a_label_is_none_of_it() -> None:
    (sentence,) = read("我\tO \n爱\tO\r\n你\tO\n")
    assert sentence.labels == "OOO"


def test_comments() -> None:
    (sentence,) = read("# newdoc\n我\tPN\tO\n# text\n爱\tVV\tO\n#\tPU\tO\n")
    assert sentence.tokens == "我爱#"


def test_nothing() -> None:
    assert read("") == []
    assert read("\n\n") == []


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("我\tO\n\n爱\tVV\tO\n你\tO\n他\tO", "a.txt:3: 3 columns, expected 2"),
        ("我\tO\n爱\n你\tO", "a.txt:2: 1 column, expected 2"),
        # Together they have as many as two lines should.
        ("我\tO\n爱\n你\tVV\tO\n他\tO", "a.txt:2: 1 column, expected 2"),
        ("我\tO\n\tO\n他\tO", "a.txt:2: nothing in column 0, expected a token"),
        ("我\n爱 O\n你\n\n他\n", "a.txt:2: 2 columns, expected 1"),
    ],
)
def test_what_is_not_of_the_form(text: str, message: str) -> None:
    with pytest.raises(CorpusError) as error:
        read(text)
    assert str(error.value) == message


def test_faulty_lines_can_be_left_out() -> None:
    told: list[tuple[int, str]] = []
    lines = ["我\tO", "爱", "你\tO"]
    layout = Layout("columns", "\t", 2, 0, 1)
    found = read_columns([lines], layout, "a", lambda *what: told.append(what), lambda _: None)
    assert [sentence.tokens for sentence in found] == ["我你"]
    assert told == [(2, "1 column, expected 2")]


def test_places_in_words_are_a_column() -> None:
    notes: list[object] = []
    layout = Layout("columns", "\t", 2, 0, 1, numbered=True)
    lines = ["科0\tO", "技1\tO", "10\tO", "我\tO", "爱0\tO"]
    (found,) = read_columns([lines], layout, "w.bio", stop_at("w.bio"), notes.append)
    assert found.tokens == "科技1我爱"
    assert found.columns == (("0", "1", "0", "", "0"),)
    assert notes == [
        Note("w.bio: every token ends with its place in its word: read as a column of its own")
    ]


def test_written() -> None:
    sentence = Sentence("我爱", ("O", ""), (("PN", "VV"),))
    assert column_lines(sentence) == ("我\tPN\tO\n爱\tVV\t\n\n", 0)
    assert column_lines(sentence, " ", labelled=False) == ("我 PN\n爱 VV\n\n", 0)
    assert column_lines(Sentence("我")) == ("我\t\n\n", 0)
    assert column_lines(Sentence("a\tb\0\n", "OOOOO")) == (
        "a\tO\n \tO\nb\tO\n \tO\n \tO\n\n",
        3,
    )
