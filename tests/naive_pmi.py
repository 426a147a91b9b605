"""The slow, obvious twins of co-occurrence counting and of the PMI factorisation."""

import math
from collections import Counter

import numpy as np


def cooccur(ids, window):
    """Count (i, j), i < j, for each pair of places at most `window` apart in a sentence."""
    counts = Counter()
    sentence = []
    for word in [*ids, -1]:
        if word >= 0:
            sentence.append(word)
            continue
        for first in range(len(sentence)):
            for second in range(first + 1, len(sentence)):
                i, j = sorted((sentence[first], sentence[second]))
                if second - first <= window and i != j:
                    counts[i, j] += 1
        sentence = []
    return counts


def pmi(ids, pairs):
    """Return the PMI of each pair, from its count and the words' own counts."""
    words = Counter(word for word in ids if word >= 0)
    n = sum(words.values())
    both_ways = 2 * sum(pairs.values())
    return {
        (i, j): math.log(x)
        - math.log(both_ways)
        - math.log(words[i])
        - math.log(words[j])
        + 2 * math.log(n)
        for (i, j), x in pairs.items()
    }


def adagrad(left, right, slopes_left, slopes_right, cells, rate):
    """Go through cells (i, j, pmi, weight) once, changing float64 arrays; return the loss.

    `left` and `right`, and their sums of squared gradients, may be the same arrays.
    """
    loss = 0.0
    for i, j, target, weight in cells:
        error = left[i] @ right[j] - target
        loss += weight * error**2
        of_left, of_right = 2 * weight * error * right[j], 2 * weight * error * left[i]
        slopes_left[i] += of_left**2
        slopes_right[j] += of_right**2
        left[i] -= rate * of_left / np.sqrt(slopes_left[i] + 1e-8)
        right[j] -= rate * of_right / np.sqrt(slopes_right[j] + 1e-8)
    return loss
