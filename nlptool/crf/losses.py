"""What a wrong answer costs: losses of the probability p of the right label.

    nll               -log p
    focal             -(1 - p)^gamma log p
    soft-truncation   -q log p,  q = (1 - p)^K / (p^K + (1 - p)^K)
    hard-truncation   -log p while p < 1/2, else 0

times the weight of the right label's class. `nll` without class weights is, for a CRF, that
of the whole sequence; all others are sums over positions, of marginal probabilities.

Source:
    Lin et al. 2017, "Focal loss for dense object detection", section 3; Su Jianlin 2017 (soft
    and hard truncation); Kakade, Teh & Roweis 2002, "An alternate objective function for
    Markovian fields" (marginals).
"""

import math
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
from numba import njit

from nlptool.crf.tags import split_label
from nlptool.errors import ConfigError

NLL, FOCAL, SOFT, HARD = range(4)
KINDS = {"nll": NLL, "focal": FOCAL, "soft-truncation": SOFT, "hard-truncation": HARD}

LEAST_LOG = -600.0
"""Below, a probability is taken to be e^-600, so that every slope is finite."""


@njit(cache=True, nogil=True)
def loss_of(kind: int, gamma: float, weight: float, log_p: float) -> tuple[float, float]:
    """Return the loss and its derivative by log p.

    Args:
        kind: NLL, FOCAL, SOFT or HARD.
        gamma: of focal loss, or the steepness K of soft truncation.
        weight: of the class.
        log_p: of the right label, at most 0.
    """
    log_p = min(0.0, max(log_p, LEAST_LOG))
    if kind == NLL:
        return -weight * log_p, -weight
    p = math.exp(log_p)
    rest = max(-math.expm1(log_p), 1e-15)
    if kind == FOCAL:
        power = rest**gamma
        return -weight * power * log_p, weight * (gamma * power / rest * p * log_p - power)
    if kind == SOFT:
        q = 1.0 / (1.0 + math.exp(min(700.0, gamma * (log_p - math.log(rest)))))
        slope = -q * (1.0 - q) * gamma / rest
        return -weight * q * log_p, -weight * (q + log_p * slope)
    if p < 0.5:
        return -weight * log_p, -weight
    return 0.0, 0.0


def class_weights(
    labels: Sequence[str], given: Sequence[tuple[str, float]]
) -> npt.NDArray[np.float64]:
    """Return the weight of each label.

    Args:
        labels: of the model.
        given: (label or type, weight); a label counts before its type.

    Raises:
        ConfigError: a name is neither a label nor a type.
    """
    weights = np.ones(len(labels))
    types = {label: split_label(label)[1] for label in labels}
    known = {*types, *types.values()} - {""}
    named = dict(given)
    for name in named:
        if name not in known:
            raise ConfigError(
                f"--class-weights: {name!r} is no label, expected one of {', '.join(labels)}"
            )
    for i, label in enumerate(labels):
        weights[i] = named.get(label, named.get(types[label], 1.0))
    return weights
