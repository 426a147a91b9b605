"""Slow, obvious twins of the networks' blocks and of the CRF: one example, one number a time."""

import itertools

import numpy as np


def sigmoid(x):
    return 1 / (1 + np.exp(-x))


def softmax(x):
    e = np.exp(x - np.max(x))
    return e / e.sum()


def gru(x, kernel, recurrent, bias):
    """States of one text; gates: update, reset, candidate."""
    h, units, found = np.zeros(len(recurrent)), len(recurrent), []
    for row in x:
        a = row @ kernel + bias[0]
        b = h @ recurrent + bias[1]
        z = sigmoid(a[:units] + b[:units])
        r = sigmoid(a[units : 2 * units] + b[units : 2 * units])
        c = np.tanh(a[2 * units :] + r * b[2 * units :])
        h = z * h + (1 - z) * c
        found.append(h)
    return np.array(found)


def lstm(x, kernel, recurrent, bias):
    """States of one text; gates: input, forget, candidate, output."""
    units = len(recurrent)
    h, cell, found = np.zeros(units), np.zeros(units), []
    for row in x:
        i, f, c, o = np.split(row @ kernel + h @ recurrent + bias, 4)
        cell = sigmoid(f) * cell + sigmoid(i) * np.tanh(c)
        h = sigmoid(o) * np.tanh(cell)
        found.append(h)
    return np.array(found)


def convolution(x, kernel, bias, dilation=1):
    window = len(kernel)
    before = (window - 1) * dilation // 2
    found = []
    for place in range(len(x)):
        total = bias.astype(float)
        for step in range(window):
            other = place + step * dilation - before
            if 0 <= other < len(x):
                total = total + x[other] @ kernel[step]
        found.append(total)
    return np.array(found)


def attention(x, other, weights, heads, size):
    found = []
    for row in x:
        parts = []
        for head in range(heads):
            columns = slice(head * size, (head + 1) * size)
            query = row @ weights["query"][:, columns]
            keys = other @ weights["key"][:, columns]
            values = other @ weights["value"][:, columns]
            parts.append(softmax(keys @ query / np.sqrt(size)) @ values)
        found.append(np.concatenate(parts) @ weights["output"] + weights["bias"])
    return np.array(found)


def over(x, question):
    """Attention over attention: one number a position of x."""
    scores = x @ question.T
    down = np.array([softmax(column) for column in scores.T]).T
    along = np.array([softmax(row) for row in scores]).mean(axis=0)
    return down @ along


def positions(length, width):
    found = np.zeros((length, width))
    for place in range(length):
        for column in range(width):
            angle = place / 10000 ** (column // 2 * 2 / width)
            found[place, column] = np.cos(angle) if column % 2 else np.sin(angle)
    return found


def crf_paths(scores, transitions, first, last):
    """Every way to tag one text -> its score."""
    found = {}
    for tags in itertools.product(range(scores.shape[1]), repeat=len(scores)):
        total = first[tags[0]] + last[tags[-1]]
        total += sum(scores[place, tag] for place, tag in enumerate(tags))
        total += sum(transitions[a, b] for a, b in itertools.pairwise(tags))
        found[tags] = total
    return found
