import numpy as np
import pytest

from nlptool.crf.codes import NOTHING, Coder, code, distinct
from nlptool.crf.normalise import N_POINTS, changes
from nlptool.crf.sentences import Sentence
from nlptool.errors import CorpusError


def test_characters_are_code_points() -> None:
    coder = Coder()
    coder.add("a\U00020000\n")
    coder.add(["b", "bc", "d", "bc", ""])
    assert coder.codes().tolist() == [
        0x61,
        0x20000,
        0x0A,
        0x62,
        N_POINTS,
        0x64,
        N_POINTS,
        NOTHING,
    ]
    assert coder.strings([0x20000, N_POINTS]) == ["\U00020000", "bc"]


def test_longer_tokens_are_normalised_and_one_where_they_are_the_same() -> None:
    coder = Coder(changes(("width", "case")))
    coder.add(["ＡＢ", "ab", "Ａ"])
    assert coder.codes().tolist() == [N_POINTS, N_POINTS, 0xFF21]
    assert list(coder.longer) == ["ab"]


def test_nothing() -> None:
    assert Coder().codes().tolist() == []
    coded = code([], [0], {}, labels=True)
    assert len(coded.columns[0]) == len(coded.labels) == len(coded.ends) == 0


def test_sentences() -> None:
    sentences = [Sentence("ab", ["X", "Y-z"], ("pq",)), Sentence("", "", ("",)), Sentence("c")]
    coded = code(sentences, [0], {}, labels=True)
    assert coded.columns[0].tolist() == [0x61, 0x62, 0x63]
    assert coded.labels.tolist() == [ord("X"), N_POINTS, NOTHING]
    assert coded.ends.tolist() == [2, 2, 3]
    assert code(sentences, [0], {}, labels=False).labels.tolist() == [NOTHING] * 3
    coded = code(sentences[:2], [0, 1], {}, labels=False)
    assert coded.columns[1].tolist() == [ord("p"), ord("q")]


@pytest.mark.parametrize(("path", "where"), [("x", "x:3: "), ("", "")])
def test_a_column_is_missing(path: str, where: str) -> None:
    sentences = [Sentence("a", "X", ("p",), 3, path)]
    with pytest.raises(CorpusError) as error:
        code(sentences, [0, 2], {}, labels=True)
    assert str(error.value) == (
        f"{where}2 columns beside the labels, expected at least 3: a template asks for column 2"
    )


def test_distinct() -> None:
    codes, which = distinct(np.array([5, NOTHING, 0, 5], np.int32))
    assert codes.tolist() == [NOTHING, 0, 5]
    assert which.tolist() == [2, 0, 1, 2]
    codes, which = distinct(np.empty(0, np.int32))
    assert len(codes) == len(which) == 0
