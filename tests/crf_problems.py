"""Corpora of features to train on, and what their kernels do, one number after the other."""

import numpy as np

from nlptool.crf.config import Config
from nlptool.crf.features import Encoded
from nlptool.crf.problem import problem_of
from nlptool.crf.template import parse_template
from nlptool.crf.weights import weights_of
from tests import naive_crf_chain as naive

TEMPLATE = """U0:%x[-1,0]
U1:%x[0,0]
U2:%x[1,0]
U3:%x[0,0]/%x[1,0]
B
"""
N_KINDS = 12


def corpus(n=150, *, seed=1, n_labels=3, template=TEMPLATE, longest=12, unknown=0.0):
    """Return sentences whose labels follow from their tokens and the label before, and template.

    Token k alone says label k % n_labels, but every fourth copies the label before it.
    """
    rng = np.random.default_rng(seed)
    shapes = parse_template(template, "t", ["0"])
    pad = shapes.pad
    ids, labels, starts = [], [], [0]
    for _ in range(n):
        length = int(rng.integers(1, longest))
        tokens = rng.integers(0, N_KINDS, length)
        gold = []
        for token in tokens:
            copied = token % 4 == 0 and gold
            gold.append(gold[-1] if copied else int(token % n_labels))
        gold = [-1 if rng.random() < unknown else y for y in gold]
        ids += [N_KINDS] * pad + list(tokens) + [N_KINDS + 1] * pad
        labels += [-1] * pad + gold + [-1] * pad
        starts.append(len(ids))
    ids = np.array(ids)
    width = N_KINDS + 2
    rows = np.full((len(ids), len(shapes.shapes)), -1, np.int32)
    n_records = []
    for k, shape in enumerate(shapes.shapes):
        key = np.zeros(len(ids), np.int64)
        for row, _ in shape.refs:
            key = key * width + np.concatenate([ids[row:], np.zeros(row, np.int64)])
        rows[: len(ids) - shape.reach, k] = key[: len(ids) - shape.reach]
        n_records.append(width ** len(shape.refs))
    names = tuple(f"L{i}" for i in range(n_labels))
    encoded = Encoded(rows, np.array(starts, np.int64), np.array(labels, np.int32), pad, names)
    return encoded, shapes, n_records


EDGES = """U0:%x[-2,0]
U1:%x[0,0]
U2:%x[1,0]
U3:%x[0,0]/%x[1,0]
U:%x[-1,0]/%x[0,0]
B0:%x[0,0]
B1:%x[1,0]
B
"""
"""Features of one and of several places, of labels and of pairs of labels."""


def small(n=6, *, template=EDGES, longest=5, config=None, seed=1):
    """Return a problem of a few short sentences, its template, and random weights, flat."""
    encoded, parsed, n_records = corpus(n, template=template, longest=longest, seed=seed)
    problem = problem_of(encoded, parsed, n_records, config or Config().settled())
    flat = np.random.default_rng(seed).normal(0, 0.5, problem.layout.size).astype(np.float32)
    return problem, parsed, flat


def weights_in(problem, flat):
    """Return weights by their meaning, as views of a flat array."""
    return weights_of(flat, problem.layout, problem.encoded.names, problem.legality)


def slow_scores(problem, template, weights, s):
    """Return the scores of labels [n, L] and of pairs [n, L, L] of a sentence."""
    encoded, L = problem.encoded, problem.layout.n_labels
    first = int(encoded.starts[s]) + encoded.pad
    n = int(encoded.starts[s + 1]) - encoded.pad - first
    S, SE = np.zeros((n, L)), np.zeros((n, L, L))
    for i in range(n):
        for k, shape in enumerate(template.shapes):
            for slot in shape.slots:
                r = encoded.rows[first + i + slot.shift, k]
                if r >= 0:
                    (SE if shape.edge else S)[i] += weights.values[k][r, slot.place]
    return S, SE


def chain_of(problem, template, weights, s):
    """Return a sentence of a CRF as the naive twin takes it, and its labels."""
    encoded = problem.encoded
    S, SE = slow_scores(problem, template, weights, s)
    first = int(encoded.starts[s]) + encoded.pad
    gold = encoded.labels[first : first + len(S)]
    return (S, SE + weights.transitions, weights.start, weights.end), gold


def slow_gradients(problem, template, weights, s):
    """Return the loss of a sentence, and its gradient by the scores of labels and of pairs."""
    chain, gold = chain_of(problem, template, weights, s)
    p, pairs = naive.marginals(chain)
    for t, y in enumerate(gold):
        p[t, y] -= 1
        if t:
            pairs[t, gold[t - 1], y] -= 1
    return naive.log_z(chain) - naive.score(chain, gold), p, pairs
