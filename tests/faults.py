"""Faults on order: the n-th call that a save makes of the system fails, or ends the process.

Pure Python, so that it works wherever the tests do: the functions of `os` that a save uses
are replaced by ones that count, and the files that it opens by ones that count their writes.
The same calls are met by strace, where there is one, in `tests/crash/test_strace.py`.
"""

import errno
import fcntl
import io
import os
import signal
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from nlptool.cli import app
from nlptool.core import publish

FUNCTIONS = ("open", "stat", "lstat", "fstat", "listdir", "fchmod", "fsync", "replace", "unlink")
LONG = 1000
"""More calls than any save makes."""

Act = Callable[[str, Callable[[], Any], Callable[[], Any]], Any]
"""Given the call's name, the call itself and half of it, do something else."""


@contextmanager
def at_call(number: int, act: Act) -> Iterator[list[str]]:
    """Meet the n-th call, from 0, with `act`; yield the list of the calls so far."""
    seen: list[str] = []

    def meet(name: str, call: Callable[[], Any], half: Callable[[], Any]) -> Any:
        seen.append(name)
        return act(name, call, half) if len(seen) - 1 == number else call()

    def counted(name: str, function: Callable[..., Any]) -> Callable[..., Any]:
        def instead(*args: Any, **kwargs: Any) -> Any:
            return meet(name, lambda: function(*args, **kwargs), lambda: None)

        return instead

    class Raw(io.FileIO):
        def write(self, data: Any) -> int:
            write = super().write
            n_bytes = len(data) // 2
            return int(meet("write", lambda: write(data), lambda: write(data[:n_bytes])))

        def close(self) -> None:
            close = super().close
            if not self.closed:
                try:
                    meet("close", close, lambda: None)
                finally:
                    close()

    def opened(path: Any, mode: str, buffering: int = -1, opener: Any = None) -> Any:
        raw = Raw(path, mode.replace("b", ""), opener=opener)
        if buffering == 0:
            return raw
        return io.BufferedReader(raw) if mode == "rb" else io.BufferedWriter(raw)

    with pytest.MonkeyPatch.context() as patch:
        for name in FUNCTIONS:
            patch.setattr(os, name, counted(name, getattr(os, name)))
        patch.setattr(fcntl, "flock", counted("flock", fcntl.flock))
        patch.setattr(publish, "open", opened, raising=False)
        yield seen


def calls_of(save: Callable[[], None]) -> list[str]:
    """Return the names of the calls that a save makes when nothing is wrong."""
    with at_call(LONG, lambda *_: None) as seen:
        save()
    return seen


def kill_before(_name: str, _call: Callable[[], Any], _half: Callable[[], Any]) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def kill_after(_name: str, call: Callable[[], Any], _half: Callable[[], Any]) -> None:
    try:
        call()
    finally:
        os.kill(os.getpid(), signal.SIGKILL)


def kill_half_way(_name: str, _call: Callable[[], Any], half: Callable[[], Any]) -> None:
    half()
    os.kill(os.getpid(), signal.SIGKILL)


def fail(code: int) -> Act:
    """Return what fails with an error number, after half of the work where that can be."""

    def act(_name: str, _call: Callable[[], Any], half: Callable[[], Any]) -> None:
        if code != errno.EINTR:  # it is what a call says that has done nothing yet
            half()
        raise OSError(code, os.strerror(code))

    return act


def send_before(number: int) -> Act:
    def act(_name: str, call: Callable[[], Any], _half: Callable[[], Any]) -> Any:
        os.kill(os.getpid(), number)
        return call()

    return act


def send_after(number: int) -> Act:
    def act(_name: str, call: Callable[[], Any], _half: Callable[[], Any]) -> Any:
        try:
            return call()
        finally:
            os.kill(os.getpid(), number)

    return act


@dataclass(frozen=True)
class End:
    """How a child ended.

    Args:
        code: the exit code; minus the number of the signal that ended it.
        stdout: what it wrote there.
        stderr: what it wrote there.
    """

    code: int
    stdout: str
    stderr: str

    @property
    def lines(self) -> list[str]:
        return self.stderr.splitlines()


class Child:
    """A copy of this process that runs a function; it takes a tenth of a new interpreter."""

    def __init__(self, function: Callable[[], object]) -> None:
        self._files = [tempfile.TemporaryFile() for _ in range(2)]  # noqa: SIM115  # see `end`
        self.number = os.fork()
        if self.number == 0:
            code = 70
            try:
                for descriptor, file in enumerate(self._files, 1):
                    os.dup2(file.fileno(), descriptor)
                sys.stdout = io.TextIOWrapper(
                    io.FileIO(1, "w", closefd=False), "utf-8", write_through=True
                )
                sys.stderr = io.TextIOWrapper(
                    io.FileIO(2, "w", closefd=False), "utf-8", write_through=True
                )
                function()
                code = 0
            except SystemExit as end:
                code = end.code if isinstance(end.code, int) else 71
            except BaseException:  # noqa: BLE001  # a copy of pytest ends here, come what may
                sys.excepthook(*sys.exc_info())
            finally:
                os._exit(code)

    def has_written(self) -> bool:
        """Tell whether it has written something to stdout."""
        return os.fstat(self._files[0].fileno()).st_size > 0

    def end(self) -> End:
        """Wait for the end, and tell how it came."""
        _, status = os.waitpid(self.number, 0)
        texts = []
        for file in self._files:
            file.seek(0)
            texts.append(file.read().decode("utf-8"))
            file.close()
        return End(os.waitstatus_to_exitcode(status), texts[0], texts[1])


def in_child(function: Callable[[], object]) -> End:
    """Run a function in a copy of this process."""
    return Child(function).end()


def run_main(command: Callable[[], None]) -> None:
    """Run a function as if it were the command line's: signals, errors and exit codes."""
    app.app = lambda **_: command()  # type: ignore[assignment]
    app.main()


def names_in(folder: Path) -> list[str]:
    """Return what is in a folder."""
    return sorted(path.name for path in folder.iterdir())
