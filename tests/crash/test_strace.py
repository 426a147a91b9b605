"""T1 and T2 once more, by the kernel's own account of the calls: slow, and it needs strace."""

import errno
import os
import re
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.faults import names_in

ROOT = Path(__file__).parents[2]

SAVE = """
import os, sys
import numpy as np
from nlptool.cli import app
from nlptool.core import store
def save(**_):
    os.sched_yield()  # where the calls that matter begin
    store.publish(sys.argv[1], "t", config={}, training={"n": 1},
                  tensors={"vectors": np.arange(6000, dtype=np.float32)})
    os.sched_yield()
if len(sys.argv) > 2:
    save()
else:
    app.app = save
    app.main()
"""
CALLS = "openat,write,flock,newfstatat,fstat,lstat,getdents64,fchmod,fsync,rename,unlink,close"
OLD = b"what was there before"

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(shutil.which("strace") is None, reason="there is no strace"),
]


def traced(target: Path, *options: str) -> subprocess.CompletedProcess[str]:
    log = target.parent.with_suffix(".log")
    return subprocess.run(
        ["strace", "-f", "-o", log, *options, sys.executable, "-c", SAVE, target],
        capture_output=True,
        text=True,
        check=False,
        env=os.environ | {"PYTHONPATH": str(ROOT), "PYTHONDONTWRITEBYTECODE": "1"},
    )


@pytest.fixture
def target(tmp_path: Path) -> Path:
    (tmp_path / "out").mkdir()
    return tmp_path / "out" / "m"


@pytest.fixture
def points(target: Path) -> list[tuple[str, int]]:
    """Return the calls of a save: name, and which call of that name in the process it is."""
    target.write_bytes(OLD)
    done = traced(target, "-e", f"trace={CALLS},sched_yield")
    if done.returncode != 0:
        pytest.skip(f"strace does not work here: {done.stderr}")
    seen: dict[str, int] = {}
    found = []
    inside = 0
    for line in target.parent.with_suffix(".log").read_text("utf-8").splitlines():
        if call := re.match(r"\d+ +(\w+)\(", line):
            name = call[1]
            seen[name] = seen.get(name, 0) + 1
            inside += name == "sched_yield"
            if inside == 1 and name != "sched_yield":
                found.append((name, seen[name]))
    return found


def prepared(target: Path) -> None:
    for path in target.parent.iterdir():
        path.unlink()
    target.write_bytes(OLD)


def test_the_calls_are_those_that_are_met_without_strace(points: list[tuple[str, int]]) -> None:
    names = [name for name, _ in points]
    assert len(names) > 25
    assert names.count("fsync") == 2
    assert names.count("rename") == 1
    assert names.count("write") >= 2
    assert (
        names.index("fsync") < names.index("rename") < len(names) - 1 - names[::-1].index("fsync")
    )


def test_killed_at_every_call(target: Path, points: list[tuple[str, int]]) -> None:
    new = target.read_bytes()
    for name, when in points:
        prepared(target)
        done = traced(target, "-e", f"inject={name}:signal=KILL:when={when}")
        assert done.returncode == -signal.SIGKILL, (name, when)
        assert target.read_bytes() in (OLD, new), (name, when)
        subprocess.run(
            [sys.executable, "-c", SAVE, target, "plainly"],
            check=True,
            env=os.environ | {"PYTHONPATH": str(ROOT)},
        )
        assert target.read_bytes() == new
        assert names_in(target.parent) == ["m"], (name, when)


@pytest.mark.parametrize("error", ["ENOSPC", "EIO", "EDQUOT", "EINTR"])
def test_failing_at_every_call(target: Path, points: list[tuple[str, int]], error: str) -> None:
    new = target.read_bytes()
    told = os.strerror(getattr(errno, error))
    for name, when in points:
        prepared(target)
        done = traced(target, "-e", f"inject={name}:error={error}:when={when}")
        where = (name, when, done.stderr)
        assert target.read_bytes() in (OLD, new), where
        assert done.returncode in (0, 1), where
        lines = done.stderr.splitlines()
        assert len(lines) == done.returncode, where
        if lines:
            assert re.fullmatch(rf"nlptool: {target}: cannot be \w+: {told}", lines[0]), where
        left = {".m.lock"} if "cannot be locked" in done.stderr else set()
        # A lock whose name could not be removed, or compared, is nobody's.
        left |= {".m.lock"} if name in ("unlink", "newfstatat", "fstat", "lstat") else set()
        assert {*names_in(target.parent)} - left == {"m"}, where
        if name in ("fsync", "write") and error != "EINTR":
            assert done.returncode == 1, where
