"""The published model (2017): two texts, one before and one after the blank, and a pointer.

Both are read by the same recurrent layers over vectors that stay as they are; the mean of
their last states asks every place, by an inner product, whether it has the answer.
How it is trained is in `train.py`; Keras is not needed here.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt

from nlptool.cloze.config import Lstm
from nlptool.cloze.questions import Question
from nlptool.core.store import Stored
from nlptool.core.vocab import Vocab
from nlptool.core.vocab import from_bytes as vocab_of
from nlptool.errors import ModelError
from nlptool.neural.batches import by_length, padded
from nlptool.neural.forward import answer_all
from nlptool.neural.graph import Block, Graph, block
from nlptool.neural.weights import Weights, stored, taken

UNKNOWN = 1
FIRST = 2
"""The id of the first word; 0 is padding, 1 any word without a vector."""

SIGHT = 20_000
"""Words on either side of a blank that are read; an answer farther away is not found."""

_CELLS = 8192  # words that are read together, padding included

Floats = npt.NDArray[np.float32]
Ids = npt.NDArray[np.int32]
Batch = dict[str, npt.NDArray[Any]]


def graph(config: Lstm, n_words: int, width: int) -> Graph:
    """Return the network.

    Args:
        config: the settings.
        n_words: words that have a vector.
        width: of the vectors.

    Source:
        systems.md 4, the published model.
    """
    top = config.layers
    return Graph(
        (
            *_side("left", "", config, n_words, width),
            *_side("right", "left", config, n_words, width),
            block("question", "mean", "left_end", "right_end"),
            block("places", "chain", f"left_h{top}", f"right_h{top}"),
            block("points", "dot", "places", "question"),
        ),
        ("points",),
    )


def _side(side: str, like: str, config: Lstm, n_words: int, width: int) -> list[Block]:
    """Return what reads one of the texts; with the weights of another side, if one is named."""

    def of(name: str) -> str:
        return like and f"{like}_{name}"

    x, seen = f"{side}_x", f"{side}_h0"
    rows = n_words + FIRST
    found = [
        block(side, "ids"),
        block(x, "embed", side, like=of("x"), rows=rows, width=width, tuned=FIRST),
        block(seen, "dropout", x, rate=config.dropout, of="column"),
    ]
    for layer in range(1, config.layers + 1):
        below, seen = seen, f"{side}_h{layer}"
        found.append(block(seen, "lstm", below, like=of(f"h{layer}"), units=config.units))
    return [*found, block(f"{side}_end", "pool", seen, how="ends")]


@dataclass(frozen=True, eq=False)
class Pointer:
    """The published model, trained.

    Args:
        config: its settings.
        vocab: the words that have a vector.
        weights: of the network, by name.
    """

    config: Lstm
    vocab: Vocab
    weights: Weights

    @cached_property
    def graph(self) -> Graph:
        """The network."""
        return graph(self.config, len(self.vocab), self.weights["left_x.fixed"].shape[1])

    def shares(
        self, asked: Sequence[tuple[Question, int]], *, threads: int = 1
    ) -> Iterator[Floats]:
        """Yield how likely each place has the answer; see `model.Answerer`."""
        lows = [max(blank - SIGHT, 0) for _, blank in asked]
        texts = [
            ids_of(one.words[low : blank + SIGHT + 1], self.vocab)
            for (one, blank), low in zip(asked, lows, strict=True)
        ]
        blanks = [blank - low for (_, blank), low in zip(asked, lows, strict=True)]

        def answer(batches: Iterable[Batch]) -> Iterator[Batch]:
            return answer_all(self.graph, self.weights, batches, threads=threads)

        found = read(texts, blanks, answer)
        for (one, _), low, seen in zip(asked, lows, found, strict=True):
            shares = np.zeros(len(one.words), np.float32)
            shares[low : low + len(seen)] = seen
            yield shares

    def tensors(self) -> dict[str, npt.NDArray[Any]]:
        """Return what a model file holds."""
        return {"vocabulary": self.vocab.as_bytes(), **stored(self.weights)}


def read(
    texts: Sequence[Ids],
    blanks: Sequence[int],
    answer: Callable[[Iterable[Batch]], Iterator[Batch]],
    *,
    multiple: int = 1,
) -> list[Floats]:
    """Return how likely each place of each text has the answer.

    Args:
        texts: ids; shape (length,) each.
        blanks: where the blank of each stands.
        answer: runs the network on batches, in order.
        multiple: see `batches.padded`.
    """
    lengths = np.array([len(text) for text in texts], np.int64)
    rows = list(by_length(lengths, _CELLS))
    sizes: list[int] = []

    def batches() -> Iterator[Batch]:
        for some in rows:
            batch = sides([texts[r] for r in some], [blanks[r] for r in some], multiple=multiple)
            sizes.append(batch["left"].shape[1])
            yield batch

    found: list[Floats] = [np.zeros(0, np.float32)] * len(texts)
    for number, values in enumerate(answer(batches())):
        points = values["points"][..., 0]
        for place, row in enumerate(rows[number]):
            found[row] = _shares(points[place], sizes[number], blanks[row], len(texts[row]))
    return found


def _shares(points: Floats, n_left: int, blank: int, length: int) -> Floats:
    """Return the softmax over the places of a text, whose points come in two parts.

    Args:
        points: those of the text before the blank, from 0; those behind it, from n_left.
        n_left: see above.
        blank: where the blank stands.
        length: words of the text.
    """
    own = np.concatenate([points[:blank], points[n_left : n_left + length - blank - 1]])
    found = np.zeros(length, np.float32)
    if len(own):
        share = np.exp(own - own.max())
        share /= share.sum()
        found[:blank], found[blank + 1 :] = share[:blank], share[blank:]
    return found


def ids_of(words: Sequence[str], vocab: Vocab) -> Ids:
    """Return the ids of words; shape (n_words,)."""
    ids = vocab.ids
    return np.array([ids.get(word, UNKNOWN - FIRST) + FIRST for word in words], np.int32)


def sides(texts: Sequence[Ids], blanks: Sequence[int], *, multiple: int = 1) -> dict[str, Ids]:
    """Return what the network is given: the texts before and after their blanks.

    Args:
        texts: ids; shape (length,) each.
        blanks: where the blank of each stands.
        multiple: see `batches.padded`.
    """
    return {
        "left": padded([t[:b] for t, b in zip(texts, blanks, strict=True)], multiple=multiple),
        "right": padded(
            [t[b + 1 :] for t, b in zip(texts, blanks, strict=True)], multiple=multiple
        ),
    }


def open_pointer(file: Stored, config: Lstm) -> Pointer:
    """Return the model in a file.

    Raises:
        ModelError: its parts do not fit together.
    """
    fixed = file.tensor("network/left_x.fixed", "float32", (None, None))
    if 0 in fixed.shape or len(fixed) > config.vocab:
        raise ModelError(f"{file.path}: vectors of {len(fixed)} words; the file is damaged")
    text = file.tensor("vocabulary", "uint8", (None,))
    vocab = vocab_of(text, np.zeros(len(fixed), np.int64), file.path)
    try:
        network = graph(config, *fixed.shape)
    except ValueError as error:
        raise ModelError(f"{file.path}: {error}; the file is damaged") from None
    weights = taken(file, network)
    if len(file.tensors) != len(weights) + 1:
        raise ModelError(f"{file.path}: more tensors than this model has; the file is damaged")
    return Pointer(config, vocab, weights)
