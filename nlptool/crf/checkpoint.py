"""The state of an unfinished training as a file beside the model it will become."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from nlptool.core.store import Array, Stored, all_finite, load, publish
from nlptool.crf.config import Config
from nlptool.errors import ConfigError, CorpusError, ModelError

KIND = "crf-checkpoint"


@dataclass(frozen=True)
class Checkpoint:
    """Where a training saves its state, and whether it goes on from there.

    Args:
        path: of the file.
        seconds: how often it is saved; None: never, unless it is resumed.
        resume: go on from the file if it is there.
    """

    path: str
    seconds: float | None = None
    resume: bool = False

    @property
    def wanted(self) -> bool:
        """Tell whether a run that is interrupted should leave its state."""
        return self.seconds is not None or self.resume

    def open(self, config: Config, corpus: str) -> Stored | None:
        """Return the saved state, or None where there is none to go on from.

        Args:
            config: the settings of this run.
            corpus: the fingerprint of what it was given.

        Raises:
            ModelError: the file is damaged or something else.
            ConfigError: it was made with other settings.
            CorpusError: it was made from another corpus.
        """
        if not self.resume or not Path(self.path).exists():
            return None
        stored = load(self.path, KIND)
        for name, value in _settings(config).items():
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
        self, config: Config, corpus: str, position: Mapping[str, Any], tensors: Mapping[str, Array]
    ) -> None:
        """Write the state, atomically.

        Raises:
            RunError: it cannot be written; the last one is untouched.
        """
        about = {"corpus": corpus, "position": dict(position)}
        publish(self.path, KIND, config=_settings(config), training=about, tensors=tensors)

    def remove(self) -> None:
        """Remove the file: the training is complete."""
        Path(self.path).unlink(missing_ok=True)


def take(ours: Mapping[str, Array], given: Mapping[str, Array]) -> None:
    """Fill our arrays with those of a checkpoint.

    Raises:
        ModelError: one is missing, of another kind, or not finite.
    """
    for name, array in ours.items():
        other = given.get(name)
        if other is None or other.dtype != array.dtype or other.shape != array.shape:
            raise ModelError(f"checkpoint: its {name} make no sense; it is damaged")
        if not all_finite(other):
            raise ModelError(f"checkpoint: its {name} are not all finite; it is damaged")
        array[:] = other


def _settings(config: Config) -> dict[str, Any]:
    """Return the settings as JSON gives them back, without those that change nothing."""
    settings: dict[str, Any] = json.loads(json.dumps(asdict(config)))
    del settings["threads"]
    return settings
