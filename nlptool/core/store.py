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

import json
import mmap
import os
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from math import prod
from pathlib import Path
from stat import S_ISREG
from typing import Any, BinaryIO

import numpy as np
from numpy.typing import NDArray

from nlptool import __version__
from nlptool.core.publish import Output, atomic
from nlptool.errors import ModelError

FORMAT = 1
MAX_HEADER = 16 << 20

_DTYPES = {"U8": "<u1", "I32": "<i4", "I64": "<i8", "F32": "<f4", "F64": "<f8"}
_CODES = {np.dtype(name): code for code, name in _DTYPES.items()}
_NO_CHECKSUM = "0" * 64
_METADATA_KEYS = {"format", "kind", "nlptool", "config", "training", "checksum"}
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
    """

    path: str
    kind: str
    version: str
    config: dict[str, Any]
    training: dict[str, Any]
    tensors: dict[str, Array]

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
        ValueError: the settings are not JSON, or a tensor has another type.
    """
    # Wide types first, so that every tensor is aligned whatever the shapes.
    arrays = {
        name: np.asarray(array, order="C")
        for name, array in sorted(tensors.items(), key=lambda item: (-item[1].itemsize, item[0]))
    }
    table: dict[str, Any] = {}
    end = 0
    for name, array in arrays.items():
        begin, end = end, end + array.nbytes
        code = _CODES.get(array.dtype.newbyteorder("<"))
        if code is None:
            raise ValueError(f"tensor {name!r} is {array.dtype}")
        table[name] = {"dtype": code, "shape": list(array.shape), "data_offsets": [begin, end]}
    about = {
        "format": FORMAT,
        "kind": kind,
        "nlptool": __version__,
        "config": dict(config),
        "training": dict(training),
        "checksum": _NO_CHECKSUM,
    }
    header = _header(about, table)
    digest = sha256(header)
    for array in arrays.values():
        digest.update(_bytes(array))
    header = _header(about | {"checksum": digest.hexdigest()}, table)
    if isinstance(output, str):
        with atomic(output) as file:
            _write(file, header, arrays)
    else:
        with output.replace() as file:
            _write(file, header, arrays)


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
        with Path(path).open("rb") as file:
            return _read(path, file, kind)
    except OSError as error:
        raise ModelError(f"{path}: cannot be read: {error.strerror or error}") from error


def _read(path: str, file: BinaryIO, kind: str | None) -> Stored:
    status = os.fstat(file.fileno())
    if not S_ISREG(status.st_mode):
        raise ModelError(f"{path}: not a regular file, expected a model file")
    size = status.st_size
    prefix = file.read(8)
    length = int.from_bytes(prefix, "little")
    if len(prefix) < 8 or file.read(1) != b"{":
        raise ModelError(f"{path}: not an nlptool model file")
    if length > MAX_HEADER or length > size - 8:
        raise ModelError(f"{path}: cut short or damaged: its header should have {length} bytes")
    header = b"{" + file.read(length - 1)
    about, table = _parse(path, header)
    if about.get("format") != FORMAT:
        raise ModelError(
            f"{path}: format {about.get('format')!r}, expected {FORMAT}; "
            "it needs a newer nlptool, or it is damaged"
        )
    if set(about) != _METADATA_KEYS or not all(
        isinstance(about[key], want)
        for key, want in (
            ("kind", str),
            ("nlptool", str),
            ("config", dict),
            ("training", dict),
            ("checksum", str),
        )
    ):
        raise ModelError(f"{path}: its header lacks what a model file has; it is damaged")
    places = _places(path, table, size - 8 - length)
    if kind is not None and about["kind"] != kind:
        article = "an" if about["kind"][:1] in "aeio" else "a"
        raise ModelError(f"{path}: {article} {about['kind']} model, expected a {kind} model")
    checksum = about["checksum"].encode("ascii", "replace")
    if len(checksum) != 64 or header.count(checksum) != 1:
        raise ModelError(f"{path}: its checksum is missing; it is damaged")
    digest = sha256(prefix + header.replace(checksum, _NO_CHECKSUM.encode()))
    while chunk := file.read(_CHUNK):
        digest.update(chunk)
    if digest.hexdigest() != about["checksum"]:
        raise ModelError(f"{path}: damaged: its content does not match its checksum")
    content = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
    tensors = {
        name: np.frombuffer(content, dtype, prod(shape), 8 + length + begin).reshape(shape)
        for name, (dtype, shape, begin) in places.items()
    }
    return Stored(
        path, about["kind"], about["nlptool"], about["config"], about["training"], tensors
    )


def _parse(path: str, header: bytes) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return the metadata and the table of tensors, as yet unchecked."""
    try:
        table = _strict_json(header.decode("utf-8"))
        metadata = table.pop("__metadata__", None)
        if not isinstance(metadata, dict) or "nlptool" not in metadata:
            raise ModelError(f"{path}: a safetensors file, but not written by nlptool")
        if len(metadata) != 1 or not isinstance(metadata["nlptool"], str):
            raise ModelError(f"{path}: its header has more than nlptool writes; it is damaged")
        return _strict_json(metadata["nlptool"]), table
    except (ValueError, RecursionError):
        raise ModelError(f"{path}: its header is not valid JSON; it is damaged") from None


def _places(
    path: str, table: dict[str, Any], size: int
) -> dict[str, tuple[str, tuple[int, ...], int]]:
    """Return name -> (dtype, shape, first byte), after checking that they fill the data."""
    places = {}
    expected = 0
    for name, entry in table.items():
        if not isinstance(entry, dict) or set(entry) != {"dtype", "shape", "data_offsets"}:
            raise ModelError(f"{path}: tensor {name!r} is not described; the file is damaged")
        dtype, shape, offsets = entry["dtype"], entry["shape"], entry["data_offsets"]
        if dtype not in _DTYPES if isinstance(dtype, str) else True:
            raise ModelError(f"{path}: tensor {name!r} is of an unknown type")
        if not (_are_sizes(shape) and len(shape) <= 8 and _are_sizes(offsets)):
            raise ModelError(f"{path}: tensor {name!r} has an impossible shape or place")
        n_bytes = prod(shape) * np.dtype(_DTYPES[dtype]).itemsize
        if offsets != [expected, expected + n_bytes]:
            raise ModelError(f"{path}: tensor {name!r} is not where its shape says")
        expected += n_bytes
        places[name] = (_DTYPES[dtype], tuple(shape), offsets[0])
    if expected != size:
        raise ModelError(f"{path}: {size:,} bytes of tensors, expected {expected:,}; cut short?")
    return places


def _are_sizes(values: object) -> bool:
    return isinstance(values, list) and all(
        type(value) is int and 0 <= value < 2**62 for value in values
    )


def _strict_json(text: str) -> dict[str, Any]:
    """Parse a JSON object; no key twice, no NaN, no Infinity.

    Raises:
        ValueError: it is not that.
    """

    def unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        found = dict(pairs)
        if len(found) != len(pairs):
            raise ValueError("a key stands twice")
        return found

    def refuse(constant: str) -> None:
        raise ValueError(f"{constant} is not JSON")

    parsed = json.loads(text, object_pairs_hook=unique, parse_constant=refuse)
    if not isinstance(parsed, dict):
        raise ValueError("not an object")
    return parsed


def _header(about: dict[str, Any], table: dict[str, Any]) -> bytes:
    """Return the length and the header, padded so that the data begins at a multiple of 8."""
    compact = {"ensure_ascii": True, "allow_nan": False, "separators": (",", ":")}
    inner = json.dumps(about, sort_keys=True, **compact)  # type: ignore[arg-type]
    text = json.dumps({"__metadata__": {"nlptool": inner}, **table}, **compact)  # type: ignore[arg-type]
    raw = text.encode("ascii")
    raw += b" " * (-len(raw) % 8)
    return len(raw).to_bytes(8, "little") + raw


def _write(file: BinaryIO, header: bytes, arrays: Mapping[str, Array]) -> None:
    file.write(header)
    for array in arrays.values():
        file.write(_bytes(array))


def _bytes(array: Array) -> memoryview:
    """Return the bytes of an array, little-endian, without a copy where it can be had."""
    little = array.astype(array.dtype.newbyteorder("<"), copy=False)
    return little.reshape(-1).view(np.uint8).data


def _shape(array: Array) -> str:
    return " x ".join(map(str, array.shape)) or "scalar"
