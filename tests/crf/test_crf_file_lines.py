import pytest

from nlptool.core import corpus
from nlptool.core.corpus import kept
from nlptool.crf import file_lines
from nlptool.crf.file_lines import batches_of, shown, stop_at
from nlptool.errors import CorpusError


def lines(*blocks: str) -> list[str]:
    return [
        line for batch in batches_of([one.encode() for one in blocks], "a.txt") for line in batch
    ]


def test_lines_go_on_in_the_next_block() -> None:
    assert lines() == []
    assert lines("一\n\n二\n") == ["一", "", "二"]
    assert lines("一", "二\n三", "\n") == ["一二", "三"]
    assert lines("一\n二") == ["一", "二"]
    assert lines("a\u2028b\x85c\n") == ["a\u2028b\x85c"]


def test_a_million_characters_are_one_line() -> None:
    assert lines(*["字" * 300_000] * 4, "\n") == ["字" * 1_200_000]


def test_a_line_without_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(file_lines, "LONGEST", 10)
    with pytest.raises(CorpusError) as error:
        lines("一\n", "二三四五六", "七八九十一二")
    assert str(error.value) == (
        "a.txt:2: a line of more than 10 characters, "
        "expected sentences on lines of their own; split it"
    )


def test_the_first_fault_stops() -> None:
    with pytest.raises(CorpusError, match=r"^stdin:3: 1 column, expected 2$"):
        stop_at("-")(3, "1 column, expected 2")


def test_stdin_is_called_so_wherever_it_is_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(corpus, "read_stored", lambda _: (chunk for chunk in [b"x"]))
    with kept(["-", "a.txt"]) as paths:
        assert [shown(path) for path in paths] == ["stdin", "a.txt"]
