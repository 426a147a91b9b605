"""The words of the training text itself, as a lexicon: what its labels say is a word or a name.

A model that saw in each training sentence that its words are in the lexicon would believe the
lexicon too much, as in other text many words are not there. So a training sentence sees only
the words of the other folds of the text, which are stretches of it, see `fold_bounds`. The lexicon
that the model keeps has all of them.

A span of a type ("PER") is a word of that type; of several the most frequent. Plain labels
(parts of speech) are no spans and give no words.
"""

import numpy as np

from nlptool.core.jieba_trie import Nodes
from nlptool.crf.codes import NOTHING, Coded, Int32, Int64, distinct
from nlptool.crf.lexicon import MOST_TYPES, OWN, Lexicon
from nlptool.crf.normalise import N_POINTS
from nlptool.crf.tags import OUTSIDE, split_label
from nlptool.crf.tries import numbered, plant, usable

N_FOLDS = 10

_NONE, _BEGIN, _WITHIN, _END, _ALONE = range(5)
_LETTERS = {"": _NONE, OUTSIDE: _NONE, "B": _BEGIN, "I": _WITHIN, "E": _END, "S": _ALONE}

_WHERE = "the words of the training text"


def own_lexicon(coded: Coded, normal: Int32) -> tuple[Lexicon, list[Nodes]]:
    """Return the words of a text: all of them, and for each fold those of the others.

    Args:
        coded: the text.
        normal: what each code point becomes.

    Returns:
        The lexicon, and `N_FOLDS` tries with the same numbers of types.
    """
    begins, ends, kinds, names = _spans(coded)
    if len(names) > MOST_TYPES:
        kinds, names = np.zeros_like(kinds), [""]
    if not coded.coders[0].longer:
        # Single characters are no words here, and are every other span of a text.
        longer = ends - begins > 1
        begins, ends, kinds = begins[longer], ends[longer], kinds[longer]
    words = _texts(coded, normal, begins, ends)
    ids = {word: number for number, word in enumerate(dict.fromkeys(words))}
    which = np.fromiter(map(ids.__getitem__, words), np.int64, len(words))
    sentences = np.searchsorted(coded.ends, begins, side="right")
    bounds = fold_bounds(len(coded.ends), N_FOLDS)
    folds = np.searchsorted(bounds, sentences, side="right") - 1
    counts = np.bincount(
        (which * len(names) + kinds) * N_FOLDS + folds, minlength=len(ids) * len(names) * N_FOLDS
    ).reshape(len(ids), len(names), N_FOLDS)
    fits = np.array([len(word) > 1 and usable(word) for word in ids], np.bool_)
    table, places = plant([word for word, fit in zip(ids, fits, strict=True) if fit], _WHERE)
    total = counts[fits].sum(axis=2)

    def of(left: Int64) -> Nodes:
        # Of equally frequent types the first.
        numbers = np.where(left.any(axis=1), left.argmax(axis=1) + 1, 0)
        return numbered(table, places, numbers)

    tables = [of(total - counts[fits, :, k]) for k in range(N_FOLDS)]
    return Lexicon(OWN, of(total), tuple(names)), tables


def fold_bounds(n_sentences: int, n_folds: int) -> Int64:
    """Return where each fold begins, and the end of the last; shape (n_folds + 1,).

    Neighbours are of one fold: what one sentence names, the next ones name again, and a text
    that is to be tagged later does not.
    """
    return np.arange(n_folds + 1, dtype=np.int64) * n_sentences // n_folds


def _spans(coded: Coded) -> tuple[Int64, Int64, Int64, list[str]]:
    """Return the spans of a text, by the rules of tags.py.

    Returns:
        Where each begins and ends, and the number of its type; shape (n_spans,) each. And the
        types, at least one.
    """
    codes, which = distinct(coded.labels)
    strings = [
        "" if code == NOTHING else coded.label_coder.strings([code])[0] for code in codes.tolist()
    ]
    parts = [split_label(string) for string in strings]
    kinds = sorted({kind for letter, kind in parts if letter not in ("", OUTSIDE)}) or [""]
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
    return places, np.flatnonzero(ends) + 1, kind[places], kinds


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
