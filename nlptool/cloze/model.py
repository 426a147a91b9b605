"""A trained reader of passages: blanks in, words with probabilities out; saved and opened.

Where another kind of model is plugged in. A kind is a word for `--model`, and

1. in `config.py`: a dataclass with its settings, named in `MODELS` (the dataclass may stand in
   a module of its own, such as `reader_config.py`), and an option in `cli/cloze_train.py` for
   each setting (`configured` refuses an option that a model has not);
2. something that is an `Answerer` (below) when it is trained or opened;
3. here, a line in `OPENERS`: what makes an `Answerer` of a model file. Whatever is wrong with
   the file is a `ModelError` that begins with its path;
4. in `cli/cloze_trainers.py`, a line in `TRAINERS`: what trains it, see `train.train` for what it
   is given and has to return.

Saving, answers, ranking, evidence, `fill`, `eval` and `ensemble` are the same for all kinds.
Whoever adds a kind edits these places, and `config.DEFAULT_MODEL`, whoever owns them.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

from nlptool.cloze import lstm
from nlptool.cloze.attention import Passages, open_passages
from nlptool.cloze.baselines import is_word
from nlptool.cloze.config import named, restored
from nlptool.cloze.questions import Question
from nlptool.cloze.reader import open_reader
from nlptool.core.publish import Output
from nlptool.core.store import Stored, load, publish
from nlptool.errors import ConfigError, ModelError

KIND = "cloze"

Floats = npt.NDArray[np.float32]
Asked = tuple[Question, int]
"""A question, and the place in its words of the blank that is meant."""


class Answerer(Protocol):
    """What answers, of any kind."""

    @property
    def config(self) -> Any:
        """Its settings: an instance of a class in `config.MODELS`."""
        ...

    def shares(self, asked: Sequence[Asked], *, threads: int = 1) -> Iterator[Floats]:
        """Yield, for each blank, how likely each place of the passage has the answer.

        Args:
            asked: some hundred blanks at most; passages of any length.
            threads: how many cores to use; the answers do not depend on it.

        Returns:
            Shape (n_words,) each, in the order of `asked`; 0 or more, and finite. What stands
            at blanks and punctuation is passed over, and the rest is made to sum to 1.
        """
        ...

    def tensors(self) -> Mapping[str, npt.NDArray[Any]]:
        """Return what a model file holds, by name; see `store.publish` for the types."""
        ...


Opener = Callable[[Stored, Any], Answerer]
"""(file, settings) -> what answers; raises `ModelError` for whatever does not fit together."""

OPENERS: dict[str, Opener] = {
    "attention": open_passages,
    "lstm": lstm.open_pointer,
    "reader": open_reader,
}
"""Kind of model -> what opens it."""


@dataclass(frozen=True, eq=False)
class Filled:
    """What is thought of one blank.

    Args:
        asked: the question.
        blank: the place of the blank in its words.
        shares: how likely each place has the answer; shape (n_words,), summing to 1, or zeros
            where no word could be one.
    """

    asked: Question
    blank: int
    shares: Floats

    def ranked(self) -> list[tuple[str, float]]:
        """Return the words that may be the answer with their probabilities, the best first.

        A word's probability is the sum of those of its places; of equals the first comes first.
        """
        total: dict[str, float] = {}
        for word, share in zip(self.asked.words, self.shares.tolist(), strict=True):
            if is_word(word):
                total[word] = total.get(word, 0.0) + share
        return sorted(total.items(), key=lambda item: -item[1])

    def best(self) -> str:
        """Return the most likely word; empty if there is none."""
        ranked = self.ranked()
        return ranked[0][0] if ranked else ""

    def evidence(self, word: str, k: int = 3) -> list[tuple[int, float]]:
        """Return the places where a word stands with their shares, the best first."""
        found = [(place, float(self.shares[place])) for place in self._places(word)]
        return sorted(found, key=lambda item: -item[1])[:k]

    def _places(self, word: str) -> list[int]:
        return [place for place, other in enumerate(self.asked.words) if other == word]


@dataclass(frozen=True, eq=False)
class Filler:
    """Fills blanks in passages.

    Args:
        answerer: what reads them.
        training: what the training said of itself.
    """

    answerer: Answerer
    training: dict[str, Any]

    def fill(
        self, questions: Iterable[Question], *, threads: int = 1, together: int = 256
    ) -> Iterator[list[Filled]]:
        """Yield, for each question, what is thought of each of its blanks.

        Args:
            questions: any number.
            threads: how many cores to use; the answers do not depend on it.
            together: how many questions are read ahead.
        """
        rest = iter(questions)
        while batch := list(islice(rest, together)):
            asked = [(one, blank) for one in batch for blank in one.blanks]
            answers = self.answerer.shares(asked, threads=threads)
            for one in batch:
                yield [Filled(one, blank, settled(one, next(answers))) for blank in one.blanks]

    def save(self, output: Output | str) -> None:
        """Write the model as one file.

        Raises:
            RunError: it cannot be written; an older file is untouched.
        """
        publish(
            output,
            KIND,
            config=named(self.answerer.config),
            training=self.training,
            tensors=self.answerer.tensors(),
        )


def settled(asked: Question, shares: Floats) -> Floats:
    """Return shares of nothing but words that may be the answer, summing to 1."""
    may_be = np.array([is_word(word) for word in asked.words], bool)
    found = np.where(may_be, shares, 0).astype(np.float64)
    total = found.sum()
    if total <= 0:
        found = may_be.astype(np.float64)
        total = max(found.sum(), 1)
    return np.asarray(found / total, np.float32)


def open_model(path: str) -> Filler:
    """Open a model file.

    Raises:
        ModelError: it is missing, damaged, of another kind or makes no sense.
    """
    return from_stored(load(path, KIND))


def open_network(path: str) -> Passages:
    """Open the model of kind attention in a file.

    Raises:
        ModelError: it is missing, damaged or of another kind, or makes no sense.
    """
    answerer = open_model(path).answerer
    if not isinstance(answerer, Passages):
        kind = named(answerer.config)["model"]
        raise ModelError(f"{path}: a cloze model of kind {kind}, expected one of kind attention")
    return answerer


def from_stored(stored: Stored) -> Filler:
    """Return the model in a stored file.

    Raises:
        ModelError: its parts do not fit together.
    """
    if stored.kind != KIND:
        raise ModelError(f"{stored.path}: a {stored.kind} model, expected a {KIND} model")
    try:
        config = restored(stored.config)
    except ConfigError as error:
        raise ModelError(f"{stored.path}: {error}; the file is damaged") from None
    return Filler(OPENERS[stored.config["model"]](stored, config), stored.training)
