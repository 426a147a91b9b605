"""The settings of word-vector training: names, defaults, limits."""

from dataclasses import dataclass, fields, replace
from math import isfinite

from nlptool.errors import ConfigError

ARCHES = ("skipgram", "cbow")
LOSSES = ("random-softmax", "negative-sampling", "nce", "pmi")
PROPOSALS = ("unigram", "uniform")
ENGINES = ("numba", "keras", "gensim")


@dataclass(frozen=True)
class Config:
    """How to train word vectors; None stands for the loss's own default, see `settled`."""

    arch: str = "skipgram"
    loss: str = "random-softmax"
    tied: bool = False
    proposal: str = "unigram"
    dim: int = 100
    window: int = 5
    negatives: int | None = None
    min_count: int = 5
    max_vocab: int | None = None
    epochs: int | None = None
    sample: float = 1e-4
    rate: float | None = None
    threads: int = 1
    seed: int = 1
    engine: str = "numba"

    def __post_init__(self) -> None:
        """Refuse what cannot be trained.

        Raises:
            ConfigError: a setting is unknown or out of its range.
        """
        for name, allowed in (
            ("arch", ARCHES),
            ("loss", LOSSES),
            ("proposal", PROPOSALS),
            ("engine", ENGINES),
        ):
            if getattr(self, name) not in allowed:
                raise ConfigError(
                    f"--{name}: {getattr(self, name)!r}, expected one of {', '.join(allowed)}"
                )
        for name, low, high in (
            ("dim", 1, 10_000),
            ("window", 1, 100),
            ("negatives", 1, 1000),
            ("min_count", 1, 2**62),
            ("max_vocab", 1, 2**31 - 2),
            ("epochs", 1, 100_000),
            ("threads", 1, 1024),
            ("seed", 0, 2**63 - 1),
        ):
            value = getattr(self, name)
            if value is not None and not low <= value <= high:
                option = name.replace("_", "-")
                raise ConfigError(f"--{option}: {value}, expected {low} to {high}")
        if not (isfinite(self.sample) and 0 <= self.sample <= 1):
            raise ConfigError(f"--sample: {self.sample}, expected 0 (keep every word) to 1")
        if self.rate is not None and not (isfinite(self.rate) and 0 < self.rate <= 10):
            raise ConfigError(f"--rate: {self.rate}, expected more than 0, at most 10")

    def settled(self) -> "Config":
        """Return the same settings with the loss's own defaults in place of None."""
        defaults = _DEFAULTS[self.loss]
        missing = {
            field.name: defaults[field.name]
            for field in fields(self)
            if field.name in defaults and getattr(self, field.name) is None
        }
        return replace(self, **missing)


_DEFAULTS: dict[str, dict[str, int | float]] = {
    "random-softmax": {"negatives": 16, "epochs": 5, "rate": 0.025},
    "negative-sampling": {"negatives": 5, "epochs": 5, "rate": 0.025},
    "nce": {"negatives": 16, "epochs": 5, "rate": 0.025},
    "pmi": {"negatives": 1, "epochs": 20, "rate": 0.1},
}
