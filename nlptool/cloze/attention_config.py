"""Settings of the network that reads a whole passage. Standard library only."""

from dataclasses import dataclass

from nlptool.core.settings import check
from nlptool.errors import ConfigError


@dataclass(frozen=True)
class Attention:
    """The settings of the network that reads a whole passage, see `attention.py`.

    Args:
        vocab: words that have a vector, the most frequent of those given.
        tuned: how many of them, the most frequent, have vectors that are learned further.
        units: numbers at each place of the passage; a multiple of `heads`.
        layers: gated convolutions, attention after every third.
        heads: of each attention.
        dropout: share of a layer's numbers that a step of training leaves out.
        low: words of a passage of the corpus at least.
        high: words of a passage of the corpus at most.
        blanks: how many words of a passage are left out and asked for together, at most.
        repeat: how often the passages of the questions are read beside the corpus's.
        parts: of a pass through the passages; after each the score on --dev is taken.
        batch: passages between two steps.
        epochs: times through the passages.
        rate: the highest rate of learning.
        warm_up: see `neural.config.Fitting`.
        decay: see `neural.config.Fitting`.
        clip: see `neural.config.Fitting`.
        average: see `neural.config.Fitting`.
        precision: see `neural.config.Fitting`.
        patience: parts after which it stops if the score on --dev got no better; 0: never.
        seed: of all that is random.
    """

    vocab: int = 100_000
    tuned: int = 10_000
    units: int = 256
    layers: int = 4
    heads: int = 2
    dropout: float = 0.0
    low: int = 150
    high: int = 450
    blanks: int = 12
    repeat: int = 1
    parts: int = 8
    batch: int = 16
    epochs: int = 1
    rate: float = 1e-3
    warm_up: float = 0.02
    decay: str = "linear"
    clip: float = 1.0
    average: float = 0.999
    precision: str = "float32"
    patience: int = 0
    seed: int = 1

    def __post_init__(self) -> None:
        """Refuse what cannot be done; `Fitting` has limits of its own.

        Raises:
            ConfigError: a setting is out of its range.
        """
        check(
            self,
            {
                "vocab": (1, 10_000_000),
                "tuned": (0, 10_000_000),
                "units": (1, 2048),
                "layers": (1, 48),
                "heads": (1, 64),
                "dropout": (0.0, 0.95),
                "low": (10, 1000),
                "high": (self.low, 2000),
                "blanks": (1, 64),
                "repeat": (1, 1000),
                "parts": (1, 10_000),
                "batch": (1, 10_000),
                "epochs": (1, 10_000),
            },
        )
        if self.units % self.heads:
            raise ConfigError(
                f"--units: {self.units}, expected a multiple of --heads, {self.heads}"
            )
