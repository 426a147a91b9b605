"""What is counted of a corpus for `language.Language`: words, and words in a row.

The ids of the whole corpus are held in memory while it is counted, and sorted: some 40 bytes a
word of it.
"""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from nlptool.cloze.language import BITS, MOST, Ints, Table, plain
from nlptool.cloze.leaks import Leaks
from nlptool.core.report import Note, Report, silent
from nlptool.core.vocab import Vocab
from nlptool.errors import CorpusError

LONGEST_WORD = 1 << 10  # characters; what is longer is no word


@dataclass(frozen=True, eq=False)
class Text:
    """A corpus as ids.

    Args:
        vocab: its words, the most frequent first, equals by their characters.
        ids: of its words in a row, `len(vocab)` for unknown ones, one more at each line's end;
            int32, shape (n,).
    """

    vocab: Vocab
    ids: npt.NDArray[np.int32]

    @property
    def n_unknown(self) -> int:
        """How many of its words are unknown."""
        return int((self.ids == len(self.vocab)).sum())

    @property
    def n_edges(self) -> int:
        """How many lines it has."""
        return int((self.ids == len(self.vocab) + 1).sum())


def read_text(
    lines: Iterable[str],
    min_count: int,
    *,
    leaks: Leaks | None = None,
    where: str = "corpus",
    report: Report = silent,
) -> Text:
    """Return a corpus as ids.

    Args:
        lines: words separated by spaces.
        min_count: words that are rarer are unknown.
        leaks: lines that have something of these texts in them are left out.
        where: what messages call the corpus.
        report: is told how far it is; may raise.

    Raises:
        CorpusError: nothing occurs so often.
    """
    numbers: dict[str, int] = {}
    raw: dict[str, int] = {}
    counts: Counter[int] = Counter()
    parts: list[npt.NDArray[np.int32]] = []
    left_out = 0
    for words in _kept(lines, leaks):
        if words is None:
            left_out += 1
            continue
        row = np.empty(len(words) + 1, np.int32)
        for at, word in enumerate(words):
            number = raw.get(word)
            if number is None:
                key = plain(word)
                number = raw[word] = numbers.setdefault(key, len(numbers))
            row[at] = number
        row[-1] = -1
        counts.update(row[:-1].tolist())
        parts.append(row)
    if left_out:
        report(Note(f"{where}: {left_out:,} lines stand in the questions: left out"))
    names = list(numbers)
    often = sorted(
        (number for number, n in counts.items() if n >= min_count),
        key=lambda number: (-counts[number], names[number]),
    )[:MOST]
    if not often:
        most = max(counts.values(), default=0)
        raise CorpusError(
            f"{where}: no word occurs {min_count:,} times, the most frequent one {most:,} times; "
            "expected text, or a lower --min-count"
        )
    new = np.full(len(names) + 1, len(often), np.int32)
    new[often] = np.arange(len(often), dtype=np.int32)
    new[-1] = len(often) + 1
    found = np.array([counts[number] for number in often], np.int64)
    return Text(Vocab([names[number] for number in often], found), new[np.concatenate(parts)])


def _kept(lines: Iterable[str], leaks: Leaks | None) -> Iterator[list[str] | None]:
    """Yield the words of each line that has some; None for one that is left out."""
    for line in lines:
        if leaks is not None and leaks.touch(line):
            yield None
            continue
        words = [word for word in line.split() if len(word) <= LONGEST_WORD]
        if words:
            yield words


def tables(text: Text, min_ngram: int) -> dict[str, Table]:
    """Return how often words stand in a row, see `language.ORDERS`.

    Args:
        text: the corpus.
        min_ngram: what is rarer is left out.
    """
    ids = text.ids.astype(np.int64)
    return {
        "pairs": _counted((ids[:-1] << BITS) | ids[1:], min_ngram),
        "gaps": _counted((ids[:-2] << BITS) | ids[2:], min_ngram),
        "triples": _counted((ids[:-2] << 2 * BITS) | (ids[1:-1] << BITS) | ids[2:], min_ngram),
    }


def _counted(keys: Ints, least: int) -> Table:
    keys.sort()
    starts = np.flatnonzero(np.append(True, keys[1:] != keys[:-1])) if len(keys) else keys
    counts = np.diff(np.append(starts, len(keys)))
    often = counts >= least
    few = np.minimum(counts[often], np.iinfo(np.int32).max).astype(np.int32)
    return Table(keys[starts[often]], few)
