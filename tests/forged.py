"""Model files as strangers could write them: anything in the header, its checksum right."""

import json
import struct
from hashlib import sha256
from pathlib import Path
from typing import Any, NamedTuple

from hypothesis import strategies as st

NUMBERS = st.integers() | st.floats() | st.sampled_from([0, -1, 2**31, 2**62, 2**64, 10**400])
WORDS = st.text(max_size=5) | st.sampled_from(["F32", "I64", "U8", "w2v", "cbow", "pmi", "\ud800"])
VALUES = st.recursive(
    st.none() | st.booleans() | NUMBERS | WORDS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(WORDS, inner, max_size=3),
    max_leaves=6,
)


class Parts(NamedTuple):
    """A model file taken apart: its path, what its header says with both JSONs parsed, the data."""

    path: Path
    header: dict[str, Any]
    data: bytes


def parts_of(path: Path) -> Parts:
    """Return the parts of a good file."""
    raw = path.read_bytes()
    length = struct.unpack("<Q", raw[:8])[0]
    header = json.loads(raw[8 : 8 + length])
    header["__metadata__"]["nlptool"] = json.loads(header["__metadata__"]["nlptool"])
    return Parts(path, header, raw[8 + length :])


def forge(data: st.DataObject, good: Parts) -> None:
    """Write the file with one value or name of its header replaced by anything."""
    header = json.loads(json.dumps(good.header))
    way = data.draw(st.sampled_from(places(good.header)))
    parent = header
    for key in way[:-1]:
        parent = parent[key]
    if data.draw(st.booleans()) or isinstance(parent, list):
        parent[way[-1]] = data.draw(VALUES)
    else:
        parent[data.draw(WORDS)] = parent.pop(way[-1])
    good.path.write_bytes(sealed(header, good.data))


def places(value: object, above: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Return the way to everything in a JSON value."""
    found = [above] if above else []
    if isinstance(value, dict):
        pairs = list(value.items())
    else:
        pairs = list(enumerate(value)) if isinstance(value, list) else []
    for key, inner in pairs:
        found += places(inner, (*above, key))
    return found


def sealed(header: dict[str, Any], data: bytes) -> bytes:
    """Return the file with the right checksum, wherever the header still has room for one."""
    metadata = header.get("__metadata__")
    if isinstance(metadata, dict) and isinstance(about := metadata.get("nlptool"), dict):
        if "checksum" in about and isinstance(about["checksum"], str):
            about = about | {"checksum": "0" * 64}
        header = header | {"__metadata__": metadata | {"nlptool": json.dumps(about)}}
    raw = json.dumps(header).encode()
    raw += b" " * (-len(raw) % 8)
    prefix = struct.pack("<Q", len(raw))
    return prefix + raw.replace(b"0" * 64, sha256(prefix + raw + data).hexdigest().encode()) + data
