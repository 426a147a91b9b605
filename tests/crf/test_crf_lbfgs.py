"""L-BFGS and OWL-QN on functions whose minimum is known, and what they refuse."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from nlptool.crf.config import Config
from nlptool.crf.lbfgs import PERIOD, Lbfgs
from nlptool.errors import ModelError, RunError
from tests.crf_problems import TEMPLATE, small

Function = Callable[[np.ndarray], tuple[float, np.ndarray]]


class Given:
    """A function in the place of the loss of a corpus."""

    def __init__(self, function: Function, l1: float) -> None:
        self.function, self.l1 = function, l1
        self.n_calls = 0

    def evaluate(self, weights: np.ndarray, gradient: np.ndarray) -> Iterator[int]:
        self.n_calls += 1
        value, slope = self.function(weights.astype(np.float64))
        gradient[:] = slope
        self.value = value + self.l1 * float(np.abs(weights.astype(np.float64)).sum())
        yield 1

    def parts(self, work: Callable[[int, int], float | None]) -> list[float]:
        return [work(0, self.size) or 0.0]

    def dot(self, x: np.ndarray, y: np.ndarray) -> float:
        return float(x.astype(np.float64) @ y.astype(np.float64))

    size = 0


def minimised(
    monkeypatch: pytest.MonkeyPatch, function: Function, start: list[float], **more: Any
) -> tuple[Lbfgs, Given]:
    """Return a training at its end."""
    config = Config(**{"algorithm": "lbfgs", "epochs": 300, "tolerance": 1e-9, **more}).settled()
    given = Given(function, config.l1)
    given.size = len(start)
    monkeypatch.setattr("nlptool.crf.lbfgs.Objective", lambda *_: given)
    problem: Any = SimpleNamespace(layout=SimpleNamespace(size=len(start)), n_tokens=1)
    pool: Any = None
    own = Lbfgs(problem, config, pool, np.array(start, np.float32))
    while not own.is_over:
        list(own.epoch())
    return own, given


def rosenbrock(x: np.ndarray) -> tuple[float, np.ndarray]:
    """Return Rosenbrock's valley, in pairs; its minimum is 0, at 1 everywhere."""
    a, b = x[::2], x[1::2]
    slope = np.empty_like(x)
    slope[::2] = -400 * a * (b - a**2) - 2 * (1 - a)
    slope[1::2] = 200 * (b - a**2)
    return float((100 * (b - a**2) ** 2 + (1 - a) ** 2).sum()), slope


def bowl(centre: np.ndarray, scales: np.ndarray) -> Function:
    """Return sum of scale / 2 (x - centre)^2."""

    def function(x: np.ndarray) -> tuple[float, np.ndarray]:
        return float((scales / 2 * (x - centre) ** 2).sum()), scales * (x - centre)

    return function


@pytest.mark.parametrize("start", [[-1.2, 1.0], [0.0, 0.0], [-1.2, 1.0, 3.0, -2.0]])
def test_rosenbrocks_valley(monkeypatch: pytest.MonkeyPatch, start: list[float]) -> None:
    own, given = minimised(monkeypatch, rosenbrock, start)
    np.testing.assert_allclose(own.answer(), 1, atol=2e-3)
    assert own.values[-1] < 1e-5
    assert own.values == sorted(own.values, reverse=True)
    assert own.epochs < 100
    assert given.n_calls < 2 * own.epochs + 10


@pytest.mark.parametrize("history", [1, 3, 10])
def test_a_bowl_that_is_a_thousand_times_as_steep_one_way(
    monkeypatch: pytest.MonkeyPatch, history: int
) -> None:
    centre, scales = np.array([3.0, -1.0, 0.5]), np.array([1.0, 30.0, 1000.0])
    own, _ = minimised(monkeypatch, bowl(centre, scales), [0.0, 0.0, 0.0], history=history)
    np.testing.assert_allclose(own.answer(), centre, atol=1e-3)


def test_a_penalty_of_absolute_weights_makes_exact_zeros(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The minimum is known: each weight by l1 / scale nearer to 0, and none beyond it."""
    centre = np.array([3.0, -2.0, 0.4, -0.9, 0.0, 1.5])
    scales = np.array([1.0, 2.0, 1.0, 1.0, 5.0, 0.5])
    for start in (np.zeros(6), np.array([1.0, 1, 1, 1, 1, -1])):
        own, _ = minimised(monkeypatch, bowl(centre, scales), start.tolist(), l1=1.0)
        wanted = np.sign(centre) * np.maximum(np.abs(centre) - 1 / scales, 0)
        np.testing.assert_allclose(own.answer(), wanted, atol=1e-3)
        assert (own.answer() == 0).tolist() == (wanted == 0).tolist()
        assert np.count_nonzero(wanted == 0) == 4


def test_at_the_minimum_there_is_nothing_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    own, given = minimised(monkeypatch, bowl(np.ones(2), np.ones(2)), [1.0, 1.0])
    assert own.stuck
    assert own.answer().tolist() == [1, 1]
    assert (own.epochs, given.n_calls) == (1, 1)
    # Held at 0 by the penalty.
    own, _ = minimised(monkeypatch, bowl(np.full(2, 0.5), np.ones(2)), [0.0, 0.0], l1=1.0)
    assert own.stuck
    assert own.answer().tolist() == [0, 0]


def test_it_ends_where_ten_iterations_bring_little(monkeypatch: pytest.MonkeyPatch) -> None:
    def slow(x: np.ndarray) -> tuple[float, np.ndarray]:
        return float(1000 + np.logaddexp(0, -x).sum()), -1 / (1 + np.exp(x))

    own, _ = minimised(monkeypatch, slow, [0.0], tolerance=1.0)
    assert own.epochs == PERIOD
    own, _ = minimised(monkeypatch, slow, [0.0], epochs=4)
    assert own.epochs == 4


def test_a_loss_that_is_no_number(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(RunError) as error:
        minimised(monkeypatch, lambda x: (np.inf, x), [1.0])
    assert str(error.value) == (
        "training diverged at iteration 1: the loss is not finite, expected a number"
    )
    own, _ = minimised(monkeypatch, rosenbrock, [0.0, 0.0], epochs=2)
    own.x[0] = np.inf
    with pytest.raises(RunError) as error:
        own.check()
    assert str(error.value) == (
        "training diverged at iteration 3: a weight is not finite, expected a number"
    )


def test_it_goes_on_where_it_was(monkeypatch: pytest.MonkeyPatch) -> None:
    whole, _ = minimised(monkeypatch, rosenbrock, [-1.2, 1.0], epochs=12, history=3)
    first, _ = minimised(monkeypatch, rosenbrock, [-1.2, 1.0], epochs=7, history=3)
    again, _ = minimised(monkeypatch, rosenbrock, [0.0, 0.0], epochs=1, history=3)
    again.config = whole.config
    tensors = {name: array.copy() for name, array in first.tensors().items()}
    again.restore(tensors, first.position())
    while not again.is_over:
        list(again.epoch())
    assert again.answer().tobytes() == whole.answer().tobytes()
    assert again.values == whole.values


@pytest.mark.parametrize(
    "change",
    [
        {"iterations": "7"},
        {"iterations": 6},
        {"stuck": 0},
        {"values": [1.0]},
        {"values": [float("nan")] * 8},
        {"products": [1.0]},
        {"products": [1.0, -1.0, 1.0]},
        {"n_pairs": 8},
    ],
)
def test_a_place_that_makes_no_sense(
    monkeypatch: pytest.MonkeyPatch, change: dict[str, Any]
) -> None:
    own, _ = minimised(monkeypatch, rosenbrock, [-1.2, 1.0], epochs=7, history=3)
    with pytest.raises(ModelError) as error:
        own.restore(own.tensors(), {**own.position(), **change})
    assert str(error.value) == "checkpoint: its parts make no sense; it is damaged"


def test_of_a_corpus_the_slope_ends_at_zero() -> None:
    config = Config(algorithm="lbfgs", l2=1.0, tolerance=0.0, epochs=200).settled()
    problem, _, _ = small(15, template=TEMPLATE, config=config)
    with ThreadPoolExecutor(1) as pool:
        own = Lbfgs(problem, config, pool)
        while not own.is_over:
            list(own.epoch())
    assert np.abs(own.g).max() < 2e-3
    assert own.loss() == own.values[-1] / problem.n_tokens
    assert own.progress().loss == own.loss()
