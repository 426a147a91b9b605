"""Options that mean the same everywhere: what they take, and what they say of the rest."""

import os
import resource
from pathlib import Path

import pytest

from nlptool.cli import options
from nlptool.errors import ConfigError
from tests.faults import in_child


@pytest.mark.parametrize(
    ("size", "n_bytes"),
    [
        ("1", 1),
        ("500M", 500 << 20),
        ("2G", 2 << 30),
        ("2g", 2 << 30),
        ("2GB", 2 << 30),
        ("2GiB", 2 << 30),
        (" 1.5 K ", 1536),
        ("1T", 1 << 40),
        ("100B", 100),
    ],
)
def test_a_memory_budget(size: str, n_bytes: int) -> None:
    assert options.memory_bytes(size) == n_bytes


@pytest.mark.parametrize(
    "size", ["", "0", "-1G", "M", "2X", "2GG", "two", "nan", "inf", "1e300", "2 G B", "0x10"]
)
def test_what_is_no_memory_budget(size: str) -> None:
    with pytest.raises(ConfigError) as caught:
        options.memory_bytes(size)
    assert str(caught.value) == f"--memory: {size!r}, expected a size such as 500M or 2G"


def test_memory_is_half_of_what_there_is_and_of_what_is_allowed() -> None:
    n_pages = os.sysconf("SC_PHYS_PAGES")
    assert 64 << 20 <= options.memory_bytes(None) <= n_pages * os.sysconf("SC_PAGE_SIZE") // 2

    def check() -> None:
        resource.setrlimit(resource.RLIMIT_AS, (2 << 30, 2 << 30))
        assert options.memory_bytes(None) <= 1 << 30

    assert in_child(check).stderr == ""


def test_memory_in_a_container(monkeypatch: pytest.MonkeyPatch) -> None:
    read = Path.read_text

    def instead(path: Path, encoding: str | None = None) -> str:
        known = {"/sys/fs/cgroup/memory.max": "1073741824\n"}
        return known[str(path)] if str(path) in known else read(path, encoding)

    monkeypatch.setattr(Path, "read_text", instead)
    assert options.memory_bytes(None) <= 512 << 20


@pytest.mark.parametrize(
    ("text", "seconds"), [("90", 90), ("90s", 90), ("10m", 600), ("1H", 3600), (" 1.5m ", 90)]
)
def test_a_time(text: str, seconds: float) -> None:
    assert options.seconds(text) == seconds


@pytest.mark.parametrize("text", ["", "0", "-1", "m", "1d", "nan", "inf", "1e99h", "soon"])
def test_what_is_no_time(text: str) -> None:
    with pytest.raises(ConfigError) as caught:
        options.seconds(text)
    assert str(caught.value) == (
        f"--checkpoint-every: {text!r}, expected a time such as 90s, 10m or 1h"
    )


def test_cores() -> None:
    assert options.cores(None) == len(os.sched_getaffinity(0))
    assert options.cores(7) == 7
    for threads in (0, -1, 1025):
        with pytest.raises(ConfigError) as caught:
            options.cores(threads)
        assert str(caught.value) == f"--threads: {threads}, expected 1 to 1024"


def test_inputs() -> None:
    assert options.inputs(None) == options.inputs([]) == ["-"]
    assert options.inputs(["a", "-"]) == ["a", "-"]
