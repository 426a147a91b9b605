"""UTF-8 to code points and back with marks between: numba loops over the bytes of a text.

A token is one character. Where white space separates words it is no token, and what it
separates are sentences of their own, as newlines do. Nothing of a text is changed or lost: what
is no token is copied. Slow form: tests/naive_crf_text.py.
"""

import numpy as np
from numpy.typing import NDArray

from nlptool.core.compiling import njit

Bytes = NDArray[np.uint8]
Int32 = NDArray[np.int32]
Int64 = NDArray[np.int64]

FIRST, WITHIN, LAST, ONLY, OUTSIDE = range(5)
"""What a label says of its token's place in a span; a plain label is `ONLY`."""

_NEWLINE = 10
_SPACE = 32
_OPEN, _CLOSE, _SLASH = 91, 93, 47
_REPLACEMENT = 0xFFFD


@njit(cache=True, nogil=True, inline="always")
def is_white(code: int) -> bool:
    """Tell whether a character is white space, as `str.isspace` has it."""
    if code > 0x3000:
        return False
    if code <= 0x20:
        return code == _SPACE or 9 <= code <= 13 or 28 <= code <= 31
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
        if code == _NEWLINE or (splits and is_white(code)):
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


@njit(cache=True, nogil=True, inline="always")
def _is_new(left: int, right: int, places: Int64, kinds: Int64) -> bool:
    """Tell whether a span begins between two tokens, or ends there."""
    if places[left] == OUTSIDE or places[right] == OUTSIDE:
        return True
    if places[right] == FIRST or places[right] == ONLY:
        return True
    return bool(places[left] >= LAST or kinds[left] != kinds[right])


@njit(cache=True, nogil=True, inline="always")
def _stop(text: Bytes, begins: Int32, token: int, end: int) -> np.int64:
    """Return where a token ends.

    Args:
        text: UTF-8.
        begins: of the tokens.
        token: which one.
        end: behind the last token of its sentence.
    """
    if token + 1 < end:
        return np.int64(begins[token + 1])
    stop = np.int64(begins[token]) + 1
    if text[stop - 1] >= 0xC2:
        while stop < len(text) and text[stop] >> 6 == 2:
            stop += 1
    return stop


@njit(cache=True, nogil=True)
def write_words(
    text: Bytes,
    begins: Int32,
    ends: Int64,
    labels: Int32,
    places: Int64,
    kinds: Int64,
    keeps: bool,  # noqa: FBT001  # numba takes no keywords
    out: Bytes,
) -> int:
    """Write text with a space between words.

    Args:
        text: UTF-8, read with white space as no token.
        begins: see `read_text`; of the tokens only.
        ends: see there; of the sentences only.
        labels: of the tokens.
        places: what each label says of the place.
        kinds: the number of each label's type.
        keeps: copy all white space, with a space beside what is not ASCII; else there is one
            space between words, and newlines.
        out: receives the text; twice as long.

    Returns:
        How many bytes are written.
    """
    n = 0
    behind = 0  # what is copied already
    first = True  # nothing stands in this line
    token = 0
    for sentence in range(len(ends)):
        begin, end = token, ends[sentence]
        at = np.int64(begins[begin])
        while behind < at:
            if keeps or text[behind] == _NEWLINE:
                out[n] = text[behind]
                n += 1
                first = True
            behind += 1
        if (keeps and at > 0 and text[at - 1] >= 0x80) or not (keeps or first):
            out[n] = _SPACE
            n += 1
        first = False
        while token < end:
            if token > begin and _is_new(labels[token - 1], labels[token], places, kinds):
                out[n] = _SPACE
                n += 1
            stop = _stop(text, begins, token, end)
            while behind < stop:
                out[n] = text[behind]
                n += 1
                behind += 1
            token += 1
        if keeps and behind < len(text) and text[behind] >= 0x80:
            out[n] = _SPACE
            n += 1
    while behind < len(text):
        if keeps or text[behind] == _NEWLINE:
            out[n] = text[behind]
            n += 1
        behind += 1
    return n


@njit(cache=True, nogil=True)
def size_of_spans(ends: Int64, labels: Int32, places: Int64, kinds: Int64, sizes: Int64) -> int:
    """Return how many bytes `write_spans` adds to a text, at most.

    Args:
        ends: see `write_words`, and so labels, places, kinds.
        labels: see there.
        places: see there.
        kinds: see there.
        sizes: bytes of each type's name.
    """
    n = 0
    token = 0
    for sentence in range(len(ends)):
        begin = token
        while token < ends[sentence]:
            label = labels[token]
            if places[label] != OUTSIDE and (
                token == begin or _is_new(labels[token - 1], label, places, kinds)
            ):
                n += 3 + sizes[kinds[label]]
            token += 1
    return n


@njit(cache=True, nogil=True)
def write_spans(
    text: Bytes,
    begins: Int32,
    ends: Int64,
    labels: Int32,
    places: Int64,
    kinds: Int64,
    names: Bytes,
    name_begins: Int64,
    out: Bytes,
) -> int:
    """Write text with its spans in brackets: `[text/TYPE]`.

    Args:
        text: see `write_words`, and so begins, ends, labels, places, kinds.
        begins: see there.
        ends: see there.
        labels: see there.
        places: see there.
        kinds: see there.
        names: of the types, one after the other, UTF-8.
        name_begins: where each begins; shape (n_types + 1,).
        out: receives the text; see `size_of_spans`.

    Returns:
        How many bytes are written.
    """
    n = 0
    behind = 0
    token = 0
    for sentence in range(len(ends)):
        begin = token
        while token < ends[sentence]:
            label = labels[token]
            at = begins[token]
            if places[label] != OUTSIDE and (
                token == begin or _is_new(labels[token - 1], label, places, kinds)
            ):
                while behind < at:
                    out[n] = text[behind]
                    n += 1
                    behind += 1
                out[n] = _OPEN
                n += 1
            token += 1
            if places[label] != OUTSIDE and (
                token == ends[sentence] or _is_new(label, labels[token], places, kinds)
            ):
                stop = _stop(text, begins, token - 1, ends[sentence])
                while behind < stop:
                    out[n] = text[behind]
                    n += 1
                    behind += 1
                out[n] = _SLASH
                n += 1
                for i in range(name_begins[kinds[label]], name_begins[kinds[label] + 1]):
                    out[n] = names[i]
                    n += 1
                out[n] = _CLOSE
                n += 1
    while behind < len(text):
        out[n] = text[behind]
        n += 1
        behind += 1
    return n
