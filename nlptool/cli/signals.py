"""What SIGINT, SIGTERM and SIGHUP do: stop, clean up, die by the same signal.

A signal raises `Interrupted` wherever the program stands, so that every `finally` runs. A
training asks for patience: inside `patiently` the signal is kept until the report is called,
which happens only where the state is whole and a checkpoint can be written. Patience ends
after `PATIENCE` seconds, or with a second signal. Once the program is cleaning up, more
signals change nothing for `GRACE` seconds; after that, one more ends it as it stands.
"""

import os
import signal
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType
from typing import NoReturn

PATIENCE = 1.7
GRACE = 2.0

_ENDING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class Interrupted(BaseException):
    """A signal asked the program to stop."""

    def __init__(self, number: int) -> None:
        super().__init__(signal.Signals(number).name)
        self.number = number


class _State:
    """What is known of signals so far; there is one for the process, as there is of them."""

    patient = False
    pending: int | None = None
    stopping: float | None = None


def install() -> None:
    """Take over the signals that ask for an end, unless the parent had them ignored."""
    for number in _ENDING:
        if signal.getsignal(number) != signal.SIG_IGN:
            signal.signal(number, _receive)
    signal.signal(signal.SIGALRM, _receive)
    sys.unraisablehook = _unraisable


def release() -> None:
    """Give the signals back: nothing is left to clean up.

    Raises:
        Interrupted: a signal came and was not heeded yet.
    """
    _State.patient = False
    check()
    for number in (*_ENDING, signal.SIGALRM):
        if signal.getsignal(number) is _receive:
            signal.signal(number, signal.SIG_DFL)


@contextmanager
def patiently() -> Iterator[None]:
    """Keep a signal until `check` is called, for at most `PATIENCE` seconds."""
    before = _State.patient
    _State.patient = True
    try:
        yield
    finally:
        _State.patient = before
    check()


def check() -> None:
    """Raise what was kept back.

    Raises:
        Interrupted: a signal came since the last call.
    """
    if _State.pending is not None:
        _stop(_State.pending)


def die(number: int) -> NoReturn:
    """End the process by a signal, so that the parent sees what happened."""
    signal.signal(number, signal.SIG_DFL)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, [number])
    os.kill(os.getpid(), number)
    # Only the first process of a container comes here.
    os._exit(128 + number)


def _receive(number: int, _frame: FrameType | None) -> None:
    if _State.stopping is not None:
        if number != signal.SIGALRM and time.monotonic() - _State.stopping > GRACE:
            die(number)
    elif number == signal.SIGALRM:
        check()
    elif _State.patient and _State.pending is None:
        _State.pending = number
        signal.setitimer(signal.ITIMER_REAL, PATIENCE)
    else:
        _stop(number)


def _stop(number: int) -> NoReturn:
    _State.stopping = time.monotonic()
    _State.pending = None
    signal.setitimer(signal.ITIMER_REAL, 0)
    raise Interrupted(number)


def _unraisable(lost: "sys.UnraisableHookArgs") -> None:
    """Ask once more, a moment later, when a signal came where Python cannot raise.

    That is in a finaliser, or in a function that a library in C calls.
    """
    if isinstance(lost.exc_value, Interrupted):
        _State.stopping = None
        _State.pending = lost.exc_value.number
        signal.setitimer(signal.ITIMER_REAL, 0.01)
    else:
        sys.__unraisablehook__(lost)
