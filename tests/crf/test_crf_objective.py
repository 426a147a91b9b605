"""The loss of a corpus with its penalty, against all sequences and finite differences."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from nlptool.crf.config import Config
from nlptool.crf.objective import Objective
from tests.crf_problems import TEMPLATE, slow_gradients, small, weights_in


@pytest.fixture
def pool() -> Iterator[ThreadPoolExecutor]:
    with ThreadPoolExecutor(3) as pool:
        yield pool


def config(**more: object) -> Config:
    return Config(**{"algorithm": "lbfgs", "l2": 0.0, **more}).settled()  # type: ignore[arg-type]


def evaluated(objective: Objective, weights: np.ndarray) -> tuple[float, np.ndarray]:
    gradient = np.full(len(weights), 7, np.float32)
    done = list(objective.evaluate(weights, gradient))
    assert done[-1] == len(objective.problem.sentences)
    return objective.value, gradient


def test_it_is_the_sum_of_the_sentences(pool: ThreadPoolExecutor) -> None:
    problem, template, flat = small(8, config=config())
    objective = Objective(problem, config(), pool)
    value, _ = evaluated(objective, flat)
    weights = weights_in(problem, flat)
    slow = sum(slow_gradients(problem, template, weights, s)[0] for s in problem.sentences)
    assert value == objective.loss == pytest.approx(slow, rel=1e-5)


@pytest.mark.parametrize("l2", [0.0, 0.3])
def test_the_gradient_is_its_slope(pool: ThreadPoolExecutor, l2: float) -> None:
    problem, _, flat = small(8, config=config(l2=l2))
    objective = Objective(problem, config(l2=l2), pool)
    _, gradient = evaluated(objective, flat)
    used = np.flatnonzero(gradient)
    chosen = np.random.default_rng(1).choice(used, 40, replace=False)
    for j in [*chosen, *range(len(flat) - 15, len(flat))]:
        values = []
        for by in (0.01, -0.01):
            moved = flat.copy()
            moved[j] += np.float32(by)
            values.append(evaluated(objective, moved)[0])
        assert gradient[j] == pytest.approx((values[0] - values[1]) / 0.02, abs=2e-3)


def test_penalties_by_hand(pool: ThreadPoolExecutor) -> None:
    problem, _, flat = small(4, config=config(l1=0.5, l2=0.25))
    objective = Objective(problem, config(l1=0.5, l2=0.25), pool)
    value, gradient = evaluated(objective, flat)
    plain = Objective(problem, config(), pool)
    loss, slope = evaluated(plain, flat)
    own = flat.astype(float)
    assert value == pytest.approx(loss + 0.5 * np.abs(own).sum() + 0.25 * (own**2).sum(), rel=1e-5)
    # That of l1 is not among the slopes, as it has none at 0.
    np.testing.assert_allclose(gradient, slope + 0.5 * flat, atol=1e-5)


def test_weights_that_are_not_learned_have_no_slope(pool: ThreadPoolExecutor) -> None:
    problem, _, flat = small(6, template="U0:%x[0,0]\n", config=config(l2=1.0))
    _, gradient = evaluated(Objective(problem, config(l2=1.0), pool), flat)
    assert not gradient[-problem.n_tail :].any()
    assert gradient[: -problem.n_tail].any()


def test_batches_and_threads_change_nothing(
    pool: ThreadPoolExecutor, monkeypatch: pytest.MonkeyPatch
) -> None:
    problem, _, flat = small(40, template=TEMPLATE, config=config(l2=0.1))
    value, gradient = evaluated(Objective(problem, config(l2=0.1), pool), flat)
    threads = Objective(problem, config(l2=0.1, threads=3), pool)
    again, other = evaluated(threads, flat)
    assert (again, other.tobytes()) == (value, gradient.tobytes())
    monkeypatch.setattr("nlptool.crf.objective.ROWS", 30)
    monkeypatch.setattr("nlptool.crf.objective.CALL_NS", 1.0)
    small_batches = Objective(problem, config(l2=0.1), pool)
    assert len(small_batches.cuts) > 10
    assert small_batches.cuts[0] == 0 and small_batches.cuts[-1] == 40
    assert (np.diff(small_batches.cuts) > 0).all()
    again, other = evaluated(small_batches, flat)
    assert again == pytest.approx(value)
    np.testing.assert_allclose(other, gradient, atol=1e-4)


def test_sums_of_parts(pool: ThreadPoolExecutor, monkeypatch: pytest.MonkeyPatch) -> None:
    problem, _, flat = small(4, config=config())
    whole = Objective(problem, config(), pool)
    want = float(flat.astype(float) @ flat)
    assert whole.dot(flat, flat) == pytest.approx(want)
    monkeypatch.setattr("nlptool.crf.objective._PART", 100)
    assert whole.dot(flat, flat) == pytest.approx(want)
    ends = whole.parts(lambda begin, end: float(end - begin))
    assert sum(ends) == len(flat)
    assert len(ends) == -(-len(flat) // 100)
