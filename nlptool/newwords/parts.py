"""The n-grams of a count, part by part: in memory while there is room, else in a file."""

from collections.abc import Iterable, Iterator
from contextlib import suppress
from pathlib import Path
from tempfile import TemporaryFile
from types import TracebackType
from typing import BinaryIO, Self

import numpy as np

from nlptool.core.spool import no_room
from nlptool.newwords.count import Part


class Parts:
    """Parts that can be read again and again; a context manager.

    Args:
        folder: where they are kept if they are many.
        memory: bytes that may be held.

    Raises:
        RunError: on adding and reading: the disk is full, or reading failed.
    """

    def __init__(self, folder: Path, memory: int) -> None:
        self._folder, self._left = folder, memory
        self._parts: list[Part | list[tuple[str, int]]] = []
        self._places: list[int] = []
        self.n_grams = 0
        self._file: BinaryIO | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._parts = []
        if self._file is not None:
            with suppress(OSError):
                self._file.close()

    def __len__(self) -> int:
        return len(self._parts)

    def take(self, parts: Iterable[Part]) -> None:
        """Add parts, as they come."""
        for part in parts:
            arrays = [array for arrays in part for array in arrays]
            self.n_grams += sum(map(len, part.counts))
            self._left -= sum(array.nbytes for array in arrays)
            self._places.append(0)
            if self._left >= 0:
                self._parts.append(part)
                continue
            try:
                if self._file is None:
                    self._file = TemporaryFile(dir=self._folder)  # noqa: SIM115 (closed by __exit__)
                self._places[-1] = self._file.seek(0, 2)
                for array in arrays:
                    self._file.write(array.data)
                self._file.flush()
            except OSError as error:
                raise no_room(self._folder, error) from error
            self._parts.append([(array.dtype.str, len(array)) for array in arrays])

    def __iter__(self) -> Iterator[Part]:
        for part, place in zip(self._parts, self._places, strict=True):
            yield part if isinstance(part, Part) else self._read(part, place)

    def _read(self, shapes: list[tuple[str, int]], place: int) -> Part:
        assert self._file is not None  # for the type checker: something was written
        try:
            self._file.seek(place)
            arrays = [np.fromfile(self._file, dtype, size) for dtype, size in shapes]
        except OSError as error:
            raise no_room(self._folder, error) from error
        n = len(arrays) // 4
        return Part(*(arrays[i * n : (i + 1) * n] for i in range(4)))
