"""Steps of AdaGrad on batches, against one weight after the other."""

from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise

import numpy as np
import pytest

from nlptool.crf.config import Config
from nlptool.crf.kernels_sgd import sgd_batches
from nlptool.crf.kernels_threads import run_threads
from nlptool.crf.problem import problem_of
from nlptool.crf.sgd import Sgd
from tests.crf_problems import TEMPLATE, corpus, slow_gradients, small, weights_in


def slow_batch(problem, template, flat, sums, shares, order, config):
    """Make the steps of one batch; return the losses of its sentences."""
    weights, of_sums = weights_in(problem, flat), weights_in(problem, sums)
    encoded, L = problem.encoded, problem.layout.n_labels
    found = [slow_gradients(problem, template, weights, s) for s in order]
    l2, rate = 2 * config.l2, config.rate

    def step(w, a, gradient, share):
        slope = gradient + l2 * share * w
        a += slope**2
        w -= rate * slope / np.sqrt(a)

    for s, (_, p, pairs) in zip(order, found, strict=True):
        begin, end = encoded.starts[s], encoded.starts[s + 1]
        for at in range(begin, end):
            for k, shape in enumerate(template.shapes):
                r = encoded.rows[at, k]
                if r < 0:
                    continue
                for slot in shape.slots:
                    t = at - begin - encoded.pad - slot.shift
                    by = pairs if shape.edge else p
                    gradient = by[t] if 0 <= t < len(p) else np.zeros_like(by[0])
                    w, a = weights.values[k][r, slot.place], of_sums.values[k][r, slot.place]
                    share = shares[k][r]
                    step(w, a, gradient, share)
                    cut = rate * config.l1 * share / np.sqrt(a)
                    w[:] = np.sign(w) * np.maximum(np.abs(w) - cut, 0)
    by_tail = [sum(pairs[1:].sum(0) for _, _, pairs in found)]
    by_tail += [sum(p[0] for _, p, _ in found), sum(p[-1] for _, p, _ in found)]
    share = config.batch / len(problem.sentences)
    names = ("transitions", "start", "end")
    for name, gradient in zip(names, by_tail, strict=True):
        step(getattr(weights, name), getattr(of_sums, name), gradient, share)
    assert len(by_tail[1]) == L
    return [loss for loss, _, _ in found]


@pytest.mark.parametrize("threads", [1, 3])
@pytest.mark.parametrize(("l1", "l2"), [(0.0, 0.0), (0.02, 0.0), (0.0, 0.5), (0.02, 0.5)])
def test_batches_are_steps_of_single_weights(l1, l2, threads):
    config = Config(rate=0.2, l1=l1, l2=l2, batch=2, threads=threads).settled()
    problem, template, flat = small(5, config=config)
    assert len(problem.sentences) == 5
    slow, slow_sums = flat.astype(np.float64), np.full(len(flat), 0.5)
    sums = np.full(len(flat), 0.5, np.float32)
    with ThreadPoolExecutor(threads) as pool:
        own = Sgd(problem, config, pool)
        order = np.array([3, 0, 4, 1, 2])
        rows = np.cumsum(problem.lengths[order]) - problem.lengths[order]
        rows -= np.repeat(rows[::2], 2)[:5]
        losses = np.zeros(5)

        def work(me):
            sgd_batches(
                problem.text, problem.places, problem.goal, flat, sums, own.shares,
                own.share_bases, problem.sentences[order], rows, 2, np.float32(config.rate),
                np.float32(l1), np.float32(2 * l2), np.float32(2 / 5), own.room, losses, me,
                threads,
            )  # fmt: skip

        run_threads(pool, work, threads, own.room.sync)
    bases = own.share_bases
    shares = [own.shares[a:b] for a, b in pairwise(bases)]
    wanted = []
    for begin in (0, 2, 4):
        batch = order[begin : begin + 2]
        wanted += slow_batch(problem, template, slow, slow_sums, shares, batch, config)
    np.testing.assert_allclose(losses, wanted, atol=1e-4)
    np.testing.assert_allclose(sums, slow_sums, rtol=1e-3)
    np.testing.assert_allclose(flat, slow, atol=1e-4)
    assert (flat == 0).any() == (l1 > 0)


def test_weights_of_pairs_stay_where_there_are_none():
    """A template without B learns no transitions; nor does a softmax."""
    for template, decoder in (("U0:%x[0,0]\n", "crf"), (TEMPLATE, "softmax")):
        encoded, parsed, n_records = corpus(8, template=template)
        config = Config(decoder=decoder, epochs=1).settled()
        problem = problem_of(encoded, parsed, n_records, config)
        with ThreadPoolExecutor(1) as pool:
            own = Sgd(problem, config, pool)
            assert list(own.epoch()) == []
        tail = own.state.weights[-problem.n_tail :]
        assert not tail.any()
        assert own.state.weights.any()
