"""The reader: what the language allows and what the passage says, weighed by small networks.

For each word of the passage there is a row of numbers (`features.py`, `features_passage.py`);
networks with one hidden layer, trained on questions, make a score of it, and the softmax of the
sums of their scores is how likely each word is. A word's share goes to the places where it
stands, more to those whose surroundings are like those of the blank. Trained in
`reader_train.py`; Keras and numba are not needed here.
"""

from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from nlptool.cloze.attention import Passages, open_passages
from nlptool.cloze.attention_config import Attention
from nlptool.cloze.features import REACH, Passage, of_language, seen
from nlptool.cloze.features_passage import of_passage
from nlptool.cloze.language import Floats, Language, open_language
from nlptool.cloze.questions import Question
from nlptool.cloze.reader_config import Reader
from nlptool.core.settings import restored
from nlptool.core.store import Stored
from nlptool.errors import ConfigError, ModelError

N_NUMBERS = 112
"""Numbers in a candidate's row; a network sees each twice, see `both`."""

N_OPINIONS = 2
"""Further ones, where a network that reads the whole passage says how likely each place is: the
logarithms of what it gives all places of a candidate, and the best of them."""

BESIDE = "beside/"
"""How the names of the network's tensors begin in a reader's file."""

_NARROWEST = 1e-3  # of a model file: training gives 0.01 and more
_LEAST = 1e-6  # of a likelihood whose logarithm is taken
_FARTHEST = 4.0  # standard deviations; what is farther off is as far as this


@dataclass(frozen=True, eq=False)
class Read:
    """What was found for one blank.

    Args:
        passage: in numbers.
        low: where it begins in the question.
        rows: of its candidates; shape (n_candidates, N_NUMBERS), or N_OPINIONS more.
        alike: logarithms of what the candidates' places count; shape (n_places,).
    """

    passage: Passage
    low: int
    rows: Floats
    alike: Floats


def read(
    language: Language, words: Sequence[str], blank: int, opinion: Floats | None = None
) -> Read | None:
    """Return what there is to be found for one blank; None without any candidate.

    Args:
        language: what is known without any passage.
        words: of the passage.
        blank: where the blank stands.
        opinion: how likely each place has the answer, as a network thinks; shape (n_words,).
    """
    low = max(0, blank - REACH)
    passage = seen(language, tuple(words[low : blank + REACH + 1]), blank - low)
    if not len(passage.candidates):
        return None
    told, alike = of_passage(language, passage)
    columns = [*of_language(language, passage), *told]
    if opinion is not None:
        places = opinion[low:][passage.places]
        columns += [
            np.log(np.maximum(part, _LEAST))
            for part in (passage.sums(places), passage.greatest(places))
        ]
    rows = np.stack(columns, axis=1).astype(np.float32)
    return Read(passage, low, rows, alike)


@dataclass(frozen=True, eq=False)
class Networks:
    """What weighs the evidence.

    Args:
        mean: of the numbers; shape (n_numbers,), see `n_numbers`.
        scale: shape (n_numbers,), each > 0.
        hidden: shape (n_members, n_numbers, units).
        hidden_bias: shape (n_members, units).
        out: shape (n_members, units).
        direct: shape (n_members, n_numbers).
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
        beside: a network whose opinion is evidence; None for none.
    """

    config: Reader
    language: Language
    networks: Networks
    beside: Passages | None = None

    def shares(
        self, asked: Sequence[tuple[Question, int]], *, threads: int = 1
    ) -> Iterator[Floats]:
        """Yield how likely each place has the answer; see `model.Answerer`."""
        opinions = opinions_of(self.beside, asked, threads=threads)
        if threads <= 1 or len(asked) < 2 * threads:
            yield from map(self._shares, asked, opinions)
            return
        with ThreadPoolExecutor(threads) as pool:
            yield from pool.map(self._shares, asked, opinions)

    def _shares(self, asked: tuple[Question, int], opinion: Floats | None) -> Floats:
        question, blank = asked
        found = np.zeros(len(question.words), np.float32)
        read_ = read(self.language, question.words, blank, opinion)
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
            **{f"network_{name}": getattr(nets, name) for name in _shapes(self.config)},
            **_under(BESIDE, self.beside.tensors() if self.beside is not None else {}),
        }


def opinions_of(
    beside: Passages | None, asked: Sequence[tuple[Question, int]], *, threads: int = 1
) -> Iterator[Floats | None]:
    """Yield what a network thinks of each blank; None where there is no network."""
    if beside is None:
        return iter([None] * len(asked))
    return iter(beside.shares(asked, threads=threads))


def _under(prefix: str, tensors: Mapping[str, npt.NDArray[Any]]) -> dict[str, npt.NDArray[Any]]:
    return {prefix + name: array for name, array in tensors.items()}


def n_numbers(config: Reader) -> int:
    """Return how many numbers of a candidate the networks see."""
    return 2 * (N_NUMBERS + (N_OPINIONS if config.network else 0))


def _softmax(scores: Floats) -> Floats:
    powers = np.exp(scores - scores.max())
    return np.asarray(powers / powers.sum(), np.float32)


def _shapes(config: Reader) -> dict[str, tuple[int, ...]]:
    wide, members, units = n_numbers(config), config.members, config.units
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
        for name, shape in _shapes(config).items()
    }
    if (
        arrays["scale"].min() < _NARROWEST
        or max(np.abs(one).max() for one in arrays.values()) > 1e6
    ):
        raise ModelError(f"{stored.path}: weights out of range; the file is damaged")
    language = open_language(stored, config.dim, config.window)
    return WordReader(config, language, Networks(**arrays), _open_beside(stored, config))


def _open_beside(stored: Stored, config: Reader) -> Passages | None:
    if not config.network:
        return None
    try:
        settings = restored(Attention, config.network)
    except ConfigError as error:
        raise ModelError(f"{stored.path}: {error}; the file is damaged") from None
    own = {
        name.removeprefix(BESIDE): array
        for name, array in stored.tensors.items()
        if name.startswith(BESIDE)
    }
    return open_passages(replace(stored, tensors=own), settings)
