"""A corpus as the ids of its words, on disk, in one pass over the text.

    blocks -> tables number the tokens as they come -> provisional ids on disk
           -> the tables' counts, merged -> the vocabulary -> final ids, in place

Each thread has a table of its own, and one that outgrows its share of the memory is put on
disk and begun anew; so a table's ids say nothing by themselves, and every stretch of ids on
disk knows whose they are. The result depends on neither: it is in the order of the text, and
the vocabulary in the order of counts and bytes. Slow form: tests/naive_encode.py.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from hashlib import sha256
from pathlib import Path
from shutil import rmtree
from tempfile import mkdtemp

import numpy as np

from nlptool.core.numbering import CHUNK, IDS, Counting, number, on_disk, write
from nlptool.core.ranks import gather, order, renumber
from nlptool.core.report import Progress, Report, silent
from nlptool.core.runs import Run, find, merge
from nlptool.core.table import SPACE, Table
from nlptool.core.tokens import Bytes, Int32, Int64
from nlptool.core.vocab import LINE_END, Vocab
from nlptool.errors import ConfigError, CorpusError

LEAST_MEMORY = 16 << 20
"""Bytes that a thread needs: blocks and ids on their way, and a table worth writing."""


@dataclass(frozen=True, eq=False)
class Encoded:
    """A corpus as ids.

    Args:
        vocab: the words that were kept, or those that were given.
        ids: int32, a read-only memory map; -1 ends each sentence that has a word left, all
            other words are dropped.
        n_words: how many ids are words.
        n_read: how many words the corpus has.
        most_frequent: of all words of the corpus, with its count, if none was kept; None if
            some were, or if the vocabulary was given.
    """

    vocab: Vocab
    ids: Int32
    n_words: int
    n_read: int
    most_frequent: tuple[str, int] | None = None

    @cached_property
    def fingerprint(self) -> str:
        """The SHA-256, in hexadecimal, over the words and the ids."""
        words = self.vocab.as_bytes()
        digest = sha256(len(words).to_bytes(8, "little"))
        digest.update(words.data)
        for start in range(0, len(self.ids), CHUNK):
            digest.update(self.ids[start : start + CHUNK].data)
        return digest.hexdigest()


def encode(
    blocks: Iterable[bytes],
    folder: Path,
    *,
    min_count: int = 1,
    max_vocab: int | None = None,
    vocab: Vocab | None = None,
    threads: int = 1,
    memory: int = 1 << 30,
    report: Report = silent,
) -> Encoded:
    """Count the words of a corpus and write it as ids; the same for any threads and memory.

    Args:
        blocks: the corpus in UTF-8, cut anywhere. Words are separated by white space as in
            `str.split()`, sentences by line feeds. A word of more than 64 KiB is taken in
            pieces.
        folder: receives the ids, in a folder of their own; the caller removes it.
        min_count: the least count of a word that is kept.
        max_vocab: how many words are kept at most, the most frequent first.
        vocab: keep just these words, with these ids, whatever their counts.
        threads: how many blocks are worked on at the same time.
        memory: bytes for counting; the vocabulary that is kept comes on top.
        report: hears of the bytes read and the words encoded.

    Raises:
        ConfigError: the memory is too small.
        RunError: the ids cannot be kept on disk.
        whatever reading the blocks raises.
    """
    if memory < LEAST_MEMORY * threads:
        raise ConfigError(
            f"--memory: {memory} bytes, expected at least {LEAST_MEMORY * threads}"
            f" ({LEAST_MEMORY >> 20} MiB for each of --threads {threads})"
        )
    with on_disk(folder):
        own = Path(mkdtemp(prefix="ids-", dir=folder))
    try:
        counting = Counting(own, memory // threads // 9)
        chunks = number(blocks, own, counting, threads, report)
        with on_disk(folder):
            runs = counting.end()
            top = None
            if vocab is None:
                vocab, top = _choose(list(runs.values()), min_count, max_vocab, memory)
        n_words, n_read = _finish(own, chunks, runs, vocab, report)
        with on_disk(folder):
            for spilled in own.glob("run-*"):
                spilled.unlink()
            return Encoded(vocab, _open(own / IDS), n_words, n_read, top)
    except BaseException:
        rmtree(own, ignore_errors=True)
        raise


def require_words(encoded: Encoded, where: str, min_count: int) -> None:
    """Refuse a corpus of which no word was kept.

    Raises:
        CorpusError: it is empty, or every word is too rare or unknown.
    """
    if not encoded.n_read:
        raise CorpusError(f"{where}: no words, expected text")
    if not encoded.n_words and encoded.most_frequent is None:
        raise CorpusError(
            f"{where}: {encoded.n_read} words, none of them in the vocabulary, expected some;"
            " check --segment"
        )
    if not encoded.n_words and encoded.most_frequent is not None:
        word, occurs = encoded.most_frequent
        raise CorpusError(
            f"{where}: the most frequent word, {word[:40]}, occurs {occurs} times, expected at"
            f" least {min_count}; lower --min-count"
        )


def _choose(
    runs: Sequence[Run], min_count: int, max_vocab: int | None, memory: int
) -> tuple[Vocab, tuple[str, int] | None]:
    """Return the vocabulary; if it is empty, also the most frequent word and its count."""
    texts, counts = [np.empty(0, np.uint8)], [np.empty(0, np.int64)]
    rare: list[tuple[Bytes, Int64]] = []
    for table, totals in merge(runs, memory):
        starts = table.starts[: table.n_types + 1]
        kept = np.flatnonzero(totals >= min_count)
        texts.append(gather(table.arena, starts, kept, SPACE))
        counts.append(totals[kept])
        if max_vocab is not None and sum(map(len, counts)) > 2 * max_vocab:
            text, ranked = _rank(texts, counts, max_vocab)
            texts, counts = [text], [ranked]
        if not sum(map(len, counts)) and table.n_types:
            rare.append(_rank([table.text], [totals], 1))
    text, ranked = _rank(texts, counts, max_vocab)
    words = _words(text)
    if words or not rare:
        return Vocab(words, ranked), None
    text, best = _rank([text for text, _ in rare], [count for _, count in rare], 1)
    return Vocab(words, ranked), (_words(text)[0], int(best[0]))


def _rank(
    texts: Sequence[Bytes], counts: Sequence[Int64], limit: int | None
) -> tuple[Bytes, Int64]:
    """Return the first `limit` tokens by falling count, then rising bytes; and their counts."""
    text, count = np.concatenate(texts), np.concatenate(counts)
    starts = np.concatenate(([0], np.flatnonzero(text == SPACE) + 1))
    chosen = order(text, starts, count)[:limit]
    return gather(text, starts, chosen, SPACE), count[chosen]


def _words(text: Bytes) -> list[str]:
    return text.tobytes().decode().split(" ")[:-1]


def _finish(
    folder: Path, chunks: list[tuple[int, int]], runs: dict[int, Run], vocab: Vocab, report: Report
) -> tuple[int, int]:
    """Replace the provisional ids by those of the vocabulary; return words kept, words read."""
    table = Table()
    words = vocab.as_bytes().copy()
    words[words == LINE_END] = SPACE
    table.read_all(words, len(vocab), add=True)
    until = {own: i for i, (own, _) in enumerate(chunks)}
    new_ids: dict[int, Int32] = {}
    buffer = np.empty(CHUNK, np.int32)
    total = sum(size for _, size in chunks)
    n_ids = n_words = n_read = done = 0
    last = -1
    with on_disk(folder.parent):
        source, target = (folder / IDS).open("rb"), (folder / IDS).open("r+b", buffering=0)
    with source, target:
        for i, (own, size) in enumerate(chunks):
            with on_disk(folder.parent):
                if own not in new_ids:
                    new_ids[own] = find(runs[own], table)
                ids = buffer[:size]
                source.readinto(ids.view(np.uint8).data)
                left, read, kept = renumber(ids, new_ids[own], last)
                write(target, ids[:left])
            n_ids, n_words, n_read = n_ids + left, n_words + kept, n_read + read
            if left:
                last = int(ids[left - 1])
            if until[own] == i:
                del new_ids[own]
            done += size
            report(Progress("encoding", done, total, "words"))
        with on_disk(folder.parent):
            if last >= 0:
                write(target, np.array([-1], np.int32))
                n_ids += 1
            target.truncate(4 * n_ids)
    return n_words, n_read


def _open(path: Path) -> Int32:
    if not path.stat().st_size:
        return np.empty(0, np.int32)
    return np.memmap(path, np.int32, "r")
