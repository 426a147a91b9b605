"""Losses: worked by hand, and finite where float32 tempts them not to be."""

import numpy as np
import pytest

keras = pytest.importorskip("keras", reason="the extra `neural` is not installed")

from nlptool.neural import losses  # noqa: E402  only where Keras is

SCORES = np.array([[1.0, 2.0, 3.0], [0.5, -0.5, 0.0]], np.float32)
TARGETS = np.array([2, 1], np.int32)
COSINES = np.array([[0.9, 0.2, -0.4], [0.1, 0.6, 0.5]], np.float32)
CHOSEN = np.array([0, 2], np.int32)


def value(loss, *arrays, **settings):
    """A loss of arrays as an array, on any backend."""
    tensors = [keras.ops.convert_to_tensor(array) for array in arrays]
    return keras.ops.convert_to_numpy(loss(*tensors, **settings))


def slopes(loss, scores, targets):
    """Differences of a loss to both sides: finite, and no backend's business."""
    return (value(loss, scores + 1e-3, targets) - value(loss, scores - 1e-3, targets)) / 2e-3


def log_softmax(x):
    return x - np.log(np.exp(x).sum(axis=-1, keepdims=True))


def test_cross_entropy():
    expected = -log_softmax(SCORES)[[0, 1], TARGETS]
    assert np.allclose(value(losses.cross_entropy, SCORES, TARGETS), expected, atol=1e-6)
    flat = -log_softmax(SCORES).mean(axis=1)
    smooth = value(losses.cross_entropy, SCORES, TARGETS, smoothing=0.1)
    assert np.allclose(smooth, 0.9 * expected + 0.1 * flat, atol=1e-6)


def test_cross_entropy_of_mixed_examples():
    other, share = np.array([1, 0], np.int32), np.array([0.75, 1.0], np.float32)
    log_p = log_softmax(SCORES)
    expected = [-0.75 * log_p[0, 2] - 0.25 * log_p[0, 1], -log_p[1, 1]]
    found = value(losses.mixed_cross_entropy, SCORES, TARGETS, other, share)
    assert np.allclose(found, expected, atol=1e-6)


def test_cosines():
    vectors = np.array([[1, 0], [0.6, 0.8]], np.float32)
    classes = np.array([[3, 0], [0, 5]], np.float32)
    assert np.allclose(value(losses.cosines, vectors, classes), [[1, 0], [0.6, 0.8]], atol=1e-6)


def test_am_softmax():
    by_hand = []
    for row, target in zip(COSINES.astype(float), CHOSEN, strict=True):
        others = sum(np.exp(30 * cosine) for i, cosine in enumerate(row) if i != target)
        own = np.exp(30 * (row[target] - 0.35))
        by_hand.append(-np.log(own / (own + others)))
    found = value(losses.am_softmax, COSINES, CHOSEN)
    assert np.allclose(found, by_hand, rtol=1e-4, atol=1e-5)
    plain = value(losses.cosine_softmax, COSINES, CHOSEN)
    assert np.allclose(value(losses.am_softmax, COSINES, CHOSEN, margin=0), plain, atol=1e-5)
    assert np.allclose(plain, -log_softmax(30 * COSINES.astype(float))[[0, 1], CHOSEN], atol=1e-5)


def published_am_softmax(cosine, scale, margin):
    """The published form, of the class 0: the target is taken off after the log-sum."""
    cosine = np.asarray(cosine, np.float32)
    both = np.float32(scale) * np.append(cosine, cosine[0] - np.float32(margin))
    log_z = both.max() + np.log(np.exp(both - both.max()).sum())
    with np.errstate(divide="ignore"):
        log_z = log_z + np.log(1 - np.exp(scale * cosine[0] - log_z))
    return log_z - np.float32(scale) * (cosine[0] - np.float32(margin))


@pytest.mark.parametrize(("scale", "margin"), [(64, 0.35), (30, 0.5), (64, 0.5)])
def test_am_softmax_is_finite_where_the_published_form_is_not(scale, margin):
    row = [0.9, -0.2, -0.4]
    assert published_am_softmax(row, scale, margin) == -np.inf
    row = np.array([row], np.float32)
    found = value(losses.am_softmax, row, np.array([0]), scale=scale, margin=margin)
    expected = np.log1p(np.exp(scale * (np.array([-0.2, -0.4]) - 0.9 + margin)).sum())
    assert np.allclose(found, expected, atol=1e-5)


def test_angular_softmax():
    by_hand = []
    for row, target in zip(COSINES.astype(float), CHOSEN, strict=True):
        moved = row.copy()
        moved[target] = min(np.cos(4 * np.arccos(row[target])), row[target])
        by_hand.append(-log_softmax(30 * moved)[target])
    assert np.allclose(value(losses.angular_softmax, COSINES, CHOSEN), by_hand, rtol=1e-4)


def test_focal():
    p = np.exp(log_softmax(SCORES))[[0, 1], TARGETS]
    expected = -((1 - p) ** 2) * np.log(p)
    assert np.allclose(value(losses.focal, SCORES, TARGETS), expected, atol=1e-6)


def test_truncated_losses():
    log_p = log_softmax(SCORES)[[0, 1], TARGETS]
    hard = value(losses.hard_truncated, SCORES, TARGETS)
    assert np.allclose(hard, [0, -log_p[1]], atol=1e-6)  # p is 0.67 and 0.19
    weight = np.exp(log_softmax(-2 * SCORES))[[0, 1], TARGETS]
    soft = value(losses.soft_truncated, SCORES, TARGETS, sharpness=2)
    assert np.allclose(soft, -weight * log_p, atol=1e-6)


def test_soft_truncation_of_two_classes_is_focal_of_gamma_1():
    binary = SCORES[:, :2]
    soft = value(losses.soft_truncated, binary, np.array([0, 1]))
    assert np.allclose(soft, value(losses.focal, binary, np.array([0, 1]), gamma=1), atol=1e-6)


def test_summed_cross_entropy():
    """The right ones count together; what is not shown does not count."""
    scores = np.array([[1.0, 2.0, 9.0, 0.5], [0.0, 0.0, 0.0, 0.0]], np.float32)
    shown = np.array([[True, True, False, True], [True, True, True, True]])
    right = np.array([[True, False, False, True], [False, False, True, False]])
    powers = np.exp([1.0, 2.0, 0.5])
    expected = [-np.log((powers[0] + powers[2]) / powers.sum()), np.log(4)]
    assert np.allclose(value(losses.summed_cross_entropy, scores, shown, right), expected)
    far = np.array([[1e4, -1e4, 0, 0], [0, 0, 1e4, -1e4]], np.float32)
    assert np.isfinite(value(losses.summed_cross_entropy, far, shown, right)).all()
    none = np.zeros_like(right)
    assert np.isfinite(value(losses.summed_cross_entropy, scores, shown, none)).all()


def test_pointed():
    """Positions ask, and what they give to all positions of the right kind counts together."""
    rng = np.random.default_rng(3)
    asks, keys = rng.normal(size=(2, 2, 4, 3)).astype(np.float32)
    kinds = np.array([[1, 2, 0, 1], [5, 0, 5, 6]], np.int32)
    places, answers = np.array([[2], [1]], np.int32), np.array([[1], [6]], np.int32)
    found = value(losses.pointed, asks, keys, kinds, places, answers, scale=0.5)
    for row in range(2):
        powers = np.exp(keys[row] @ asks[row, places[row, 0]] * 0.5) * (kinds[row] > 0)
        right = powers[kinds[row] == answers[row, 0]].sum()
        assert found[row, 0] == pytest.approx(-np.log(right / powers.sum()), abs=1e-5)


def test_mean_of_what_counts():
    given = np.array([[1.0, 5.0], [3.0, 9.0]], np.float32)
    counted = np.array([[1, 0], [1, 0]], np.float32)
    assert value(losses.mean_of, given, counted).tolist() == [2.0]
    assert value(losses.mean_of, given, 0 * counted).tolist() == [0.0]


def test_shared_cross_entropy():
    scores = np.array([[1, 2, 9], [0, 0, 0]], np.float32)
    shown = np.array([[True, True, False], [True, True, True]])
    shares = np.array([[0.5, 0.5, 0], [0, 1, 0]], np.float32)
    expected = [np.log(np.exp(1) + np.exp(2)) - 1.5, np.log(3)]
    found = value(losses.shared_cross_entropy, scores, shown, shares)
    assert np.allclose(found, expected, atol=1e-5)
    far = np.array([[1e4, -1e4, 0], [80, -80, 0]], np.float32)
    assert np.isfinite(value(losses.shared_cross_entropy, far, shown, shares)).all()


def test_contrastive():
    vectors = np.array([[1, 0], [0, 1]], np.float32)
    others = np.array([[0.8, 0.6], [0, 1], [0.6, 0.8]], np.float32)
    expected = -log_softmax(20 * (vectors @ others.T).astype(float))[[0, 1], [0, 1]]
    assert np.allclose(value(losses.contrastive, vectors, others), expected, atol=1e-5)
    # The third is of the first one's group: no rival to it.
    same = np.array([7, 8, 7], np.int32)
    two = 20 * np.array([0.8, 0.0])
    expected[0] = -log_softmax(two)[0]
    assert np.allclose(value(losses.contrastive, vectors, others, same), expected, atol=1e-5)


def test_cosent():
    cosine = np.array([0.9, 0.5, 0.7], np.float32)
    labels = np.array([2, 1, 0], np.float32)
    terms = [np.exp(20 * (0.5 - 0.9)), np.exp(20 * (0.7 - 0.9)), np.exp(20 * (0.7 - 0.5))]
    found = value(losses.cosent, cosine, labels)
    assert np.allclose(found, np.log1p(sum(terms)), atol=1e-5)
    assert np.allclose(value(losses.cosent, cosine, np.zeros(3, np.float32)), 0, atol=1e-6)


SCORE_LOSSES = [
    losses.cross_entropy,
    losses.focal,
    losses.hard_truncated,
    losses.soft_truncated,
    losses.cosine_softmax,
]


@pytest.mark.parametrize("loss", SCORE_LOSSES)
@pytest.mark.parametrize("top", [1e4, 80.0, 0.0])
def test_finite_at_extremes(loss, top):
    scores = np.array([[top, -top, 0], [-top, top, 0]], np.float32)
    for target in range(3):
        targets = np.full(2, target, np.int32)
        assert np.isfinite(value(loss, scores, targets)).all()
        assert np.isfinite(slopes(loss, scores, targets)).all()


@pytest.mark.parametrize("loss", [losses.am_softmax, losses.angular_softmax])
def test_finite_at_the_ends_of_the_cosine(loss):
    for cosine in (-1.0, 0.0, 1.0):
        row = np.array([[cosine, 1, -1]], np.float32)
        assert np.isfinite(value(loss, row, np.array([0]), scale=64)).all()
    assert np.isfinite(value(losses.cosent, np.array([-1, 1], np.float32), np.array([1, 0]))).all()


def test_rows_are_paired_stacked_and_put_side_by_side():
    rng = np.random.default_rng(0)
    a, b = (rng.normal(size=(3, width)).astype(np.float32) for width in (4, 5))
    back = a[::-1].copy()
    assert np.allclose(value(losses.pair_cosines, a, back), (a * back).sum(1), atol=1e-6)
    assert np.allclose(value(losses.stacked, a, a[:1]), np.concatenate([a, a[:1]]))
    both = value(losses.beside, a, b, share=0.3)
    assert np.allclose(both @ both.T, 0.3 * a @ a.T + 0.7 * b @ b.T, atol=1e-5)
