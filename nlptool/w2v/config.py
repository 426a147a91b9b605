"""The settings of word-vector training: names, defaults, limits."""

from dataclasses import dataclass, replace
from math import isfinite

from nlptool.errors import ConfigError

ARCHES = ("skipgram", "cbow")
LOSSES = ("random-softmax", "negative-sampling", "nce", "pmi", "hierarchical-softmax")
PROPOSALS = ("unigram", "uniform")
ENGINES = ("numba", "keras", "gensim")
MODES = ("shared", "concatenated", "summed")

_TRAINS = {
    "numba": ("random-softmax", "negative-sampling", "nce", "pmi"),
    "keras": ("random-softmax", "negative-sampling", "nce"),
    "gensim": ("negative-sampling", "hierarchical-softmax"),
}


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
    subword: bool = False
    mode: str = "shared"
    truncate: bool = False
    x_max: float = 100.0
    alpha: float = 0.75

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
            ("mode", MODES),
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
            ("epochs", 1, 10_000),
            ("threads", 1, 1024),
            ("seed", 0, 2**63 - 1),
        ):
            value = getattr(self, name)
            if value is not None and not low <= value <= high:
                option = name.replace("_", "-")
                raise ConfigError(f"--{option}: {value}, expected {low} to {high}")
        if self.loss not in _TRAINS[self.engine]:
            fitting = [engine for engine in ENGINES if self.loss in _TRAINS[engine]]
            raise ConfigError(
                f"--loss {self.loss}: not trained by --engine {self.engine}, "
                f"expected {' or '.join(fitting)}"
            )
        if self.subword and self.engine != "gensim":
            raise ConfigError("--subword: only --engine gensim trains on parts of words")
        if self.tied and self.engine == "gensim":
            raise ConfigError("--tied: --engine gensim has output weights of its own")
        if self.mode == "concatenated" and self.dim % 2:
            raise ConfigError(f"--dim: {self.dim}, expected an even number for --mode concatenated")
        if not (isfinite(self.x_max) and self.x_max > 0):
            raise ConfigError(f"--x-max: {self.x_max}, expected more than 0")
        if not (isfinite(self.alpha) and 0 <= self.alpha <= 10):
            raise ConfigError(f"--alpha: {self.alpha}, expected 0 to 10")
        if not (isfinite(self.sample) and 0 <= self.sample <= 1):
            raise ConfigError(f"--sample: {self.sample}, expected 0 (keep every word) to 1")
        if self.rate is not None and not (isfinite(self.rate) and 0 < self.rate <= 10):
            raise ConfigError(f"--rate: {self.rate}, expected more than 0, at most 10")

    def settled(self) -> "Config":
        """Return the same settings with the loss's own defaults in place of None."""
        negatives, epochs, rate = _DEFAULTS[self.loss]
        if self.engine == "keras":
            rate = _ADAM_RATE
        return replace(
            self,
            negatives=negatives if self.negatives is None else self.negatives,
            epochs=epochs if self.epochs is None else self.epochs,
            rate=rate if self.rate is None else self.rate,
        )


# Loss -> negatives, epochs, rate; benchmarks/RESULTS.md says how they were chosen.
_DEFAULTS: dict[str, tuple[int, int, float]] = {
    "random-softmax": (16, 5, 0.05),
    "negative-sampling": (5, 5, 0.05),
    "nce": (16, 5, 0.05),
    "pmi": (1, 20, 0.1),
    "hierarchical-softmax": (1, 5, 0.025),
}
_ADAM_RATE = 0.002
