"""The state of an unfinished fitting as a file beside the model it will become."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from nlptool.core import checkpoint as core
from nlptool.neural.state import State


@dataclass(frozen=True)
class Checkpoint:
    """Where a fitting saves its state, and whether it goes on from there.

    Args:
        path: of the file.
        kind: what it is called inside ("cloze-checkpoint").
        config: the task's settings; values of JSON.
        corpus: a fingerprint of what is learned from.
        seconds: how often it is saved; None: only when the run is interrupted.
        resume: go on from the file if it is there.
    """

    path: str
    kind: str
    config: Mapping[str, Any]
    corpus: str
    seconds: float | None = None
    resume: bool = False

    @property
    def wanted(self) -> bool:
        """Tell whether a run that is interrupted should leave its state."""
        return self.seconds is not None or self.resume

    def open(self) -> State | None:
        """Return the saved state, or None where there is none to go on from.

        Raises:
            ModelError: the file is damaged or something else.
            ConfigError: it was made with other settings.
            CorpusError: it was made from another corpus.
        """
        stored = self._file.open(self.config, self.corpus)
        if stored is None:
            return None
        return State.restored(stored.tensors, stored.training["position"])

    def save(self, state: State) -> None:
        """Write the state, atomically.

        Raises:
            RunError: it cannot be written; the last one is untouched.
        """
        self._file.save(self.config, self.corpus, state.position(), state.tensors())

    def remove(self) -> None:
        """Remove the file: the fitting is complete."""
        self._file.remove()

    @property
    def _file(self) -> core.Checkpoint:
        return core.Checkpoint(self.path, self.kind, self.seconds, self.resume)
