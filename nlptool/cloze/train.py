"""Training of the published model, with Keras: questions with answers in, a model out.

What a training of any kind is given and returns is what `train` has here.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from hashlib import sha256
from typing import Any

import numpy as np
import numpy.typing as npt

from nlptool.cloze.config import Lstm, named
from nlptool.cloze.judged import Answer, fitting_of, measured, told
from nlptool.cloze.lstm import Batch, Floats, Ids, Pointer, graph, ids_of, read, sides
from nlptool.cloze.model import Asked, Filler
from nlptool.cloze.questions import Question
from nlptool.core.report import Note, Report, silent
from nlptool.core.vectors import Vectors
from nlptool.core.vocab import Vocab
from nlptool.errors import CorpusError
from nlptool.neural.batches import shuffled
from nlptool.neural.checkpoint import Checkpoint
from nlptool.neural.fit import Course, fit_kept
from nlptool.neural.layers import Value
from nlptool.neural.losses import shared_cross_entropy
from nlptool.neural.weights import drawn

LONGEST = 5000
"""Words of a passage that is learned from; a batch of longer ones would need too much memory."""

_MULTIPLE = 16  # of the lengths of a batch: each new length is compiled once

Rows = npt.NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Examples:
    """Blanks with answers, as ids.

    Args:
        texts: the words of each passage; shape (n_words,).
        blanks: where the blank of each stands.
        places: where its answer stands; shape (n_places,), at least one.
    """

    texts: list[Ids]
    blanks: list[int]
    places: list[Ids]

    def keys(self) -> npt.NDArray[np.int64]:
        """Return numbers in whose order texts have like lengths, on both sides of the blank."""
        lengths = np.array([len(text) for text in self.texts], np.int64)
        return lengths // (2 * _MULTIPLE) * 2 * LONGEST + np.array(self.blanks, np.int64)


def train(
    questions: Iterable[Question],
    vectors: Vectors,
    config: Lstm,
    *,
    dev: Sequence[Question] = (),
    checkpoint: Callable[..., Checkpoint] | None = None,
    threads: int = 1,
    where: str = "questions",
    report: Report = silent,
) -> Filler:
    """Train a model.

    Args:
        questions: with answers; read once.
        vectors: words with vectors, the most frequent first.
        config: the settings.
        dev: questions with answers whose score says which epoch was best.
        checkpoint: makes where the state is kept, given `config` (values of JSON) and `corpus`
            (a fingerprint of everything that is learned from).
        threads: of the CPU, as `runtime.prepare` was told.
        where: what messages call the questions.
        report: is told how it goes; may raise, which ends the training after a checkpoint.

    Returns:
        The model; its `training["history"]` has a row for each epoch.

    Raises:
        CorpusError: no question can be learned from, or the checkpoint is of other questions.
        ConfigError: the checkpoint is of other settings.
        ModelError: the checkpoint is damaged.
        RunError: the loss or a weight is no longer finite.
    """
    n_words = min(config.vocab, len(vectors.words))
    vocab = Vocab(list(vectors.words[:n_words]), np.zeros(n_words, np.int64))
    fixed = np.asarray(vectors.matrix[:n_words], np.float32)
    examples = gathered(questions, vocab, where, report)
    network = graph(config, *fixed.shape)
    keys = examples.keys()
    course = Course(
        plan=lambda epoch: shuffled(keys, config.batch, seed=config.seed, epoch=epoch),
        take=lambda rows, rng: batch_of(examples, rows),
        loss=loss,
        measure=measured(dev, partial(_read, vocab)) if dev else None,
    )
    kept = None
    if checkpoint is not None:
        kept = checkpoint(config=named(config), corpus=fingerprint(examples, dev, vocab, fixed))
    fitted = fit_kept(
        network,
        drawn(network, config.seed, {"left_x.fixed": fixed}),
        fitting_of(config),
        course,
        kept,
        report=report,
    )
    facts = {
        "examples": len(examples.texts),
        "dev": len(dev),
        "deterministic": threads == 1,
        "history": fitted.history,
    }
    return Filler(Pointer(config, vocab, fitted.weights), facts)


def gathered(
    questions: Iterable[Question], vocab: Vocab, where: str, report: Report = silent
) -> Examples:
    """Return what can be learned from: an answer that stands in a passage that is not too long.

    Raises:
        CorpusError: there is none.
    """
    texts: list[Ids] = []
    blanks: list[int] = []
    places: list[Ids] = []
    absent = long = 0
    for asked in questions:
        if len(asked.words) > LONGEST:
            long += 1
            continue
        text = ids_of(asked.words, vocab)
        for blank, answer in zip(asked.blanks, asked.answers, strict=False):
            found = [place for place, word in enumerate(asked.words) if word == answer]
            if not found:
                absent += 1
                continue
            texts.append(text)
            blanks.append(blank)
            places.append(np.array(found, np.int32))
    if absent or long:
        report(
            Note(
                f"{absent:,} blanks whose answer is not in the passage, and {long:,} passages of "
                f"more than {LONGEST:,} words: left out"
            )
        )
    if not texts:
        raise CorpusError(f"{where}: nothing to learn from, expected questions with answers")
    return Examples(texts, blanks, places)


def batch_of(examples: Examples, rows: Rows) -> Batch:
    """Return what the network and the loss are given for some examples.

    Returns:
        "left", "right": see `lstm.sides`; "target": the share of each place in the answer,
        shape (n, left time + right time), each row summing to 1.
    """
    blanks = [examples.blanks[row] for row in rows]
    batch: Batch = dict(
        sides([examples.texts[row] for row in rows], blanks, multiple=_MULTIPLE).items()
    )
    n_left = batch["left"].shape[1]
    target = np.zeros((len(rows), n_left + batch["right"].shape[1]), np.float32)
    for index, (row, blank) in enumerate(zip(rows, blanks, strict=True)):
        places = examples.places[row]
        behind = places > blank
        target[index, np.where(behind, places - blank - 1 + n_left, places)] = 1 / len(places)
    return batch | {"target": target}


def loss(values: Mapping[str, Value], batch: Mapping[str, Any], parts: Mapping[str, Any]) -> Any:
    """Return the cross-entropy of the places with their targets; shape (batch,), in nats."""
    points = values["points"]
    return shared_cross_entropy(points.array[..., 0], points.mask, batch["target"])


def _read(vocab: Vocab, asked: Sequence[Asked], answer: Answer) -> list[Floats]:
    texts = [ids_of(one.words, vocab) for one, _ in asked]
    return read(texts, [blank for _, blank in asked], answer, multiple=_MULTIPLE)


def fingerprint(
    examples: Examples, dev: Sequence[Question], vocab: Vocab, fixed: npt.NDArray[np.float32]
) -> str:
    """Return 64 hexadecimal digits that tell what is learned from, and measured on."""
    digest = sha256(vocab.as_bytes().tobytes())
    digest.update(np.ascontiguousarray(fixed).tobytes())
    for text, blank, places in zip(examples.texts, examples.blanks, examples.places, strict=True):
        digest.update(f"{len(text)} {blank} {len(places)} ".encode())
        digest.update(text.tobytes() + places.tobytes())
    digest.update(told(dev))
    return digest.hexdigest()
