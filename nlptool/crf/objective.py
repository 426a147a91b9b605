"""The loss of the whole corpus with its penalty, and the gradient of both."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor

import numpy as np

from nlptool.crf.config import Config
from nlptool.crf.kernels_batch import add_gradients
from nlptool.crf.kernels_flat import dot, penalise
from nlptool.crf.kernels_threads import run_threads
from nlptool.crf.problem import Problem
from nlptool.crf.weights import Float32

ROWS = 1 << 16
_TAILS = 1 << 20
_PART = 1 << 18
CALL_NS = 2e8


class Objective:
    """The loss as a function of the weights: sum of losses + l1 |w| + l2 |w|^2.

    Args:
        problem: what is trained on.
        config: the settings, settled.
        pool: runs the threads.
    """

    def __init__(self, problem: Problem, config: Config, pool: ThreadPoolExecutor) -> None:
        self.problem, self.config, self.pool = problem, config, pool
        n = len(problem.sentences)
        most = max(1, min(n, _TAILS // problem.n_tail))
        # Batches of at most so many rows and sentences, or one sentence.
        ends = np.cumsum(problem.lengths)
        cuts = [0]
        while cuts[-1] < n:
            done = int(ends[cuts[-1] - 1]) if cuts[-1] else 0
            fitting = int(np.searchsorted(ends, done + ROWS, "right"))
            cuts.append(max(cuts[-1] + 1, min(fitting, cuts[-1] + most)))
        self.cuts = np.array(cuts, np.int64)
        begins = ends - problem.lengths
        self.rows = begins - np.repeat(begins[self.cuts[:-1]], np.diff(self.cuts))
        largest = int(np.add.reduceat(problem.lengths, self.cuts[:-1]).max())
        self.room = problem.room(largest, int(np.diff(self.cuts).max()))
        self.losses = np.zeros(n)
        batch_ns = problem.token_ns * problem.n_tokens / (len(cuts) - 1)
        self.step = max(1, round(CALL_NS / batch_ns))

    def evaluate(self, weights: Float32, gradient: Float32) -> Iterator[int]:
        """Fill in the gradient of the loss and of l2, giving how many sentences are done.

        The value is in `value` at the end.
        """
        problem, config = self.problem, self.config
        text, places, goal = problem.text, problem.places, problem.goal
        gradient[:] = 0
        for first in range(0, len(self.cuts) - 1, self.step):
            cuts = self.cuts[first : first + self.step + 1]

            def work(me: int, cuts: np.ndarray = cuts) -> None:
                add_gradients(
                    text,
                    places,
                    goal,
                    weights,
                    problem.sentences,
                    self.rows,
                    cuts,
                    self.room,
                    self.losses,
                    gradient,
                    me,
                    config.threads,
                )

            run_threads(self.pool, work, config.threads, self.room.sync)
            yield int(cuts[-1])
        learned = len(weights) if problem.goal.learned.any() else int(problem.layout.bases[-1])
        l1, l2 = config.l1, config.l2 or 0.0
        penalty = sum(
            self.parts(lambda b, e: float(penalise(weights, gradient, l1, l2, learned, b, e)))
        )
        self.loss = float(self.losses.sum())
        self.value = self.loss + penalty

    def parts(self, work: Callable[[int, int], float | None]) -> list[float]:
        """Return what a kernel gives for each part of a flat array, in order."""
        size = self.problem.layout.size
        begins = range(0, size, _PART)
        ends = [min(begin + _PART, size) for begin in begins]
        run = map if self.config.threads == 1 else self.pool.map
        return [value or 0.0 for value in run(work, begins, ends)]

    def dot(self, x: Float32, y: Float32) -> float:
        """Return the inner product of two flat arrays."""
        return sum(self.parts(lambda begin, end: float(dot(x, y, begin, end))))
