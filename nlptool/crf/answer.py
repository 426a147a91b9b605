"""What one may ask a tagger, and what it answers."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from nlptool.crf.constrain import Words
from nlptool.crf.sentences import Sentence
from nlptool.errors import ConfigError

MOST_BEST = 1000
"""The most sequences that can be asked for: each costs as much as the first."""


@dataclass(frozen=True, eq=False)
class Asked:
    """What is wanted beside the best labels, and what is known.

    Args:
        n_best: how many sequences of labels; 0 for the best without its probability.
        marginals: the probabilities of labels and spans.
        confidence: the probability of the best sequence.
        words: a dictionary.
        force: labels that sentences have already stay.
        splits: white space is no token.

    Raises:
        ConfigError: too many sequences.
    """

    n_best: int = 0
    marginals: bool = False
    confidence: bool = False
    words: Words | None = None
    force: bool = False
    splits: bool = False

    @property
    def is_plain(self) -> bool:
        """Whether nothing but the best labels is wanted, and nothing known."""
        wanted = self.n_best or self.marginals or self.confidence
        return not (wanted or self.words is not None or self.force)

    def __post_init__(self) -> None:
        if not 0 <= self.n_best <= MOST_BEST:
            raise ConfigError(f"--nbest: {self.n_best}, expected 1 to {MOST_BEST:,}")


class Ranked(NamedTuple):
    """One of the most probable sequences.

    Args:
        log_probability: of its labels together, in nats.
        labels: one a token.
        tokens: the probability of each label by itself; None if not asked for.
        spans: of each span; None if not asked for.
    """

    log_probability: float
    labels: Sequence[str]
    tokens: list[float] | None = None
    spans: list[float] | None = None


@dataclass(frozen=True, eq=False)
class Answer:
    """What a model says of a sentence.

    Args:
        sentence: with the best labels.
        given: the labels that it had.
        log_probability: of these, in nats; None if not asked for.
        tokens: of each label by itself; None if not asked for.
        spans: of each span; None if not asked for.
        others: the best sequences, the best first; empty if not asked for.
    """

    sentence: Sentence
    given: Sequence[str] | None = None
    log_probability: float | None = None
    tokens: list[float] | None = None
    spans: list[float] | None = None
    others: tuple[Ranked, ...] = ()

    @property
    def confidence(self) -> float:
        """The probability of a label on (geometric) average: long sentences are no worse."""
        if self.log_probability is None or not len(self.sentence):
            return 1.0
        return math.exp(min(0.0, self.log_probability) / len(self.sentence))
