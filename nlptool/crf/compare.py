"""What one does right that another does not: two sets of labels against the same gold ones."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from nlptool.crf.interval import N_ROUNDS, f1_difference
from nlptool.crf.judged import Judged
from nlptool.crf.mistakes import Mistake, mistakes
from nlptool.crf.scores import Found, found_of, word_counts


@dataclass(frozen=True)
class Comparison:
    """Two against the same gold spans.

    Args:
        first, second: the spans of both.
        n_both: gold spans that both have right.
        n_first: those that only the first has right.
        n_second: those that only the second has right.
        n_neither: those that neither has right.
        interval: between which values the difference of F1 (first - second) lies when
            sentences are drawn again.
        not_better: the share of the draws in which the one with the higher F1 is not better.
        only_first: the most frequent errors of the second where the first is right.
        only_second: those of the first where the second is right.
    """

    first: Found
    second: Found
    n_both: int
    n_first: int
    n_second: int
    n_neither: int
    interval: tuple[float, float]
    not_better: float
    only_first: list[Mistake]
    only_second: list[Mistake]


def compare(
    first: Sequence[Judged],
    second: Sequence[Judged],
    *,
    n_shown: int = 10,
    n_rounds: int = N_ROUNDS,
    seed: int = 0,
) -> Comparison:
    """Compare two sets of labels of the same gold sentences.

    Args:
        first: the sentences with the labels of the one.
        second: the same sentences, in the same order, with the labels of the other.
        n_shown: how many errors to show of each.
        n_rounds: how often sentences are drawn for the interval.
        seed: what the draws start from.
    """
    totals: Counter[tuple[bool, bool]] = Counter()
    for one, other in zip(first, second, strict=True):
        gold, spans = one.spans()
        others = set(other.spans()[1])
        right = set(spans)
        totals.update((span in right, span in others) for span in gold)
    counts, other_counts = word_counts(first), word_counts(second)
    scores = found_of(counts), found_of(other_counts)
    ahead = scores[0].f1 >= scores[1].f1
    low, high, not_better = f1_difference(
        *((counts, other_counts) if ahead else (other_counts, counts)),
        n_rounds=n_rounds,
        seed=seed,
    )
    return Comparison(
        *scores,
        totals[True, True],
        totals[True, False],
        totals[False, True],
        totals[False, False],
        (low, high) if ahead else (-high, -low),
        not_better,
        mistakes(second, n_shown, unless=first),
        mistakes(first, n_shown, unless=second),
    )
