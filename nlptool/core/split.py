"""A corpus in disjoint parts: training, validation, test.

Every unit (a line, a document, or all lines with the same value in a column) gets a seeded
hash of what it says, white space aside. The units in the order of their hashes are a random
order, which the shares cut at exact places. What says the same has the same hash, so it never
stands in two parts: nothing leaks from the training into the test.

The text is read twice and never held: the hashes wait in a temporary file, 8 bytes a unit.
"""

import tempfile
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from hashlib import blake2b
from pathlib import Path
from typing import BinaryIO

import numpy as np
from numpy.typing import NDArray

from nlptool.core.corpus import Reading, read_blocks
from nlptool.core.edges import CHUNK, N_BINS, Hashes, edges_of
from nlptool.core.report import Report, silent
from nlptool.errors import ConfigError, CorpusError, RunError

NAMES = {2: ("train", "test"), 3: ("train", "valid", "test")}

_STRICT = Reading()


@dataclass(frozen=True)
class By:
    """What is never torn apart.

    Args:
        unit: line; document (the lines between blank lines); column (the lines that have the
            same value in a column, columns being separated by tabs).
        column: which column, counted from 1; 0 if there is none.
    """

    unit: str
    column: int = 0


@dataclass(frozen=True)
class Divided:
    """How a corpus was divided.

    Args:
        units: lines or documents in each part.
        groups: different ones in each part; for a column, its different values.
    """

    units: tuple[int, ...]
    groups: tuple[int, ...]

    @property
    def repeated(self) -> int:
        """How many lines or documents say what an earlier one said."""
        return sum(self.units) - sum(self.groups)


def parse_shares(text: str) -> tuple[float, ...]:
    """Return shares, written as 8:1:1 or 0.9,0.1, as fractions of 1.

    Raises:
        ConfigError: they are not two or more numbers above 0.
    """
    try:
        numbers = [float(number) for number in text.replace(",", ":").split(":")]
    except ValueError:
        numbers = []
    if not 2 <= len(numbers) <= 1000 or not all(1e-9 <= number <= 1e9 for number in numbers):
        raise ConfigError(f"--shares: {text!r}, expected 2 to 1000 numbers, such as 8:1:1")
    return tuple(number / sum(numbers) for number in numbers)


def parse_by(text: str) -> By:
    """Return what `line`, `document` or `column:K` stands for.

    Raises:
        ConfigError: it is none of them.
    """
    unit, _, column = text.partition(":")
    if unit == "column" and column.isascii() and column.isdigit() and int(column[:9]) > 0:
        return By(unit, int(column[:9]))
    if text in ("line", "document"):
        return By(text)
    raise ConfigError(f"--by: {text!r}, expected line, document or column:K, K from 1")


def part_names(n_parts: int) -> tuple[str, ...]:
    """Return what the parts are called: train, valid and test, or else numbers."""
    return NAMES.get(n_parts) or tuple(str(number) for number in range(1, n_parts + 1))


def split(
    paths: Sequence[str],
    targets: Sequence[BinaryIO],
    shares: Sequence[float],
    by: By,
    *,
    seed: int,
    names: Sequence[str] | None = None,
    reading: Reading = _STRICT,
    temp_dir: Path | None = None,
    report: Report = silent,
) -> Divided:
    """Write every line of a corpus into one of several files.

    Every part gets its share of the lines (or documents) to within rounding, where no line is
    repeated; else to within half of what is repeated at its edge. The order of the text is
    kept. Lines of white space only are left out; between documents there is one empty line.

    Args:
        paths: the text, which is read twice; no stdin (see `corpus.kept`).
        targets: where each part is written.
        shares: what each part gets, as a fraction of 1.
        by: what stays together.
        seed: chooses the random order; the result depends on nothing else.
        names: what messages call the paths; the paths themselves if None.
        reading: how the text is encoded.
        temp_dir: where the hashes wait.
        report: is told of the progress.

    Raises:
        CorpusError: the text cannot be read, has no such column, or has fewer different
            units than there are parts.
    """
    named = list(zip(paths, names or paths, strict=True))
    with _temporary(temp_dir) as file:
        histogram = _hash_units(_units(named, by, reading, report), by, seed, file)
        n_units = int(histogram.sum())
        if not n_units:
            raise CorpusError(f"{named[0][1]}: no text, expected something to split")
        hashes = np.memmap(file, np.uint64, "r", shape=(n_units,))
        edges, groups = edges_of(hashes, histogram, shares)
        if edges is None:
            what = (
                f"different values in column {by.column}" if by.column else f"different {by.unit}s"
            )
            raise CorpusError(
                f"{named[0][1]}: {sum(groups)} {what}, expected at least {len(shares)}: one a part"
            )
        units = _write(_units(named, by, reading, report), by, hashes, edges, targets)
    return Divided(tuple(units), groups)


def _temporary(folder: Path | None) -> BinaryIO:
    try:
        return tempfile.TemporaryFile(dir=folder)
    except OSError as error:
        where = folder or tempfile.gettempdir()
        raise RunError(f"{where}: no temporary file can be made: {error.strerror}") from None


Unit = tuple[int, bytes, str]
"""Number of the unit, from 0; a piece of its text; where the piece is."""


def _units(
    named: Sequence[tuple[str, str]], by: By, reading: Reading, report: Report
) -> Iterator[Unit]:
    """Yield the pieces of all units, in order; a line is one piece, or more if it is long."""
    number = -1
    for path, name in named:
        n_lines = 0
        within = False  # a document goes on
        goes_on = blank = False  # a line does
        for block in read_blocks([path], reading, report):
            for piece in _lines(block):
                if not goes_on:
                    n_lines += 1
                    blank = piece.isspace() or not piece.decode().strip()
                    if not blank and not within:
                        number += 1
                    within = by.unit == "document" and not blank
                if not blank:
                    yield number, piece, f"{name}:{n_lines}"
                goes_on = not piece.endswith(b"\n")


def _lines(block: bytes) -> Iterator[bytes]:
    """Yield the lines of a block, each with its newline; the last may have none."""
    *lines, rest = block.split(b"\n")
    for line in lines:
        yield line + b"\n"
    if rest:
        yield rest


def _hash_units(units: Iterable[Unit], by: By, seed: int, file: BinaryIO) -> NDArray[np.int64]:
    """Write a hash of every unit.

    Returns:
        Shape (N_BINS,): how many hashes begin with each 16 bits.
    """
    histogram = np.zeros(N_BINS, np.int64)
    waiting = bytearray()
    salt = seed.to_bytes(16, "little")
    last = -1
    hasher = blake2b()

    def keep(at_least: int) -> None:
        if len(waiting) >= at_least:
            tops = np.frombuffer(waiting, np.uint64) >> np.uint64(48)
            histogram[:] += np.bincount(tops.astype(np.int64), minlength=N_BINS)
            file.write(waiting)
            waiting.clear()

    for number, piece, where in units:
        if number != last:
            if last >= 0:
                waiting += hasher.digest()
                keep(8 * CHUNK)
            last = number
            hasher = blake2b(digest_size=8, salt=salt)
        elif by.column:
            continue  # the rest of a long line
        text = piece.decode()
        if by.column:
            cells = text.split("\t", by.column)
            if len(cells) < by.column:
                raise CorpusError(f"{where}: columns: {len(cells)}, expected at least {by.column}")
            text = cells[by.column - 1]
        hasher.update(" ".join(text.split()).encode() + b"\n")
    if last >= 0:
        waiting += hasher.digest()
    keep(1)
    file.flush()
    return histogram


def _write(
    units: Iterable[Unit], by: By, hashes: Hashes, edges: Hashes, targets: Sequence[BinaryIO]
) -> list[int]:
    """Write every unit where its hash belongs; return how many each part got."""
    n_units = [0] * len(targets)
    parts: list[int] = []
    begin = last = -1
    part = 0
    for number, piece, where in units:
        if number != last:
            last = number
            if number - begin >= len(parts) or begin < 0:
                begin = number
                chosen = hashes[begin : begin + CHUNK]
                parts = np.searchsorted(edges, chosen, side="right").tolist()
                if not parts:
                    raise CorpusError(f"{where}: changed while it was read; split it again")
            part = parts[number - begin]
            if n_units[part] and by.unit == "document":
                targets[part].write(b"\n")
            n_units[part] += 1
        targets[part].write(piece)
    return n_units
