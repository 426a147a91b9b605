"""T8: a signal stops the program soon, cleanly, and is what the parent sees."""

import ctypes
import os
import signal
import threading
import time
from collections.abc import Callable
from contextlib import contextmanager
from pathlib import Path

import pytest

from nlptool.cli import console, signals
from nlptool.errors import RunError
from tests.faults import Child, End, in_child, run_main

ENDING = [signal.SIGINT, signal.SIGTERM, signal.SIGHUP]
INTERRUPTED = "nlptool: interrupted\n"


def me(number: int) -> None:
    os.kill(os.getpid(), number)


def run(command: Callable[[], None]) -> End:
    return in_child(lambda: run_main(command))


def sent(command: Callable[[], None], *numbers: int, after: float = 0.1) -> tuple[End, float]:
    """Run a command that says "ready", send it signals; return its end and how long it took."""
    child = Child(lambda: run_main(command))
    begun = time.monotonic()
    while not child.has_written():
        assert time.monotonic() - begun < 20
        time.sleep(0.002)
    begun = time.monotonic()
    for number in numbers:
        os.kill(child.number, number)
        time.sleep(after)
    end = child.end()
    return end, time.monotonic() - begun


@pytest.mark.parametrize("number", ENDING)
def test_the_program_cleans_up_and_dies_by_the_signal(number: int) -> None:
    def command() -> None:
        try:
            me(number)
            time.sleep(10)
        finally:
            print("clean")

    assert run(command) == End(-number, "clean\n", INTERRUPTED)


@pytest.mark.parametrize(
    "wait",
    [
        lambda: time.sleep(10),
        lambda: threading.Event().wait(10),
        lambda: os.read(os.pipe()[0], 1),
        lambda: [None for _ in iter(int, 1)],
    ],
    ids=["sleep", "lock", "read", "loop"],
)
def test_whatever_it_is_doing(wait: Callable[[], object]) -> None:
    end, seconds = sent(lambda: (print("ready"), wait()), signal.SIGTERM)  # type: ignore[func-returns-value]
    assert end == End(-signal.SIGTERM, "ready\n", INTERRUPTED)
    assert seconds < 1.5


def test_what_the_parent_ignores_stays_ignored() -> None:
    def child() -> None:
        for number in ENDING:
            signal.signal(number, signal.SIG_IGN)  # as nohup and `&` in a script do
        run_main(lambda: (me(signal.SIGHUP), me(signal.SIGINT), print("still here")))  # type: ignore[func-returns-value]

    assert in_child(child) == End(0, "still here\n", "")


def test_more_signals_do_not_disturb_the_cleaning() -> None:
    def command() -> None:
        try:
            me(signal.SIGTERM)
        finally:
            for number in ENDING * 3:
                me(number)
            print("clean")

    assert run(command) == End(-signal.SIGTERM, "clean\n", INTERRUPTED)


def test_but_one_ends_a_cleaning_that_takes_too_long(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(signals, "GRACE", 0.05)

    def command() -> None:
        try:
            me(signal.SIGTERM)
        finally:
            time.sleep(0.1)
            print("cleaning")
            me(signal.SIGINT)
            print("never")

    assert run(command) == End(-signal.SIGINT, "cleaning\n", "")


def test_a_signal_during_the_message_of_an_error() -> None:
    def command() -> None:
        console.show = lambda _: me(signal.SIGTERM)  # type: ignore[assignment]
        raise RunError("no")

    assert run(command).code == -signal.SIGTERM


def test_patience_waits_for_the_report() -> None:
    def command() -> None:
        with console.talking(quiet=True) as report, signals.patiently():
            me(signal.SIGTERM)
            print("whole")
            report(None)  # type: ignore[arg-type]
            print("never")

    assert run(command) == End(-signal.SIGTERM, "whole\n", INTERRUPTED)


def test_patience_ends() -> None:
    def command() -> None:
        with signals.patiently():
            print("ready")
            while True:
                time.sleep(0.01)

    end, seconds = sent(command, signal.SIGINT)
    assert end == End(-signal.SIGINT, "ready\n", INTERRUPTED)
    assert 1 < seconds < 2, "two seconds are promised"


def test_a_second_signal_ends_patience() -> None:
    def command() -> None:
        with signals.patiently():
            print("ready")
            while True:
                time.sleep(0.01)

    end, seconds = sent(command, signal.SIGINT, signal.SIGTERM)
    assert end == End(-signal.SIGTERM, "ready\n", INTERRUPTED)
    assert seconds < 1


def test_what_was_kept_is_heeded_where_patience_is_over() -> None:
    def command() -> None:
        with signals.patiently():
            with signals.patiently():
                me(signal.SIGTERM)
                print("inner")
            print("never")

    assert run(command) == End(-signal.SIGTERM, "inner\n", INTERRUPTED)


def test_an_inner_block_does_not_end_the_outer_ones_patience() -> None:
    def command() -> None:
        with signals.patiently():
            with signals.patiently():
                pass
            me(signal.SIGTERM)
            print("patient")
        print("never")

    assert run(command) == End(-signal.SIGTERM, "patient\n", INTERRUPTED)


def test_patience_after_which_nothing_came() -> None:
    def command() -> None:
        with signals.patiently():
            pass
        print("on")
        me(signal.SIGTERM)
        print("never")

    assert run(command) == End(-signal.SIGTERM, "on\n", INTERRUPTED)


def test_a_kept_signal_is_not_lost_when_the_run_fails() -> None:
    def command() -> None:
        with signals.patiently():
            me(signal.SIGTERM)
            raise RunError("out: the disk is full")

    assert run(command) == End(
        -signal.SIGTERM, "", f"nlptool: out: the disk is full\n{INTERRUPTED}"
    )


def test_a_signal_that_came_where_nothing_can_be_raised() -> None:
    class Thing:
        def __del__(self) -> None:
            me(signal.SIGTERM)

    def finaliser() -> None:
        thing = Thing()
        del thing
        time.sleep(10)

    def callback() -> None:
        ctypes.CFUNCTYPE(None)(lambda: me(signal.SIGTERM))()
        time.sleep(10)

    for command in (finaliser, callback):
        assert run(command) == End(-signal.SIGTERM, "", INTERRUPTED), command


def test_other_errors_there_are_still_told() -> None:
    class Thing:
        def __del__(self) -> None:
            raise ValueError("lost")

    def command() -> None:
        thing = Thing()
        del thing

    end = run(command)
    assert end.code == 0
    assert "ValueError: lost" in end.stderr


def test_where_signals_do_not_end_a_process_it_exits() -> None:
    """As the first process of a container."""

    def command() -> None:
        real = os.kill
        os.kill = lambda *_: None
        real(os.getpid(), signal.SIGTERM)

    assert run(command) == End(143, "", INTERRUPTED)


def test_what_was_entered_and_not_yet_assigned_is_left_too(tmp_path: Path) -> None:
    """A signal may come when `__enter__` has run, and `with` does not know it yet."""

    @contextmanager
    def held():  # type: ignore[no-untyped-def]
        try:
            yield
        finally:
            (tmp_path / "left").touch()

    class Late:
        def __enter__(self) -> None:
            self.inner = held()
            self.inner.__enter__()
            me(signal.SIGTERM)

        def __exit__(self, *_: object) -> None:
            pytest.fail("never entered")

    def command() -> None:
        with Late():
            pass

    assert run(command) == End(-signal.SIGTERM, "", INTERRUPTED)
    assert (tmp_path / "left").exists()


def test_the_signals_are_given_back_at_the_end() -> None:
    def child() -> None:
        signals.install()
        signals.release()
        assert [signal.getsignal(number) for number in ENDING] == [signal.SIG_DFL] * 3

    assert in_child(child) == End(0, "", "")
