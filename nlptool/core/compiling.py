"""Kernels are compiled once on a machine, which takes seconds: whoever waits is told why."""

from collections.abc import Iterator
from contextlib import contextmanager

from numba.core import event

from nlptool.core.report import Note, Report


@contextmanager
def announced(report: Report) -> Iterator[None]:
    """Tell a report when a kernel is compiled in the block, the first time in a process."""
    listener = _Listener(report)
    event.register("numba:compile", listener)
    try:
        yield
    finally:
        event.unregister("numba:compile", listener)


class _Listener(event.Listener):  # type: ignore[misc]  # numba is untyped
    """What numba tells that it compiles; not what it finds compiled."""

    told = False

    def __init__(self, report: Report) -> None:
        self._report = report

    def on_start(self, event: object) -> None:
        if not _Listener.told:
            _Listener.told = True
            self._report(Note("compiling kernels, once on this machine (up to 10 s)"))

    def on_end(self, event: object) -> None:
        pass
