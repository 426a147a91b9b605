"""The CRF in Keras: every path by brute force."""

import numpy as np
import pytest

keras = pytest.importorskip("keras", reason="the extra `neural` is not installed")

from nlptool.neural import crf  # noqa: E402  only where Keras is
from tests import naive_neural as naive  # noqa: E402  only where Keras is


def value(found, *arrays):
    """What a function of tensors finds, as an array."""
    return keras.ops.convert_to_numpy(found(*map(keras.ops.convert_to_tensor, arrays)))


def example(seed, n_tags=3, lengths=(4, 1, 3), more=0):
    rng = np.random.default_rng(seed)
    time = max(lengths) + more
    scores = rng.normal(scale=3, size=(len(lengths), time, n_tags)).astype(np.float32)
    mask = np.arange(time) < np.array(lengths)[:, None]
    tags = rng.integers(0, n_tags, mask.shape).astype(np.int32)
    parts = [rng.normal(size=size).astype(np.float32) for size in ((n_tags,) * 2, n_tags, n_tags)]
    return scores, mask, tags, parts


@pytest.mark.parametrize("more", [0, 2])
@pytest.mark.parametrize("n_tags", [1, 2, 3])
def test_log_likelihood_and_best_tags_are_those_of_all_paths(n_tags, more):
    scores, mask, tags, parts = example(n_tags, n_tags, more=more)
    found = value(crf.log_likelihood, scores, mask, tags, *parts)
    best = value(crf.viterbi, scores, mask, *parts)
    for row, length in enumerate(mask.sum(axis=1)):
        paths = naive.crf_paths(scores[row, :length].astype(float), *parts)
        log_z = np.log(sum(np.exp(score) for score in paths.values()))
        expected = paths[tuple(tags[row, :length].tolist())] - log_z
        assert np.isclose(found[row], expected, atol=1e-4)
        assert tuple(best[row, :length].tolist()) == max(paths, key=paths.get)
        assert (best[row, length:] == 0).all()


def test_texts_of_one_position():
    scores, mask, tags, parts = example(5, lengths=(1, 1))
    found = value(crf.log_likelihood, scores, mask, tags, *parts)
    best = value(crf.viterbi, scores, mask, *parts)
    total = scores[:, 0] + parts[1] + parts[2]
    log_p = total - np.log(np.exp(total).sum(axis=1, keepdims=True))
    assert np.allclose(found, log_p[[0, 1], tags[:, 0]], atol=1e-5)
    assert best[:, 0].tolist() == total.argmax(axis=1).tolist()


def test_forbidden_moves_stay_finite():
    scores, mask, tags, parts = example(7)
    parts[0][:, 1] = -1e9
    parts[1][1] = -1e9
    found = value(crf.log_likelihood, scores * 50, mask, tags * 0, *parts)
    best = value(crf.viterbi, scores * 50, mask, *parts)
    assert np.isfinite(found).all()
    assert (found <= 1e-3).all()
    assert (best != 1).all()


def test_losses_have_the_mean_of_a_position():
    scores, mask, tags, parts = example(3, lengths=(5, 1, 2))
    whole = value(crf.log_likelihood, scores, mask, tags, *parts)
    found = value(crf.token_losses, scores, mask, tags, *parts)
    assert np.isclose(found.mean(), -whole.sum() / 8, atol=1e-5)
