"""T11: a header with anything in it, its checksum right, is refused in words or is a model."""

import json
import struct

import numpy as np
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from nlptool.core import store
from nlptool.errors import ModelError
from nlptool.w2v.config import Config
from nlptool.w2v.model import KIND, from_stored
from tests.forged import Parts, forge, parts_of


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Parts:
    """Return a good file, taken apart."""
    path = tmp_path_factory.mktemp("model") / "m.w2v"
    tensors = {
        "vocabulary": np.frombuffer("一\n二\n三\n".encode(), np.uint8),
        "counts": np.array([3, 2, 1], np.int64),
        "vectors": np.ones((3, 2), np.float32),
        "bias": np.zeros(3, np.float32),
    }
    config = vars(Config(dim=2).settled())
    store.publish(str(path), KIND, config=config, training={"loss": [1.5]}, tensors=tensors)
    return parts_of(path)


@settings(max_examples=400, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_anything_anywhere_in_the_header(model: Parts, data: st.DataObject) -> None:
    path = model.path
    forge(data, model)
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
def test_any_bytes_after_any_length(model: Parts, content: bytes) -> None:
    path, _, _ = model
    path.write_bytes(struct.pack("<Q", max(len(content) - 8, 2)) + b"{" + content)
    with pytest.raises(ModelError):
        store.load(str(path))
