import naive_similarity as naive
import numpy as np
import pytest

from nlptool.core.vocab import Vocab
from nlptool.similarity import grams


def test_an_ngram_tells_how_few_sentences_have_it():
    vocab = Vocab(["密码", "修改", "码"], np.array([50, 20, 3], np.int64))
    texts = ["修改密码", "密码", "改密码吧", "新"]
    keys, bits, rare = grams.learn(vocab, 3, texts)
    told = dict(zip(keys.tolist(), bits.tolist(), strict=True))
    prior, length, total = grams.PRIOR, 11 / 4, 143
    expected = np.log((4 + prior + 1) / (3 + prior * length / total * 50 + 0.5))
    assert told[grams.key_of("密码")] == pytest.approx(expected, abs=1e-5)
    assert rare == pytest.approx(np.log((4 + prior + 1) / 0.5))
    assert grams.key_of("码吧") not in told, "seen once"
    assert grams.key_of("改密") in told, "seen twice"
    assert told[grams.key_of("新")] == pytest.approx(np.log(1005 / 1.5), abs=1e-5)


def test_without_sentences_the_vocabulary_tells():
    vocab = Vocab(["密码", "修改"], np.array([50, 1], np.int64))
    keys, bits, _ = grams.learn(vocab, 1, [])
    told = dict(zip(keys.tolist(), bits.tolist(), strict=True))
    assert told[grams.key_of("密")] < told[grams.key_of("修")]
    assert min(told.values()) >= 0


def test_ngrams_are_added_up():
    vocab = Vocab(["密码", "修改", "码"], np.array([50, 20, 3], np.int64))
    keys, bits, rare = grams.learn(vocab, 3, [])
    names = {grams.key_of(gram): gram for gram in ("密", "码", "修", "改", "密码", "修改")}
    told = {names[key]: float(value) for key, value in zip(keys.tolist(), bits, strict=True)}
    texts = ["修改密码", "密", "", "新密码abc"]
    found = grams.add_up(texts, 3, (keys, bits, rare), dim=128, seed=7)
    for text, row in zip(texts, found, strict=True):
        np.testing.assert_allclose(row, naive.add_up(text, 3, told, rare, 128, 7), atol=1e-3)
