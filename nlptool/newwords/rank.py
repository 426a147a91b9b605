"""The order in which words are shown: one score from all that is known of each.

    score = log(1 + documents) sqrt(pmi min(left, right)) / length

A word is used in many texts, its symbols need each other, and what stands around it is free:
the product asks for all of these, and the length, in symbols, takes back what longer n-grams
have more of by chance. Found by measuring precision against dictionaries on two corpora;
benchmarks/RESULTS.md has the table of what else was tried.
"""

import numpy as np
from numpy.typing import NDArray

from nlptool.newwords.kernels_grams import Float64, Int32, Int64


def score(
    counts: Int64,
    documents: Int64,
    lengths: NDArray[np.int64] | Int32,
    pmi: Float64,
    left: Float64,
    right: Float64,
) -> Float64:
    """Return what words are ranked by, the best highest; all arrays of shape (n_words,).

    Args:
        counts: how often each occurs; what is taken where the documents are not known.
        documents: in how many documents; -1 if that is not known.
        lengths: how many symbols each has.
        pmi: of the weakest split.
        left: entropy of what stands before; nan counts as 0.
        right: of what stands behind.
    """
    spread = np.log1p(np.where(documents < 0, counts, documents))
    free = np.nan_to_num(np.minimum(left, right))
    scores: Float64 = spread * np.sqrt(np.maximum(pmi, 0) * free) / lengths
    return scores
