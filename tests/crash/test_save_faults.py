"""T1 and T2: whatever strikes a save at whatever call, the output is the old or the new one."""

import errno
import os
import resource
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from types import FrameType
from typing import Any

import numpy as np
import pytest

from nlptool.cli import signals
from nlptool.core import publish, store
from tests import faults
from tests.faults import End, in_child, names_in, run_main

OLD = b"what was there before"


class Place:
    """A folder with an output in it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.target = folder / "m.w2v"
        self.save(self.target)
        self.new = self.target.read_bytes()
        self.calls = self.calls_of(old=True)

    def save(self, target: Path) -> None:
        tensors = {
            "vectors": np.arange(6000, dtype=np.float32).reshape(-1, 10),
            "vocabulary": np.frombuffer(b"\xe4\xb8\x80\na\n", np.uint8),
        }
        config = {"dim": 10, "rate": 0.5, "name": "中"}
        store.publish(str(target), "w2v", config=config, training={}, tensors=tensors)

    def before(self, *, old: bool) -> None:
        for path in self.folder.iterdir():
            path.unlink()
        if old:
            self.target.write_bytes(OLD)

    def calls_of(self, *, old: bool) -> list[str]:
        self.before(old=old)
        return faults.calls_of(lambda: self.save(self.target))

    def is_whole(self, *, old: bool) -> bool:
        if not self.target.exists():
            return not old
        return self.target.read_bytes() in ((OLD, self.new) if old else (self.new,))

    def meets(self, number: int, act: faults.Act) -> End:
        """Save in a child, as the command line does, and meet a call."""

        def command() -> None:
            with faults.at_call(number, act):
                self.save(self.target)

        return in_child(lambda: run_main(command))


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Place:
    # It takes most of the time, and makes no difference to who is killed; power is not lost.
    monkeypatch.setattr(os, "fsync", lambda _descriptor: None)
    return Place(tmp_path)


def test_the_calls_are_those_that_matter(place: Place) -> None:
    assert {*faults.FUNCTIONS, "write", "close", "flock"} == set(place.calls)
    assert place.calls.count("fsync") == 2, "the file and its folder"
    assert place.calls.count("write") >= 2
    assert place.calls.index("fsync") < place.calls.index("replace")
    # So does a save in a child that nothing strikes.
    assert place.meets(faults.LONG, faults.kill_before) == End(0, "", "")


@pytest.mark.parametrize("old", [True, False])
@pytest.mark.parametrize("act", [faults.kill_before, faults.kill_half_way, faults.kill_after])
def test_killed_at_every_call(place: Place, act: faults.Act, old: bool) -> None:
    for number, name in enumerate(place.calls_of(old=old)):
        if act is faults.kill_half_way and name != "write":
            continue
        place.before(old=old)
        end = place.meets(number, act)
        assert end == End(-signal.SIGKILL, "", ""), (number, name)
        assert place.is_whole(old=old), (number, name)
        place.save(place.target)
        assert names_in(place.folder) == ["m.w2v"], (number, name)
        assert place.target.read_bytes() == place.new


@pytest.mark.parametrize("code", [errno.ENOSPC, errno.EIO, errno.EDQUOT, errno.EINTR])
def test_failing_at_every_call(place: Place, code: int) -> None:
    for number, name in enumerate(place.calls):
        place.before(old=True)
        end = place.meets(number, faults.fail(code))
        assert place.is_whole(old=True), (number, name)
        # Where nothing can be locked, a lock file may be somebody's: it stays.
        left = {".m.w2v.lock"} if "cannot be locked" in end.stderr else set()
        assert {*names_in(place.folder)} == {"m.w2v", *left}, (number, name)
        assert end.code in (0, 1), (number, name, end)
        assert len(end.lines) == end.code, (number, name, end)
        if end.code:
            assert end.stderr.startswith(f"nlptool: {place.target}: cannot be "), (name, end)
            assert end.stderr.endswith(f": {os.strerror(code)}\n"), (name, end)
        if name in ("write" if code != errno.EINTR else "fsync", "fsync", "replace"):
            assert end.code == 1, (number, name)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
@pytest.mark.parametrize("send", [faults.send_before, faults.send_after])
def test_a_signal_at_every_call(
    place: Place, send: Callable[[int], faults.Act], number: int
) -> None:
    for place_of_call, name in enumerate(place.calls):
        place.before(old=True)
        end = place.meets(place_of_call, send(number))
        assert end == End(-number, "", "nlptool: interrupted\n"), (place_of_call, name)
        assert place.is_whole(old=True), (place_of_call, name)
        assert names_in(place.folder) == ["m.w2v"], (place_of_call, name)


@pytest.mark.filterwarnings("ignore:Exception ignored in")
def test_a_signal_between_any_two_steps_of_the_program(place: Place) -> None:
    """Not only at calls of the system: before and after every function there is."""
    number, struck = 0, True
    while struck:
        place.before(old=True)
        struck = _interrupted_at(number, lambda: place.save(place.target))
        assert place.is_whole(old=True), number
        assert names_in(place.folder) == ["m.w2v"], number
        number += 1
    assert number > 300


def _interrupted_at(number: int, save: Callable[[], None]) -> bool:
    """Interrupt a save at its n-th step; tell whether it had so many."""
    n_seen = 0

    def step(_frame: FrameType, event: str, what: Any) -> None:
        nonlocal n_seen
        if event != "return" and what is not sys.setprofile:
            n_seen += 1
            if n_seen > number:
                sys.setprofile(None)
                raise signals.Interrupted(signal.SIGTERM)

    sys.setprofile(step)
    try:
        save()
    except signals.Interrupted:
        return True
    finally:
        sys.setprofile(None)
    return False


def test_a_file_too_large_at_every_size(place: Place) -> None:
    """A full disk takes a part of a write; `ulimit -f` shows the same, and Python ignores
    the signal that comes with it."""
    sizes = [0, 1, 7, 8, 9, 100, *range(500, len(place.new), 2000), len(place.new) - 1]
    for size in sizes:
        place.before(old=True)

        def limited(size: int = size) -> None:
            resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))
            place.save(place.target)

        end = in_child(lambda: run_main(limited))
        # The limit is on the child's stderr as well: a file takes as much as it allows.
        told = f"nlptool: {place.target}: cannot be written: File too large\n"
        assert end.code == 1, size
        assert told.startswith(end.stderr), size
        assert place.target.read_bytes() == OLD
        assert names_in(place.folder) == ["m.w2v"], size


def test_a_checkpoint_that_was_cut_off_is_swept_with_its_output(place: Place) -> None:
    left = [".m.w2v.checkpoint.0123456789abcdef.tmp", ".m.w2v.checkpoint.lock"]
    for name in left:
        (place.folder / name).write_bytes(b"x")
    with publish.reserve(str(place.target)) as output:
        assert output.beside(".checkpoint") == f"{place.target}.checkpoint"
    assert names_in(place.folder) == ["m.w2v"]
