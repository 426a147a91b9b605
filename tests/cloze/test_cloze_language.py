"""What is known of a language: looked up, and in and out of a file."""

import numpy as np
import pytest

from nlptool.cloze.language import Table, open_language, plain, rounded
from nlptool.core.store import Stored
from nlptool.errors import ModelError
from tests.cloze.readers import language_of


@pytest.mark.parametrize(
    ("word", "key"),
    [
        ("好", "好"),
        ("1998", "0"),
        ("３．５%", "0"),
        ("!", "！"),
        ("，", "，"),
        ("A股", "A股"),
        ("", ""),
    ],
)
def test_plain(word, key):
    assert plain(word) == key


def test_counts_are_found():
    table = Table(np.array([(1 << 20) | 2, (3 << 20) | 0], np.int64), np.array([5, 7], np.int32))
    assert table.find(np.array([1, 3, 3]), np.array([2, 0, 1])).tolist() == [5, 7, 0]
    assert table.find(3, np.array([0, 9])).tolist() == [7, 0]
    nothing = Table(np.zeros(0, np.int64), np.zeros(0, np.int32))
    assert nothing.find(1, np.array([1, 2])).tolist() == [0, 0]


def test_vectors_in_eight_bits():
    matrix = np.random.default_rng(1).normal(size=(6, 9)).astype(np.float32)
    matrix[2] = 0
    rows = rounded(matrix)
    found = rows.take(np.arange(6))
    assert np.abs(found - matrix).max() <= np.abs(matrix).max() / 254 + 1e-6
    assert not found[2].any()


def test_unknown_words_have_vectors_of_their_parts():
    language = language_of(["小猴 爱 吃 桃子 。"] * 9)
    words = ["桃子", "大桃子", "桃子树", "龙"]
    ids = language.ids(words)
    assert ids[0] < len(language.vocab)
    assert ids[1:].tolist() == [language.unknown] * 3
    beside, inside, bias = language.vectors(words, ids)
    np.testing.assert_allclose(beside[1], beside[0] * np.float32(0.7), rtol=1e-6)
    np.testing.assert_allclose(inside[2], inside[0] * np.float32(0.5), rtol=1e-6)
    np.testing.assert_allclose(bias[1:] - [bias[0], bias[0], 0], [-1.5, -2.5, -3], rtol=1e-5)
    assert not beside[3].any()


def stored(language, **changes):
    tensors = language.tensors() | changes
    return Stored("m", "cloze", "", {}, {}, tensors)


def test_in_and_out():
    language = language_of()
    again = open_language(stored(language), 4, 2)
    assert again.vocab.words == language.vocab.words
    assert (again.n_unknown, again.n_edges) == (language.n_unknown, language.n_edges)
    for name, array in language.tensors().items():
        assert np.array_equal(again.tensors()[name], array)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda t: {"tags": t["tags"] + np.uint8(99)}, "tags or counts out of range"),
        (lambda t: {"others": np.array([-1, 3], np.int64)}, "tags or counts out of range"),
        (lambda t: {"pairs_keys": t["pairs_keys"][::-1].copy()}, "pairs are not counted"),
        (lambda t: {"gaps_counts": t["gaps_counts"] * 0}, "gaps are not counted"),
        (lambda t: {"bias": t["bias"] + np.float32(1e5)}, "a vector is too long"),
        (lambda t: {"bias": t["bias"] * np.float32("nan")}, "values that are not finite"),
        (lambda t: {"places": t["places"][:1]}, "expected float32 4 x 4"),
        (lambda t: {"beside": t["beside"][:-1]}, "expected uint8 10 x 4"),
        (lambda t: {"counts": t["counts"][:0]}, "0 words, expected 1 to "),
    ],
)
def test_languages_that_make_no_sense(change, message):
    language = language_of()
    with pytest.raises(ModelError) as caught:
        open_language(stored(language, **change(language.tensors())), 4, 2)
    assert str(caught.value).startswith("m: ")
    assert message in str(caught.value)
