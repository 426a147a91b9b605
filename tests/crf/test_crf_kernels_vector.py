"""Instructions on a few numbers at a time, against numpy."""

import math

import numpy as np
import pytest
from numba import njit

from nlptool.crf.kernels_vector import add1, add4, add8, step1, step4, step8


@njit
def added(target, to, source, at, width):
    if width == 1:
        add1(target, to, source, at)
    elif width == 4:
        add4(target, to, source, at)
    else:
        add8(target, to, source, at)


@njit
def stepped(W, A, w, G, g, rate, l2, width):
    if width == 1:
        step1(W, A, w, G, g, rate, l2)
    elif width == 4:
        step4(W, A, w, G, g, rate, l2)
    else:
        step8(W, A, w, G, g, rate, l2)


@pytest.mark.parametrize("width", [1, 4, 8])
@pytest.mark.parametrize(("to", "at"), [(0, 0), (3, 5), (1, 2)])
def test_sums(width, to, at):
    target, source = np.random.default_rng(width).normal(size=(2, 16)).astype(np.float32)
    want = target.copy()
    want[to : to + width] += source[at : at + width]
    added(target, to, source, at, width)
    assert target.tolist() == want.tolist()


@pytest.mark.parametrize("width", [1, 4, 8])
@pytest.mark.parametrize("l2", [0.0, 0.25])
def test_steps_of_adagrad(width, l2):
    rng = np.random.default_rng(width)
    W, G = rng.normal(size=(2, 16)).astype(np.float32)
    A = rng.random(16).astype(np.float32) + 1
    want, sums = W.copy(), A.copy()
    slope = G[5 : 5 + width] + np.float32(l2) * W[2 : 2 + width]
    sums[2 : 2 + width] += slope * slope
    want[2 : 2 + width] -= np.float32(0.1) * slope / np.sqrt(sums[2 : 2 + width])
    stepped(W, A, 2, G, 5, np.float32(0.1), np.float32(l2), width)
    np.testing.assert_allclose(A, sums, rtol=1e-6)
    np.testing.assert_allclose(W, want, rtol=1e-6)
    assert W[:2].tolist() == want[:2].tolist()
    assert W[2 + width :].tolist() == want[2 + width :].tolist()


def test_a_step_by_hand():
    W, A, G = (np.array([x], np.float32) for x in (1.0, 7.0, 3.0))
    stepped(W, A, 0, G, 0, np.float32(2), np.float32(0), 1)
    assert (W[0], A[0]) == (1 - 2 * 3 / math.sqrt(7 + 9), 16)
