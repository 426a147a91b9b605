"""The parts of speech of the installed jieba as arrays for `jieba_speech`.

jieba's files are read as text: none of its code is run, nothing is unpickled. Other than for
`jieba_tables`, nothing else could find the same words: a jieba that is not the known one, or a
dictionary that is written in another way, is an error.

A fingerprint of all files that are read tells whether two machines find the same.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from hashlib import sha256

import numpy as np

from nlptool.core.jieba_hmm import HAN, HAN_END
from nlptool.core.jieba_parts import PARTS
from nlptool.core.jieba_speech import LETTERS, mark_parts
from nlptool.core.jieba_speech_hmm import LEAST, Speech
from nlptool.core.jieba_tables import VERSION, OtherError, dictionary, folder
from nlptool.core.jieba_trie import Bytes, Nodes
from nlptool.errors import RunError

_N_STATES = 256
_LETTERS = "BEMS"  # in the order of `jieba_speech`, which is that of strings, too

_STATE = r"\('([BEMS])',\s*'([a-z]{1,4})'\)"
_NUMBER = r"(-?[0-9.]+(?:e[+-]?[0-9]+)?)"
_START = re.compile(f"{_STATE}: {_NUMBER}")
_MOVE = re.compile(f"{_STATE}: (?:{{|{_NUMBER})")
_EMIT = re.compile(rf"{_STATE}: {{|'\\u([0-9a-f]{{4}})': {_NUMBER}")
_USUAL = re.compile(rf"'\\u([0-9a-f]{{4}})': \(|{_STATE}")

_State = tuple[str, str]


@dataclass(frozen=True, eq=False)
class Known:
    """What the installed jieba knows.

    Args:
        speech: for the kernel.
        digest: a fingerprint of the files that it was read from.
    """

    speech: Speech
    digest: str


@cache
def known() -> Known:
    """Return what the installed jieba knows, for all words of its dictionary.

    Raises:
        RunError: it is missing, of another version, or changed.
    """
    try:
        place = folder()
        files = [place / "dict.txt"]
        files += [place / "posseg" / f"{name}.py" for name in _FILES]
        texts = [file.read_bytes() for file in files]
        words = dictionary(()).words()
        parts = _parts(texts[0], words.table)
        starts, moves, emits, usuals = (text.decode() for text in texts[1:])
        return Known(
            Speech(
                words,
                parts,
                np.array([PARTS.index(part) for part in ("x", "m", "eng")], np.uint8),
                *_chain(starts, moves),
                *_characters(starts, emits, usuals),
            ),
            sha256(b"".join(sha256(text).digest() for text in texts)).hexdigest(),
        )
    except (OtherError, OSError, ValueError, LookupError) as error:
        said = f" ({error})" if isinstance(error, OSError) else ""
        raise RunError(
            f"jieba: not installed, or changed{said}, expected jieba {VERSION} with its "
            "dictionary and the tables of jieba.posseg"
        ) from None


_FILES = ("prob_start", "prob_trans", "prob_emit", "char_state_tab")


def _parts(text: bytes, table: Nodes) -> Bytes:
    """Return the part of the word at each place of a dictionary's table."""
    numbers = np.zeros(LETTERS, np.uint8)
    for i, part in enumerate(PARTS):
        number = 0
        for letter in part:
            number = 27 * number + ord(letter) - ord("a") + 1
        numbers[number] = i + 1
    parts = np.full(len(table), PARTS.index("x"), np.uint8)
    lines = text if text.endswith(b"\n") else text + b"\n"
    if not mark_parts(np.frombuffer(lines, np.uint8), table, numbers, parts):
        raise OtherError
    return parts


def _states(starts: str) -> list[_State]:
    """Return all states, rising."""
    return sorted((letter, part) for letter, part, _ in _START.findall(starts))


def _chain(starts: str, moves: str) -> Iterator[np.ndarray]:
    """Yield what `Speech` has of states alone: letters, kinds, start, move."""
    states = _states(starts)
    if len(states) != _N_STATES:
        raise OtherError
    numbers = {state: i for i, state in enumerate(states)}
    yield np.array([_LETTERS.index(letter) for letter, _ in states], np.uint8)
    yield np.array([PARTS.index(part) for _, part in states], np.uint8)
    start = np.empty(_N_STATES)
    for letter, part, value in _START.findall(starts):
        start[numbers[letter, part]] = float(value)
    yield start
    move = np.full((_N_STATES, _N_STATES), -np.inf)
    row = 0
    for letter, part, value in _MOVE.findall(moves):
        if value:
            move[row, numbers[letter, part]] = float(value)
        else:
            row = numbers[letter, part]
    if not np.isfinite(move).any():
        raise OtherError
    yield move


def _characters(starts: str, emits: str, usuals: str) -> Iterator[np.ndarray]:
    """Yield what `Speech` has of characters: begins, states, emit, usual."""
    numbers = {state: i for i, state in enumerate(_states(starts))}
    emitted, values = _pairs(_EMIT.findall(emits), numbers)
    found: list[int] = []
    character = 0
    for point, letter, part in _USUAL.findall(usuals):
        if point:
            character = int(point, 16)
        else:
            found.append((character << 8) | numbers[letter, part])
    usual = np.array(found, np.int64)
    every = np.union1d(emitted, usual)
    points = every >> 8
    if not len(emitted) or not len(usual) or points[0] < HAN or points[-1] >= HAN_END:
        raise OtherError
    yield np.searchsorted(points, np.arange(HAN, HAN_END + 1)).astype(np.int32)
    yield (every & 255).astype(np.int32)
    emit = np.full(len(every), LEAST)
    emit[np.searchsorted(every, emitted)] = values
    yield emit
    yield np.isin(every, usual).astype(np.uint8)


def _pairs(
    found: Sequence[tuple[str, str, str, str]], numbers: dict[_State, int]
) -> tuple[np.ndarray, list[float]]:
    """Return (character, state) as numbers, and the log probability of each."""
    pairs: list[int] = []
    values: list[float] = []
    state = 0
    for letter, part, point, value in found:
        if letter:
            state = numbers[letter, part]
        else:
            pairs.append((int(point, 16) << 8) | state)
            values.append(float(value))
    return np.array(pairs, np.int64), values
