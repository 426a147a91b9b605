"""Kernels are compiled once on a machine, which takes seconds: whoever waits is told why.

And they are loaded in every process: what is not needed for that is left out.
"""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from numba.core import event
from numba.core.typing.typeof import typeof_impl

from nlptool.core.report import Note, Report


@contextmanager
def announced(report: Report) -> Iterator[None]:
    """Tell a report when a kernel is compiled in the block, the first time in a process."""
    without_blas()
    listener = _Listener(report)
    event.register("numba:compile", listener)
    try:
        yield
    finally:
        event.unregister("numba:compile", listener)


def without_blas() -> None:
    """Load what numba needs for its first kernel, but not SciPy's linear algebra, 0.15 s.

    numba would load it for kernels that multiply matrices, and does without if it is not there;
    ours have none.
    """
    modules: dict[str, Any] = sys.modules
    if "scipy.linalg" in modules or "numba.np.arraymath" in modules:
        return
    modules["scipy.linalg"] = None
    try:
        import numba.np.arraymath  # noqa: F401, PLC0415  # not before SciPy is hidden
    finally:
        del modules["scipy.linalg"]


def known_tuples(*kinds: type) -> None:
    """Tell numba that these named tuples are tuples: to find that out takes it 0.01 s each."""
    found = typeof_impl.dispatch(tuple)
    for kind in kinds:
        typeof_impl.register(kind, found)


class _Listener(event.Listener):  # type: ignore[misc]  # numba is untyped
    """What numba tells that it compiles; not what it finds compiled."""

    told = False

    def __init__(self, report: Report) -> None:
        self._report = report

    def on_start(self, event: object) -> None:
        if not _Listener.told:
            _Listener.told = True
            self._report(Note("compiling kernels, once on this machine (up to half a minute)"))

    def on_end(self, event: object) -> None:
        pass
