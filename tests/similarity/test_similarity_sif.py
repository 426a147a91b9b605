import numpy as np
import pytest
from similarity_examples import SENTENCES, WORDS, summed, vectors

from nlptool.similarity.config import Config
from nlptool.similarity.model import prepare
from nlptool.similarity.sif import build, hash_of, scaled


def test_a_word_weighs_by_its_probability_here_and_in_the_corpus():
    vocab, matrix = vectors()
    tokens = [["密码"], ["密码", "改"]]
    sif = build(vocab, matrix, Config(smooth=0.01), ["密码", "密码改"], tokens)
    row = sif.rows[sif.words.tolist().index(hash_of("密码"))]
    n_more = 1000 * 3 / 2
    p = (2 + n_more * 100 / 550) / (3 + n_more)
    unit = matrix[0] / np.linalg.norm(matrix[0])
    np.testing.assert_allclose(row, unit * 0.01 / (0.01 + p), rtol=1e-5)


def test_an_unknown_word_is_the_mean_of_its_characters():
    sif = summed().sif
    words, n_unknown = sif.look_up([["雨吗", "Ω"], ["Ω"], [], ["密码", "密码"]])
    assert n_unknown == 1
    known = {word: sif.rows[sif.words.tolist().index(hash_of(word))] for word in WORDS}
    table = words.table
    np.testing.assert_allclose(table[words.places[0][0]], (known["雨"] + known["吗"]) / 2)
    assert not table[words.places[0][1]].any()
    np.testing.assert_allclose(sif.sums(words)[3], 2 * known["密码"], rtol=1e-6)
    assert not table[0].any()


@pytest.mark.parametrize("components", [1, 2])
def test_what_sentences_share_is_removed(components):
    sif = summed(components=components, ngram_dim=0).sif
    assert sif.common.shape == (components, 8)
    texts, tokens = prepare(SENTENCES)
    found = sif.encode(texts, sif.look_up(tokens)[0])
    np.testing.assert_allclose(found @ sif.common.T, 0, atol=1e-6)


def test_rows_of_zeros_stay():
    found = scaled(np.array([[3, 4], [0, 0]], np.float32))
    np.testing.assert_allclose(found, [[0.6, 0.8], [0, 0]])
