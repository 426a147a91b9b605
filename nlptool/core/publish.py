"""Files that appear whole or not at all.

Every file that nlptool writes is written beside its target under another name, synced, and
renamed over it. Whoever is killed leaves the old file or the new one; what else it leaves,
the next run of the same output sweeps away. What is in the file is not known here.
"""

import errno
import fcntl
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from stat import S_ISDIR, S_ISREG
from typing import BinaryIO

from nlptool.errors import RunError


@dataclass(frozen=True)
class Output:
    """An output file that this run alone may write, see `reserve`.

    Args:
        path: the name that the user gave.
        target: the regular file that is replaced (links followed), or None where the path is
            a device or a pipe, which is written into.
    """

    path: str
    target: Path | None

    @contextmanager
    def replace(self) -> Iterator[BinaryIO]:
        """Yield a file whose content becomes the output's when the block ends without error.

        Raises:
            RunError: the file cannot be written; the old one is untouched.
        """
        with _told(self.path):
            if self.target is None:
                with Path(self.path).open("wb") as file:
                    yield file
                return
            temporary = self.target.with_name(f"{_prefix(self.target)}{secrets.token_hex(8)}.tmp")
            descriptor = os.open(
                temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600
            )
            try:
                with os.fdopen(descriptor, "wb") as file:
                    yield file
                    file.flush()
                    os.fchmod(file.fileno(), _mode(self.target))
                    os.fsync(file.fileno())
                temporary.replace(self.target)
            except BaseException:
                temporary.unlink(missing_ok=True)
                raise
            _sync_folder(self.target.parent)

    def beside(self, suffix: str) -> str:
        """Return the name of a companion of this output (a checkpoint)."""
        return self.path + suffix


@contextmanager
def reserve(path: str) -> Iterator[Output]:
    """Make sure that `path` can be written, and keep every other run from writing it.

    Call it before reading any input: a folder that is missing or closed is found here.
    Temporaries that a killed run left beside the file are removed.

    Raises:
        RunError: there is no such folder, it cannot be written to, the path is a folder, or
            another run holds the output.
    """
    with _told(path):
        real = Path(os.path.realpath(path))
        try:
            mode = real.stat().st_mode
        except FileNotFoundError:
            mode = None
        if not path or (mode is not None and S_ISDIR(mode)):
            raise RunError(f"{path!r}: a folder, expected the name of a file to write")
        if mode is not None and not S_ISREG(mode):
            yield Output(path, None)
            return
        if not real.parent.is_dir():
            raise RunError(f"{path}: there is no folder {real.parent}; make it first")
    lock = real.with_name(f"{_prefix(real)}lock")
    descriptor = _lock(path, lock)
    try:
        with _told(path):
            for stale in real.parent.iterdir():
                if stale.name.startswith(_prefix(real)) and stale.name.endswith(".tmp"):
                    stale.unlink(missing_ok=True)
        yield Output(path, real)
    finally:
        with suppress(OSError):
            lock.unlink()
        os.close(descriptor)


@contextmanager
def atomic(path: str) -> Iterator[BinaryIO]:
    """Reserve an output and replace it at once: for what is written in one go.

    Raises:
        RunError: see `reserve` and `Output.replace`.
    """
    with reserve(path) as output, output.replace() as file:
        yield file


def _lock(path: str, lock: Path) -> int:
    """Return the descriptor of the lock file, held by this process until it is closed."""
    while True:
        with _told(path):
            descriptor = os.open(lock, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            # Another run may have removed the file between our open and our flock: then we
            # hold a lock that nobody else can see.
            if os.fstat(descriptor).st_ino == lock.stat().st_ino:
                return descriptor
        except FileNotFoundError:
            pass
        except OSError as error:
            os.close(descriptor)
            if error.errno in (errno.EWOULDBLOCK, errno.EACCES):
                raise RunError(
                    f"{path}: another run is writing it (lock {lock.name}); wait for it to end"
                ) from None
            raise RunError(f"{path}: cannot be locked: {error.strerror}") from None
        os.close(descriptor)


def _prefix(target: Path) -> str:
    """Return how the hidden companions of a file begin; short enough for any file system."""
    name = target.name
    if len(os.fsencode(name)) > 200:
        name = sha256(os.fsencode(name)).hexdigest()
    return f".{name}."


def _mode(target: Path) -> int:
    """Return the old file's permissions, or what the umask gives a new one."""
    try:
        return target.stat().st_mode & 0o777
    except FileNotFoundError:
        umask = os.umask(0o077)
        os.umask(umask)
        return 0o666 & ~umask


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    except OSError as error:
        # Some file systems cannot sync a folder; there the rename is as safe as it gets.
        if error.errno not in (errno.EINVAL, errno.ENOTSUP, errno.EBADF):
            raise
    finally:
        os.close(descriptor)


@contextmanager
def _told(path: str) -> Iterator[None]:
    """Turn the system's refusal to write into an error that names the output."""
    try:
        yield
    except BrokenPipeError:
        raise
    except OSError as error:
        raise RunError(f"{path}: cannot be written: {error.strerror or error}") from error
