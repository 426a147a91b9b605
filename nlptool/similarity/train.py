"""Training of a network, as a recipe: examples in, a model out.

What the losses are given is in courses.py, the loop in neural/fit.py. Loads Keras.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from hashlib import sha256
from pathlib import Path
from typing import Any

import numpy as np

from nlptool.core.report import Note, Report, silent
from nlptool.core.vectors import FloatArray
from nlptool.errors import CorpusError
from nlptool.neural.batches import by_length
from nlptool.neural.checkpoint import Checkpoint
from nlptool.neural.config import Fitting
from nlptool.neural.fit import Course, fit_kept
from nlptool.neural.objective import Ask
from nlptool.neural.weights import drawn
from nlptool.similarity import courses
from nlptool.similarity.config_network import OF_GROUPS, Learning
from nlptool.similarity.encoder import Encoder, Texts, learn_characters
from nlptool.similarity.examples import Examples
from nlptool.similarity.hard import labelled, mined
from nlptool.similarity.model import Matcher, prepare
from nlptool.similarity.network import OUTPUT
from nlptool.similarity.scores import spearman, top_n
from nlptool.similarity.sif import Sif

KIND = "similarity-checkpoint"

_MULTIPLE = 16  # lengths of batches: a few shapes are compiled, not many


@dataclass(frozen=True)
class Place:
    """Where the states of an unfinished training go: of the warm-up, and of the rest.

    Args:
        path: what their names begin with.
        seconds: how often they are saved; None: never, unless resumed.
        resume: go on from them.
    """

    path: str
    seconds: float | None = None
    resume: bool = False

    def of(self, stage: str, config: Learning, corpus: str) -> Checkpoint:
        """Return the checkpoint of a stage."""
        path = f"{self.path}.{stage}" if stage else self.path
        return Checkpoint(path, KIND, asdict(config), corpus, self.seconds, self.resume)

    def clear(self) -> None:
        """Remove them: the training is complete."""
        for path in (self.path, f"{self.path}.warm"):
            Path(path).unlink(missing_ok=True)


def train(
    examples: Examples,
    config: Learning,
    *,
    sif: Sif | None = None,
    warm_up: Sequence[str] = (),
    dev: Examples | None = None,
    place: Place | None = None,
    report: Report = silent,
) -> tuple[Matcher, list[dict[str, Any]]]:
    """Return a trained model, and what each epoch brought.

    Args:
        examples: what it learns from.
        config: the settings.
        sif: brings the vectors of words, and is a part of the model.
        warm_up: sentences to begin with, without labels.
        dev: by which the best epoch is kept.
        place: of checkpoints; None for none.
        report: is told of progress; may raise.

    Raises:
        ConfigError: the loss does not go with the examples; a checkpoint of other settings.
        CorpusError: there is nothing to be learned; a checkpoint of another corpus.
        RunError: the training diverged.
    """
    _check(examples, config)
    if examples.n_contradictions:
        report(Note(f"{examples.n_contradictions:,} pairs contradict others; they stay"))
    warm_texts, warm_tokens = prepare(warm_up)
    characters = learn_characters([*examples.texts, *warm_texts], config.min_count)
    word_dim = sif.rows.shape[1] if sif is not None else 0
    blank = Encoder(config, characters, word_dim, {})
    weights = drawn(blank.graph, config.seed)
    corpus = sha256((examples.fingerprint() + "\n".join(warm_texts)).encode("utf-8", "replace"))
    main = warm = None
    if place is not None:
        main = place.of("", config, corpus.hexdigest())
        warm = place.of("warm", config, corpus.hexdigest())
    if warm_texts and (main is None or main.open() is None):
        read = _read(blank, sif, warm_texts, warm_tokens)
        fitting = _fitting(config, epochs=config.warm_epochs, average=0.0)
        repeats = courses.of_repeats(read, config)
        fitted = fit_kept(blank.graph, weights, fitting, repeats, warm, report=report)
        weights = fitted.weights
    read = _read(blank, sif, examples.texts, examples.tokens)
    measure = _measure(dev, blank, sif) if dev is not None else None
    course = _course(examples, read, config, measure, report)
    fitted = fit_kept(blank.graph, weights, _fitting(config), course, main, report=report)
    found = Encoder(config, characters, word_dim, fitted.weights)
    facts = {
        "sentences": len(examples.texts),
        "pairs": len(examples.first),
        "warm_up": len(warm_texts),
        "history": fitted.history,
    }
    return Matcher(sif, found, facts), fitted.history


def _check(examples: Examples, config: Learning) -> None:
    if config.loss == "cosent" and len(set(examples.scores.tolist())) < 2:
        raise CorpusError(
            "all pairs have one score, expected some that differ; or --loss contrastive"
        )
    n_same = int((examples.same & (examples.first != examples.second)).sum())
    if config.loss != "cosent" and not n_same:
        raise CorpusError("no two sentences mean the same, expected some to learn from")
    if not any(examples.texts):
        raise CorpusError("no sentences, expected some to learn from")


def _fitting(
    config: Learning, *, epochs: int | None = None, average: float | None = None
) -> Fitting:
    return Fitting(
        epochs=config.epochs if epochs is None else epochs,
        rate=config.rate,
        average=config.average if average is None else average,
        shrink=config.shrink,
        patience=config.patience,
        seed=config.seed,
    )


def _read(
    blank: Encoder, sif: Sif | None, texts: Sequence[str], tokens: Sequence[Sequence[str]]
) -> Texts:
    if sif is None:
        return replace(blank.read(texts, None), multiple=_MULTIPLE)
    words, _ = sif.look_up(tokens)
    beside = sif.encode(texts, words) if blank.config.loss not in OF_GROUPS else None
    return replace(blank.read(texts, words), multiple=_MULTIPLE, beside=beside)


def _course(
    examples: Examples,
    texts: Texts,
    config: Learning,
    measure: courses.Measure | None,
    report: Report,
) -> Course:
    if config.loss in OF_GROUPS:
        return courses.of_groups(examples, texts, config, measure)
    if config.loss == "cosent":
        return courses.of_scores(examples, texts, config, measure)
    rivals = []
    if config.hard:
        more = mined(examples, config.hard, config.seed, report)
        known = labelled(examples)
        rivals = [np.unique(np.r_[own, new]) for own, new in zip(known, more, strict=True)]
    return courses.of_partners(examples, rivals, texts, config, measure)


def _measure(dev: Examples, blank: Encoder, sif: Sif | None) -> courses.Measure:
    """Return what measures a network on pairs or groups, together with the sum beside it."""
    texts = _read(blank, sif, dev.texts, dev.tokens)
    beside = None
    if sif is not None:
        beside = sif.encode(dev.texts, sif.look_up(dev.tokens)[0])
    share = np.float32(blank.config.share if sif is not None else 1.0)

    def measure(ask: Ask) -> Mapping[str, float]:
        vectors = np.zeros((len(dev.texts), blank.config.dim), np.float32)
        for rows in by_length(np.maximum(texts.lengths, 1), 8192):
            vectors[rows] = ask(texts.batch(rows.tolist()))[OUTPUT]
        whole: FloatArray = vectors
        if beside is not None:
            whole = np.concatenate([vectors * np.sqrt(share), beside * np.sqrt(1 - share)], axis=1)
        if dev.is_graded:
            products = np.einsum("ij,ij->i", whole[dev.first], whole[dev.second])
            return {"spearman": spearman(products, dev.scores) or 0.0}
        return {f"top_{n}": value for n, value in top_n(whole, dev.groups).top.items()}

    return measure
