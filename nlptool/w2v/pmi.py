"""Word vectors whose inner products are pointwise mutual information.

    PMI(i, j) = log x_ij - log X - log n_i - log n_j + 2 log N
    loss = sum_ij min(x_ij / x_max, 1)^alpha (<v_i, v_j> - PMI(i, j))^2

x_ij counts how often i and j are together, in both orders and without i = j, X is its sum;
n_i counts a word, N is their sum. So |v_w|^2 is about -log p(w).

Source: Su Jianlin 2017, "A more elegant word vector model"; the weights are those of
Pennington, Socher & Manning 2014 (GloVe).
"""

import math
import time
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nlptool.core.mapped import let_go
from nlptool.core.report import Progress, Report, silent
from nlptool.errors import ModelError, RunError
from nlptool.w2v.config import Config
from nlptool.w2v.cooccur import Ids
from nlptool.w2v.pmi_cells import Cells, cells_of
from nlptool.w2v.pmi_kernels import CHUNK, Table, adagrad, total_loss

Floats = NDArray[np.float32]

INIT = 1.0  # the width of the first random components, times the root of their number
BLOCK_WORK = 200_000_000  # cells x dim between two reports: well under a second


@dataclass
class State:
    """How far a training is: everything that its continuation depends on.

    Args:
        table: shape (n_words or twice that, 2, width): vectors and sums of squared gradients.
        epoch: how many epochs are complete.
        chunk: how many chunks of the current epoch are.
        loss_sum: of these chunks' cells.
        history: of each complete epoch its number, from 1, and the mean loss of the cells
            trained on, each before its step, and of those held out, after the epoch, or None.
    """

    table: Table
    epoch: int = 0
    chunk: int = 0
    loss_sum: float = 0.0
    history: list[dict[str, Any]] = field(default_factory=list)

    def tensors(self) -> dict[str, NDArray[Any]]:
        """Return the arrays of a checkpoint."""
        return {"table": self.table}

    def position(self) -> dict[str, Any]:
        """Return the rest of a checkpoint, as what JSON can hold exactly."""
        return {
            "epoch": self.epoch,
            "chunk": self.chunk,
            "loss_sum": self.loss_sum,
            "history": self.history,
        }

    @classmethod
    def restored(cls, tensors: Mapping[str, NDArray[Any]], position: Mapping[str, Any]) -> "State":
        """Return the state of a checkpoint, copied.

        Raises:
            ModelError: it makes no sense.
        """
        try:
            table = tensors["table"]
            epoch, chunk, history = position["epoch"], position["chunk"], position["history"]
            loss_sum = position["loss_sum"]
        except KeyError as error:
            raise ModelError(f"checkpoint: no {error}; it is damaged") from None
        sensible = (
            table.dtype == np.float32
            and table.ndim == 3
            and table.shape[1] == 2
            and all(type(count) is int and count >= 0 for count in (epoch, chunk))
            and type(loss_sum) is float
            and math.isfinite(loss_sum)
            and isinstance(history, list)
            and bool(np.isfinite(table).all() and (table[:, 1] >= 1).all())
        )
        if not sensible:
            raise ModelError("checkpoint: its parts make no sense; it is damaged")
        return cls(np.array(table, np.float32), epoch, chunk, loss_sum, list(history))


def train_pmi(
    ids: Ids,
    n_words: int,
    config: Config,
    *,
    folder: Path,
    memory: int = 1 << 30,
    report: Report = silent,
    state: State | None = None,
    init: Floats | None = None,
    checkpoint: Callable[[State], None] | None = None,
    checkpoint_seconds: float | None = None,
) -> State:
    """Train word vectors on a corpus.

    Args:
        ids: shape (n,), each in [0, n_words), or -1 between sentences; may be a memory map.
        n_words: the size of the vocabulary.
        config: the settings, settled.
        folder: for temporary files: up to 32 bytes a cell, less when memory is plenty.
        memory: bytes for counting; the vectors and what the system keeps of files are apart.
        report: is told of each block of at most about a second; may raise.
        state: where to go on; the same corpus and settings give what an unbroken run gives,
            bit by bit with one thread. It is changed.
        init: shape (n_words, dim), vectors to start from; otherwise small random ones.
        checkpoint: is given the state now and then, and when `report` raises.
        checkpoint_seconds: how often; None: only when `report` raises.

    Returns:
        The state after the last epoch; see `vectors_of`.

    Raises:
        ConfigError: too little memory.
        ModelError: the state is not of this training.
        CorpusError: no two different words stand near each other.
        RunError: the loss is not finite, or a temporary file cannot be written.
    """
    state = state or start(n_words, config, init)
    if state.table.shape != _shape(n_words, config):
        raise ModelError("checkpoint: its vectors are of another size; it is damaged")
    n_epochs = config.epochs or 0
    if state.epoch >= n_epochs:
        return state
    shift = len(state.table) - n_words
    due = time.monotonic() + (checkpoint_seconds or 0)
    with (
        cells_of(
            ids,
            n_words,
            window=config.window,
            truncate=config.truncate,
            x_max=config.x_max,
            alpha=config.alpha,
            threads=config.threads,
            folder=folder,
            memory=memory,
            report=report,
        ) as cells,
        ThreadPoolExecutor(config.threads) as pool,
    ):
        for progress in _blocks(state, cells, shift, config, pool):
            let_go(cells.pairs)
            let_go(cells.facts)
            try:
                report(progress)
            except BaseException:
                if checkpoint:
                    _check(state)
                    checkpoint(state)
                raise
            if checkpoint and checkpoint_seconds is not None and time.monotonic() >= due:
                _check(state)
                checkpoint(state)
                due = time.monotonic() + checkpoint_seconds
    return state


def start(n_words: int, config: Config, init: Floats | None = None) -> State:
    """Return the state before the first epoch, from vectors (n_words, dim) or at random."""
    table = np.ones(_shape(n_words, config), np.float32)
    width = table.shape[2]
    if init is None:
        random = np.random.default_rng(config.seed).random((len(table), width), np.float32)
        table[:, 0] = (random - 0.5) * np.float32(INIT / math.sqrt(width))
    elif config.mode == "concatenated":
        table[:n_words, 0], table[n_words:, 0] = init[:, :width], init[:, width:]
    elif config.mode == "summed":
        table[:n_words, 0] = table[n_words:, 0] = init / 2
    else:
        table[:, 0] = init
    return State(table)


def vectors_of(state: State, config: Config) -> tuple[Floats, Floats | None]:
    """Return the words' vectors and what they are multiplied with to give a PMI.

    Returns:
        Vectors, shape (n_words, dim), and contexts of the same shape; None if the products
        of the vectors themselves are the PMI (shared), or if nothing is (summed).
        For "concatenated" the contexts' halves have changed places and are halved, so that
        the product is the mean of <v_i, c_j> and <v_j, c_i>.
    """
    vectors = state.table[:, 0]
    half = len(vectors) // 2
    if config.mode == "concatenated":
        both = np.concatenate([vectors[:half], vectors[half:]], axis=1)
        swapped = np.concatenate([vectors[half:], vectors[:half]], axis=1)
        return both, swapped * np.float32(0.5)
    if config.mode == "summed":
        return vectors[:half] + vectors[half:], None
    return vectors.copy(), None


def _shape(n_words: int, config: Config) -> tuple[int, int, int]:
    width = config.dim // 2 if config.mode == "concatenated" else config.dim
    return (n_words if config.mode == "shared" else 2 * n_words), 2, width


def _blocks(
    state: State, cells: Cells, shift: int, config: Config, pool: ThreadPoolExecutor
) -> Iterator[Progress]:
    """Train to the end; give how far it is after each block, when the state is whole."""
    n_cells, n_epochs, rate = len(cells.pairs), config.epochs or 0, config.rate or 0.0
    step = max(1, BLOCK_WORK // (config.dim * CHUNK))
    sides = 2 if shift else 1

    def run(chunks: NDArray[np.int64]) -> float:
        return float(adagrad(state.table, shift, cells.pairs, cells.facts, chunks, rate))

    for epoch in range(state.epoch, n_epochs):
        # Depends on the epoch alone, so that a training goes on in the same order.
        order = np.random.default_rng((config.seed, epoch)).permutation(-(-n_cells // CHUNK))
        for first in range(state.chunk, len(order), step):
            chunks = order[first : first + step]
            if config.threads == 1:
                state.loss_sum += run(chunks)
            else:
                state.loss_sum += sum(pool.map(run, np.array_split(chunks, config.threads)))
            state.chunk = first + len(chunks)
            trained = min(state.chunk * CHUNK, n_cells)
            loss = state.loss_sum / (sides * trained)
            if not math.isfinite(loss):
                raise _diverged(state, f"the loss is {loss}")
            if state.chunk == len(order):
                _check(state)
                held_out = None
                if len(cells.held_pairs):
                    held_out = total_loss(state.table, shift, cells.held_pairs, cells.held_facts)
                    held_out /= sides * len(cells.held_pairs)
                state.history.append({"epoch": epoch + 1, "loss": loss, "held_out": held_out})
                state.epoch, state.chunk, state.loss_sum = epoch + 1, 0, 0.0
            done = epoch * n_cells + trained
            yield Progress("training", done, n_epochs * n_cells, "cells", loss)


def _check(state: State) -> None:
    """Refuse weights that are not numbers."""
    # The least and the greatest are NaN or infinite if any is, and cost no memory.
    if not math.isfinite(state.table.min() + state.table.max()):
        raise _diverged(state, "a weight is not finite")


def _diverged(state: State, what: str) -> RunError:
    cells = f"{state.chunk * CHUNK} cells of epoch {state.epoch + 1}"
    return RunError(f"training: {what} after {cells}, expected a number; try a lower --rate")
