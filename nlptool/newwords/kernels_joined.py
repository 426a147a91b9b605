"""Where the pieces of a text begin that its n-grams hold together; a numba loop.

The cut is that of kernels_cut.py, which counts the pieces; here they are marked, so that the
text can be written. Slow form: `cut` in tests/naive_newwords.py.
"""

from numba import njit

from nlptool.newwords.kernels_cut import JOINS, Flags
from nlptool.newwords.kernels_grams import Int32
from nlptool.newwords.kernels_look import BLOCK, Desk, Lookup, look
from nlptool.newwords.kernels_text import Bytes


@njit(cache=True, nogil=True)
def mark_pieces(
    codes: Int32, ranks: Int32, of: Lookup, flags: Flags, order: int, on: Desk, begins: Bytes
) -> None:
    """Mark where the pieces of a text begin: a gap stays joined if an n-gram covers it.

    Args:
        codes: the text.
        ranks: of each code.
        of: the n-grams.
        flags: which of them join, see `kernels_cut`; shape (n_grams,).
        order: symbols of the longest n-grams.
        on: where to work.
        begins: receives 1 where a piece begins; shape (len(codes),), all 0.
    """
    # What is taken from a tuple within a loop costs more than what is done with it.
    here, numbers = on.ranks, on.numbers
    reach = -1
    for at in range(0, len(codes), BLOCK):
        size = min(BLOCK, len(codes) - at)
        for i in range(size + order):
            code = codes[at + i] if at + i < len(codes) else 0
            here[i] = ranks[code] if code > 0 else 0
        look(size, order, of, on)
        for i in range(size):
            if here[i] == 0:
                continue
            if at + i > reach:
                begins[at + i] = 1
            for ahead in range(1, order):
                number = numbers[ahead, i]
                if number == 0:
                    break
                if flags[number] & JOINS:
                    reach = max(reach, at + i + ahead)
