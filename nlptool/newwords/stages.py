"""The files between the steps of a long pipeline: each is made once for what it is made from.

A stage's file is named after a fingerprint of its inputs and settings, and appears whole or not
at all (core/publish.py). So whoever is killed loses one stage at most, and what does not change
is not made again.
"""

import json
import re
from collections.abc import Callable, Sequence
from contextlib import closing, suppress
from hashlib import sha256
from pathlib import Path
from typing import Any

from nlptool import __version__
from nlptool.core.corpus import read_stored
from nlptool.core.publish import Output, reserve
from nlptool.core.report import Note, Report
from nlptool.errors import ModelError, RunError

_DIGITS = 16


def fingerprint(*parts: Any) -> str:
    """Return a hash of values of JSON, and of the version that makes something of them."""
    text = json.dumps([__version__, *parts], ensure_ascii=True, sort_keys=True, allow_nan=False)
    return sha256(text.encode()).hexdigest()


def of_files(paths: Sequence[str]) -> list[str]:
    """Return a hash of each file's bytes.

    Raises:
        CorpusError, RunError: a file cannot be read.
    """
    found = []
    for path in paths:
        digest = sha256()
        with closing(read_stored(path)) as chunks:
            for chunk in chunks:
                digest.update(chunk)
        found.append(digest.hexdigest())
    return found


def stage(
    folder: Path, name: str, ending: str, of: str, make: Callable[[Output], None], report: Report
) -> Path:
    """Return a stage's file: the one that is there, or a new one.

    Args:
        folder: where stages are kept.
        name: of the stage.
        ending: of its files.
        of: the fingerprint of all that it depends on.
        make: writes the file, by replacing the output that it is given.
        report: is told what is reused.

    Raises:
        RunError: the file cannot be written, or another run is making it.
        whatever `make` raises.
    """
    path = folder / f"{name}-{of[:_DIGITS]}{ending}"
    # Whoever waits for nothing should not be kept out by a run that works on it.
    if path.is_file():
        report(Note(f"{path.name}: as it is"))
        return path
    with reserve(str(path)) as output:
        make(output)
    old = re.compile(f"{re.escape(name)}-[0-9a-f]{{{_DIGITS}}}{re.escape(ending)}")
    with suppress(OSError):
        for other in list(folder.iterdir()):
            if other != path and old.fullmatch(other.name):
                other.unlink(missing_ok=True)
    return path


def folder_for(path: str) -> Path:
    """Return the folder for stages, made if it is not there.

    Raises:
        RunError: it cannot be made.
    """
    folder = Path(path)
    try:
        folder.mkdir(mode=0o777, parents=True, exist_ok=True)
    except OSError as error:
        raise RunError(f"{path}: cannot be made: {error.strerror or error}") from error
    return folder


def sound(path: Path, opened: Callable[[str], Any]) -> Any:
    """Return what a stage's file holds; one that is damaged is removed, to be made again.

    Raises:
        ModelError: it is damaged.
    """
    try:
        return opened(str(path))
    except ModelError as error:
        path.unlink(missing_ok=True)
        raise ModelError(f"{error}; it has been removed: run again") from None
