"""What kind of thing a character is, coarsely: what decides where words and names end.

Ranges and lists of our own, not the Unicode tables of the Python that happens to be there, so
that a model means the same everywhere.
"""

from functools import cache

import numpy as np
from numpy.typing import NDArray

from nlptool.crf.normalise import N_POINTS

TYPES = (
    "other",
    "han",
    "numeral",
    "date",
    "digit",
    "letter",
    "kana",
    "hangul",
    "stop",
    "mark",
    "symbol",
    "space",
    "mixed",
)
"""Their names; "mixed" is for tokens of several characters."""

MIXED = TYPES.index("mixed")

_RANGES = {
    "han": (
        (0x2E80, 0x2FE0),
        (0x3005, 0x3008),
        (0x3021, 0x302A),
        (0x3038, 0x303C),
        (0x3400, 0x4DC0),
        (0x4E00, 0xA000),
        (0xF900, 0xFB00),
        (0x20000, 0x40000),
    ),
    "letter": (
        (0x41, 0x5B),
        (0x61, 0x7B),
        (0xC0, 0xD7),
        (0xD8, 0xF7),
        (0xF8, 0x2B0),
        (0x370, 0x1100),
        (0x1200, 0x2000),
        (0xFF21, 0xFF3B),
        (0xFF41, 0xFF5B),
    ),
    "digit": ((0x30, 0x3A), (0xFF10, 0xFF1A)),
    "kana": ((0x3041, 0x3100), (0x31F0, 0x3200), (0xFF66, 0xFFA0)),
    "hangul": ((0x1100, 0x1200), (0x3130, 0x3190), (0xAC00, 0xD7B0)),
    "symbol": (
        (0x20A0, 0x2E00),
        (0x3200, 0x3400),
        (0x1F000, 0x20000),
        (0xFFE0, 0xFFEF),
    ),
    "mark": (
        (0x21, 0x30),
        (0x3A, 0x41),
        (0x5B, 0x61),
        (0x7B, 0x7F),
        (0xA1, 0xC0),
        (0x2010, 0x2028),
        (0x2030, 0x205F),
        (0x2E00, 0x2E80),
        (0x3001, 0x3005),
        (0x3008, 0x3021),
        (0x3030, 0x3031),
        (0xFE10, 0xFE70),
        (0xFF01, 0xFF10),
        (0xFF1A, 0xFF21),
        (0xFF3B, 0xFF41),
        (0xFF5B, 0xFF66),
    ),
    "space": ((0x09, 0x0E), (0x20, 0x21), (0xA0, 0xA1), (0x2000, 0x2010), (0x3000, 0x3001)),
}

_LISTS = {
    "numeral": "〇零一二三四五六七八九十百千万亿兆廿卅壹贰叁肆伍陆柒捌玖拾佰仟萬億",
    "date": "年月日时分秒時",
    "stop": "，。、；：！？,;:!?",
}


@cache
def type_of_points() -> NDArray[np.uint8]:
    """Return which of `TYPES` each code point is; shape (N_POINTS,), not to be written to."""
    table = np.zeros(N_POINTS, np.uint8)
    for name, ranges in _RANGES.items():
        for begin, end in ranges:
            table[begin:end] = TYPES.index(name)
    for name, characters in _LISTS.items():
        table[[ord(character) for character in characters]] = TYPES.index(name)
    table.flags.writeable = False
    return table


def type_of(token: str) -> int:
    """Return which of `TYPES` a token is: that of all its characters, or "mixed"."""
    found = {int(type_of_points()[ord(character)]) for character in token}
    return found.pop() if len(found) == 1 else MIXED
