"""Sentences kept with their vectors, to be searched: names, texts, payloads; one file.

Search is exact: every vector is looked at. A file names the model that made its vectors by
its checksum, so that another model's vectors are never mixed in.
"""

from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cached_property
from itertools import islice, repeat

import numpy as np
from numpy.typing import NDArray

from nlptool.core.publish import Output
from nlptool.core.report import Progress, Report, silent
from nlptool.core.search import Nearest, find_best, in_batches
from nlptool.core.store import Stored, load, publish
from nlptool.core.vectors import FloatArray
from nlptool.errors import CorpusError, ModelError
from nlptool.similarity.items import Item
from nlptool.similarity.model import Matcher, Seen

KIND = "similarity-index"

_BATCH = 4096


@dataclass(frozen=True, eq=False)
class Index:
    """Items with their vectors.

    Args:
        items: distinct names.
        vectors: of unit length, or zeros; shape (n_items, dim).
        model: the checksum of the model that made them.
    """

    items: Sequence[Item]
    vectors: FloatArray
    model: str

    def __len__(self) -> int:
        return len(self.items)

    @cached_property
    def places(self) -> dict[str, int]:
        """The place of each name."""
        return {item.name: i for i, item in enumerate(self.items)}

    def search(self, queries: FloatArray, k: int, *, threads: int = 1) -> Nearest:
        """Return the k nearest items of each query, the nearest first.

        Args:
            queries: of unit length; shape (n, dim).
            k: how many.
            threads: for a single query, which BLAS works on with one.
        """
        with ThreadPoolExecutor(threads) as pool:

            def some(low: int, high: int) -> Nearest:
                rows = np.ascontiguousarray(queries[low:high])

                def score(first: int, last: int) -> FloatArray:
                    held = self.vectors[first:last]
                    if len(rows) > 1:
                        return np.asarray(rows @ held.T)
                    # One query is a matter of reading, at which BLAS takes twice the time.
                    step = -(-len(held) // threads)
                    parts = [held[i : i + step] for i in range(0, len(held), step)]
                    return np.concatenate([*pool.map(np.vecdot, parts, repeat(rows[0]))])[None]

                return find_best(score, [()] * len(rows), len(self), k)

            return in_batches(some, len(queries), k)

    def added(self, other: "Index") -> "Index":
        """Return this index with the items of another, which replace those of their name."""
        keep = [i for i, item in enumerate(self.items) if item.name not in other.places]
        items = [*(self.items[i] for i in keep), *other.items]
        return Index(items, np.concatenate([self.vectors[keep], other.vectors]), self.model)

    def without(self, names: Iterable[str]) -> "Index":
        """Return this index without some items; unknown names change nothing."""
        gone = set(names)
        keep = [i for i, item in enumerate(self.items) if item.name not in gone]
        return Index([self.items[i] for i in keep], self.vectors[keep], self.model)

    def save(self, output: Output | str) -> None:
        """Write the index to one file.

        Raises:
            RunError: the file cannot be written.
        """
        texts = {
            "names": [item.name for item in self.items],
            "texts": [item.text for item in self.items],
            "payloads": [item.payload for item in self.items],
        }
        publish(
            output,
            KIND,
            config={"model": self.model},
            training={},
            tensors={"vectors": self.vectors}
            | {
                name: np.frombuffer("".join(f"{line}\n" for line in lines).encode(), np.uint8)
                for name, lines in texts.items()
            },
        )


def build(items: Iterable[Item], matcher: Matcher, report: Report = silent) -> tuple[Index, Seen]:
    """Encode items, some at a time.

    Raises:
        CorpusError: a name occurs twice.
    """
    kept: list[Item] = []
    names: set[str] = set()
    blocks = []
    seen = Seen()
    for batch in in_chunks(items, _BATCH):
        for item in batch:
            if item.name in names:
                raise CorpusError(f"id {item.name!r}: occurs twice, expected every id once")
            names.add(item.name)
        vectors, new = matcher.encode([item.text for item in batch])
        kept += batch
        blocks.append(vectors)
        seen += new
        report(Progress("encoding", seen.n, None, "sentences"))
    matrix = np.concatenate(blocks) if blocks else np.zeros((0, matcher.dim), np.float32)
    return Index(kept, matrix, matcher.identity), seen


def in_chunks(items: Iterable[Item], size: int) -> Iterator[list[Item]]:
    """Yield items, some at a time."""
    rest = iter(items)
    while chunk := list(islice(rest, size)):
        yield chunk


def open_index(path: str, matcher: Matcher | None = None) -> Index:
    """Open an index.

    Args:
        path: the file.
        matcher: the model that it has to belong to.

    Raises:
        ModelError: the file is missing, damaged, of another kind, makes no sense, or was made
            with another model.
    """
    index = from_stored(load(path, KIND))
    if matcher is not None and index.model != matcher.identity:
        raise ModelError(
            f"{path}: made with another model, expected the one that it was made with; "
            "`similarity index` makes it anew"
        )
    return index


def from_stored(stored: Stored) -> Index:
    """Return the index in a stored file.

    Raises:
        ModelError: its parts do not fit together.
    """
    model = stored.config.get("model")
    if not isinstance(model, str):
        raise ModelError(f"{stored.path}: names no model, expected a checksum")
    vectors = stored.tensor("vectors", "float32", (None, None))
    columns: list[NDArray[np.str_] | list[str]] = []
    for name in ("names", "texts", "payloads"):
        data = stored.tensor(name, "uint8", (None,)).tobytes()
        try:
            lines = data.decode().split("\n")
        except UnicodeDecodeError:
            raise ModelError(f"{stored.path}: {name}: not valid UTF-8") from None
        if lines.pop() or len(lines) != len(vectors):
            raise ModelError(f"{stored.path}: {len(lines)} {name}, expected {len(vectors)}")
        columns.append(lines)
    if len(set(columns[0])) < len(vectors):
        raise ModelError(f"{stored.path}: a name occurs twice, expected every name once")
    return Index([Item(*row) for row in zip(*columns, strict=True)], vectors, model)
