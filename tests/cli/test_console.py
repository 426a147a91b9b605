"""Results go to stdout as they are, talk to stderr, and neither gets into the other."""

import io
import os
import pty
import re
import signal
import sys
import threading
import time
from collections.abc import Callable

import pytest

from nlptool.cli import console, signals
from nlptool.core.report import Note, Progress
from nlptool.errors import RunError
from tests.faults import Child, End, in_child


def on_terminals(function: Callable[[], object], *descriptors: int) -> tuple[End, str]:
    """Run a function with some of its standard files a terminal; return what that showed."""
    ours, theirs = pty.openpty()

    def child() -> None:
        for number in descriptors:
            os.dup2(theirs, number)
            setattr(
                sys,
                ("stdin", "stdout", "stderr")[number],
                os.fdopen(number, "r" if number == 0 else "w", closefd=False),
            )
        os.environ |= {"TERM": "xterm", "COLUMNS": "80"}
        try:
            function()
        finally:
            sys.stdout.flush()
            sys.stderr.flush()

    shown: list[bytes] = []

    def read() -> None:
        try:
            while piece := os.read(ours, 10_000):
                shown.append(piece)
        except OSError:
            pass  # the terminal was closed

    reader = Child(child)
    os.close(theirs)
    thread = threading.Thread(target=read)
    thread.start()
    end = reader.end()
    thread.join()
    os.close(ours)
    return end, b"".join(shown).decode()


def plain(shown: str) -> str:
    """Return what a terminal showed without colours and movements."""
    return re.sub(r"\x1b\[[0-9;?]*[a-zA-Z]", "", shown)


def test_what_would_not_stay_on_its_line_is_made_visible() -> None:
    assert console.escaped("中文 a-é") == "中文 a-é"
    assert console.escaped("a\tb\n\r\x07\x1b[0m\x85\u2028") == r"a\tb\n\r\x07\x1b[0m\x85\u2028"
    assert console.escaped(os.fsdecode(b"\xff")) == r"\udcff"
    assert console.escaped("\u202e") == r"\u202e", "what turns the writing round"


def test_nobody_listens(monkeypatch: pytest.MonkeyPatch) -> None:
    class Full(io.StringIO):
        def flush(self) -> None:
            raise OSError(28, "No space left on device")

    monkeypatch.setattr(sys, "stderr", Full())
    console.say("x")
    assert sys.stderr is None
    console.say("y")
    with console.talking(quiet=False) as report:
        report(Note("z"))


def test_results_need_somewhere_to_go(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdout", None)
    for write in (lambda: console.out("x"), lambda: console.out_bytes(b"x\n")):
        with pytest.raises(RunError, match=r"^stdout: closed, expected somewhere to write"):
            write()
    console.flush()
    assert not console.is_terminal()
    assert not console.is_abandoned()


def test_bytes_and_text_keep_their_order(capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    console.out("一")
    console.flush()
    console.out_bytes("二\n".encode())
    console.out("三")
    console.flush()
    assert capfdbinary.readouterr().out.decode() == "一\n二\n三\n"


def test_bytes_after_text_that_is_still_kept_back() -> None:
    def child() -> None:
        sys.stdout = os.fdopen(1, "w", closefd=False)
        console.out("一")
        console.out_bytes("二\n".encode())

    assert in_child(child).stdout == "一\n二\n"


def test_json_is_one_strict_line(capsys: pytest.CaptureFixture[str]) -> None:
    console.out_json({"词": "中\n文", "n": 1.5})
    assert capsys.readouterr().out == '{"词": "中\\n文", "n": 1.5}\n'
    with pytest.raises(ValueError, match="not JSON compliant"):
        console.out_json({"n": float("nan")})


def test_a_table_is_tabs_in_a_pipe_and_drawn_on_a_terminal() -> None:
    def show() -> None:
        console.table(("词", "n"), [("[red]中\x1b文", "1"), ("b", "2")], title="题")

    assert in_child(show).stdout == "词\tn\n[red]中\x1b文\t1\nb\t2\n"
    without = in_child(lambda: console.table(("a",), [("b",)], header=False))
    assert without.stdout == "b\n"
    end, shown = on_terminals(show, 1)
    assert end == End(0, "", "")
    assert r"[red]中\x1b文" in plain(shown)
    assert "题" in shown
    assert "━" in shown


def test_quiet_says_nothing_but_heeds_signals(capsys: pytest.CaptureFixture[str]) -> None:
    with console.talking(quiet=True) as report:
        report(Note("x"))
        report(Progress("training", 1, 2, "words"))
    assert capsys.readouterr() == ("", "")


def test_progress_in_a_log_is_a_line_now_and_then(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    now = 0.0
    monkeypatch.setattr(console.time, "monotonic", lambda: now)
    with console.talking(quiet=False) as report:
        for second in range(0, 3601, 5):
            now = float(second)
            if second == 20:
                report(Note("a\nnote"))
            if second <= 40:
                report(Progress("reading", second * 1000, None, "bytes"))
            report(Progress("training", second * 1000, 3_600_000, "words", 2.5))
        report(Progress("training", 3_600_000, 3_600_000, "words", 2.5))
    lines = capsys.readouterr().err.splitlines()
    assert lines[:6] == [
        "nlptool: reading: 10,000 bytes, 1,000/s",
        "nlptool: training: 0% of 3,600,000 words, 1,000/s, loss 2.5000, 59:50 left",
        r"nlptool: a\nnote",
        "nlptool: reading: 20,000 bytes, 1,000/s",
        "nlptool: training: 1% of 3,600,000 words, 1,000/s, loss 2.5000, 59:40 left",
        "nlptool: reading: 30,000 bytes, 1,000/s",
    ]
    assert lines[-1] == "nlptool: training: 100% of 3,600,000 words, 1,000/s, loss 2.5000"
    assert len(lines) == 4 + 1 + 360


def test_a_stage_that_is_over_at_once_says_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    with console.talking(quiet=False) as report:
        report(Progress("reading", 0, 10, "bytes"))
        report(Progress("reading", 10, 10, "bytes"))
        report(Progress("nothing", 0, 0, "bytes"))
    assert capsys.readouterr().err == ""


def _work() -> None:
    with console.talking(quiet=False) as report:
        report(Progress("training", 500, 1000, "words", 1.25))
        console.out("result")
        report(Note("[b]chosen: \x1b jieba"))
        report(Progress("training", 1_500_000, 2_000_000, "words"))
        report(Progress("counting", 2000, None, "lines"))


def test_bars_on_a_terminal_keep_out_of_the_results() -> None:
    end, shown = on_terminals(_work, 2)
    assert (end.code, end.stdout) == (0, "result\n"), "which is a file"
    assert "result" not in shown
    assert "training" in shown
    assert r"nlptool: [b]chosen: \x1b jieba" in plain(shown)
    assert "1.50M words" in plain(shown)
    assert "counting" in shown


def test_a_stage_that_several_threads_begin_has_one_bar() -> None:
    def work() -> None:
        from rich.progress import Progress as Bars

        add, added = Bars.add_task, []

        def slowly(self: Bars, *args: object, **more: object) -> object:
            time.sleep(0.05)
            added.append(args)
            return add(self, *args, **more)  # type: ignore[arg-type]  # as it was called

        Bars.add_task = slowly  # type: ignore[method-assign,assignment]  # this process ends soon
        with console.talking(quiet=False) as report:
            threads = [
                threading.Thread(target=report, args=(Progress("racing", i, 9, "steps"),))
                for i in range(8)
            ]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
        console.out(str(len(added)))

    end, _ = on_terminals(work, 2)
    assert (end.code, end.stdout) == (0, "1\n")


def test_bars_and_results_on_one_terminal() -> None:
    end, shown = on_terminals(_work, 1, 2)
    assert end == End(0, "", "")
    assert "result\r\n" in plain(shown)


def test_bars_end_with_a_signal() -> None:
    def work() -> None:
        signals.install()
        with console.talking(quiet=False) as report, signals.patiently():
            report(Progress("training", 1, 2, "words"))
            os.kill(os.getpid(), signal.SIGTERM)
            report(Progress("training", 2, 2, "words"))

    end, shown = on_terminals(work, 2)
    assert end.code == 70
    assert "Interrupted: SIGTERM" in shown
    assert shown.rindex("\x1b[?25h") > shown.rindex("\x1b[?25l"), "the cursor is back"


def test_a_person_is_told_that_the_program_waits() -> None:
    def hint(*paths: str, quiet: bool = False) -> Callable[[], None]:
        return lambda: console.hint_stdin(paths, quiet=quiet)

    told = "nlptool: reading from the terminal; end with Ctrl-D, or name a file\n"
    assert on_terminals(hint("-"), 0)[0].stderr == told
    assert on_terminals(hint("-", quiet=True), 0)[0].stderr == ""
    assert on_terminals(hint("a.txt"), 0)[0].stderr == ""
    assert in_child(hint("-")).stderr == ""
