"""The header of a model file: how it is written, and how a stranger's is read.

What is read here may have been made to harm: every value is checked before it is used, and
the cost in time and memory is bounded by `MAX_HEADER`. The data behind the header, and the
checksum over both, are the business of `store`.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from math import isfinite, prod
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nlptool import __version__
from nlptool.errors import ModelError

FORMAT = 1

MAX_HEADER = 2 << 20
"""Bytes. The worst JSON of this length takes 0.3 s and 50 MB; what we write needs a few kB."""

NO_CHECKSUM = "0" * 64

_DTYPES = {"U8": "<u1", "I32": "<i4", "I64": "<i8", "F32": "<f4", "F64": "<f8"}
_CODES = {np.dtype(name): code for code, name in _DTYPES.items()}
_ABOUT = {
    "format": int,
    "kind": str,
    "nlptool": str,
    "config": dict,
    "training": dict,
    "checksum": str,
}
_MAX_DEPTH = 32
_MAX_NAME = 100


@dataclass(frozen=True)
class Place:
    """Where a tensor is in a file.

    Args:
        dtype: numpy's name of its type.
        shape: its shape.
        begin: its first byte.
    """

    dtype: str
    shape: tuple[int, ...]
    begin: int


@dataclass(frozen=True)
class Header:
    """What a header says, checked.

    Args:
        kind: the task's word for the model.
        version: the version of nlptool that wrote it.
        config: the settings.
        training: what the training said of itself.
        checksum: 64 hexadecimal digits that stand once in the header.
        places: name -> place; together they fill the file behind the header.
    """

    kind: str
    version: str
    config: dict[str, Any]
    training: dict[str, Any]
    checksum: str
    places: dict[str, Place]


def write_header(
    kind: str,
    config: Mapping[str, Any],
    training: Mapping[str, Any],
    tensors: Mapping[str, NDArray[Any]],
    *,
    checksum: str = NO_CHECKSUM,
) -> bytes:
    """Return the length and the header, padded so that the data begins at a multiple of 8.

    Raises:
        ValueError: the settings are not JSON or too long, or a tensor has another type.
    """
    table: dict[str, Any] = {}
    end = 0
    for name, array in tensors.items():
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
        "checksum": checksum,
    }
    compact = json.JSONEncoder(allow_nan=False, separators=(",", ":")).encode
    inner = json.JSONEncoder(allow_nan=False, separators=(",", ":"), sort_keys=True).encode(about)
    raw = compact({"__metadata__": {"nlptool": inner}, **table}).encode("ascii")
    raw += b" " * (-len(raw) % 8)
    if len(raw) > MAX_HEADER:
        raise ValueError(f"the settings and the summary of the training need {len(raw):,} bytes")
    return len(raw).to_bytes(8, "little") + raw


def read_header(path: str, raw: bytes, size: int) -> Header:
    """Return what a header says.

    Args:
        path: the file, for messages.
        raw: the header without its length.
        size: of the file, in bytes.

    Raises:
        ModelError: it is not one of ours, too new, or damaged.
    """
    try:
        table = _strict_json(raw.decode("ascii"))
        metadata = table.pop("__metadata__", None)
        if not isinstance(metadata, dict) or "nlptool" not in metadata:
            raise ModelError(f"{path}: a safetensors file, but not written by nlptool")
        if len(metadata) != 1 or not isinstance(metadata["nlptool"], str):
            raise ModelError(f"{path}: its header has more than nlptool writes; it is damaged")
        about = _strict_json(metadata["nlptool"])
    except (ValueError, RecursionError):
        raise ModelError(f"{path}: its header is not valid JSON; it is damaged") from None
    version = about.get("format")
    if type(version) is int and FORMAT < version < 1000:
        raise ModelError(f"{path}: format {version}, expected {FORMAT}; it needs a newer nlptool")
    if (
        set(about) != set(_ABOUT)
        or any(type(about[key]) is not want for key, want in _ABOUT.items())
        or version != FORMAT
        or not 0 < len(about["kind"]) <= _MAX_NAME
    ):
        raise ModelError(f"{path}: its header lacks what a model file has; it is damaged")
    checksum = about["checksum"]
    if len(checksum) != 64 or not checksum.isascii() or raw.count(checksum.encode()) != 1:
        raise ModelError(f"{path}: its checksum is missing; it is damaged")
    places = _places(path, table, 8 + len(raw), size)
    return Header(
        about["kind"], about["nlptool"], about["config"], about["training"], checksum, places
    )


def _places(path: str, table: dict[str, Any], start: int, size: int) -> dict[str, Place]:
    """Return where the tensors are, after checking that they fill the data.

    Args:
        path: the file.
        table: name -> what the header says of the tensor.
        start: where in the file the data begins.
        size: of the file.
    """
    places = {}
    end = start
    for name, entry in table.items():
        if len(name) > _MAX_NAME:
            raise ModelError(f"{path}: a tensor's name has {len(name):,} characters; it is damaged")
        if not isinstance(entry, dict) or set(entry) != {"dtype", "shape", "data_offsets"}:
            raise ModelError(f"{path}: tensor {name!r} is not described; the file is damaged")
        dtype, shape, offsets = entry["dtype"], entry["shape"], entry["data_offsets"]
        if not isinstance(dtype, str) or dtype not in _DTYPES:
            raise ModelError(f"{path}: tensor {name!r} is of an unknown type")
        width = np.dtype(_DTYPES[dtype]).itemsize
        if (
            not (_are_sizes(shape) and len(shape) <= 8 and _are_sizes(offsets))
            # numpy counts the other axes of an empty array too.
            or prod(length or 1 for length in shape) * width >= 2**62
        ):
            raise ModelError(f"{path}: tensor {name!r} has an impossible shape or place")
        n_bytes = prod(shape) * width
        if offsets != [end - start, end - start + n_bytes] or end % width:
            raise ModelError(f"{path}: tensor {name!r} is not where its shape says")
        places[name] = Place(_DTYPES[dtype], tuple(shape), end)
        end += n_bytes
    if end != size:
        raise ModelError(
            f"{path}: {size - start:,} bytes of tensors, expected {end - start:,}; cut short?"
        )
    return places


def _are_sizes(values: object) -> bool:
    return isinstance(values, list) and all(
        type(value) is int and 0 <= value < 2**62 for value in values
    )


def _strict_json(text: str) -> dict[str, Any]:
    """Parse a JSON object as `write_header` writes it.

    Raises:
        ValueError: a key stands twice, a number is not finite, a character is not ASCII or no
            character, it is nested too deeply, or it is no JSON object.
        RecursionError: it is nested much too deeply.
    """

    def unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        found = dict(pairs)
        if len(found) != len(pairs):
            raise ValueError("a key stands twice")
        return found

    def refuse(constant: str) -> None:
        raise ValueError(f"{constant} is not JSON")

    # Anything else would take up to four bytes a character.
    if not text.isascii():
        raise ValueError("not ASCII")
    parsed = json.loads(text, object_pairs_hook=unique, parse_constant=refuse)
    if not isinstance(parsed, dict):
        raise ValueError("not an object")
    _check_value(parsed, 0)
    return parsed


def _check_value(value: object, depth: int) -> None:
    if depth > _MAX_DEPTH:
        raise ValueError("nested too deeply")
    if isinstance(value, str):
        value.encode("utf-8")  # half a surrogate pair is no text
    elif isinstance(value, float):
        if not isfinite(value):
            raise ValueError("a number is too large")
    elif isinstance(value, dict):
        for key, item in value.items():
            key.encode("utf-8")
            _check_value(item, depth + 1)
    elif isinstance(value, list):
        for item in value:
            _check_value(item, depth + 1)
