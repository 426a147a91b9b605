"""Stochastic training: AdaGrad on small batches, with the same bytes at any number of threads.

The state after any batch is all that what comes depends on, so a training that was interrupted
ends as one that was not.
"""

import math
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nlptool.core.report import Progress
from nlptool.crf.checkpoint import take
from nlptool.crf.config import Config
from nlptool.crf.kernels_sgd import sgd_batches
from nlptool.crf.kernels_threads import run_threads
from nlptool.crf.problem import Problem
from nlptool.crf.weights import Float32, Int64
from nlptool.errors import ModelError, RunError

Float64 = NDArray[np.float64]

FIRST_SUM = 1e-3
"""What the sums of squared gradients begin with, so that the first steps are not the largest."""

FIRST_SUM_OF_MARGINS = 1.0
"""The same for losses of single labels' probabilities, whose slope vanishes where a first
large step made the right label all but impossible."""

CHUNK_NS = 2e8


@dataclass(eq=False)
class State:
    """How far a training is: all that what comes depends on.

    Args:
        weights: see `Layout`.
        sums: of the squares of each weight's gradients.
        mean: of the weights after each epoch so far, each counted as often as its number;
            empty where it is not asked for.
        losses: of the sentences of this epoch, in their order.
        epoch: how many are complete.
        place: how many sentences of this epoch are.
    """

    weights: Float32
    sums: Float32
    mean: Float32
    losses: Float64
    epoch: int = 0
    place: int = 0


class Sgd:
    """A training, see `train.train`.

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
        layout = problem.layout
        is_plain = config.loss == "nll" and not config.class_weights
        first_sum = FIRST_SUM if is_plain else FIRST_SUM_OF_MARGINS
        self.problem, self.config, self.pool = problem, config, pool
        self.state = State(
            np.zeros(layout.size, np.float32) if init is None else init,
            np.full(layout.size, first_sum, np.float32),
            np.zeros(layout.size if config.average else 0, np.float32),
            np.zeros(len(problem.sentences)),
        )
        counts = [
            np.bincount(rows[rows >= 0], minlength=int(n))
            for rows, n in zip(problem.encoded.rows.T, layout.n_records, strict=True)
        ]
        self.shares = np.concatenate(
            [1 / np.maximum(count, 1) for count in counts] or [np.empty(0)]
        ).astype(np.float32)
        self.share_bases = np.cumsum([0, *layout.n_records], dtype=np.int64)
        # The largest batch there can be.
        n_rows = int(np.sort(problem.lengths)[-config.batch :].sum())
        self.room = problem.room(n_rows, config.batch)
        per_sentence = problem.token_ns * problem.n_tokens / len(problem.sentences)
        self.chunk = max(1, round(CHUNK_NS / (per_sentence * config.batch))) * config.batch

    @property
    def epochs(self) -> int:
        """How many epochs are complete."""
        return self.state.epoch

    @property
    def is_over(self) -> bool:
        """Whether this was the last epoch."""
        return self.state.epoch >= (self.config.epochs or 0)

    def answer(self) -> Float32:
        """Return the weights to be used, after an epoch."""
        return self.state.mean if self.config.average else self.state.weights

    def tensors(self) -> dict[str, NDArray[Any]]:
        """Return the arrays of a checkpoint."""
        state = self.state
        return {
            "weights": state.weights,
            "sums": state.sums,
            "mean": state.mean,
            "losses": state.losses,
        }

    def position(self) -> dict[str, Any]:
        """Return the rest of a checkpoint."""
        return {"epoch": self.state.epoch, "place": self.state.place}

    def restore(self, tensors: Mapping[str, NDArray[Any]], position: Mapping[str, Any]) -> None:
        """Go on from a checkpoint.

        Raises:
            ModelError: it makes no sense.
        """
        take(self.tensors(), tensors)
        epoch, place = position.get("epoch"), position.get("place")
        if (
            type(epoch) is not int
            or type(place) is not int
            or not 0 <= epoch <= (self.config.epochs or 0)
            or not 0 <= place < len(self.problem.sentences)
            or place % self.config.batch
            or bool((self.state.sums <= 0).any())
        ):
            raise ModelError("checkpoint: its parts make no sense; it is damaged")
        self.state.epoch, self.state.place = epoch, place

    def epoch(self) -> Iterator[Progress]:
        """Train to the end of this epoch; give how far it is after each chunk.

        Raises:
            RunError: the loss or a weight is no longer finite.
        """
        state, problem, config = self.state, self.problem, self.config
        n = len(problem.sentences)
        order = np.random.default_rng((config.seed, state.epoch)).permutation(n)
        rows = np.cumsum(problem.lengths[order]) - problem.lengths[order]
        rows -= np.repeat(rows[:: config.batch], config.batch)[:n]
        sentences = problem.sentences[order]
        while state.place < n:
            span = slice(state.place, min(state.place + self.chunk, n))
            self._run(sentences[span], rows[span], state.losses[span])
            state.place = span.stop
            if not np.isfinite(state.losses[span].sum()):
                raise self._diverged("the loss")
            if state.place < n:
                yield self.progress()
        self.check()
        state.epoch, state.place = state.epoch + 1, 0
        if config.average:
            # Early epochs are the worst: each weighs its number (Shamir & Zhang 2013).
            state.mean += (state.weights - state.mean) * np.float32(2 / (state.epoch + 1))

    def check(self) -> None:
        """Refuse weights that are not finite.

        Raises:
            RunError: at least one is not.
        """
        weights = self.state.weights
        if not math.isfinite(float(weights.min()) + float(weights.max())):
            raise self._diverged("a weight")

    def loss(self) -> float:
        """Return the mean loss of a token, in the last epoch that is complete."""
        return float(self.state.losses.sum()) / self.problem.n_tokens

    def progress(self) -> Progress:
        """Return how far the training is."""
        state, n = self.state, len(self.problem.sentences)
        done = state.epoch * n + state.place
        total = n * (self.config.epochs or 0)
        place = state.place or n
        loss = float(state.losses[:place].sum()) / (self.problem.n_tokens * place / n)
        return Progress("training", done, total, "sentences", loss)

    def _run(self, order: Int64, rows: Int64, losses: Float64) -> None:
        problem, config, state = self.problem, self.config, self.state

        def work(me: int) -> None:
            sgd_batches(
                problem.text,
                problem.places,
                problem.goal,
                state.weights,
                state.sums,
                self.shares,
                self.share_bases,
                order,
                rows,
                config.batch,
                np.float32(config.rate),
                np.float32(config.l1),
                np.float32(2 * (config.l2 or 0.0)),
                np.float32(config.batch / len(problem.sentences)),
                self.room,
                losses,
                me,
                config.threads,
            )

        run_threads(self.pool, work, config.threads, self.room.sync)

    def _diverged(self, what: str) -> RunError:
        return RunError(
            f"training diverged at epoch {self.state.epoch + 1}, sentence {self.state.place}: "
            f"{what} is not finite, expected a number; lower --rate"
        )
