"""T3, T4 and T7 for new words: small disks, signals, long lines, many symbols."""

import ctypes
import hashlib
import os
import random
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from itertools import repeat
from pathlib import Path

import pytest

from tests.crash.test_commands import environment
from tests.faults import End, names_in

MIB = 1 << 20
HEADER = "word\tcount\tdocuments\tpmi\tleft\tright\tscore\n"


def command(*arguments: str | Path) -> list[str]:
    return [sys.executable, "-m", "nlptool", "newwords", *map(str, arguments)]


def run(*arguments: str | Path) -> End:
    done = subprocess.run(
        command(*arguments),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        check=False,
        env=environment(),
    )
    return End(done.returncode, done.stdout.decode(), done.stderr.decode())


def sentences(seed: int) -> Iterator[str]:
    """Yield sentences of the same 3,000 words for ever, the first words most often."""
    rng = random.Random(seed)
    chars = [chr(0x4E00 + i) for i in range(2000)]
    words = ["".join(rng.choices(chars, k=rng.choice((1, 2, 2, 3)))) for _ in range(3000)]
    weights = [1 / (i + 1) for i in range(len(words))]
    while True:
        yield "".join(rng.choices(words, weights, k=20))


def write(path: Path, n_characters: int, between: str) -> Path:
    """Write a text of about so many characters."""
    source = sentences(1)
    parts = [next(source) for _ in range(5000)]
    rng = random.Random(2)
    with path.open("w", encoding="utf-8") as file:
        written = 0
        while written < n_characters:
            chunk = between.join(rng.sample(parts, 1000)) + between
            written += file.write(chunk)
    return path


# ---- T4 --------------------------------------------------------------------------------------


def small_disk(folder: Path) -> None:
    """Mount 4 MiB on a folder, for this process and its children only."""
    libc = ctypes.CDLL(None, use_errno=True)
    apart, private = 0x20000, 1 << 18 | 1 << 14
    if (
        libc.unshare(apart)
        or libc.mount(b"none", b"/", None, private, None)
        or libc.mount(b"none", bytes(folder), b"tmpfs", 0, b"size=4m")
    ):
        os._exit(77)


VERBS = {
    "mine": ["mine"],
    "count": ["count"],
    "dictionary": ["dictionary"],
    "cut": ["segment", "--method", "cut"],
    "iterations": ["segment", "--words", "words.txt", "--iterations", "1"],
    "compare": ["compare", "text.txt"],
    "domain": ["domain", "-b", "text.txt"],
}


@pytest.mark.parametrize("verb", VERBS)
def test_a_disk_of_four_megabytes(verb: str, tmp_path: Path) -> None:
    """The old output stays, nothing is left behind, and one line says why."""
    disk = tmp_path / "disk"
    disk.mkdir()
    write(tmp_path / "text.txt", 1_500_000, "。\n")
    (tmp_path / "words.txt").write_text("春天 3\n", "utf-8")
    (tmp_path / "out").write_text("old", "utf-8")
    arguments = [*VERBS[verb], "text.txt", "-o", "out", "-q", "--temp-dir", str(disk)]
    # What is on the disk is seen by whoever mounted it only.
    script = f'"$@"; code=$?; ls -A {disk}; exit $code'
    done = subprocess.run(
        ["bash", "-c", script, "bash", *command(*arguments)],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        check=False,
        cwd=tmp_path,
        env=environment(),
        preexec_fn=lambda: small_disk(disk),
    )
    if done.returncode == 77:
        pytest.skip("no file system may be mounted here")
    assert (done.returncode, done.stdout) == (1, b""), done.stderr
    message = rf"nlptool: {re.escape(str(disk))}\S*: .*No space left on device.*\n"
    assert re.fullmatch(message, done.stderr.decode())
    assert (tmp_path / "out").read_text("utf-8") == "old"
    assert names_in(tmp_path) == ["disk", "out", "text.txt", "words.txt"]


# ---- T3 --------------------------------------------------------------------------------------


@pytest.mark.slow
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGKILL])
@pytest.mark.parametrize("verb", ["mine", "count", "dictionary"])
def test_struck_at_any_time(verb: str, number: int, tmp_path: Path) -> None:
    text = write(tmp_path / "text.txt", 3_000_000, "。\n")
    folder, temporary = tmp_path / "out", tmp_path / "temporary"
    folder.mkdir()
    temporary.mkdir()
    out, model = folder / "out", folder / "model"
    arguments: list[str | Path] = [verb, text, "-o", out, "-q", "--temp-dir", temporary]
    outputs = [out] if verb == "count" else [out, model]
    arguments += [] if verb == "count" else ["--model", model]
    begun = time.monotonic()
    assert run(*arguments) == End(0, "", "")
    whole = time.monotonic() - begun
    new = [hashlib.sha256(path.read_bytes()).digest() for path in outputs]
    struck = 0
    for part in range(10):
        for path in outputs:
            path.write_bytes(b"old")
        child = subprocess.Popen(
            command(*arguments),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            env=environment(),
        )
        time.sleep(whole * (part + 1) / 11)
        begun = time.monotonic()
        child.send_signal(number)
        child.wait(60)
        assert time.monotonic() - begun < 2
        struck += child.returncode != 0
        for path, wanted in zip(outputs, new, strict=True):
            found = path.read_bytes()
            assert found == b"old" or hashlib.sha256(found).digest() == wanted
        if number == signal.SIGTERM:
            assert names_in(folder) == sorted(path.name for path in outputs)
            assert names_in(temporary) == []
    assert struck >= 5
    assert run(*arguments) == End(0, "", "")
    assert [hashlib.sha256(path.read_bytes()).digest() for path in outputs] == new
    assert names_in(folder) == sorted(path.name for path in outputs)
    assert names_in(temporary) == []


# ---- T7 --------------------------------------------------------------------------------------


def measured(*arguments: str | Path) -> tuple[str, int]:
    """Run a command; return the hash of what it writes, and its peak in bytes."""
    child = subprocess.Popen(
        command(*arguments, "-q"),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        env=environment(),
    )
    assert child.stdout is not None
    found = hashlib.sha256()
    while chunk := child.stdout.read(MIB):
        found.update(chunk)
    _, status, usage = os.wait4(child.pid, 0)
    child.returncode = os.waitstatus_to_exitcode(status)
    assert child.returncode == 0
    return found.hexdigest(), usage.ru_maxrss * (1 << 10)


def many_symbols(path: Path, n: int) -> Path:
    """Write a text in which so many runs of letters occur three times each."""
    rng = random.Random(3)
    names = [f"{i:09x}".translate(str.maketrans("0123456789", "ghijklmnop")) for i in range(n)]
    with path.open("w", encoding="utf-8") as file:
        for _ in repeat(None, 3):
            rng.shuffle(names)
            file.writelines("中".join(names[i : i + 20]) + "\n" for i in range(0, n, 20))
    return path


@pytest.mark.parametrize("n", [200_000, pytest.param(1_000_000, marks=pytest.mark.long)])
def test_too_many_symbols_name_the_memory_that_is_enough(n: int, tmp_path: Path) -> None:
    text = many_symbols(tmp_path / "text.txt", n)
    end = run("mine", text, "--memory", "24M", "-q", "--threads", "1")
    assert (end.code, end.stdout) == (2, "")
    found = re.fullmatch(
        r"nlptool: --memory: 25,165,824 bytes, expected (\d+M): "
        r"the text has about ([\d,]+) different runs of letters or digits\n",
        end.stderr,
    )
    assert found is not None, end.stderr
    assert n <= int(found[2].replace(",", "")) <= 1.1 * n
    assert run("mine", text, "--memory", found[1], "-q", "--threads", "1") == End(0, HEADER, "")


def same_at_any_budget(text: Path, budgets: Sequence[str]) -> None:
    found = {measured("mine", text, "--memory", size)[0] for size in budgets}
    assert len(found) == 1


@pytest.mark.long
def test_lines_of_ten_million_characters(tmp_path: Path) -> None:
    text = write(tmp_path / "text.txt", 10_000_000, "")
    with text.open("ab") as file:
        file.write(b"\n" + text.read_bytes())
    same_at_any_budget(text, ["64M", "200M", "1G"])


@pytest.mark.long
def test_one_character_ten_million_times(tmp_path: Path) -> None:
    text = tmp_path / "text.txt"
    text.write_text("哈" * 10_000_000, "utf-8")
    for verb in ("mine", "dictionary"):
        end = run(verb, text, "-q", "--memory", "64M")
        assert (end.code, end.stderr) == (0, "")
        assert end.stdout.startswith(HEADER)


@pytest.mark.long
def test_a_line_of_one_gigabyte(tmp_path: Path) -> None:
    """The line costs nothing: what counting may take, and 300 MB above that at most.

    At 256M the result is the same, but the windows that begin with the most frequent symbol,
    which are counted at once, are more than that here.
    """
    line = write(tmp_path / "line.txt", 1_000_000_000 // 3, "")
    small = write(tmp_path / "small.txt", 1000, "")
    words = tmp_path / "words.txt"
    words.write_text("春天\n", "utf-8")
    _, base = measured("segment", "--words", words, small)
    _, peak = measured("segment", "--words", words, line)
    assert peak <= base + 300 * MIB
    found = [measured("mine", line, "--memory", size) for size in ("256M", "1G", "2G")]
    assert len({digest for digest, _ in found}) == 1
    for (_, peak), size in zip(found[1:], (1024, 2048), strict=True):
        assert peak <= (size + 300) * MIB
