"""Sentences put beside the gold ones."""

import pytest

from nlptool.crf.judged import Judged, is_words, judged, read_alike
from nlptool.crf.sentences import Sentence
from nlptool.errors import CorpusError


def put(found, gold):
    return list(judged(found, gold, ("a.txt", "b.txt")))


def test_spans_and_text():
    [pair] = put(
        [Sentence("他来北京", "SBEB")], [Sentence("他来北京", "SSBE", line=3, path="b.txt")]
    )
    assert pair.spans() == (
        [(0, 1, ""), (1, 2, ""), (2, 4, "")],
        [(0, 1, ""), (1, 3, ""), (3, 4, "")],
    )
    assert pair.gold == "SSBE"
    assert pair.where == "b.txt:3"
    assert pair.text(2, 4) == "北京"
    assert Judged(Sentence(["New", "York"], ["B", "E"]), ()).text(0, 2) == "New York"


def test_width_does_not_matter():
    assert len(put([Sentence("12", "BE")], [Sentence("１２", "BE")])) == 1
    assert len(put([Sentence(["１2"], ["S"])], [Sentence(["12"], ["S"])])) == 1


def test_parts_of_speech_are_no_places():
    """M is a measure word: two of them are two, and none of them is without a type."""
    tokens = ["三", "个", "个", "在"]
    gold, found = ["CD", "M", "M", "P"], ["CD", "M", "M", "M"]
    [pair] = read_alike(put([Sentence(tokens, found)], [Sentence(tokens, gold)]))
    assert pair.spans()[0] == [(0, 1, "CD"), (1, 2, "M"), (2, 3, "M"), (3, 4, "P")]
    assert pair.spans()[1][1:] == [(1, 2, "M"), (2, 3, "M"), (3, 4, "M")]
    [pair] = read_alike(put([Sentence("甲乙", "SS")], [Sentence("甲乙", "BE")]))
    assert pair.spans() == ([(0, 2, "")], [(0, 1, ""), (1, 2, "")])


def test_nothing():
    assert put([], []) == []
    assert not is_words([])


@pytest.mark.parametrize(
    ("gold", "words"),
    [("SSBE", True), ("OSBE", False), (["B-LOC"] * 4, False), (["n"] * 4, False)],
)
def test_is_words(gold, words):
    assert is_words([Judged(Sentence("他来北京", gold), gold)]) is words


@pytest.mark.parametrize(
    ("found", "gold", "message"),
    [
        (
            [],
            [Sentence("他", "S", line=7, path="g.txt")],
            "a.txt: ends after 0 sentences, but there is one more at g.txt:7",
        ),
        (
            [Sentence("他", "S"), Sentence("我", "S")],
            [Sentence("他", "S")],
            "b.txt: ends after 1 sentences, but there is one more at a.txt: sentence 2",
        ),
        (
            [Sentence("他")],
            [Sentence("他", "S")],
            "a.txt: sentence 1: no labels, expected one for each token",
        ),
        (
            [Sentence("他", "S")],
            [Sentence("他", line=2)],
            "b.txt:2: no labels, expected one for each token",
        ),
        (
            [Sentence("他来了", "SSS", line=4)],
            [Sentence("他去了", "SSS", line=5)],
            "a.txt:4: token 2 is not that of b.txt:5: found '来了', expected '去了'",
        ),
        (
            [Sentence("他", "S")],
            [Sentence("他来", "SS")],
            "a.txt: sentence 1: token 2 is not that of b.txt: sentence 1: found its end,"
            " expected '来'",
        ),
    ],
)
def test_errors(found, gold, message):
    with pytest.raises(CorpusError) as caught:
        put(found, gold)
    assert str(caught.value) == message
