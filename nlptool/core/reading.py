"""Which encoding a corpus is in: as named, by its byte order mark, or by its bytes."""

import codecs
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain

from nlptool.errors import ConfigError, CorpusError

_MARKS = (
    ("utf-32-le", codecs.BOM_UTF32_LE),
    ("utf-32-be", codecs.BOM_UTF32_BE),
    ("utf-8", codecs.BOM_UTF8),
    ("utf-16-le", codecs.BOM_UTF16_LE),
    ("utf-16-be", codecs.BOM_UTF16_BE),
    ("gb18030", b"\x84\x31\x95\x33"),
)

_STATEFUL = ("hz", "iso2022", "utf-7", "idna", "punycode", "unicode-escape", "raw-unicode-escape")
"""Codecs whose meaning at one place depends on lines before, or that write no plain text."""

_SURE = 8
"""Characters beyond ASCII that are valid UTF-8 before the first fault, to call a text UTF-8.

A two-byte character of GB18030 is also valid UTF-8 in about 13 cases of 100.
"""


@dataclass(frozen=True)
class Reading:
    """How the bytes of a corpus become text.

    Args:
        encoding: a codec's name as Python knows it, or "auto": a byte order mark, then strict
            UTF-8, then strict GB18030, decided where the first bytes beyond ASCII stand.
            "utf-16" and "utf-32" expect a byte order mark.
        on_bad_line: for a line that is not valid: "stop" (an error), "skip" (leave it out)
            or "replace" (put U+FFFD for what is not valid). A line longer than a block is
            judged piece by piece.

    Raises:
        ConfigError: an unknown encoding, or one whose lines cannot be told apart; another
            word than these for `on_bad_line`.
    """

    encoding: str = "utf-8"
    on_bad_line: str = "stop"

    def __post_init__(self) -> None:
        if self.on_bad_line not in ("stop", "skip", "replace"):
            raise ConfigError(f"on-bad-line {self.on_bad_line}: expected stop, skip or replace")
        if self.encoding == "auto":
            return
        try:
            name = codecs.lookup(self.encoding).name
            "\n".encode(self.encoding)
        except (LookupError, ValueError):
            raise ConfigError(
                f"encoding {self.encoding}: unknown, "
                "expected auto, utf-8, gb18030, gbk, big5, utf-16 or another codec of Python"
            ) from None
        if name.replace("_", "-").startswith(_STATEFUL):
            raise ConfigError(
                f"encoding {self.encoding}: cannot be read line by line; "
                "convert the corpus to UTF-8 first"
            )


def shown_codec(codec: str) -> str:
    """Return a codec's name as people write it."""
    return codecs.lookup(codec).name.upper()


def begin(
    chunks: Iterator[bytes], encoding: str, where: str
) -> tuple[str | None, bytes, Iterator[bytes]]:
    """Look at how a file begins.

    Args:
        chunks: the file's bytes, decompressed.
        encoding: a codec's name or "auto".
        where: the file's name, for messages.

    Returns:
        The codec as Python calls it (None: "auto" cannot tell yet), the byte order mark (empty
        if there is none), and the bytes after it.

    Raises:
        CorpusError: no byte order mark where one is needed, or one of another encoding.
    """
    head = b""
    for chunk in chunks:
        head += chunk
        if not any(len(head) < len(mark) and mark.startswith(head) for _, mark in _MARKS):
            break
    found, mark = next(((c, m) for c, m in _MARKS if head.startswith(m)), (None, b""))
    wanted = encoding if encoding == "auto" else codecs.lookup(encoding).name
    wanted = "utf-8" if wanted == "utf-8-sig" else wanted
    codec: str | None = wanted
    if wanted == "auto":
        codec = found
    elif wanted in ("utf-16", "utf-32"):
        if head and (found is None or not found.startswith(wanted)):
            raise CorpusError(
                f"{where}: no byte order mark, expected one of {wanted.upper()}; "
                f"use --encoding {wanted}-le or {wanted}-be"
            )
        codec = found or f"{wanted}-le"
    elif wanted == "utf-8" and found and found.startswith(("utf-16", "utf-32")):
        general = found[:6]
        raise CorpusError(
            f"{where}: byte 0 (line 1): not valid UTF-8; "
            f"it begins as {general.upper()}: use --encoding {general}"
        )
    elif wanted != found:
        mark = b""
    return codec, mark, chain((head[len(mark) :],), chunks)


def guess(raw: bytes, *, final: bool) -> str | None:
    """Return UTF-8 or GB18030, or None while there is nothing but ASCII.

    UTF-8 is tried first: it is hardly ever valid by chance, while most UTF-8 is also valid
    GB18030. Where neither holds it is the one that holds longer.

    Args:
        raw: some text.
        final: nothing follows, so that a character that is cut off is a fault.
    """
    if raw.isascii():
        return None
    utf8 = _fault(raw, "utf-8", final=final)
    if utf8 is None:
        return "utf-8"
    before = raw[:utf8].decode()
    if len(before) - len(before.encode("ascii", "ignore")) >= _SURE:
        return "utf-8"
    gb18030 = _fault(raw, "gb18030", final=final)
    return "gb18030" if gb18030 is None or gb18030 > utf8 else "utf-8"


def _fault(raw: bytes, codec: str, *, final: bool) -> int | None:
    """Return the offset of the first byte that is not valid, None if there is none."""
    try:
        codecs.getincrementaldecoder(codec)().decode(raw, final)
    except UnicodeDecodeError as error:
        return error.start
    return None
