from dataclasses import replace

import numpy as np

from nlptool.crf.features import encode
from nlptool.crf.neural_inputs import linear_scores
from nlptool.crf.neural_together import mixed, together
from nlptool.crf.sentences import Sentence
from tests.crf_networks import network_of
from tests.crf_taggers import WORDS, tagger_of

GIVEN = [Sentence("甲乙丙"), Sentence("丁天")]


def test_scores_are_the_mean_of_both() -> None:
    alone = network_of(linear_share=0.0)
    deep = alone.network
    assert deep is not None
    rng = np.random.default_rng(2)
    for name in ("transitions", "first", "last"):
        array = deep.weights[f"tags.{name}"]
        deep.weights[f"tags.{name}"] = rng.normal(size=array.shape).astype(np.float32)
    linear = tagger_of(WORDS, seed=9)
    config = replace(deep.config, linear_share=0.25)
    asked = replace(deep, config=config, has_linear=True)
    both = together(linear, asked)
    ends = np.array([3, 5])
    own = encode(GIVEN, linear.features, ())
    wanted = 0.25 * linear_scores(linear.features, linear.weights, own.rows, ends)
    wanted += 0.75 * alone.scored(GIVEN).model.weights.reshape(5, 4)
    found = both.scored(GIVEN).model
    assert np.allclose(found.weights.reshape(5, 4), wanted, atol=1e-5)
    pairs = 0.25 * linear.weights.transitions + 0.75 * deep.weights["tags.transitions"]
    assert np.allclose(found.pairs, pairs, atol=1e-6)


def test_a_share_of_nothing_leaves_the_other() -> None:
    linear = tagger_of(WORDS)
    deep = network_of().network
    assert deep is not None
    none = mixed(linear.weights, deep.weights, np.float32(0))
    assert np.array_equal(none.start, deep.weights["tags.first"])
    every = mixed(linear.weights, deep.weights, np.float32(1))
    assert np.array_equal(every.end, linear.weights.end)
