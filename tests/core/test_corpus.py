"""Reading corpora from files, stdin and folders: the text zoo, errors, limits."""

import bz2
import errno
import gzip
import io
import lzma
import os
import resource
import subprocess
import sys
from pathlib import Path

import pytest
import zstandard

from nlptool.core.corpus import (
    BLOCK,
    Reading,
    encoding_of,
    kept,
    read_blocks,
    read_lines,
    size_of,
)
from nlptool.core.report import Note, Progress
from nlptool.errors import ConfigError, CorpusError, RunError

PACK = {
    "plain": lambda data: data,
    "gz": lambda data: gzip.compress(data, mtime=0),
    "bz2": bz2.compress,
    "xz": lzma.compress,
    "zst": lambda data: zstandard.compress(data),
}

PROSE = "春江潮水连海平,\n海上明月共潮生。\nspring river\n"
LONG = "江畔何人初见月 " * 120_000

# name: (bytes, encoding, the lines or the message after "{where}: ")
ZOO = {
    "plain": (PROSE.encode(), "utf-8", PROSE.split("\n")[:-1]),
    "crlf": (b"a\r\n\xe6\x9c\x88\r\n\rb\rc\r\n", "utf-8", ["a", "月", "\rb\rc"]),
    "bom": ("\ufeff月\ufeff\n".encode(), "utf-8", ["月\ufeff"]),
    "gb18030": (PROSE.encode("gb18030"), "gb18030", PROSE.split("\n")[:-1]),
    "gb18030-auto": (PROSE.encode("gb18030"), "auto", PROSE.split("\n")[:-1]),
    "big5": ("潮水\n明月".encode("big5"), "big5", ["潮水", "明月"]),
    "utf-16": ("\ufeff潮\r\n上\n".encode("utf-16-be"), "utf-16", ["潮", "上"]),
    "utf-16-auto": ("\ufeff潮\n上".encode("utf-16-le"), "auto", ["潮", "上"]),
    "utf-16-taken-for-utf-8": (
        "a\nb\n".encode("utf-16"),
        "utf-8",
        "byte 0 (line 1): not valid UTF-8; it begins as UTF-16: use --encoding utf-16",
    ),
    "nul": (b"ab\nc\0d\n", "utf-8", "byte 4 (line 2): NUL, a binary file; expected text"),
    "invalid": (
        "春\n江".encode() + b"\xff" + "潮\n".encode(),
        "utf-8",
        "byte 7 (line 2): not valid UTF-8; if it is GB18030 use --encoding gb18030",
    ),
    "truncated": (
        "春\n江".encode()[:-1],
        "utf-8",
        "byte 4 (line 2): not valid UTF-8; if it is GB18030 use --encoding gb18030",
    ),
    "odd-white-space": (
        "a\u2028b\u2029c\vd\fe\x85f\x1cg\n".encode(),
        "utf-8",
        ["a\u2028b\u2029c\vd\fe\x85f\x1cg"],
    ),
    "empty": (b"", "utf-8", []),
    "only-a-bom": (b"\xef\xbb\xbf", "utf-8", []),
    "no-newline-at-end": ("春\n江".encode(), "utf-8", ["春", "江"]),
    "only-newlines": (b"\n\n\r\n", "utf-8", ["", "", ""]),
    "long-line": (f"a\n{LONG}\nb\n".encode(), "utf-8", ["a", LONG, "b"]),
}


def open_files() -> list[int]:
    return sorted(int(file.name) for file in Path("/proc/self/fd").iterdir())


def as_stdin(monkeypatch: pytest.MonkeyPatch, data: bytes) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(data)))


@pytest.mark.parametrize("source", ["file", "stdin"])
@pytest.mark.parametrize("pack", PACK)
@pytest.mark.parametrize("kind", ZOO)
def test_zoo(kind, pack, source, tmp_path, monkeypatch):
    data, encoding, expected = ZOO[kind]
    packed = PACK[pack](data)
    if source == "stdin":
        path, where = "-", "stdin"
        as_stdin(monkeypatch, packed)
    else:
        path = where = str(tmp_path / "corpus")
        Path(path).write_bytes(packed)
    if isinstance(expected, str):
        with pytest.raises(CorpusError) as caught:
            list(read_blocks([path], Reading(encoding)))
        assert str(caught.value) == f"{where}: {expected}"
        return
    blocks = list(read_blocks([path], Reading(encoding)))
    assert b"".join(blocks).decode() == "".join(line + "\n" for line in expected)
    assert not blocks or blocks[-1].endswith(b"\n")
    assert all(len(block) <= 2 * BLOCK for block in blocks)
    if source == "stdin":
        as_stdin(monkeypatch, packed)
    assert list(read_lines([path], Reading(encoding))) == expected


def test_the_house_message_word_for_word(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    line = "x" * 43 + "\n"
    Path("corpus.txt").write_bytes(line.encode() * 411 + b"y" * 149 + "潮".encode("gb18030"))
    with pytest.raises(CorpusError) as caught:
        list(read_blocks(["corpus.txt"]))
    assert str(caught.value) == (
        "corpus.txt: byte 18233 (line 412): not valid UTF-8; "
        "if it is GB18030 use --encoding gb18030"
    )
    assert caught.value.exit_code == 3


def test_positions_are_exact_in_later_blocks(tmp_path):
    path = tmp_path / "big.txt"
    line = "山" * 20 + "\n"
    n_lines = 4 * BLOCK // 61
    path.write_bytes(line.encode() * n_lines + b"ab\xff\n")
    with pytest.raises(CorpusError, match=rf"byte {61 * n_lines + 2} \(line {n_lines + 1}\)"):
        list(read_blocks([str(path)]))
    path.write_bytes(line.encode() * n_lines + b"ab\0\n")
    with pytest.raises(CorpusError, match=rf"byte {61 * n_lines + 2} \(line {n_lines + 1}\)"):
        list(read_blocks([str(path)]))


def test_files_in_order_and_again(tmp_path):
    one, two = tmp_path / "1", tmp_path / "2"
    one.write_text("a\nb")
    two.write_bytes(gzip.compress(b"c"))
    blocks = read_blocks([str(two), str(one)])
    assert list(blocks) == list(blocks) == [b"c\n", b"a\n", b"b\n"]
    lines = read_lines([str(two), str(one)])
    assert list(lines) == list(lines) == ["c", "a", "b"]


@pytest.mark.parametrize("how, lines", [("skip", ["好", "天"]), ("replace", ["好", "�a", "天"])])
def test_bad_lines_are_counted(how, lines, tmp_path):
    path = str(tmp_path / "corpus.txt")
    Path(path).write_bytes("好\n".encode() + b"\xffa\n" + "天\n".encode())
    said = []
    done = {"skip": "skipped", "replace": "replaced"}[how]
    assert list(read_lines([path], Reading(on_bad_line=how), said.append)) == lines
    assert Note(f"{path}: 1 line was not valid UTF-8: {done}") in said
    Path(path).write_bytes(Path(path).read_bytes() * 3)
    assert list(read_lines([path], Reading(on_bad_line=how), said.append)) == lines * 3
    assert said[-1] == Note(f"{path}: 3 lines were not valid UTF-8: {done}")


def test_progress_counts_bytes_on_disk(tmp_path):
    one, two = tmp_path / "1", tmp_path / "2"
    one.write_text("a\n")
    two.write_bytes(gzip.compress(b"c\n" * 1000))
    paths = [str(one), str(two)]
    said = []
    list(read_blocks(paths, report=said.append))
    total = one.stat().st_size + two.stat().st_size
    assert size_of(paths) == total
    assert said == [Progress("reading", n, total, "bytes") for n in (2, total)]


def test_size_of(tmp_path):
    (tmp_path / "a").write_text("abc")
    assert size_of([str(tmp_path / "a")] * 2) == 6
    assert size_of([]) == 0
    for unknown in ("-", "https://example.org/a", str(tmp_path), str(tmp_path / "b"), "a\0b"):
        assert size_of([str(tmp_path / "a"), unknown]) is None


def test_encoding_of(tmp_path):
    path = tmp_path / "a.gz"
    auto = Reading("auto")
    for data, codec in [
        (b"", "utf-8"),
        (b"plain", "utf-8"),
        ("月".encode(), "utf-8"),
        (b"x" * 3 * BLOCK + "明月".encode("gb18030"), "gb18030"),
        ("月".encode("utf-16"), "utf-16-le"),
    ]:
        path.write_bytes(gzip.compress(data))
        assert encoding_of(str(path), auto) == codec
    assert encoding_of(str(path), Reading("Big5")) == "big5"


# What cannot be opened


@pytest.mark.parametrize("path, reason", [
    ("missing.txt", "missing.txt: no such file"),
    ("", "'': no such file"),
    (".", ".: a directory, expected a file"),
    ("a\0b", "a\0b: cannot be opened (embedded null byte)"),
])  # fmt: skip
def test_not_opened(path, reason, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(CorpusError) as caught:
        list(read_blocks([path]))
    if path:
        assert str(caught.value) == reason


@pytest.mark.parametrize("code, said", [
    (errno.EACCES, "corpus.txt: permission denied"),
    (errno.ELOOP, "corpus.txt: cannot be opened (Too many levels of symbolic links)"),
])  # fmt: skip
def test_open_fails(code, said, monkeypatch):
    def refuse(*_):
        raise OSError(code, os.strerror(code))

    monkeypatch.setattr(Path, "open", refuse)
    with pytest.raises(CorpusError) as caught:
        list(read_blocks(["corpus.txt"]))
    assert str(caught.value) == said


def test_reading_fails_midway(monkeypatch):
    class Broken(io.BytesIO):
        def read(self, size=-1):
            raise OSError(errno.EIO, os.strerror(errno.EIO))

    monkeypatch.setattr(Path, "open", lambda *_: Broken(b"abc"))
    with pytest.raises(RunError) as caught:
        list(read_blocks(["corpus.txt"]))
    assert str(caught.value) == "corpus.txt: reading failed (Input/output error)"


def test_stdin_closed(monkeypatch):
    monkeypatch.setattr(sys, "stdin", None)
    with pytest.raises(CorpusError) as caught:
        list(read_blocks(["-"]))
    assert str(caught.value) == "stdin: closed, expected text; name a file instead"


def test_stdin_is_read_once(monkeypatch):
    with pytest.raises(ConfigError) as caught:
        read_blocks(["-", "a", "-"])
    assert str(caught.value) == "stdin (-): named 2 times, it can be read once"
    as_stdin(monkeypatch, b"a\n")
    blocks = read_blocks(["-"])
    assert list(blocks) == [b"a\n"]
    with pytest.raises(ConfigError, match="a second time, it can be read once"):
        list(blocks)


def test_a_file_named_dash(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    Path("-").write_text("file")
    assert list(read_lines(["./-"])) == ["file"]


# Limits


def test_stopping_early_closes_the_file(tmp_path):
    path = tmp_path / "a.txt"
    path.write_bytes(b"line\n" * BLOCK)
    before = open_files()
    for stream in (read_blocks([str(path)]), read_lines([str(path)])):
        for _ in stream:
            break
        assert open_files() == before


def test_few_open_files(tmp_path):
    paths = []
    for i in range(40):
        paths.append(str(tmp_path / f"{i}"))
        Path(paths[-1]).write_bytes(PACK[list(PACK)[i % 5]](b"%d\n" % i))
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (open_files()[-1] + 3, hard))
    try:
        assert list(read_lines(paths)) == [str(i) for i in range(40)]
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


def test_prompt_lines_from_a_pipe(monkeypatch):
    reader, writer = os.pipe()
    monkeypatch.setattr(sys, "stdin", os.fdopen(reader))
    os.write(writer, "好\nB".encode())
    lines = iter(read_lines(["-"]))
    assert next(lines) == "好"
    os.write(writer, b"Z\n")
    assert next(lines) == "BZ"
    os.close(writer)
    assert list(lines) == []


def test_long_lines_come_in_pieces(tmp_path):
    path = tmp_path / "a"
    path.write_text("ab\n" + "x" * (5 * BLOCK) + "\ncd\n")
    lines = list(read_lines([str(path)]))
    assert (lines[0], lines[-1]) == ("ab", "cd")
    assert "".join(lines[1:-1]) == "x" * (5 * BLOCK)
    assert all(BLOCK // 2 <= len(line) <= BLOCK for line in lines[1:-1])


MEASURE = """
import resource, sys
from nlptool.core.corpus import Reading, read_blocks
def peak():
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
base = peak()
n = sum(map(len, read_blocks(sys.argv[1:2], Reading(sys.argv[2]))))
print(n, (peak() - base) // 1024)
"""


def measure(path: Path, encoding: str = "utf-8") -> tuple[int, int]:
    """Return how many bytes were read, and by how many MiB memory rose, in a fresh process."""
    done = subprocess.run(
        [sys.executable, "-c", MEASURE, path, encoding],
        capture_output=True, text=True, check=True,
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])},
    )  # fmt: skip
    n, rise = done.stdout.split()
    return int(n), int(rise)


@pytest.mark.parametrize("encoding", ["utf-8", "gb18030", "auto"])
def test_memory_of_one_long_line(encoding, tmp_path):
    path = tmp_path / "line"
    with path.open("wb") as file:
        for _ in range(64):
            file.write(("永" * (BLOCK // 3)).encode(encoding.replace("auto", "utf-8")))
    n, rise = measure(path, encoding)
    assert n == 64 * (BLOCK // 3) * 3 + 1
    assert rise < 60


@pytest.mark.slow
def test_memory_of_a_gigabyte_line(tmp_path):
    path = tmp_path / "line"
    with path.open("wb") as file:
        for _ in range(1024):
            file.write(b"x" * BLOCK)
    n, rise = measure(path)
    assert n == 1024 * BLOCK + 1
    assert rise < 60


# Keeping stdin


def test_kept(tmp_path, monkeypatch):
    as_stdin(monkeypatch, gzip.compress("好\n".encode() + b"\xff"))
    (tmp_path / "a").write_text("file\n")
    temp = tmp_path / "temp"
    temp.mkdir()
    with kept([str(tmp_path / "a"), "-"], temp) as paths:
        (copy,) = temp.iterdir()
        assert paths == [str(tmp_path / "a"), str(copy)]
        assert copy.stat().st_mode & 0o777 == 0o600
        skipping = read_lines(paths, Reading(on_bad_line="skip"))
        assert list(skipping) == list(skipping) == ["file", "好"]
        with pytest.raises(CorpusError, match=r"^stdin: byte 4 \(line 2\): not valid UTF-8"):
            list(read_blocks(paths))
    assert list(temp.iterdir()) == []


def test_kept_without_stdin_writes_nothing(tmp_path):
    with kept(["a", "b"], tmp_path / "missing") as paths:
        assert paths == ["a", "b"]


def test_kept_cleans_up_after_an_error(tmp_path, monkeypatch):
    as_stdin(monkeypatch, b"a")
    with pytest.raises(ZeroDivisionError), kept(["-"], tmp_path):
        raise ZeroDivisionError
    assert list(tmp_path.iterdir()) == []


def test_kept_on_a_full_disk(tmp_path, monkeypatch):
    full = OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    class Full(io.BytesIO):
        def write(self, data):
            raise full

    as_stdin(monkeypatch, b"a")
    monkeypatch.setattr("builtins.open", lambda handle, _: os.close(handle) or Full())
    with pytest.raises(RunError) as caught, kept(["-"], tmp_path):
        pass
    monkeypatch.undo()
    assert str(caught.value) == (
        f"{tmp_path}: stdin cannot be kept there (No space left on device); "
        "name another folder with --temp-dir"
    )
    assert list(tmp_path.iterdir()) == []


def test_kept_in_a_missing_folder(tmp_path, monkeypatch):
    as_stdin(monkeypatch, b"a")
    with pytest.raises(RunError) as caught, kept(["-"], tmp_path / "missing"):
        pass
    assert str(caught.value) == (
        f"{tmp_path}/missing: stdin cannot be kept there (No such file or directory); "
        "name another folder with --temp-dir"
    )
