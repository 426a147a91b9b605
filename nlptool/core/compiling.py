"""Kernels are compiled once on a machine, which takes seconds: whoever waits is told why.

And numba is loaded in every process that needs a kernel, which takes most of a second: not
before the first one is called, and without what it can do without.
"""

import gc
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import RLock
from typing import Any

from nlptool.core.report import Note, Report

_lock = RLock()


class _State:
    """What this process knows of numba before it is loaded."""

    is_loaded = False
    waiting: list[Any] = []  # noqa: RUF012  # one for all, as numba is
    tuples: list[type] = []  # noqa: RUF012  # the same


class Later:
    """A kernel, or another thing of numba's, that is made when it is first used."""

    def __init__(self, make: Callable[[], Any], doc: str | None = None) -> None:
        """Begin with nothing.

        Args:
            make: makes it.
            doc: what is said of it.
        """
        self._make = make
        self._made: Any = None
        self.__doc__ = doc

    def made(self) -> Any:
        """Return the thing itself."""
        if self._made is None:
            with _lock:
                load_numba()
                self._made = self._made or self._make()
        return self._made

    def __call__(self, *args: Any) -> Any:
        """Call it."""
        return self.made()(*args)

    def __getattr__(self, name: str) -> Any:
        """Return what it has."""
        if name.startswith("__"):
            raise AttributeError(name)
        return getattr(self.made(), name)


def njit(**options: Any) -> Any:
    """Return what makes a kernel of a function, as `numba.njit` does, when it is first called."""

    def later(function: Any) -> Later:
        def make() -> Any:
            # Kernels that it calls have to be there before it is compiled.
            names = function.__globals__
            for name in function.__code__.co_names:
                if isinstance(names.get(name), Later):
                    names[name] = names[name].made()
            from numba import njit as compiled  # noqa: PLC0415  # slow to load, see above

            # Nobody calls kernels from C: what C would call need not be compiled.
            return compiled(**options, no_cfunc_wrapper=True)(function)

        return Later(make, function.__doc__)

    return later


def is_loaded() -> bool:
    """Tell whether numba is there already."""
    return "numba" in sys.modules


def is_kept(kernel: str) -> bool:
    """Tell whether a kernel was compiled before, on this machine, without asking numba.

    Args:
        kernel: the names of its module, without the package, and of itself: "kernels_x.f".
    """
    folder = os.environ.get("NUMBA_CACHE_DIR")
    return folder is None or any(Path(folder).glob(f"*/{kernel}-*.nbi"))


def load_numba() -> None:
    """Load numba, if it is not yet, as `announced` and `known_tuples` want it."""
    with _lock:
        if _State.is_loaded:
            return
        without_blas()
        # What numba is made of stays: no need to look for garbage in it at each turn.
        gc.freeze()
        _events().Listener.register(_Listener)
        _State.is_loaded = True
        for listener in _State.waiting:
            _events().register("numba:compile", listener)
        known_tuples(*_State.tuples)


@contextmanager
def announced(report: Report, *, waits: bool = False) -> Iterator[None]:
    """Tell a report when a kernel is compiled in the block, the first time in a process.

    Args:
        report: hears of it.
        waits: all kernels are `njit` of here: numba is loaded when one is called.
    """
    listener = _Listener(report)
    if not waits:
        load_numba()
    with _lock:
        _State.waiting.append(listener)
        if _State.is_loaded:
            _events().register("numba:compile", listener)
    try:
        yield
    finally:
        with _lock:
            _State.waiting.remove(listener)
            if _State.is_loaded:
                _events().unregister("numba:compile", listener)


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
    if not _State.is_loaded:
        _State.tuples.extend(kinds)
        return
    from numba.core.typing.typeof import typeof_impl  # noqa: PLC0415  # slow to load, see above

    found = typeof_impl.dispatch(tuple)
    for kind in kinds:
        typeof_impl.register(kind, found)


def _events() -> Any:
    from numba.core import event  # noqa: PLC0415  # slow to load, see above

    return event


class _Listener:
    """Hears from numba that it compiles; not what it finds compiled."""

    told = False

    def __init__(self, report: Report) -> None:
        self._report = report

    def notify(self, event: Any) -> None:
        if event.is_start and not _Listener.told:
            _Listener.told = True
            self._report(Note("compiling kernels, once on this machine (up to half a minute)"))
