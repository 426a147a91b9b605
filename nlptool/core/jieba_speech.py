"""jieba's words and their parts of speech, over arrays: what `jieba.posseg.cut` gives.

    text -> runs of Han, letters, digits and + # & . _; all other characters are words, of x
    a run -> words of the dictionary, as `jieba_kernels` finds them, with the dictionary's parts
    Han that stay alone there, side by side -> words and parts of `jieba_speech_hmm`

The words of that model are not always those of `jieba.cut`: it sees names better. Slow form:
jieba.posseg itself, see the tests.
"""

import numpy as np

from nlptool.core.compiling import njit
from nlptool.core.jieba_hmm import HAN, HAN_END, KINDS, LETTER, MARK, OTHER
from nlptool.core.jieba_kernels import route
from nlptool.core.jieba_speech_hmm import Speech, write_hidden
from nlptool.core.jieba_trie import (
    COUNT_SHIFT,
    NO_NODE,
    PLACE,
    ROOT,
    Bytes,
    Float64,
    Int32,
    Nodes,
    character_at,
    find,
    look_up,
)

LETTERS = 27**4
"""Different names of parts that `spelled` tells apart: at most four letters."""


_KNOWN = KINDS != OTHER
_KNOWN[list(b"%-")] = False  # unlike in `jieba_kernels`

_POINT, _ZERO, _NINE, _A, _Z, _SPACE, _NEWLINE = b".09az \n"


@njit(cache=True, nogil=True)
def _write_alone(
    run: Int32, begin: int, end: int, speech: Speech, path: Int32, begins: Bytes, parts: Bytes
) -> None:
    """Mark the words of characters that the dictionary leaves alone; see `_run`."""
    unknown, number, letters = speech.alike
    at = begin
    while at < end:
        stop = at + 1
        if run[at] >= HAN:
            while stop < end and run[stop] >= HAN:
                stop += 1
            write_hidden(run, at, stop, speech, path, begins, parts)
            at = stop
            continue
        part = unknown
        if _ZERO <= run[at] <= _NINE or run[at] == _POINT:
            part = number
            while stop < end and (_ZERO <= run[stop] <= _NINE or run[stop] == _POINT):
                stop += 1
        elif KINDS[run[at]] >= LETTER:
            # A run that begins with a letter; digits within belong to it.
            part = letters
            while stop < end and run[stop] < HAN and KINDS[run[stop]] >= LETTER:
                stop += 1
        else:
            while (
                stop < end and run[stop] < HAN and KINDS[run[stop]] == MARK and run[stop] != _POINT
            ):
                stop += 1
        begins[at] = 1
        parts[at:stop] = part
        at = stop


@njit(cache=True, nogil=True)
def _known(run: Int32, begin: int, end: int, speech: Speech) -> int:
    """Return the part of a word of the dictionary, or that of what it does not know."""
    node = look_up(run, begin, end, speech.words.table)
    if node == NO_NODE:
        return int(speech.alike[0])
    return int(speech.parts[node & PLACE])


@njit(cache=True, nogil=True)
def _write_run(
    run: Int32,
    n: int,
    speech: Speech,
    score: Float64,
    last: Int32,
    begins: Bytes,
    parts: Bytes,
) -> None:
    """Find the words of a run of characters.

    Args:
        run: code points; the first `n` count.
        n: how many characters the run has.
        speech: see there.
        score: room to work; n + 1 places.
        last: the same, n places.
        begins: receives 1 where a word begins, else 0.
        parts: receives the part of the word of each character.
    """
    route(run, n, speech.words, score, last)
    begins[:n] = 0
    at = np.int64(0)
    alone = np.int64(0)
    while at <= n:
        if at < n and last[at] == at:
            at += 1
            continue
        if at - alone == 1:
            begins[alone] = 1
            parts[alone] = _known(run, alone, at, speech)
        elif at > alone:
            if look_up(run, alone, at, speech.words.table) >> COUNT_SHIFT != NO_NODE:
                for i in range(alone, at):
                    begins[i] = 1
                    parts[i] = _known(run, i, i + 1, speech)
            else:
                path = np.empty(at, np.int32)
                _write_alone(run, alone, at, speech, path, begins, parts)
        if at == n:
            break
        end = np.int64(last[at]) + 1
        begins[at] = 1
        parts[at:end] = _known(run, at, end, speech)
        at = end
        alone = end


@njit(cache=True, nogil=True)
def speak(text: Int32, speech: Speech, begins: Bytes, parts: Bytes) -> None:
    """Find the words of a text and their parts of speech.

    Args:
        text: code points, and larger numbers: those are words of their own; shape (n,).
        speech: see there.
        begins: receives 1 where a word begins, else 0; shape (n,).
        parts: receives the part of the word of each character; shape (n,).
    """
    n = len(text)
    score = np.empty(n + 1, np.float64)
    last = np.empty(n, np.int32)
    at = 0
    while at < n:
        stop = at
        while stop < n:
            character = text[stop]
            if not (HAN <= character < HAN_END or (character < 0x80 and _KNOWN[character])):
                break
            stop += 1
        if stop > at:
            size = stop - at
            _write_run(text[at:stop], size, speech, score, last, begins[at:stop], parts[at:stop])
            at = stop
        else:
            begins[at] = 1
            parts[at] = speech.alike[0]
            at += 1


@njit(cache=True, nogil=True)
def spelled(text: Bytes, begin: int, end: int) -> int:
    """Return the number of a name of at most four letters from a to z; 0 for anything else."""
    number = 0
    if end - begin > 4:
        return 0
    for i in range(begin, end):
        if not _A <= text[i] <= _Z:
            return 0
        number = 27 * number + text[i] - _A + 1
    return number


@njit(cache=True, nogil=True)
def mark_parts(text: Bytes, table: Nodes, numbers: Bytes, parts: Bytes) -> bool:
    """Write the part of each word of a dictionary at its place.

    Args:
        text: lines `word count part` in UTF-8, with one space between; each ends with a newline.
        table: all their words, see `jieba_trie`.
        numbers: of each part, by what `spelled` gives; 0 for what is none; shape (LETTERS,).
        parts: receives the numbers, less 1; as long as the table.

    Returns:
        Whether each line was one.
    """
    at = 0
    while at < len(text):
        place = ROOT
        while at < len(text) and text[at] > _SPACE:
            character, width = character_at(text, at)
            at += width
            node = find(table, place, character)
            if node == NO_NODE:
                return False
            place = node & PLACE
        at += 1
        while at < len(text) and _ZERO <= text[at] <= _NINE:
            at += 1
        begin = at + 1
        at = begin
        while at < len(text) and text[at] != _NEWLINE:
            at += 1
        number = numbers[spelled(text, begin, at)]
        if at >= len(text) or number == 0:
            return False
        parts[place] = number - 1
        at += 1
    return True
