"""From labelled sentences to a tagger with a network, as a recipe.

sentences -> linear model, if there is to be one   (neural_linear.py)
          -> network                               (neural.fit)
          -> both together, a Tagger               (neural_scores.py)

Each is trained by itself; the development set measures both together.
Of the modules of this room only this one needs Keras.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nlptool.core.checkpoint import Checkpoint as Saving
from nlptool.core.report import Note, Report, silent
from nlptool.crf.config import Config
from nlptool.crf.config_file import written_config
from nlptool.crf.kernels_tag import label_rows
from nlptool.crf.learn import Seeing, digest_of, judge_of, n_features
from nlptool.crf.model import Tagger
from nlptool.crf.neural_config import Neural
from nlptool.crf.neural_graph import TAGS
from nlptool.crf.neural_inputs import Read, batch_of, n_marks_of
from nlptool.crf.neural_linear import linear_model
from nlptool.crf.neural_reading import read_all, read_own
from nlptool.crf.neural_scores import MOST_WIDTH, Deep, scored
from nlptool.crf.neural_text import count_ids, gold_of, labelled, legal_only, stretches
from nlptool.crf.neural_together import mixed, together
from nlptool.crf.neural_vectors import Int32, Int64, Table
from nlptool.crf.sentences import Sentence
from nlptool.crf.weights import Legality
from nlptool.errors import ConfigError
from nlptool.neural import batches
from nlptool.neural.checkpoint import Checkpoint
from nlptool.neural.config import Fitting
from nlptool.neural.crf import token_losses
from nlptool.neural.fit import Course, fit_kept
from nlptool.neural.objective import Ask, Loss
from nlptool.neural.weights import drawn

KIND = "crf-neural-checkpoint"

MANY = 8000
"""Sentences from which on fewer passes are enough."""

_BAN = np.float32(-1e4)
_MULTIPLE = 16

Arrays = list[NDArray[Any]]
History = list[dict[str, Any]]


def learn_neural(
    sentences: Sequence[Sentence],
    seeing: Seeing,
    config: Config,
    neural: Neural,
    *,
    tables: Sequence[Table] = (),
    dev: Sequence[Sentence] = (),
    memory: int | None = None,
    checkpoint: Saving | None = None,
    report: Report = silent,
    tell: Callable[[float], None] = lambda _: None,
) -> tuple[Tagger, History]:
    """Train a tagger that has a network.

    Args:
        sentences: labelled.
        seeing: what the linear model is to see of them.
        config: the settings of the linear model.
        neural: the settings of the network.
        tables: vectors that the network is given.
        dev: labelled sentences that say after each epoch how good it is.
        memory: see `learn.learn`.
        checkpoint: where the state of the network's fitting is saved; who goes on trains the
            linear model anew.
        report: hears how far it is.
        tell: hears F1 on the development set after each epoch of the network.

    Returns:
        The tagger; and of each epoch what a log should say.

    Raises:
        ConfigError: see `learn.learn`; features of pairs of labels; nothing to see; a
            checkpoint of other settings.
        CorpusError: see there; no sentence has legal labels; a checkpoint of another corpus.
        ModelError: the checkpoint is damaged.
        RunError: the loss or a weight is no longer finite.
    """
    _check(seeing, config, neural, tables)
    known, n_unknown = labelled(sentences)
    tagger = linear_model(known, seeing, config, neural, dev, memory, report)
    legality = tagger.weights.legality
    kept, n_out = legal_only(known, tagger.labels, legality)
    n_out += n_unknown
    if n_out:
        report(Note(f"{n_out:,} sentences have no labels, or such as are not legal: left out"))
    neural = neural.settled(many=len(kept) > MANY)
    n_ids = count_ids(tagger.features.columns, kept)
    has_linear = neural.linear_share > 0
    n_marks = n_marks_of(tagger.features.columns) if neural.columns else 0
    deep = Deep(neural, n_ids, len(tagger.labels), n_marks, has_linear, tuple(tables), {})
    given = read_own(deep, tagger, known, kept)
    gold = gold_of(kept, tagger.labels)
    bounds = stretches(gold, given.ends, legality)
    inputs: Arrays = [given.ids, given.marks, *given.keys[:1], gold, *bounds, tagger.flat]
    for table in tables:
        inputs += [table.keys, table.cells, table.scales]
    measure = None
    if dev:
        seen = read_all(deep, tagger, dev)
        judge, dev_gold, _ = judge_of(dev, tagger.labels)
        inputs += [seen.ids, seen.marks, seen.linear, dev_gold, seen.ends]
        measure = _measure(deep, tagger, seen, judge, tell)
    saved = _saved(checkpoint, neural, config, inputs)
    report(Note(_size(deep, len(bounds[0]), len(gold))))
    lengths = bounds[1] - bounds[0]
    fitted = fit_kept(
        deep.graph,
        drawn(deep.graph, neural.seed),
        _fitting(neural),
        Course(
            lambda epoch: batches.shuffled(lengths, neural.batch, seed=neural.seed, epoch=epoch),
            _taker(given, tables, gold, *bounds),
            _loss(legality),
            measure=measure,
        ),
        saved,
        report=report,
    )
    facts = _facts(tagger, fitted.weights, fitted.history)
    facts |= {"sentences": len(kept), "left_out": n_out, "deterministic": config.threads == 1}
    both = together(tagger, replace(deep, weights=fitted.weights))
    return replace(both, training=facts), fitted.history


def _check(seeing: Seeing, config: Config, neural: Neural, tables: Sequence[Table]) -> None:
    if config.decoder != "crf":
        raise ConfigError(f"--decoder: {config.decoder} with --model neural, expected crf")
    if any(shape.edge for shape in seeing.template.shapes):
        raise ConfigError(
            "--template: features of pairs of labels (B with %x), which --model neural has not"
        )
    sees_columns = neural.columns > 0 and len(seeing.template.columns) > 1
    if not neural.characters and not tables and not sees_columns:
        raise ConfigError(
            "--characters: 0, and there are no --vectors and no columns beside the tokens: the "
            "network sees nothing"
        )
    if (width := sum(table.width for table in tables)) > MOST_WIDTH:
        raise ConfigError(
            f"--vectors: {width:,} numbers a character, expected at most {MOST_WIDTH:,}; of words "
            "each counts four times"
        )


def _measure(
    deep: Deep,
    tagger: Tagger,
    seen: Read,
    judge: Callable[[Int32], float],
    tell: Callable[[float], None],
) -> Callable[[Ask], Mapping[str, float]]:
    """Return what measures a network on the development set."""

    def measure(ask: Ask) -> Mapping[str, float]:
        now: dict[str, NDArray[Any]] = {}

        def answer(batch: Any) -> Mapping[str, NDArray[Any]]:
            now.update(ask(batch))
            return now

        share = np.float32(deep.config.linear_share)
        scores = deep.scores(seen, answer) * (1 - share)
        if len(seen.linear):
            scores += share * seen.linear
        found = np.empty(len(scores), np.int32)
        # A development set without tokens has asked nothing.
        weights = mixed(tagger.weights, now, share) if now else tagger.weights
        label_rows(*scored(scores, seen.ends, weights), found)
        score = judge(found)
        tell(score)
        return {"f1": score}

    return measure


def _saved(
    given: Saving | None, neural: Neural, config: Config, inputs: Arrays
) -> Checkpoint | None:
    if given is None:
        return None
    settings = {"neural": asdict(neural), "linear": written_config(config)}
    digest = digest_of(inputs)
    return Checkpoint(given.path, KIND, settings, digest, given.seconds, given.resume)


def _fitting(neural: Neural) -> Fitting:
    """Return how the network is fitted: without an average as published, at one rate."""
    is_plain = not neural.smoothing
    return Fitting(
        epochs=neural.epochs or 1,
        rate=neural.rate,
        warm_up=0.0 if is_plain else 0.05,
        decay="none" if is_plain else "linear",
        clip=neural.clip,
        average=neural.smoothing,
        patience=neural.patience or 0,
        seed=neural.seed,
    )


def _taker(
    given: Read, tables: Sequence[Table], gold: Int32, begins: Int64, ends: Int64
) -> Callable[[Int64, np.random.Generator], dict[str, Any]]:
    """Return what makes a batch of some stretches."""

    def take(rows: Int64, _: np.random.Generator) -> dict[str, Any]:
        low, high = begins[rows], ends[rows]
        labels = [gold[begin:end] for begin, end in zip(low, high, strict=True)]
        return {
            **batch_of(given, tables, low, high, multiple=_MULTIPLE),
            "gold": batches.padded(labels, multiple=_MULTIPLE),
        }

    return take


def _loss(legality: Legality) -> Loss:
    """Return the likelihood among legal sequences of labels."""
    bans = [
        np.where(allowed, np.float32(0), _BAN)
        for allowed in (legality.pairs, legality.start, legality.end)
    ]

    def loss(values: Any, batch: Any, weights: Any) -> Any:
        pairs, first, last = (
            weights[f"{TAGS}.{name}"] + ban
            for name, ban in zip(("transitions", "first", "last"), bans, strict=True)
        )
        scores, mask = values[TAGS]
        return token_losses(scores, mask, batch["gold"], pairs, first, last)

    return loss


def _size(deep: Deep, n_pieces: int, n_tokens: int) -> str:
    n_weights = sum(int(np.prod(shape)) for shape in deep.graph.shapes.values())
    return (
        f"{n_pieces:,} sentences, {n_tokens:,} tokens, {deep.n_labels:,} labels: a network of "
        f"{n_weights:,} weights"
    )


def _facts(tagger: Tagger, learned: Mapping[str, NDArray[Any]], history: History) -> dict[str, Any]:
    """Return what the model file says of the training."""
    scores = [row["f1"] for row in history if "f1" in row]
    best = int(np.argmax(scores)) if scores else None
    facts = {
        "tokens": tagger.training["tokens"],
        "features": n_features(tagger.features),
        "weights": sum(array.size for array in learned.values()),
        "epochs": len(history),
        "best_epoch": None if best is None else best + 1,
        "best_score": None if best is None else scores[best],
        "history": [
            {"epoch": row["epoch"], "loss": row["loss"], "score": row.get("f1")} for row in history
        ],
    }
    if "best_score" in tagger.training:
        facts["linear"] = tagger.training
    return facts
