"""The settings of learning a dictionary: names, defaults, limits."""

from dataclasses import dataclass
from math import isfinite

from nlptool.errors import ConfigError

LONGEST_WORD = 7
"""Symbols; what stands around a word is known if it is shorter than the n-grams counted."""


@dataclass(frozen=True)
class Learning:
    """How to learn a dictionary for cutting text.

    Args:
        size: how many words it has, single characters among them.
        min_count: how often a word has to occur; by the size of the text if None.
        min_pmi: the least mutual information of a word of two symbols, in nats, and how much
            more it needs for every further symbol.
        min_entropy: the least branching entropy on either side, in nats.
        min_gain: how much more probable than its parts a word of two symbols has to be, in
            nats, and how much more for every further symbol.
        max_len: symbols of the longest word.
        rounds: how often the text is cut, the words counted again, and the weak ones dropped.
        threads: how many at the same time; the result does not depend on it.
    """

    size: int = 50_000
    min_count: int | None = None
    min_pmi: tuple[float, float] = (1.0, 2.5)
    min_entropy: float = 0.5
    min_gain: tuple[float, float] = (3.0, 2.0)
    max_len: int = 5
    rounds: int = 3
    threads: int = 1

    def __post_init__(self) -> None:
        """Refuse what cannot be done.

        Raises:
            ConfigError: a setting is out of its range.
        """
        for name, low, high in (
            ("size", 1, 10_000_000),
            ("min_count", 1, 2**62),
            ("max_len", 2, LONGEST_WORD),
            ("rounds", 1, 100),
            ("threads", 1, 1024),
        ):
            value = getattr(self, name)
            if value is not None and not low <= value <= high:
                option = name.replace("_", "-")
                raise ConfigError(f"--{option}: {value}, expected {low} to {high}")
        for name in ("min_pmi", "min_gain"):
            given = getattr(self, name)
            if len(given) != 2 or not all(map(isfinite, given)):
                option = name.replace("_", "-")
                shown = ",".join(f"{value:g}" for value in given)
                raise ConfigError(f"--{option}: {shown}, expected two numbers such as 3,2")
        if not (isfinite(self.min_entropy) and 0 <= self.min_entropy <= 50):
            raise ConfigError(f"--min-entropy: {self.min_entropy}, expected 0 to 50 nats")
