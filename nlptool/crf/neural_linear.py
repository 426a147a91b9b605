"""The linear model beside a network."""

from collections.abc import Sequence

import numpy as np

from nlptool.core.report import Report
from nlptool.crf.config import MOST_LABELS, Config
from nlptool.crf.indexing import build
from nlptool.crf.learn import Seeing, learn
from nlptool.crf.model import Tagger, legality_of
from nlptool.crf.neural_config import Neural
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
    """Return the linear model that the network is to have beside it, or one that says nothing.

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
    if neural.linear_share:
        return learn(sentences, seeing, config, dev=dev, memory=memory, report=report)
    features, encoded = build(
        sentences,
        seeing.template,
        normalise=seeing.normalise,
        lexicons=seeing.lexicons,
        clusters=seeing.clusters,
        threads=config.threads,
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
