"""T11: a header with anything in it, its checksum right, is refused in words or is a model."""

import json
import struct
from hashlib import sha256
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from nlptool.core import store
from nlptool.errors import ModelError
from nlptool.w2v.config import Config
from nlptool.w2v.model import KIND, from_stored

NUMBERS = st.integers() | st.floats() | st.sampled_from([0, -1, 2**31, 2**62, 2**64, 10**400])
WORDS = st.text(max_size=5) | st.sampled_from(["F32", "I64", "U8", "w2v", "cbow", "pmi", "\ud800"])
VALUES = st.recursive(
    st.none() | st.booleans() | NUMBERS | WORDS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(WORDS, inner, max_size=3),
    max_leaves=6,
)


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, Any], bytes]:
    """Return a path, what a good header there says with both JSONs parsed, and the data."""
    path = tmp_path_factory.mktemp("model") / "m.w2v"
    tensors = {
        "vocabulary": np.frombuffer("一\n二\n三\n".encode(), np.uint8),
        "counts": np.array([3, 2, 1], np.int64),
        "vectors": np.ones((3, 2), np.float32),
        "bias": np.zeros(3, np.float32),
    }
    config = vars(Config(dim=2).settled())
    store.publish(str(path), KIND, config=config, training={"loss": [1.5]}, tensors=tensors)
    raw = path.read_bytes()
    length = struct.unpack("<Q", raw[:8])[0]
    header = json.loads(raw[8 : 8 + length])
    header["__metadata__"]["nlptool"] = json.loads(header["__metadata__"]["nlptool"])
    return path, header, raw[8 + length :]


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


@settings(max_examples=400, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_anything_anywhere_in_the_header(
    model: tuple[Path, dict[str, Any], bytes], data: st.DataObject
) -> None:
    path, good, tensors = model
    header = json.loads(json.dumps(good))
    way = data.draw(st.sampled_from(places(good)))
    parent = header
    for key in way[:-1]:
        parent = parent[key]
    if data.draw(st.booleans()) or isinstance(parent, list):
        parent[way[-1]] = data.draw(VALUES)
    else:
        parent[data.draw(WORDS)] = parent.pop(way[-1])
    path.write_bytes(sealed(header, tensors))
    try:
        stored = store.load(str(path), KIND)
        answer = from_stored(stored).predict([0, 1])
    except ModelError as error:
        assert str(error).startswith(f"{path}: ")
        return
    assert len(answer) == 3
    json.dumps(stored.config | stored.training, allow_nan=False).encode()


@settings(max_examples=200, deadline=None, suppress_health_check=list(HealthCheck))
@given(content=st.binary(max_size=300))
@example(b"")
def test_any_bytes_after_any_length(
    model: tuple[Path, dict[str, Any], bytes], content: bytes
) -> None:
    path, _, _ = model
    path.write_bytes(struct.pack("<Q", max(len(content) - 8, 2)) + b"{" + content)
    with pytest.raises(ModelError):
        store.load(str(path))
