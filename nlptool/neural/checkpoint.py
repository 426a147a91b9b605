"""The state of an unfinished fitting as a file beside the model it will become."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from nlptool.core.store import load, publish
from nlptool.errors import ConfigError, CorpusError, ModelError
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
        if not self.resume or not Path(self.path).exists():
            return None
        stored = load(self.path, self.kind)
        for name, value in self.config.items():
            if stored.config.get(name) != value:
                raise ConfigError(
                    f"{self.path}: made with {name} {stored.config.get(name)!r}, expected "
                    f"{value!r}; resume with the same settings, or start again without --resume"
                )
        if stored.training.get("corpus") != self.corpus:
            raise CorpusError(
                f"{self.path}: made from another corpus, expected the one given now; "
                "start again without --resume"
            )
        position = stored.training.get("position")
        if not isinstance(position, dict):
            raise ModelError(f"{self.path}: it does not say how far it is; it is damaged")
        return State.restored(stored.tensors, position)

    def save(self, state: State) -> None:
        """Write the state, atomically.

        Raises:
            RunError: it cannot be written; the last one is untouched.
        """
        about = {"corpus": self.corpus, "position": state.position()}
        publish(self.path, self.kind, config=self.config, training=about, tensors=state.tensors())

    def remove(self) -> None:
        """Remove the file: the fitting is complete."""
        Path(self.path).unlink(missing_ok=True)
