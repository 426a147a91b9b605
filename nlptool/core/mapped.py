"""Arrays that lie in a file and are mapped into memory."""

import mmap
from typing import Any

from numpy.typing import NDArray


def let_go(array: NDArray[Any]) -> None:
    """Give back the memory that reading a mapped array has taken; it is read again from disk.

    Else a corpus that is passed once an epoch counts as memory in use up to its whole size.

    Args:
        array: a memory map, a view of one, or any array, with which nothing is done.
    """
    base: object = array
    while base is not None and not isinstance(base, mmap.mmap):
        base = getattr(base, "base", None)
    if base is not None and hasattr(mmap, "MADV_DONTNEED"):
        base.madvise(mmap.MADV_DONTNEED)
