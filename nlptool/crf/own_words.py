"""The words of the training text itself, as a lexicon: what its labels say is a word or a name.

A model that saw in each training sentence that its words are in the lexicon would believe the
lexicon too much, as in other text many words are not there. So a training sentence sees only
the words of the other folds of the text: sentence i is in fold i modulo `N_FOLDS`. The lexicon
that the model keeps has all of them.

A span of a type ("PER") is a word of that type; of several the most frequent. Plain labels
(parts of speech) are no spans and give no words.
"""

from collections import Counter

import numpy as np

from nlptool.core.jieba_trie import Nodes
from nlptool.crf.codes import NOTHING, Coded, Int32, Int64
from nlptool.crf.lexicon import MOST_TYPES, OWN, Lexicon
from nlptool.crf.normalise import N_POINTS
from nlptool.crf.tags import OUTSIDE, split_label
from nlptool.crf.tries import build_trie, usable

N_FOLDS = 10

_NONE, _BEGIN, _WITHIN, _END, _ALONE = range(5)
_LETTERS = {"": _NONE, OUTSIDE: _NONE, "B": _BEGIN, "I": _WITHIN, "E": _END, "S": _ALONE}

_Words = Counter[tuple[str, str]]


def own_lexicon(coded: Coded, normal: Int32) -> tuple[Lexicon, list[Nodes]]:
    """Return the words of a text: all of them, and for each fold those of the others.

    Args:
        coded: the text.
        normal: what each code point becomes.

    Returns:
        The lexicon, and `N_FOLDS` tries with the same numbers of types.
    """
    begins, ends, types = _spans(coded)
    words = _texts(coded, normal, begins, ends)
    folds = np.searchsorted(coded.ends, begins, side="right") % N_FOLDS
    counts = [
        Counter({pair: n for pair, n in _count(words, types, folds == k).items() if _fits(pair)})
        for k in range(N_FOLDS)
    ]
    total: _Words = Counter()
    for one in counts:
        total.update(one)
    names = sorted({type_ for _, type_ in total}) or [""]
    if len(names) > MOST_TYPES:
        names = [""]
    numbers = dict(zip(names, range(1, MOST_TYPES + 1), strict=False))
    tables = [
        build_trie(_numbered(total, one, numbers), "the words of the training text")
        for one in (*counts, Counter())
    ]
    return Lexicon(OWN, tables[-1], tuple(names)), tables[:-1]


def _count(words: list[str], types: list[str], chosen: np.ndarray) -> _Words:
    places = np.flatnonzero(chosen).tolist()
    return Counter((words[i], types[i]) for i in places)


def _fits(pair: tuple[str, str]) -> bool:
    return len(pair[0]) > 1 and usable(pair[0])


def _numbered(total: _Words, without: _Words, numbers: dict[str, int]) -> dict[str, int]:
    """Return the number of the type of each word, leaving out what is seen nowhere else."""
    best: dict[str, tuple[int, int]] = {}
    for (word, type_), n in total.items():
        left = n - without[word, type_]
        if left > 0:
            # Of equally frequent types the first.
            best[word] = max(best.get(word, (0, 0)), (left, -numbers.get(type_, 1)))
    return {word: -number for word, (_, number) in best.items()}


def _spans(coded: Coded) -> tuple[Int64, Int64, list[str]]:
    """Return where each span begins and ends in the text, by the rules of tags.py, its type."""
    codes, which = np.unique(coded.labels, return_inverse=True)
    strings = ["" if code == NOTHING else coded.label_coder.strings([code])[0] for code in codes]
    parts = [split_label(string) for string in strings]
    kinds = sorted({kind for letter, kind in parts if letter not in ("", OUTSIDE)})
    letter = np.array([_LETTERS[letter] for letter, _ in parts], np.int8)[which]
    kind = np.array([kinds.index(k) if k in kinds else -1 for _, k in parts], np.int64)[which]
    n = len(letter)
    is_first = np.zeros(n + 1, np.bool_)
    is_first[0] = is_first[coded.ends] = True
    before = np.concatenate(([_NONE], letter[:-1]))
    before[is_first[:n]] = _NONE
    goes_on = (before == _BEGIN) | (before == _WITHIN)
    goes_on &= kind == np.concatenate(([-1], kind[:-1]))
    goes_on &= (letter == _WITHIN) | (letter == _END)
    begins = (letter != _NONE) & ~goes_on
    ends = (letter != _NONE) & ~np.concatenate((goes_on[1:], [False]))
    places = np.flatnonzero(begins)
    return places, np.flatnonzero(ends) + 1, [kinds[k] for k in kind[places].tolist()]


def _texts(coded: Coded, normal: Int32, begins: Int64, ends: Int64) -> list[str]:
    """Return the normalised text of each span."""
    codes = coded.columns[0]
    bounds = zip(begins.tolist(), ends.tolist(), strict=True)
    if not coded.coders[0].longer:
        text = normal[codes].tobytes().decode("utf-32-le", "surrogatepass")
        return [text[begin:end] for begin, end in bounds]
    longer = list(coded.coders[0].longer)
    tokens = [
        chr(normal[code]) if code < N_POINTS else longer[code - N_POINTS] for code in codes.tolist()
    ]
    return ["".join(tokens[begin:end]) for begin, end in bounds]
