"""Text in any encoding to blocks of clean UTF-8.

Here are invalid lines, NUL bytes, line ends and lines without an end. Which encoding it is
stands in reading.py; files are opened in corpus.py and decompressed in decompress.py. All
works on whole lines of raw bytes, found by the encoding's newline, so that one wrong byte
spoils one line and its position is known exactly.
"""

import codecs
from collections.abc import Iterator

from nlptool.core.decompress import BLOCK
from nlptool.core.reading import Reading, begin, guess, shown_codec
from nlptool.core.report import Note, Report
from nlptool.errors import CorpusError


def utf8_blocks(
    chunks: Iterator[bytes], reading: Reading, where: str, report: Report, size: int = BLOCK
) -> Iterator[bytes]:
    r"""Yield one file's text as blocks of valid UTF-8.

    Args:
        chunks: the file's bytes, decompressed, at most `size` at a time.
        reading: the encoding, and what becomes of lines that are not valid.
        where: the file's name, for messages.
        report: is told what "auto" chose unless it is UTF-8, and how many lines were bad.
        size: bytes of a line after which it is cut, at least 16.

    Yields:
        Blocks without a byte order mark and NUL, "\r\n" as "\n", a lone "\r" as it is. A block
        ends with "\n", unless its last line goes on in the next block; the last ends with "\n".

    Raises:
        CorpusError: text that is not valid, with the offset of the first wrong byte among the
            decompressed bytes, from 0, and its line, from 1; a NUL; no byte order mark where
            one is needed.
    """
    position, n_lines, n_bad, going_on = 0, 0, 0, False
    told = "utf-8" if reading.encoding == "auto" else reading.encoding
    first, mark, chunks = begin(chunks, reading.encoding, where)
    position += len(mark)
    for raw, codec, last in _pieces(chunks, first, size):
        newline = "\n".encode(codec)
        if reading.encoding == "auto" and codec != told:
            report(Note(f"{where}: read as {shown_codec(codec)}"))
            told = codec
        nul = _find(raw, bytes(len(newline)))
        if nul >= 0:
            line = n_lines + _lines_before(raw, nul, codec)
            raise CorpusError(
                f"{where}: byte {position + nul} (line {line}): NUL, a binary file; expected text"
            )
        try:
            text = raw.decode(codec)
            out = raw if codec == "utf-8" else text.encode()
            n_lines += out.count(b"\n")
        except UnicodeDecodeError as error:
            if reading.on_bad_line == "stop":
                line = n_lines + _lines_before(raw, error.start, codec)
                at = f"{where}: byte {position + error.start} (line {line})"
                raise CorpusError(f"{at}: {_invalid(codec, reading)}") from None
            out, n_wrong = _salvage(
                raw, codec, replace=reading.on_bad_line == "replace", going_on=going_on
            )
            n_bad += n_wrong
            n_lines += _lines_before(raw, len(raw), codec) - 1
        position += len(raw)
        if b"\r" in out:
            out = out.replace(b"\r\n", b"\n")
        if out:
            going_on = not out.endswith(b"\n")
        if last and going_on:
            out += b"\n"
        if out:
            yield out
    if n_bad:
        lines = "1 line was" if n_bad == 1 else f"{n_bad} lines were"
        done = "skipped" if reading.on_bad_line == "skip" else "replaced"
        report(Note(f"{where}: {lines} not valid {shown_codec(told)}: {done}"))


def chosen_codec(chunks: Iterator[bytes], reading: Reading, where: str) -> str:
    """Return the codec that `utf8_blocks` would read a file with.

    Args:
        chunks: the file's bytes, decompressed.
        reading: the encoding, "auto" or a name.
        where: the file's name, for messages.

    Raises:
        CorpusError: no byte order mark where one is needed.
    """
    first, _, chunks = begin(chunks, reading.encoding, where)
    if first is not None:
        return first
    pieces = _pieces(chunks, None, BLOCK)
    return next((codec for raw, codec, _ in pieces if not raw.isascii()), "utf-8")


def _pieces(
    chunks: Iterator[bytes], codec: str | None, size: int
) -> Iterator[tuple[bytes, str, bool]]:
    """Yield raw bytes that decode by themselves, their codec, and whether they are the last.

    A piece ends with a newline, or is part of a line of at least `size` bytes, or is the last;
    the last may be empty. Where a line is cut depends on the line alone, not on `chunks`. A
    codec of None is decided at the first piece beyond ASCII.
    """
    newline = "\n".encode(codec or "utf-8")
    held: list[bytes] = []
    n_held = 0
    for chunk in _aligned(chunks, len(newline)):
        first = _find(chunk, newline)
        while n_held + (first if first >= 0 else len(chunk)) >= size:
            raw = b"".join([*held, chunk])
            codec = codec or guess(raw[:size], final=False)
            end = _safe_cut(raw[:size], codec or "utf-8")
            yield raw[:end], codec or "utf-8", False
            held, n_held, chunk = [], 0, raw[end:]
            first = _find(chunk, newline)
        if first >= 0:
            end = _rfind(chunk, newline) + len(newline)
            raw = b"".join([*held, memoryview(chunk)[:end]])
            codec = codec or guess(raw, final=True)
            yield raw, codec or "utf-8", False
            held, n_held, chunk = [], 0, chunk[end:]
        held.append(chunk)
        n_held += len(chunk)
    raw = b"".join(held)
    codec = codec or guess(raw, final=True)
    yield raw, codec or "utf-8", True


def _aligned(chunks: Iterator[bytes], width: int) -> Iterator[bytes]:
    """Yield the same bytes so that no chunk but the last ends inside a unit of `width` bytes."""
    if width == 1:
        yield from chunks
        return
    rest = b""
    for chunk in chunks:
        rest += chunk
        end = len(rest) // width * width
        yield rest[:end]
        rest = rest[end:]
    yield rest


def _find(raw: bytes, unit: bytes, start: int = 0) -> int:
    """Return where `unit` first stands at a multiple of its length from `start` on, or -1."""
    found = raw.find(unit, start)
    while found > 0 and found % len(unit):
        found = raw.find(unit, found + 1)
    return found


def _rfind(raw: bytes, unit: bytes) -> int:
    """Return where `unit` last stands at a multiple of its length, or -1."""
    found = raw.rfind(unit)
    while found > 0 and found % len(unit):
        found = raw.rfind(unit, 0, found + len(unit) - 1)
    return found


def _safe_cut(raw: bytes, codec: str) -> int:
    r"""Return where the beginning of a long line can be cut: after white space if some is near.

    Never inside a character, nor after a "\r" that a "\n" could follow.
    """
    decoder = codecs.getincrementaldecoder(codec)(errors="replace")
    text = decoder.decode(raw)
    end = len(raw) - len(decoder.getstate()[0])
    near = text[-max(len(raw) // 16, 1) :]
    if near and not near[-1].isspace():
        token = near.split()[-1]
        # A replaced character may have had another length than its replacement has.
        if len(token) < len(near) and "\ufffd" not in token:
            end -= len(token.encode(codec))
    if raw[:end].endswith("\r".encode(codec)):
        end -= len("\r".encode(codec))
    return end


def _lines_before(raw: bytes, offset: int, codec: str) -> int:
    """Return the line that an offset is in, from 1."""
    return raw[:offset].decode(codec, "replace").count("\n") + 1


def _invalid(codec: str, reading: Reading) -> str:
    """Return what to say of a byte that is not valid."""
    if reading.encoding == "auto":
        return (
            f"not valid {shown_codec(codec)}, which auto chose by the text before; "
            "name the encoding with --encoding"
        )
    other = "gb18030" if codec == "utf-8" else "utf-8"
    return f"not valid {shown_codec(codec)}; if it is {other.upper()} use --encoding {other}"


def _salvage(raw: bytes, codec: str, *, replace: bool, going_on: bool) -> tuple[bytes, int]:
    """Decode line by line what does not decode as a whole.

    Args:
        raw: lines, of which at least one is not valid.
        codec: the encoding.
        replace: put U+FFFD for what is not valid, instead of leaving the line out.
        going_on: the first line began in the block before, so its end must stay.

    Returns:
        UTF-8, and how many lines were not valid.
    """
    newline = "\n".encode(codec)
    out: list[str] = []
    n_wrong = 0
    start = 0
    while start < len(raw):
        end = _find(raw, newline, start)
        line = raw[start : end if end >= 0 else len(raw)]
        finish = "\n" if end >= 0 else ""
        try:
            out.append(line.decode(codec) + finish)
        except UnicodeDecodeError:
            n_wrong += 1
            if replace:
                out.append(line.decode(codec, "replace") + finish)
            elif going_on:
                out.append(finish)
        going_on = False
        start += len(line) + len(newline)
    return "".join(out).encode(), n_wrong
