"""What a fitting was, for people to look at: a log in JSON lines, a picture of its curves."""

import json
import logging
import os
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from nlptool.core.cache import private_folder
from nlptool.core.publish import atomic
from nlptool.errors import ConfigError

History = Sequence[Mapping[str, Any]]


def write_log(path: str, settings: Mapping[str, Any], history: History) -> None:
    """Write one JSON object with the settings, then one for each epoch.

    Args:
        path: the file.
        settings: of the run; values of JSON, no times, hosts or paths.
        history: as in `fit.Fitted`.

    Raises:
        RunError: the file cannot be written.
    """
    rows = [dict(settings), *map(dict, history)]
    lines = [json.dumps(row, ensure_ascii=False, allow_nan=False) + "\n" for row in rows]
    with atomic(path) as file:
        file.write("".join(lines).encode())


def painter(path: str) -> Callable[[History], None]:
    """Return what draws the curves of a fitting into a PNG.

    To be called before the fitting, so that it is known at once whether there can be one.

    Raises:
        ConfigError: another suffix, or matplotlib is not installed.
    """
    if not path.lower().endswith(".png"):
        raise ConfigError(f"{path}: expected a name that ends with .png")
    # Matplotlib keeps a list of fonts in a folder of its own choice, unless it is told.
    if "MPLCONFIGDIR" not in os.environ and (folder := private_folder()) is not None:
        os.environ["MPLCONFIGDIR"] = str(folder / "matplotlib")
    logging.getLogger("matplotlib").setLevel(logging.ERROR)
    try:
        from nlptool.neural import curves  # noqa: PLC0415  # optional, and slow to import
    except ImportError as error:
        if (error.name or "").partition(".")[0] != "matplotlib":
            raise
        raise ConfigError(
            f"{path}: matplotlib is not installed, and draws the curves; "
            "pip install 'nlptool[plot]'"
        ) from None

    def paint(history: History) -> None:
        image = curves.paint(history)
        with atomic(path) as file:
            file.write(image)

    return paint
