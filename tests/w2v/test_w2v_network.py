"""The Keras network: its losses by hand, its windows one by one, what it learns."""

import numpy as np
import pytest

keras = pytest.importorskip("keras", reason="the extra `neural` is not installed")

from nlptool.w2v import network  # noqa: E402  only where Keras is
from nlptool.w2v.config import Config  # noqa: E402


def test_random_softmax_is_cross_entropy_over_the_rivals():
    scores = np.array([[1.0, 2.0, 3.0], [0.5, 0.5, -1.0]], np.float32)
    valid = np.array([[1, 1, 0], [1, 1, 1]], np.float32)
    found = keras.ops.convert_to_numpy(network.random_softmax(valid, scores))
    first = -np.log(np.exp(1) / (np.exp(1) + np.exp(2)))
    second = -np.log(np.exp(0.5) / (2 * np.exp(0.5) + np.exp(-1)))
    assert np.allclose(found, [first, second], atol=1e-6)


def test_logistic_loss():
    scores = np.array([[1.0, 2.0, 3.0]], np.float32)
    valid = np.array([[1, 1, 0]], np.float32)
    found = keras.ops.convert_to_numpy(network.logistic(valid, scores))
    assert np.allclose(found, [np.log1p(np.exp(-1)) + np.log1p(np.exp(2))], atol=1e-6)


def test_windows_are_those_of_a_loop():
    config = Config(window=2, arch="skipgram")
    ids = np.array([0, 1, 2, -1, 3, 4, 5, 6, -1, 7], np.int32)

    class Full:
        """Every window as wide as it can be."""

        def integers(self, low, high, n):
            return np.full(n, high - 1)

    context, weights, targets = network._windows(ids, config, Full())
    expected = []
    for place, word in enumerate(ids):
        for other in range(max(place - 2, 0), min(place + 3, len(ids))):
            between = ids[min(place, other) : max(place, other) + 1]
            if other != place and (between >= 0).all():
                expected.append((int(word), int(ids[other])))
    assert sorted(zip(targets.tolist(), context[:, 0].tolist(), strict=True)) == sorted(expected)
    assert (weights == 1).all()
    context, weights, targets = network._windows(ids, Config(window=2, arch="cbow"), Full())
    assert targets.tolist() == [0, 1, 2, 3, 4, 5, 6]
    assert sorted(context[1][weights[1] > 0].tolist()) == [0, 2]
    assert sorted(context[4][weights[4] > 0].tolist()) == [3, 5, 6]


@pytest.mark.parametrize("settings", [{}, {"tied": True}, {"loss": "nce"}, {"arch": "cbow"}])
def test_the_network_is_an_inner_product(settings):
    config = Config(dim=4, engine="keras", **settings).settled()
    model = network.build(config, 6, np.full(6, 1 / 6, np.float32))
    context = np.array([[1, 2], [3, 0]], np.int32)
    weights = np.array([[1, 1], [1, 0]], np.float32)
    candidates = np.array([[0, 4, 5], [1, 2, 3]], np.int32)
    found = model.predict_on_batch([context, weights, candidates])
    vectors = model.get_layer("vectors").get_weights()[0]
    outputs = vectors if config.tied else model.get_layer("contexts").get_weights()[0]
    hidden = [vectors[1] + vectors[2], vectors[3]]
    for row in range(2):
        expected = outputs[candidates[row]] @ hidden[row]
        if config.loss == "nce":
            expected = expected - np.log(16 / 6)
        assert np.allclose(found[row], expected, atol=1e-5)


def test_uniform_random_softmax_learns_the_probabilities():
    """Five words, known p(w|c): the softmax of the trained scores comes out as p."""
    rng = np.random.default_rng(0)
    ids = []
    follow = {0: [1, 1, 1, 2], 3: [2, 2, 2, 4]}
    for _ in range(4000):
        first = int(rng.choice([0, 3]))
        ids += [first, int(rng.choice(follow[first])), -1]
    ids = np.array(ids, np.int32)
    counts = np.bincount(ids[ids >= 0], minlength=5)
    config = Config(
        dim=8,
        window=1,
        negatives=2,
        proposal="uniform",
        epochs=12,
        rate=0.02,
        sample=0,
        engine="keras",
    ).settled()
    vectors, contexts, bias, history = network.fit(ids, counts, config)
    scores = vectors[[0, 3]] @ contexts.T + bias
    p = np.exp(scores) / np.exp(scores).sum(axis=1, keepdims=True)
    assert np.allclose(p[0], [0, 0.75, 0.25, 0, 0], atol=0.05)
    assert np.allclose(p[1], [0, 0, 0.75, 0, 0.25], atol=0.05)
    assert history[-1]["loss"] < history[0]["loss"]
