"""UTF-8 to code points: numba loops over the bytes of a text.

A token is one character. Where white space separates words it is no token, and what it
separates are sentences of their own, as newlines do. Slow form: tests/naive_crf_text.py.
"""

import numpy as np
from numpy.typing import NDArray

from nlptool.core.compiling import njit

Bytes = NDArray[np.uint8]
Int32 = NDArray[np.int32]
Int64 = NDArray[np.int64]

NEWLINE = 10
SPACE = 32

_REPLACEMENT = 0xFFFD


@njit(cache=True, nogil=True, inline="always")
def is_white(code: int) -> bool:
    """Tell whether a character is white space, as `str.isspace` has it."""
    if code > 0x3000:
        return False
    if code <= 0x20:
        return code == SPACE or 9 <= code <= 13 or 28 <= code <= 31
    if code < 0x1680:
        return code == 0x85 or code == 0xA0
    return (
        code == 0x3000
        or 0x2000 <= code <= 0x200A
        or code == 0x2028
        or code == 0x2029
        or code == 0x202F
        or code == 0x205F
        or code == 0x1680
    )


@njit(cache=True, nogil=True)
def read_text(
    text: Bytes,
    splits: bool,  # noqa: FBT001  # numba takes no keywords
    codes: Int32,
    begins: Int32,
    ends: Int64,
) -> tuple[int, int]:
    """Read text into sentences of characters.

    Args:
        text: UTF-8; what is not becomes U+FFFD, byte by byte.
        splits: white space is no token and ends a sentence; else only newlines do.
        codes: receives the code points of tokens; as long as the text.
        begins: receives where in the text each token begins; as long as the text.
        ends: receives where in `codes` each sentence ends, none empty; as long as the text.

    Returns:
        How many tokens and sentences there are.
    """
    n_tokens = n_sentences = begin = i = 0
    size = len(text)
    while i < size:
        lead = np.int32(text[i])
        length = 1
        code = lead
        if lead >= 0x80:
            code = np.int32(_REPLACEMENT)
            if 0xC2 <= lead < 0xE0 and i + 1 < size and text[i + 1] >> 6 == 2:
                length = 2
                code = np.int32((lead & 0x1F) << 6 | (text[i + 1] & 0x3F))
            elif (
                0xE0 <= lead < 0xF0
                and i + 2 < size
                and text[i + 1] >> 6 == 2
                and text[i + 2] >> 6 == 2
            ):
                length = 3
                code = np.int32(
                    (lead & 0xF) << 12 | (text[i + 1] & 0x3F) << 6 | (text[i + 2] & 0x3F)
                )
            elif (
                0xF0 <= lead < 0xF5
                and i + 3 < size
                and text[i + 1] >> 6 == 2
                and text[i + 2] >> 6 == 2
                and text[i + 3] >> 6 == 2
            ):
                length = 4
                code = np.int32(
                    (lead & 7) << 18
                    | (text[i + 1] & 0x3F) << 12
                    | (text[i + 2] & 0x3F) << 6
                    | (text[i + 3] & 0x3F)
                )
                code = min(code, np.int32(0x10FFFF))
        if code == NEWLINE or (splits and is_white(code)):
            if n_tokens > begin:
                ends[n_sentences] = n_tokens
                n_sentences += 1
                begin = n_tokens
        else:
            codes[n_tokens] = code
            begins[n_tokens] = i
            n_tokens += 1
        i += length
    if n_tokens > begin:
        ends[n_sentences] = n_tokens
        n_sentences += 1
    return n_tokens, n_sentences
