"""Gradients of batches, against finite differences of their losses."""

import numpy as np
import pytest

from nlptool.crf.config import Config
from nlptool.crf.kernels_batch import add_gradients
from nlptool.crf.kernels_threads import run_threads
from nlptool.crf.problem import problem_of
from nlptool.crf.weights import weights_of
from tests.crf_problems import EDGES, corpus


@pytest.fixture
def world():
    encoded, template, n_records = corpus(40, template=EDGES)
    problem = problem_of(encoded, template, n_records, Config().settled())
    flat = np.random.default_rng(1).normal(0, 0.5, problem.layout.size).astype(np.float32)
    weights = weights_of(flat, problem.layout, encoded.names, problem.legality)
    return problem, template, flat, weights


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
