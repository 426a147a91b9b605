"""The linear model beside a network, and what others like it say of sentences they never saw.

A linear model is nearly always right about the sentences that it was trained on: a network that
saw that in training would learn to believe it, and learn nothing else. So the text is cut into
folds, and each gets the scores of a model of all the others; they are stretches of the text,
as neighbours speak of the same things.

Source:
    Wolpert, "Stacked generalization", 1992.
"""

from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

import numpy as np

from nlptool.core.report import Note, Report, silent
from nlptool.crf.config import MOST_LABELS, Config
from nlptool.crf.features import encode
from nlptool.crf.indexing import build
from nlptool.crf.learn import Seeing, learn
from nlptool.crf.model import Tagger, legality_of
from nlptool.crf.neural_config import Neural
from nlptool.crf.neural_inputs import linear_scores
from nlptool.crf.neural_vectors import Float32
from nlptool.crf.own_words import fold_bounds
from nlptool.crf.records import layout_for
from nlptool.crf.sentences import Sentence
from nlptool.crf.tags import detect_scheme
from nlptool.crf.weights import weights_of
from nlptool.errors import ConfigError


def linear_model(
    sentences: Sequence[Sentence],
    seeing: Seeing,
    config: Config,
    neural: Neural,
    dev: Sequence[Sentence],
    memory: int | None,
    report: Report,
) -> Tagger:
    """Return the linear model that the network goes on from, or one that says nothing.

    Args:
        sentences: with labels.
        seeing: what it sees.
        config: how it is trained.
        neural: the settings of the network: whether there is to be a linear model.
        dev: see `learn.learn`.
        memory: see there.
        report: hears how far it is.

    Raises:
        ConfigError: see there.
        CorpusError: see there.
    """
    if neural.folds:
        return learn(sentences, seeing, config, dev=dev, memory=memory, report=report)
    features, encoded = build(
        sentences, seeing.template, normalise=seeing.normalise, threads=config.threads
    )
    if len(encoded.names) > MOST_LABELS:
        raise ConfigError(
            f"the corpus has {len(encoded.names):,} different labels, expected at most "
            f"{MOST_LABELS:,}; is the label's column the right one?"
        )
    scheme = detect_scheme(encoded.names)
    layout = layout_for(features, len(encoded.names))
    flat = np.zeros(layout.size, np.float32)
    weights = weights_of(flat, layout, encoded.names, legality_of(encoded.names, scheme))
    unit = "char" if all(sentence.is_characters for sentence in sentences) else "word"
    facts = {"tokens": encoded.n_tokens}
    return Tagger(features, weights, scheme, unit, config.settled(), facts)


def unseen_scores(
    sentences: Sequence[Sentence],
    seeing: Seeing,
    config: Config,
    tagger: Tagger,
    n_folds: int,
    report: Report = silent,
) -> Float32:
    """Return what a model of the other folds says of each label at each token.

    Args:
        sentences: with labels.
        seeing: what the models see.
        config: how they are trained.
        tagger: the model of all of them, which says what the labels are; of a text of one
            sentence its own scores are returned.
        n_folds: how many.
        report: hears how far it is.

    Returns:
        Shape (n_tokens, n_labels). A label that a fold's model does not know has the lowest
        score of its token.
    """
    n_folds = min(n_folds, len(sentences))
    if n_folds < 2:
        return _scores(sentences, tagger, tagger.labels)
    # As long as the model of all of them: later epochs have larger weights.
    best = tagger.training.get("best_epoch") or tagger.training["epochs"]
    config = replace(config, epochs=best)
    bounds = fold_bounds(len(sentences), n_folds).tolist()
    found: list[Float32] = []
    for number, (begin, end) in enumerate(pairwise(bounds), 1):
        report(Note(f"linear model {number} of {n_folds}, without a part of the text"))
        others = [*sentences[:begin], *sentences[end:]]
        other = learn(others, seeing, config, report=_without_notes(report))
        found.append(_scores(sentences[begin:end], other, tagger.labels))
    return np.concatenate(found)


def _scores(sentences: Sequence[Sentence], tagger: Tagger, labels: Sequence[str]) -> Float32:
    """Return the scores that a model has for labels, its own and others."""
    encoded = encode(sentences, tagger.features, ())
    ends = np.cumsum([len(sentence) for sentence in sentences], dtype=np.int64)
    own = linear_scores(tagger.features, tagger.weights, encoded.rows, ends)
    found = np.repeat(own.min(axis=1, keepdims=True), len(labels), axis=1)
    known = [place for place, label in enumerate(labels) if label in tagger.labels]
    found[:, known] = own[:, [tagger.labels.index(labels[place]) for place in known]]
    return found


def _without_notes(report: Report) -> Report:
    """Return a report that hears how far it is, and nothing else."""
    return lambda event: None if isinstance(event, Note) else report(event)
