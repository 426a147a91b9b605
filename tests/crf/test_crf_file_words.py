import pytest

from nlptool.core.report import Note, Progress
from nlptool.crf.file_format import Layout
from nlptool.crf.file_lines import stop_at
from nlptool.crf.file_words import read_segmented, read_text, read_wordpos, read_words
from nlptool.crf.sentences import Sentence
from nlptool.errors import CorpusError

SPACES = Layout("segmented")
SLASH = Layout("wordpos", "/")


def wordpos(
    *lines: str, mark: str = "/", scheme: str | None = "bmes"
) -> tuple[list[Sentence], list[str]]:
    notes: list[str] = []

    def report(event: Progress | Note) -> None:
        assert isinstance(event, Note)
        notes.append(event.text)

    layout = Layout("wordpos", mark)
    found = read_wordpos(lines, layout, "a.txt", scheme, stop_at("a.txt"), report)
    return list(found), notes


def test_characters_of_words() -> None:
    lines = ["迈向  充满 希望", "", " 我\t爱 ", "   "]
    assert list(read_segmented(lines, SPACES, "a.txt", "bmes")) == [
        Sentence("迈向充满希望", "BEBEBE", (), 1, "a.txt"),
        Sentence("", "", (), 2, "a.txt"),
        Sentence("我爱", "SS", (), 3, "a.txt"),
        Sentence("", "", (), 4, "a.txt"),
    ]
    (found,) = read_segmented(["天安门 广场 上"], SPACES, "", "bio")
    assert found.labels == "BIIBIB"


def test_other_white_space_is_text() -> None:
    (found,) = read_segmented(["\u3000 a\xa0b \x85"], SPACES, "", "bmes")
    assert (found.tokens, found.labels) == ("\u3000a\xa0b\x85", "SBMES")
    (found,) = read_segmented(["時間\u3000是"], Layout("segmented", "\u3000"), "", "bmes")
    assert (found.tokens, found.labels) == ("時間是", "BES")


def test_a_million_characters() -> None:
    (found,) = read_segmented(["北京 " * 400_000], SPACES, "", "bmes")
    assert found.tokens == "北京" * 400_000
    assert found.labels == "BE" * 400_000


def test_words() -> None:
    first, second = read_words(["New  York 很 大", "我 爱"], SPACES, "a.txt")
    assert first == Sentence(("New", "York", "很", "大"), None, (), 1, "a.txt")
    assert second == Sentence("我爱", None, (), 2, "a.txt")


def test_raw() -> None:
    assert list(read_text([" 我 爱\u3000", ""], "a")) == [
        Sentence(" 我 爱\u3000", None, (), 1, "a"),
        Sentence("", None, (), 2, "a"),
    ]


def test_parts_of_speech() -> None:
    (found,), _ = wordpos("我/r 爱/v  北京/ns 1/2/m //w")
    assert found.tokens == "我爱北京1/2/"
    assert found.labels == ("S-r", "S-v", "B-ns", "E-ns", "B-m", "M-m", "E-m", "S-w")
    (found,), _ = wordpos("我/r 爱/v  北京/ns", scheme=None)
    assert (found.tokens, found.labels) == (("我", "爱", "北京"), ("r", "v", "ns"))
    (found,), _ = wordpos("a_b_NN __PU", mark="_")
    assert found.tokens == "a_b_"
    assert wordpos("") == ([Sentence("", (), (), 1, "a.txt")], [])


def test_compounds() -> None:
    (found, other), notes = wordpos(
        "[中央/n 人民/n 电台/n]nt 、/w [/w ]/w", "[中国/ns 政府/n]nt 和/c [/w", scheme=None
    )
    assert found.tokens == ("中央", "人民", "电台", "、", "[", "]")
    assert found.labels == "nnnwww"
    assert other.tokens == ("中国", "政府", "和", "[")
    assert notes == [
        "a.txt: 2 compounds in brackets read as their words; their own tags are left out"
    ]


@pytest.mark.parametrize("item", ["爱", "爱/", "/v"])
def test_a_word_without_a_part_of_speech(item: str) -> None:
    with pytest.raises(CorpusError) as error:
        wordpos("我/r", f"我/r {item}")
    assert str(error.value) == (f"a.txt:2: {item!r} without a part of speech, expected word/POS")
