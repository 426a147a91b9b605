"""Settings of any task: numbers within their limits, and what a model file says of them.

A dataclass of settings calls `check` when it is made; what was written as values of JSON comes
back through `restored`. Standard library only, so that a command line can ask for defaults.
"""

from collections.abc import Mapping
from dataclasses import asdict
from math import isfinite
from typing import Any

from nlptool.errors import ConfigError


def check(settings: object, limits: Mapping[str, tuple[float, float]]) -> None:
    """Check numbers against their limits; None passes.

    Args:
        settings: has the numbers as attributes.
        limits: the lowest and the highest of each, by name.

    Raises:
        ConfigError: one is outside, or not finite.
    """
    for name, (low, high) in limits.items():
        value = getattr(settings, name)
        if value is not None and not (isfinite(value) and low <= value <= high):
            option = name.replace("_", "-")
            raise ConfigError(f"--{option}: {value:g}, expected {low:g} to {high:g}")


def restored(kind: type, settings: Mapping[str, Any]) -> Any:
    """Return a dataclass of settings from values of JSON; anybody may have written them.

    Args:
        kind: the dataclass; every field has a default.
        settings: by name; all have to be there.

    Raises:
        ConfigError: one is unknown, missing, of another type, or out of its range.
    """
    defaults = asdict(kind())
    if set(settings) != set(defaults):
        odd = sorted(set(settings) ^ set(defaults))[0]
        raise ConfigError(f"setting {odd[:40]!r} is unknown or missing")
    for name, value in settings.items():
        if type(value) is not type(defaults[name]):
            raise ConfigError(f"setting {name!r} is of another type than it was")
    return kind(**settings)
