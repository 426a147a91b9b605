"""The slow, obvious twin of tagging: features by their names, every sequence of labels."""

import math
from collections.abc import Iterator, Sequence
from itertools import pairwise, product

import numpy as np

from nlptool.crf.model import Tagger
from nlptool.crf.normalise import changes
from nlptool.crf.sentences import Sentence
from nlptool.crf.template import expand, refs_in


def weights_by_name(tagger: Tagger) -> dict[str, np.ndarray]:
    """Return the weights of each feature, by its name as CRF++ writes it."""
    found: dict[str, np.ndarray] = {}
    for s, shape in enumerate(tagger.features.template.shapes):
        names = tagger.features.names(s, range(tagger.features.n_records[s]))
        for record, own in enumerate(names):
            for slot, name in zip(shape.slots, own, strict=True):
                found[name] = tagger.weights.values[s][record, slot.place].astype(float)
    return found


def token_at(tokens: Sequence[str], i: int) -> str:
    if i < 0:
        return f"_B{i}"
    return tokens[i] if i < len(tokens) else f"_B+{i - len(tokens) + 1}"


def scores_of(tagger: Tagger, tokens: Sequence[str]) -> tuple[np.ndarray, np.ndarray]:
    """Return the scores of labels at each token, and of pairs of labels."""
    by_name = weights_by_name(tagger)
    plain = [token.translate(changes(tagger.features.columns.normalise)) for token in tokens]
    n, n_labels = len(tokens), len(tagger.labels)
    single = np.zeros((n, n_labels))
    pairs = np.tile(tagger.weights.transitions.astype(float), (n, 1, 1))
    for i in range(n):
        for shape in tagger.features.template.shapes:
            for slot in shape.slots:
                seen = [token_at(plain, i + row) for row, _ in refs_in(slot.text)]
                weights = by_name.get(expand(slot.text, seen))
                if weights is not None and shape.edge:
                    pairs[i] += weights
                elif weights is not None:
                    single[i] += weights
    return single, pairs


def scores_of_rows(tagger: Tagger, text: str) -> np.ndarray:
    """Return the scores of labels at each character, of whatever columns; no pairs."""
    features = tagger.features
    rows = features.rows(features.columns.observe([Sentence(text)]))
    total = np.zeros((len(text), len(tagger.labels)))
    for i in range(len(text)):
        for s, shape in enumerate(features.template.shapes):
            for slot in shape.slots:
                record = rows[features.columns.pad + i + slot.shift, s]
                if record >= 0:
                    total[i] += tagger.weights.values[s][record, slot.place]
    return total


def sequences(tagger: Tagger, tokens: Sequence[str]) -> Iterator[tuple[float, tuple[int, ...]]]:
    """Yield all legal sequences of labels with their scores."""
    single, pairs = scores_of(tagger, tokens)
    weights, legality = tagger.weights, tagger.weights.legality
    n, n_labels = single.shape
    memm = tagger.config.decoder == "memm"
    for path in product(range(n_labels), repeat=n):
        if not (legality.start[path[0]] and legality.end[path[-1]]):
            continue
        if not all(legality.pairs[x, y] for x, y in pairwise(path)):
            continue
        if not memm:
            total = weights.start[path[0]] + weights.end[path[-1]]
            total += sum(single[i, y] for i, y in enumerate(path))
            total += sum(pairs[i, path[i - 1], path[i]] for i in range(1, n))
            yield float(total), path
            continue
        total = 0.0
        for i, y in enumerate(path):
            own = single[i] + (pairs[i, path[i - 1]] if i else weights.start)
            if i == n - 1:
                own = own + weights.end
            total += own[y] - math.log(np.exp(own - own.max()).sum()) - own.max()
        yield float(total), path


def best(tagger: Tagger, tokens: Sequence[str]) -> tuple[float, list[str]]:
    """Return the score of the best labels, and them."""
    score, path = max(sequences(tagger, tokens))
    return score, [tagger.labels[y] for y in path]
