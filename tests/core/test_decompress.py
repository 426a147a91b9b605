"""Compressed streams: whole, in members, damaged in every way, and far too large."""

import bz2
import gzip
import lzma
import os
import random
import subprocess
import sys
import zlib
from pathlib import Path

import pytest
import zstandard

from nlptool.core.decompress import BLOCK, unpack
from nlptool.errors import CorpusError

PACK = {
    ".gz": lambda data: gzip.compress(data, mtime=0),
    ".bz2": bz2.compress,
    ".xz": lzma.compress,
    ".zst": lambda data: zstandard.ZstdCompressor(write_checksum=True).compress(data),
}
NAME = {".gz": "gzip", ".bz2": "bzip2", ".xz": "xz", ".zst": "zstd"}
KINDS = list(PACK)
TEXT = "".join(random.Random(1).choices("春江花月夜张若虚\n", k=60_000)).encode()


def chunks(data: bytes, size: int = 4096):
    return (data[i : i + size] for i in range(0, len(data), size))


def whole(data: bytes, where: str = "a", size: int = 4096) -> bytes:
    return b"".join(unpack(chunks(data, size), where))


def fault(data: bytes, where: str) -> str:
    with pytest.raises(CorpusError) as caught:
        whole(data, where)
    return str(caught.value)


@pytest.mark.parametrize("size", [1, 3, 1000, 1 << 20])
@pytest.mark.parametrize("kind", KINDS)
def test_whole(kind, size):
    text = TEXT[:3000]
    assert whole(PACK[kind](text), size=size) == text
    assert whole(PACK[kind](b""), size=size) == b""


@pytest.mark.parametrize("size", [1, 1000])
@pytest.mark.parametrize("kind", KINDS)
def test_members(kind, size):
    packed = PACK[kind](b"one ") + PACK[kind](b"") + PACK[kind](TEXT[:999]) + PACK[kind](b"z")
    assert whole(packed, size=size) == b"one " + TEXT[:999] + b"z"
    assert whole(PACK[kind](b"x") * 5000, size=1000) == b"x" * 5000


@pytest.mark.parametrize("kind", KINDS)
def test_zero_padding(kind):
    packed = PACK[kind](b"text")
    assert whole(packed + bytes(512)) == b"text"
    assert whole(packed + bytes(512) + packed) == b"texttext"


def test_zstd_skippable_frames():
    skip = b"\x53\x2a\x4d\x18\x03\0\0\0abc"
    packed = PACK[".zst"](b"text")
    assert whole(skip + packed + skip, size=100) == b"text"


@pytest.mark.parametrize("text", [b"", b"B", b"BZ", b"BZh9 is a name\n", b"(\n", b"P*", b"\x1f"])
def test_text_that_begins_like_an_archive(text):
    assert whole(text, "a.txt", 1) == text
    assert whole(text, "-", 1) == text


def test_text_under_an_archive_s_name():
    assert whole(b"plain text", "a.gz") == b"plain text"
    assert whole(PACK[".xz"](b"text"), "a.gz") == b"text"


def test_output_does_not_wait_for_more_input():
    packed = PACK[".gz"](b"one\n")

    def source():
        yield packed
        raise AssertionError("asked too early")

    assert next(unpack(source(), "stdin")) == b"one\n"


@pytest.mark.parametrize("keep", [0, 1, 0.5, -1, -4, -8])
@pytest.mark.parametrize("kind", KINDS)
def test_cut_short(kind, keep):
    packed = PACK[kind](TEXT)
    cut = packed[: len(packed) // 2 if keep == 0.5 else keep]
    where = f"corpora/a{kind}"
    assert fault(cut, where) == f"{where}: {NAME[kind]} data cut short, at byte {len(cut)}"


@pytest.mark.parametrize("kind", KINDS)
def test_every_cut_of_a_small_archive(kind):
    packed = PACK[kind](b"a short text, a short text")
    for n in range(len(packed)):
        assert fault(packed[:n], f"a{kind}").endswith(f"data cut short, at byte {n}")


@pytest.mark.parametrize("garbage", [b"garbage at the end", b"x", b"\0\0x", b"\x1f\x8b", b"BZh"])
@pytest.mark.parametrize("kind", KINDS)
def test_garbage_tail(kind, garbage):
    packed = PACK[kind](TEXT)
    at = len(packed) + garbage.count(b"\0")
    assert fault(packed + garbage, "a") == (
        f"a: byte {at}: not {NAME[kind]} data, expected the end of the file"
    )


@pytest.mark.parametrize("kind", KINDS)
def test_flipped_byte(kind):
    packed = PACK[kind](TEXT)
    for at in range(40, len(packed) - 20, len(packed) // 20):
        wrong = packed[:at] + bytes([packed[at] ^ 0x55]) + packed[at + 1 :]
        assert "data" in fault(wrong, "a")
    half = len(packed) // 2
    wrong = packed[:half] + bytes(b ^ 0xFF for b in packed[half : half + 64]) + packed[half + 64 :]
    message = fault(wrong, "a")
    assert message.startswith(f"a: damaged {NAME[kind]} data, at or before byte ")
    assert half <= int(message.rsplit(" ", 1)[1]) <= len(packed)


@pytest.mark.parametrize("kind", KINDS)
def test_any_flip_in_a_small_archive_is_an_error_or_harmless(kind):
    text = b"a short text, a short text"
    packed = PACK[kind](text)
    for at in range(len(packed)):
        for bit in range(8):
            wrong = packed[:at] + bytes([packed[at] ^ 1 << bit]) + packed[at + 1 :]
            try:
                got = whole(wrong, f"a{kind}")
            except CorpusError:
                continue
            assert got in (text, wrong)  # a header's free fields, or no archive any more


def test_too_much_memory():
    packed = bytearray(lzma.compress(b"text"))
    # Claim a dictionary of 1 GiB in the first block's header, and correct its checksum.
    packed[packed.index(b"\x21\x01") + 2] = 36
    end = 12 + packed[12] * 4
    packed[end : end + 4] = zlib.crc32(packed[12:end]).to_bytes(4, "little")
    assert fault(bytes(packed), "a") == "a: xz data that needs too much memory"
    window = zstandard.ZstdCompressionParameters(window_log=29)
    stream = zstandard.ZstdCompressor(compression_params=window).compressobj()
    packed = stream.compress(b"text") + stream.flush()
    assert fault(packed, "a") == "a: zstd data that needs too much memory"


BOMB = """
import resource, sys
from nlptool.core.decompress import unpack
def peak():
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
base = peak()
with open(sys.argv[1], "rb") as file:
    n = most = 0
    for block in unpack(iter(lambda: file.read(1 << 20), b""), sys.argv[1]):
        n += len(block)
        most = max(most, len(block))
print(n, most, (peak() - base) // 1024)
"""


@pytest.mark.parametrize("kind", KINDS)
def test_bomb(kind, tmp_path):
    n = 256 << 20
    path = tmp_path / f"bomb{kind}"
    packed = PACK[kind](bytes(1 << 24))
    path.write_bytes(packed * (n >> 24) if kind != ".zst" else PACK[kind](bytes(n)))
    done = subprocess.run(
        [sys.executable, "-c", BOMB, path], capture_output=True, text=True, check=True,
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])},
    )  # fmt: skip
    got, most, rise = map(int, done.stdout.split())
    assert got == n
    assert most <= BLOCK
    assert rise < 120
