"""What the trainings of networks that fill blanks have in common: settings, and the score."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import fields
from typing import Any

from nlptool.cloze.lstm import Batch, Floats
from nlptool.cloze.model import Asked, Filled, settled
from nlptool.cloze.questions import Question
from nlptool.cloze.scores import score
from nlptool.neural.config import Fitting

Answer = Callable[[Iterable[Batch]], Iterator[Batch]]
Ask = Callable[[Batch], Batch]


def fitting_of(config: Any, **other: Any) -> Fitting:
    """Return how a network is fitted: what its settings have of `Fitting`, and what is given."""
    names = [field.name for field in fields(Fitting) if hasattr(config, field.name)]
    return Fitting(**{name: getattr(config, name) for name in names} | other)


def measured(
    dev: Sequence[Question], read: Callable[[Sequence[Asked], Answer], list[Floats]]
) -> Callable[[Ask], Mapping[str, float]]:
    """Return what measures a network by the official score.

    Args:
        dev: questions with answers.
        read: how likely each place has the answer, from what runs the network on batches.
    """
    asked = [(one, blank) for one in dev for blank in one.blanks]

    def measure(ask: Ask) -> Mapping[str, float]:
        shares = iter(read(asked, lambda batches: map(ask, batches)))
        given = [
            [Filled(one, blank, settled(one, next(shares))).best() for blank in one.blanks]
            for one in dev
        ]
        return {"dev": score(dev, given).accuracy}

    return measure


def told(dev: Sequence[Question]) -> bytes:
    """Return what a fingerprint has to tell of the questions that are measured on."""
    lines = (f"\n{' '.join(one.words)}\n{one.blanks}{one.answers}" for one in dev)
    return "".join(lines).encode()
