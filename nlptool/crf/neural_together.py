"""A linear model and a network as one: a weighted geometric mean of their probabilities.

Each is a CRF of the same labels, so the mean is one too: its scores are the mean of theirs.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nlptool.crf.model import Tagger
from nlptool.crf.neural_graph import TAGS
from nlptool.crf.neural_scores import Deep
from nlptool.crf.weights import Weights


def together(tagger: Tagger, deep: Deep) -> Tagger:
    """Return a linear model and a network as one, what each counts multiplied into its weights.

    Args:
        tagger: the linear model.
        deep: the network, and in its settings the linear model's share.
    """
    share = np.float32(deep.config.linear_share)
    weights = mixed(tagger.weights, deep.weights, share)
    weights = replace(weights, values=tuple(share * part for part in weights.values))
    own = {
        name: (1 - share) * array if name.startswith(("scores.", f"{TAGS}.")) else array
        for name, array in deep.weights.items()
    }
    return replace(tagger, weights=weights, network=replace(deep, weights=own))


def mixed(weights: Weights, learned: Mapping[str, NDArray[Any]], share: np.float32) -> Weights:
    """Return weights with the mean of what both have learned of pairs of labels.

    Args:
        weights: of the linear model.
        learned: of the network.
        share: what the linear model counts, from 0 to 1.
    """
    pairs, first, last = (
        np.asarray(share * own + (1 - share) * learned[f"{TAGS}.{name}"], np.float32)
        for name, own in (
            ("transitions", weights.transitions),
            ("first", weights.start),
            ("last", weights.end),
        )
    )
    return replace(weights, transitions=pairs, start=first, end=last)
