"""One model, one file: a safetensors file that describes itself.

    8 bytes    length of the header, little-endian
    header     strict JSON: every tensor's dtype, shape and place, and one metadata key
               `nlptool`: {format, kind, nlptool, config, training, checksum}
    data       the tensors, without gaps, nothing behind them

The checksum is the SHA-256 of the whole file with the checksum itself written as zeros, so
that one changed bit anywhere is found. There is no time, host or path in a file: the same
training gives the same bytes. A file is data from a stranger: nothing in it is executed, and
memory follows the bytes that are there, never what a header claims.

What the tensors mean is not known here; each task checks that in its `model.py`.
"""

import mmap
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from hashlib import sha256
from math import prod
from pathlib import Path
from stat import S_ISREG
from typing import Any, BinaryIO

import numpy as np
from numpy.typing import NDArray

from nlptool.core.header import MAX_HEADER, NO_CHECKSUM, read_header, write_header
from nlptool.core.publish import Output, atomic
from nlptool.errors import ModelError

_CHUNK = 1 << 20

Array = NDArray[Any]


@dataclass(frozen=True)
class Stored:
    """What a model file holds.

    Args:
        path: where it was read.
        kind: the task's word for it ("w2v").
        version: the version of nlptool that wrote it.
        config: the settings it was trained with.
        training: what the training said of itself.
        tensors: name -> array, read-only and memory-mapped.
        checksum: of the whole file, 64 hexadecimal digits: what tells it from any other.
    """

    path: str
    kind: str
    version: str
    config: dict[str, Any]
    training: dict[str, Any]
    tensors: dict[str, Array]
    checksum: str = ""

    def tensor(self, name: str, dtype: str, shape: tuple[int | None, ...]) -> Array:
        """Return one tensor after checking what it is.

        Args:
            name: its name in the file.
            dtype: the numpy name of its type.
            shape: its shape; None for a length that may be anything.

        Raises:
            ModelError: it is not there, of another type or shape, or a weight is not finite.
        """
        array = self.tensors.get(name)
        if array is None:
            raise ModelError(f"{self.path}: no tensor {name!r}; the file is damaged")
        fits = len(array.shape) == len(shape) and all(
            want is None or have == want for have, want in zip(array.shape, shape, strict=True)
        )
        if array.dtype != np.dtype(dtype) or not fits:
            wanted = " x ".join("any" if size is None else str(size) for size in shape)
            raise ModelError(
                f"{self.path}: tensor {name!r} is {array.dtype} {_shape(array)}, "
                f"expected {dtype} {wanted}"
            )
        if array.dtype.kind == "f" and not all_finite(array):
            raise ModelError(f"{self.path}: tensor {name!r} has values that are not finite")
        return array


def all_finite(array: Array) -> bool:
    """Tell whether every value of an array is a number, in little memory."""
    flat = array.reshape(-1)
    return all(
        np.isfinite(flat[start : start + _CHUNK]).all() for start in range(0, len(flat), _CHUNK)
    )


def publish(
    output: Output | str,
    kind: str,
    *,
    config: Mapping[str, Any],
    training: Mapping[str, Any],
    tensors: Mapping[str, Array],
) -> None:
    """Write a model file, atomically.

    Args:
        output: a reserved output, or a path that is reserved here.
        kind: what the model is.
        config: its settings; values of JSON.
        training: what the training says of itself; values of JSON, no times, hosts or paths.
        tensors: uint8, int32, int64, float32 or float64 arrays of any shape.

    Raises:
        RunError: the file cannot be written.
        ValueError: the settings are not JSON or too long, or a tensor has another type.
    """
    # Wide types first, so that every tensor is aligned whatever the shapes.
    arrays = {
        name: np.asarray(array)
        for name, array in sorted(tensors.items(), key=lambda item: (-item[1].itemsize, item[0]))
    }
    digest = sha256(write_header(kind, config, training, arrays))
    for array in arrays.values():
        for piece in _pieces(array):
            digest.update(piece)
    header = write_header(kind, config, training, arrays, checksum=digest.hexdigest())
    if isinstance(output, str):
        with atomic(output) as file:
            _write(file, header, arrays)
    else:
        with output.replace() as file:
            _write(file, header, arrays)


def is_model(path: str) -> bool:
    """Tell whether a file begins as model files do; False if it cannot be read."""
    try:
        # A pipe can be read only once, and not by us.
        if not S_ISREG(Path(path).stat().st_mode):
            return False
        with Path(path).open("rb") as file:
            start = file.read(9)
    except OSError:
        return False
    return start[8:] == b"{" and int.from_bytes(start[:8], "little") <= MAX_HEADER


def load(path: str, kind: str | None = None) -> Stored:
    """Open a model file, checking all of it.

    Args:
        path: the file.
        kind: what it has to be; None for anything.

    Raises:
        ModelError: the file is missing, unfinished, damaged, foreign, too new or of another
            kind.
    """
    try:
        # Not blocking: a named pipe is refused rather than waited for.
        with open(path, "rb", opener=_at_once) as file:
            return _read(path, file, kind)
    except OSError as error:
        raise ModelError(f"{path}: cannot be read: {error.strerror or error}") from error


def _at_once(path: str, flags: int) -> int:
    return os.open(path, flags | os.O_NONBLOCK)


def _read(path: str, file: BinaryIO, kind: str | None) -> Stored:
    status = os.fstat(file.fileno())
    if not S_ISREG(status.st_mode):
        raise ModelError(f"{path}: not a regular file, expected a model file")
    size = status.st_size
    prefix = file.read(8)
    length = int.from_bytes(prefix, "little")
    if len(prefix) < 8 or file.read(1) != b"{":
        raise ModelError(f"{path}: not an nlptool model file")
    if not 2 <= length <= min(MAX_HEADER, size - 8):
        raise ModelError(f"{path}: cut short or damaged: its header should have {length} bytes")
    raw = b"{" + file.read(length - 1)
    header = read_header(path, raw, size)
    if kind is not None and header.kind != kind:
        article = "an" if header.kind[0] in "aeio" else "a"
        raise ModelError(f"{path}: {article} {header.kind} model, expected a {kind} model")
    digest = sha256(prefix + raw.replace(header.checksum.encode(), NO_CHECKSUM.encode()))
    while chunk := file.read(_CHUNK):
        digest.update(chunk)
    if digest.hexdigest() != header.checksum:
        raise ModelError(f"{path}: damaged: its content does not match its checksum")
    content = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
    tensors = {
        name: np.frombuffer(content, place.dtype, prod(place.shape), place.begin).reshape(
            place.shape
        )
        for name, place in header.places.items()
    }
    return Stored(
        path,
        header.kind,
        header.version,
        header.config,
        header.training,
        tensors,
        header.checksum,
    )


def _write(file: BinaryIO, header: bytes, arrays: Mapping[str, Array]) -> None:
    file.write(header)
    for array in arrays.values():
        for piece in _pieces(array):
            file.write(piece)


def _pieces(array: Array) -> Iterator[memoryview]:
    """Yield the bytes of an array, little-endian; a few rows at a time, if they are copied."""
    rows = np.atleast_1d(array)
    step = max(1, _CHUNK * len(rows) // max(rows.nbytes, 1))
    for low in range(0, len(rows), step):
        piece = np.ascontiguousarray(rows[low : low + step], rows.dtype.newbyteorder("<"))
        yield piece.reshape(-1).view(np.uint8).data


def _shape(array: Array) -> str:
    return " x ".join(map(str, array.shape)) or "scalar"
