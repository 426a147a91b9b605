"""jieba's hidden Markov model: words among characters that the dictionary leaves alone.

Every sum is made in jieba's order of operations, and every tie goes where Python's `max` over
tuples sends it, so that the result is jieba's to the last bit. How words of the dictionary
are chosen before is in `jieba_kernels`.
Slow form: `finalseg` of jieba.
"""

from typing import NamedTuple

import numpy as np

from nlptool.core.compiling import njit
from nlptool.core.jieba_trie import FORCED, NO_NODE, Bytes, Float64, Int32, Nodes, look_up

HAN, HAN_END = 0x4E00, 0x9FD6
"""The first Han character that jieba knows, and the one behind the last."""

OTHER, MARK, LETTER, DIGIT = range(4)
KINDS = np.zeros(128, np.uint8)
"""What each character of ASCII is; words have Han and all of these but `OTHER`."""
KINDS[list(b"+#&._%-")] = MARK
KINDS[list(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz")] = LETTER
KINDS[list(b"0123456789")] = DIGIT

# The states: a character that begins, ends, is inside or is a word; of two that are equally
# probable jieba takes the later letter.
B, E, M, S = range(4)

_POINT, _PERCENT = b".%"


class Hmm(NamedTuple):
    """Log probabilities.

    Args:
        start: of the states at the begin; shape (4,).
        move: of the state in the column after the one in the row; shape (4, 4).
        emit: of every Han character in each state; shape (HAN_END - HAN, 4).
    """

    start: Float64
    move: Float64
    emit: Float64


@njit(cache=True, nogil=True)
def _viterbi(run: Int32, begin: int, end: int, hmm: Hmm, back: Bytes) -> None:
    """Find the most probable states of Han characters; `back` receives them from `begin` on."""
    start, move, emit = hmm
    row = run[begin] - HAN
    vb = start[B] + emit[row, B]
    ve = start[E] + emit[row, E]
    vm = start[M] + emit[row, M]
    vs = start[S] + emit[row, S]
    for i in range(begin + 1, end):
        row = run[i] - HAN
        e_b = ve + move[E, B] + emit[row, B]
        s_b = vs + move[S, B] + emit[row, B]
        b_e = vb + move[B, E] + emit[row, E]
        m_e = vm + move[M, E] + emit[row, E]
        b_m = vb + move[B, M] + emit[row, M]
        m_m = vm + move[M, M] + emit[row, M]
        e_s = ve + move[E, S] + emit[row, S]
        s_s = vs + move[S, S] + emit[row, S]
        from_s_b = s_b >= e_b
        from_m_e = m_e >= b_e
        from_m_m = m_m >= b_m
        from_s_s = s_s >= e_s
        vb = s_b if from_s_b else e_b
        ve = m_e if from_m_e else b_e
        vm = m_m if from_m_m else b_m
        vs = s_s if from_s_s else e_s
        # What each state came from, two bits each.
        back[i] = (
            (S if from_s_b else E)
            | (M if from_m_e else B) << 2
            | (M if from_m_m else B) << 4
            | (S if from_s_s else E) << 6
        )
    state = S if vs >= ve else E
    for i in range(end - 1, begin, -1):
        before = (back[i] >> (2 * state)) & 3
        back[i] = state
        state = before
    back[begin] = state


@njit(cache=True, nogil=True)
def hidden_words(
    run: Int32,
    begin: int,
    end: int,
    table: Nodes,
    has_forced: bool,  # noqa: FBT001  # numba knows no keywords
    hmm: Hmm,
    back: Bytes,
    begins: Bytes,
) -> None:
    """Mark where words begin in characters that the dictionary leaves alone.

    Args:
        run: code points.
        begin: where the characters begin.
        end: where they end.
        table: the dictionary, see `jieba_trie`.
        has_forced: some nodes are `FORCED`.
        hmm: the model.
        back: room to work, as long as the run.
        begins: receives 1 where a word begins; has 0 elsewhere.
    """
    at = begin
    while at < end:
        begins[at] = 1
        stop = at + 1
        if run[at] >= HAN:
            while stop < end and run[stop] >= HAN:
                stop += 1
            _viterbi(run, at, stop, hmm, back)
            word = at
            for i in range(at, stop):
                if back[i] == E or back[i] == S:
                    begins[word] = 1
                    if has_forced and look_up(run, word, i + 1, table) & FORCED != NO_NODE:
                        for j in range(word, i + 1):
                            begins[j] = 1
                    word = i + 1
        elif KINDS[run[at]] == MARK:
            while stop < end and run[stop] < HAN and KINDS[run[stop]] == MARK:
                stop += 1
        else:
            while stop < end and run[stop] < HAN and KINDS[run[stop]] != MARK:
                stop += 1
            # A number has decimals, and anything may be per cent.
            if stop < end and run[stop] == _POINT:
                point = stop
                while stop + 1 < end and run[stop + 1] < HAN and KINDS[run[stop + 1]] == DIGIT:
                    stop += 1
                stop += stop > point
            if stop < end and run[stop] == _PERCENT:
                stop += 1
        at = stop
