"""How well spans with types are found: entities, whole and by type, as conlleval counts them.

Words are measured in scores.py.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from nlptool.crf.judged import Judged
from nlptool.crf.scores import Found


@dataclass(frozen=True)
class Tags:
    """How many labels are right; those that are not known in the gold text do not count.

    Args:
        n_tokens: tokens with a gold label.
        n_right: those whose label is right.
        n_sentences: sentences with a token.
        n_right_sentences: those whose every label is right.
    """

    n_tokens: int
    n_right: int
    n_sentences: int
    n_right_sentences: int

    @property
    def accuracy(self) -> float:
        """The share of the labels that are right."""
        return self.n_right / max(1, self.n_tokens)

    @property
    def exact(self) -> float:
        """The share of the sentences that are right as a whole."""
        return self.n_right_sentences / max(1, self.n_sentences)


def entity_scores(pairs: Sequence[Judged]) -> dict[str, Found]:
    """Return the entities of each type that are right: same begin, same end, same type.

    Args:
        pairs: the sentences.

    Returns:
        By type, in alphabetical order.

    Source:
        conlleval (Tjong Kim Sang and Buchholz 2000, CoNLL shared task).
    """
    found: Counter[str] = Counter()
    gold: Counter[str] = Counter()
    right: Counter[str] = Counter()
    for pair in pairs:
        gold_spans, spans = pair.spans()
        gold.update(kind for _, _, kind in gold_spans)
        found.update(kind for _, _, kind in spans)
        right.update(kind for _, _, kind in set(gold_spans) & set(spans))
    return {kind: Found(found[kind], gold[kind], right[kind]) for kind in sorted(gold | found)}


def boundary_counts(pairs: Sequence[Judged]) -> NDArray[np.int64]:
    """Return for each sentence how many spans are found, gold and in both, whatever their type.

    Returns:
        Shape (n_sentences, 3).
    """
    counts = np.zeros((len(pairs), 3), np.int64)
    for row, pair in enumerate(pairs):
        gold, found = ({span[:2] for span in spans} for spans in pair.spans())
        counts[row] = len(found), len(gold), len(gold & found)
    return counts


def tag_scores(pairs: Sequence[Judged]) -> Tags:
    """Return how many labels are right, token by token."""
    n_tokens = n_right = n_sentences = n_right_sentences = 0
    for pair in pairs:
        known = [label == own for label, own in zip(pair.gold, pair.found, strict=True) if label]
        n_tokens += len(known)
        n_right += sum(known)
        n_sentences += bool(known)
        n_right_sentences += bool(known) and all(known)
    return Tags(n_tokens, n_right, n_sentences, n_right_sentences)
