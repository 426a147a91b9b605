"""The options that mean the same in every command."""

import os
import resource
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from nlptool.errors import ConfigError

if TYPE_CHECKING:
    from nlptool.core.segment import Segmenter

Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="Say nothing but errors.")]
Json = Annotated[bool, typer.Option("--json", help="Write one JSON object a line.")]
Output = Annotated[
    str | None, typer.Option("--output", "-o", metavar="FILE", help="Where the result goes.")
]
Threads = Annotated[
    int | None, typer.Option("--threads", help="How many cores to use; all unless given.")
]
Memory = Annotated[
    str | None,
    typer.Option(
        "--memory",
        metavar="SIZE",
        help="How much memory counting may take, such as 500M or 2G; half of what is free "
        "unless given. The result does not depend on it.",
    ),
]
TempDir = Annotated[
    Path | None,
    typer.Option("--temp-dir", metavar="DIR", help="Where temporary files go."),
]
Seed = Annotated[int, typer.Option("--seed", help="What the random choices start from.")]
CheckpointEvery = Annotated[
    str | None,
    typer.Option(
        "--checkpoint-every",
        metavar="TIME",
        help="Save the state that often (90s, 10m, 1h), and when interrupted.",
    ),
]
Resume = Annotated[
    bool, typer.Option("--resume", help="Go on from the checkpoint of an unfinished run.")
]
Log = Annotated[
    str | None,
    typer.Option("--log", metavar="FILE", help="Write what each epoch brought, as JSON lines."),
]
Curves = Annotated[
    str | None, typer.Option("--curves", metavar="FILE.png", help="Draw what each epoch brought.")
]
Encoding = Annotated[
    str,
    typer.Option(
        "--encoding", help="Of the text: utf-8, gb18030, big5, utf-16, ... or auto to look."
    ),
]
OnBadLine = Annotated[
    str,
    typer.Option("--on-bad-line", help="What a badly encoded line does: stop, skip or replace."),
]
Segment = Annotated[
    str,
    typer.Option(
        "--segment",
        help="How text is cut into words: space (it is already), char, pairs (of these), jieba, "
        "jieba-original (the same by jieba itself, slower), crf:MODEL (of crf train); auto looks.",
    ),
]
UserDict = Annotated[
    str | None,
    typer.Option(
        "--user-dict", metavar="FILE", help="More words for jieba: word [count] [tag] a line."
    ),
]
Inputs = Annotated[
    list[str] | None,
    typer.Argument(metavar="[FILE]...", help="Text files, plain or compressed; - is stdin."),
]


def inputs(paths: list[str] | None) -> list[str]:
    """Return the files to read: stdin where none is named."""
    return list(paths) if paths else ["-"]


def segmenter(how: str) -> "str | Segmenter":
    """Return how `core.segment` is to cut text: as asked, or what a model of ours does.

    Raises:
        ConfigError: no model is named.
        ModelError: it is refused, or does not cut text into words.
    """
    kind, colon, path = how.partition(":")
    if kind != "crf":
        return how
    if not colon or not path:
        raise ConfigError(f"--segment: {how!r}, expected crf:MODEL, a model of crf train")

    from nlptool.crf.marked import segment
    from nlptool.crf.model import Tagger

    tagger = Tagger.load(path)
    tagger.check_words()
    tagger.check_text()
    return partial(segment, tagger)


def cores(threads: int | None) -> int:
    """Return how many threads to use: as asked, else one for every core that we may use."""
    if threads is None:
        return max(1, len(os.sched_getaffinity(0)))
    if not 1 <= threads <= 1024:
        raise ConfigError(f"--threads: {threads}, expected 1 to 1024")
    return threads


def memory_bytes(size: str | None) -> int:
    """Return a memory budget in bytes: as asked, else half of what is free.

    Raises:
        ConfigError: the size cannot be read.
    """
    if size is None:
        return max(_free_memory() // 2, 64 << 20)
    units = {"": 1, "K": 1 << 10, "M": 1 << 20, "G": 1 << 30, "T": 1 << 40}
    text = size.strip().upper().removesuffix("B").removesuffix("I")
    number, unit = text.rstrip("KMGT"), text[len(text.rstrip("KMGT")) :]
    try:
        value = float(number) * units[unit]
    except (ValueError, KeyError):
        raise ConfigError(f"--memory: {size!r}, expected a size such as 500M or 2G") from None
    if not 0 < value < 2**60:
        raise ConfigError(f"--memory: {size!r}, expected a size such as 500M or 2G")
    return int(value)


def _free_memory() -> int:
    """Return how many bytes this process may still take, of the machine's or of its share."""
    free = os.sysconf("SC_AVPHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    with suppress(OSError, ValueError):
        for line in Path("/proc/meminfo").read_text("ascii").splitlines():
            if line.startswith("MemAvailable:"):
                free = int(line.split()[1]) << 10
    # A container's share; the older kind of control group first.
    for name in ("memory/memory.limit_in_bytes", "memory.max"):
        with suppress(OSError, ValueError):
            free = min(free, int(Path("/sys/fs/cgroup", name).read_text("ascii")))
    limit, _ = resource.getrlimit(resource.RLIMIT_AS)
    return free if limit == resource.RLIM_INFINITY else min(free, limit)


def seconds(text: str) -> float:
    """Return a time such as 90, 90s, 10m or 1h in seconds.

    Raises:
        ConfigError: it cannot be read.
    """
    units = {"s": 1, "m": 60, "h": 3600}
    number = text.strip().lower()
    unit = units.get(number[-1:])
    try:
        value = float(number[:-1] if unit else number) * (unit or 1)
    except ValueError:
        value = 0
    if not 0 < value < 1e9:
        raise ConfigError(f"--checkpoint-every: {text!r}, expected a time such as 90s, 10m or 1h")
    return value
