"""All measures in one piece."""

from nlptool.crf.evaluation import evaluate
from nlptool.crf.judged import judged
from nlptool.crf.scores import Found
from nlptool.crf.sentences import Sentence


def pairs(tokens, found, gold):
    return list(judged([Sentence(tokens, found)], [Sentence(tokens, gold)]))


def test_words():
    result = evaluate(pairs("他来北京", "SSSS", "SSBE"), {"他", "来"})
    assert result.is_words
    assert result.spans == Found(4, 3, 2)
    assert (result.types, result.boundaries) == ({}, None)
    assert result.known is not None and result.known.oov_recall == 0
    assert result.sighan is not None and result.sighan.known is not None
    assert result.tags.n_right == 2
    assert result.confusion == {("B", "S"): 1, ("E", "S"): 1}
    assert [error.found for error in result.mistakes] == ["北 京"]
    low, high = result.interval
    assert low <= result.spans.f1 <= high


def test_words_without_training_text():
    result = evaluate(pairs("他来", "SS", "SS"))
    assert result.known is None
    assert result.sighan is not None and result.sighan.known is None


def test_entities():
    result = evaluate(pairs("他来北京", ["O", "O", "B-ORG", "I-ORG"], ["O", "O", "B-LOC", "I-LOC"]))
    assert not result.is_words
    assert result.spans == Found(1, 1, 0)
    assert result.boundaries == Found(1, 1, 1)
    assert result.types == {"LOC": Found(0, 1, 0), "ORG": Found(1, 0, 0)}
    assert (result.known, result.sighan) == (None, None)


def test_parts_of_speech_are_measured_with_and_without():
    result = evaluate(pairs("北京人", ["B-ns", "E-ns", "S-v"], ["B-ns", "E-ns", "S-n"]), {"北京"})
    assert result.boundaries == Found(2, 2, 2)
    assert result.spans == Found(2, 2, 1)
    assert result.known is None


def test_plain_labels_and_nothing():
    result = evaluate(pairs(["the", "cat"], ["DT", "VB"], ["DT", "NN"]))
    assert result.types["DT"].f1 == 1
    assert result.spans.f1 == 0.5
    empty = evaluate([])
    assert empty.spans == Found(0, 0, 0)
