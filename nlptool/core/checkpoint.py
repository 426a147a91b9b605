"""The state of an unfinished training as a file beside the model it will become."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from nlptool.core.store import Array, Stored, load, publish
from nlptool.errors import ConfigError, CorpusError, ModelError


@dataclass(frozen=True)
class Checkpoint:
    """Where a training saves its state, and whether it goes on from there.

    Args:
        path: of the file.
        kind: what it is called inside ("crf-checkpoint").
        seconds: how often it is saved; None: never, unless it is resumed.
        resume: go on from the file if it is there.
    """

    path: str
    kind: str
    seconds: float | None = None
    resume: bool = False

    @property
    def wanted(self) -> bool:
        """Tell whether a run that is interrupted should leave its state."""
        return self.seconds is not None or self.resume

    def open(self, settings: Mapping[str, Any], corpus: str) -> Stored | None:
        """Return the saved state, or None where there is none to go on from.

        Args:
            settings: of this run; values of JSON.
            corpus: the fingerprint of what it was given.

        Raises:
            ModelError: the file is damaged or something else.
            ConfigError: it was made with other settings.
            CorpusError: it was made from another corpus.
        """
        if not self.resume or not Path(self.path).exists():
            return None
        stored = load(self.path, self.kind)
        for name, value in _of_json(settings).items():
            if stored.config.get(name) != value:
                raise ConfigError(
                    f"{self.path}: made with {name} {stored.config.get(name)!r}, expected "
                    f"{value!r}; resume with the same settings, or start again without --resume"
                )
        if stored.training.get("corpus") != corpus:
            raise CorpusError(
                f"{self.path}: made from another corpus, expected the one given now; "
                "start again without --resume"
            )
        if not isinstance(stored.training.get("position"), dict):
            raise ModelError(f"{self.path}: it does not say how far it is; it is damaged")
        return stored

    def save(
        self,
        settings: Mapping[str, Any],
        corpus: str,
        position: Mapping[str, Any],
        tensors: Mapping[str, Array],
    ) -> None:
        """Write the state, atomically.

        Args:
            settings: of this run.
            corpus: the fingerprint of what it was given.
            position: how far it is; values of JSON.
            tensors: what it has learned, by name.

        Raises:
            RunError: it cannot be written; the last one is untouched.
        """
        about = {"corpus": corpus, "position": dict(position)}
        publish(self.path, self.kind, config=_of_json(settings), training=about, tensors=tensors)

    def remove(self) -> None:
        """Remove the file: the training is complete."""
        Path(self.path).unlink(missing_ok=True)


def _of_json(settings: Mapping[str, Any]) -> dict[str, Any]:
    """Return settings as a file gives them back: tuples are lists."""
    found: dict[str, Any] = json.loads(json.dumps(dict(settings)))
    return found
