"""Training, as a recipe: encoded sentences in, weights out.

How the weights change is in sgd.py and lbfgs.py; what is learned of a sentence in
kernels_sequence.py and its neighbours. Where sentences become rows of records is indexing.py.
"""

import math
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nlptool.core.checkpoint import Checkpoint
from nlptool.core.report import Note, Progress, Report, silent
from nlptool.core.store import all_finite
from nlptool.crf.config import Config
from nlptool.crf.config_file import written_config
from nlptool.crf.features import Encoded
from nlptool.crf.lbfgs import Lbfgs
from nlptool.crf.problem import Problem, problem_of
from nlptool.crf.sgd import Sgd
from nlptool.crf.template import Template
from nlptool.crf.weights import Float32, Legality, Weights, weights_of
from nlptool.errors import ModelError

Measure = Callable[[Weights], float]

TRAINERS: dict[str, type[Sgd] | type[Lbfgs]] = {"sgd": Sgd, "lbfgs": Lbfgs}


@dataclass(eq=False)
class Course:
    """What the epochs so far have brought.

    Args:
        best: the weights of the best epoch; empty where there is no development set.
        best_epoch: its number, from 1; 0 before the first.
        best_score: its score.
        history: of each epoch its number, its mean loss of a token, and its score or None.
    """

    best: Float32
    best_epoch: int = 0
    best_score: float = -math.inf
    history: list[dict[str, Any]] = field(default_factory=list)

    def add(self, epoch: int, loss: float, score: float | None, weights: Float32) -> None:
        """Write an epoch into the history, and keep its weights if it is the best."""
        self.history.append({"epoch": epoch, "loss": loss, "score": score})
        if score is not None and score > self.best_score:
            self.best = weights.copy()
            self.best_epoch, self.best_score = epoch, score

    def is_over(self, patience: int) -> bool:
        """Tell whether the score has not become better for so many epochs."""
        return bool(self.best_epoch) and len(self.history) - self.best_epoch >= patience


@dataclass(frozen=True)
class Trained:
    """What a training gives.

    Args:
        weights: those of the best epoch by the development set, or else the last.
        facts: what the model file says of the training; values of JSON.
    """

    weights: Weights
    facts: dict[str, Any]


def train(
    encoded: Encoded,
    template: Template,
    n_records: Sequence[int],
    config: Config,
    *,
    legality: Legality | None = None,
    measure: Measure | None = None,
    init: Weights | None = None,
    checkpoint: Checkpoint | None = None,
    inputs: str = "",
    report: Report = silent,
) -> Trained:
    """Train the weights of a linear-chain model.

    Args:
        encoded: the sentences, with labels; its `names` are the model's labels.
        template: what the records are of.
        n_records: of each shape.
        config: the settings.
        legality: which labels may stand where (from `tags.legal`); anything if None. Sentences
            whose labels break it are left out, with a note.
        measure: scores weights on a development set, more is better: called after each epoch.
            The training ends when `config.patience` epochs brought nothing better.
        init: weights to begin with, of the same records and labels.
        checkpoint: where to save the state now and then, and when `report` raises.
        inputs: whatever else the result depends on (the development set), as a fingerprint:
            a checkpoint made with others is refused.
        report: is told how far it is, several times a second or once an epoch; may raise.

    Returns:
        The same weights, bit by bit, whatever the number of threads and however often the
        training was interrupted.

    Raises:
        ConfigError: too many labels; a class weight of no class; a checkpoint of other settings.
        CorpusError: no sentence has legal labels; a checkpoint of another corpus.
        ModelError: the checkpoint is damaged.
        RunError: the loss or a weight is no longer finite; the checkpoint cannot be written.
    """
    config = config.settled()
    problem = problem_of(encoded, template, n_records, config, legality)
    if problem.n_left_out:
        report(Note(f"{problem.n_left_out:,} sentences have labels that are not legal: left out"))
    corpus = problem.fingerprint() + inputs if checkpoint and checkpoint.wanted else ""
    settings = written_config(config)
    stored = checkpoint.open(settings, corpus) if checkpoint else None
    course = Course(np.empty(0, np.float32))
    with ThreadPoolExecutor(config.threads) as pool:
        trainer = TRAINERS[config.algorithm](
            problem, config, pool, None if init is None else init.flat(problem.layout)
        )
        if stored is not None:
            trainer.restore(stored.tensors, stored.training["position"])
            course = _restored(stored.tensors, stored.training["position"], problem, trainer.epochs)
        saved = time.monotonic()

        def save() -> None:
            nonlocal saved
            if checkpoint is not None:
                trainer.check()
                checkpoint.save(
                    settings,
                    corpus,
                    {**trainer.position(), **_position(course)},
                    {**trainer.tensors(), "best": course.best},
                )
                saved = time.monotonic()

        def tell(progress: Progress) -> None:
            try:
                report(progress)
            except BaseException:
                if checkpoint is not None and checkpoint.wanted:
                    save()
                raise
            seconds = None if checkpoint is None else checkpoint.seconds
            if seconds is not None and time.monotonic() - saved >= seconds:
                save()

        while not trainer.is_over and not course.is_over(config.patience or 1):
            for progress in trainer.epoch():
                tell(progress)
            score = None
            if measure is not None:
                answer = weights_of(
                    trainer.answer(), problem.layout, encoded.names, problem.legality
                )
                score = float(measure(answer))
            course.add(trainer.epochs, trainer.loss(), score, trainer.answer())
            tell(trainer.progress())
    flat = course.best if course.best_epoch else trainer.answer()
    facts = {
        "epochs": trainer.epochs,
        "best_epoch": course.best_epoch or None,
        "best_score": course.best_score if course.best_epoch else None,
        "sentences": len(problem.sentences),
        "left_out": problem.n_left_out,
        "history": course.history,
    }
    return Trained(weights_of(flat, problem.layout, encoded.names, problem.legality), facts)


def _position(course: Course) -> dict[str, Any]:
    return {
        "history": course.history,
        "best_epoch": course.best_epoch,
        "best_score": course.best_score if course.best_epoch else None,
    }


def _restored(
    tensors: Mapping[str, NDArray[Any]], position: Mapping[str, Any], problem: Problem, epochs: int
) -> Course:
    """Return the course of a checkpoint, copied.

    Raises:
        ModelError: it makes no sense.
    """
    history, epoch = position.get("history"), position.get("best_epoch")
    score, best = position.get("best_score"), tensors.get("best")
    if (
        not isinstance(history, list)
        or len(history) != epochs
        or type(epoch) is not int
        or not 0 <= epoch <= epochs
        or best is None
        or best.dtype != np.float32
        or best.shape != ((problem.layout.size,) if epoch else (0,))
        or not all_finite(best)
        or (epoch and not (isinstance(score, float) and math.isfinite(score)))
    ):
        raise ModelError("checkpoint: its parts make no sense; it is damaged")
    best_score = score if isinstance(score, float) else -math.inf
    return Course(np.array(best), epoch, best_score, list(history))
