"""How a network is fitted: settings that every task has in common, with their limits."""

from dataclasses import dataclass

from nlptool.errors import ConfigError

DECAYS = ("linear", "cosine", "none")
PRECISIONS = ("float32", "bfloat16")


@dataclass(frozen=True)
class Fitting:
    """The settings of `fit.fit`.

    Args:
        epochs: passes over the examples.
        rate: the highest rate of learning (of Adam).
        warm_up: share of all steps in which the rate rises to it.
        decay: how it falls to 0 from there: linear, cosine or none.
        clip: the greatest norm that a step's slopes may have together; 0: any.
        average: share of the old in the moving average of the weights, which is what is
            measured and kept (0.999, say); 0: the weights themselves. In a short run it
            looks back on no more than a tenth of the steps.
        shrink: decoupled weight decay; 0: none.
        patience: stop after so many epochs without a better measure; 0: never.
        seed: of all that is random.
        precision: of the products of matrices in training; bfloat16 has 8 digits of 24, and is
            several times as fast where processors have it. Weights and answers are float32.
    """

    epochs: int = 10
    rate: float = 1e-3
    warm_up: float = 0.05
    decay: str = "linear"
    clip: float = 1.0
    average: float = 0.0
    shrink: float = 0.0
    patience: int = 0
    seed: int = 1
    precision: str = "float32"

    def __post_init__(self) -> None:
        ranges = {
            "epochs": (1, 10_000),
            "rate": (1e-8, 10),
            "warm_up": (0, 1),
            "clip": (0, 1e6),
            "average": (0, 0.999999),
            "shrink": (0, 1),
            "patience": (0, 10_000),
            "seed": (0, 2**31 - 1),
        }
        for name, (low, high) in ranges.items():
            value = getattr(self, name)
            if not low <= value <= high:
                shown = name.replace("_", "-")
                raise ConfigError(f"--{shown}: {value!r}, expected {low} to {high}")
        for name, known in (("decay", DECAYS), ("precision", PRECISIONS)):
            value = getattr(self, name)
            if value not in known:
                raise ConfigError(f"--{name}: {value!r}, expected one of {', '.join(known)}")
