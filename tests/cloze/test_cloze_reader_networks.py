"""Training of the networks that weigh evidence."""

from itertools import pairwise

import numpy as np
import pytest

from nlptool.cloze.reader_config import Reader
from nlptool.cloze.reader_networks import Evidence, _slopes, learn_networks
from nlptool.errors import RunError
from tests.cloze.readers import SMALL


def evidence_of(n=80, width=6, seed=1):
    """Return evidence whose second number tells the answer."""
    rng = np.random.default_rng(seed)
    counts = rng.integers(2, 6, n)
    rows = rng.normal(size=(counts.sum(), width)).astype(np.float32)
    starts = np.concatenate([[0], np.cumsum(counts)])
    answers = [int(rows[low:high, 1].argmax()) for low, high in pairwise(starts)]
    return Evidence(rows, starts, np.array(answers))


def right(networks, evidence):
    ends = zip(evidence.starts[:-1], evidence.starts[1:], evidence.answers, strict=True)
    return np.mean(
        [networks.scores(evidence.rows[low:high]).argmax() == answer for low, high, answer in ends]
    )


def test_what_tells_the_answer_is_found():
    config = Reader(**(SMALL | {"epochs": 25, "rate": 0.02}))
    networks, history = learn_networks(evidence_of(), config)
    assert right(networks, evidence_of(seed=2)) > 0.8
    assert len(history) == 25 * config.members
    assert history[24]["loss"] < history[0]["loss"]


def test_the_same_twice_and_the_best_on_dev():
    config = Reader(**SMALL)
    scores = iter([0.1, 0.9, 0.2] * 4)
    first, history = learn_networks(evidence_of(), config, measure=lambda _: next(scores))
    assert [row["dev"] for row in history] == [0.1, 0.9, 0.2] * 2
    second, _ = learn_networks(evidence_of(), config, measure=lambda _: next(scores))
    last, _ = learn_networks(evidence_of(), config)
    assert np.array_equal(first.hidden, second.hidden)
    assert not np.array_equal(first.hidden, last.hidden)


def test_slopes_are_those_of_the_loss():
    evidence = evidence_of(n=7)
    rng = np.random.default_rng(3)
    weights = [rng.normal(size=shape) for shape in ((6, 4), (4,), (4,), (6,))]
    chosen = np.arange(7)
    x = evidence.rows.astype(np.float64)

    def loss(decay):
        found, slopes = _slopes(x, evidence, weights, chosen, 0.0, rng)
        for number in (0, 2, 3):
            slopes[number] = slopes[number] - np.float32(1e-4) * weights[number] * decay
        return found / len(chosen), slopes

    slopes = loss(1)[1]
    for weight, slope in zip(weights, slopes, strict=True):
        at = np.unravel_index(int(np.abs(slope).argmax()), slope.shape)
        weight[at] += 1e-4
        high = loss(1)[0]
        weight[at] -= 2e-4
        low = loss(1)[0]
        weight[at] += 1e-4
        assert (high - low) / 2e-4 == pytest.approx(slope[at], rel=1e-3)


def test_a_loss_that_is_not_finite():
    evidence = evidence_of()
    evidence.rows[3, 2] = np.nan
    with pytest.raises(RunError) as caught:
        learn_networks(evidence, Reader(**SMALL))
    assert str(caught.value) == "step 1: the loss is not finite; try a lower --rate"
