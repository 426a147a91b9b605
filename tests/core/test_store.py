"""T9: a model file is written once and read by a stranger; a stranger's file harms nobody."""

import gc
import json
import os
import resource
import struct
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from hashlib import sha256
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import safetensors.numpy

from nlptool.core import store
from nlptool.core.header import MAX_HEADER
from nlptool.core.publish import reserve
from nlptool.errors import ModelError, RunError
from tests.faults import in_child

TENSORS: dict[str, store.Array] = {
    "vectors": np.linspace(-1, 1, 60, dtype=np.float32).reshape(6, 10),
    "counts": np.array([9, 7, 5, 3, 2, 1], np.int64),
    "vocabulary": np.frombuffer("经济\n市场\na\nb\nc\nd\n".encode(), np.uint8),
    "ids": np.array([[1, 2], [3, 4]], np.int32),
    "wide": np.array([0.1, 1e300]),
    "scalar": np.array(7, np.int32),
    "empty": np.zeros((0, 5), np.float32),
}
CONFIG: dict[str, Any] = {"dim": 10, "rate": 0.025, "arch": "skipgram", "max_vocab": None}
TRAINING: dict[str, Any] = {"loss": [3.25, 2.5], "segment": "结巴", "deterministic": True}


def save(path: Path, **changes: Any) -> bytes:
    """Save a model; return the file."""
    about = {"config": CONFIG, "training": TRAINING, "tensors": TENSORS} | changes
    store.publish(str(path), "w2v", **about)
    return path.read_bytes()


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    return save(tmp_path_factory.mktemp("model") / "m.w2v")


def test_what_was_saved_is_loaded(tmp_path: Path) -> None:
    save(tmp_path / "m.w2v")
    stored = store.load(str(tmp_path / "m.w2v"), "w2v")
    assert (stored.kind, stored.config, stored.training) == ("w2v", CONFIG, TRAINING)
    assert set(stored.tensors) == set(TENSORS)
    for name, array in TENSORS.items():
        found = stored.tensors[name]
        assert (found.dtype, found.shape) == (array.dtype, array.shape), name
        assert (found == array).all(), name
        assert not found.flags.writeable
        assert found.flags.aligned


def test_a_file_of_ours_is_a_safetensors_file(tmp_path: Path) -> None:
    """An independent reader opens it and finds the same."""
    save(tmp_path / "m.w2v")
    found = safetensors.numpy.load_file(tmp_path / "m.w2v")
    assert set(found) == set(TENSORS)
    for name, array in TENSORS.items():
        assert found[name].dtype == array.dtype
        np.testing.assert_array_equal(found[name], array)
    with safetensors.safe_open(tmp_path / "m.w2v", "numpy") as file:
        assert list(file.metadata()) == ["nlptool"]


def test_saving_what_was_loaded_gives_the_same_bytes(tmp_path: Path, model: bytes) -> None:
    (tmp_path / "m.w2v").write_bytes(model)
    stored = store.load(str(tmp_path / "m.w2v"))
    again = save(
        tmp_path / "again", config=stored.config, training=stored.training, tensors=stored.tensors
    )
    assert again == model


def test_order_and_byte_order_and_memory_layout_make_no_difference(
    tmp_path: Path, model: bytes
) -> None:
    def mixed(values: Mapping[str, Any]) -> dict[str, Any]:
        return dict(reversed(values.items()))

    tensors = mixed(TENSORS) | {
        "vectors": np.asfortranarray(TENSORS["vectors"]),
        "counts": TENSORS["counts"].astype(">i8"),
        "wide": np.array([0.1, 0, 1e300, 0])[::2],
    }
    other = save(
        tmp_path / "m", config=mixed(CONFIG), training=mixed(TRAINING), tensors=mixed(tensors)
    )
    assert other == model


def test_time_hash_order_and_place_make_no_difference(tmp_path: Path) -> None:
    code = """
import sys, numpy as np
from nlptool.core.store import publish
names = {"vectors", "counts", "bias", "contexts", "vocabulary"}
publish(sys.argv[1], "w2v", config={name: 1 for name in names}, training={"words": 3},
        tensors={name: np.arange(4.0) for name in names})
"""
    files = []
    for seed in ("0", "1", "2"):
        path = tmp_path / seed / "m.w2v"
        path.parent.mkdir()
        environment = os.environ | {"PYTHONHASHSEED": seed, "TZ": f"UTC+{seed}", "USER": seed}
        subprocess.run([sys.executable, "-c", code, path], check=True, env=environment)
        files.append(path.read_bytes())
    assert files[0] == files[1] == files[2]
    assert b"/" not in files[0]


def test_a_header_is_bounded_when_written_too(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="need 2,097,"):
        save(tmp_path / "m", training={"loss": "x" * MAX_HEADER})
    with pytest.raises(ValueError, match="not JSON compliant"):
        save(tmp_path / "m", training={"loss": float("nan")})
    with pytest.raises(ValueError, match="tensor 'a' is float16"):
        save(tmp_path / "m", tensors={"a": np.zeros(1, np.float16)})
    assert list(tmp_path.iterdir()) == []


def test_a_reserved_output_is_replaced(tmp_path: Path, model: bytes) -> None:
    path = tmp_path / "m.w2v"
    with reserve(str(path)) as output:
        with pytest.raises(RunError, match="another run is writing it"):
            save(path)
        store.publish(output, "w2v", config=CONFIG, training=TRAINING, tensors=TENSORS)
    assert path.read_bytes() == model


def test_a_tensor_is_what_it_has_to_be(tmp_path: Path) -> None:
    tensors = TENSORS | {"bad": np.array([1, np.nan], np.float32)}
    save(tmp_path / "m", tensors=tensors)
    path = str(tmp_path / "m")
    stored = store.load(path)
    assert stored.tensor("vectors", "float32", (None, 10)).shape == (6, 10)
    assert stored.tensor("scalar", "int32", ()) == 7
    for name, dtype, shape, message in (
        ("nothing", "int32", (1,), "no tensor 'nothing'; the file is damaged"),
        (
            "vectors",
            "float32",
            (6, 11),
            "tensor 'vectors' is float32 6 x 10, expected float32 6 x 11",
        ),
        ("vectors", "float32", (None,), "tensor 'vectors' is float32 6 x 10, expected float32 any"),
        (
            "vectors",
            "float64",
            (6, 10),
            "tensor 'vectors' is float32 6 x 10, expected float64 6 x 10",
        ),
        ("scalar", "int32", (1,), "tensor 'scalar' is int32 scalar, expected int32 1"),
        ("bad", "float32", (2,), "tensor 'bad' has values that are not finite"),
    ):
        with pytest.raises(ModelError) as caught:
            stored.tensor(name, dtype, shape)
        assert str(caught.value) == f"{path}: {message}"


def test_whether_a_file_is_a_model(tmp_path: Path, model: bytes) -> None:
    (tmp_path / "m").write_bytes(model)
    (tmp_path / "text").write_bytes(b"100 5\n{ 1 2 3 4 5\n")
    (tmp_path / "empty").write_bytes(b"")
    os.mkfifo(tmp_path / "pipe")
    assert store.is_model(str(tmp_path / "m"))
    for name in ("text", "empty", "pipe", "nothing", "."):
        assert not store.is_model(str(tmp_path / name)), name


# ---- hostile files ----------------------------------------------------------------------------


def refused(path: Path, content: bytes | None = None, kind: str | None = "w2v") -> str:
    """Return why a file is refused, without its name."""
    if content is not None:
        path.write_bytes(content)
    begun = time.monotonic()
    with pytest.raises(ModelError) as caught:
        store.load(str(path), kind)
    assert time.monotonic() - begun < 1
    where, _, message = str(caught.value).partition(": ")
    assert where == str(path)
    assert "\n" not in message
    return message


def test_every_truncation(tmp_path: Path, model: bytes) -> None:
    assert 1000 < len(model) < 4000
    path = tmp_path / "m"
    path.write_bytes(model)
    for length in reversed(range(len(model))):
        os.truncate(path, length)
        message = refused(path)
        if length < 9:
            assert message == "not an nlptool model file"
        else:
            assert "cut short" in message, length


def test_every_flipped_bit(tmp_path: Path, model: bytes) -> None:
    path = tmp_path / "m"
    path.write_bytes(model)
    with path.open("r+b", buffering=0) as file:
        for place in range(len(model)):
            for bit in range(8):
                file.seek(place)
                file.write(bytes([model[place] ^ 1 << bit]))
                refused(path)
            file.seek(place)
            file.write(model[place : place + 1])
    assert store.load(str(path)).kind == "w2v", "and restored it is whole"


def test_every_inserted_or_doubled_byte_of_the_end(tmp_path: Path, model: bytes) -> None:
    for tail in (b"\0", b" ", b"\n", model[-1:], model):
        assert refused(tmp_path / "m", model + tail).endswith("cut short?")


def header_of(model: bytes) -> tuple[dict[str, Any], dict[str, Any], bytes]:
    """Return (about, table, data) of a good file."""
    (length,) = struct.unpack("<Q", model[:8])
    table = json.loads(model[8 : 8 + length])
    about = json.loads(table.pop("__metadata__")["nlptool"])
    return about, table, model[8 + length :]


def built(
    about: object, table: object, data: bytes, *, metadata: object = None, pad: int = 8
) -> bytes:
    """Return a file with any header and a checksum that is right, where it has one."""
    inner = about if isinstance(about, str) else json.dumps(about)
    whole = {"__metadata__": {"nlptool": inner} if metadata is None else metadata}
    raw = json.dumps(whole | table if isinstance(table, dict) else table).encode()
    return sealed(raw, data, pad=pad)


def sealed(raw: bytes, data: bytes, *, pad: int = 8) -> bytes:
    """Put the right checksum in place of the zeros in a header."""
    raw += b" " * (-len(raw) % pad)
    prefix = struct.pack("<Q", len(raw))
    digest = sha256(prefix + raw + data).hexdigest().encode()
    return prefix + raw.replace(b"0" * 64, digest) + data


def metadata(**changes: object) -> dict[str, object]:
    about = {
        "format": 1,
        "kind": "w2v",
        "nlptool": "0",
        "config": {},
        "training": {},
        "checksum": "0" * 64,
    }
    return about | changes


def entry(dtype: object, shape: object, *offsets: object) -> dict[str, object]:
    return {"dtype": dtype, "shape": shape, "data_offsets": list(offsets)}


A = {"a": entry("F32", [2], 0, 8)}
DATA = bytes(8)
PLAIN = json.dumps(metadata())

JSON = "its header is not valid JSON; it is damaged"
MORE = "its header has more than nlptool writes; it is damaged"
LACKS = "its header lacks what a model file has; it is damaged"
CHECKSUM = "its checksum is missing; it is damaged"
CONTENT = "damaged: its content does not match its checksum"
FOREIGN = "a safetensors file, but not written by nlptool"
UNTYPED = "tensor 'a' is of an unknown type"
IMPOSSIBLE = "tensor 'a' has an impossible shape or place"
PLACE = "tensor 'a' is not where its shape says"
UNDESCRIBED = "tensor 'a' is not described; the file is damaged"


def too_long(length: int) -> str:
    return f"cut short or damaged: its header should have {length} bytes"


def prefixed(length: int, rest: bytes = b"{}" + b" " * 100) -> bytes:
    return struct.pack("<Q", length) + rest


def with_table(**table: object) -> bytes:
    return built(metadata(), table, DATA)


HOSTILE: dict[str, tuple[bytes, str]] = {
    # the length of the header
    "empty": (b"", "not an nlptool model file"),
    "one byte": (b"{", "not an nlptool model file"),
    "text": (b"word 1 2 3\n" * 9, "not an nlptool model file"),
    "a pickle": (b"\x80\x04\x95" + bytes(40), "not an nlptool model file"),
    "a zip": (b"PK\x03\x04" + bytes(40), "not an nlptool model file"),
    "only zeros": (bytes(1000), "not an nlptool model file"),
    "length 0": (prefixed(0), too_long(0)),
    "length 1": (prefixed(1), too_long(1)),
    "length beyond the file": (prefixed(103), too_long(103)),
    "length of 16 MiB": (prefixed(16 << 20), too_long(16 << 20)),
    "length of 2^63": (prefixed(2**63), too_long(2**63)),
    "length -1": (prefixed(2**64 - 1), too_long(2**64 - 1)),
    "length beyond the limit": (
        prefixed(MAX_HEADER + 1, b"{" + b" " * (MAX_HEADER + 1)),
        too_long(MAX_HEADER + 1),
    ),
    # JSON
    "length too short for the JSON": (prefixed(10, b'{"a": [1, 2, 3]}'), JSON),
    "not closed": (sealed(b"{", DATA), JSON),
    "two objects": (sealed(b"{} {}", DATA), JSON),
    "single quotes": (sealed(b"{'a': 1}", DATA), JSON),
    "a trailing comma": (sealed(b'{"a": 1,}', DATA), JSON),
    "not UTF-8": (sealed(b'{"\xff\xfe": 1}', DATA), JSON),
    "not ASCII": (sealed('{"表": 1}'.encode(), DATA), JSON),
    "UTF-16": (prefixed(100, '{"a": 1}'.encode("utf-16-le") + bytes(100)), JSON),
    "a NUL": (sealed(b'{"a": 1\x00}', DATA), JSON),
    "a key twice": (sealed(b'{"a": 1, "a": 2}', DATA), JSON),
    "NaN": (sealed(b'{"a": NaN}', DATA), JSON),
    "Infinity": (sealed(b'{"a": -Infinity}', DATA), JSON),
    "a number that becomes infinite": (sealed(b'{"a": 1e999}', DATA), JSON),
    "an integer of 5,000 digits": (sealed(b'{"a": ' + b"9" * 5000 + b"}", DATA), JSON),
    "nested 100,000 deep": (sealed(b'{"a":' + b"[" * 100_000 + b"]" * 100_000 + b"}", b""), JSON),
    "nested 100 deep": (sealed(b'{"a":' + b"[" * 100 + b"]" * 100 + b"}", DATA), JSON),
    "objects nested 100,000 deep": (sealed(b'{"a":' * 100_000 + b"1" + b"}" * 100_000, b""), JSON),
    "half a surrogate pair": (sealed(b'{"a": "\\ud800"}', DATA), JSON),
    "half a surrogate pair as a key": (sealed(b'{"\\udfff": 1}', DATA), JSON),
    # metadata
    "no metadata": (sealed(json.dumps(A).encode(), DATA), FOREIGN),
    "metadata is a list": (built({}, A, DATA, metadata=[1]), FOREIGN),
    "other metadata": (built({}, A, DATA, metadata={"format": "pt"}), FOREIGN),
    "more metadata": (built({}, A, DATA, metadata={"nlptool": "{}", "x": "y"}), MORE),
    "metadata is no text": (built({}, A, DATA, metadata={"nlptool": {"format": 1}}), MORE),
    "inner JSON is no object": (built([1], A, DATA), JSON),
    "inner JSON is none": (built("{", A, DATA), JSON),
    "inner key twice": (built(PLAIN[:-1] + ', "kind": "crf"}', A, DATA), JSON),
    "inner NaN": (built(metadata(config={"rate": float("nan")}), A, DATA), JSON),
    "inner nesting": (
        built(PLAIN.replace('{"f', '{"x":' + "[" * 99 + "]" * 99 + ',"f'), A, DATA),
        JSON,
    ),
    "a newer format": (
        built(metadata(format=2, new={}), A, DATA),
        "format 2, expected 1; it needs a newer nlptool",
    ),
    "format 0": (built(metadata(format=0), A, DATA), LACKS),
    "format -1": (built(metadata(format=-1), A, DATA), LACKS),
    "format of 400 digits": (built(metadata(format=int("9" * 400)), A, DATA), LACKS),
    "format true": (built(metadata(format=True), A, DATA), LACKS),
    "format 1.0": (built(metadata(format=1.0), A, DATA), LACKS),
    "format as text": (built(metadata(format="1"), A, DATA), LACKS),
    "no kind": (built({"format": 1}, A, DATA), LACKS),
    "an unknown key": (built(metadata(more=1), A, DATA), LACKS),
    "kind is a number": (built(metadata(kind=1), A, DATA), LACKS),
    "kind is empty": (built(metadata(kind=""), A, DATA), LACKS),
    "kind is a book": (built(metadata(kind="w" * 1000), A, DATA), LACKS),
    "config is a list": (built(metadata(config=[]), A, DATA), LACKS),
    "training is null": (built(metadata(training=None), A, DATA), LACKS),
    "another kind": (built(metadata(kind="crf"), A, DATA), "a crf model, expected a w2v model"),
    "another kind with a vowel": (
        built(metadata(kind="orf"), A, DATA),
        "an orf model, expected a w2v model",
    ),
    # the checksum
    "checksum is a number": (built(metadata(checksum=0), A, DATA), LACKS),
    "checksum is empty": (built(metadata(checksum=""), A, DATA), CHECKSUM),
    "checksum is short": (built(metadata(checksum="0" * 63 + "x"), A, DATA)[:-8] + DATA, CONTENT),
    "checksum is one too short": (built(metadata(checksum="a" * 63), A, DATA), CHECKSUM),
    "checksum is one too long": (built(metadata(checksum="a" * 65), A, DATA), CHECKSUM),
    "checksum is not ASCII": (built(metadata(checksum="一" * 64), A, DATA), CHECKSUM),
    "checksum stands twice": (built(metadata(training={"x": "0" * 64}), A, DATA), CHECKSUM),
    "checksum is wrong": (built(metadata(checksum="a" * 64), A, DATA), CONTENT),
    "checksum in capitals": (
        built(metadata(), A, DATA).replace(
            (digest := built(metadata(), A, DATA).split(b'checksum\\": \\"')[1][:64]),
            digest.upper(),
        ),
        CONTENT,
    ),
    # the tensors
    "a tensor is a number": (with_table(a=1), UNDESCRIBED),
    "a tensor without shape": (with_table(a={"dtype": "F32", "data_offsets": [0, 8]}), UNDESCRIBED),
    "a tensor with more": (with_table(a=A["a"] | {"x": 1}), UNDESCRIBED),
    "dtype F16": (with_table(a=entry("F16", [4], 0, 8)), UNTYPED),
    "dtype of numpy": (with_table(a=entry("<f4", [2], 0, 8)), UNTYPED),
    "dtype object": (with_table(a=entry("O", [1], 0, 8)), UNTYPED),
    "dtype is a list": (with_table(a=entry(["F32"], [2], 0, 8)), UNTYPED),
    "dtype of another width": (with_table(a=entry("F64", [2], 0, 8)), PLACE),
    "shape is negative": (with_table(a=entry("F32", [-2], 0, 8)), IMPOSSIBLE),
    "shape is twice negative": (with_table(a=entry("F32", [-1, -2], 0, 8)), IMPOSSIBLE),
    "shape is text": (with_table(a=entry("F32", "2", 0, 8)), IMPOSSIBLE),
    "shape of fractions": (with_table(a=entry("F32", [2.0], 0, 8)), IMPOSSIBLE),
    "shape of truths": (with_table(a=entry("U8", [True] * 3 + [8], 0, 8)), IMPOSSIBLE),
    "shape of nine axes": (with_table(a=entry("F32", [1] * 8 + [2], 0, 8)), IMPOSSIBLE),
    "shape of a million axes": (with_table(a=entry("U8", [1] * 600_000, 0, 8)), IMPOSSIBLE),
    "shape of 2^64": (with_table(a=entry("U8", [2**64], 0, 8)), IMPOSSIBLE),
    "shape that overflows to 8": (with_table(a=entry("U8", [2**61 + 1, 8], 0, 8)), IMPOSSIBLE),
    "shape that is empty and huge": (with_table(a=entry("U8", [0, 2**61, 4], 0, 0)), IMPOSSIBLE),
    "shape larger than the data": (with_table(a=entry("F32", [2**40], 0, 8)), PLACE),
    "offsets beyond the data": (
        with_table(a=entry("F32", [2**40], 0, 2**42)),
        "8 bytes of tensors, expected 4,398,046,511,104; cut short?",
    ),
    "offsets turned round": (with_table(a=entry("F32", [2], 8, 0)), PLACE),
    "offsets negative": (with_table(a=entry("F32", [2], -8, 0)), IMPOSSIBLE),
    "one offset": (with_table(a=entry("F32", [2], 0)), PLACE),
    "three offsets": (with_table(a=entry("F32", [2], 0, 8, 8)), PLACE),
    "a gap": (with_table(b=entry("U8", [2], 0, 2), a=entry("U8", [4], 4, 8)), PLACE),
    "an overlap": (with_table(b=entry("U8", [5], 0, 5), a=entry("U8", [4], 4, 8)), PLACE),
    "the same place twice": (with_table(b=A["a"], a=A["a"]), PLACE),
    "not aligned": (
        built(metadata(), {"b": entry("U8", [1], 0, 1), "a": entry("F32", [2], 1, 9)}, bytes(9)),
        PLACE,
    ),
    "a header that unaligns": (
        built(metadata(kind="w2v"), {"a": entry("F64", [1], 0, 8)}, DATA, pad=1009),
        PLACE,
    ),
    "no tensors, but data": (with_table(), "8 bytes of tensors, expected 0; cut short?"),
    "a name of 101": (
        with_table(**{"n" * 101: A["a"]}),
        "a tensor's name has 101 characters; it is damaged",
    ),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile(tmp_path: Path, name: str) -> None:
    content, message = HOSTILE[name]
    assert refused(tmp_path / "m", content) == message


def test_what_the_hostile_ones_were_made_from_is_good(tmp_path: Path) -> None:
    (tmp_path / "m").write_bytes(built(metadata(), A, DATA))
    assert store.load(str(tmp_path / "m"), "w2v").tensors["a"].tolist() == [0, 0]


def test_no_tensors_at_all(tmp_path: Path) -> None:
    (tmp_path / "m").write_bytes(built(metadata(), {}, b""))
    assert store.load(str(tmp_path / "m")).tensors == {}


def test_foreign_safetensors(tmp_path: Path) -> None:
    for about in (None, {"format": "np"}):
        safetensors.numpy.save_file({"a": np.zeros(3)}, tmp_path / "m", metadata=about)
        assert refused(tmp_path / "m") == FOREIGN


def test_what_is_no_regular_file(tmp_path: Path) -> None:
    special = "not a regular file, expected a model file"
    os.mkfifo(tmp_path / "pipe")
    assert refused(tmp_path / "pipe") == special
    assert refused(Path("/dev/zero")) == special
    assert refused(Path("/dev/null")) == special
    assert refused(tmp_path) == "cannot be read: Is a directory"
    assert refused(tmp_path / "none") == "cannot be read: No such file or directory"
    (tmp_path / "loop").symlink_to("loop")
    assert refused(tmp_path / "loop") == "cannot be read: Too many levels of symbolic links"


@pytest.mark.skipif(os.getuid() == 0, reason="root may read anything")
def test_what_may_not_be_read(tmp_path: Path, model: bytes) -> None:
    (tmp_path / "m").write_bytes(model)
    (tmp_path / "m").chmod(0)
    assert refused(tmp_path / "m") == "cannot be read: Permission denied"


def _costs() -> dict[str, Callable[[], bytes]]:
    """Return files that ask for much; what they are made of is not counted."""

    def inner(text: str) -> bytes:
        return built(text[: MAX_HEADER - 200], {}, b"")

    def outer(text: bytes) -> bytes:
        return sealed(text, b"", pad=1)

    size = MAX_HEADER - 100
    return {
        "objects": lambda: outer(b'{"a":[' + b"{}," * (size // 3) + b"1]}"),
        "lists": lambda: outer(b'{"a":[' + b"[]," * (size // 3) + b"1]}"),
        "keys": lambda: outer(
            b"{" + b",".join(b'"%x":0' % n for n in range(size // 10)) + b',"a":1}'
        ),
        "numbers": lambda: outer(b'{"a":[' + b"1.5," * (size // 4) + b"1]}"),
        "wide text": lambda: outer(b'{"a":"\\ud83d\\ude00' + b"a" * size + b'"}'),
        "inner lists": lambda: inner('{"a":[' + "[]," * (size // 3) + "1]}"),
        "inner text": lambda: inner('{"a":"' + "a" * (size - 400) + '"}'),
        "tensors": lambda: built(
            metadata(), {f"{n:x}": entry("U8", [0], 0, 0) for n in range(size // 70)}, b""
        )[:-1],
        "escaped inner text": lambda: outer(
            b'{"__metadata__":{"nlptool":"' + b"\\u007b" * (size // 6) + b'"}}'
        ),
    }


@pytest.mark.skipif(not Path("/proc/self/clear_refs").exists(), reason="Linux measures it")
@pytest.mark.parametrize("name", _costs())
def test_what_asks_for_much_gets_little(tmp_path: Path, name: str) -> None:
    """Under 1 s and 200 MB, the interpreter with numpy included."""
    path = tmp_path / "m"
    path.write_bytes(_costs()[name]())
    assert path.stat().st_size < MAX_HEADER + 100

    def check() -> None:
        # What the tests before this one left is not searched for garbage in its second.
        gc.freeze()
        resource.setrlimit(resource.RLIMIT_CPU, (1, 1))
        Path("/proc/self/clear_refs").write_text("5")  # the peak starts again
        before = memory("VmRSS")
        with pytest.raises(ModelError):
            store.load(str(path))
        print(memory("VmHWM") - before)

    end = in_child(check)
    assert (end.code, end.stderr) == (0, "")
    assert int(end.stdout) < 120_000, "kB; Python with numpy has 60,000"


def memory(what: str) -> int:
    """Return a line of /proc/self/status, in kB."""
    lines = Path("/proc/self/status").read_text("utf-8").splitlines()
    return int(next(line for line in lines if line.startswith(what)).split()[1])


def test_a_sparse_file_of_a_terabyte(tmp_path: Path) -> None:
    """What is not there is not read."""
    path = tmp_path / "m"
    for prefix in (prefixed(0), prefixed(2**40), prefixed(102), built(metadata(), A, DATA)):
        path.write_bytes(prefix)
        try:
            os.truncate(path, 2**40)
        except OSError:
            pytest.skip("no sparse files here")
        refused(path)
    path.unlink()
