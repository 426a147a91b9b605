"""How good a list of words is, against a gold list. Cut text is measured in score_cut.py."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from itertools import accumulate

RANKS = (100, 1_000, 10_000)
"""Where the precision of a list is measured."""


@dataclass(frozen=True)
class ListScore:
    """A list of words against a gold list.

    Args:
        n_words: how many different words the list has.
        n_gold: how many the gold list has.
        n_found: how many are in both.
        precision: of the first so many words, by how many these are; None if the list is shorter.
        recall: the share of the gold list that is found.
        average_precision: the precision at each word that is found, added up, over the gold list.
    """

    n_words: int
    n_gold: int
    n_found: int
    precision: dict[int, float | None]
    recall: float
    average_precision: float


def score_list(
    words: Iterable[str], gold: Collection[str], ranks: Sequence[int] = RANKS
) -> ListScore:
    """Measure a list of words, the best first; a word that comes again does not count.

    Args:
        words: the list.
        gold: what should be in it.
        ranks: where to measure the precision.
    """
    wanted = set(gold)
    hits = [word in wanted for word in dict.fromkeys(words)]
    found = list(accumulate(hits, initial=0))
    precisions = sum(found[i + 1] / (i + 1) for i, hit in enumerate(hits) if hit)
    return ListScore(
        len(hits),
        len(wanted),
        found[-1],
        {rank: found[rank] / rank if rank <= len(hits) else None for rank in ranks},
        found[-1] / max(1, len(wanted)),
        precisions / max(1, len(wanted)),
    )
