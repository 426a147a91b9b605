"""All that is measured of labels beside the gold ones, in one piece."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from nlptool.crf.entities import Tags, boundary_counts, entity_scores, tag_scores
from nlptool.crf.interval import N_ROUNDS, f1_interval
from nlptool.crf.judged import Judged, is_words
from nlptool.crf.mistakes import Mistake, confusion, mistakes
from nlptool.crf.scores import (
    Found,
    Known,
    Sighan,
    found_of,
    known_words,
    sighan,
    word_counts,
)


@dataclass(frozen=True)
class Evaluation:
    """How good labels are.

    Args:
        tags: the labels one by one.
        spans: words or entities, of the same type.
        interval: between which values F1 lies when sentences are drawn again.
        types: the spans of each type; empty for words without types.
        boundaries: the spans whatever their type; None for words without types.
        known: words that training had and had not; None if nobody knows or there are types.
        sighan: what the SIGHAN scorer says; None if there are types.
        confusion: (gold label, found label) -> count, the most frequent first.
        mistakes: the most frequent errors.
    """

    tags: Tags
    spans: Found
    interval: tuple[float, float]
    types: dict[str, Found]
    boundaries: Found | None
    known: Known | None
    sighan: Sighan | None
    confusion: dict[tuple[str, str], int]
    mistakes: list[Mistake]

    @property
    def is_words(self) -> bool:
        """Whether the spans are words without types."""
        return self.sighan is not None


def evaluate(
    pairs: Sequence[Judged],
    words: Collection[str] | None = None,
    *,
    n_mistakes: int = 10,
    n_rounds: int = N_ROUNDS,
    seed: int = 0,
) -> Evaluation:
    """Measure labels beside the gold ones.

    Args:
        pairs: the sentences.
        words: of the training text, as they are written there.
        n_mistakes: how many different errors to list.
        n_rounds: how often sentences are drawn for the interval.
        seed: what the draws start from.
    """
    cuts = is_words(pairs)
    counts = word_counts(pairs)
    return Evaluation(
        tag_scores(pairs),
        found_of(counts),
        f1_interval(counts, n_rounds=n_rounds, seed=seed),
        {} if cuts else entity_scores(pairs),
        None if cuts else found_of(boundary_counts(pairs)),
        known_words(pairs, words) if cuts and words is not None else None,
        sighan(pairs, words) if cuts else None,
        confusion(pairs),
        mistakes(pairs, n_mistakes),
    )
