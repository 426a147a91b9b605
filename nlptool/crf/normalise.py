"""What is done to characters before a model sees them: a setting of the model.

    width  full-width letters, digits and marks become half-width
    case   letters become lower case

Each character stays one character, so that places in the text stay what they are. What is
written back to the user is always the text as it was.
"""

from collections.abc import Sequence
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from nlptool.core.text import normalise
from nlptool.errors import ConfigError

HOWS = ("width", "case")

N_POINTS = 0x110000
"""Code points of Unicode."""

# Letters that have a case, but for some that are out of use: Latin, Greek, Cyrillic, Armenian,
# Latin and Greek with marks, full width.
_CASED = (range(0x41, 0x590), range(0x1E00, 0x2000), range(0xFF21, 0xFF3B))


def check_normalise(hows: Sequence[str]) -> tuple[str, ...]:
    """Return what is to be done, in its one order, each once.

    Raises:
        ConfigError: there is no such thing.
    """
    for how in hows:
        if how not in HOWS:
            raise ConfigError(f"--normalise: {how!r}, expected some of {', '.join(HOWS)}")
    return tuple(how for how in HOWS if how in hows)


@lru_cache(maxsize=4)
def changes(hows: tuple[str, ...]) -> dict[int, int]:
    """Return what the code points that change become, for `str.translate`."""
    found: dict[int, int] = {}
    if "width" in hows:
        for point in (*range(0xFF01, 0xFF5F), 0x3000):
            found[point] = ord(normalise(chr(point)))
    if "case" in hows:
        for points in _CASED:
            for point in points:
                lower = chr(point).lower()
                if len(lower) == 1 and ord(lower) != point:
                    found[point] = ord(lower)
        found |= {old: found.get(new, new) for old, new in found.items()}
    return found


@lru_cache(maxsize=4)
def normal_points(hows: tuple[str, ...]) -> NDArray[np.int32]:
    """Return what each code point becomes; shape (N_POINTS,), not to be written to."""
    table = np.arange(N_POINTS, dtype=np.int32)
    found = changes(hows)
    table[list(found)] = list(found.values())
    table.flags.writeable = False
    return table
