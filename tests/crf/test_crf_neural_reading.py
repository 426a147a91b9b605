"""What a network is shown of its training text."""

import numpy as np

from nlptool.crf.neural_reading import read_all, read_own
from nlptool.crf.sentences import Sentence
from tests.crf_networks import network_of

TEMPLATE = "U0:%x[0,0]\nU1:%x[0,type]/%x[0,self.begin]\nB\n"

# Twenty sentences, two a tenth; only in the first are 甲 and 乙 a word, and nowhere else.
TEXT = [Sentence("甲乙丙", "BES"), Sentence("丙丁", "BE")]
TEXT += [Sentence("丙丁丁", "BES") for _ in range(18)]


def test_own_words_are_those_of_other_parts() -> None:
    tagger = network_of(TEXT, TEMPLATE)
    deep = tagger.network
    assert deep is not None
    own, whole = read_own(deep, tagger, TEXT, TEXT), read_all(deep, tagger, TEXT)
    assert (own.ids == whole.ids).all()
    assert (own.ends == whole.ends).all()
    names = tagger.features.columns.names
    column = names.index("self.begin") - 1
    differ = own.marks != whole.marks
    # 甲乙 is a word of the first tenth, which does not see its own.
    assert np.argwhere(differ).tolist() == [[0, column]]
    assert own.linear.shape == (0, len(tagger.labels))
    assert whole.linear.shape == (len(whole.ids), len(tagger.labels))


def test_some_sentences_of_a_text() -> None:
    tagger = network_of(TEXT, TEMPLATE)
    deep = tagger.network
    assert deep is not None
    every = read_own(deep, tagger, TEXT, TEXT)
    some = read_own(deep, tagger, TEXT, [TEXT[1], TEXT[2]])
    assert some.ends.tolist() == [2, 5]
    assert (some.ids == every.ids[3:8]).all()
    assert (some.marks == every.marks[3:8]).all()
    assert (some.keys[0] == every.keys[0][3:8]).all()


def test_no_columns_no_marks() -> None:
    tagger = network_of(TEXT, TEMPLATE, columns=0)
    deep = tagger.network
    assert deep is not None
    assert read_own(deep, tagger, TEXT, TEXT).marks.shape == (5 + 18 * 3, 0)
