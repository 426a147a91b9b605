"""T4 and T8: errors are one line and an exit code, whatever becomes of the standard files."""

import ctypes
import os
import resource
import signal
import stat
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import typer

from nlptool import __version__, errors
from nlptool.cli import app, console
from nlptool.core import store
from nlptool.core.publish import atomic
from tests.faults import Child, End, in_child, names_in, run_main

ROOT = Path(__file__).parents[2]


def run(command: Callable[[], object]) -> End:
    return in_child(lambda: run_main(command))  # type: ignore[arg-type]


def raising(error: BaseException) -> Callable[[], None]:
    def command() -> None:
        raise error

    return command


def nlptool(*arguments: str, **options: Any) -> End:
    """Run the command line in a new interpreter."""
    environment = {"PYTHONPATH": str(ROOT), "PATH": os.environ["PATH"]}
    environment |= options.pop("env", {})
    done = subprocess.run(
        [sys.executable, "-m", "nlptool", *arguments],
        **{"stdin": subprocess.DEVNULL, "capture_output": True, "timeout": 60} | options,
        env=environment,
        check=False,
    )
    texts = [
        (text or b"").decode("utf-8", "surrogateescape") for text in (done.stdout, done.stderr)
    ]
    return End(done.returncode, texts[0], texts[1])


@pytest.fixture
def model(tmp_path: Path) -> Path:
    path = tmp_path / "模型.test"
    tensors = {"vectors": np.zeros((2, 3), np.float32)}
    store.publish(str(path), "test", config={"题": "中\x1b[31m文"}, training={}, tensors=tensors)
    return path


# ---- errors become lines ----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("error", "code", "line"),
    [
        (errors.ConfigError("--dim: 0, expected 1"), 2, "--dim: 0, expected 1"),
        (errors.CorpusError("a.txt:3: no"), 3, "a.txt:3: no"),
        (errors.ModelError("m: damaged"), 4, "m: damaged"),
        (errors.RunError("out: full"), 1, "out: full"),
        (OSError(28, "No space left", "/tmp/x"), 1, "/tmp/x: No space left"),
        (OSError(5, "Input/output error"), 1, "input or output: Input/output error"),
        (OSError("strange"), 1, "input or output: strange"),
        (
            MemoryError(),
            1,
            "out of memory; give it less at once, or use a machine with more",
        ),
        # A worker's pipe, not that of our results: this is a fault, and is told.
        (BrokenPipeError(32, "Broken pipe"), 1, "input or output: Broken pipe"),
        (
            typer.TyperException("No such thing."),
            1,
            "No such thing; --help shows how to use the command",
        ),
        (
            errors.CorpusError("a\nb\r\x1b[31m\x00\u2028\ud800.txt: 中文"),
            3,
            r"a\nb\r\x1b[31m\x00\u2028\ud800.txt: 中文",
        ),
        (errors.ModelError("m" * 10_000), 4, "m" * 5000 + "..."),
    ],
)
def test_an_error_is_one_line_and_a_code(error: Exception, code: int, line: str) -> None:
    assert run(raising(error)) == End(code, "", f"nlptool: {line}\n")


def test_every_code_is_in_the_help() -> None:
    for kind in errors.NlptoolError.__subclasses__():
        assert f" {kind.exit_code} " in app.EPILOG, kind


@pytest.mark.parametrize("named", [False, True])
def test_a_pipe_breaks_inside_a_command(named: bool) -> None:
    """Typer would exit with 1 and silently, whatever pipe it was."""
    error = BrokenPipeError(32, "Broken pipe")
    if named:
        error.filename = "/dev/fd/63"
    inner = typer.Typer()
    inner.command()(raising(error))

    def command() -> None:
        inner([], standalone_mode=False)

    assert run(command) == (
        End(-signal.SIGPIPE, "", "")
        if named
        else End(1, "", "nlptool: input or output: Broken pipe\n")
    )


def test_a_defect_of_ours_keeps_its_traceback() -> None:
    end = run(raising(ZeroDivisionError("ours")))
    assert end.code == 70, "so it is in a child of the tests; an interpreter says 1"
    assert "Traceback" in end.stderr
    assert end.lines[-1] == "ZeroDivisionError: ours"


def test_an_abort_is_an_interrupt() -> None:
    assert run(raising(typer.Abort())) == End(-signal.SIGINT, "", "nlptool: interrupted\n")


def test_results_and_code_of_a_command_that_works() -> None:
    assert run(lambda: console.out("词\t1")) == End(0, "词\t1\n", "")


def test_version_and_help_and_wrong_use() -> None:
    assert nlptool("--version") == End(0, f"nlptool {__version__}\n", "")
    assert nlptool("--help").stdout == nlptool("-h").stdout
    assert nlptool("no") == End(
        2, "", "nlptool: No such command 'no'; --help shows how to use the command\n"
    )
    assert nlptool("model", "info") == End(
        2, "", "nlptool: Missing argument 'MODEL...'; --help shows how to use the command\n"
    )
    assert nlptool("model", "info", "--what", "x") == End(
        2, "", "nlptool: No such option: --what; --help shows how to use the command\n"
    )
    without = nlptool("model")
    assert (without.code, without.stdout) == (2, "")
    assert without.stderr.startswith("Usage: nlptool model [OPTIONS] COMMAND")


# ---- standard files ---------------------------------------------------------------------------


def broken_pipe() -> int:
    """Return the end to write to of a pipe that nobody reads."""
    ours, theirs = os.pipe()
    os.close(ours)
    return theirs


@pytest.mark.parametrize("ignored", [False, True])
def test_nobody_reads_the_results(model: Path, ignored: bool) -> None:
    """Silent, and 141 to a shell, though the parent may have had SIGPIPE ignored."""
    before = signal.signal(signal.SIGPIPE, signal.SIG_IGN if ignored else signal.SIG_DFL)
    pipe = broken_pipe()
    try:
        for arguments in (["--version"], ["--help"], ["model", "info", str(model)]):
            end = nlptool(
                *arguments,
                capture_output=False,
                stdout=pipe,
                stderr=subprocess.PIPE,
                restore_signals=not ignored,
            )
            assert end == End(-signal.SIGPIPE, "", ""), arguments
    finally:
        os.close(pipe)
        signal.signal(signal.SIGPIPE, before)


def test_the_reader_leaves_after_one_line(tmp_path: Path) -> None:
    """What is being written at that time is not left lying about."""
    ours, theirs = os.pipe()

    def command() -> None:
        with atomic(str(tmp_path / "out")) as file:
            file.write(b"x")
            while True:
                console.out("line")

    def child() -> None:
        os.close(ours)
        os.dup2(theirs, 1)
        sys.stdout = os.fdopen(1, "w")
        run_main(command)

    reader = Child(child)
    os.close(theirs)
    assert os.read(ours, 5) == b"line\n"
    os.close(ours)
    assert reader.end() == End(-signal.SIGPIPE, "", "")
    assert names_in(tmp_path) == []


def test_stdout_is_full(model: Path) -> None:
    full = {"capture_output": False, "stderr": subprocess.PIPE}
    with Path("/dev/full").open("wb") as device:
        for arguments in (["--version"], ["model", "info", str(model)]):
            assert nlptool(*arguments, stdout=device, **full) == End(
                1, "", "nlptool: stdout: No space left on device\n"
            )
        end = nlptool("--help", stdout=device, **full)
        assert (end.code, len(end.lines)) == (1, 1)
        assert nlptool("--version", stdout=device, stderr=device, capture_output=False).code == 1


def test_the_output_is_a_full_device() -> None:
    def command() -> None:
        with atomic("/dev/full") as file:
            file.write(b"x" * 100)

    assert run(command) == End(
        1, "", "nlptool: /dev/full: cannot be written: No space left on device\n"
    )


def test_the_results_are_larger_than_a_file_may_be(tmp_path: Path) -> None:
    """`ulimit -f`: the system sends SIGXFSZ, which must not kill."""

    def child() -> None:
        os.dup2(os.open(tmp_path / "results", os.O_WRONLY | os.O_CREAT), 1)
        sys.stdout = os.fdopen(1, "w")
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)  # as Python does when it starts
        resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000))
        run_main(lambda: [console.out("line") for _ in range(10_000)])  # type: ignore[arg-type]

    assert in_child(child) == End(1, "", "nlptool: stdout: File too large\n")
    assert (tmp_path / "results").stat().st_size == 1000


def closing(*descriptors: int) -> dict[str, Any]:
    """Return how `nlptool` starts with standard files closed, as by `>&-`."""
    return {
        "preexec_fn": lambda: [os.close(number) for number in descriptors],
        "stdin": None,
        "capture_output": False,
    }


@pytest.mark.parametrize("closed", [(0,), (1,), (2,), (0, 1), (0, 2), (1, 2), (0, 1, 2)])
def test_closed_standard_files(model: Path, closed: tuple[int, ...]) -> None:
    for arguments, code in ((["--version"], 0), (["model", "info", str(model)], 0), (["no"], 2)):
        end = nlptool(*arguments, **closing(*closed))
        # Results that nobody can get are a failure; messages are not.
        assert end.code == (1 if 1 in closed and code == 0 else code), arguments


def test_what_is_said_when_stdout_is_closed(tmp_path: Path) -> None:
    with (tmp_path / "err").open("wb") as err:
        assert nlptool("--version", **closing(1) | {"stderr": err}).code == 1
    assert (tmp_path / "err").read_text() == (
        "nlptool: stdout: closed, expected somewhere to write the results\n"
    )


def test_a_file_does_not_become_stdout(tmp_path: Path) -> None:
    """A closed descriptor 1 is the next that is opened, and a stray write would go there."""

    def child() -> None:
        os.close(1)
        os.close(0)

        def command() -> None:
            with atomic(str(tmp_path / "out")) as file:
                os.write(1, b"stray")
                file.write(b"content")

        run_main(command)

    assert in_child(child).code == 0
    assert (tmp_path / "out").read_bytes() == b"content"


def test_stderr_is_full_or_abandoned() -> None:
    pipe = broken_pipe()
    for stderr in (os.open("/dev/full", os.O_WRONLY), pipe):
        end = nlptool("no", capture_output=False, stdout=subprocess.PIPE, stderr=stderr)
        assert end == End(2, "", "")
        os.close(stderr)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
def test_signals_to_a_real_process(number: int) -> None:
    code = """
from tests.faults import run_main
import time
run_main(lambda: (print("ready", flush=True), time.sleep(20)))
"""
    child = subprocess.Popen(
        [sys.executable, "-c", code],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
    )
    assert child.stdout is not None
    assert child.stdout.readline() == b"ready\n"
    begun = time.monotonic()
    child.send_signal(number)
    assert child.communicate(timeout=20) == (b"", b"nlptool: interrupted\n")
    assert child.returncode == -number
    assert time.monotonic() - begun < 2


# ---- poor surroundings ------------------------------------------------------------------------


def test_no_locale_no_home_few_files_a_closed_folder(model: Path, tmp_path: Path) -> None:
    closed = tmp_path / "closed"
    closed.mkdir()
    closed.chmod(0o555)

    def poor() -> None:
        resource.setrlimit(resource.RLIMIT_NOFILE, (16, 16))

    for name in ("C", "POSIX", "zh_CN.GB18030", "nonsense"):
        surroundings = {"env": {"LC_ALL": name, "LANG": name}, "cwd": closed, "preexec_fn": poor}
        assert nlptool("--version", **surroundings).code == 0
        end = nlptool("model", "info", str(model), **surroundings)
        assert (end.code, end.stderr) == (0, ""), name
        assert f"file\t{model}\n" in end.stdout
        assert "config.题\t中\\x1b[31m文\n" in end.stdout
        assert nlptool("model", "info", "模", **surroundings) == End(
            4, "", "nlptool: 模: cannot be read: No such file or directory\n"
        )
    assert names_in(closed) == []


def test_kernels_are_kept_in_the_private_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    monkeypatch.delenv("NUMBA_CACHE_DIR", raising=False)

    def show() -> None:
        console.out(os.environ["NUMBA_CACHE_DIR"])

    assert run(show).stdout.startswith(f"{tmp_path}/nlptool/numba")
    monkeypatch.setenv("NUMBA_CACHE_DIR", "mine")
    assert run(show).stdout == "mine\n"


def test_kernels_are_kept_for_a_while_where_no_folder_is_private(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(app, "private_folder", lambda: None)
    monkeypatch.setattr(tempfile, "tempdir", None)  # what the tests have found is not kept
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.delenv("NUMBA_CACHE_DIR", raising=False)

    def show() -> None:
        (folder,) = tmp_path.iterdir()
        console.out(oct(stat.S_IMODE(folder.stat().st_mode)))
        assert folder in Path(os.environ["NUMBA_CACHE_DIR"]).parents

    assert run(show) == End(0, "0o700\n", "")
    assert names_in(tmp_path) == []


def test_a_disk_of_one_megabyte(tmp_path: Path) -> None:
    """T4. The old output stays, and nothing of the new one."""
    disk = tmp_path / "disk"
    disk.mkdir()

    def child() -> None:
        libc = ctypes.CDLL(None, use_errno=True)
        apart, private = 0x20000, 1 << 18 | 1 << 14
        if (
            libc.unshare(apart)
            or libc.mount(b"none", b"/", None, private, None)
            or libc.mount(b"none", bytes(disk), b"tmpfs", 0, b"size=1m")
        ):
            sys.exit(77)
        target = disk / "m.w2v"
        target.write_bytes(b"old")

        def command() -> None:
            try:
                for dim in (10, 100_000):
                    tensors = {"vectors": np.zeros((3, dim), np.float32)}
                    store.publish(str(target), "t", config={}, training={}, tensors=tensors)
            finally:
                stored = store.load(str(target))
                console.out(f"{names_in(disk)} {stored.tensors['vectors'].shape}")

        run_main(command)

    end = in_child(child)
    if end.code == 77:
        pytest.skip("no file system may be mounted here")
    assert end == End(
        1,
        "['m.w2v'] (3, 10)\n",
        f"nlptool: {disk}/m.w2v: cannot be written: No space left on device\n",
    )
