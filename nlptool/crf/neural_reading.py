"""Sentences as a network sees them, when it is trained."""

from collections.abc import Sequence

import numpy as np

from nlptool.crf.codes import code
from nlptool.crf.derived import asks_own
from nlptool.crf.model import Tagger
from nlptool.crf.neural_inputs import Read, positions
from nlptool.crf.neural_scores import Deep
from nlptool.crf.normalise import changes, normal_points
from nlptool.crf.own_words import own_lexicon
from nlptool.crf.sentences import Sentence


def read_all(deep: Deep, tagger: Tagger, sentences: Sequence[Sentence]) -> Read:
    """Return sentences that are not learned, with what the linear model says of them."""
    columns = tagger.features.columns
    coded = code(sentences, columns.own, changes(columns.normalise), labels=False)
    return deep.read(coded, tagger.features, tagger.weights)


def read_own(
    deep: Deep, tagger: Tagger, known: Sequence[Sentence], kept: Sequence[Sentence]
) -> Read:
    """Return the training text as the network sees it.

    The text's own words are those of the other parts of it, as for the linear model.

    Args:
        deep: the network.
        tagger: the linear model, which has learned all of `known`.
        known: sentences.
        kept: those of them that the network learns, in their order.
    """
    columns = tagger.features.columns
    coded = code(known, columns.own, changes(columns.normalise), labels=True)
    folds = []
    if asks_own(columns.names) and deep.n_marks:
        folds = own_lexicon(coded, normal_points(columns.normalise))[1]
    observed = columns.observe_codes(coded, folds)
    wanted = set(map(id, kept))
    stay = np.repeat([id(one) in wanted for one in known], [len(one) for one in known])
    return deep.read_ids(
        observed.ids[:, positions(coded.ends, columns.pad)[stay]],
        coded.columns[0][stay],
        np.cumsum([len(one) for one in kept], dtype=np.int64),
        tagger.features,
        np.zeros((0, deep.n_labels), np.float32),
        tuple(coded.coders[0].longer),
    )
