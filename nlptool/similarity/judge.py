"""Small networks that weigh the evidence on a pair: numbers in, the likeness of the pair out.

score = PRIOR likeness + mean over members of (out . relu(hidden x + bias) + direct . x), x the
evidence with mean 0 and spread 1: what was known without labels, and what labels added to it.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from nlptool.core.vectors import FloatArray
from nlptool.similarity.config_judge import Judging

PRIOR = 8.0
"""What the likeness of a model without labels is multiplied with."""

_FARTHEST = 4  # spreads from the mean, beyond which a number is not believed


@dataclass(frozen=True, eq=False)
class Judge:
    """Trained networks.

    Args:
        mean: of each number; shape (n_numbers,).
        scale: its spread, more than 0.
        hidden: shape (n_members, n_numbers, n_units).
        bias: shape (n_members, n_units).
        out: shape (n_members, n_units).
        direct: shape (n_members, n_numbers).
        slope: of the curve from a score to a likeness, 0 or more.
        offset: of the curve.
        config: the settings.
    """

    mean: FloatArray
    scale: FloatArray
    hidden: FloatArray
    bias: FloatArray
    out: FloatArray
    direct: FloatArray
    slope: float
    offset: float
    config: Judging

    def scores(self, rows: FloatArray) -> FloatArray:
        """Return the score of each pair; the higher, the more alike. Shape (n_pairs,)."""
        x = prepared(rows, self.mean, self.scale)
        found = np.zeros(len(rows), np.float32)
        for hidden, bias, out, direct in zip(
            self.hidden, self.bias, self.out, self.direct, strict=True
        ):
            found += np.maximum(x @ hidden + bias, 0) @ out + x @ direct
        return rows[:, -1] * np.float32(PRIOR) + found / np.float32(len(self.out))

    def likeness(self, rows: FloatArray) -> FloatArray:
        """Return how alike each pair is, between 0 and 1, in the order of the scores.

        Args:
            rows: the evidence; shape (n_pairs, n_numbers).
        """
        powers: NDArray[np.float64] = self.slope * self.scores(rows).astype(np.float64)
        return np.asarray(1 / (1 + np.exp(-np.clip(powers + self.offset, -80, 80))), np.float32)


def prepared(rows: FloatArray, mean: FloatArray, scale: FloatArray) -> FloatArray:
    """Return evidence with mean 0 and spread 1, nothing of it very far away."""
    return np.asarray(np.clip((rows - mean) / scale, -_FARTHEST, _FARTHEST), np.float32)
