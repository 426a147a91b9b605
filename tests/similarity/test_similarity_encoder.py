import numpy as np
import pytest
from similarity_examples import SENTENCES, untrained

from nlptool.similarity.encoder import Texts, Words, ids_of, learn_characters


def test_characters_that_are_frequent_have_ids():
    characters = learn_characters(["改密码", "改改", "密😀"], 2)
    assert "".join(map(chr, characters)) == "密改"
    assert ids_of("改x密😀", characters).tolist() == [3, 1, 2, 1]
    assert ids_of("", characters).tolist() == []
    assert ids_of("改", np.zeros(0, np.int32)).tolist() == [1]


def test_a_batch_is_padded_and_carries_words_and_more():
    words = Words(np.arange(6, dtype=np.float32).reshape(3, 2), [np.array([1, 2]), np.array([2])])
    texts = Texts([np.array([5, 6, 7]), np.array([8])], words, 4, np.eye(2, dtype=np.float32))
    batch = texts.batch([1, 0])
    assert batch["characters"].tolist() == [[8, 0, 0, 0], [5, 6, 7, 0]]
    assert batch["words"].tolist() == [[2, 0, 0, 0], [1, 2, 0, 0]]
    assert batch["meanings"][0].tolist() == [[4, 5], [0, 1], [0, 1], [0, 1]]
    assert batch["beside"].tolist() == [[0, 1], [1, 0]]
    assert texts.lengths.tolist() == [3, 1]


@pytest.mark.parametrize("threads", [1, 2])
def test_an_empty_sentence_is_zeros_and_the_rest_as_alone(threads):
    network = untrained().network
    found = network.encode(["", *SENTENCES, ""], None, threads=threads)
    assert not found[[0, -1]].any()
    np.testing.assert_allclose(found[1:-1], network.encode(SENTENCES, None), atol=1e-6)
    assert network.encode([], None).shape == (0, 16)


def test_unknown_sentences_are_counted():
    assert untrained().network.n_unknown(["Ωx", "Ω改", "", "改"]) == 1
