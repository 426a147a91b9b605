"""Files that appear whole or not at all.

Every file that nlptool writes is written beside its target under another name, synced, and
renamed over it. Whoever is killed leaves the old file or the new one; what else it leaves,
the next run of the same output sweeps away. What is in the file is not known here.
"""

import errno
import fcntl
import os
import re
import secrets
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from hashlib import sha256
from io import FileIO
from pathlib import Path
from stat import S_ISDIR, S_ISREG
from typing import BinaryIO

from nlptool.errors import RunError

_UNSYNCABLE = (errno.EINVAL, errno.ENOTSUP, errno.EBADF)


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
            BrokenPipeError: the output is a pipe whose reader went away; `filename` names it.
        """
        if self.target is None:
            try:
                with _told(self.path, {self.path}), Path(self.path).open("wb") as file:
                    yield file
            except BrokenPipeError as error:
                error.filename = self.path
                raise
            return
        # The name is settled before the file exists, so that wherever a signal strikes,
        # what is to be removed is known.
        temporary = self.target.with_name(f"{_prefix(self.target)}{secrets.token_hex(8)}.tmp")
        ours = {str(path) for path in (temporary, self.target, self.target.parent)}
        with _told(self.path, ours):
            try:
                with open(temporary, "xb", opener=_private) as file:
                    yield file
                    file.flush()
                    _set_mode(file.fileno(), self.target)
                    _sync(file.fileno())
                temporary.replace(self.target)
            except BaseException:
                with suppress(OSError):
                    temporary.unlink()
                raise
            _sync_folder(self.target.parent)

    def beside(self, suffix: str) -> str:
        """Return the name of a companion of this output (a checkpoint), swept like it."""
        name = self.path + suffix
        if self.target is not None:
            with suppress(RunError), reserve(name):
                pass
        return name


@contextmanager
def reserve(path: str) -> Iterator[Output]:
    """Make sure that `path` can be written, and keep every other run from writing it.

    Call it before reading any input: a folder that is missing or closed is found here.
    Temporaries that a killed run left beside the file are removed.

    Raises:
        RunError: there is no such folder, it cannot be written to, the path is a folder or a
            protected file, or another run holds the output.
    """
    with _told(path):
        target = _target(path)
    if target is None:
        yield Output(path, None)
        return
    with _locked(path, target.with_name(f"{_prefix(target)}lock")):
        _sweep(target)
        yield Output(path, target)


@contextmanager
def atomic(path: str) -> Iterator[BinaryIO]:
    """Reserve an output and replace it at once: for what is written in one go.

    Raises:
        RunError: see `reserve` and `Output.replace`.
    """
    with reserve(path) as output, output.replace() as file:
        yield file


def _target(path: str) -> Path | None:
    """Return the regular file that `path` is or will be; None for a device or a pipe."""
    real = Path(os.path.realpath(path))
    try:
        # Not of `real`: /dev/stdout leads to a pipe that has no name.
        mode = Path(path).stat().st_mode if path else None
    except FileNotFoundError:
        mode = None
    if not path or path.endswith("/") or (mode is not None and S_ISDIR(mode)):
        raise RunError(f"{path!r}: a folder, expected the name of a file to write")
    if mode is None and not real.parent.is_dir():
        raise RunError(f"{path}: there is no folder {real.parent}; make it first")
    if mode is not None and not os.access(path, os.W_OK):
        raise RunError(f"{path}: cannot be written: it is protected; remove it, or name another")
    return real if mode is None or S_ISREG(mode) else None


@contextmanager
def _locked(path: str, lock: Path) -> Iterator[None]:
    """Hold the lock of an output until the block ends.

    The lock ends with its process, however that ends; the file that stays then is nobody's
    and does not stand in anybody's way.
    """
    try:
        held = _lock(path, lock)
    except RunError:
        raise
    except BaseException:
        # A signal, at a moment when the file may be there and is not known to be ours.
        with suppress(RunError):
            held = _lock(path, lock)
            _remove(lock, held)
        raise
    try:
        yield
    finally:
        try:
            _remove(lock, held)
        finally:
            # Again, in case a signal stopped the first attempt; no other one comes.
            _remove(lock, held)
            with suppress(OSError):
                held.close()


def _lock(path: str, lock: Path) -> FileIO:
    """Return the lock file, locked for as long as it is open."""
    while True:
        with _told(path):
            file = open(lock, "rb", buffering=0, opener=_shared)  # noqa: SIM115  # its end is the lock's
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            # Another run may have removed the file between our open and our flock: then we
            # hold a lock that nobody else can see.
            if _is(lock, file):
                return file
            file.close()
        except OSError as error:
            file.close()
            if error.errno in (errno.EWOULDBLOCK, errno.EACCES):
                raise RunError(
                    f"{path}: another run is writing it (lock {lock.name}); wait for it to end"
                ) from None
            raise RunError(f"{path}: cannot be locked: {error.strerror}") from None
        except BaseException:
            file.close()
            raise


def _remove(lock: Path, held: FileIO) -> None:
    """Remove the lock file, if it is the one that we hold."""
    with suppress(OSError):
        if _is(lock, held):
            lock.unlink()


def _is(path: Path, file: FileIO) -> bool:
    """Tell whether `path` still leads to an open file."""
    try:
        return os.path.samestat(path.lstat(), os.fstat(file.fileno()))
    except FileNotFoundError:
        return False


def _sweep(target: Path) -> None:
    """Remove what killed runs of this output left; its lock must be held."""
    left = re.compile(re.escape(_prefix(target)) + "[0-9a-f]{16}\\.tmp")
    # What may not be seen or removed is no reason not to write.
    with suppress(OSError):
        for stale in [path for path in target.parent.iterdir() if left.fullmatch(path.name)]:
            with suppress(OSError):
                stale.unlink()


def _prefix(target: Path) -> str:
    """Return how the hidden companions of a file begin; short enough for any file system."""
    name = target.name
    if len(os.fsencode(name)) > 200:
        name = sha256(os.fsencode(name)).hexdigest()
    return f".{name}."


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)


def _shared(path: str, flags: int) -> int:
    # A link that somebody planted in a folder for all is not followed.
    return os.open(path, flags | os.O_CREAT | os.O_NOFOLLOW, 0o666)


def _set_mode(descriptor: int, target: Path) -> None:
    """Give a file the old one's permissions, or what the umask gives a new one."""
    try:
        mode = target.stat().st_mode & 0o777
    except FileNotFoundError:
        umask = os.umask(0o077)
        os.umask(umask)
        mode = 0o666 & ~umask
    try:
        os.fchmod(descriptor, mode)
    except OSError as error:
        # Some file systems know no permissions.
        if error.errno not in (errno.EPERM, errno.ENOTSUP):
            raise


def _sync(descriptor: int) -> None:
    try:
        os.fsync(descriptor)
    except OSError as error:
        # Some file systems cannot; there the rename is as safe as it gets.
        if error.errno not in _UNSYNCABLE:
            raise


def _sync_folder(folder: Path) -> None:
    try:
        descriptor = os.open(folder, os.O_RDONLY | os.O_CLOEXEC)
    except PermissionError:
        return  # a folder that one may write to and not look into
    try:
        _sync(descriptor)
    finally:
        os.close(descriptor)


@contextmanager
def _told(path: str, ours: set[str] | None = None) -> Iterator[None]:
    """Turn the system's refusal to write into an error that names the output.

    Args:
        path: the output.
        ours: files whose errors are meant, where the block may touch others as well.
    """
    try:
        yield
    except BrokenPipeError:
        raise
    except OSError as error:
        if ours is not None and error.filename is not None and str(error.filename) not in ours:
            raise
        raise RunError(f"{path}: cannot be written: {error.strerror or error}") from error
