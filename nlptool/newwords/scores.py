"""How good words are: a list against a gold list, a cut text against one cut by people."""

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate, pairwise, zip_longest

from nlptool.core.text import normalise
from nlptool.errors import CorpusError

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


@dataclass(frozen=True)
class CutScore:
    """A cut text against a gold one: words are the same if they begin and end at the same places.

    Args:
        n_lines: lines compared.
        n_words: words of the text.
        n_gold: words of the gold text.
        n_right: words that are in both.
    """

    n_lines: int
    n_words: int
    n_gold: int
    n_right: int

    @property
    def precision(self) -> float:
        """The share of the text's words that are right."""
        return self.n_right / max(1, self.n_words)

    @property
    def recall(self) -> float:
        """The share of the gold words that are there."""
        return self.n_right / max(1, self.n_gold)

    @property
    def f1(self) -> float:
        """The harmonic mean of both."""
        return 2 * self.n_right / max(1, self.n_words + self.n_gold)


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


def score_cut(
    lines: Iterable[str], gold: Iterable[str], names: tuple[str, str] = ("text", "gold")
) -> CutScore:
    """Compare a cut text with a gold one, line by line; words stand between white space.

    Full-width letters, digits and marks are the same as half-width ones.

    Args:
        lines: of the text.
        gold: of the gold text.
        names: what messages call the two.

    Raises:
        CorpusError: they are not the same text.

    Source:
        The scoring of the SIGHAN bakeoff (Emerson 2005).
    """
    n_lines = n_words = n_gold = n_right = 0
    for number, (own, right) in enumerate(zip_longest(lines, gold), 1):
        if own is None or right is None:
            short, long = names if own is None else names[::-1]
            raise CorpusError(f"{short}:{number}: no such line, but {long} has it")
        words, gold_words = normalise(own).split(), normalise(right).split()
        if "".join(words) != "".join(gold_words):
            raise CorpusError(_difference("".join(words), "".join(gold_words), number, names))
        n_lines += 1
        n_words += len(words)
        n_gold += len(gold_words)
        n_right += len(set(_spans(words)) & set(_spans(gold_words)))
    return CutScore(n_lines, n_words, n_gold, n_right)


def _spans(words: list[str]) -> Iterator[tuple[int, int]]:
    ends = list(accumulate(map(len, words), initial=0))
    return pairwise(ends)


def _difference(text: str, gold: str, number: int, names: tuple[str, str]) -> str:
    """Say where two lines differ."""
    pairs = enumerate(zip_longest(text, gold, fillvalue=""))
    at = next(i for i, (own, right) in pairs if own != right)
    found, expected = (repr(line[at : at + 8]) if line[at:] else "its end" for line in (text, gold))
    return (
        f"{names[0]}:{number}: character {at + 1} is not that of {names[1]}:{number}:"
        f" found {found}, expected {expected}"
    )
