"""core/jieba_userdict: files of more words for jieba."""

from pathlib import Path

import pytest

from nlptool.core.jieba_userdict import read_user_dict
from nlptool.core.report import Note
from nlptool.errors import CorpusError


def write(folder: Path, text: str) -> str:
    path = folder / "words.txt"
    path.write_text(text, "utf-8")
    return str(path)


def test_words_with_and_without_counts_and_tags(tmp_path: Path) -> None:
    path = write(tmp_path, "\ufeff云计算 5\n李小福 2 nr\r\n\n台中\n凱特琳\tnz\n石墨烯 0")
    assert read_user_dict(path) == [
        ("云计算", 5),
        ("李小福", 2),
        ("台中", None),
        ("凱特琳", None),
        ("石墨烯", 0),
    ]


@pytest.mark.parametrize("line", ["云计算 5 n x", "云计算 五 5", "云计算 -5", "云计算 " + "9" * 16])
def test_user_dict_errors_name_the_line(tmp_path: Path, line: str) -> None:
    path = write(tmp_path, f"好 3\n\n{line}\n")
    with pytest.raises(CorpusError) as error:
        read_user_dict(path)
    assert str(error.value) == (
        f"{path}:3: {line!r}, expected: word [count] [tag], with a count of at most 15 digits"
    )


def test_user_dict_says_what_cannot_be_found(tmp_path: Path) -> None:
    path = write(tmp_path, "A/B 3\n好 3\n你，我 3\n")
    notes: list[Note] = []
    assert len(read_user_dict(path, notes.append)) == 3  # type: ignore[arg-type]
    assert [note.text for note in notes] == [
        f"{path}:1: 'A/B' will not be found: jieba separates words at most symbols "
        "(and 1 more such words)"
    ]
