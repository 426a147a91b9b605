"""A network that reads a whole passage, and whose blanks point at its words.

Gated convolutions see what stands near, attention after every third sees the rest. At the top
each place has two vectors: what a blank there asks for, and what the word there answers. The
softmax of their products over the words of the passage is how likely each place has the answer.
How it learns that, many blanks of a passage together, is in `attention_train.py`; Keras is not
needed here.

Source:
    Pointers over positions, summed by word: Kadlec et al. 2016 (attention sum reader), eq. 1-3.
    Gated convolutions: see `neural.layers`; attention: Vaswani et al. 2017, 3.2.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt

from nlptool.cloze.attention_config import Attention
from nlptool.cloze.attention_graph import FIRST, GAP, N_TOLD, STRANGERS, graph, scale_of
from nlptool.cloze.baselines import is_word
from nlptool.cloze.language import plain
from nlptool.cloze.questions import BLANK, Question
from nlptool.core.store import Stored
from nlptool.core.text import n_han
from nlptool.core.vocab import Vocab
from nlptool.core.vocab import from_bytes as vocab_of
from nlptool.errors import ModelError
from nlptool.neural.batches import by_length, padded
from nlptool.neural.forward import answer_all
from nlptool.neural.graph import Graph
from nlptool.neural.weights import Weights, stored, taken

REACH = 1000
"""Words on either side of a blank that are read; an answer farther away is not found."""

_CELLS = 4096  # words that are read together, padding included
_LONGEST_NAME = 4
_LARGEST = 100.0  # weight of a model file: training gives about 3

Floats = npt.NDArray[np.float32]
Ids = npt.NDArray[np.int32]
Ints = npt.NDArray[np.int64]
Batch = dict[str, npt.NDArray[Any]]


@dataclass(frozen=True, eq=False)
class Sorts:
    """What is told of some words, apart from any passage.

    Args:
        ids: in the network; 0 for a word without a vector; shape (n,).
        told: all but the last of the `N_TOLD` numbers; shape (n, N_TOLD - 1).
    """

    ids: Ids
    told: Floats


def sorts_of(words: Sequence[str], vocab: Vocab, nouns: npt.NDArray[np.uint8]) -> Sorts:
    """Return what is told of different words.

    Args:
        words: any; blanks are no words.
        vocab: those that have a vector.
        nouns: which of `vocab` are like nouns; shape (n_vocab,).
    """
    known = vocab.ids
    ids = np.zeros(len(words), np.int32)
    told = np.zeros((len(words), N_TOLD - 1), np.float32)
    for row, word in enumerate(words):
        if word == BLANK:
            ids[row] = GAP
            continue
        number = known.get(word, known.get(plain(word), -1))
        ids[row] = number + FIRST if number >= 0 else 0
        if is_word(word):
            noun = nouns[number] if number >= 0 else _may_be_name(word)
            told[row] = (1, noun, len(word) == 2, len(word) > 2)
    return Sorts(ids, told)


def _may_be_name(word: str) -> bool:
    return 2 <= len(word) <= _LONGEST_NAME and n_han(word) == len(word)


def given(sorts: Sorts, text: Ints, strangers: Ints) -> tuple[Ids, Floats]:
    """Return what the network is given of one passage.

    Args:
        sorts: of the different words.
        text: which of them stands where; shape (n_words,).
        strangers: the order in which words without a vector take their ids; shape (n,), of
            the numbers from 0 to n - 1.

    Returns:
        Shapes (n_words,) and (n_words, N_TOLD).
    """
    ids = sorts.ids.copy()
    unknown = np.flatnonzero(ids == 0)
    ids[unknown] = GAP + 1 + strangers[np.arange(len(unknown)) % len(strangers)]
    counts = np.bincount(text, minlength=len(ids))[text]
    told = np.empty((len(text), N_TOLD), np.float32)
    told[:, :-1] = sorts.told[text]
    told[:, -1] = np.where(ids[text] == GAP, 0, np.log(counts))
    return ids[text], told


def batch_of(passages: Sequence[tuple[Ids, Floats]], *, multiple: int = 1) -> Batch:
    """Return passages as the network takes them: "words" and "told"."""
    words = padded([ids for ids, _ in passages], multiple=multiple)
    told = np.zeros((*words.shape, N_TOLD), np.float32)
    for row, (_, numbers) in enumerate(passages):
        told[row, : len(numbers)] = numbers
    return {"words": words, "told": told}


@dataclass(frozen=True, eq=False)
class Passages:
    """The network, trained.

    Args:
        config: its settings.
        vocab: the words that have a vector.
        nouns: which of them are like nouns, 0 or 1; shape (n_words,).
        weights: of the network, by name.
    """

    config: Attention
    vocab: Vocab
    nouns: npt.NDArray[np.uint8]
    weights: Weights

    @cached_property
    def graph(self) -> Graph:
        """The network."""
        return graph(self.config, len(self.vocab), self.weights["x.tuned"].shape[1])

    def shares(
        self, asked: Sequence[tuple[Question, int]], *, threads: int = 1
    ) -> Iterator[Floats]:
        """Yield how likely each place has the answer; see `model.Answerer`."""

        def answer(batches: Iterable[Batch]) -> Iterator[Batch]:
            return answer_all(self.graph, self.weights, batches, threads=threads)

        yield from read(asked, self.vocab, self.nouns, answer)

    def tensors(self) -> dict[str, npt.NDArray[Any]]:
        """Return what a model file holds."""
        return {
            "vocabulary": self.vocab.as_bytes(),
            "nouns": self.nouns,
            **stored(self.weights),
        }


def read(
    asked: Sequence[tuple[Question, int]],
    vocab: Vocab,
    nouns: npt.NDArray[np.uint8],
    answer: Callable[[Iterable[Batch]], Iterator[Batch]],
    *,
    multiple: int = 1,
) -> list[Floats]:
    """Return how likely each place of each passage has the answer.

    Args:
        asked: questions, and which of their blanks is meant.
        vocab: the words that have a vector.
        nouns: which of them are like nouns.
        answer: runs the network on batches, in order.
        multiple: see `batches.padded`.

    Returns:
        Shape (n_words,) each, summing to 1; zeros where no word could be an answer.
    """
    lows = [max(blank - REACH, 0) for _, blank in asked]
    texts = [
        _seen(one.words[low : blank + REACH + 1], vocab, nouns)
        for (one, blank), low in zip(asked, lows, strict=True)
    ]
    lengths = np.array([len(ids) for ids, _ in texts], np.int64)
    rows = list(by_length(lengths, _CELLS))
    batches = (batch_of([texts[row] for row in some], multiple=multiple) for some in rows)
    found: list[Floats] = [np.zeros(0, np.float32)] * len(asked)
    for some, values in zip(rows, answer(batches), strict=True):
        for place, row in enumerate(some.tolist()):
            one, blank = asked[row]
            low, n = lows[row], lengths[row]
            shares = np.zeros(len(one.words), np.float32)
            asks = values["asks"][place, blank - low]
            points = values["keys"][place, :n] @ (asks * np.float32(scale_of(len(asks))))
            shares[low : low + n] = _shares(points, texts[row][1][:, 0])
            found[row] = shares
    return found


def _seen(words: Sequence[str], vocab: Vocab, nouns: npt.NDArray[np.uint8]) -> tuple[Ids, Floats]:
    numbers: dict[str, int] = {}
    text = np.array([numbers.setdefault(word, len(numbers)) for word in words], np.int64)
    return given(sorts_of(list(numbers), vocab, nouns), text, np.arange(STRANGERS))


def _shares(points: Floats, may_be: Floats) -> Floats:
    """Return the softmax of scaled points over the places that may be an answer."""
    if not may_be.any():
        return np.zeros(len(points), np.float32)
    points = points - points[may_be > 0].max()
    powers = np.where(may_be > 0, np.exp(np.minimum(points, 0)), 0)
    return np.asarray(powers / powers.sum(), np.float32)


def open_passages(file: Stored, config: Attention) -> Passages:
    """Return the model in a file.

    Raises:
        ModelError: its parts do not fit together.
    """
    nouns = file.tensor("nouns", "uint8", (None,))
    n_words = len(nouns)
    if not n_words or n_words > config.vocab or nouns.max() > 1:
        raise ModelError(f"{file.path}: {n_words} words do not fit; the file is damaged")
    vocab = vocab_of(
        file.tensor("vocabulary", "uint8", (None,)), np.zeros(n_words, np.int64), file.path
    )
    tuned = file.tensor("network/x.tuned", "float32", (None, None))
    try:
        network = graph(config, n_words, tuned.shape[1])
    except ValueError as error:
        raise ModelError(f"{file.path}: {error}; the file is damaged") from None
    weights = taken(file, network)
    if len(file.tensors) != len(weights) + 2:
        raise ModelError(f"{file.path}: more tensors than this model has; the file is damaged")
    if any(max(one.max(initial=0), -one.min(initial=0)) > _LARGEST for one in weights.values()):
        raise ModelError(f"{file.path}: weights out of range; the file is damaged")
    return Passages(config, vocab, nouns, weights)
