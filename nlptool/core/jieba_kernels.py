"""jieba's cut, over arrays: the most probable way through the dictionary, then its HMM.

    text -> runs of characters that words can have; all other characters stand alone
    a run -> the path of the highest sum of log probabilities of its words, from the end
    characters that stay alone there, side by side -> words of the hidden Markov model

Every sum is made in jieba's order of operations, and every tie goes where Python's `max` over
tuples sends it, so that the result is jieba's to the last bit.
Slow form: jieba itself (`jieba_cut`).
"""

from typing import NamedTuple

import numpy as np

from nlptool.core.compiling import njit
from nlptool.core.jieba_hmm import HAN, HAN_END, KINDS, LETTER, OTHER, Hmm, hidden_words
from nlptool.core.jieba_trie import (
    CHILDREN,
    COUNT_SHIFT,
    NO_NODE,
    PLACE,
    Bytes,
    Float64,
    Int32,
    Nodes,
    find,
    look_up,
)

_NEWLINE, _SPACE = b"\n "


class Words(NamedTuple):
    """A dictionary.

    Args:
        table: every beginning of a word, see `jieba_trie`.
        first: the node of every character below `HAN_END` that begins a word.
        logs: the logarithm of every count of words.
        log_total: the logarithm of the sum of all counts.
        has_forced: some nodes are `FORCED`.
    """

    table: Nodes
    first: Nodes
    logs: Float64
    log_total: float
    has_forced: bool


@njit(cache=True, nogil=True)
def route(run: Int32, n: int, words: Words, score: Float64, last: Int32) -> None:
    """Find the most probable words of a run of characters.

    Args:
        run: code points; the first `n` count.
        n: how many characters the run has.
        words: the dictionary.
        score: receives the best sum from each place on; n + 1 places.
        last: receives the last character of the word that begins at each place.
    """
    table, first, logs, log_total, _ = words
    score[n] = 0.0
    for i in range(n - 1, -1, -1):
        end = -1
        best = 0.0
        node = first[run[i]]
        j = i
        while node != NO_NODE:
            number = node >> COUNT_SHIFT
            if number != NO_NODE:
                found = logs[number] - log_total + score[j + 1]
                if end < 0 or found >= best:
                    best = found
                    end = j
            j += 1
            if j == n or node & CHILDREN == NO_NODE:
                break
            node = find(table, node & PLACE, run[j])
        if end < 0:
            # No word begins here; the character counts as one that was seen once.
            best = 0.0 - log_total + score[i + 1]
            end = i
        score[i] = best
        last[i] = end


@njit(cache=True, nogil=True)
def _cut_run(
    run: Int32,
    n: int,
    words: Words,
    hmm: Hmm,
    score: Float64,
    last: Int32,
    back: Bytes,
    begins: Bytes,
) -> None:
    """Mark where words begin in a run of characters; the other arguments are room to work."""
    route(run, n, words, score, last)
    for i in range(n):
        begins[i] = 0
    # Typed: numba would compile what they are given to for the literal 0 as well.
    at = np.int64(0)
    alone = np.int64(0)  # where the characters begin that stay alone
    while at <= n:
        if at < n and last[at] == at:
            at += 1
            continue
        if at - alone == 1:
            begins[alone] = 1
        elif at > alone:
            if look_up(run, alone, at, words.table) >> COUNT_SHIFT != NO_NODE:
                # A word, but its characters are more probable: then so for the HMM.
                for i in range(alone, at):
                    begins[i] = 1
            else:
                hidden_words(run, alone, at, words.table, words.has_forced, hmm, back, begins)
        if at == n:
            break
        begins[at] = 1
        at = np.int64(last[at]) + 1
        alone = at


@njit(cache=True, nogil=True)
def _is_space(character: int) -> bool:
    """Tell whether a character is white space, as Python sees it."""
    if character < 0x80:
        return character == 0x20 or 9 <= character <= 13 or 0x1C <= character <= 0x1F
    if character < 0x2000:
        return character == 0x85 or character == 0xA0 or character == 0x1680
    return (
        character <= 0x200A
        or character == 0x2028
        or character == 0x2029
        or character == 0x202F
        or character == 0x205F
        or character == 0x3000
    )


@njit(cache=True, nogil=True)
def cut(text: Bytes, words: Words, hmm: Hmm, out: Bytes) -> int:
    """Cut lines into words, without those that are white space.

    Args:
        text: UTF-8.
        words: the dictionary.
        hmm: for what is not in it.
        out: receives the lines, with one space between words; twice as long as the text.

    Returns:
        How many bytes they have.
    """
    # Room for the longest run that there can be; what is not needed is never touched.
    run = np.empty(len(text), np.int32)
    last = np.empty(len(text), np.int32)
    score = np.empty(len(text) + 1, np.float64)
    back = np.empty(len(text), np.uint8)
    begins = np.empty(len(text), np.uint8)
    at = 0
    size = 0
    is_open = False  # the line has a word already
    while at < len(text):
        n = 0
        character = np.int64(0)
        width = 0  # of a character that ends the run
        while at < len(text):
            character = np.int64(text[at])
            width = 1
            if character >= 0x80:
                width = 2 if character < 0xE0 else 3 if character < 0xF0 else 4
                width = min(width, len(text) - at)
                character &= 0x7F >> width
                for i in range(at + 1, at + width):
                    character = (character << 6) | (text[i] & 0x3F)
                if not HAN <= character < HAN_END:
                    break
            elif KINDS[character] == OTHER:
                break
            run[n] = character
            n += 1
            at += width
            width = 0
        if n > 0:
            _cut_run(run, n, words, hmm, score, last, back, begins)
        for i in range(n):
            if begins[i]:
                if is_open:
                    out[size] = _SPACE
                    size += 1
                is_open = True
            if run[i] < 0x80:
                out[size] = run[i]
                size += 1
            else:
                out[size] = 0xE0 | (run[i] >> 12)
                out[size + 1] = 0x80 | ((run[i] >> 6) & 0x3F)
                out[size + 2] = 0x80 | (run[i] & 0x3F)
                size += 3
        if width == 0:
            break
        if character == _NEWLINE:
            out[size] = _NEWLINE
            size += 1
            is_open = False
        elif not _is_space(character):
            if is_open:
                out[size] = _SPACE
                size += 1
            is_open = True
            for i in range(at, at + width):
                out[size] = text[i]
                size += 1
        at += width
    return size


@njit(cache=True, nogil=True)
def likelihood(word: Int32, words: Words, counts: Float64, total: float) -> float:
    """Return the product of the shares of the words that a word is cut into without the HMM.

    Args:
        word: code points.
        words: the dictionary.
        counts: the counts of words whose logarithms it has.
        total: the sum of all counts.

    Source:
        `suggest_freq` of jieba.
    """
    n = len(word)
    last = np.empty(n, np.int32)
    score = np.empty(n + 1, np.float64)
    product = 1.0
    at = np.int64(0)
    while at < n:
        stop = at
        while stop < n and (
            HAN <= word[stop] < HAN_END or (word[stop] < 0x80 and KINDS[word[stop]] != OTHER)
        ):
            stop += 1
        if stop > at:
            route(word[at:stop], stop - at, words, score, last)
        else:
            last[0] = 0
            stop += 1
        begin = at
        while begin < stop:
            end = at + last[begin - at] + 1
            if end - begin == 1 and _is_alphanumeric(word[begin]):
                # Letters and digits that stay alone, side by side, are one word.
                while end < stop and last[end - at] == end - at and _is_alphanumeric(word[end]):
                    end += 1
            node = look_up(word, begin, end, words.table)
            product *= (1.0 if node == NO_NODE else counts[node >> COUNT_SHIFT]) / total
            begin = end
        at = stop
    return product


@njit(cache=True, nogil=True)
def _is_alphanumeric(character: int) -> bool:
    return character < 0x80 and KINDS[character] >= LETTER
