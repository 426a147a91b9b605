"""The reader: what the language allows and what the passage says, weighed by small networks.

For each word of the passage there is a row of numbers (`features.py`, `features_passage.py`);
networks with one hidden layer, trained on questions, make a score of it, and the softmax of the
sums of their scores is how likely each word is. A word's share goes to the places where it
stands, more to those whose surroundings are like those of the blank. Trained in
`reader_train.py`; Keras and numba are not needed here.
"""

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from nlptool.cloze.features import REACH, Passage, of_language, seen
from nlptool.cloze.features_passage import of_passage
from nlptool.cloze.language import Floats, Language, open_language
from nlptool.cloze.questions import Question
from nlptool.cloze.reader_config import Reader
from nlptool.core.store import Stored
from nlptool.errors import ModelError

N_NUMBERS = 112
"""Numbers in a candidate's row; a network sees each twice, see `prepared`."""

_NARROWEST = 1e-3  # of a model file: training gives 0.01 and more
_FARTHEST = 4.0  # standard deviations; what is farther off is as far as this


@dataclass(frozen=True, eq=False)
class Read:
    """What was found for one blank.

    Args:
        passage: in numbers.
        low: where it begins in the question.
        rows: of its candidates; shape (n_candidates, N_NUMBERS).
        alike: logarithms of what the candidates' places count; shape (n_places,).
    """

    passage: Passage
    low: int
    rows: Floats
    alike: Floats


def read(language: Language, words: Sequence[str], blank: int) -> Read | None:
    """Return what there is to be found for one blank; None without any candidate."""
    low = max(0, blank - REACH)
    passage = seen(language, tuple(words[low : blank + REACH + 1]), blank - low)
    if not len(passage.candidates):
        return None
    told, alike = of_passage(language, passage)
    columns = [*of_language(language, passage), *told]
    rows = np.stack(columns, axis=1).astype(np.float32)
    return Read(passage, low, rows, alike)


@dataclass(frozen=True, eq=False)
class Networks:
    """What weighs the evidence.

    Args:
        mean: of the numbers; shape (2 * N_NUMBERS,).
        scale: shape (2 * N_NUMBERS,), each > 0.
        hidden: shape (n_members, 2 * N_NUMBERS, units).
        hidden_bias: shape (n_members, units).
        out: shape (n_members, units).
        direct: shape (n_members, 2 * N_NUMBERS).
    """

    mean: Floats
    scale: Floats
    hidden: Floats
    hidden_bias: Floats
    out: Floats
    direct: Floats

    def scores(self, rows: Floats) -> Floats:
        """Return the mean of the networks' scores of some candidates of one blank."""
        x = prepared(both(rows), self.mean, self.scale)
        total = np.zeros(len(rows), np.float32)
        for member in range(len(self.hidden)):
            units = np.maximum(x @ self.hidden[member] + self.hidden_bias[member], 0)
            total += units @ self.out[member] + x @ self.direct[member]
        return np.asarray(total / np.float32(len(self.hidden)), np.float32)


def both(rows: Floats) -> Floats:
    """Return rows of one blank, and behind each how far it is below the best in each number."""
    return np.concatenate([rows, rows - rows.max(axis=0)], axis=1)


def prepared(rows: Floats, mean: Floats, scale: Floats) -> Floats:
    """Return rows with mean 0 and deviation 1, the ends cut off."""
    return np.asarray(np.clip((rows - mean) / scale, -_FARTHEST, _FARTHEST), np.float32)


@dataclass(frozen=True, eq=False)
class WordReader:
    """The reader, trained.

    Args:
        config: its settings.
        language: what it knows without any passage.
        networks: what weighs the evidence.
    """

    config: Reader
    language: Language
    networks: Networks

    def shares(
        self, asked: Sequence[tuple[Question, int]], *, threads: int = 1
    ) -> Iterator[Floats]:
        """Yield how likely each place has the answer; see `model.Answerer`."""
        if threads <= 1 or len(asked) < 2 * threads:
            yield from map(self._shares, asked)
            return
        with ThreadPoolExecutor(threads) as pool:
            yield from pool.map(self._shares, asked)

    def _shares(self, asked: tuple[Question, int]) -> Floats:
        question, blank = asked
        found = np.zeros(len(question.words), np.float32)
        read_ = read(self.language, question.words, blank)
        if read_ is None:
            return found
        share = _softmax(self.networks.scores(read_.rows))
        passage = read_.passage
        own = np.repeat(passage.greatest(read_.alike), passage.repeats)
        within = np.exp(read_.alike - own)
        parts = np.repeat(share / passage.sums(within), passage.repeats) * within
        found[read_.low + passage.places] = parts
        return found

    def tensors(self) -> dict[str, npt.NDArray[Any]]:
        """Return what a model file holds."""
        nets = self.networks
        return {
            **self.language.tensors(),
            **{f"network_{name}": getattr(nets, name) for name in _shapes(1, 1)},
        }


def _softmax(scores: Floats) -> Floats:
    powers = np.exp(scores - scores.max())
    return np.asarray(powers / powers.sum(), np.float32)


def _shapes(members: int, units: int) -> dict[str, tuple[int, ...]]:
    wide = 2 * N_NUMBERS
    return {
        "mean": (wide,),
        "scale": (wide,),
        "hidden": (members, wide, units),
        "hidden_bias": (members, units),
        "out": (members, units),
        "direct": (members, wide),
    }


def open_reader(stored: Stored, config: Reader) -> WordReader:
    """Return the reader in a model file.

    Raises:
        ModelError: the file does not fit together.
    """
    arrays = {
        name: stored.tensor(f"network_{name}", "float32", shape)
        for name, shape in _shapes(config.members, config.units).items()
    }
    if (
        arrays["scale"].min() < _NARROWEST
        or max(np.abs(one).max() for one in arrays.values()) > 1e6
    ):
        raise ModelError(f"{stored.path}: weights out of range; the file is damaged")
    language = open_language(stored, config.dim, config.window)
    return WordReader(config, language, Networks(**arrays))
