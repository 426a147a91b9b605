import numpy as np

from nlptool.crf.codes import code
from nlptool.crf.columns import UNKNOWN, Columns, frozen, vocabulary
from nlptool.crf.normalise import normal_points
from nlptool.crf.sentences import Sentence


def test_ids() -> None:
    columns = Columns(("0", "2", "same1"), 1, (), (("b", "aa", "a"), ("q",)))
    sentence = Sentence(["a", "aa", "x", "xx"], None, ("....", ["q", "q", "qq", "r"]))
    ids = columns.observe([sentence]).ids
    assert ids.tolist() == [[1, 5, 4, 0, 0, 2], [1, 3, 3, 0, 0, 2], [1, 3, 3, 3, 3, 2]]
    assert columns.sizes == [6, 4, 5]
    assert columns.own == [0, 2]
    assert columns.texts(0, [0, 1, 2, 3, 4]) == ["_UNK", "_B-1", "_B+1", "b", "aa"]


def test_a_model_may_normalise() -> None:
    columns = Columns(("0",), 0, ("width", "case"), (("a", "ab"),))
    sentences = [Sentence("aAＡb"), Sentence(["Ａ", "ＡＢ"])]
    assert columns.observe(sentences).ids.tolist() == [[1, 1, 1, UNKNOWN, 1, 2]]


def test_repetition_is_of_normal_characters() -> None:
    columns = Columns(("0", "same1"), 0, ("width",), (("1",),))
    assert columns.observe([Sentence("1１")]).ids.tolist() == [[1, 1], [2, 1]]


def test_vocabulary_is_by_frequency_then_code() -> None:
    sentences = [Sentence("cbbＡ"), Sentence(["A", "zz", "y y", "zz", "A"])]
    coded = code(sentences, [0], {}, labels=False)
    assert vocabulary(coded, 0) == ("A", "b", "zz", "c", "Ａ", "y y")
    assert vocabulary(coded, 0, normal_points(("width",))) == ("A", "b", "zz", "c", "y y")


def test_frozen() -> None:
    array = np.arange(6).reshape(2, 3).T
    view = frozen(array)
    assert not view.flags.writeable
    assert view.flags.c_contiguous
    assert array.flags.writeable
