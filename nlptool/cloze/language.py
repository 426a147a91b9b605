"""What is known of a language without any passage: how often words stand together, and vectors.

`counts`: words, pairs in a row, pairs with one word between, triples. `vectors`: for each word
one that says what it is beside a gap, and one that says what it is in a gap; with weights for
each place around the gap, their products tell which words fit (a log-bilinear model).
Learned in `language_train.py` and `language_counts.py`.

Source:
    Mnih, Kavukcuoglu 2013, Learning word embeddings efficiently with noise-contrastive
    estimation (vLBL: a vector of weights for each place); the loss is random softmax.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt

from nlptool.core.store import Stored
from nlptool.core.vocab import Vocab
from nlptool.core.vocab import from_bytes as vocab_of
from nlptool.errors import ModelError

BITS = 20
"""Of a word's id in a key; three fit into 64 bits."""

MOST = (1 << BITS) - 8
"""Words of a vocabulary, at most."""

ORDERS = ("pairs", "gaps", "triples")

TAGS = ("n", "nr", "ns", "nz", "nt", "v", "vn", "a", "d", "t", "s", "r", "i", "l", "z", "ng",
        "nrt", "q", "m", "c", "p", "u", "y", "f")  # fmt: skip
"""Tags of jieba's dictionary that are told apart; the id of a tag is its place here, from 1."""

OTHER_TAG, NO_TAG = 0, len(TAGS) + 1

_NUMBER = re.compile(r"[0-9０-９.．%％]+")
_WIDE = str.maketrans('!?,;:()"', "！？，；：（）”")
_TAIL, _HEAD = 0.7, 0.5  # what the vector of a part of an unknown word is worth
_MISSED = (1.5, 2.5, 3.0)  # how much less likely it is: by its end, its beginning, by nothing

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float32]


def plain(word: str) -> str:
    """Return a word as it is counted: numbers are all the same, punctuation is full-width."""
    if not word or "\u3000" <= word[0] <= "\uff00":
        return word
    return "0" if _NUMBER.fullmatch(word) else word.translate(_WIDE)


@dataclass(frozen=True, eq=False)
class Table:
    """How often some words in a row were seen.

    Args:
        keys: ids of the words, `BITS` each, the first one highest; shape (n,), rising.
        counts: shape (n,), int32, each >= 1.
    """

    keys: Ints
    counts: npt.NDArray[np.int32]

    def find(self, *ids: Ints | int) -> npt.NDArray[np.float64]:
        """Return the counts of words in a row, 0 for what was never seen.

        Args:
            ids: of the first words, of the second, ...; shapes (n,) or ().
        """
        wanted: Any = np.int64(0)
        for part in ids:
            wanted = (wanted << BITS) | np.asarray(part, np.int64)
        wanted = np.atleast_1d(wanted)
        if not len(self.keys):
            return np.zeros(len(wanted))
        places = np.minimum(np.searchsorted(self.keys, wanted), len(self.keys) - 1)
        return np.where(self.keys[places] == wanted, self.counts[places], 0).astype(np.float64)


@dataclass(frozen=True, eq=False)
class Rows:
    """Vectors in 8 bits a number: row = (stored - 128) * scale.

    Args:
        stored: uint8, shape (n, dim).
        scales: float32, shape (n,).
    """

    stored: npt.NDArray[np.uint8]
    scales: Floats

    def take(self, ids: Ints) -> Floats:
        """Return some rows; shape (n_ids, dim)."""
        found: Floats = self.stored[ids].astype(np.float32) - np.float32(128)
        found *= self.scales[ids][:, None]
        return found


def rounded(matrix: Floats) -> Rows:
    """Return vectors in 8 bits a number."""
    scales = np.maximum(np.abs(matrix).max(axis=1, initial=0.0), 1e-12) / 127
    stored = np.rint(matrix / scales[:, None]) + 128
    return Rows(stored.astype(np.uint8), scales.astype(np.float32))


@dataclass(frozen=True, eq=False)
class Language:
    """What is known of a language.

    Args:
        vocab: the words, the most frequent first.
        tags: what part of speech each is, an index into `TAGS` + 1; shape (n_words,).
        n_unknown: how many words of the corpus are not in the vocabulary.
        n_edges: how many lines the corpus has.
        tables: for each of `ORDERS`.
        beside: vectors of words around a gap.
        inside: vectors of words in it.
        bias: how likely each is in any gap, a logarithm; shape (n_words,).
        places: what a word counts by its place, those before the gap first, the farthest
            first; shape (2 * window, dim).
    """

    vocab: Vocab
    tags: npt.NDArray[np.uint8]
    n_unknown: int
    n_edges: int
    tables: dict[str, Table]
    beside: Rows
    inside: Rows
    bias: Floats
    places: Floats

    @property
    def unknown(self) -> int:
        """The id of all words that are not in the vocabulary."""
        return len(self.vocab)

    @property
    def edge(self) -> int:
        """The id of a line's end."""
        return len(self.vocab) + 1

    @cached_property
    def singles(self) -> npt.NDArray[np.float64]:
        """How often each id was seen; shape (n_words + 3,), each >= 1."""
        rest = [self.n_unknown, self.n_edges, 0]
        counts = np.maximum(np.concatenate([self.vocab.counts, rest]), 1)
        return np.asarray(counts, np.float64)

    @cached_property
    def log_share(self) -> npt.NDArray[np.float64]:
        """Logarithm of each id's share of the corpus; shape (n_words + 3,)."""
        return np.asarray(np.log(self.singles / self.singles.sum()), np.float64)

    def ids(self, words: Sequence[str]) -> Ints:
        """Return the ids of words; `unknown` for what is not in the vocabulary."""
        ids = self.vocab.ids
        return np.array([ids.get(plain(word), self.unknown) for word in words], np.int64)

    def vectors(self, words: Sequence[str], ids: Ints) -> tuple[Floats, Floats, Floats]:
        """Return vectors beside and inside a gap, and biases, of any words.

        An unknown word has those of the longest known end it has, or else beginning, but less
        of them.

        Returns:
            Shapes (n, dim), (n, dim) and (n,).
        """
        known = self.vocab.ids
        rows = np.minimum(ids, len(self.vocab) - 1)
        worth = np.ones(len(ids), np.float32)
        less = np.zeros(len(ids), np.float32)
        for at in np.flatnonzero(ids >= self.unknown).tolist():
            rows[at], worth[at], less[at] = _part(plain(words[at]), known)
        return (
            self.beside.take(rows) * worth[:, None],
            self.inside.take(rows) * worth[:, None],
            np.where(worth > 0, self.bias[rows], 0) - less,
        )

    def tensors(self) -> dict[str, npt.NDArray[Any]]:
        """Return what a model file holds."""
        found: dict[str, npt.NDArray[Any]] = {
            "vocabulary": self.vocab.as_bytes(),
            "counts": self.vocab.counts,
            "others": np.array([self.n_unknown, self.n_edges], np.int64),
            "tags": self.tags,
            "beside": self.beside.stored,
            "beside_scales": self.beside.scales,
            "inside": self.inside.stored,
            "inside_scales": self.inside.scales,
            "bias": self.bias,
            "places": self.places,
        }
        for order, table in self.tables.items():
            found[f"{order}_keys"] = table.keys
            found[f"{order}_counts"] = table.counts
        return found


def _part(word: str, known: dict[str, int]) -> tuple[int, float, float]:
    """Return the id of a part of a word, what its vector is worth, how much less likely."""
    for at in range(1, len(word)):
        if word[at:] in known:
            return known[word[at:]], _TAIL, _MISSED[0]
    for at in range(len(word) - 1, 0, -1):
        if word[:at] in known:
            return known[word[:at]], _HEAD, _MISSED[1]
    return 0, 0.0, _MISSED[2]


def open_language(stored: Stored, dim: int, window: int) -> Language:
    """Return what a model file knows of a language.

    Raises:
        ModelError: the file does not fit together.
    """
    counts = stored.tensor("counts", "int64", (None,))
    n = len(counts)
    data = stored.tensor("vocabulary", "uint8", (None,))
    if not 1 <= n <= MOST:
        raise ModelError(f"{stored.path}: {n} words, expected 1 to {MOST}; the file is damaged")
    vocab = vocab_of(data, counts, stored.path)
    tags = stored.tensor("tags", "uint8", (n,))
    others = stored.tensor("others", "int64", (2,))
    if tags.max() > NO_TAG or others.min() < 0 or max(counts.max(), others.max()) > 1 << 50:
        raise ModelError(f"{stored.path}: tags or counts out of range; the file is damaged")
    tables = {order: _table(stored, order) for order in ORDERS}
    rows = [
        Rows(
            stored.tensor(name, "uint8", (n, dim)), stored.tensor(f"{name}_scales", "float32", (n,))
        )
        for name in ("beside", "inside")
    ]
    bias = stored.tensor("bias", "float32", (n,))
    places = stored.tensor("places", "float32", (2 * window, dim))
    large = max(np.abs(array).max() for array in (rows[0].scales, rows[1].scales, bias, places))
    if large > 1e4:
        raise ModelError(f"{stored.path}: a vector is too long to be true; the file is damaged")
    return Language(
        vocab, tags, int(others[0]), int(others[1]), tables, rows[0], rows[1], bias, places
    )


def _table(stored: Stored, order: str) -> Table:
    keys = stored.tensor(f"{order}_keys", "int64", (None,))
    counts = stored.tensor(f"{order}_counts", "int32", (len(keys),))
    if len(keys) and (keys[0] < 0 or counts.min() < 1 or (keys[1:] <= keys[:-1]).any()):
        raise ModelError(f"{stored.path}: {order} are not counted as they should be; it is damaged")
    return Table(keys, counts)
