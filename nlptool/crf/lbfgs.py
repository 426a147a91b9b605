"""Training on the whole corpus at each step: L-BFGS, and OWL-QN where there is an l1 penalty.

A step that was begun is begun again after an interruption: the state is that before it. So a
training that was interrupted ends with the same bytes.

Source:
    Nocedal & Wright 2006, "Numerical Optimization", algorithm 7.4 (two loops); Lewis & Overton
    2013, "Nonsmooth optimization via quasi-Newton methods", algorithm 2.6 (the line search);
    Andrew & Gao 2007, "Scalable training of L1-regularized log-linear models".
"""

import math
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeGuard

import numpy as np
from numpy.typing import NDArray

from nlptool.core.report import Progress
from nlptool.crf.checkpoint import take
from nlptool.crf.config import Config
from nlptool.crf.kernels_flat import add_times, keep_signs, move, orthant_of, pseudo_gradient
from nlptool.crf.objective import Objective
from nlptool.crf.problem import Problem
from nlptool.crf.weights import Float32
from nlptool.errors import ModelError, RunError

PERIOD = 10
"""The loss is compared with that so many iterations before."""

_DECREASE, _CURVATURE, _TRIES = 1e-4, 0.9, 25


class Lbfgs:
    """A training, see `train.train`; an epoch is an iteration.

    Args:
        problem: what is trained on.
        config: the settings, settled.
        pool: runs the threads.
        init: weights to begin with; they are changed.
    """

    def __init__(
        self,
        problem: Problem,
        config: Config,
        pool: ThreadPoolExecutor,
        init: Float32 | None = None,
    ) -> None:
        size, n = problem.layout.size, config.history
        self.problem, self.config = problem, config
        self.objective = Objective(problem, config, pool)
        self.x = np.zeros(size, np.float32) if init is None else init
        self.g = np.zeros(size, np.float32)
        self.steps = np.zeros((n, size), np.float32)
        self.changes = np.zeros((n, size), np.float32)
        # Of each step that is remembered, its product with the change of the slopes.
        self.products: list[float] = []
        self.n_pairs = 0
        self.values: list[float] = []
        self.iterations = 0
        self.stuck = False
        self._x = np.empty(size, np.float32)
        self._g = np.empty(size, np.float32)
        self._d = np.empty(size, np.float32)
        self._nothing = np.empty(0, np.float32)
        self._orthant = np.empty(size if config.l1 else 0, np.float32)
        self._slopes = np.empty(size if config.l1 else 0, np.float32)

    @property
    def epochs(self) -> int:
        """How many iterations are complete."""
        return self.iterations

    @property
    def is_over(self) -> bool:
        """Whether this was the last iteration: there is no more to gain, or none allowed."""
        values = self.values
        if self.stuck or self.iterations >= (self.config.epochs or 0):
            return True
        if len(values) <= PERIOD:
            return False
        then, now = values[-PERIOD - 1], values[-1]
        return then - now <= self.config.tolerance * abs(now)

    def answer(self) -> Float32:
        """Return the weights to be used, after an iteration."""
        return self.x

    def loss(self) -> float:
        """Return the mean loss of a token, with its share of the penalty."""
        return self.values[-1] / self.problem.n_tokens

    def tensors(self) -> dict[str, NDArray[Any]]:
        """Return the arrays of a checkpoint."""
        return {"x": self.x, "g": self.g, "steps": self.steps, "changes": self.changes}

    def position(self) -> dict[str, Any]:
        """Return the rest of a checkpoint."""
        return {
            "iterations": self.iterations,
            "stuck": self.stuck,
            "products": self.products,
            "n_pairs": self.n_pairs,
            "values": self.values,
        }

    def restore(self, tensors: Mapping[str, NDArray[Any]], position: Mapping[str, Any]) -> None:
        """Go on from a checkpoint.

        Raises:
            ModelError: it makes no sense.
        """
        take(self.tensors(), tensors)
        iterations, stuck = position.get("iterations"), position.get("stuck")
        products, values = position.get("products"), position.get("values")
        n_pairs = position.get("n_pairs")
        if (
            type(iterations) is not int
            or type(stuck) is not bool
            or not _numbers(products)
            or not _numbers(values)
            or len(values) != iterations + (iterations > 0)
            or type(n_pairs) is not int
            or not 0 <= n_pairs <= iterations
            or len(products) != min(n_pairs, self.config.history)
            or min(products, default=1.0) <= 0
        ):
            raise ModelError("checkpoint: its parts make no sense; it is damaged")
        self.iterations, self.stuck, self.n_pairs = iterations, stuck, n_pairs
        self.products, self.values = list(products), list(values)

    def check(self) -> None:
        """Refuse weights that are not finite.

        Raises:
            RunError: at least one is not.
        """
        if not math.isfinite(float(self.x.min()) + float(self.x.max())):
            raise self._diverged("a weight")

    def progress(self) -> Progress:
        """Return how far the training is."""
        total = self.config.epochs or 0
        loss = self.loss() if self.values else None
        return Progress("training", self.iterations, total, "iterations", loss)

    def epoch(self) -> Iterator[Progress]:
        """Make one step; give how far it is now and then, with the state as it was before.

        Raises:
            RunError: the loss is no longer finite.
        """
        objective = self.objective
        values = list(self.values)
        if not values:
            yield from self._evaluate(self.x, self.g)
            values = [objective.value]
            if not math.isfinite(objective.value):
                raise self._diverged("the loss")
        found = False
        slopes = self._descend()
        slope = objective.dot(self._d, slopes)
        # Where nothing goes down any more, rounding is all that is left.
        if slope < 0:
            step, low, high = self._first_step(), 0.0, math.inf
            for _ in range(_TRIES):
                self._move(step)
                yield from self._evaluate(self._x, self._g)
                if not objective.value <= values[-1] + _DECREASE * self._gain(step, slope, slopes):
                    high = step
                elif not self.config.l1 and self._slope() < _CURVATURE * slope:
                    low = step
                else:
                    found = True
                    break
                step = 2 * low if high == math.inf else (low + high) / 2
            found = found or objective.value < values[-1]
        if found:
            self._accept()
            values.append(objective.value)
        else:
            self.stuck = True
            values.append(values[-1])
        self.values = values
        self.iterations += 1
        self.check()

    def _evaluate(self, x: Float32, g: Float32) -> Iterator[Progress]:
        for _ in self.objective.evaluate(x, g):
            yield self.progress()

    def _descend(self) -> Float32:
        """Set the direction; return the slopes that it goes down."""
        objective, d, l1 = self.objective, self._d, self.config.l1
        g = self.g
        if l1:
            g = self._slopes
            objective.parts(lambda b, e: pseudo_gradient(self.x, self.g, l1, g, b, e))
            objective.parts(lambda b, e: orthant_of(self.x, g, self._orthant, b, e))
        objective.parts(lambda b, e: move(g, -2.0, g, self._nothing, d, b, e))
        n = len(self.products)
        newest_first = [(self.n_pairs - 1 - i) % len(self.steps) for i in range(n)]
        shares: dict[int, float] = {}
        for i in newest_first:
            shares[i] = objective.dot(self.steps[i], d) / self.products[i]
            self._add(d, -shares[i], self.changes[i])
        if n:
            newest = newest_first[0]
            y = self.changes[newest]
            factor = self.products[newest] / objective.dot(y, y)
            self._add(d, factor - 1.0, d)
        for i in reversed(newest_first):
            back = objective.dot(self.changes[i], d) / self.products[i]
            self._add(d, shares[i] - back, self.steps[i])
        if l1:
            objective.parts(lambda b, e: keep_signs(d, g, b, e))
        return g

    def _first_step(self) -> float:
        """Return how far along the direction to look first."""
        if self.products:
            return 1.0
        return min(1.0, 1.0 / math.sqrt(self.objective.dot(self._d, self._d)))

    def _move(self, step: float) -> None:
        """Set the next weights."""
        self.objective.parts(lambda b, e: move(self.x, step, self._d, self._orthant, self._x, b, e))

    def _slope(self) -> float:
        """Return how steep the loss is at the next weights, along the direction."""
        return self.objective.dot(self._g, self._d)

    def _gain(self, step: float, slope: float, slopes: Float32) -> float:
        """Return by how much the loss would change if it were a plane."""
        if not self.config.l1:
            return step * slope
        # Weights that stopped at 0 did not go all the way.
        return self.objective.dot(self._x, slopes) - self.objective.dot(self.x, slopes)

    def _accept(self) -> None:
        """Go to the next weights, and remember the step."""
        objective, i = self.objective, self.n_pairs % len(self.steps)
        nothing = self._nothing
        s, y = self.steps[i], self.changes[i]
        objective.parts(lambda b, e: move(self._x, -1.0, self.x, nothing, s, b, e))
        objective.parts(lambda b, e: move(self._g, -1.0, self.g, nothing, y, b, e))
        self.x, self._x = self._x, self.x
        self.g, self._g = self._g, self.g
        product = objective.dot(s, y)
        if product > 0:
            self.products[i : i + 1] = [product]
            self.n_pairs += 1
        elif i < len(self.products):
            # What it overwrote is lost, and with it what came before.
            self.products, self.n_pairs = [], 0

    def _add(self, x: Float32, factor: float, y: Float32) -> None:
        self.objective.parts(lambda b, e: add_times(x, factor, y, b, e))

    def _diverged(self, what: str) -> RunError:
        return RunError(
            f"training diverged at iteration {self.iterations + 1}: {what} is not finite, "
            "expected a number"
        )


def _numbers(values: Any) -> TypeGuard[list[float]]:
    """Tell whether something is a list of finite numbers."""
    return isinstance(values, list) and all(
        type(value) is float and math.isfinite(value) for value in values
    )
