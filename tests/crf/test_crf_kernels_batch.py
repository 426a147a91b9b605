"""Scores of records, and gradients back to them, against one feature after the other."""

import numpy as np
import pytest
from test_crf_train import corpus

from nlptool.crf.config import Config
from nlptool.crf.kernels_batch import add_gradients
from nlptool.crf.kernels_scores import add_scores
from nlptool.crf.kernels_threads import run_threads
from nlptool.crf.problem import problem_of
from nlptool.crf.weights import weights_of

TEMPLATE = """U0:%x[-2,0]
U1:%x[0,0]
U2:%x[1,0]
U3:%x[0,0]/%x[1,0]
U:%x[-1,0]/%x[0,0]
B0:%x[0,0]
B1:%x[1,0]
B
"""


def slow_scores(problem, template, weights, s):
    """Return the scores of labels [n, L] and of pairs [n, L, L] of a sentence."""
    encoded, L = problem.encoded, problem.layout.n_labels
    first = int(encoded.starts[s]) + encoded.pad
    n = int(encoded.starts[s + 1]) - encoded.pad - first
    S, SE = np.zeros((n, L)), np.zeros((n, L, L))
    for i in range(n):
        for k, shape in enumerate(template.shapes):
            for slot in shape.slots:
                r = encoded.rows[first + i + slot.shift, k]
                if r >= 0:
                    (SE if shape.edge else S)[i] += weights.values[k][r, slot.place]
    return S, SE


@pytest.fixture
def world():
    encoded, template, n_records = corpus(40, template=TEMPLATE)
    problem = problem_of(encoded, template, n_records, Config().settled())
    flat = np.random.default_rng(1).normal(0, 0.5, problem.layout.size).astype(np.float32)
    weights = weights_of(flat, problem.layout, encoded.names, problem.legality)
    return problem, template, flat, weights


def test_scores(world):
    problem, template, flat, weights = world
    encoded, at = problem.encoded, problem.layout
    for s in range(len(encoded.starts) - 1):
        begin, end = encoded.starts[s : s + 2]
        n = int(end - begin) - 2 * at.pad
        S = np.zeros((n + 4 * at.pad + 2, at.n_labels), np.float32)
        SE = np.zeros((n + 4 * at.pad + 2, at.n_labels, at.n_labels), np.float32)
        add_scores(
            encoded.rows, begin, end, flat, at.n_labels, at.bases, at.strides, at.edges, at.runs,
            at.run_of, at.pad, S.reshape(-1), SE.reshape(-1), 1,
        )  # fmt: skip
        want, want_pairs = slow_scores(problem, template, weights, s)
        inside = slice(1 + 2 * at.pad, 1 + 2 * at.pad + n)
        np.testing.assert_allclose(S[inside][::-1], want, atol=1e-5)
        np.testing.assert_allclose(SE[inside][::-1], want_pairs, atol=1e-5)
        assert not S[0].any() and not S[-1].any()


@pytest.mark.parametrize("threads", [1, 3])
def test_gradient_by_finite_differences(world, threads):
    from concurrent.futures import ThreadPoolExecutor

    problem, _, flat, _ = world
    n = len(problem.sentences)
    cuts = np.array([0, 1, 15, n])
    begins = np.cumsum(problem.lengths) - problem.lengths
    rows = begins - np.repeat(begins[cuts[:-1]], np.diff(cuts))
    room = problem.room(int(problem.lengths.sum()), n)
    losses = np.zeros(n)

    def evaluate(weights):
        gradient = np.zeros(len(flat), np.float32)

        def work(me):
            add_gradients(
                problem.text, problem.places, problem.goal, weights, problem.sentences, rows,
                cuts, room, losses, gradient, me, threads,
            )  # fmt: skip

        with ThreadPoolExecutor(threads) as pool:
            run_threads(pool, work, threads, room.sync)
        return losses.sum(), gradient

    _, gradient = evaluate(flat)
    used = np.flatnonzero(gradient)
    assert len(used) > 300
    chosen = np.random.default_rng(2).choice(used, 60, replace=False)
    for j in [*chosen, *range(len(flat) - 15, len(flat))]:
        moved = flat.copy()
        moved[j] += np.float32(0.01)
        high, _ = evaluate(moved)
        moved[j] -= np.float32(0.02)
        low, _ = evaluate(moved)
        assert gradient[j] == pytest.approx((high - low) / 0.02, abs=2e-3)
