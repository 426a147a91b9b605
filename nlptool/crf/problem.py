"""What a training works on: the sentences, what is learned of them, and how it is judged."""

from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

import numpy as np
from numba import njit
from numpy.typing import NDArray

from nlptool.crf.config import MOST_LABELS, Config
from nlptool.crf.features import Encoded
from nlptool.crf.kernels_batch import Goal, Places, Room, Text
from nlptool.crf.kernels_call import address_of
from nlptool.crf.kernels_sentence import DECODERS
from nlptool.crf.kernels_threads import new_sync
from nlptool.crf.losses import KINDS, class_weights
from nlptool.crf.template import Template
from nlptool.crf.weights import Layout, Legality, layout_of
from nlptool.errors import ConfigError, CorpusError

Int64 = NDArray[np.int64]
Ids = NDArray[np.int32]
Bools = NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class Problem:
    """What a training works on.

    Args:
        encoded: the sentences.
        layout: where the weights stand.
        legality: which labels may stand where.
        sentences: those that are trained on: not empty, and with legal labels.
        lengths: rows of the buffer of each, see kernels_scores.py.
        n_left_out: how many have labels that are not legal.
        goal: what is learned.
    """

    encoded: Encoded
    layout: Layout
    legality: Legality
    sentences: Int64
    lengths: Int64
    n_left_out: int
    goal: Goal

    @property
    def text(self) -> Text:
        """The sentences, for the kernels."""
        encoded = self.encoded
        return Text(_fixed(encoded.rows), _fixed(encoded.labels), _fixed(encoded.starts))

    @property
    def places(self) -> Places:
        """Where the weights stand, for the kernels."""
        at = self.layout
        return Places(at.n_labels, at.bases, at.strides, at.edges, at.runs, at.run_of, at.pad)

    @property
    def n_tokens(self) -> int:
        """How many tokens are trained on."""
        return int(self.lengths.sum()) - 4 * self.layout.pad * len(self.lengths)

    @property
    def n_tail(self) -> int:
        """How many weights transitions, start and end are."""
        return self.layout.n_labels * (self.layout.n_labels + 2)

    @property
    def token_ns(self) -> float:
        """About how long a token takes one thread, in nanoseconds."""
        n_labels = self.layout.n_labels
        pairs = n_labels**2 * (10 if self.layout.has_edges else 1)
        return 200 + 2 * float(self.layout.strides.sum()) + 30 * n_labels + 0.5 * pairs

    def room(self, n_rows: int, n_sentences: int) -> Room:
        """Return room for a batch.

        Args:
            n_rows: of the buffers of its sentences together, at most.
            n_sentences: how many, at most.
        """
        n_labels = self.layout.n_labels
        return Room(
            np.empty(n_rows * n_labels, np.float32),
            np.empty(n_rows * n_labels**2 if self.layout.has_edges else 0, np.float32),
            np.empty((n_sentences, self.n_tail)),
            new_sync(),
        )

    def fingerprint(self) -> str:
        """Return what tells this corpus from others."""
        digest = sha256(repr(self.encoded.names).encode())
        for array in (self.encoded.rows, self.encoded.labels, self.encoded.starts):
            digest.update(np.ascontiguousarray(array).data)
        return digest.hexdigest()


def problem_of(
    encoded: Encoded,
    template: Template,
    n_records: Sequence[int],
    config: Config,
    legality: Legality | None = None,
) -> Problem:
    """Return what a training works on.

    Args:
        encoded: the sentences, with labels.
        template: what the records are of.
        n_records: of each shape.
        config: the settings, settled.
        legality: which labels may stand where; anything if None.

    Raises:
        ConfigError: too many labels, or weights for a class that is not there.
        CorpusError: there is no sentence with legal labels.
    """
    n_labels = len(encoded.names)
    if n_labels > MOST_LABELS:
        raise ConfigError(
            f"the corpus has {n_labels:,} different labels, expected at most {MOST_LABELS:,}; "
            "is the label's column the right one?"
        )
    if not n_labels:
        raise CorpusError("the corpus has no labels, expected one for each token")
    legality = legality or Legality.anything(n_labels)
    layout = layout_of(template.shapes, n_records, n_labels, pad=encoded.pad)
    possible = np.zeros(len(encoded.starts) - 1, np.int8)
    _judge(
        _fixed(encoded.labels),
        _fixed(encoded.starts),
        encoded.pad,
        _fixed(legality.start),
        _fixed(legality.pairs),
        _fixed(legality.end),
        possible,
    )
    sentences = np.flatnonzero(possible == 1)
    if not len(sentences):
        raise CorpusError("the corpus has no sentence with legal labels, expected at least one")
    by_position = bool(config.class_weights) or config.loss != "nll"
    edges = layout.has_edges or template.transitions
    return Problem(
        encoded,
        layout,
        legality,
        sentences,
        np.diff(encoded.starts)[sentences] + 2 * encoded.pad,
        int(np.count_nonzero(possible == 2)),
        Goal(
            address_of(DECODERS[config.decoder], by_position=by_position),
            DECODERS[config.decoder],
            KINDS[config.loss],
            config.gamma or 0.0,
            class_weights(encoded.names, config.class_weights) if by_position else np.empty(0),
            np.concatenate([legality.pairs.reshape(-1), legality.start, legality.end]),
            np.full(n_labels * (n_labels + 2), edges and config.decoder != "softmax"),
        ),
    )


def _fixed(array: NDArray[Any]) -> NDArray[Any]:
    """Return a view not to be written to, so that kernels are compiled for one kind of array."""
    view = np.ascontiguousarray(array)[:]
    view.flags.writeable = False
    return view


@njit(cache=True, nogil=True)
def _judge(
    gold: Ids,
    starts: Int64,
    pad: int,
    start: Bools,
    pairs: Bools,
    end: Bools,
    possible: NDArray[Any],
) -> None:
    """Say of each sentence whether to train on it: 1 yes, 0 it says nothing, 2 it is not legal."""
    L = len(start)
    now, then = np.empty(L, np.bool_), np.empty(L, np.bool_)
    for s in range(len(starts) - 1):
        first, stop = starts[s] + pad, starts[s + 1] - pad
        n_known = 0
        for i in range(first, stop):
            n_known += gold[i] >= 0
            for y in range(L):
                then[y] = False
            for y in range(L):
                if gold[i] >= 0 and gold[i] != y:
                    continue
                if i == first:
                    then[y] = start[y]
                    continue
                x = gold[i - 1]
                if x >= 0:
                    then[y] = now[x] and pairs[x, y]
                    continue
                for x in range(L):
                    if now[x] and pairs[x, y]:
                        then[y] = True
                        break
            now, then = then, now
        if n_known == 0:
            possible[s] = 0
            continue
        fine = False
        for y in range(L):
            fine |= now[y] and end[y]
        possible[s] = 1 if fine else 2
