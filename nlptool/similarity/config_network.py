"""The settings of networks that learn which sentences mean the same: names, defaults, limits."""

from dataclasses import dataclass

from nlptool.core.settings import check
from nlptool.errors import ConfigError

ENCODERS = ("gru", "attention", "convolution")
OF_GROUPS = ("am-softmax", "softmax", "angular")
LOSSES = (*OF_GROUPS, "contrastive", "cosent")

_SCALES = {"contrastive": 20.0, "cosent": 20.0}


@dataclass(frozen=True)
class Learning:
    """How a network reads sentences and is trained.

    Args:
        encoder: gru, attention or convolution.
        loss: am-softmax, softmax and angular tell groups apart, contrastive finds the partner
            of a sentence among others, cosent puts scored pairs into their order.
        dim: numbers in a vector, and the width of everything inside.
        max_length: characters that are read of a sentence.
        min_count: rarer characters are all the same to it.
        scale: of cosines in the loss; None: 30 for groups, else 20.
        margin: of am-softmax.
        dropout: share of what is read that is hidden in training.
        batch: sentences of a batch, or pairs.
        epochs: times through the examples.
        rate: the highest rate of learning.
        average: of the weights over steps, see `neural.config.Fitting`.
        shrink: decoupled weight decay.
        patience: stop after so many epochs that were no better on --dev; 0: never.
        same: share of the highest score of a file from which two sentences mean the same.
        limit: pairs of one file in an epoch at most, others in the next: so that a large
            file does not outweigh the rest; 0: all.
        hard: rivals mined for each sentence, near by their letters and of another meaning;
            those that pairs are labelled as join them. 0: none but the others of the batch.
        warm_epochs: times through the corpus of --warm-up.
        share: how much of a cosine is the network's where word vectors are given: the rest
            is that of `sif`.
        seed: of all that is random.
    """

    encoder: str = "gru"
    loss: str = "am-softmax"
    dim: int = 128
    max_length: int = 32
    min_count: int = 5
    scale: float | None = None
    margin: float = 0.35
    dropout: float = 0.1
    batch: int = 128
    epochs: int = 10
    rate: float = 1e-3
    average: float = 0.99
    shrink: float = 0.0
    patience: int = 0
    same: float = 0.8
    limit: int = 10_000
    hard: int = 0
    warm_epochs: int = 1
    share: float = 0.5
    seed: int = 1

    def __post_init__(self) -> None:
        """Refuse what cannot be done.

        Raises:
            ConfigError: a setting is unknown or out of its range.
        """
        for name, known in (("encoder", ENCODERS), ("loss", LOSSES)):
            if getattr(self, name) not in known:
                raise ConfigError(
                    f"--{name}: {getattr(self, name)!r}, expected one of {', '.join(known)}"
                )
        check(
            self,
            {
                "dim": (4, 1024),
                "max_length": (1, 4096),
                "min_count": (1, 1_000_000),
                "scale": (0.01, 1000),
                "margin": (0.0, 1.0),
                "dropout": (0.0, 0.9),
                "batch": (2, 8192),
                "epochs": (1, 10_000),
                "rate": (1e-8, 10),
                "average": (0.0, 0.999999),
                "shrink": (0.0, 1.0),
                "patience": (0, 10_000),
                "same": (0.01, 1.0),
                "limit": (0, 1_000_000_000),
                "hard": (0, 100),
                "warm_epochs": (1, 1000),
                "share": (0.01, 1.0),
                "seed": (0, 2**31 - 1),
            },
        )
        if self.dim % 4:
            raise ConfigError(f"--dim: {self.dim}, expected a multiple of 4")

    @property
    def scaled(self) -> float:
        """What cosines are multiplied with."""
        return self.scale if self.scale is not None else _SCALES.get(self.loss, 30.0)
