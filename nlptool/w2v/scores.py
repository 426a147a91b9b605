"""How good word vectors are: word similarity, analogies, and what moved between two models.

A score is worth as much as its coverage: questions with unknown words are left out, and how
many were answered stands beside every score.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import chain, islice
from pathlib import PurePath

import numpy as np
from numpy.typing import ArrayLike, NDArray

from nlptool.core.corpus import read_lines
from nlptool.core.vectors import Vectors
from nlptool.errors import CorpusError

FloatArray = NDArray[np.float64]

Pair = tuple[str, str, float]
Question = tuple[str, str, str, str]


@dataclass(frozen=True)
class SimilarityScore:
    """How well cosines order word pairs as people do.

    Args:
        spearman: rank correlation, -1 to 1; None if it is undefined (fewer than two pairs
            covered, or all equal).
        n_covered: pairs of which both words are known; only these are scored.
        n_pairs: pairs in the file.
    """

    spearman: float | None
    n_covered: int
    n_pairs: int


@dataclass(frozen=True)
class AnalogyScore:
    """How many analogies are completed.

    Args:
        section: its name; "total" for all of them.
        n_correct: questions whose answer was the expected word.
        n_covered: questions of which all four words are known; only these are asked.
        n_questions: questions in the file.
    """

    section: str
    n_correct: int
    n_covered: int
    n_questions: int

    @property
    def accuracy(self) -> float | None:
        """The share of the covered questions that is answered correctly; None if none is."""
        return self.n_correct / self.n_covered if self.n_covered else None


@dataclass(frozen=True)
class Moved:
    """A word whose neighbours differ between two sets of vectors.

    Args:
        word: the word.
        change: 0 (the same neighbours) to 1 (none in common): 1 - shared / k.
        before: its nearest words in the first set, nearest first.
        after: its nearest words in the second.
    """

    word: str
    change: float
    before: list[str]
    after: list[str]


def read_similarity(path: str) -> list[Pair]:
    """Return the pairs of a word-similarity file: two words and a score on each line.

    Fields stand between tabs, else commas, else spaces; what follows the third is ignored.
    Empty lines, lines that begin with "#" and a first line without a number are skipped.

    Args:
        path: the file.

    Raises:
        CorpusError: a line is no pair; no pairs at all.
    """
    pairs: list[Pair] = []
    first = True
    for number, line in _lines(path):
        fields = _fields(line)
        score = _score(fields)
        if score is not None:
            pairs.append((fields[0], fields[1], score))
        elif not first:
            raise CorpusError(
                f"{path}:{number}: {line[:60]!r}, expected two words and a number, "
                "tab, comma or space between them"
            )
        first = False
    if not pairs:
        raise CorpusError(f"{path}: no word pairs, expected two words and a number a line")
    return pairs


def read_analogies(path: str) -> dict[str, list[Question]]:
    """Return the questions of an analogy file by section, in the file's order.

    A section begins with `: name`; a question is four words: b is to a as d is to c.
    Questions before any section belong to one named after the file.

    Args:
        path: the file.

    Raises:
        CorpusError: a line has not four words; no questions at all.
    """
    sections: dict[str, list[Question]] = {}
    name = PurePath(path).name
    for number, line in _lines(path):
        if line.startswith(":"):
            name = line[1:].strip() or name
            continue
        words = line.split()
        if len(words) != 4:
            raise CorpusError(f"{path}:{number}: {len(words)} words, expected 4 or ': section'")
        sections.setdefault(name, []).append((words[0], words[1], words[2], words[3]))
    if not sections:
        raise CorpusError(f"{path}: no questions, expected four words a line")
    return sections


def is_analogies(path: str) -> bool:
    """Tell an analogy file from a word-similarity file by its first lines.

    Raises:
        CorpusError: neither, or the file cannot be read.
    """
    lines = [line for _, line in islice(_lines(path), 2)]
    if any(_score(_fields(line)) is not None for line in lines):
        return False
    if any(line.startswith(":") or len(line.split()) == 4 for line in lines):
        return True
    raise CorpusError(
        f"{path}: neither word pairs with scores nor analogies, expected `word word number` or "
        "`: section` and four words"
    )


def similarity_score(vectors: Vectors, pairs: Sequence[Pair]) -> SimilarityScore:
    """Return how the cosines of word pairs agree with given scores.

    A word that is unknown as it stands is looked up in lower case too.
    """
    ids = [(_find(vectors, a), _find(vectors, b), score) for a, b, score in pairs]
    known = [(a, b, score) for a, b, score in ids if a is not None and b is not None]
    if not known:
        return SimilarityScore(None, 0, len(pairs))
    a, b, scores = zip(*known, strict=True)
    return SimilarityScore(spearman(vectors.cosines(a, b), scores), len(known), len(pairs))


def analogy_score(
    vectors: Vectors,
    sections: dict[str, list[Question]],
    *,
    method: str = "add",
    limit: int | None = None,
) -> list[AnalogyScore]:
    """Return how many questions are answered, by section and, last, in total.

    The three given words are no answers. A word that is unknown as it stands is looked up in
    lower case too.

    Args:
        vectors: the vectors.
        sections: name -> questions, see `read_analogies`.
        method: "add" (3CosAdd) or "mul" (3CosMul).
        limit: know and search the first `limit` words only.

    Raises:
        ConfigError: the method is unknown.
    """
    questions = list(chain.from_iterable(sections.values()))
    most = len(vectors.words) if limit is None else limit
    rows = np.array(
        [[-1 if (i := _find(vectors, w)) is None else i for w in words] for words in questions],
        np.int64,
    ).reshape(-1, 4)
    covered = np.all((rows >= 0) & (rows < most), axis=1)
    correct = np.zeros(len(questions), bool)
    asked = rows[covered]
    answers = vectors.analogy_ids(asked[:, :3], method=method, k=1, limit=limit).ids[:, 0]
    correct[covered] = answers == asked[:, 3]
    scores = []
    end = 0
    for name, some in sections.items():
        start, end = end, end + len(some)
        n_correct, n_covered = int(correct[start:end].sum()), int(covered[start:end].sum())
        scores.append(AnalogyScore(name, n_correct, n_covered, len(some)))
    total = AnalogyScore("total", int(correct.sum()), int(covered.sum()), len(questions))
    return [*scores, total]


def moved(before: Vectors, after: Vectors, *, k: int = 10, most: int = 10_000) -> list[Moved]:
    """Return the words that both know, those with the most changed neighbours first.

    Neighbours are looked for among the shared words, so that a difference in vocabulary
    alone moves nothing. Words that changed equally stay in the order of `before`.

    Args:
        before: one set of vectors.
        after: another; the dimensions may differ.
        k: how many neighbours are compared.
        most: look at the first so many shared words, which are the most frequent.
    """
    shared = list(islice((word for word in before.words if word in after.ids), most))
    k = min(k, len(shared) - 1)
    if k < 1:
        return []
    found = []
    for vectors in (before, after):
        rows = [vectors.ids[word] for word in shared]
        found.append(Vectors(shared, np.asarray(vectors.matrix[rows])).nearest(shared, k).ids)
    # All ids are different within a row: what occurs in both lists stands twice in a sorted row.
    both = np.sort(np.concatenate(found, axis=1), axis=1)
    change = 1 - (both[:, 1:] == both[:, :-1]).sum(axis=1) / k
    order = np.argsort(-change, kind="stable").tolist()
    names = np.array(shared, object)
    return [
        Moved(shared[i], float(change[i]), names[found[0][i]].tolist(), names[found[1][i]].tolist())
        for i in order
    ]


def spearman(a: ArrayLike, b: ArrayLike) -> float | None:
    """Return Spearman's rank correlation, equal values sharing the mean of their ranks.

    Args:
        a: shape (n,).
        b: shape (n,).

    Returns:
        -1 to 1; None where it is undefined: fewer than two values, all equal, or not finite.

    Source:
        Spearman, The Proof and Measurement of Association between Two Things, 1904, as
        Pearson's correlation of the ranks. Slow form: tests/naive_vectors.py.
    """
    x, y = _ranks(np.asarray(a, np.float64)), _ranks(np.asarray(b, np.float64))
    x, y = x - x.mean() if len(x) else x, y - y.mean() if len(y) else y
    spread = float(np.sqrt((x @ x) * (y @ y)))
    return float(np.clip(x @ y / spread, -1, 1)) if spread > 0 else None


def _ranks(values: FloatArray) -> FloatArray:
    """Return each value's rank from 1, equal values sharing the mean of theirs."""
    _, places, counts = np.unique(values, return_inverse=True, return_counts=True)
    means: FloatArray = np.cumsum(counts) - (counts - 1) / 2
    return means[places]


def _find(vectors: Vectors, word: str) -> int | None:
    found = vectors.ids.get(word)
    return vectors.ids.get(word.lower()) if found is None else found


def _lines(path: str) -> Iterator[tuple[int, str]]:
    """Yield the number and the text of lines that are neither empty nor comments."""
    for number, line in enumerate(read_lines([path]), 1):
        if line.strip() and not line.startswith("#"):
            yield number, line.strip()


def _fields(line: str) -> list[str]:
    separator = "\t" if "\t" in line else "," if "," in line else None
    return [field.strip() for field in line.split(separator)]


def _score(fields: list[str]) -> float | None:
    """Return the number behind two words, None if there is none."""
    if len(fields) < 3 or not fields[0] or not fields[1]:
        return None
    try:
        score = float(fields[2])
    except ValueError:
        return None
    return score if np.isfinite(score) else None
