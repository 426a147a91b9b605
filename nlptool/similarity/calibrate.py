"""What a cosine means: a threshold, and the probability of the same meaning.

p(same | cosine) = 1 / (1 + exp(-(slope cosine + offset))), fitted to labelled pairs.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from nlptool.errors import CorpusError
from nlptool.similarity.scores import best_threshold


@dataclass(frozen=True)
class Calibration:
    """A logistic curve and a threshold.

    Args:
        threshold: from which cosine on two sentences mean the same.
        accuracy: on the pairs that it was found on.
        slope: of the curve, for a cosine.
        offset: of the curve.
        n_pairs: how many pairs it was found on.
    """

    threshold: float
    accuracy: float
    slope: float
    offset: float
    n_pairs: int

    def probability(self, cosine: float) -> float:
        """Return how probable it is that two sentences mean the same."""
        return float(1 / (1 + np.exp(-np.clip(self.slope * cosine + self.offset, -500, 500))))


def calibrate(cosines: ArrayLike, labels: ArrayLike) -> Calibration:
    """Fit the curve by maximum likelihood, its targets drawn in a little.

    Args:
        cosines: shape (n,).
        labels: whether the two mean the same; shape (n,).

    Raises:
        CorpusError: only one label occurs.

    Source:
        Platt 1999, "Probabilistic outputs for support vector machines", with its targets
        (n+ + 1) / (n+ + 2) and 1 / (n- + 2); Newton's method.
    """
    x = np.asarray(cosines, np.float64)
    same = np.asarray(labels, bool)
    n_same, n_other = int(same.sum()), int((~same).sum())
    if not n_same or not n_other:
        raise CorpusError(
            f"{n_same} pairs of the same meaning and {n_other} of another, expected some of both"
        )
    target = np.where(same, (n_same + 1) / (n_same + 2), 1 / (n_other + 2))
    slope, offset = 0.0, float(np.log((n_same + 1) / (n_other + 1)))
    for _ in range(100):
        p = 1 / (1 + np.exp(-np.clip(slope * x + offset, -500, 500)))
        error, weight = p - target, p * (1 - p) + 1e-12
        # Two unknowns: the normal equations by hand. A little ridge where all cosines agree.
        a, b, c = (weight * x * x).sum() + 1e-9, (weight * x).sum(), weight.sum() + 1e-9
        g, h = (error * x).sum(), error.sum()
        step = np.array([c * g - b * h, a * h - b * g]) / max(a * c - b * b, 1e-12)
        slope, offset = slope - float(step[0]), offset - float(step[1])
        if np.abs(step).max() < 1e-10:
            break
    threshold, accuracy = best_threshold(x, same)
    return Calibration(threshold, accuracy, slope, offset, len(x))
