"""From labelled sentences to a tagger, as a recipe.

sentences -> features and encoded text   (indexing.py)
          -> weights                     (train.py), judged by a development set if there is
          -> Tagger                      (model.py)
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from hashlib import sha256
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nlptool.core.checkpoint import Checkpoint
from nlptool.core.report import Note, Report, silent
from nlptool.crf.clusters import Clusters
from nlptool.crf.codes import Int32, Int64
from nlptool.crf.config import MOST_LABELS, Config
from nlptool.crf.features import Encoded, Features, encode
from nlptool.crf.indexing import build, forecast
from nlptool.crf.kernels_measure import count_spans
from nlptool.crf.kernels_tag import label_rows
from nlptool.crf.lexicon import Lexicon
from nlptool.crf.marks import marks_of
from nlptool.crf.model import Tagger, legality_of
from nlptool.crf.records import joined
from nlptool.crf.sentences import Sentence
from nlptool.crf.tags import detect_scheme, split_label
from nlptool.crf.template import Template
from nlptool.crf.train import Measure, train
from nlptool.crf.weights import Weights
from nlptool.errors import ConfigError, CorpusError

FEW = 1000
"""Sentences from which on large weights of names are held down: fewer say too little anyway."""


@dataclass(frozen=True, eq=False)
class Seeing:
    """What a model is to see of a text.

    Args:
        template: the templates.
        normalise: see normalise.py.
        lexicons: those that the template may ask for.
        clusters: the same.
    """

    template: Template
    normalise: tuple[str, ...] = ()
    lexicons: Sequence[Lexicon] = ()
    clusters: Sequence[Clusters] = ()


def seeing_of(tagger: Tagger) -> Seeing:
    """Return what a model sees."""
    columns = tagger.features.columns
    return Seeing(tagger.features.template, columns.normalise, columns.lexicons, columns.clusters)


def learn(
    sentences: Iterable[Sentence],
    seeing: Seeing,
    config: Config,
    *,
    dev: Sequence[Sentence] = (),
    init: Tagger | None = None,
    memory: int | None = None,
    checkpoint: Checkpoint | None = None,
    report: Report = silent,
    tell: Callable[[float], None] = lambda _: None,
) -> Tagger:
    """Train a tagger.

    Args:
        sentences: labelled; read once.
        seeing: what it is to see of them.
        config: the settings.
        dev: labelled sentences that say after each epoch how good it is; none of them are
            learned.
        init: a model to go on from, which sees the same.
        memory: bytes that the training may take; fewer features are kept if need be.
        checkpoint: see `train.train`.
        report: hears how far it is, and how much memory the training takes.
        tell: hears F1 on the development set after each epoch; of plain labels, the share that
            is right.

    Raises:
        ConfigError: see `indexing.build` and `train.train`.
        CorpusError: see there; no labels in the development set.
        ModelError: see `train.train`.
        RunError: see there.
    """
    units = {"char": 0, "word": 0}
    features, encoded = build(
        _counted(sentences, units),
        seeing.template,
        normalise=seeing.normalise,
        lexicons=seeing.lexicons,
        clusters=seeing.clusters,
        min_count=config.min_feature_count,
        memory=memory,
        copies=copies_of(config),
        threads=config.threads,
        report=report,
    )
    if len(encoded.names) > MOST_LABELS:
        raise ConfigError(
            f"the corpus has {len(encoded.names):,} different labels, expected at most "
            f"{MOST_LABELS:,}; is the label's column the right one?"
        )
    labels = sorted({*encoded.names, *(init.labels if init else ())})
    many = len(encoded.starts) > FEW
    config = config.settled(has_types=many and any(all(split_label(name)) for name in labels))
    scheme = detect_scheme(labels)
    legality = legality_of(labels, scheme)
    weights = None
    if init is not None:
        encoded = _relabelled(encoded, labels)
        features, weights = joined(init.features, init.weights, features, labels, legality)
    report(_size(features, encoded, copies_of(config)))
    unit = "word" if units["word"] >= max(units["char"], 1) else "char"
    if all(units.values()):
        report(_mixed(units, unit))
    measure, inputs = None, ""
    if dev:
        measure, inputs = _measure(dev, features, labels, config, tell)
    if weights is not None:
        inputs += digest_of([weights.transitions, *weights.values])
    trained = train(
        encoded,
        seeing.template,
        features.n_records,
        config,
        legality=legality,
        measure=measure,
        init=weights,
        checkpoint=checkpoint,
        inputs=inputs,
        report=report,
    )
    facts = {"tokens": encoded.n_tokens, "features": n_features(features), **trained.facts}
    return Tagger(features, trained.weights, scheme, unit, config, facts)


def n_features(features: Features) -> int:
    """Return how many features there are, each of which has a weight for every label."""
    shapes = features.template.shapes
    return sum(n * shape.n_places for n, shape in zip(features.n_records, shapes, strict=True))


def _counted(sentences: Iterable[Sentence], units: dict[str, int]) -> Iterator[Sentence]:
    """Yield sentences, counting those of characters and of words."""
    for sentence in sentences:
        units["char" if sentence.is_characters else "word"] += 1
        yield sentence


def _mixed(units: dict[str, int], unit: str) -> Note:
    """Return what is said of a text that has characters and words."""
    total = units["char"] + units["word"]
    return Note(
        f"tokens of several characters in {units['word']:,} of {total:,} sentences: the model is "
        f"one of {'words' if unit == 'word' else 'characters'}"
    )


def _relabelled(encoded: Encoded, labels: Sequence[str]) -> Encoded:
    """Return a text with the numbers that its labels have among more of them."""
    numbers = np.array([*map(labels.index, encoded.names), -1], np.int32)
    return replace(encoded, labels=numbers[encoded.labels], names=tuple(labels))


def copies_of(config: Config) -> int:
    """Return how many floats a training keeps for each weight, those of the best epoch too."""
    if config.algorithm == "lbfgs":
        return 2 * config.history + (8 if config.l1 else 6)
    return 4 if config.average else 3


def _size(features: Features, encoded: Encoded, copies: int) -> Note:
    """Return what there is to be trained, and how much memory that takes."""
    shapes = features.template.shapes
    n_bytes = forecast(shapes, features.n_records, len(encoded.names), len(encoded.rows), copies)
    return Note(
        f"{len(encoded.starts) - 1:,} sentences, {encoded.n_tokens:,} tokens, "
        f"{len(encoded.names):,} labels, {n_features(features):,} features: training takes about "
        f"{n_bytes / 1e6:,.0f} MB"
    )


def _measure(
    dev: Sequence[Sentence],
    features: Features,
    labels: Sequence[str],
    config: Config,
    tell: Callable[[float], None],
) -> tuple[Measure, str]:
    """Return what measures weights on a development set, and its fingerprint.

    Raises:
        CorpusError: it has no labels.
    """
    encoded = encode(dev, features, labels)
    judge, gold, ends = judge_of(dev, labels)
    found = np.empty(len(gold), np.int32)

    def measure(weights: Weights) -> float:
        tagger = Tagger(features, weights, "none", "char", config, {})
        label_rows(encoded.rows, encoded.starts, tagger.kernel, found)
        score = judge(found)
        tell(score)
        return score

    return measure, digest_of([encoded.rows, gold, ends])


def judge_of(
    dev: Sequence[Sentence], labels: Sequence[str]
) -> tuple[Callable[[Int32], float], Int32, Int64]:
    """Return what measures labels of a development set.

    Args:
        dev: the sentences.
        labels: those of the model, in the order of their numbers.

    Returns:
        A function from the numbers of the labels of all tokens to F1; the true ones, some of
        which may be none of the model's; and where each sentence ends.

    Raises:
        CorpusError: a sentence has no labels.
    """
    names = {label: number for number, label in enumerate(labels)}
    gold = np.empty(sum(map(len, dev)), np.int32)
    at = 0
    for sentence in dev:
        if sentence.labels is None:
            where = f"{sentence.path}:{sentence.line}: " if sentence.path else ""
            raise CorpusError(f"{where}a development sentence without labels, expected some")
        for label in sentence.labels:
            gold[at] = names.setdefault(label, len(names))
            at += 1
    marks = marks_of(list(names))
    ends = np.cumsum([len(sentence) for sentence in dev], dtype=np.int64)

    def judge(found: Int32) -> float:
        n_found, n_gold, n_right = count_spans(found, gold, ends, marks.places, marks.kinds)
        return float(2 * n_right / max(1, n_found + n_gold))

    return judge, gold, ends


def digest_of(arrays: Iterable[NDArray[Any]]) -> str:
    """Return a fingerprint of arrays."""
    digest = sha256()
    for array in arrays:
        digest.update(np.ascontiguousarray(array).data)
    return digest.hexdigest()
