"""Training of the networks that weigh evidence."""

from itertools import pairwise

import numpy as np
import pytest

from nlptool.cloze.reader import both, prepared
from nlptool.cloze.reader_config import Reader
from nlptool.cloze.reader_networks import Evidence, _slopes, _spread, _taken, learn_networks
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


def test_rows_are_taken_as_they_are_answered():
    evidence = evidence_of(n=9)
    highest = np.maximum.reduceat(evidence.rows, evidence.starts[:-1])
    whole = np.concatenate([both(evidence.rows[a:b]) for a, b in pairwise(evidence.starts)])
    mean, scale = _spread(evidence, highest)
    np.testing.assert_allclose(mean, whole.mean(axis=0), atol=1e-6)
    np.testing.assert_allclose(scale, whole.std(axis=0) + 0.01, rtol=1e-5)
    rows, counts, answers = _taken(evidence, highest, mean, scale, np.array([8, 2]))
    low, high = evidence.starts[8], evidence.starts[9]
    assert np.array_equal(rows[: high - low], prepared(whole[low:high], mean, scale))
    assert counts.tolist() == [high - low, evidence.starts[3] - evidence.starts[2]]
    assert answers.tolist() == evidence.answers[[8, 2]].tolist()


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
    batch = evidence.rows.astype(np.float64), np.diff(evidence.starts), evidence.answers
    rng = np.random.default_rng(3)
    weights = [rng.normal(size=shape) for shape in ((6, 4), (4,), (4,), (6,))]

    def loss(decay):
        found, slopes = _slopes(batch, weights, 0.0, rng)
        for number in (0, 2, 3):
            slopes[number] = slopes[number] - np.float32(1e-4) * weights[number] * decay
        return found / 7, slopes

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
