import numpy as np

from nlptool.crf.features import encode
from nlptool.crf.indexing import build
from nlptool.crf.sentences import Sentence
from nlptool.crf.template import parse_template

TEMPLATE = "U0:%x[0,0]\nU1:%x[-1,0]/%x[0,0]\nU2:%x[0,0]/%x[-1,0]\nB:%x[1,0]\n"
TRAINING = [Sentence("abab", ["X", "Y", "X", "Y"]), Sentence("b", "Z")]


def test_by_hand() -> None:
    features, encoded = build(TRAINING, parse_template(TEMPLATE, "t", ["0"]))
    # _B-1 a b a b _B+1 | _B-1 b _B+1
    assert encoded.starts.tolist() == [0, 6, 9]
    unigrams, bigrams, edges = encoded.rows.T.tolist()
    assert unigrams == [-1, 1, 0, 1, 0, -1, -1, 0, -1]
    assert bigrams == [1, 0, 2, 0, -1, -1, 3, -1, -1]
    assert edges == [-1, -1, 0, 2, 0, 1, -1, -1, 1]
    assert features.names(1, [0, 1, 3]) == [
        ["U1:a/b", "U2:b/a"],
        ["U1:_B-1/a", "U2:a/_B-1"],
        ["U1:_B-1/b", "U2:b/_B-1"],
    ]
    assert features.names(2, [1]) == [["B:_B+1"]]


def test_a_text_that_was_not_trained_on() -> None:
    features, _ = build(TRAINING, parse_template(TEMPLATE, "t", ["0"]))
    encoded = encode([Sentence("bac", ["X", "Q", ""])], features, ["Z", "X"])
    unigrams, bigrams, edges = encoded.rows.T.tolist()
    assert unigrams == [-1, 0, 1, -1, -1]
    assert bigrams == [3, 2, -1, -1, -1]
    assert edges == [-1, -1, 2, -1, 1]
    assert encoded.labels.tolist() == [-1, 1, -1, -1, -1]
    assert encoded.names == ("Z", "X")


def test_nothing_to_encode() -> None:
    features, _ = build(TRAINING, parse_template(TEMPLATE, "t", ["0"]))
    encoded = encode([], features, ["Z"])
    assert encoded.rows.shape == (0, 3)
    assert encoded.starts.tolist() == [0]
    assert encoded.n_tokens == 0
    encoded = encode([Sentence("")], features, ["Z"])
    assert np.array_equal(encoded.rows, np.full((2, 3), -1))
    assert encoded.n_tokens == 0


def test_longer_tokens() -> None:
    features, _ = build([Sentence(["ab", "c", "ab"], "XYX")], parse_template(TEMPLATE, "t", ["0"]))
    encoded = encode([Sentence(["c", "ab", "abc"])], features, ["X", "Y"])
    assert encoded.rows[:, 0].tolist() == [-1, 1, 0, -1, -1]
    assert features.names(0, [0, 1]) == [["U0:ab"], ["U0:c"]]


def test_ids_of_records_can_be_read_from_the_tables() -> None:
    features, _ = build(TRAINING, parse_template(TEMPLATE, "t", ["0"]))
    texts = [
        [features.columns.texts(0, row) for row in features.ids_of(s).tolist()] for s in range(3)
    ]
    assert texts == [
        [["b"], ["a"]],
        [["a", "b"], ["_B-1", "a"], ["b", "a"], ["_B-1", "b"]],
        [["b"], ["_B+1"], ["a"]],
    ]
