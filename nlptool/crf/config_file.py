"""The settings of a training in a model file, and back, checked like a stranger's."""

from dataclasses import asdict, fields
from typing import Any

from nlptool.crf.config import Config
from nlptool.errors import ConfigError, ModelError


def written_config(config: Config) -> dict[str, Any]:
    """Return the settings of a training, without the one that changes nothing."""
    settings = asdict(config)
    del settings["threads"]
    return settings


def read_config(where: str, given: object) -> Config:
    """Return the settings of a training that a model file holds.

    Args:
        where: the file, for messages.
        given: what it holds.

    Raises:
        ModelError: they cannot be.
    """
    names = {field.name: field.type for field in fields(Config) if field.name != "threads"}
    if not isinstance(given, dict) or not set(given) <= set(names):
        raise ModelError(f"{where}: its settings are not those of a crf model")
    defaults = asdict(Config().settled())
    values = dict(given)
    for name, value in given.items():
        default = defaults[name]
        fits = type(value) is type(default) or (type(default) is float and type(value) is int)
        if name == "class_weights":
            fits = isinstance(value, list) and all(isinstance(pair, list) for pair in value)
            values[name] = tuple(map(tuple, value)) if fits else ()
        if not fits and not (value is None and "None" in str(names[name])):
            if default is None and isinstance(value, int | float) and type(value) is not bool:
                continue
            raise ModelError(f"{where}: setting {name} is {value!r}; the file is damaged")
    try:
        return Config(**values)
    except (ConfigError, TypeError, ValueError) as error:
        raise ModelError(f"{where}: {error}") from None
