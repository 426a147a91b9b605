"""What a domain says more often than other texts do: three scores of two counts.

    ratio           (n + a m) / (n + n' + m), the smoothed share that the domain has of a word
    log-likelihood  Dunning's G2, with the sign of the difference
    log-odds        with a Dirichlet prior, in standard deviations

n and n' are a word's counts in the domain and in the background, a is the domain's share of all
counts, m the mean of n + n'. Counting is elsewhere (mine.py, occur.py).
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from nlptool.errors import ConfigError

Int64 = NDArray[np.int64]
Float64 = NDArray[np.float64]

SCORES = ("ratio", "log-likelihood", "log-odds")


@dataclass(frozen=True, eq=False)
class Counts:
    """How often words occur in two texts.

    Args:
        words: the words.
        domain: of each; shape (n_words,).
        background: of each; shape (n_words,).
        n_domain: how long the domain's text is, in what the counts count.
        n_background: the same of the background.
    """

    words: list[str]
    domain: Int64
    background: Int64
    n_domain: int
    n_background: int

    def signs(self) -> Int64:
        """Return 1 where the domain has more than its share, -1 where less, 0 where as much."""
        # Whole numbers of Python: the product of two counts may not fit 64 bits.
        ours = [n * self.n_background for n in self.domain.tolist()]
        theirs = [n * self.n_domain for n in self.background.tolist()]
        signs = [(a > b) - (a < b) for a, b in zip(ours, theirs, strict=True)]
        return np.array(signs, np.int64)

    def take(self, places: Int64) -> "Counts":
        """Return the words at some places."""
        return Counts(
            [self.words[i] for i in places.tolist()],
            self.domain[places],
            self.background[places],
            self.n_domain,
            self.n_background,
        )


def counts_of(domain: Mapping[str, int], background: Mapping[str, int]) -> Counts:
    """Return the counts of two lists of words; a word that one of them lacks has none there."""
    words = sorted({*domain, *background})
    ours = np.array([domain.get(word, 0) for word in words], np.int64)
    theirs = np.array([background.get(word, 0) for word in words], np.int64)
    return Counts(words, ours, theirs, sum(domain.values()), sum(background.values()))


def score(counts: Counts, how: str = "ratio", *, prior: float | None = None) -> Float64:
    """Return what a domain's words are ranked by, the most special highest; shape (n_words,).

    Args:
        counts: of the words.
        how: one of `SCORES`.
        prior: of log-odds: how many counts the prior is worth; a tenth of the smaller text
            unless given.

    Raises:
        ConfigError: an unknown score.
    """
    if how not in SCORES:
        raise ConfigError(f"--score: {how!r}, expected one of {', '.join(SCORES)}")
    if not counts.words:
        return np.empty(0)
    if how == "log-odds" and prior is not None:
        return log_odds(counts, prior=prior)
    by_name: dict[str, Callable[[Counts], Float64]] = {
        "ratio": ratio,
        "log-likelihood": log_likelihood,
        "log-odds": log_odds,
    }
    return by_name[how](counts)


def ratio(counts: Counts) -> Float64:
    """Return (n + a m) / (n + n' + m): between 0 and 1, a where nothing is special.

    Source:
        The published pipeline for the terms of a domain (2019).
    """
    n, both = counts.domain.astype(float), _both(counts)
    share = counts.n_domain / max(1, counts.n_domain + counts.n_background)
    mean = float(both.mean())
    found: Float64 = (n + share * mean) / np.maximum(both + mean, np.finfo(float).tiny)
    return found


def log_likelihood(counts: Counts) -> Float64:
    """Return G2 of each word, negative where the background has more of it.

    The word against all else, in the one text and in the other: four cells.

    Source:
        T. Dunning, Accurate Methods for the Statistics of Surprise and Coincidence,
        Computational Linguistics 19 (1993), section 5.
    """
    n, other = counts.domain.astype(float), counts.background.astype(float)
    # Overlapping words can have more counts than there are symbols.
    rest = np.maximum(counts.n_domain - n, 0)
    other_rest = np.maximum(counts.n_background - other, 0)
    total = n + other + rest + other_rest
    found = np.zeros(len(n))
    for cell, row, column in (
        (n, n + other, n + rest),
        (other, n + other, other + other_rest),
        (rest, rest + other_rest, n + rest),
        (other_rest, rest + other_rest, other + other_rest),
    ):
        here = cell > 0
        expected = row[here] / total[here] * column[here]
        found[here] += cell[here] * np.log(cell[here] / expected)
    signed: Float64 = 2 * np.maximum(found, 0) * counts.signs()
    return signed


def log_odds(counts: Counts, *, prior: float | None = None) -> Float64:
    """Return the difference of a word's log-odds in its standard deviations.

    Args:
        counts: of the words.
        prior: how many counts the prior, which is distributed as both texts are, is worth.

    Raises:
        ConfigError: it is not above 0.

    Source:
        B. Monroe, M. Colaresi, K. Quinn, Fightin' Words, Political Analysis 16 (2008),
        equations 15, 16, 19, 22.
    """
    smaller = min(counts.n_domain, counts.n_background)
    worth = max(1.0, smaller / 10) if prior is None else prior
    if not (np.isfinite(worth) and worth > 0):
        raise ConfigError(f"--prior: {worth:g}, expected more than 0")
    total = max(1, counts.n_domain + counts.n_background)
    # No word takes all of a prior: else nothing is left for the others' odds.
    alphas = worth * np.clip(_both(counts) / total, 0.5 / total, 1 - 0.5 / total)
    sides = []
    for n, size in (
        (counts.domain.astype(float), counts.n_domain),
        (counts.background.astype(float), counts.n_background),
    ):
        mine = n + alphas
        sides.append((mine, np.maximum(size + worth - mine, alphas)))
    (ours, not_ours), (theirs, not_theirs) = sides
    difference = np.log(ours) - np.log(not_ours) - np.log(theirs) + np.log(not_theirs)
    found: Float64 = difference / np.sqrt(1 / ours + 1 / theirs)
    return found


def weight(scores: Float64, how: str) -> Float64:
    """Return scores as factors: nothing below 0, and growing with the evidence's root at most.

    G2 is the square of a number of standard deviations, log-odds is one, and a ratio is bounded.
    """
    least = np.maximum(scores, 0)
    found: Float64 = np.sqrt(least) if how == "log-likelihood" else least
    return found


def _both(counts: Counts) -> Float64:
    return counts.domain.astype(float) + counts.background
