"""The slow, obvious twins of the chain's kernels: every label sequence, one after the other.

A chain is (S, T, first, last): scores [n, L]; scores of pairs, one [L, L] for each position
(that of position 0 unused); scores of the first and of the last label. -inf is illegal.
"""

import itertools
import math

import numpy as np


def sequences(n, L, known=None):
    """Yield every label sequence that has the known labels (-1: not known)."""
    choices = [range(L) if known is None or known[t] < 0 else [int(known[t])] for t in range(n)]
    yield from itertools.product(*choices)


def score(chain, path):
    S, T, first, last = chain
    total = first[path[0]] + last[path[-1]]
    for t, y in enumerate(path):
        total += S[t][y]
        if t:
            total += T[t][path[t - 1]][y]
    return float(total)


def log_z(chain, known=None):
    n, L = chain[0].shape
    scores = [score(chain, path) for path in sequences(n, L, known)]
    top = max(scores)
    if top == -math.inf:
        return top
    return top + math.log(sum(math.exp(s - top) for s in scores))


def marginals(chain, known=None):
    """Return the probabilities of labels [n, L] and of pairs [n, L, L]."""
    n, L = chain[0].shape
    z = log_z(chain, known)
    p, pairs = np.zeros((n, L)), np.zeros((n, L, L))
    for path in sequences(n, L, known):
        share = math.exp(score(chain, path) - z)
        for t, y in enumerate(path):
            p[t, y] += share
            if t:
                pairs[t, path[t - 1], y] += share
    return p, pairs


def best(chain, k):
    """Return the k best (score, path), best first."""
    n, L = chain[0].shape
    scored = ((score(chain, path), path) for path in sequences(n, L))
    return sorted((s for s in scored if s[0] > -math.inf), key=lambda s: -s[0])[:k]


def position_loss(kind, gamma, weight, p):
    p = min(p, 1.0)
    if kind == "nll":
        return -weight * math.log(p)
    if kind == "focal":
        return -weight * (1 - p) ** gamma * math.log(p)
    if kind == "soft-truncation":
        q = (1 - p) ** gamma / (p**gamma + (1 - p) ** gamma)
        return -weight * q * math.log(p)
    return -weight * math.log(p) if p < 0.5 else 0.0


def loss(chain, gold, decoder, kind, gamma, weights):
    """Return the loss of a sentence, gold labels -1 where not known; weights None: all 1."""
    S, T, _first, _last = chain
    n, L = S.shape
    if decoder == "crf" and kind == "nll" and weights is None:
        return log_z(chain) - log_z(chain, gold)
    weights = np.ones(L) if weights is None else weights
    total = 0.0
    p = marginals(chain)[0] if decoder == "crf" else None
    for t in range(n):
        if gold[t] < 0:
            continue
        if decoder == "crf":
            right = p[t, gold[t]]
        else:
            row = S[t].astype(float)
            if decoder == "memm":
                if t == 0:
                    row = row + chain[2]
                elif gold[t - 1] >= 0:
                    row = row + T[t][gold[t - 1]]
                else:
                    continue
                if t == n - 1:
                    row = row + chain[3]
            right = math.exp(row[gold[t]]) / sum(math.exp(s) for s in row)
        total += position_loss(kind, gamma, weights[gold[t]], right)
    return total


def slopes(function, array, size=1e-5):
    """Return the derivative of function() by each element of an array, by differences."""
    found = np.zeros(array.shape)
    for place in np.ndindex(*array.shape):
        kept = array[place]
        if not np.isfinite(kept):
            continue
        array[place] = kept + size
        high = function()
        array[place] = kept - size
        low = function()
        array[place] = kept
        found[place] = (high - low) / (2 * size)
    return found
