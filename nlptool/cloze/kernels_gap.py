"""The loop that learns which words fit a gap: vectors of words by random softmax.

    h = sum over places k of places[k] * beside[word there]
    p(word) = softmax of inside[word] . h + bias[word], over it and some words drawn at random

Source:
    Mnih, Kavukcuoglu 2013 (a vector of weights for each place); systems.md 1 (random softmax).
    Slow form: tests/naive_cloze.py.
"""

import numpy as np
import numpy.typing as npt

from nlptool.core.compiling import njit

Floats = npt.NDArray[np.float32]
Ints = npt.NDArray[np.int32]

STEP = 6364136223846793005
ADD = 1442695040888963407
"""Of the congruential generator that draws: Knuth's MMIX."""

SLOWER = 0.02
"""What the weights of places learn by, as a share of the rate: all words move them."""


# Sums in any order, so that they are vectors; but what is not finite stays so.
@njit(cache=True, nogil=True, error_model="numpy", fastmath={"reassoc", "contract", "nsz"})
def learn_gaps(  # arrays in, arrays out; loops are not calls
    ids: Ints,
    n_words: int,
    chances: Floats,
    drawn: Ints,
    n_drawn: int,
    rates: Floats,
    state: np.uint64,
    beside: Floats,
    inside: Floats,
    bias: Floats,
    places: Floats,
) -> tuple[float, int]:
    """Learn from a text, changing the last four arrays.

    Args:
        ids: of a text; those from `n_words` on are not words that are known.
        n_words: how many words are known.
        chances: how likely a word is left out to be guessed, 0 to 1; shape (n_words,).
        drawn: what is drawn from, words as often as they are likely; not empty.
        n_drawn: words drawn against each.
        rates: the rate at the beginning of the text, and at its end; shape (2,).
        state: of the generator.
        beside: vectors of words around a gap; shape (n_words, dim).
        inside: vectors of words in it; shape (n_words, dim).
        bias: shape (n_words,).
        places: weights, see `language.Language`; shape (2 * window, dim).

    Returns:
        The sum of the losses in nats, and how many words were guessed.
    """
    n, dim, half = len(ids), beside.shape[1], len(places) // 2
    hidden = np.zeros(dim, np.float32)
    slope = np.zeros(dim, np.float32)
    scores = np.zeros(n_drawn + 1, np.float32)
    rows = np.zeros(n_drawn + 1, np.int64)
    total = 0.0
    n_guessed = 0
    for i in range(n):
        word = ids[i]
        if word >= n_words or chances[word] <= 0:
            continue
        state = state * np.uint64(STEP) + np.uint64(ADD)
        if np.float32(state >> np.uint64(40)) / np.float32(16777216) > chances[word]:
            continue
        rate = rates[0] + (rates[1] - rates[0]) * np.float32(i) / np.float32(n)
        hidden[:] = 0
        for k in range(2 * half):
            at = i + k - half + (1 if k >= half else 0)
            if 0 <= at < n and ids[at] < n_words and ids[at] != word:
                for z in range(dim):
                    hidden[z] += places[k, z] * beside[ids[at], z]
        rows[0] = word
        highest = np.float32(-1e30)
        for m in range(n_drawn + 1):
            if m > 0:
                state = state * np.uint64(STEP) + np.uint64(ADD)
                rows[m] = drawn[np.int64((state >> np.uint64(33)) % np.uint64(len(drawn)))]
            row = rows[m]
            score = bias[row]
            for z in range(dim):
                score += hidden[z] * inside[row, z]
            # The word itself, drawn, is no rival.
            scores[m] = score if m == 0 or row != word else np.float32(-1e30)
            highest = max(highest, scores[m])
        whole = np.float32(0)
        for m in range(n_drawn + 1):
            scores[m] = np.exp(scores[m] - highest)
            whole += scores[m]
        slope[:] = 0
        for m in range(n_drawn + 1):
            error = scores[m] / whole
            if m == 0:
                total -= np.log(error + np.float32(1e-12))
                error -= np.float32(1)
            if error == 0:
                continue
            row = rows[m]
            for z in range(dim):
                slope[z] += error * inside[row, z]
                inside[row, z] -= rate * error * hidden[z]
            bias[row] -= rate * error
        n_guessed += 1
        for k in range(2 * half):
            at = i + k - half + (1 if k >= half else 0)
            if 0 <= at < n and ids[at] < n_words and ids[at] != word:
                row = ids[at]
                for z in range(dim):
                    old = beside[row, z]
                    beside[row, z] -= rate * slope[z] * places[k, z]
                    places[k, z] -= rate * np.float32(SLOWER) * slope[z] * old
    return total, n_guessed
