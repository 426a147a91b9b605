"""The settings of training: names, defaults, limits."""

from dataclasses import dataclass, replace
from math import isfinite

from nlptool.errors import ConfigError

ALGORITHMS = ("sgd", "lbfgs")
DECODERS = ("crf", "softmax", "memm")
LOSSES = ("nll", "focal", "soft-truncation", "hard-truncation")

MOST_LABELS = 2000
"""Pairs of labels have weights of their own, so labels cost their square."""


@dataclass(frozen=True)
class Config:
    """How to train; None stands for the algorithm's or the loss's own default, see `settled`.

    Args:
        algorithm: sgd (AdaGrad on small batches) or lbfgs (the whole corpus at each step).
        decoder: crf (a sentence's labels together), softmax (each label by itself, legal
            sequences only when tagging) or memm (each label given the one before it).
        loss: nll; or focal, soft-truncation, hard-truncation, which leave labels in peace
            that are right already.
        gamma: of focal loss its exponent; of soft truncation its steepness K.
        class_weights: (label or type, factor): what its loss counts; 1 for those not named.
            A type ("PER") stands for all its labels ("B-PER", "I-PER").
        l1: the weight of the sum of absolute weights; of lbfgs by OWL-QN.
        l2: the weight of the sum of squared weights (CRFsuite's c2).
        epochs: passes over the corpus, at most; of lbfgs, iterations.
        rate: of learning, of sgd.
        batch: sentences between two changes of the weights, of sgd.
        average: return the mean of the weights after each epoch, the later the more, of sgd.
        patience: stop after so many epochs without a better score on the development set.
        history: how many past steps lbfgs remembers; each needs twice the weights' memory.
        tolerance: lbfgs ends where ten iterations lower the loss by less than this share.
        min_feature_count: features that occur less often in the corpus get no weights.
        seed: of the order of the sentences.
        threads: how many at the same time; the result does not depend on it.
    """

    algorithm: str = "sgd"
    decoder: str = "crf"
    loss: str = "nll"
    gamma: float | None = None
    class_weights: tuple[tuple[str, float], ...] = ()
    l1: float = 0.0
    l2: float | None = None
    epochs: int | None = None
    rate: float | None = None
    batch: int = 16
    average: bool = True
    patience: int | None = None
    history: int = 5
    tolerance: float = 1e-5
    min_feature_count: int = 1
    seed: int = 1
    threads: int = 1

    def __post_init__(self) -> None:
        """Refuse what cannot be trained.

        Raises:
            ConfigError: a setting is unknown or out of its range.
        """
        for name, allowed in (
            ("algorithm", ALGORITHMS),
            ("decoder", DECODERS),
            ("loss", LOSSES),
        ):
            if getattr(self, name) not in allowed:
                raise ConfigError(
                    f"--{name}: {getattr(self, name)!r}, expected one of {', '.join(allowed)}"
                )
        for name, low, high in (
            ("epochs", 1, 100_000),
            ("batch", 1, 100_000),
            ("patience", 1, 100_000),
            ("history", 1, 100),
            ("min_feature_count", 1, 2**31 - 1),
            ("seed", 0, 2**63 - 1),
            ("threads", 1, 1024),
        ):
            value = getattr(self, name)
            if value is not None and not low <= value <= high:
                option = name.replace("_", "-")
                raise ConfigError(f"--{option}: {value}, expected {low} to {high}")
        for name, most in (("l1", 1e6), ("l2", 1e6), ("gamma", 100.0), ("tolerance", 1.0)):
            value = getattr(self, name)
            if value is not None and not (isfinite(value) and 0 <= value <= most):
                raise ConfigError(f"--{name}: {value}, expected 0 to {most:g}")
        if self.rate is not None and not (isfinite(self.rate) and 0 < self.rate <= 100):
            raise ConfigError(f"--rate: {self.rate}, expected more than 0, at most 100")
        for label, factor in self.class_weights:
            if not (isfinite(factor) and 0 <= factor <= 1e6):
                raise ConfigError(f"--class-weights: {label}={factor}, expected 0 to 1e+06")
        if self.algorithm == "lbfgs" and self.rate is not None:
            raise ConfigError("--rate: lbfgs finds its own steps; it is for --algorithm sgd")
        if self.gamma is not None and self.loss not in _GAMMA:
            raise ConfigError(
                f"--gamma: --loss {self.loss} has none, expected {' or '.join(_GAMMA)}"
            )

    def settled(self) -> "Config":
        """Return the same settings with the defaults of algorithm and loss in place of None."""
        epochs, rate, l2, patience = _DEFAULTS[self.algorithm]
        return replace(
            self,
            epochs=epochs if self.epochs is None else self.epochs,
            rate=rate if self.rate is None else self.rate,
            l2=l2 if self.l2 is None else self.l2,
            patience=patience if self.patience is None else self.patience,
            gamma=_GAMMA.get(self.loss) if self.gamma is None else self.gamma,
        )


# Loss -> the default of gamma: what the authors use untuned.
_GAMMA = {"focal": 2.0, "soft-truncation": 10.0}

# Algorithm -> epochs, rate, l2, patience; benchmarks/RESULTS.md says how they were chosen.
_DEFAULTS: dict[str, tuple[int, float | None, float, int]] = {
    "sgd": (10, 0.1, 0.0, 3),
    "lbfgs": (300, None, 0.1, 20),
}
