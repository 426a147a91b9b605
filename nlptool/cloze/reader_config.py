"""Settings of the reader. Standard library only."""

from dataclasses import dataclass, field
from typing import Any

from nlptool.core.settings import check


@dataclass(frozen=True)
class Reader:
    """The settings of the reader, see `reader.py`.

    Args:
        min_count: a word of the corpus that is rarer is like any unknown word.
        min_ngram: pairs and triples of words that are rarer are forgotten.
        dim: length of a word's vectors.
        window: words on either side that tell what stands in a gap.
        negatives: words drawn against each that stands in a gap.
        passes: times through the corpus.
        units: of the layer that weighs the evidence.
        members: networks whose scores are added.
        dropout: share of those units that a step of training leaves out.
        batch: questions between two steps.
        epochs: times through the questions.
        rate: the highest rate of learning from questions.
        seed: of all that is random.
        network: the settings of a trained network whose opinion is evidence too, see
            `attention_config.Attention`; empty where there is none.
    """

    min_count: int = 4
    min_ngram: int = 2
    dim: int = 128
    window: int = 8
    negatives: int = 20
    passes: int = 2
    units: int = 64
    members: int = 3
    dropout: float = 0.1
    batch: int = 64
    epochs: int = 4
    rate: float = 2e-3
    seed: int = 1
    network: dict[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Refuse what cannot be done.

        Raises:
            ConfigError: a setting is out of its range.
        """
        check(
            self,
            {
                "min_count": (1, 1_000_000),
                "min_ngram": (1, 1_000_000),
                "dim": (1, 1024),
                "window": (1, 32),
                "negatives": (1, 1000),
                "passes": (1, 100),
                "units": (1, 2048),
                "members": (1, 64),
                "dropout": (0.0, 0.95),
                "batch": (1, 100_000),
                "epochs": (1, 10_000),
                "rate": (1e-9, 10.0),
                "seed": (0, 2**31 - 1),
            },
        )
