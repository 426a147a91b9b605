"""Sentences with losses, as the kernels and as the slow twin take them, for tests."""

import numpy as np
import pytest

from nlptool.crf.kernels_chain import powers
from nlptool.crf.kernels_local import local_loss
from nlptool.crf.kernels_marginal import marginal_loss
from nlptool.crf.kernels_sentence import DECODERS
from nlptool.crf.kernels_sequence import sequence_loss
from nlptool.crf.losses import KINDS
from tests import naive_crf_chain as naive

NO_CLASSES = np.empty(0)
HOW = [
    ("nll", 0.0, None),
    ("nll", 0.0, np.array([1.0, 0.5, 3.0])),
    ("focal", 2.0, None),
    ("focal", 0.5, np.array([2.0, 1.0, 0.0])),
    ("soft-truncation", 1.0, None),
    ("soft-truncation", 7.0, np.array([1.0, 2.0, 0.5])),
    ("hard-truncation", 0.0, None),
]


class Case:
    """A sentence with float32 scores, as the kernels and as the twin take it."""

    def __init__(self, n, L, seed, *, edges, width=1.0, unknown=0.0, illegal=0.0):
        rng = np.random.default_rng(seed)
        self.n, self.L, self.edges = n, L, edges
        self.S = rng.normal(0, width, (n, L)).astype(np.float32)
        self.SE = rng.normal(0, width, (n, L, L)).astype(np.float32) if edges else None
        self.tail = rng.normal(0, width, L * L + 2 * L).astype(np.float32)
        self.gold = rng.integers(0, L, n).astype(np.int32)
        self.gold[rng.random(n) < unknown] = -1
        self.legal = np.ones(len(self.tail), np.bool_)
        self.legal[: L * L] = rng.random(L * L) >= illegal
        for x, y in zip(self.gold[:-1], self.gold[1:], strict=True):
            self.legal[x * L + y] = True

    def chain(self):
        """Return the scores of the twin, which are changed to see what the loss does."""
        n, L = self.n, self.L
        T = np.where(self.legal[: L * L], self.tail[: L * L], -np.inf).astype(float).reshape(L, L)
        T = np.repeat(T[None], n, 0)
        if self.edges:
            T += self.SE
        tail = self.tail.astype(float)
        return self.S.astype(float), T, tail[L * L : L * L + L], tail[L * L + L :]

    def gradient(self, decoder, kind, gamma, classes, margin=1):
        """Return the loss and its gradients by S, by SE (None if not there) and by the tail."""
        n, L = self.n, self.L
        buffer = np.full((n + 2 * margin, L), 9.0, np.float32)
        buffer[margin : margin + n] = self.S[::-1]
        wide = np.empty((n + 2 * margin if self.edges else 0, L, L), np.float32)
        if self.edges:
            wide[:] = 9.0
            wide[margin : margin + n] = self.SE[::-1]
        E = np.zeros(len(self.tail))
        G, GE = buffer.reshape(-1), wide.reshape(-1)
        classes = NO_CLASSES if classes is None else classes
        if decoder == "crf":
            if not len(classes) and kind != "nll":
                classes = np.ones(L)
            powered, tops = np.empty(len(self.tail)), np.empty(3)
            edges = [0, L * L, L * L + L, L * L + 2 * L]
            for i in range(3):
                part = slice(edges[i], edges[i + 1])
                tops[i] = powers(self.tail[part], self.legal[part], powered[part])
            kernel = marginal_loss if len(classes) else sequence_loss
        else:
            powered, tops, kernel = NO_CLASSES, NO_CLASSES, local_loss
            if not len(classes):
                classes = np.ones(L)
        loss = kernel(
            G, GE, margin, self.gold, self.tail, self.legal, powered, tops, DECODERS[decoder],
            KINDS[kind], gamma, classes, E,
        )  # fmt: skip
        assert (buffer[:margin] == 9).all() and (buffer[margin + n :] == 9).all()
        found = buffer[margin : margin + n][::-1]
        return loss, found, wide[margin : margin + n][::-1] if self.edges else None, E


def check(case, decoder, kind, gamma, classes, tolerance=2e-4):
    """Compare the loss and its gradients with those of all sequences."""
    chain = case.chain()
    S, T, first, last = chain

    def loss():
        return naive.loss(chain, case.gold, decoder, kind, gamma, classes)

    got, by_S, by_SE, by_tail = case.gradient(decoder, kind, gamma, classes)
    assert got == pytest.approx(loss(), abs=1e-4)
    np.testing.assert_allclose(by_S, naive.slopes(loss, S), atol=tolerance)
    by_T = naive.slopes(loss, T)
    if case.edges:
        np.testing.assert_allclose(by_SE[1:], by_T[1:], atol=tolerance)
        assert not by_SE[0].any()
    if decoder != "softmax":
        want = [by_T[1:].sum(0).reshape(-1), naive.slopes(loss, first), naive.slopes(loss, last)]
        np.testing.assert_allclose(by_tail, np.concatenate(want), atol=tolerance * case.n)
    else:
        assert not by_tail.any()
