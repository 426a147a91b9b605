"""Outputs appear whole or not at all, and belong to one run at a time."""

import os
import resource
import signal
import stat
import sys
import threading
import time
from pathlib import Path

import pytest

from nlptool.core.publish import Output, atomic, reserve
from nlptool.errors import RunError
from tests.faults import Child, in_child, names_in


def write(path: Path | str, content: bytes) -> None:
    with atomic(str(path)) as file:
        file.write(content)


def refusal(path: Path | str) -> str:
    """Return what is said of an output that cannot be written."""
    with pytest.raises(RunError) as caught, reserve(str(path)):
        pytest.fail("reserved")
    return str(caught.value)


def as_nobody() -> None:
    """Give up root, which may write anywhere."""
    if os.getuid() == 0:
        os.setgroups([])
        os.setgid(65534)
        os.setuid(65534)


@pytest.fixture
def open_to_all(tmp_path: Path) -> Path:
    """Return a folder that `as_nobody` can reach."""
    for folder in (tmp_path, *tmp_path.parents):
        if folder.owner() == Path(tmp_path).owner() and folder.name.startswith(("pytest", "test")):
            folder.chmod(0o755)
    if in_child(lambda: (as_nobody(), names_in(tmp_path))).code:
        pytest.skip("the temporary folder is closed to other users")
    return tmp_path


def test_a_new_file_and_one_that_was_there(tmp_path: Path) -> None:
    path = tmp_path / "文.txt"
    write(path, b"one")
    assert path.read_bytes() == b"one"
    write(path, b"two")
    assert path.read_bytes() == b"two"
    assert names_in(tmp_path) == ["文.txt"]


def test_nothing_is_replaced_before_the_end_and_nothing_after_an_error(tmp_path: Path) -> None:
    path = tmp_path / "out"
    write(path, b"old")
    with pytest.raises(ZeroDivisionError), atomic(str(path)) as file:
        file.write(b"new" * 100_000)
        assert path.read_bytes() == b"old"
        raise ZeroDivisionError
    assert path.read_bytes() == b"old"
    assert names_in(tmp_path) == ["out"]


def test_permissions_are_the_old_ones_or_the_umasks(tmp_path: Path) -> None:
    path = tmp_path / "out"
    before = os.umask(0o027)
    try:
        write(path, b"")
    finally:
        os.umask(before)
    assert stat.S_IMODE(path.stat().st_mode) == 0o640
    path.chmod(0o4604)
    write(path, b"")
    assert stat.S_IMODE(path.stat().st_mode) == 0o604, "and no set-user-ID bit"


def test_unfinished_content_is_private(tmp_path: Path) -> None:
    with atomic(str(tmp_path / "out")) as file:
        file.write(b"secret")
        modes = [stat.S_IMODE(path.stat().st_mode) for path in tmp_path.glob(".out.*.tmp")]
    assert modes == [0o600]


def test_a_link_stays_and_its_target_is_replaced(tmp_path: Path) -> None:
    (tmp_path / "there").mkdir()
    (tmp_path / "link").symlink_to("there/real")
    write(tmp_path / "link", b"new")
    assert (tmp_path / "link").is_symlink()
    assert (tmp_path / "there" / "real").read_bytes() == b"new"


def test_only_our_own_temporaries_are_swept(tmp_path: Path) -> None:
    mine = [".news.0123456789abcdef.tmp", ".news.lock"]
    others = [
        ".news.w2v.0123456789abcdef.tmp",  # of the output news.w2v
        ".news.notes.tmp",
        ".news.0123456789abcdeg.tmp",
        "news.0123456789abcdef.tmp",
        ".newsX0123456789abcdef.tmp",
    ]
    for name in mine + others:
        (tmp_path / name).write_bytes(b"")
    write(tmp_path / "news", b"")
    assert names_in(tmp_path) == sorted(["news", *others])


def test_a_name_as_long_as_names_can_be(tmp_path: Path) -> None:
    path = tmp_path / ("长" * 85)
    write(path, b"x")
    assert names_in(tmp_path) == [path.name]


def test_a_name_that_is_no_text(tmp_path: Path) -> None:
    path = os.fsdecode(os.fsencode(tmp_path) + b"/\xff.w2v")
    write(path, b"x")
    assert Path(path).read_bytes() == b"x"


def test_refused_before_any_work(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    (tmp_path / "loop").symlink_to("loop")
    assert refusal("") == "'': a folder, expected the name of a file to write"
    assert refusal(tmp_path) == f"'{tmp_path}': a folder, expected the name of a file to write"
    assert refusal(f"{tmp_path}/new/") == (
        f"'{tmp_path}/new/': a folder, expected the name of a file to write"
    )
    assert refusal(tmp_path / "no" / "out") == (
        f"{tmp_path}/no/out: there is no folder {tmp_path}/no; make it first"
    )
    assert refusal(tmp_path / "file" / "out") == (
        f"{tmp_path}/file/out: cannot be written: Not a directory"
    )
    assert refusal(tmp_path / "loop") == (
        f"{tmp_path}/loop: cannot be written: Too many levels of symbolic links"
    )
    assert refusal(tmp_path / ("n" * 256)) == (
        f"{tmp_path}/{'n' * 256}: cannot be written: File name too long"
    )
    assert names_in(tmp_path) == ["file", "loop"]


def test_a_closed_folder_and_a_protected_file(open_to_all: Path) -> None:
    folder = open_to_all / "closed"
    folder.mkdir(mode=0o755)
    (folder / "out").write_bytes(b"old")

    def check() -> None:
        as_nobody()
        assert refusal(folder / "new") == f"{folder}/new: cannot be written: Permission denied"
        assert refusal(folder / "out") == (
            f"{folder}/out: cannot be written: it is protected; remove it, or name another"
        )

    folder.chmod(0o555)
    (folder / "out").chmod(0o444)
    assert in_child(check).stderr == ""


def test_a_folder_that_one_may_not_look_into(open_to_all: Path) -> None:
    folder = open_to_all / "letterbox"
    folder.mkdir()
    folder.chmod(0o333)
    try:
        assert in_child(lambda: (as_nobody(), write(folder / "out", b"new"))).stderr == ""
    finally:
        folder.chmod(0o755)
    assert (folder / "out").read_bytes() == b"new"


def test_a_lock_that_somebody_planted_is_not_followed(tmp_path: Path) -> None:
    (tmp_path / ".out.lock").symlink_to("victim")
    assert refusal(tmp_path / "out") == (
        f"{tmp_path}/out: cannot be written: Too many levels of symbolic links"
    )
    assert not (tmp_path / "victim").exists()


def test_a_device_is_written_into(tmp_path: Path) -> None:
    with reserve("/dev/null") as output:
        assert output == Output("/dev/null", None)
        with output.replace() as file:
            file.write(b"x")
    assert stat.S_ISCHR(Path("/dev/null").stat().st_mode)


def test_a_full_device() -> None:
    with pytest.raises(RunError, match=r"^/dev/full: cannot be written: No space left on device$"):
        write("/dev/full", b"x")


def test_a_named_pipe_and_a_nameless_one(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    read: list[bytes] = []
    reader = threading.Thread(target=lambda: read.append(pipe.read_bytes()))
    reader.start()
    write(pipe, b"through")
    reader.join()
    assert read == [b"through"]
    assert names_in(tmp_path) == ["pipe"]

    ours, theirs = os.pipe()
    write(f"/dev/fd/{theirs}", b"through")
    assert os.read(ours, 100) == b"through"
    os.close(ours)
    with pytest.raises(BrokenPipeError) as caught:
        write(f"/dev/fd/{theirs}", b"to nobody")
    assert caught.value.filename == f"/dev/fd/{theirs}"
    os.close(theirs)


def test_an_error_about_another_file_is_not_blamed_on_the_output(tmp_path: Path) -> None:
    for path in (str(tmp_path / "out"), "/dev/null"):
        with pytest.raises(FileNotFoundError), atomic(path):
            (tmp_path / "input").read_bytes()
        with pytest.raises(FileNotFoundError), reserve(path):
            (tmp_path / "input").read_bytes()


def test_too_few_descriptors(tmp_path: Path) -> None:
    def check() -> None:
        write(tmp_path / "out", b"old")
        resource.setrlimit(resource.RLIMIT_NOFILE, (0, 0))
        with pytest.raises(RunError, match="out: cannot be written: Too many open files"):
            write(tmp_path / "out", b"new")

    assert in_child(check).stderr == ""
    assert (tmp_path / "out").read_bytes() == b"old"


def test_the_second_writer_is_refused_at_once(tmp_path: Path) -> None:
    path = tmp_path / "m.w2v"
    with reserve(str(path)) as output:
        begun = time.monotonic()
        assert refusal(path) == (
            f"{path}: another run is writing it (lock .m.w2v.lock); wait for it to end"
        )
        assert refusal(tmp_path / "." / "m.w2v").startswith(f"{path}: another run")
        assert time.monotonic() - begun < 0.5
        write(tmp_path / "other", b"")
        with output.replace() as file:
            file.write(b"first")
    write(path, b"second")
    assert names_in(tmp_path) == ["m.w2v", "other"]


def test_a_lock_ends_with_its_process(tmp_path: Path) -> None:
    def hold() -> None:
        with reserve(str(tmp_path / "out")) as output, output.replace() as file:
            file.write(b"x" * 100_000)
            os.kill(os.getpid(), signal.SIGKILL)

    assert in_child(hold).code == -signal.SIGKILL
    assert len(names_in(tmp_path)) == 2, "a lock and a temporary"
    write(tmp_path / "out", b"new")
    assert names_in(tmp_path) == ["out"]


def test_eight_writers_and_four_readers(tmp_path: Path) -> None:
    """T10. Each writer that wins adds one to a number; the file is that number many times."""
    path = tmp_path / "number"
    size, rounds = 50_000, 25

    def content(number: int) -> bytes:
        return number.to_bytes(4, "little") * size

    path.write_bytes(content(0))
    go = tmp_path / "go"

    def wait() -> None:
        while not go.exists():
            time.sleep(0.001)

    def writer() -> None:
        wait()
        won = lost = 0
        for _ in range(rounds):
            try:
                with reserve(str(path)) as output:
                    number = int.from_bytes(path.read_bytes()[:4], "little")
                    time.sleep(0.002)
                    with output.replace() as file:
                        file.write(content(number + 1))
                won += 1
            except RunError as error:
                expected = f"{path}: another run is writing it (lock .number.lock)"
                assert str(error) == f"{expected}; wait for it to end"
                lost += 1
                time.sleep(0.001)
        print(won, lost)

    def reader() -> None:
        wait()
        n_read = 0
        while go.exists():
            found = path.read_bytes()
            assert found == content(int.from_bytes(found[:4], "little"))
            n_read += 1
        print(n_read)

    readers = [Child(reader) for _ in range(4)]
    writers = [Child(writer) for _ in range(8)]
    go.touch()
    ends = [child.end() for child in writers]
    go.unlink()
    seen = [child.end() for child in readers]
    assert [end.stderr for end in ends + seen] == [""] * 12
    assert all(int(end.stdout) > 0 for end in seen)
    won = sum(int(end.stdout.split()[0]) for end in ends)
    lost = sum(int(end.stdout.split()[1]) for end in ends)
    assert won + lost == 8 * rounds
    assert won > 0
    assert lost > 0
    assert path.read_bytes() == content(won)
    assert names_in(tmp_path) == ["number"]


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="/proc is Linux's")
def test_no_descriptor_is_left_open(tmp_path: Path) -> None:
    before = names_in(Path("/proc/self/fd"))
    write(tmp_path / "out", b"x")
    with pytest.raises(RunError), reserve(str(tmp_path)):
        pass
    with reserve(str(tmp_path / "out")), pytest.raises(RunError), reserve(str(tmp_path / "out")):
        pass
    assert names_in(Path("/proc/self/fd")) == before
