import pytest

from nlptool.crf.marked import bracket, cut, segment
from nlptool.crf.sentences import Sentence
from nlptool.crf.tags import spans_of
from nlptool.errors import ModelError
from tests.crf_taggers import NAMES, PLAIN, WORDS, tagger_of
from tests.naive_crf_text import sentences_of, spans_in, words_of

TEXT = "甲乙丙丁　丙甲 乙\n\n 天\t甲Ａ a\n甲乙"


def test_spaces_between_words() -> None:
    tagger = tagger_of(WORDS)
    parts = [Sentence(text) for _, text in sentences_of(TEXT, splits=True)]
    labels = [label for one in tagger.tag(parts) for label in one.labels or ()]
    found = cut(tagger, TEXT.encode()).decode()
    assert found == words_of(TEXT, labels, keeps=True)
    assert found.replace(" ", "") == TEXT.replace(" ", "")
    found = segment(tagger, TEXT.encode()).decode()
    assert found == words_of(TEXT, labels, keeps=False)
    assert [len(line.split()) for line in found.split("\n")] == [
        len(line.split()) for line in cut(tagger, TEXT.encode()).decode().split("\n")
    ]


def test_brackets_around_spans() -> None:
    tagger = tagger_of(NAMES)
    parts = [Sentence(text) for _, text in sentences_of(TEXT, splits=False)]
    labels = [label for one in tagger.tag(parts) for label in one.labels or ()]
    assert spans_of(labels)
    assert bracket(tagger, TEXT.encode()).decode() == spans_in(TEXT, labels)


@pytest.mark.parametrize("text", ["", "\n", " \n\n", "　"])
def test_nothing_to_mark(text: str) -> None:
    tagger = tagger_of(WORDS)
    assert cut(tagger, text.encode()) == text.encode()
    assert segment(tagger, text.encode()).decode() == text.replace(" ", "").replace("　", "")
    assert bracket(tagger_of(NAMES), b"") == b""


def test_a_model_that_needs_more() -> None:
    with pytest.raises(ModelError, match="a model of words, expected one of characters"):
        cut(tagger_of(PLAIN), b"x")
