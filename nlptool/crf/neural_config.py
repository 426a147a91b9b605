"""The settings of a tagger's network: names, defaults, limits. Standard library only."""

from dataclasses import dataclass, replace
from typing import Any

from nlptool.errors import ConfigError

BLOCKS = ("lstm", "gru", "gated", "conv")

PRESETS: dict[str, dict[str, Any]] = {
    "convolutions": {
        "blocks": "conv",
        "width": 128,
        "depth": 3,
        "characters": 128,
        "columns": 0,
        "dropout": 0.0,
        "linear_share": 0.0,
        "smoothing": 0.0,
        "batch": 128,
        "rate": 1e-3,
        "clip": 0.0,
    },
}
"""Networks that were published. convolutions: systems of 2018, embedding 128, three convolutions
of width 128 and window 3, CRF; Adam, batches of 128 sentences."""


@dataclass(frozen=True)
class Neural:
    """What a network is and how it is fitted.

    Args:
        blocks: lstm or gru (read both ways), gated (convolutions that widen: 1, 2, 4, ...
            characters apart) or conv (plain convolutions, window 3).
        width: of what each layer gives.
        depth: layers.
        characters: the width of a character's vector that is learned; 0: none.
        columns: the width of the vector of what else the template looks at, where there is more
            than characters: types, words of lexicons, jieba's words; 0: the network sees none of
            it.
        dropout: how much of the input and of each layer's answer is left out in training; None:
            the less the longer the text is, see `settled`.
        linear_share: what the linear model beside the network counts, the network counting the
            rest: the probability of labels is the weighted geometric mean of both. 0: there is
            none.
        epochs: passes over the text, at most; None: as many as `settled` says.
        rate: of learning, at its highest.
        batch: sentences between two changes of the weights.
        patience: stop after so many epochs without a better score on the development set.
        smoothing: share of the old in the moving average of the weights; 0: none.
        clip: the greatest norm of a step's slopes; 0: any.
        seed: of all that is random.
    """

    blocks: str = "lstm"
    width: int = 128
    depth: int = 1
    characters: int = 64
    columns: int = 64
    dropout: float | None = None
    linear_share: float = 0.6
    epochs: int | None = None
    rate: float = 2e-3
    batch: int = 32
    patience: int | None = None
    smoothing: float = 0.999
    clip: float = 5.0
    seed: int = 1

    def __post_init__(self) -> None:
        """Refuse what cannot be fitted.

        Raises:
            ConfigError: a setting is unknown or out of its range.
        """
        if self.blocks not in BLOCKS:
            raise ConfigError(f"--blocks: {self.blocks!r}, expected one of {', '.join(BLOCKS)}")
        ranges: dict[str, tuple[float, float]] = {
            "width": (2, 2048),
            "depth": (1, 16),
            "characters": (0, 2048),
            "columns": (0, 2048),
            "dropout": (0, 0.9),
            "linear_share": (0, 0.99),
            "epochs": (1, 10_000),
            "rate": (1e-8, 10),
            "batch": (1, 100_000),
            "patience": (1, 10_000),
            "smoothing": (0, 0.999999),
            "clip": (0, 1e6),
            "seed": (0, 2**31 - 1),
        }
        for name, (low, high) in ranges.items():
            value = getattr(self, name)
            if value is not None and not low <= value <= high:
                shown = name.replace("_", "-")
                raise ConfigError(f"--{shown}: {value!r}, expected {low:g} to {high:g}")
        if self.blocks in ("lstm", "gru") and self.width % 2:
            raise ConfigError(f"--width: {self.width}, expected an even number for {self.blocks}")

    def settled(self, *, many: bool) -> "Neural":
        """Return the same settings with numbers in place of None.

        Args:
            many: the text is long: fewer passes see as much of it, and less is learned by heart.
        """
        epochs, patience, dropout = (5, 3, 0.2) if many else (12, 6, 0.5)
        return replace(
            self,
            dropout=self.dropout if self.dropout is not None else dropout,
            epochs=self.epochs if self.epochs is not None else epochs,
            patience=self.patience if self.patience is not None else patience,
        )


def neural_of(preset: str | None, given: dict[str, Any]) -> Neural:
    """Return settings.

    Args:
        preset: one of `PRESETS`, or None.
        given: what was said; None stands for nothing.

    Raises:
        ConfigError: there is no such preset, or a setting is out of its range.
    """
    if preset is not None and preset not in PRESETS:
        raise ConfigError(f"--preset: {preset!r}, expected one of {', '.join(PRESETS)}")
    said = {name: value for name, value in given.items() if value is not None}
    return Neural(**{**(PRESETS[preset] if preset else {}), **said})
