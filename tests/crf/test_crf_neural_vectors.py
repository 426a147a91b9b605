import numpy as np
import pytest

from nlptool.crf.neural_vectors import Table, key_of, keys_of, table_of
from nlptool.crf.normalise import N_POINTS
from nlptool.errors import CorpusError
from tests.crf_networks import TOKENS, vectors_of
from tests.naive_crf_neural import seen

KINDS = {"characters": ["甲", "乙"], "pairs": ["甲乙", "乙丙", "丙丁"], "words": TOKENS}


def filled(table: Table, text: str, longer: tuple[str, ...] = ()) -> np.ndarray:
    # What stands for the longer tokens is their number.
    codes = [int(char) + N_POINTS if char.isdigit() else ord(char) for char in text]
    keys = keys_of(np.array(codes, np.int32), table.longest, longer, N_POINTS)
    out = np.zeros((len(text), table.width), np.float32)
    table.fill(keys, np.arange(len(text), 0, -1), out)
    return out


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("text", ["甲", "甲乙丙丁天", "乙丙丁天甲乙丙甲", "天天", "a甲乙"])
def test_a_text_is_seen_as_it_would_be_run_by_run(kind: str, text: str) -> None:
    vectors = vectors_of(KINDS[kind])
    table = table_of(vectors, "v")
    assert table.kind == kind
    # A number is kept as a byte: a hundredth of the largest of a vector may be lost.
    assert np.allclose(filled(table, text), seen(vectors, kind, text), atol=0.02)


def test_nothing_is_seen_of_no_text() -> None:
    assert filled(table_of(vectors_of(TOKENS), "v"), "").shape == (0, 12)


def test_words_do_not_reach_into_the_next_sentence() -> None:
    table = table_of(vectors_of(KINDS["pairs"]), "v")
    keys = keys_of(np.array([ord("甲"), ord("乙"), ord("丙")], np.int32), 2)
    out = np.zeros((3, 3), np.float32)
    table.fill(keys, np.array([1, 2, 1]), out)
    assert not out[0].any()
    assert out[1].any()


def test_a_token_that_is_longer_than_a_character_is_a_word() -> None:
    vectors = vectors_of(["猫狗鼠", "乙丙丁", "猫"])
    table = table_of(vectors, "v")
    found = filled(table, "猫1猫", ("乙丙", "猫狗鼠"))
    assert np.allclose(found[1, :3], seen(vectors, "words", "猫狗鼠")[0, 3:6], atol=0.02)


def test_keys_are_those_of_the_characters() -> None:
    codes = np.array([ord(char) for char in "甲乙丙"], np.int32)
    keys = keys_of(codes, 3)
    assert int(keys[0][1]) == key_of("乙")
    assert int(keys[1][0]) == key_of("甲乙")
    assert int(keys[2][0]) == key_of("甲乙丙")
    # Behind the end there is nothing.
    assert keys[1][2] == keys[2][1] == 0
    assert len({key_of(word) for word in TOKENS}) == len(TOKENS)


def test_words_that_become_the_same_are_one() -> None:
    table = table_of(vectors_of(["Ａ", "A", "b"]), "v", normalise=("width",))
    assert len(table.keys) == 2
    assert np.allclose(
        filled(table, "A"), filled(table_of(vectors_of(["A", "x", "b"]), "v"), "A"), atol=0.2
    )


def test_words_that_are_too_long_are_not_looked_for() -> None:
    table = table_of(vectors_of(["甲乙丙丁戊己庚", "甲"]), "v")
    assert (len(table.keys), table.kind) == (1, "characters")
    with pytest.raises(CorpusError) as error:
        table_of(vectors_of(["甲乙丙丁戊己庚"]), "v.w2v")
    assert str(error.value) == "v.w2v: no words of at most 6 characters, expected some"


def test_vectors_of_zeros_stay_zeros() -> None:
    vectors = vectors_of(["甲", "乙"])
    vectors.matrix[:] = 0
    assert not filled(table_of(vectors, "v"), "甲").any()
