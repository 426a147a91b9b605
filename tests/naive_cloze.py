"""Slow, obvious twins of what counts and learns in nlptool/cloze."""

from collections import Counter

import numpy as np

MASK = (1 << 64) - 1


def counted(ids, gap, n, least):
    """Return how often ids stand in a row, those seen `least` times or more.

    Args:
        ids: of a text.
        gap: from one word to the next.
        n: how many words.
        least: see there.
    """
    rows = [tuple(ids[i + k * gap] for k in range(n)) for i in range(len(ids) - (n - 1) * gap)]
    return {row: count for row, count in Counter(rows).items() if count >= least}


def learn_gaps(ids, n_words, chances, drawn, n_drawn, rates, state, beside, inside, bias, places):
    """Learn as `kernels_gap.learn_gaps` does; float64."""
    half = len(places) // 2
    total, n_guessed = 0.0, 0

    def bits():
        nonlocal state
        state = (state * 6364136223846793005 + 1442695040888963407) & MASK
        return state

    for i, word in enumerate(ids):
        if word >= n_words or chances[word] <= 0:
            continue
        if (bits() >> 40) / 16777216 > chances[word]:
            continue
        rate = rates[0] + (rates[1] - rates[0]) * i / len(ids)
        around = [(k, i + k - half + (k >= half)) for k in range(2 * half)]
        around = [
            (k, ids[at])
            for k, at in around
            if 0 <= at < len(ids) and ids[at] < n_words and ids[at] != word
        ]
        hidden = sum((places[k] * beside[row] for k, row in around), np.zeros(beside.shape[1]))
        rows = [word] + [drawn[(bits() >> 33) % len(drawn)] for _ in range(n_drawn)]
        rivals = [row for m, row in enumerate(rows) if m == 0 or row != word]
        scores = np.array([0.0] * len(rivals))
        # One after the other, as the same row may be drawn twice.
        for m, row in enumerate(rivals):
            scores[m] = bias[row] + hidden @ inside[row]
        shares = np.exp(scores - scores.max())
        shares /= shares.sum()
        total -= np.log(shares[0])
        n_guessed += 1
        slope = np.zeros(beside.shape[1])
        for m, row in enumerate(rivals):
            error = shares[m] - (m == 0)
            slope += error * inside[row]
            inside[row] -= rate * error * hidden
            bias[row] -= rate * error
        for k, row in around:
            old = beside[row].copy()
            beside[row] -= rate * slope * places[k]
            places[k] -= rate * 0.02 * slope * old
    return total, n_guessed


def pointed(asks, keys, may_be, scale):
    """Return how likely each place has the answer: a softmax over those that may.

    Args:
        asks: what the blank asks for; shape (width,).
        keys: what each place answers; shape (n_words, width).
        may_be: which places may have the answer; shape (n_words,).
        scale: of the products.
    """
    powers = [
        np.exp(float(np.dot(asks.astype(np.float64), key)) * scale) if may else 0.0
        for key, may in zip(keys, may_be, strict=True)
    ]
    return [power / sum(powers) for power in powers]
