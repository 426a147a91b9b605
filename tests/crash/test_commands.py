"""T8 and promise 17 with the real commands: poor surroundings, full disks, signals."""

import hashlib
import os
import resource
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from nlptool.core.cache import kernels_folder, private_folder
from tests.faults import End, names_in

ROOT = Path(__file__).parents[2]
TEXT = ROOT / "corpora" / "zh_bank.txt"
TRAIN = ["w2v", "train", str(TEXT), "--min-count", "2", "--epochs", "2", "--dim", "8"]
TRAIN += ["--threads", "1", "-q"]


def environment(**more: str) -> dict[str, str]:
    """Return almost nothing, but where the kernels are that were compiled before."""
    kept = {name: os.environ[name] for name in ("PATH", "TMPDIR") if name in os.environ}
    if folder := private_folder():
        kept["NUMBA_CACHE_DIR"] = str(kernels_folder(folder))
    return kept | {"PYTHONPATH": str(ROOT)} | more


def nlptool(*arguments: str | Path, **options: Any) -> End:
    settings = {"stdin": subprocess.DEVNULL, "capture_output": True, "env": environment()}
    done = subprocess.run(
        [sys.executable, "-m", "nlptool", *arguments],
        check=False,
        timeout=120,
        **settings | options,
    )
    return End(done.returncode, (done.stdout or b"").decode(), (done.stderr or b"").decode())


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("model") / "bank.w2v"
    assert nlptool(*TRAIN, "-o", path) == End(0, "", "")
    return path


def few_files() -> None:
    resource.setrlimit(resource.RLIMIT_NOFILE, (16, 16))


def nothing_open() -> None:
    for descriptor in (0, 1, 2):
        os.close(descriptor)


def poor() -> None:
    few_files()
    nothing_open()


CLOSED = {"stdin": None, "capture_output": False}
SURROUNDINGS: dict[str, dict[str, Any]] = {
    "all of it": {"preexec_fn": poor, "env": environment(LC_ALL="C"), **CLOSED},
    "few files": {"preexec_fn": few_files},
    "nothing open": {"preexec_fn": nothing_open, **CLOSED},
    "C": {"env": environment(LC_ALL="C", PYTHONCOERCECLOCALE="0", PYTHONUTF8="0")},
    "no home": {"env": environment(HOME="/nonexistent", XDG_CACHE_HOME="/nonexistent")},
    "another hash": {"env": environment(PYTHONHASHSEED="7", TZ="Asia/Tokyo")},
    "no assertions": {"env": environment(PYTHONOPTIMIZE="1")},
}


@pytest.mark.parametrize(
    "name",
    [
        name if name == "all of it" else pytest.param(name, marks=pytest.mark.slow)
        for name in SURROUNDINGS
    ],
)
def test_training_gives_the_same_bytes_in_poor_surroundings(
    model: Path, tmp_path: Path, name: str
) -> None:
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o555)
    (tmp_path / "out").mkdir()
    output = tmp_path / "out" / "bank.w2v"
    assert nlptool(*TRAIN, "-o", output, cwd=closed, **SURROUNDINGS[name]).code == 0
    assert output.read_bytes() == model.read_bytes()
    assert names_in(closed) == []
    assert names_in(tmp_path / "out") == ["bank.w2v"]


@pytest.mark.parametrize("ignored", [False, True])
def test_the_reader_leaves(model: Path, ignored: bool) -> None:
    before = signal.signal(signal.SIGPIPE, signal.SIG_IGN if ignored else signal.SIG_DFL)
    for arguments in (
        ["w2v", "norms", model, "--top", "1000000"],
        ["w2v", "similar", model, "银行", "-k", "300"],
        ["corpus", "segment", TEXT, "-q"],
    ):
        ours, theirs = os.pipe()
        os.close(ours)
        end = nlptool(
            *arguments,
            capture_output=False,
            stdout=theirs,
            stderr=subprocess.PIPE,
            restore_signals=not ignored,
        )
        os.close(theirs)
        assert end == End(-signal.SIGPIPE, "", ""), arguments
    signal.signal(signal.SIGPIPE, before)


def test_the_results_do_not_fit(model: Path) -> None:
    with Path("/dev/full").open("wb") as full:
        for arguments in (["w2v", "similar", model, "银行"], ["corpus", "segment", TEXT, "-q"]):
            end = nlptool(*arguments, capture_output=False, stdout=full, stderr=subprocess.PIPE)
            assert end == End(1, "", "nlptool: stdout: No space left on device\n"), arguments


def test_the_model_does_not_fit(model: Path, tmp_path: Path) -> None:
    target = tmp_path / "m.w2v"
    target.write_bytes(b"old")
    size = model.stat().st_size - 1

    def limited() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))

    assert nlptool(*TRAIN, "-o", target, preexec_fn=limited) == End(
        1, "", f"nlptool: {target}: cannot be written: File too large\n"
    )
    assert target.read_bytes() == b"old"
    assert names_in(tmp_path) == ["m.w2v"]
    assert nlptool(*TRAIN, "-o", "/dev/full") == End(
        1, "", "nlptool: /dev/full: cannot be written: No space left on device\n"
    )


def test_the_output_is_refused_before_the_text_is_read(tmp_path: Path) -> None:
    for output, message in (
        (tmp_path, f"'{tmp_path}': a folder, expected the name of a file to write"),
        (
            tmp_path / "no" / "m",
            f"{tmp_path}/no/m: there is no folder {tmp_path}/no; make it first",
        ),
    ):
        for verb in (["w2v", "train", "nothing.txt"], ["corpus", "segment", "nothing.txt"]):
            assert nlptool(*verb, "-o", output) == End(1, "", f"nlptool: {message}\n"), verb


@pytest.mark.slow
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGKILL])
def test_struck_at_any_time(tmp_path: Path, number: int) -> None:
    """T3. At twenty times the old model stays, and the next run leaves nothing else."""
    text = tmp_path / "text.txt"
    text.write_bytes(TEXT.read_bytes() * 30)
    folder, temporary = tmp_path / "out", tmp_path / "temporary"
    folder.mkdir()
    temporary.mkdir()
    target = folder / "m.w2v"
    train = ["w2v", "train", text, "--epochs", "3", "-o", target, "-q", "--threads", "1"]
    train += ["--temp-dir", temporary]
    begun = time.monotonic()
    assert nlptool(*train) == End(0, "", "")
    whole = time.monotonic() - begun
    new = hashlib.sha256(target.read_bytes()).hexdigest()
    struck = 0
    for part in range(20):
        target.write_bytes(b"old")
        child = subprocess.Popen(
            [sys.executable, "-m", "nlptool", *map(str, train)],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env=environment(),
        )
        time.sleep(whole * (part + 1) / 21)
        begun = time.monotonic()
        child.send_signal(number)
        out, err = child.communicate(timeout=60)
        assert time.monotonic() - begun < 2
        assert child.returncode in (0, -number)
        found = target.read_bytes()
        assert found == b"old" or hashlib.sha256(found).hexdigest() == new
        if child.returncode:
            struck += 1
            said = b"nlptool: interrupted\n"
            # Before our first line Python answers itself, and after our last one nobody does.
            ours = number != signal.SIGKILL and part > 1 and found == b"old"
            assert not ours or (out, err) == (b"", said)
            if number != signal.SIGKILL:
                assert names_in(folder) == ["m.w2v"]
                assert names_in(temporary) == []
    assert struck > 10
    assert nlptool(*train) == End(0, "", "")
    assert hashlib.sha256(target.read_bytes()).hexdigest() == new
    assert names_in(folder) == ["m.w2v"]
    assert names_in(temporary) == []
