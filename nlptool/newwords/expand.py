"""From some words of a domain to the rest: a breadth-first spread over nearest neighbours.

The farther from the seeds, the nearer a neighbour has to be: at depth d a word is accepted if
its cosine with the word that leads to it is at least s + (1 - s)(1 - exp(-alpha d)).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import exp, isfinite

import numpy as np

from nlptool.core.report import Progress, Report, silent
from nlptool.core.vectors import Vectors
from nlptool.errors import ConfigError


@dataclass(frozen=True)
class Spread:
    """How far to go.

    Args:
        neighbours: how many of a word are looked at.
        similarity: s, between 0 and 1.
        alpha: how fast the threshold rises, at least 0.
        max_depth: how many steps at most; as many as it takes if None.
        min_len: characters of a word, at least.
    """

    neighbours: int = 20
    similarity: float = 0.6
    alpha: float = 0.35
    max_depth: int | None = None
    min_len: int = 2

    def __post_init__(self) -> None:
        """Refuse what makes no sense.

        Raises:
            ConfigError: a setting is out of its range.
        """
        for name, low, high in (
            ("neighbours", 1, 10_000),
            ("max_depth", 1, 10_000),
            ("min_len", 1, 1000),
        ):
            value = getattr(self, name)
            if value is not None and not low <= value <= high:
                raise ConfigError(f"--{name.replace('_', '-')}: {value}, expected {low} to {high}")
        if not (isfinite(self.similarity) and -1 <= self.similarity <= 1):
            raise ConfigError(f"--similarity: {self.similarity}, expected -1 to 1")
        if not (isfinite(self.alpha) and 0 <= self.alpha <= 100):
            raise ConfigError(f"--alpha: {self.alpha}, expected 0 to 100")

    def threshold(self, depth: int) -> float:
        """Return the least cosine at a depth; the seeds' neighbours are at depth 1."""
        rise = 1 - exp(-self.alpha * depth)
        return self.similarity + (1 - self.similarity) * rise


@dataclass(frozen=True)
class Accepted:
    """A word, and why it is there.

    Args:
        word: the word.
        parent: whose neighbour it is; empty for a seed.
        depth: how many steps from a seed; 0 for a seed.
        cosine: with its parent; 1 for a seed.
    """

    word: str
    parent: str
    depth: int
    cosine: float


def expand(
    seeds: Sequence[str], vectors: Vectors, spread: Spread | None = None, *, report: Report = silent
) -> tuple[list[Accepted], list[str]]:
    """Spread from seeds.

    A word that several words of one step lead to belongs to the one that it is nearest to, the
    first of equal ones.

    Args:
        seeds: words; repeated ones count once.
        vectors: whose neighbours are taken.
        spread: how far.
        report: hears of the words looked at.

    Returns:
        The accepted words, the seeds first, then by depth, and by falling cosine within one;
        and the seeds that have no vector.
    """
    spread = spread or Spread()
    given = list(dict.fromkeys(seeds))
    unknown = [word for word in given if word not in vectors.ids]
    found = [Accepted(word, "", 0, 1.0) for word in given if word in vectors.ids]
    taken = {vectors.ids[one.word] for one in found}
    level = list(found)
    looked = 0
    while level and (spread.max_depth is None or level[0].depth < spread.max_depth):
        depth = level[0].depth + 1
        nearest = vectors.nearest([one.word for one in level], spread.neighbours)
        ok = (nearest.scores >= spread.threshold(depth)) & (nearest.ids >= 0)
        rows, columns = np.nonzero(ok)
        scores = nearest.scores[rows, columns]
        level_next: list[Accepted] = []
        # Stable: among equal cosines the word that was accepted first leads.
        for i in np.argsort(-scores, kind="stable").tolist():
            number = int(nearest.ids[rows[i], columns[i]])
            word = vectors.words[number]
            if number in taken or len(word) < spread.min_len:
                continue
            taken.add(number)
            level_next.append(Accepted(word, level[int(rows[i])].word, depth, float(scores[i])))
        looked += len(level)
        report(Progress("spreading", looked, None, "words"))
        found += level_next
        level = level_next
    return found, unknown
