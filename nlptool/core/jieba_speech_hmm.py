"""jieba's hidden Markov model of words and their parts of speech together.

A state is the place of a character in a word and the part of the word. Sums are made in jieba's
order and ties go where Python's `max` over tuples sends them. Where no state can follow, jieba
lets all follow; if words then overlap or miss characters there, each character is here in one
word. Which characters are for this model is in `jieba_speech`. Slow form: jieba.posseg itself.
"""

from typing import NamedTuple

import numpy as np

from nlptool.core.compiling import njit
from nlptool.core.jieba_hmm import HAN
from nlptool.core.jieba_kernels import Words
from nlptool.core.jieba_trie import Bytes, Float64, Int32

B, E, M, S = range(4)
"""Where in a word a character is: its first, its last, within, all of it."""


class Speech(NamedTuple):
    """A dictionary with parts of speech, and a hidden Markov model of both.

    Args:
        words: the dictionary.
        parts: the part of the word at each place of its table; as long as that.
        alike: parts: of what jieba does not know, of numbers, of letters; shape (3,).
        letters: of each state the place in a word, see `B`; shape (n_states,). States are in the
            order of jieba's tuples, as strings.
        kinds: of each state the part; shape (n_states,).
        start: log probabilities of the states at the begin; shape (n_states,).
        move: of the state in the column after the one in the row; -inf for none; shape
            (n_states, n_states).
        begins: where the states of each Han character begin, up to `HAN_END`; shape
            (HAN_END - HAN + 1,).
        states: they, rising for each.
        emit: log probabilities of the character in them.
        usual: whether jieba tries them first; shape (len(states),).
    """

    words: Words
    parts: Bytes
    alike: Bytes
    letters: Bytes
    kinds: Bytes
    start: Float64
    move: Float64
    begins: Int32
    states: Int32
    emit: Float64
    usual: Bytes


LEAST = -3.14e100
"""jieba's logarithm of 0."""


@njit(cache=True, nogil=True)
def _emitted(character: int, state: int, speech: Speech) -> float:
    """Return the log probability of a Han character in a state."""
    for i in range(speech.begins[character - HAN], speech.begins[character - HAN + 1]):
        if speech.states[i] == state:
            return float(speech.emit[i])
    return LEAST


@njit(cache=True, nogil=True)
def _follows(state: int, before: Int32, n_before: int, speech: Speech) -> bool:
    """Tell whether a state can follow one of some states; it can if there are none."""
    for k in range(n_before):
        if speech.move[before[k], state] > -np.inf:
            return True
    return n_before == 0


@njit(cache=True, nogil=True)
def _candidates(
    character: int, before: Int32, n_before: int, speech: Speech, now: Int32, emitted: Float64
) -> int:
    """Find the states that a character may have.

    Args:
        character: Han.
        before: the states of the character before it; the first `n_before` count.
        n_before: 0 for the first character.
        speech: the model.
        now: receives the states, rising.
        emitted: receives the log probability of the character in each.

    Returns:
        How many there are.
    """
    n_states = len(speech.letters)
    n = 0
    for i in range(speech.begins[character - HAN], speech.begins[character - HAN + 1]):
        if speech.usual[i] and _follows(speech.states[i], before, n_before, speech):
            now[n] = speech.states[i]
            emitted[n] = speech.emit[i]
            n += 1
    if n == 0:
        # What may follow, whatever the character; if nothing may, everything.
        for state in range(n_states):
            if _follows(state, before, n_before, speech):
                now[n] = state
                n += 1
        if n == 0:
            for state in range(n_states):
                now[state] = state
            n = n_states
        for k in range(n):
            emitted[k] = _emitted(character, now[k], speech)
    return n


@njit(cache=True, nogil=True)
def _hidden(run: Int32, begin: int, end: int, speech: Speech, path: Int32) -> None:
    """Find the most probable states of Han characters.

    Args:
        run: code points.
        begin: where the characters begin.
        end: where they end.
        speech: the model.
        path: receives the states, from `begin` on.
    """
    n_states = len(speech.letters)
    n = end - begin
    # The states that a character may have, their scores, and where they come from.
    now = np.empty((2, n_states), np.int32)
    score = np.empty((2, n_states))
    emitted = np.empty(n_states)
    back = np.empty((n, n_states), np.int16)
    n_now = _candidates(run[begin], now[1], 0, speech, now[0], emitted)
    for k in range(n_now):
        score[0, k] = speech.start[now[0, k]] + emitted[k]
    for t in range(1, n):
        old, new = (t - 1) & 1, t & 1
        n_old = n_now
        n_now = _candidates(run[begin + t], now[old], n_old, speech, now[new], emitted)
        for k in range(n_now):
            state = now[new, k]
            best = -np.inf
            came = np.int32(0)
            for j in range(n_old):
                found = score[old, j] + speech.move[now[old, j], state] + emitted[k]
                if found >= best:
                    best = found
                    came = now[old, j]
            score[new, k] = best
            back[t, state] = came
    last = (n - 1) & 1
    best = -np.inf
    state = now[last, 0]
    for k in range(n_now):
        if score[last, k] >= best:
            best = score[last, k]
            state = now[last, k]
    for t in range(n - 1, -1, -1):
        path[begin + t] = state
        if t > 0:
            state = np.int32(back[t, state])


@njit(cache=True, nogil=True)
def write_hidden(
    run: Int32, begin: int, end: int, speech: Speech, path: Int32, begins: Bytes, parts: Bytes
) -> None:
    """Mark the words of Han characters that the dictionary leaves alone; see `_run`."""
    _hidden(run, begin, end, speech, path)
    word = begin
    for i in range(begin, end):
        place = speech.letters[path[i]]
        if place == S and word < i:
            # Not the end of what has begun.
            begins[word] = 1
            for j in range(word, i):
                parts[j] = speech.kinds[path[word]]
            word = i
        closes = place in (E, S)
        if closes or i + 1 == end:
            begins[word] = 1
            kind = speech.kinds[path[i]] if closes else speech.kinds[path[word]]
            for j in range(word, i + 1):
                parts[j] = kind
            word = i + 1
