"""What a long run says of itself while it works.

Core and tasks never print: they call a `Report` with a `Progress` or a `Note`, and whoever
started the run decides what becomes of it. A report may raise to stop the run: it is
called only where the run's state is whole, so that a checkpoint can be written.
"""

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True)
class Progress:
    """How far one stage has come.

    Args:
        stage: what is being done, as a short phrase ("training").
        done: how much of it is done, in `unit`.
        total: how much there is; None if that is not known.
        unit: what `done` counts, in the plural ("words", "bytes").
        loss: the mean loss so far, for a training.
    """

    stage: str
    done: int
    total: int | None
    unit: str
    loss: float | None = None


@dataclass(frozen=True)
class Note:
    """One line that the user should read: a choice that was made, or a warning."""

    text: str


Report = Callable[[Progress | Note], None]


def silent(_: Progress | Note) -> None:
    """Say nothing."""
