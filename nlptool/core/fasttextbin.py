"""fastText's .bin: the words of a model, with the vectors that fastText gives them.

A word's vector is the mean of its own row and of the rows of its character n-grams, which
share a table by their hash. Only what the words need is read: no labels, no output layer.
Quantised models (.ftz) hold no such rows and are refused.
"""

import struct
from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from nlptool.core.foreign import (
    MAX_DIM,
    Faults,
    FloatArray,
    IntArray,
    Rows,
    Source,
    check_finite,
    check_word,
)
from nlptool.errors import CorpusError

MAGIC = struct.pack("<i", 793712314)

_ARGS = struct.Struct("<ii12id")
_SIZES = struct.Struct("<iiiqq")
_ENTRY = struct.Struct("<qb")
_SHAPE = struct.Struct("<?qq")
_VERSIONS = (11, 12)
_SUPERVISED = 3
_LONGEST_WORD = 1 << 16
_BATCH_BYTES = 1 << 14
_OFFSET_BASIS, _PRIME = np.uint32(2166136261), np.uint32(16777619)


def read_fasttext(source: Source, faults: Faults) -> Rows:
    """Return the words of a fastText model and their vectors.

    Args:
        source: the file, from its first byte.
        faults: what is wrong with single words is noted here.

    Raises:
        CorpusError: see `Faults.found`; the file is cut, quantised or too old.

    Source:
        Bojanowski et al., Enriching Word Vectors with Subword Information, TACL 2017,
        section 3.2; the file layout is that of fastText 0.9. Slow form:
        tests/naive_vectors.py.
    """
    where = source.path
    _, version, dim, *rest = _take(source, _ARGS)
    model, bucket, min_n, max_n = rest[6:10]
    if version not in _VERSIONS:
        raise CorpusError(f"{where}: fastText file version {version}, expected 11 or 12")
    if version == 11 and model == _SUPERVISED:
        max_n = 0
    n_entries, n_words, n_labels, _, n_pruned = _take(source, _SIZES)
    if not (1 <= dim <= MAX_DIM and bucket >= 0 and 0 <= n_words == n_entries - n_labels):
        raise CorpusError(
            f"{where}: a damaged fastText header: {dim} dimensions, {n_words} words, "
            f"{n_labels} labels, {n_entries} entries, {bucket} n-grams"
        )
    raw = [word for word, is_label in _entries(source, n_entries) if not is_label]
    quantised, n_rows, width = _take(source, _SHAPE)
    if quantised or n_pruned > 0:
        raise CorpusError(f"{where}: a quantised fastText model, expected one with float vectors")
    subwords = max_n > 0 and bucket > 0
    if width != dim or len(raw) != n_words or n_rows < n_words + bucket * subwords:
        raise CorpusError(
            f"{where}: {n_rows} rows of {width} numbers for {len(raw)} words, "
            f"expected {n_words + bucket * subwords} rows of {dim}; the file is damaged"
        )
    matrix = _matrix(source, n_rows, dim)
    rows = Rows(dim)
    for low, high in _batches(raw):
        vectors = matrix[low:high]
        if subwords:
            vectors = _means(matrix, raw, low, high, (max(min_n, 1), max_n, bucket))
        words, kept = [], []
        for i in range(low, high):
            place = f"word {i + 1}"
            word = check_word(raw[i], place, faults)
            if word is not None and check_finite(vectors[i - low], word, place, faults):
                words.append(word)
                kept.append(i)
        rows.add(words, vectors[np.array(kept, np.int64) - low], np.array(kept, np.int64) + 1)
    return rows


def subword_ids(
    words: Sequence[bytes], min_n: int, max_n: int, bucket: int
) -> tuple[IntArray, IntArray]:
    """Return the n-grams of each word, as places in fastText's table of n-grams.

    Args:
        words: UTF-8; they are put between "<" and ">" here.
        min_n: the fewest characters of an n-gram, at least 1.
        max_n: the most.
        bucket: how many places the table has.

    Returns:
        For each n-gram the index of its word, rising; and its place, 0 <= place < bucket.

    Source:
        fastText 0.9, dictionary: 32-bit FNV-1a over bytes taken as signed; an n-gram of one
        character is left out where it is the sign "<" or ">".
    """
    text = np.frombuffer(b"".join(b"<%b>" % word for word in words), np.uint8)
    lengths = np.array([len(word) + 2 for word in words])
    last = np.cumsum(lengths)
    opens = np.append((text & 0xC0) != 0x80, True)
    begins = np.flatnonzero(opens[:-1])
    owners = np.searchsorted(last, begins, side="right")
    ends = last[owners]
    first = begins == ends - lengths[owners]
    here = begins.copy()
    hashes = np.full(len(begins), _OFFSET_BASIS, np.uint32)
    n_chars = np.zeros(len(begins), np.int64)
    found_owners, found = [np.empty(0, np.int64)], [np.empty(0, np.int64)]
    # A byte that is taken as signed has ones in front of it when it is widened.
    signed = text.view(np.int8).astype(np.int32).view(np.uint32)
    while len(here):
        hashes = (hashes ^ signed[here]) * _PRIME
        n_chars += opens[here]
        here = here + 1
        at_end = here == ends
        whole = at_end | opens[here]
        lone = (n_chars == 1) & (first | at_end)
        n_gram = whole & (n_chars >= min_n) & ~lone
        found_owners.append(owners[n_gram])
        found.append((hashes[n_gram] % np.uint32(bucket)).astype(np.int64))
        going = ~at_end & ~(whole & (n_chars == max_n))
        begins, owners, ends, first, here, hashes, n_chars = (
            array[going] for array in (begins, owners, ends, first, here, hashes, n_chars)
        )
    all_owners = np.concatenate(found_owners)
    order = np.argsort(all_owners, kind="stable")
    return all_owners[order], np.concatenate(found)[order]


def _means(
    matrix: FloatArray, raw: list[bytes], low: int, high: int, grams: tuple[int, int, int]
) -> FloatArray:
    """Return the mean of each word's row and its n-grams' rows; shape (high - low, dim)."""
    # The end of a sentence is a word like others, but has no n-grams.
    words = [b"" if word == b"</s>" else word for word in raw[low:high]]
    owners, places = subword_ids(words, *grams)
    empty = np.array([not word for word in words])
    kept = ~empty[owners]
    owners, places = owners[kept], places[kept] + len(raw)
    ids = np.concatenate([np.arange(low, high), places])
    order = np.argsort(np.concatenate([np.arange(high - low), owners]), kind="stable")
    counts = np.bincount(owners, minlength=high - low) + 1
    starts = np.cumsum(counts) - counts
    means: FloatArray = np.add.reduceat(matrix[ids[order]], starts, axis=0)
    means /= counts[:, None]
    return means


def _batches(raw: list[bytes]) -> Iterator[tuple[int, int]]:
    """Yield ranges of words that have some 16 KiB together: their n-grams fit in memory."""
    low = n_bytes = 0
    for i, word in enumerate(raw):
        n_bytes += len(word) + 2
        if n_bytes >= _BATCH_BYTES:
            yield low, i + 1
            low, n_bytes = i + 1, 0
    if low < len(raw):
        yield low, len(raw)


def _take(source: Source, form: struct.Struct) -> tuple[int, ...]:
    data = source.take(form.size)
    if len(data) < form.size:
        raise _cut(source)
    return form.unpack(data)


def _entries(source: Source, n_entries: int) -> Iterator[tuple[bytes, bool]]:
    """Yield the dictionary: a word or label, and whether it is a label."""
    left = n_entries
    while left > 0:
        data = source.peek(1 << 20)
        used = 0
        while left > 0:
            end = data.find(b"\0", used, used + _LONGEST_WORD)
            if end < 0 or end + 1 + _ENTRY.size > len(data):
                break
            yield data[used:end], _ENTRY.unpack_from(data, end + 1)[1] != 0
            used = end + 1 + _ENTRY.size
            left -= 1
        if not used and left:
            raise _cut(source)
        source.take(used)


def _matrix(source: Source, n_rows: int, dim: int) -> FloatArray:
    """Return the input matrix: mapped if the file is plain, else read."""
    n_bytes = 4 * n_rows * dim
    if source.size is not None:
        if source.size - source.offset < n_bytes:
            raise _cut(source)
        return np.memmap(source.path, "<f4", "r", source.offset, (n_rows, dim))
    data = bytearray()
    for block in source.rest():
        data += block
        if len(data) >= n_bytes:
            break
    if len(data) < n_bytes:
        raise _cut(source)
    matrix: NDArray[np.float32] = np.frombuffer(data, "<f4", n_rows * dim).reshape(n_rows, dim)
    return matrix


def _cut(source: Source) -> CorpusError:
    return CorpusError(
        f"{source.path}: the fastText file ends too early, after byte {source.offset}, or is "
        "damaged there; fetch it again"
    )
