"""The private folder is ours alone, or it is not used."""

import os
import stat
import tempfile
import time
from pathlib import Path

import pytest

from nlptool.core.cache import kernels_folder, private_folder
from tests.faults import in_child


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a home with nothing in it; the temporary folder is beside it."""
    for name in ("home", "temporary"):
        (tmp_path / name).mkdir()
    monkeypatch.delenv("XDG_CACHE_HOME", raising=False)
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.setenv("TMPDIR", str(tmp_path / "temporary"))
    return tmp_path / "home"


def fallback(home: Path) -> Path:
    return home.parent / "temporary" / f"nlptool-{os.geteuid()}"


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_it_is_made_private_whatever_the_umask(home: Path) -> None:
    before = os.umask(0)
    try:
        assert private_folder() == home / ".cache" / "nlptool"
    finally:
        os.umask(before)
    assert mode(home / ".cache" / "nlptool") == 0o700
    assert mode(home / ".cache") == 0o700


def test_the_standard_variable_comes_first(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(home / "elsewhere"))
    assert private_folder() == home / "elsewhere" / "nlptool"
    monkeypatch.setenv("XDG_CACHE_HOME", "relative")
    assert private_folder() == home / ".cache" / "nlptool"
    assert not Path("relative").exists()


def test_one_that_others_may_read_is_closed(home: Path) -> None:
    folder = home / ".cache" / "nlptool"
    folder.mkdir(parents=True)
    folder.chmod(0o755)
    assert private_folder() == folder
    assert mode(folder) == 0o700


@pytest.mark.parametrize("bits", [0o777, 0o722, 0o720, 0o702, 0o1777])
def test_one_that_others_may_have_written_to_is_not_used(home: Path, bits: int) -> None:
    folder = home / ".cache" / "nlptool"
    folder.mkdir(parents=True)
    folder.chmod(bits)
    assert private_folder() == fallback(home)
    assert mode(folder) == bits


def test_one_that_others_may_replace_is_not_used(home: Path) -> None:
    (home / ".cache").mkdir()
    (home / ".cache").chmod(0o777)
    assert private_folder() == fallback(home)
    (home / ".cache").chmod(0o1777)
    assert private_folder() == home / ".cache" / "nlptool", "as the temporary folder is"


def test_a_planted_link_is_not_followed(home: Path) -> None:
    (home / "theirs").mkdir(mode=0o700)
    (home / ".cache").mkdir()
    (home / ".cache" / "nlptool").symlink_to(home / "theirs")
    assert private_folder() == fallback(home)
    fallback(home).rmdir()
    fallback(home).symlink_to(home / "theirs")
    assert private_folder() is None
    assert list((home / "theirs").iterdir()) == []


def test_a_file_in_its_place(home: Path) -> None:
    (home / ".cache").write_text("")
    assert private_folder() == fallback(home)


@pytest.mark.skipif(os.getuid() != 0, reason="only root can make files for others")
def test_anothers_folder_is_not_used(home: Path) -> None:
    folder = home / ".cache" / "nlptool"
    folder.mkdir(parents=True, mode=0o700)
    os.chown(folder, 65534, 65534)
    assert private_folder() == fallback(home)


def test_no_home(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("HOME")
    assert private_folder() == fallback(home)
    for name in ("", "/nonexistent", "relative"):
        monkeypatch.setenv("HOME", name)
        assert private_folder() == fallback(home)
    assert not Path("/nonexistent").exists()


def test_nothing_can_be_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("XDG_CACHE_HOME", raising=False)
    monkeypatch.setenv("HOME", "/proc")
    monkeypatch.setenv("TMPDIR", "/proc")
    assert private_folder() is None


@pytest.mark.skipif(os.getuid() != 0, reason="root makes the folder and gives up being root")
def test_a_home_that_is_read_only() -> None:
    with tempfile.TemporaryDirectory() as name:
        home = Path(name)
        for folder in (home, home / ".cache", home / ".cache" / "nlptool", home / "t"):
            folder.mkdir(exist_ok=True)
            folder.chmod(0o755)
        os.chown(home / ".cache" / "nlptool", 65534, 65534)
        (home / ".cache" / "nlptool").chmod(0o500)
        (home / "t").chmod(0o1777)

        def check() -> None:
            os.setgroups([])
            os.setuid(65534)
            os.environ |= {"HOME": name, "TMPDIR": f"{name}/t", "XDG_CACHE_HOME": f"{name}/x"}
            assert private_folder() == home / "t" / "nlptool-65534"

        assert in_child(check).stderr == ""


def test_kernels_of_other_sources_are_swept(tmp_path):
    wanted = kernels_folder(tmp_path)
    assert kernels_folder(tmp_path) == wanted
    older = wanted.with_name("older")
    (older / "deep").mkdir(parents=True)
    elsewhere = wanted.parents[1] / "another-installation"
    elsewhere.mkdir()
    assert kernels_folder(tmp_path) == wanted
    assert older.exists(), "a run that began with them may still be going on"
    os.utime(older, (time.time() - 100_000,) * 2)
    assert kernels_folder(tmp_path) == wanted
    assert not older.exists()
    assert elsewhere.exists()
    wanted.mkdir(parents=True)
    older.mkdir()
    assert kernels_folder(tmp_path) == wanted
    assert older.exists(), "what a run has begun to use is not looked at again"
