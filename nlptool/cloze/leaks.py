"""Whether a text has something of other texts in it: stretches of equal Han characters.

What is not Han does not count, nor do blanks, line numbers, names of questions or how a text
is segmented: so a file of questions can be looked for in the books that it was made from.
"""

from collections.abc import Iterable

import numpy as np
import numpy.typing as npt

from nlptool.core.text import is_han

STRETCH = 20
"""Han characters in a row; a sentence or two of everyday words are not equal by chance."""

_SPAN = 1 << 20  # characters that are looked at together
_STEP = np.uint64(0x9E3779B97F4A7C15)

Keys = npt.NDArray[np.uint64]


class Leaks:
    """Every stretch of some texts, as 64-bit hashes.

    Args:
        texts: in pieces; stretches run from one piece into the next.
    """

    def __init__(self, texts: Iterable[str]) -> None:
        parts: list[Keys] = []
        rest = ""
        for text in texts:
            rest += han(text)
            if len(rest) >= _SPAN:
                parts.append(np.unique(keys(rest)))
                rest = rest[-STRETCH + 1 :]
        parts.append(keys(rest))
        self.keys: Keys = np.unique(np.concatenate(parts))

    def touch(self, text: str) -> bool:
        """Tell whether a text has a stretch of theirs in it."""
        found = keys(han(text))
        if not len(found) or not len(self.keys):
            return False
        places = np.minimum(np.searchsorted(self.keys, found), len(self.keys) - 1)
        return bool((self.keys[places] == found).any())


def han(text: str) -> str:
    """Return the Han characters of a text."""
    return "".join(char for char in text if char >= "⺀" and is_han(char))


def keys(text: str) -> Keys:
    """Return a hash of every stretch: a polynomial modulo 2**64.

    Args:
        text: any characters.

    Returns:
        Shape (len(text) - STRETCH + 1,), or (0,).
    """
    codes = np.frombuffer(text.encode("utf-32-le", "replace"), np.uint32).astype(np.uint64)
    n_keys = max(len(codes) - STRETCH + 1, 0)
    found: Keys = np.zeros(n_keys, np.uint64)
    for offset in range(STRETCH):
        found *= _STEP
        found += codes[offset : offset + n_keys]
    return found
