"""Columns of jieba's words and their parts of speech: numba loops over the tokens of a sentence.

What words are is in core/jieba_speech.py, what the ids mean in columns.py and derived.py. Slow
form: tests/naive_crf_features.py.
"""

import numpy as np
from numpy.typing import NDArray

from nlptool.core.compiling import njit
from nlptool.core.jieba_speech import speak
from nlptool.core.jieba_speech_hmm import Speech
from nlptool.core.jieba_trie import COUNT_SHIFT, NO_NODE, PLACE, look_up
from nlptool.crf.kernels_columns import Int32, Int64
from nlptool.crf.normalise import N_POINTS

IN_WORD, PART, PART_BEFORE, PART_BEHIND = range(4)
"""What a column is: where in its word a token is, see `kernels_columns.PLACES`; the part of
speech of the word; that of the word before it, and behind it, from 1, or 0."""

_WHOLE, _FIRST, _WITHIN, _LAST = range(4)  # of `kernels_columns.PLACES`


@njit(cache=True, nogil=True)
def observe_words(
    codes: Int32,
    starts: Int64,
    normal: Int32,
    spelled: Int32,
    spell_begins: Int64,
    speech: Speech,
    plan: Int64,
    pad: int,
    ids: Int32,
) -> None:
    """Write the ids of the tokens of sentences in columns of words, not their padding.

    Args:
        codes: of the tokens of all sentences.
        starts: where each block begins; shape (n_sentences + 1,).
        normal: the code that each code becomes.
        spelled: the characters of longer tokens: each is a word of its own.
        spell_begins: where each of these begins there; shape (n_longer + 1,).
        speech: jieba's words.
        plan: (column, what it is, see `IN_WORD`) of each; shape (n, 2).
        pad: how many positions are on each side of a sentence.
        ids: receives the ids; shape (n_columns, n_padded).
    """
    own = 2 * pad + 1
    for sentence in range(len(starts) - 1):
        begin = starts[sentence] - 2 * pad * sentence
        start = starts[sentence] + pad
        n = starts[sentence + 1] - start - pad
        text = np.empty(n, np.int32)
        for i in range(n):
            text[i] = normal[codes[begin + i]]
        begins = np.empty(n, np.uint8)
        parts = np.empty(n, np.uint8)
        speak(text, speech, begins, parts)
        for i in range(n):
            if text[i] >= N_POINTS:
                at = text[i] - N_POINTS
                node = look_up(spelled, spell_begins[at], spell_begins[at + 1], speech.words.table)
                if node >> COUNT_SHIFT != NO_NODE:
                    parts[i] = speech.parts[node & PLACE]
        for c in range(len(plan)):
            _write(begins, parts, plan[c, 1], ids[plan[c, 0], start : start + n], own)


@njit(cache=True, nogil=True)
def _write(
    begins: NDArray[np.uint8], parts: NDArray[np.uint8], kind: int, row: Int32, own: int
) -> None:
    """Write one column of a sentence."""
    n = len(row)
    if kind == IN_WORD:
        for i in range(n):
            is_last = i + 1 == n or begins[i + 1] == 1
            if begins[i] == 1:
                row[i] = own + (_WHOLE if is_last else _FIRST)
            else:
                row[i] = own + (_LAST if is_last else _WITHIN)
    elif kind == PART:
        for i in range(n):
            row[i] = own + parts[i]
    elif kind == PART_BEFORE:
        before = 0
        for i in range(n):
            if begins[i] == 1:
                before = 1 + parts[i - 1] if i > 0 else 0
            row[i] = own + before
    else:
        behind = 0
        for i in range(n - 1, -1, -1):
            row[i] = own + behind
            if begins[i] == 1:
                behind = 1 + parts[i]
