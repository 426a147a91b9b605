import numpy as np
import pytest

from nlptool.crf import neural_inputs
from nlptool.crf.codes import code
from nlptool.crf.features import encode
from nlptool.crf.kernels_model import unfold
from nlptool.crf.neural_inputs import (
    batch_of,
    linear_scores,
    marks_of,
    n_marks_of,
    pieces_of,
    positions,
)
from nlptool.crf.normalise import changes
from nlptool.crf.sentences import Sentence
from tests.crf_networks import network_of
from tests.crf_taggers import NAMES, WORDS, tagger_of

GIVEN = [Sentence("甲乙丙"), Sentence(""), Sentence("丁"), Sentence("乙天甲乙丙Ａ")]


def ends_of(lengths: list[int]) -> np.ndarray:
    return np.cumsum(lengths, dtype=np.int64)


def test_where_tokens_stand_among_positions() -> None:
    assert positions(ends_of([2, 0, 1]), 1).tolist() == [1, 2, 7]
    assert positions(ends_of([2, 0, 1]), 0).tolist() == [0, 1, 2]


@pytest.mark.parametrize("sentences", [WORDS, NAMES])
def test_scores_of_features_are_those_of_the_kernels(sentences: list[Sentence]) -> None:
    tagger = tagger_of(sentences)
    encoded = encode(GIVEN, tagger.features, ())
    ends = ends_of([len(one) for one in GIVEN])
    found = linear_scores(tagger.features, tagger.weights, encoded.rows, ends)
    assert found.shape == (10, len(tagger.labels))
    at = 0
    for number, sentence in enumerate(GIVEN):
        n, n_labels = len(sentence), len(tagger.labels)
        if n == 0:
            continue
        begin, end = encoded.starts[number], encoded.starts[number + 1]
        X, T = np.empty((n, n_labels)), np.empty((1, n_labels, n_labels))
        first = np.empty(n_labels)
        unfold(encoded.rows, begin, end, tagger.kernel, X, T, first)
        assert np.allclose(found[at + 1 : at + n], X[1:], atol=1e-4)
        legal = tagger.weights.legality.start
        start = (found[at] + tagger.weights.start)[legal]
        assert np.allclose(start, first[legal], atol=1e-4)
        at += n


def test_long_sentences_are_read_in_windows(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(neural_inputs, "WINDOW", 10)
    monkeypatch.setattr(neural_inputs, "MARGIN", 2)
    found = pieces_of(ends_of([3, 0, 10, 17]))
    rows = zip(found.begins, found.ends, found.kept_from, found.kept_to, strict=True)
    assert [tuple(map(int, row)) for row in rows] == [
        (0, 3, 0, 3),
        (3, 13, 3, 13),
        (13, 21, 13, 19),
        (17, 27, 19, 25),
        (23, 30, 25, 30),
    ]
    assert (found.ends - found.begins).max() <= 10


def test_a_batch_has_what_each_character_gets() -> None:
    tagger = network_of()
    deep = tagger.network
    assert deep is not None
    coded = code(GIVEN, [0], changes(("width",)), labels=False)
    given = deep.read(coded, tagger.features, tagger.weights)
    batch = batch_of(given, deep.tables, np.array([0, 3, 4]), np.array([3, 4, 10]), multiple=4)
    assert batch["chars"].shape == (3, 8)
    assert batch["seen"].shape == (3, 8, 3 + 3 + 12)
    # 乙 is the most frequent token; 丁 and 天 are too rare.
    assert batch["chars"][0].tolist() == [3, 2, 4, 0, 0, 0, 0, 0]
    assert batch["chars"][1].tolist() == [1, 0, 0, 0, 0, 0, 0, 0]
    assert batch["chars"][2].tolist() == [2, 1, 3, 2, 4, 1, 0, 0]
    # 甲乙 has a vector as a pair, 丙 has none at the end.
    assert batch["seen"][0, 0, 3:6].any()
    assert not batch["seen"][0, 2, 3:6].any()
    assert given.linear.shape == (10, 4)


def test_columns_are_numbers_of_their_own() -> None:
    template = "U0:%x[0,0]\nU1:%x[0,type]/%x[0,same1]\nB\n"
    tagger = network_of(WORDS, template)
    columns = tagger.features.columns
    _, n_types, n_same = columns.sizes
    assert n_marks_of(columns) == n_types + n_same
    ids = np.array([[7, 7], [0, n_types - 1], [0, n_same - 1]], np.int32)
    assert marks_of(ids, columns).tolist() == [
        [1, 1 + n_types],
        [n_types, n_types + n_same],
    ]
    deep = tagger.network
    assert deep is not None
    assert deep.n_marks == n_types + n_same
    coded = code(GIVEN, [0], changes(("width",)), labels=False)
    given = deep.read(coded, tagger.features, tagger.weights)
    assert given.marks.shape == (10, 2)
    batch = batch_of(given, deep.tables, np.array([3, 4]), np.array([4, 10]))
    assert batch["marks"].shape == (2, 6, 2)
    assert not batch["marks"][0, 1:].any()
    assert (batch["marks"][1] == given.marks[4:]).all()


def test_one_column_is_no_marks() -> None:
    columns = network_of().features.columns
    assert n_marks_of(columns) == 0
    assert marks_of(np.zeros((1, 3), np.int32), columns).shape == (3, 0)
