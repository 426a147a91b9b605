"""Temporary folders that a killed run leaves behind for no longer than until the next run."""

import fcntl
import os
import re
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from shutil import rmtree

from nlptool.errors import RunError

_PREFIX = "nlptool-run-"
_OURS = re.compile(f"{_PREFIX}[a-z0-9_]{{8}}")


@contextmanager
def scratch(parent: Path | None = None) -> Iterator[Path]:
    """Yield a private folder for temporary files, removed when the block ends.

    The folder is locked for as long as its run lives; those that are not are removed first.

    Args:
        parent: where it is made; None for the system's temporary folder.

    Raises:
        RunError: it cannot be made.
    """
    try:
        where = Path(tempfile.gettempdir() if parent is None else parent)
        _sweep(where)
        folder, lock = _made(where)
    except OSError as error:
        raise RunError(
            f"{error.filename or parent}: {error.strerror or error}, expected a folder for "
            "temporary files; name another with --temp-dir"
        ) from error
    try:
        yield folder
    finally:
        try:
            rmtree(folder, ignore_errors=True)
        finally:
            os.close(lock)


def _made(parent: Path) -> tuple[Path, int]:
    """Return a new folder and the descriptor that locks it."""
    while True:
        folder = Path(tempfile.mkdtemp(prefix=_PREFIX, dir=parent))
        # Another run may have swept it before it was locked.
        with suppress(FileNotFoundError):
            lock = _locked(folder)
            if lock is not None:
                return folder, lock


def _locked(folder: Path) -> int | None:
    """Return a descriptor that locks a folder of ours; None if another run has it."""
    lock = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        status = os.fstat(lock)
        if status.st_uid == os.geteuid() and os.path.samestat(status, folder.lstat()):
            return lock
    except BlockingIOError:
        pass
    except BaseException:
        os.close(lock)
        raise
    os.close(lock)
    return None


def _sweep(parent: Path) -> None:
    """Remove what killed runs of this user left."""
    found: list[Path] = []
    with suppress(PermissionError):  # one may write to a folder and not look into it
        found = [path for path in parent.iterdir() if _OURS.fullmatch(path.name)]
    for left in found:
        # What cannot be opened or locked is another's, or gone.
        with suppress(OSError):
            lock = _locked(left)
            if lock is not None:
                rmtree(left, ignore_errors=True)
                os.close(lock)
