"""Some of all questions."""

import pytest

from nlptool.cloze.chosen import chosen, named
from nlptool.cloze.questions import BLANK, question
from nlptool.errors import RunError

ALL = [
    question("", [["小猴", f"吃{n}"], [BLANK, "好"]], asking=1, answers=["小猴"]) for n in range(50)
]


def test_names():
    assert [one.name for one in named(ALL[:3])] == ["<qid_0>", "<qid_1>", "<qid_2>"]


def test_so_many_in_their_order(tmp_path):
    found = list(chosen(iter(ALL), 10, seed=1, folder=tmp_path))
    numbers = [int(one.words[1][1:]) for one in found]
    assert len(numbers) == 10
    assert numbers == sorted(set(numbers))
    assert all(
        (one.words, one.starts, one.blanks, one.answers, one.apart)
        == (ALL[n].words, ALL[n].starts, ALL[n].blanks, ALL[n].answers, False)
        for one, n in zip(found, numbers, strict=True)
    )
    again = [int(one.words[1][1:]) for one in chosen(iter(ALL), 10, seed=1, folder=tmp_path)]
    other = [int(one.words[1][1:]) for one in chosen(iter(ALL), 10, seed=2, folder=tmp_path)]
    assert again == numbers != other
    assert len(list(chosen(iter(ALL), 100, seed=1, folder=tmp_path))) == 50
    assert list(chosen(iter([]), 100, seed=1, folder=tmp_path)) == []


def test_no_folder(tmp_path):
    with pytest.raises(RunError) as caught:
        list(chosen(iter(ALL), 1, seed=1, folder=tmp_path / "none"))
    assert str(caught.value) == (
        f"{tmp_path}/none: No such file or directory; name another folder with --temp-dir"
    )
