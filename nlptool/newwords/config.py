"""The settings of word discovery: names, defaults, limits."""

from dataclasses import dataclass, replace
from math import ceil, isfinite, log, sqrt

from nlptool.errors import ConfigError

METHODS = ("pmi", "cohesion", "pair")
UNITS = ("char", "word")
FORMATS = ("tsv", "jsonl", "jieba", "list")

LONGEST_ORDER = 8
"""Symbols of an n-gram, at most."""

# Method -> the least pmi of an n-gram of 2, 3, 4, ... symbols, in nats.
_MIN_PMI: dict[str, tuple[float, ...]] = {
    "pmi": (2.0, 4.0, 6.0, 8.0, 10.0, 12.0, 14.0),
    "cohesion": tuple(n * log(5) for n in range(1, LONGEST_ORDER)),
    "pair": (1.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0),
}

# The authors' least counts, and the number of symbols that they are taken to be meant for.
_MIN_COUNT = {"pmi": (32, 1e9), "cohesion": (128, 1e9)}
_LEAST_COUNT = {"pmi": 3, "cohesion": 5, "pair": 2}


@dataclass(frozen=True)
class Config:
    """How to find words; None stands for the method's own default, see `settled`.

    Args:
        method: pmi, cohesion or pair.
        unit: what a symbol is: a character, or a word between white space.
        order: symbols of the longest n-gram that is counted.
        min_count: how often a word has to occur.
        min_pmi: the least pointwise mutual information of an n-gram of 1, 2, 3, ... symbols,
            in nats; of `pair`, only that of two symbols matters.
        min_proba: of `pair`: the share of all pairs, and of all words, that is too small.
        min_entropy: the least branching entropy on either side, in nats.
        max_len: symbols of the longest word.
        keep_nested: keep what stands almost only within a longer word.
        threads: how many at the same time; the result does not depend on it.
    """

    method: str = "pmi"
    unit: str = "char"
    order: int = 4
    min_count: int | None = None
    min_pmi: tuple[float, ...] | None = None
    min_proba: float = 1e-7
    min_entropy: float = 0.0
    max_len: int = 12
    keep_nested: bool = False
    threads: int = 1

    def __post_init__(self) -> None:
        """Refuse what cannot be done.

        Raises:
            ConfigError: a setting is unknown or out of its range.
        """
        for name, allowed in (("method", METHODS), ("unit", UNITS)):
            if getattr(self, name) not in allowed:
                raise ConfigError(
                    f"--{name}: {getattr(self, name)!r}, expected one of {', '.join(allowed)}"
                )
        for name, low, high in (
            ("order", 2, LONGEST_ORDER),
            ("min_count", 1, 2**62),
            ("max_len", 2, 1000),
            ("threads", 1, 1024),
        ):
            value = getattr(self, name)
            if value is not None and not low <= value <= high:
                option = name.replace("_", "-")
                raise ConfigError(f"--{option}: {value}, expected {low} to {high}")
        given = self.min_pmi
        if given is not None and not (
            2 <= len(given) <= LONGEST_ORDER and all(map(isfinite, given))
        ):
            raise ConfigError(
                f"--min-pmi: {', '.join(map(str, given))}, expected numbers for n-grams"
                " of 1, 2, 3, ... symbols, such as 0,2,4,6"
            )
        if not (isfinite(self.min_proba) and 0 <= self.min_proba < 1):
            raise ConfigError(f"--min-proba: {self.min_proba}, expected 0 or more, less than 1")
        if not (isfinite(self.min_entropy) and 0 <= self.min_entropy <= 50):
            raise ConfigError(f"--min-entropy: {self.min_entropy}, expected 0 to 50 nats")

    def settled(self, n_symbols: int) -> "Config":
        """Return the same settings with the method's own defaults in place of None.

        The authors' least counts were chosen for large corpora. The least count that is due to
        chance grows more slowly than the text, so it is scaled by the square root of its size.

        Args:
            n_symbols: how many symbols the corpus has.
        """
        if self.method == "pair":
            # A text has at least half as many pieces as symbols, or nearly so.
            scaled = ceil(self.min_proba * n_symbols / 2)
        else:
            count, size = _MIN_COUNT[self.method]
            scaled = min(count, round(count * sqrt(n_symbols / size)))
        scaled = max(_LEAST_COUNT[self.method], scaled)
        given = self.min_pmi or (0.0, *_MIN_PMI[self.method])
        step = given[-1] - given[-2]
        while len(given) < self.order:
            given = (*given, given[-1] + step)
        return replace(
            self,
            min_count=scaled if self.min_count is None else self.min_count,
            min_pmi=given[: max(2, self.order)],
        )
