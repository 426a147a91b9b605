"""What SIGINT, SIGTERM and SIGHUP do: stop, clean up, die by the same signal.

A signal raises `Interrupted` wherever the program stands, so that every `finally` runs. A
training asks for patience: inside `patiently` the signal is kept until the report is called,
which happens only where the state is whole and a checkpoint can be written. Patience ends
after `PATIENCE` seconds.
"""

import os
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType
from typing import NoReturn

PATIENCE = 1.7


class Interrupted(BaseException):
    """A signal asked the program to stop."""

    def __init__(self, number: int) -> None:
        super().__init__(signal.Signals(number).name)
        self.number = number


class _Held:
    """The signal that is kept back while somebody is patient."""

    patient = False
    pending: int | None = None


def install() -> None:
    """Take over the signals that ask for an end, unless the parent had them ignored."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        if signal.getsignal(number) != signal.SIG_IGN:
            signal.signal(number, _receive)
    signal.signal(signal.SIGALRM, _receive)


@contextmanager
def patiently() -> Iterator[None]:
    """Keep a signal until `check` is called, for at most `PATIENCE` seconds."""
    _Held.patient = True
    try:
        yield
        check()
    finally:
        _Held.patient = False
        signal.setitimer(signal.ITIMER_REAL, 0)


def check() -> None:
    """Raise what was kept back.

    Raises:
        Interrupted: a signal came since the last call.
    """
    if _Held.pending is not None:
        number, _Held.pending = _Held.pending, None
        _Held.patient = False
        signal.setitimer(signal.ITIMER_REAL, 0)
        raise Interrupted(number)


def die(number: int) -> NoReturn:
    """End the process by a signal, so that the parent sees what happened."""
    signal.signal(number, signal.SIG_DFL)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, [number])
    os.kill(os.getpid(), number)
    sys.exit(128 + number)


def _receive(number: int, _frame: FrameType | None) -> None:
    if number == signal.SIGALRM:
        check()
    elif _Held.patient and _Held.pending is None:
        _Held.pending = number
        signal.setitimer(signal.ITIMER_REAL, PATIENCE)
    else:
        _Held.pending = None
        raise Interrupted(number)
