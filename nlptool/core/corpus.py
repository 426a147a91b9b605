"""Corpora from files, stdin and other machines, as blocks or lines of clean text.

`read_blocks` is the seam that all else starts from: valid UTF-8 in constant memory,
whatever the size, the compression, the encoding or the length of the lines. Decompression
is in decompress.py, encodings are in reading.py and decode.py, other machines in remote.py;
nothing here changes the text itself.
"""

import os
import sys
import tempfile
from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import closing, contextmanager
from io import BufferedReader
from pathlib import Path
from types import ModuleType
from typing import BinaryIO, cast
from weakref import WeakSet

from nlptool.core.decode import chosen_codec, utf8_blocks
from nlptool.core.decompress import BLOCK, unpack
from nlptool.core.reading import Reading
from nlptool.core.report import Progress, Report, silent
from nlptool.core.stream import Stream, stream
from nlptool.errors import ConfigError, CorpusError, RunError

__all__ = [
    "BLOCK",
    "Reading",
    "encoding_of",
    "kept",
    "read_blocks",
    "read_lines",
    "read_stored",
    "size_of",
]

_LONGEST = 1 << 20
"""Characters of a line after which `read_lines` gives the rest as another line."""

_KEPT = "nlptool-stdin-"
"""How the name of a temporary file begins that holds what came through stdin."""

_STRICT = Reading()

_drained: WeakSet[BufferedReader] = WeakSet()


def read_blocks(
    paths: Sequence[str],
    reading: Reading = _STRICT,
    report: Report = silent,
    *,
    prompt: bool = False,
) -> Stream[bytes]:
    r"""Return the text of files as blocks of valid UTF-8, about 1 MiB each.

    Args:
        paths: files in the order in which they are read; "-" is stdin, which can be read
            once (see `kept`); what has "://" in it goes through smart_open.
        reading: the encoding, and what becomes of lines that are not valid.
        report: is told how many bytes of the files are read ("reading"), what encoding
            "auto" chose, and how many lines were bad.
        prompt: give what comes through stdin at once, however little it is.

    Returns:
        Blocks without a byte order mark and NUL, with "\r\n" as "\n" (a lone "\r" stays). Each
        ends with "\n", unless its last line goes on in the next block: a line longer than a
        block is cut after white space if there is some near, never inside a character. The
        last block of every file ends with "\n". An empty file has no blocks.

    Raises:
        ConfigError: stdin is named more than once.
        CorpusError: while reading: a file that cannot be opened, is damaged or is no text.
        RunError: while reading: a disk or a connection failed.
    """
    return _blocks(_checked(paths), reading, report, prompt=prompt)


def read_lines(
    paths: Sequence[str], reading: Reading = _STRICT, report: Report = silent
) -> Stream[str]:
    r"""Return the lines of files, without "\n".

    Lines end at "\n" and "\r\n" only. What comes through stdin is given as soon as it is
    there. A line longer than 1 MiB comes as several, each but the last of about
    1,048,576 characters.

    Args:
        paths: as for `read_blocks`.
        reading: as for `read_blocks`.
        report: as for `read_blocks`.

    Raises:
        ConfigError: as for `read_blocks`.
        CorpusError: as for `read_blocks`.
        RunError: as for `read_blocks`.
    """
    return _lines(_blocks(_checked(paths), reading, report, prompt=True))


@contextmanager
def kept(
    paths: Sequence[str], temp_dir: str | os.PathLike[str] | None = None
) -> Iterator[list[str]]:
    """Give paths that can be read again: stdin is copied to a temporary file.

    Args:
        paths: as for `read_blocks`.
        temp_dir: folder of the temporary file; the system's if None.

    Yields:
        The paths, with "-" replaced. The file has mode 0600 and is removed at the end;
        messages about it say "stdin".

    Raises:
        ConfigError: stdin is named more than once.
        RunError: the temporary file cannot be written.
    """
    if "-" not in _checked(paths):
        yield list(paths)
        return
    folder = temp_dir or tempfile.gettempdir()
    try:
        handle, name = tempfile.mkstemp(prefix=_KEPT, dir=folder)
    except OSError as error:
        raise _cannot_keep(folder, error) from None
    try:
        with closing(read_stored("-")) as chunks:
            _copy(chunks, handle, folder)
        yield [name if path == "-" else path for path in paths]
    finally:
        Path(name).unlink(missing_ok=True)


def read_stored(path: str, *, prompt: bool = False) -> Generator[bytes, None, None]:
    """Yield a file's bytes as they are stored, compressed or not: for what is not text.

    Args:
        path: see `read_blocks`.
        prompt: give what comes through stdin at once, however little it is.

    Raises:
        CorpusError: it cannot be opened.
        RunError: a disk or a connection failed.
    """
    if "://" in path:
        remote = _remote()
        with remote.open_remote(path) as file:
            while chunk := remote.read_remote(file, path, BLOCK):
                yield chunk
    elif path == "-":
        stdin = _stdin()
        yield from _chunks(stdin.read1 if prompt else stdin.read, "stdin")
        _drained.add(stdin)
    else:
        with _opened(path) as file:
            yield from _chunks(file.read, _shown(path))


def size_of(paths: Sequence[str]) -> int | None:
    """Return how many bytes files have on disk; None if one is not a file on this machine."""
    try:
        files = [Path(path) for path in paths if path != "-" and "://" not in path]
        known = len(files) == len(paths) and all(file.is_file() for file in files)
        return sum(file.stat().st_size for file in files) if known else None
    except (OSError, ValueError):
        return None


def encoding_of(path: str, reading: Reading) -> str:
    """Return the codec that a file is read with: what "auto" chooses, or `reading`'s own.

    Args:
        path: a file, not stdin, which could not be read afterwards.
        reading: how it is going to be read.

    Raises:
        CorpusError: as for `read_blocks`, for the part of the file that decides.
    """
    with closing(read_stored(path)) as chunks:
        return chosen_codec(unpack(chunks, _shown(path)), reading, _shown(path))


@stream
def _blocks(
    paths: Sequence[str], reading: Reading, report: Report, *, prompt: bool
) -> Iterator[bytes]:
    """Yield the blocks of all files; `prompt` gives what comes through stdin at once."""
    total = size_of(paths)
    n_read = 0

    def counted(chunks: Iterator[bytes]) -> Iterator[bytes]:
        nonlocal n_read
        for chunk in chunks:
            n_read += len(chunk)
            yield chunk

    for path in paths:
        where = _shown(path)
        with closing(read_stored(path, prompt=prompt)) as chunks:
            for block in utf8_blocks(unpack(counted(chunks), where), reading, where, report):
                report(Progress("reading", n_read, total, "bytes"))
                yield block


@stream
def _lines(blocks: Stream[bytes]) -> Iterator[str]:
    """Yield the lines of blocks, joining those that go on in the next block."""
    held = ""
    for block in blocks:
        lines = block.decode().split("\n")
        if held and len(held) + len(lines[0]) > _LONGEST:
            yield held
        else:
            lines[0] = held + lines[0]
        held = lines.pop()
        yield from lines


def _checked(paths: Sequence[str]) -> Sequence[str]:
    """Return the paths, having seen that stdin is named once at most."""
    n_stdin = sum(path == "-" for path in paths)
    if n_stdin > 1:
        raise ConfigError(f"stdin (-): named {n_stdin} times, it can be read once")
    return tuple(paths)


def _shown(path: str) -> str:
    """Return what messages call a file."""
    if path == "-" or Path(path).name.startswith(_KEPT):
        return "stdin"
    return _remote().masked(path) if "://" in path else path or "''"


def _chunks(read: Callable[[int], bytes], where: str) -> Iterator[bytes]:
    """Yield what `read` gives until there is nothing left."""
    while True:
        try:
            chunk = read(BLOCK)
        except OSError as error:
            raise RunError(f"{where}: reading failed ({error.strerror or error})") from None
        if not chunk:
            return
        yield chunk


def _opened(path: str) -> BinaryIO:
    """Open a file of this machine."""
    where = _shown(path)
    try:
        return Path(path).open("rb")
    except FileNotFoundError:
        raise CorpusError(f"{where}: no such file") from None
    except IsADirectoryError:
        raise CorpusError(f"{where}: a directory, expected a file") from None
    except PermissionError:
        raise CorpusError(f"{where}: permission denied") from None
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or error
        raise CorpusError(f"{where}: cannot be opened ({reason})") from None


def _stdin() -> BufferedReader:
    """Return stdin's bytes."""
    if sys.stdin is None or sys.stdin.closed:
        raise CorpusError("stdin: closed, expected text; name a file instead")
    if sys.stdin.buffer in _drained:
        # Without this a second pass would see an empty corpus, and nobody would know: of one text
        # `kept` is for that, and two texts cannot both be stdin.
        raise ConfigError("stdin (-): named a second time, it can be read once; name a file")
    return cast(BufferedReader, sys.stdin.buffer)


def _remote() -> ModuleType:
    """Return the module for other machines."""
    from nlptool.core import remote  # noqa: PLC0415 - smart_open takes 0.1 s, few runs need it

    return remote


def _copy(chunks: Iterator[bytes], handle: int, folder: str | os.PathLike[str]) -> None:
    """Write all of stdin to an open file and close it."""
    try:
        with open(handle, "wb") as file:
            for chunk in chunks:
                file.write(chunk)
    except OSError as error:
        raise _cannot_keep(folder, error) from None


def _cannot_keep(folder: str | os.PathLike[str], error: OSError) -> RunError:
    """Return the error for a temporary file that cannot be written."""
    return RunError(
        f"{os.fspath(folder)}: stdin cannot be kept there ({error.strerror or error}); "
        "name another folder with --temp-dir"
    )
