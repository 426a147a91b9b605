"""The order in which words are shown: one score from all that is known of each."""

import numpy as np

from nlptool.newwords.kernels_grams import Float64, Int64


def score(counts: Int64, pmi: Float64, left: Float64, right: Float64) -> Float64:
    """Return what words are ranked by, the best highest."""
    return np.log(counts) * pmi * np.minimum(left, right)
