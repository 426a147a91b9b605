"""The parts of a training: its blocks of words, its measures.

Sub-sampling, windows and negatives are drawn anew for each span of words from (seed, epoch,
place in the corpus), so that a run needs no hidden state to go on. The loops over words are
in kernels.py, the loop over blocks in train.py.
"""

import hashlib
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import numpy.typing as npt

from nlptool.core.mapped import let_go
from nlptool.core.report import Progress
from nlptool.errors import RunError
from nlptool.w2v import kernels
from nlptool.w2v.config import Config
from nlptool.w2v.kernels_draw import alias_table, held_out, thin
from nlptool.w2v.state import FloatArray, State

Work = Callable[..., Iterator[tuple[float, int]]]

_POWER = 0.75  # the unigram proposal: counts to this power (Mikolov et al., 2013)
_HELD_OUT_SHARE = 200  # at most one sentence in so many is held out,
_HELD_OUT_WORDS = 20_000  # at most so many words in all,
_HELD_OUT_LENGTH = 1000  # and no sentence longer than this
_BLOCK_WORK = 2.5e9  # multiplications and additions in a block, a third of a second or so
_SPANS = 8  # of a block, for each thread, so that none waits long for the last
_BLOCKS = 10  # in an epoch, at least, if each has
_LEAST_BLOCK = 1000  # words
_ROWS = 1 << 13  # that are drawn at a time
_PART = 1 << 21  # ids that are looked through at a time


class Sgd:
    """What the blocks of one training share."""

    def __init__(
        self,
        ids: npt.NDArray[np.int32],
        counts: npt.NDArray[np.int64],
        config: Config,
        state: State | None,
        init: FloatArray | None,
    ) -> None:
        n_words, dim = int(counts.sum()), config.dim
        self.ids, self.config, self.n_words = _fixed(ids), config, n_words
        settled = config.settled()
        self.epochs = settled.epochs or 1
        self.negatives = settled.negatives or 1
        self.rate = settled.rate or 0.05
        self.kernel = kernels.skipgram if config.arch == "skipgram" else kernels.cbow
        learns_bias = not config.tied and config.loss != "negative-sampling"

        V = len(counts)
        self.E = padded_rows(V, dim)
        self.W = self.E if config.tied else padded_rows(V, dim)
        self.bias = np.zeros(V + 1, np.float32)
        if state is not None:
            self.E[:V, :dim] = state.vectors
            if state.contexts is not None:
                self.W[:V, :dim] = state.contexts
            if state.bias is not None:
                self.bias[:V] = state.bias
        elif init is not None:
            self.E[:V, :dim] = init
        else:
            random = np.random.default_rng(config.seed)
            for low in range(0, V, _ROWS):
                rows = self.E[low : min(low + _ROWS, V), :dim]
                rows[:] = random.random(rows.shape, np.float32)
                rows -= np.float32(0.5)
                rows *= np.float32(2 / dim)
        position = state.position() if state is not None else {}
        position["history"] = list(position.get("history", []))
        self.state = State(
            self.E[:V, :dim],
            None if config.tied else self.W[:V, :dim],
            self.bias[:V] if learns_bias else None,
            **position,
        )

        self.keep = _kept_shares(counts, config.sample)
        proposal = np.maximum(counts, 1) ** _POWER if config.proposal == "unigram" else np.ones(V)
        shift = np.zeros(V + 1, np.float32)
        if config.loss == "nce":
            shift[:V] = np.log(self.negatives * proposal / proposal.sum())
        self.table = alias_table(proposal)
        self.shift = shift
        self.how = (
            kernels.LOGISTIC * (config.loss != "random-softmax")
            + kernels.SHIFTED * (learns_bias or config.loss == "nce")
            + kernels.BIASED * learns_bias
        )
        self.block = block_words(config, self.negatives) * config.threads
        self.block = min(self.block, max(_LEAST_BLOCK, len(ids) // _BLOCKS))

        every = max(_HELD_OUT_SHARE, -(-n_words // _HELD_OUT_WORDS))
        self.apart = _held_out(self.ids, every, _HELD_OUT_LENGTH)
        parts = [self.ids[start : end + 1] for start, end in self.apart]
        unseen = np.concatenate([*parts, np.array([-1], np.int32)])
        none = np.empty((0, 2), np.int64)
        self.unseen = thin(_fixed(unseen), 0, none, self.keep, self._seed("held out", 0, 0))

    def _seed(self, what: str, epoch: int, place: int) -> np.uint64:
        text = f"{what} {self.config.seed} {epoch} {place}".encode()
        return np.uint64(int.from_bytes(hashlib.blake2b(text, digest_size=8).digest(), "little"))

    def _passed(self, words: npt.NDArray[np.int32], rate: float, seed: np.uint64) -> Any:
        return self.kernel(
            words,
            self.E,
            self.W,
            self.bias,
            self.shift,
            self.table,
            self.config.window,
            self.negatives,
            np.float32(rate),
            self.how,
            seed,
        )

    def _train_span(self, start: int, end: int) -> Any:
        state = self.state
        done = (state.epoch + start / len(self.ids)) / self.epochs
        words = thin(
            self.ids[start:end],
            start,
            self.apart,
            self.keep,
            self._seed("thin", state.epoch, start),
        )
        rate = self.rate * max(1 - done, 1e-4)
        return self._passed(words, rate, self._seed("train", state.epoch, start))

    def train_block(self, work: Work) -> None:
        """Train on the next block; `work` is map, or the map of a pool of threads."""
        state = self.state
        end = min(state.place + self.block, len(self.ids))
        n_spans = 1 if self.config.threads == 1 else self.config.threads * _SPANS
        edges = np.linspace(state.place, end, n_spans + 1).astype(np.int64).tolist()
        for loss, n in work(self._train_span, edges[:-1], edges[1:]):
            state.loss_sum += loss
            state.n_predictions += n
        state.words += int(np.count_nonzero(self.ids[state.place : end] >= 0))
        state.place = end
        if not np.isfinite(state.loss_sum):
            raise self._diverged("the loss")

    def end_epoch(self) -> None:
        """Measure the held-out loss and write the epoch into the history."""
        state = self.state
        self.check_weights()
        loss, n = self._passed(self.unseen, 0.0, self._seed("held out", 0, 1))
        entry = {
            "epoch": state.epoch + 1,
            "loss": state.loss_sum / state.n_predictions if state.n_predictions else None,
            "held_out": loss / n if n else None,
        }
        state.history.append(entry)
        state.epoch += 1
        state.place, state.loss_sum, state.n_predictions = 0, 0.0, 0

    def check_weights(self) -> None:
        """Refuse weights that are not finite.

        Raises:
            RunError: at least one is not.
        """
        for weights in (self.E, self.W, self.bias):
            if not np.isfinite(weights.min() + weights.max()):
                raise self._diverged("a weight")

    def _diverged(self, what: str) -> RunError:
        epoch = self.state.epoch + 1
        return RunError(
            f"training diverged at epoch {epoch}, word {self.state.words}: {what} is not finite,"
            " expected a number; lower --rate"
        )

    def progress(self) -> Progress:
        """Return how far the training is, with the mean loss of this epoch so far."""
        state = self.state
        loss = state.loss_sum / state.n_predictions if state.n_predictions else None
        if not state.place and state.history:
            loss = state.history[-1]["loss"]
        total = self.n_words * self.epochs
        return Progress("training", state.words, total, "words", loss)


def _held_out(ids: npt.NDArray[np.int32], every: int, longest: int) -> npt.NDArray[np.int64]:
    """Return where the sentences that are held out begin and end, see `kernels_draw.held_out`."""
    places, sentence, start = [np.empty((0, 2), np.int64)], 0, 0
    for low in range(0, len(ids), _PART):
        part, sentence, start = held_out(
            ids[low : low + _PART], low, sentence, start, every, longest
        )
        places.append(part)
        let_go(ids)
    return np.concatenate(places)


def padded_rows(n: int, dim: int) -> FloatArray:
    """Return zeros of shape (n + 1, dim rounded up to 16), rows on cache lines.

    The last row stays zero: it stands where a kernel needs a row and there is none.
    """
    width = -(-dim // kernels.LANES) * kernels.LANES
    room = np.zeros((n + 1) * width + 16, np.float32)
    start = -room.ctypes.data % 64 // 4
    return room[start : start + (n + 1) * width].reshape(n + 1, width)


def _fixed(ids: npt.NDArray[np.int32]) -> npt.NDArray[np.int32]:
    """Return a view not to be written to, so that kernels are compiled for one kind of array."""
    view = np.asarray(ids)[:]
    view.flags.writeable = False
    return view


def _kept_shares(counts: npt.NDArray[np.int64], sample: float) -> FloatArray:
    """Return the share of each word's occurrences that sub-sampling keeps.

    With f the word's share of the corpus, t/f + sqrt(t/f) where that is below 1.
    """
    if not sample:
        return np.ones(len(counts), np.float32)
    ratio = sample * counts.sum() / np.maximum(counts, 1)
    kept: FloatArray = np.minimum(1, ratio + np.sqrt(ratio)).astype(np.float32)
    return kept


def block_words(config: Config, negatives: int) -> int:
    """Return how many words make a block of about a third of a second on one thread."""
    candidates = negatives + 4
    rows = (
        config.window * candidates if config.arch == "skipgram" else 2 * config.window + candidates
    )
    return int(min(max(_BLOCK_WORK / (rows * (config.dim + 16)), _LEAST_BLOCK), 1_000_000))
