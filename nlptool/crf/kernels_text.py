"""Text with marks between its tokens: numba loops over the bytes of a text.

How it was read is in kernels_points.py. Nothing of a text is changed or lost: what is no token
is copied. Slow form: tests/naive_crf_text.py.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from nlptool.core.compiling import Later, njit
from nlptool.crf.kernels_points import NEWLINE, SPACE

Bytes = NDArray[np.uint8]
Int32 = NDArray[np.int32]
Int64 = NDArray[np.int64]

FIRST, WITHIN, LAST, ONLY, OUTSIDE = range(5)
"""What a label says of its token's place in a span; a plain label is `ONLY`."""

_OPEN, _CLOSE, _SLASH = 91, 93, 47


def _copy4() -> Any:
    """Return an instruction; to load it takes numba."""
    from nlptool.crf.kernels_vector import copy4  # noqa: PLC0415  # not sooner

    return copy4


copy4 = Later(_copy4)


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
        begins: see `kernels_points.read_text`; of the tokens only.
        ends: see there; of the sentences only.
        labels: of the tokens.
        places: what each label says of the place.
        kinds: the number of each label's type.
        keeps: copy all white space, with a space beside what is not ASCII; else there is one
            space between words, and newlines.
        out: receives the text; twice as long, and 4 bytes more.

    Returns:
        How many bytes are written.
    """
    n_labels = len(places)
    opens, closes = np.empty(n_labels, np.bool_), np.empty(n_labels, np.bool_)
    for y in range(n_labels):
        opens[y] = places[y] in (FIRST, ONLY, OUTSIDE)
        closes[y] = places[y] >= LAST
    n = 0
    behind = np.int64(0)  # what is copied already
    first = True  # nothing stands in this line
    token = 0
    for sentence in range(len(ends)):
        begin, end = token, ends[sentence]
        at = np.int64(begins[begin])
        while behind < at:
            if keeps or text[behind] == NEWLINE:
                out[n] = text[behind]
                n += 1
                first = True
            behind += 1
        if (keeps and at > 0 and text[at - 1] >= 0x80) or not (keeps or first):
            out[n] = SPACE
            n += 1
        first = False
        # Without a branch: nobody could foretell where a word ends.
        while token + 1 < end and at + 4 <= len(text):
            copy4(out, n, text, at)
            left, right = labels[token], labels[token + 1]
            token += 1
            n += begins[token] - at
            at = np.int64(begins[token])
            out[n] = SPACE
            n += opens[right] | closes[left] | (kinds[left] != kinds[right])
        while token < end:
            stop = _stop(text, begins, token, end)
            while at < stop:
                out[n] = text[at]
                n += 1
                at += 1
            token += 1
            if token < end and _is_new(labels[token - 1], labels[token], places, kinds):
                out[n] = SPACE
                n += 1
        behind = at
        if keeps and behind < len(text) and text[behind] >= 0x80:
            out[n] = SPACE
            n += 1
    while behind < len(text):
        if keeps or text[behind] == NEWLINE:
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
