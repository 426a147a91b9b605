"""Training of the network that reads a whole passage, with Keras.

It learns from any text: of each passage of the corpus a dozen nouns are left out at once, and
every gap has to point at the places where its word stands. The questions' passages are read
among those of the corpus.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial
from hashlib import sha256
from typing import Any

import numpy as np
import numpy.typing as npt

from nlptool.cloze.attention import Floats, Passages, read
from nlptool.cloze.attention_config import Attention
from nlptool.cloze.attention_graph import FIRST, graph, scale_of
from nlptool.cloze.attention_passages import Shelf, shelved, taken
from nlptool.cloze.config import named
from nlptool.cloze.judged import Answer, fitting_of, measured, told
from nlptool.cloze.leaks import Leaks
from nlptool.cloze.model import Asked, Filler
from nlptool.cloze.nouns import is_noun
from nlptool.cloze.questions import Question
from nlptool.core.report import Report, silent
from nlptool.core.vectors import Vectors
from nlptool.core.vocab import Vocab
from nlptool.errors import ConfigError
from nlptool.neural.batches import shuffled
from nlptool.neural.checkpoint import Checkpoint
from nlptool.neural.fit import Course, fit_kept
from nlptool.neural.graph import Graph
from nlptool.neural.layers import Value
from nlptool.neural.losses import mean_of, pointed
from nlptool.neural.weights import Weights, drawn

_SPREAD = 0.3  # of the numbers of the vectors to begin with
_MULTIPLE = 32  # of the lengths of a batch

Ints = npt.NDArray[np.int64]


def train(
    questions: Iterable[Question],
    vectors: Vectors | None,
    config: Attention,
    *,
    corpus: Iterable[str],
    init: Passages | None = None,
    dev: Sequence[Question] = (),
    checkpoint: Callable[..., Checkpoint] | None = None,
    threads: int = 1,
    where: str = "questions",
    report: Report = silent,
) -> Filler:
    """Train a model; see `train.train` for what is given and raised.

    Args:
        questions: with answers; read once.
        vectors: words with vectors, the most frequent first; None with `init`.
        config: the settings.
        corpus: lines of words separated by spaces; read once.
        init: a model to begin with instead, whose network has the same settings.
        dev: questions with answers whose score says after which part it was best; lines of the
            corpus that stand in them are left out.
        checkpoint: makes where the state is kept.
        threads: of the CPU, as `runtime.prepare` was told.
        where: what messages call the questions.
        report: is told how it goes; may raise, which ends the training after a checkpoint.

    Raises:
        ConfigError: the network of `init` has other settings, or there are no vectors.
    """
    vocab, nouns, network, weights = _begun(vectors, config, init)
    leaks = Leaks("".join(one.words) for one in dev) if dev else None
    shelf = shelved(corpus, questions, vocab, nouns, config, leaks=leaks, report=report)
    course = Course(
        plan=lambda part: plan(shelf, config, part),
        take=lambda rows, rng: taken(shelf, rows, config.blanks, rng),
        loss=loss,
        measure=measured(dev, partial(_read, vocab, nouns)) if dev else None,
    )
    kept = None
    if checkpoint is not None:
        kept = checkpoint(config=named(config), corpus=_fingerprint(shelf, dev, weights))
    fitted = fit_kept(
        network,
        weights,
        fitting_of(config, epochs=config.epochs * parts_of(shelf, config)),
        course,
        kept,
        report=report,
    )
    facts = {
        "passages": len(shelf),
        "words": len(shelf.ids),
        "dev": len(dev),
        "deterministic": threads == 1,
        "history": fitted.history,
    }
    return Filler(Passages(config, vocab, nouns, fitted.weights), facts)


def _begun(
    vectors: Vectors | None, config: Attention, init: Passages | None
) -> tuple[Vocab, npt.NDArray[np.uint8], Graph, Weights]:
    """Return words, which of them are nouns, and the network before it learns."""
    if init is not None:
        for name in ("units", "layers", "heads", "tuned"):
            have, want = getattr(init.config, name), getattr(config, name)
            if have != want:
                raise ConfigError(f"--{name}: {want}, but the model of --init has {have}")
        if len(init.vocab) > config.vocab:
            raise ConfigError(
                f"--vocab: {config.vocab}, but the model of --init has {len(init.vocab)} words"
            )
        width = init.weights["x.tuned"].shape[1]
        return init.vocab, init.nouns, graph(config, len(init.vocab), width), init.weights
    if vectors is None:
        raise ConfigError("--vectors: missing, expected word vectors; `w2v train` makes them")
    n_words = min(config.vocab, len(vectors.words))
    vocab = Vocab(list(vectors.words[:n_words]), np.zeros(n_words, np.int64))
    nouns = np.array([is_noun(word) for word in vocab.words], np.uint8)
    network = graph(config, n_words, vectors.dim)
    begun = _vectors(vectors.matrix[:n_words], min(config.tuned, n_words), config.seed)
    return vocab, nouns, network, drawn(network, config.seed, begun)


def _vectors(matrix: npt.NDArray[np.float32], n_tuned: int, seed: int) -> Weights:
    """Return the vectors to begin with, those that are learned further and the others."""
    spread = float(np.sqrt(np.mean(matrix.astype(np.float64) ** 2))) or 1.0
    scaled = np.asarray(matrix * np.float32(_SPREAD / spread), np.float32)
    own = np.random.default_rng(seed).normal(0, _SPREAD, (FIRST, matrix.shape[1]))
    found = {"x.tuned": np.concatenate([own.astype(np.float32), scaled[:n_tuned]])}
    return found | ({"x.fixed": scaled[n_tuned:]} if n_tuned < len(matrix) else {})


def parts_of(shelf: Shelf, config: Attention) -> int:
    """Return in how many parts a pass is read: `config.parts`, or as many as it has batches."""
    return max(1, min(config.parts, len(shelf) // config.batch))


def plan(shelf: Shelf, config: Attention, part: int) -> list[Ints]:
    """Return the batches of a part of the training; all parts have as many."""
    n_parts = parts_of(shelf, config)
    epoch, place = divmod(part, n_parts)
    batches = shuffled(shelf.lengths, config.batch, seed=config.seed, epoch=epoch)
    size = len(batches) // n_parts
    return batches[place * size : (place + 1) * size]


def loss(values: Mapping[str, Value], batch: Mapping[str, Any], parts: Mapping[str, Any]) -> Any:
    """Return the mean of -log of what the blanks of a batch give their answers; shape (1,)."""
    asks, keys = values["asks"].array, values["keys"].array
    found = pointed(
        asks,
        keys,
        batch["kinds"],
        batch["places"],
        batch["answers"],
        scale=scale_of(asks.shape[-1]),
    )
    return mean_of(found, batch["counted"])


def _read(
    vocab: Vocab, nouns: npt.NDArray[np.uint8], asked: Sequence[Asked], answer: Answer
) -> list[Floats]:
    return read(asked, vocab, nouns, answer, multiple=_MULTIPLE)


def _fingerprint(shelf: Shelf, dev: Sequence[Question], weights: Weights) -> str:
    digest = sha256(shelf.digest().encode())
    for array in weights.values():
        digest.update(array.tobytes())
    digest.update(told(dev))
    return digest.hexdigest()
