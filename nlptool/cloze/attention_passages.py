"""Passages to learn from: those of a corpus and of questions, and what is asked of each.

Of a passage some nouns that stand in it twice or more are asked for together, each at one of
its places; which ones is drawn anew each time. What it is that learns: `attention.py`.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

import numpy as np
import numpy.typing as npt

from nlptool.cloze.attention import Sorts, batch_of, given, sorts_of
from nlptool.cloze.attention_config import Attention
from nlptool.cloze.attention_graph import GAP, STRANGERS
from nlptool.cloze.config import Making
from nlptool.cloze.leaks import Leaks
from nlptool.cloze.make import passages
from nlptool.cloze.nouns import is_noun
from nlptool.cloze.questions import Question
from nlptool.core.report import Note, Report, silent
from nlptool.core.text import n_han
from nlptool.core.vocab import Vocab
from nlptool.errors import CorpusError

_OTHERS = 0.3  # how readily a word that is no noun is asked for: there is more to learn from
_EACH = 20  # words of a passage for each that is left out
_MULTIPLE = 32  # of the lengths of a batch: each new length is compiled once

Ints = npt.NDArray[np.int64]
Batch = dict[str, npt.NDArray[Any]]


@dataclass(frozen=True, eq=False)
class Shelf:
    """Passages as numbers.

    Args:
        ids: of the words of all passages, one after the other; int32, shape (n_words,).
        starts: where each passage begins; shape (n_passages + 1,), rising from 0.
        sorts: of the different words.
        asked: how readily each is asked for, 0 for never; shape (n_types,).
        blanks: the place and the number of the word of each blank that questions have, for the
            passages that have some.
    """

    ids: npt.NDArray[np.int32]
    starts: Ints
    sorts: Sorts
    asked: npt.NDArray[np.float32]
    blanks: dict[int, list[int]]

    def __len__(self) -> int:
        """Return how many passages there are."""
        return len(self.starts) - 1

    @property
    def lengths(self) -> Ints:
        """Words of each passage; shape (n_passages,)."""
        return np.diff(self.starts)

    def digest(self) -> str:
        """Return 64 hexadecimal digits that tell what is there."""
        found = sha256(self.ids.tobytes())
        for array in (self.starts, self.sorts.ids, self.sorts.told, self.asked):
            found.update(np.ascontiguousarray(array).tobytes())
        found.update(repr(sorted(self.blanks.items())).encode())
        return found.hexdigest()


def shelved(
    corpus: Iterable[str],
    questions: Iterable[Question],
    vocab: Vocab,
    nouns: npt.NDArray[np.uint8],
    config: Attention,
    *,
    leaks: Leaks | None = None,
    where: str = "corpus",
    report: Report = silent,
) -> Shelf:
    """Return the passages of a corpus, and those of questions with their answers.

    Args:
        corpus: lines of words separated by spaces; read once.
        questions: with answers; each passage is there `config.repeat` times.
        vocab: the words that have a vector.
        nouns: which of them are like nouns.
        config: the settings.
        leaks: of texts to be kept away from: lines that have something of them are left out.
        where: what messages call the corpus.
        report: is told what is left out.

    Raises:
        CorpusError: there is no passage in which anything could be asked for.
    """
    numbers: dict[str, int] = {}
    parts: list[npt.NDArray[np.int32]] = []
    blanks: dict[int, list[int]] = {}

    def add(words: Sequence[str]) -> None:
        row = [numbers.setdefault(word, len(numbers)) for word in words]
        parts.append(np.array(row, np.int32))

    left_out = 0

    def lines() -> Iterable[list[str]]:
        nonlocal left_out
        for line in corpus:
            if leaks is not None and leaks.touch(line):
                left_out += 1
            else:
                yield line.split()

    making = Making(low=config.low, high=config.high)
    for sentences in passages(lines(), making, np.random.default_rng(config.seed)):
        add([word for sentence in sentences for word in sentence])
    for one in questions:
        if not one.answers or len(one.words) > config.high * 2:
            continue
        words = list(one.words)
        for blank, answer in zip(one.blanks, one.answers, strict=False):
            words[blank] = answer
        for _ in range(config.repeat):
            blanks[len(parts)] = list(one.blanks)
            add(words)
    if left_out:
        report(Note(f"{where}: {left_out:,} lines stand in --dev: left out"))
    types = list(numbers)
    asked = np.array([_asked(word) for word in types], np.float32)
    if not parts or not asked.any():
        raise CorpusError(f"{where}: no passage to ask about, expected some with nouns")
    starts = np.cumsum([0, *map(len, parts)]).astype(np.int64)
    return Shelf(np.concatenate(parts), starts, sorts_of(types, vocab, nouns), asked, blanks)


def _asked(word: str) -> float:
    if len(word) < 2 or n_han(word) < len(word):
        return 0.0
    return 1.0 if is_noun(word) else _OTHERS


def taken(shelf: Shelf, rows: Ints, n_blanks: int, rng: np.random.Generator) -> Batch:
    """Return what the network and the loss are given of some passages.

    Args:
        shelf: all passages.
        rows: which of them.
        n_blanks: that are asked for in each, at most.
        rng: of the choice.

    Returns:
        "words" and "told", see `attention.batch_of`; "kinds", int32, which word may be an answer
        at each place, 0 for none, shape (batch, time); "places" and "answers", int32, where each
        blank stands and the kind of its answer, and "counted", 1 or 0 for those that
        are not there; shape (batch, n_blanks).
    """
    seen, kinds = [], []
    places = np.zeros((len(rows), n_blanks), np.int32)
    answers = np.full((len(rows), n_blanks), -1, np.int32)
    counted = np.zeros((len(rows), n_blanks), np.float32)
    for at, row in enumerate(rows.tolist()):
        raw = shelf.ids[shelf.starts[row] : shelf.starts[row + 1]].astype(np.int64)
        types, text = np.unique(raw, return_inverse=True)
        hidden = _hidden(shelf, row, types, text, n_blanks, rng)
        n = len(hidden)
        places[at, :n], answers[at, :n], counted[at, :n] = hidden, text[hidden] + 1, 1
        text[hidden] = len(types)
        sorts = Sorts(
            np.append(shelf.sorts.ids[types], np.int32(GAP)),
            np.concatenate([shelf.sorts.told[types], np.zeros((1, shelf.sorts.told.shape[1]))]),
        )
        ids, told = given(sorts, text, rng.permutation(STRANGERS))
        seen.append((ids, told))
        kinds.append(np.where(told[:, 0] > 0, text + 1, 0).astype(np.int32))
        counted[at, :n] = np.isin(answers[at, :n], kinds[-1])
    batch = batch_of(seen, multiple=_MULTIPLE)
    whole = np.zeros(batch["words"].shape, np.int32)
    for at, some in enumerate(kinds):
        whole[at, : len(some)] = some
    return batch | {"kinds": whole, "places": places, "answers": answers, "counted": counted}


def _hidden(
    shelf: Shelf, row: int, types: Ints, text: Ints, n_blanks: int, rng: np.random.Generator
) -> Ints:
    """Return the places that are left out of a passage; of each word one, and one stays."""
    counts = np.bincount(text, minlength=len(types))
    fixed = shelf.blanks.get(row, [])[:n_blanks]
    weights = shelf.asked[types].astype(np.float64) * counts * (counts > 1)
    weights[text[fixed]] = 0
    n = min(n_blanks, max(1, len(text) // _EACH)) - len(fixed)
    n = min(n, int((weights > 0).sum()))
    chosen = []
    if n > 0:
        share = weights / weights.sum()
        for kind in rng.choice(len(types), n, replace=False, p=share).tolist():
            where = np.flatnonzero(text == kind)
            chosen.append(int(where[rng.integers(len(where))]))
    return np.array([*fixed, *chosen], np.int64)
