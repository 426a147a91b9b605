"""The slow, obvious twins of the word-vector kernels: one prediction at a time, float64.

They draw the same random numbers and make the same steps in the same order: two inputs, then
their updates, each candidate after the other.
"""

import numpy as np

MASK = 2**64 - 1


class Draws:
    """SplitMix64 on Python integers."""

    def __init__(self, seed):
        self.state = int(seed)

    def bits(self):
        self.state = (self.state + 0x9E3779B97F4A7C15) & MASK
        z = self.state
        z = ((z ^ (z >> 30)) * 0xBF58476D1CE4E5B9) & MASK
        z = ((z ^ (z >> 27)) * 0x94D049BB133111EB) & MASK
        return z ^ (z >> 31)

    def below(self, n):
        return ((self.bits() >> 32) * n) >> 32

    def words(self, table, n):
        drawn = []
        for _ in range(n):
            bits = self.bits()
            i = ((bits >> 32) * len(table)) >> 32
            entry = int(table[i])
            drawn.append(i if bits & 0xFFFFFFFF < entry >> 32 else entry & 0xFFFFFFFF)
        return drawn


def window(ids, i, reach):
    """Return the words to the left, nearest first, then those to the right."""
    found = []
    for step in (-1, 1):
        for distance in range(1, reach + 1):
            j = i + step * distance
            if not 0 <= j < len(ids) or ids[j] < 0:
                break
            found.append(int(ids[j]))
    return found


def slopes(z, target, logistic):
    """Return label - p for each candidate, and the loss."""
    label = np.arange(len(z)) == target
    if logistic:
        p = 1 / (1 + np.exp(-z))
        return label - p, -np.log(np.where(label, p, 1 - p)).sum()
    p = np.exp(z - z.max()) / np.exp(z - z.max()).sum()
    return label - p, -np.log(p[target])


def step(inputs, candidates, offsets, targets, masks, W, bias, rate, logistic, learn):
    """Score inputs against candidates, update W and bias; return input gradients and loss."""
    G = np.zeros((len(inputs), len(candidates)))
    loss = 0.0
    for i, x in enumerate(inputs):
        known = [j for j in range(len(candidates)) if masks[i][j]]
        z = np.array([W[candidates[j]] @ x + offsets[j] for j in known])
        g, one = slopes(z, known.index(targets[i]), logistic)
        G[i, known] = rate * g
        loss += one
    gradients = [np.zeros_like(x) for x in inputs]
    for j, c in enumerate(candidates):
        before = W[c].copy()
        for i, x in enumerate(inputs):
            gradients[i] += G[i, j] * before
            W[c] += G[i, j] * x
            bias[c] += G[i, j] if learn else 0
    return gradients, loss


def skipgram(ids, E, W, bias, shift, table, reach, K, rate, logistic, learn, seed):
    draws = Draws(seed)
    ahead = draws.words(table, K)
    loss, n = 0.0, 0
    for i, word in enumerate(ids):
        if word < 0:
            continue
        contexts = window(ids, i, draws.below(reach) + 1)
        if not contexts:
            continue
        candidates = [int(word), *ahead]
        ahead = draws.words(table, K)
        offsets = bias[candidates] - shift[candidates]
        for c in range(0, len(contexts), 2):
            pair = contexts[c : c + 2]
            inputs = [E[x].copy() for x in pair]
            masks = np.ones((2, K + 1), bool)
            gradients, one = step(
                inputs, candidates, offsets, [0, 0], masks, W, bias, rate, logistic, learn
            )
            for x, gradient in zip(pair, gradients, strict=True):
                E[x] += gradient
            loss += one
        n += len(contexts)
    return loss, n


def cbow(ids, E, W, bias, shift, table, reach, K, rate, logistic, learn, seed):
    draws = Draws(seed)
    ahead = draws.words(table, K)
    loss, n = 0.0, 0
    held = []
    for i, word in enumerate(ids):
        if word >= 0:
            contexts = window(ids, i, draws.below(reach) + 1)
            if contexts:
                held.append((int(word), contexts, np.mean([E[x] for x in contexts], axis=0)))
        if not held or (len(held) == 1 and i < len(ids) - 1):
            continue
        targets = [word for word, _, _ in held]
        inputs = [h for _, _, h in held]
        candidates = [*targets, *ahead]
        ahead = draws.words(table, K)
        offsets = bias[candidates] - shift[candidates]
        masks = np.ones((len(held), len(candidates)), bool)
        masks[:, : len(held)] = np.eye(len(held))
        gradients, one = step(
            inputs, candidates, offsets, [0, 1], masks, W, bias, rate, logistic, learn
        )
        for (_, contexts, _), gradient in zip(held, gradients, strict=True):
            for x in contexts:
                E[x] += gradient
        loss += one
        n += len(held)
        held = []
    return loss, n


def thin(ids, start, apart, keep, seed):
    draws = Draws(seed)
    out = []
    for i, word in enumerate(ids):
        if any(first <= start + i < last for first, last in apart):
            word = -1
        if word >= 0 and np.float32((draws.bits() >> 40) * 2.0**-24) >= keep[word]:
            continue
        out.append(int(word))
    return [*out, -1]
