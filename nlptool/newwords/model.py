"""What was mined: words best first, with all that is known of each.

Saved as a file of kind "newwords"; `read_words` reads also what `mine` writes as text.
"""

import json
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nlptool.core import store
from nlptool.core.corpus import read_lines
from nlptool.core.publish import Output
from nlptool.errors import CorpusError, ModelError
from nlptool.newwords.kernels_table import CELL, UNKNOWN, write_rows

KIND = "newwords"

COLUMNS = ("word", "count", "documents", "pmi", "left", "right", "score")

Int64 = NDArray[np.int64]
Float64 = NDArray[np.float64]

_COUNTED = ("counts", "documents")
_MEASURED = ("pmi", "left", "right", "scores")


@dataclass(frozen=True, eq=False)
class Words:
    """Mined words, best first; the arrays are of shape (n_words,).

    Args:
        words: the words; with spaces inside where the unit is a word.
        counts: how often each stands as a piece of the text by itself.
        documents: in how many documents; -1 where only counts were given.
        pmi: of the weakest split, in nats.
        left: branching entropy of what comes before, in nats.
        right: of what comes after.
        scores: what the words are ranked by; falling.
        mined: the settings and the size of the corpus, values of JSON.
        examples: of each word, sentences in which it stands; not kept in a file.
    """

    words: list[str]
    counts: Int64
    documents: Int64
    pmi: Float64
    left: Float64
    right: Float64
    scores: Float64
    mined: dict[str, Any] = field(default_factory=dict)
    examples: list[list[str]] | None = None

    def __len__(self) -> int:
        return len(self.words)

    def take(self, places: Int64) -> "Words":
        """Return the words at some places, in that order."""
        arrays = {name: getattr(self, name)[places] for name in (*_COUNTED, *_MEASURED)}
        own = self.examples
        return replace(
            self,
            words=[self.words[i] for i in places.tolist()],
            examples=None if own is None else [own[i] for i in places.tolist()],
            **arrays,
        )

    def save(self, output: Output | str) -> None:
        """Write the words as a model file.

        Raises:
            RunError: the file cannot be written.
        """
        text = np.frombuffer("".join(f"{word}\n" for word in self.words).encode(), np.uint8)
        tensors: dict[str, NDArray[Any]] = {"words": text}
        tensors |= {name: getattr(self, name) for name in (*_COUNTED, *_MEASURED)}
        store.publish(output, KIND, config=self.mined, training={}, tensors=tensors)

    def first(self, n: int) -> "Words":
        """Return the best n words."""
        return self.take(np.arange(min(n, len(self))))

    def as_text(self, how: str) -> str:
        """Return the words as lines.

        Args:
            how: tsv (with a header), jsonl, jieba (word and count, a user dictionary) or list.
        """
        counts = self.counts.tolist()
        if how == "list":
            return "".join(f"{word}\n" for word in self.words)
        if how == "jieba":
            return "".join(f"{word} {n}\n" for word, n in zip(self.words, counts, strict=True))
        if how == "tsv" and self.examples is None:
            return self._table()
        documents = [n if n >= 0 else None for n in self.documents.tolist()]
        measured = [_shown(getattr(self, name)) for name in _MEASURED]
        columns = [self.words, counts, documents, *measured]
        names: tuple[str, ...] = COLUMNS
        if self.examples is not None:
            columns.append(self.examples)
            names = (*COLUMNS, "examples")
        if how == "tsv":
            lines = self._table().removesuffix("\n").split("\n")
            shown = ["examples", *(" | ".join(own) for own in self.examples or [])]
            return "".join(f"{a}\t{b}\n" for a, b in zip(lines, shown, strict=True))
        rows = zip(*columns, strict=True)
        encode = json.JSONEncoder(ensure_ascii=False, allow_nan=False).encode
        return "".join(encode(dict(zip(names, row, strict=True))) + "\n" for row in rows)

    def _table(self) -> str:
        """Return the words and their numbers, a line each, under a header."""
        measured = np.stack([getattr(self, name) for name in _MEASURED], axis=1)
        known = np.isfinite(measured)
        numbers = np.full((len(self), 6), UNKNOWN)
        numbers[:, 0] = self.counts
        numbers[:, 1] = np.where(self.documents < 0, UNKNOWN, self.documents)
        np.copyto(numbers[:, 2:], np.rint(np.where(known, measured, 0) * 1e4), "unsafe", known)
        text = "".join([f"{word}\n" for word in self.words]).encode()
        words = np.frombuffer(text, np.uint8)
        out = np.empty(len(words) + 6 * CELL * len(self), np.uint8)
        n = write_rows(words, numbers, np.array([0, 0, 4, 4, 4, 4]), out)
        return "\t".join(COLUMNS) + "\n" + out[:n].tobytes().decode()


def _shown(values: Float64) -> list[float | None]:
    """Return numbers with four digits behind the point, and None for what is not known."""
    return [None if value != value else value for value in values.round(4).tolist()]


def load(path: str) -> Words:
    """Open mined words.

    Raises:
        ModelError: the file is not one of mined words, or damaged.
    """
    stored = store.load(path, KIND)
    try:
        words = stored.tensor("words", "uint8", (None,)).tobytes().decode().split("\n")
    except UnicodeDecodeError:
        raise ModelError(f"{path}: words that are not UTF-8; it is damaged") from None
    if words.pop() or not all(words):
        raise ModelError(f"{path}: words that do not end, or are empty; it is damaged")
    arrays: dict[str, Any] = {
        name: stored.tensor(name, "int64", (len(words),)) for name in _COUNTED
    }
    arrays |= {name: stored.tensor(name, "float64", (len(words),)) for name in _MEASURED}
    if len(words) and int(arrays["counts"].min()) < 1:
        raise ModelError(f"{path}: a word with a count below 1; it is damaged")
    return Words(words, mined=stored.config, **arrays)


def read_words(path: str) -> dict[str, int]:
    """Read a list of words with their counts, from a model or from any text that `mine` writes.

    Args:
        path: a model; TSV with the header `word`; JSON lines with "word" and "count"; lines of
            `word`, or `word count` and more that is not read (a user dictionary of jieba).

    Returns:
        word -> count, in the order of the file; 1 where the file has no count.

    Raises:
        CorpusError: a line is none of these.
        ModelError: a damaged model.
    """
    if path != "-" and Path(path).is_file() and store.is_model(path):
        words = load(path)
        return dict(zip(words.words, words.counts.tolist(), strict=True))
    found: dict[str, int] = {}
    table: list[str] | None = None
    for number, line in enumerate(read_lines([path]), 1):
        if not line.strip():
            continue
        if number == 1 and line.split("\t")[0] == "word":
            table = line.split("\t")
            continue
        word, count = _word_of(line, table, f"{path}:{number}")
        found.setdefault(word, count)
    return found


def _word_of(line: str, table: list[str] | None, where: str) -> tuple[str, int]:
    """Return a line's word and count.

    Args:
        line: not blank.
        table: the columns' names, where it is a table.
        where: the line, for messages.

    Raises:
        CorpusError: it has none.
    """
    if table is not None:
        cells = dict(zip(table, line.split("\t"), strict=False))
        word, count = cells["word"], cells.get("count", "1")
    elif line.lstrip().startswith("{"):
        try:
            row = json.loads(line)
            word, count = row["word"], str(row.get("count", 1))
        except (ValueError, KeyError, RecursionError):
            raise CorpusError(f'{where}: expected a JSON object with "word"') from None
    else:
        cells_of = line.split("\t") if "\t" in line else line.split()
        word, count = cells_of[0], cells_of[1] if len(cells_of) > 1 else "1"
        if not count.isdecimal():
            # `word tag`, as jieba allows it.
            count = "1"
    if not isinstance(word, str) or not word or not count.isdecimal() or len(count) > 18:
        raise CorpusError(f"{where}: expected a word and a count")
    return word, max(1, int(count))
