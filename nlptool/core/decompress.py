"""Compressed bytes to plain bytes: gzip, bzip2, xz and zstd, recognised by content.

Several members in a row are read whole. A stream that is cut short, damaged, or followed
by something else is an error, and each step's output is bounded, so that memory stays
constant whatever a hostile file unfolds to. Files are opened in corpus.py.
"""

import bz2
import lzma
import re
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import chain
from pathlib import PurePosixPath
from typing import Any, cast

import zstandard

from nlptool.errors import CorpusError

BLOCK = 1 << 20
"""Bytes that a block of plain text has, about."""

_MEMORY = 256 << 20
"""Bytes that an xz dictionary may take: `xz -9` needs 65 MiB. zstd has a limit of its own."""

_DAMAGE = (zlib.error, lzma.LZMAError, zstandard.ZstdError, OSError, EOFError)


@dataclass(frozen=True)
class _Format:
    """One kind of compression.

    Args:
        name: as people call it.
        suffix: of a file's name; it decides only where the content is too short to tell.
        start: the bytes that every member begins with.
        content: what a member's beginning must match, `n_content` bytes long at most.
        n_content: see `content`.
        step: bytes of input at a time; where a decompressor cannot bound its output itself,
            this does: zlib gives up to 1,032 bytes for one, zstd 32,768.
        member: makes the decompressor of one member.
    """

    name: str
    suffix: str
    start: bytes
    content: re.Pattern[bytes]
    n_content: int
    step: int
    member: Callable[[], Any]


_FORMATS = (
    _Format(
        "gzip",
        ".gz",
        b"\x1f\x8b",
        re.compile(rb"\x1f\x8b\x08"),
        3,
        1 << 14,
        lambda: zlib.decompressobj(31),
    ),
    _Format(
        # "BZh" alone could be text, so the first block's mark, or the end's, is asked for too.
        "bzip2",
        ".bz2",
        b"BZh",
        re.compile(rb"BZh[1-9](1AY&SY|\x17rE8P\x90)"),
        10,
        1 << 16,
        bz2.BZ2Decompressor,
    ),
    _Format(
        "xz",
        ".xz",
        b"\xfd7zXZ\0",
        re.compile(rb"\xfd7zXZ\0"),
        6,
        1 << 16,
        lambda: lzma.LZMADecompressor(lzma.FORMAT_XZ, memlimit=_MEMORY),
    ),
    _Format(
        # The second form is a skippable frame, which some compressors write first.
        "zstd",
        ".zst",
        b"\x28\xb5\x2f\xfd",
        re.compile(rb"\x28\xb5\x2f\xfd|[\x50-\x5f]\x2a\x4d\x18"),
        4,
        1 << 10,
        lambda: zstandard.ZstdDecompressor().decompressobj(write_size=1 << 16),
    ),
)


def unpack(chunks: Iterator[bytes], where: str) -> Iterator[bytes]:
    """Yield a file's content, decompressed if it is compressed.

    Args:
        chunks: the file's bytes as stored.
        where: the file's name, for messages. A name that ends as a compressed file's does
            makes an empty or barely begun file an error instead of a text.

    Yields:
        Bytes, not empty; at most `BLOCK` each if the file is compressed. Output never waits
        for the next of `chunks`.

    Raises:
        CorpusError: the compressed stream is cut short, damaged, or followed by something else.
    """
    head = b""
    for chunk in chunks:
        head += chunk
        if not any(_could_begin(form, head) for form in _FORMATS):
            break
    form = _recognise(head, where)
    if form is not None:
        yield from _blocks(_decompress(form, chain((head,), chunks), where))
    elif head:
        yield head
        yield from chunks


def _could_begin(form: _Format, head: bytes) -> bool:
    """Return whether more bytes are needed to tell if `head` begins such a file."""
    return len(head) < form.n_content and head[: len(form.start)] == form.start[: len(head)]


def _recognise(head: bytes, where: str) -> _Format | None:
    """Return the compression of a file that begins with `head`, None if there is none."""
    for form in _FORMATS:
        if form.content.match(head):
            return form
        if PurePosixPath(where).suffix == form.suffix and _could_begin(form, head):
            return form
    return None


def _decompress(form: _Format, chunks: Iterator[bytes], where: str) -> Iterator[bytes | None]:
    """Yield the content of every member bit by bit, and None after each of `chunks`.

    Zero bytes between members, and after the last, are padding.
    """
    member: Any = form.member()
    pending = b""
    n_read = 0
    for chunk in chunks:
        for start in range(0, len(chunk), form.step):
            piece = chunk[start : start + form.step]
            n_read += len(piece)
            pending += piece
            while pending:
                if member is None:
                    pending = pending.lstrip(b"\0")
                    if len(pending) < form.n_content:
                        break
                    if not form.content.match(pending):
                        raise _tail(form, where, n_read - len(pending))
                    member = form.member()
                yield _unfold(form, member, pending, where, n_read)
                while not (member.eof or getattr(member, "needs_input", True)):
                    yield _unfold(form, member, b"", where, n_read)
                pending = member.unused_data if member.eof else b""
                if member.eof:
                    member = None
        yield None
    if member is not None:
        raise CorpusError(f"{where}: {form.name} data cut short, at byte {n_read}")
    if pending:
        raise _tail(form, where, n_read - len(pending))


def _unfold(form: _Format, member: Any, piece: bytes, where: str, n_read: int) -> bytes:
    """Return what a decompressor makes of `piece`, or of what it still holds."""
    try:
        if hasattr(member, "needs_input"):
            return cast(bytes, member.decompress(piece, BLOCK))
        return cast(bytes, member.decompress(piece))
    except _DAMAGE as error:
        if "memory" in str(error).lower():
            raise CorpusError(f"{where}: {form.name} data that needs too much memory") from None
        raise CorpusError(
            f"{where}: damaged {form.name} data, at or before byte {n_read}"
        ) from None


def _blocks(parts: Iterator[bytes | None]) -> Iterator[bytes]:
    """Yield the parts joined to blocks; None sends on what there is."""
    held: list[bytes] = []
    n_held = 0
    for part in parts:
        if part:
            held.append(part)
            n_held += len(part)
        if n_held >= BLOCK or (n_held and part is None):
            joined = b"".join(held)
            for start in range(0, n_held, BLOCK):
                yield joined[start : start + BLOCK]
            held, n_held = [], 0


def _tail(form: _Format, where: str, position: int) -> CorpusError:
    """Return the error for something else after the compressed data."""
    return CorpusError(
        f"{where}: byte {position}: not {form.name} data, expected the end of the file"
    )
