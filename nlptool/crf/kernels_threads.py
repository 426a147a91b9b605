"""How threads that work inside one kernel wait for each other.

A batch takes a fraction of a millisecond, less than Python needs to wake a thread. So each
thread stays in its kernel for many batches, and waits at a barrier by looking at a number in
memory, over and over; after a while it lets other threads run between two looks.

    sync   int64, shape (SYNC,); zeros at the start of a kernel. One number each a cache line.
"""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
import numpy.typing as npt
from llvmlite import ir  # type: ignore[import-untyped]  # ships no types
from numba import njit, types
from numba.core import cgutils
from numba.extending import intrinsic

SYNC = 32
_ARRIVED, _ROUND, _TICKET, _STOP = 0, 8, 16, 24
_LOOKS = 4000

Sync = npt.NDArray[np.int64]

_yield = types.ExternalFunction("sched_yield", types.int32())


def new_sync() -> Sync:
    """Return what the threads of one kernel share."""
    return np.zeros(SYNC, np.int64)


def run_threads(
    pool: ThreadPoolExecutor, work: Callable[[int], None], n_threads: int, sync: Sync
) -> None:
    """Run work(0), work(1), ... at the same time; whatever happens, none of them stays.

    Args:
        pool: of at least n_threads - 1.
        work: a kernel of one thread.
        n_threads: how many.
        sync: where they meet.
    """
    sync[:] = 0

    def guarded(me: int) -> None:
        try:
            work(me)
        except BaseException:
            # Those that wait for one that will not come go home.
            sync[_STOP] = 1
            raise

    others = []
    try:
        others = [pool.submit(guarded, me) for me in range(1, n_threads)]
        work(0)
    except BaseException:
        sync[_STOP] = 1
        raise
    finally:
        for other in others:
            other.result()


def _place(context: Any, b: Any, signature: Any, args: Any) -> Any:
    array = context.make_array(signature.args[0])(context, b, args[0])
    return b.gep(array.data, [args[1]])


@intrinsic
def _add(_: Any, array: Any, index: Any, value: Any) -> Any:
    """Add to a number that other threads change; return what it was."""

    def generate(context: Any, b: Any, signature: Any, args: Any) -> Any:
        place = _place(context, b, signature, args)
        return b.atomic_rmw("add", place, args[2], "seq_cst")

    return types.int64(array, types.int64, types.int64), generate


@intrinsic
def _look(_: Any, array: Any, index: Any) -> Any:
    """Return a number that other threads change."""

    def generate(context: Any, b: Any, signature: Any, args: Any) -> Any:
        return b.load_atomic(_place(context, b, signature, args), "seq_cst", 8)

    return types.int64(array, types.int64), generate


@intrinsic
def fetch(_: Any, array: Any, index: Any) -> Any:
    """Ask for an element to be brought near before it is needed."""

    def generate(context: Any, b: Any, signature: Any, args: Any) -> Any:
        number = ir.IntType(32)
        kinds = [ir.PointerType(ir.IntType(8)), number, number, number]
        name = ir.FunctionType(ir.VoidType(), kinds)
        prefetch = cgutils.get_or_insert_function(b.module, name, "llvm.prefetch.p0")
        place = b.bitcast(_place(context, b, signature, args), kinds[0])
        b.call(prefetch, [place, number(1), number(3), number(1)])
        return context.get_dummy_value()

    return types.none(array, types.int64), generate


@njit(cache=True, nogil=True)
def wait(sync: Sync, n_threads: int) -> bool:
    """Wait until all threads are here; then tickets begin at 0 again.

    Returns:
        False when there is nothing to wait for: see `run_threads`.
    """
    if n_threads == 1:
        sync[_TICKET] = 0
        return True
    now = _look(sync, _ROUND)
    if _add(sync, _ARRIVED, 1) == n_threads - 1:
        _add(sync, _ARRIVED, -n_threads)
        _add(sync, _TICKET, -_look(sync, _TICKET))
        _add(sync, _ROUND, 1)
        return True
    looks = 0
    while _look(sync, _ROUND) == now:
        looks += 1
        if looks > _LOOKS:
            if _look(sync, _STOP) != 0:
                return False
            _yield()
    return True


@njit(cache=True, nogil=True)
def ticket(sync: Sync) -> int:
    """Return 0, 1, 2, ...: each number to one thread."""
    return int(_add(sync, _TICKET, 1))
