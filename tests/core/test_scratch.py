"""Temporary folders go with their run, or with the next one."""

import os
import signal
import stat
from pathlib import Path

import pytest

from nlptool.core.scratch import scratch
from nlptool.errors import RunError
from tests.faults import Child, in_child, names_in


def test_it_is_private_and_goes(tmp_path: Path) -> None:
    with scratch(tmp_path) as folder:
        assert folder.parent == tmp_path
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700
        (folder / "a" / "b").mkdir(parents=True)
    assert names_in(tmp_path) == []
    with pytest.raises(ZeroDivisionError), scratch(tmp_path):
        raise ZeroDivisionError
    assert names_in(tmp_path) == []


def test_what_a_killed_run_left_is_swept_and_nothing_else(tmp_path: Path) -> None:
    def killed() -> None:
        with scratch(tmp_path) as folder:
            (folder / "ids").write_bytes(b"x" * 1000)
            os.kill(os.getpid(), signal.SIGKILL)

    assert in_child(killed).code == -signal.SIGKILL
    assert len(names_in(tmp_path)) == 1
    kept = ["nlptool-0", "nlptool-run-", "nlptool-run-abcdefgh.txt", "nlptool-run-theirs00"]
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "elsewhere" / "file").touch()
    for name in kept[:3]:
        (tmp_path / name).mkdir()
    (tmp_path / kept[3]).symlink_to("elsewhere")
    with scratch(tmp_path), scratch(tmp_path):
        assert len(names_in(tmp_path)) == 2 + 4 + 1, "and not one of a run that lives"
    assert names_in(tmp_path) == sorted([*kept, "elsewhere"])
    assert names_in(tmp_path / "elsewhere") == ["file"]


def test_many_at_once(tmp_path: Path) -> None:
    def run() -> None:
        for _ in range(30):
            with scratch(tmp_path) as folder:
                (folder / "a").write_bytes(b"x")
                assert (folder / "a").read_bytes() == b"x"

    ends = [child.end() for child in [Child(run) for _ in range(6)]]
    assert [end.stderr for end in ends] == [""] * 6
    assert names_in(tmp_path) == []


@pytest.mark.skipif(os.getuid() != 0, reason="only root can make files for others")
def test_anothers_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "nlptool-run-abcdefgh").mkdir()
    os.chown(tmp_path / "nlptool-run-abcdefgh", 65534, 65534)
    with scratch(tmp_path):
        pass
    assert names_in(tmp_path) == ["nlptool-run-abcdefgh"]


def test_no_folder_there(tmp_path: Path) -> None:
    with pytest.raises(RunError) as caught, scratch(tmp_path / "no"):
        pass
    assert str(caught.value) == (
        f"{tmp_path}/no: No such file or directory, expected a folder for temporary files; "
        "name another with --temp-dir"
    )
