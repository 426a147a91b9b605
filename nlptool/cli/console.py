"""How nlptool talks: results on stdout, everything else on stderr.

Results are plain lines, TSV, or one JSON object a line. On a terminal tables are drawn and
progress is a bar; elsewhere progress is one plain line now and then.
"""

import json
import select
import signal
import sys
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from threading import Lock
from typing import Any

from nlptool.cli import signals
from nlptool.core.report import Note, Progress, Report
from nlptool.errors import RunError

PLAIN_EVERY = 10.0
LONGEST = 5000
"""Characters of a message: a stranger's file may hold a name of a million."""


def escaped(text: str) -> str:
    """Return a text with its control characters made visible, so that it stays one line."""
    return "".join(
        char if char.isprintable() else char.encode("unicode_escape").decode() for char in text
    )


def say(text: str) -> None:
    """Write one line to stderr; nobody listening is no reason to fail."""
    if len(text) > LONGEST:
        text = f"{text[:LONGEST]}..."
    show(f"nlptool: {escaped(text)}")


def show(text: str) -> None:
    """Write help to stderr as it is."""
    if sys.stderr is not None:
        try:
            sys.stderr.write(f"{text}\n")
            sys.stderr.flush()
        except OSError:
            sys.stderr = None  # as Python has it where there is none


def out(text: str) -> None:
    """Write one line of results."""
    if sys.stdout is None:
        raise RunError("stdout: closed, expected somewhere to write the results")
    with _writing():
        sys.stdout.write(text + "\n")


def out_bytes(text: bytes) -> None:
    """Write lines of UTF-8 that are ready as they are, and hand them on."""
    if sys.stdout is None:
        raise RunError("stdout: closed, expected somewhere to write the results")
    with _writing():
        sys.stdout.flush()
        sys.stdout.buffer.write(text)
        sys.stdout.buffer.flush()


def out_json(value: dict[str, Any]) -> None:
    """Write one JSON object as a line of results."""
    out(json.dumps(value, ensure_ascii=False, allow_nan=False))


def flush() -> None:
    """Hand the results on now: somebody may be waiting at the other end of the pipe."""
    if sys.stdout is not None:
        with _writing():
            sys.stdout.flush()


@contextmanager
def _writing() -> Iterator[None]:
    """Tell that it is stdout that cannot be written.

    Raises:
        Interrupted: whoever read it went away; an OSError would be Typer's, which exits with 1.
        RunError: anything else.
    """
    try:
        yield
    except BrokenPipeError:
        raise signals.Interrupted(signal.SIGPIPE) from None
    except OSError as error:
        raise RunError(f"stdout: {error.strerror or error}") from error


def is_abandoned() -> bool:
    """Tell whether stdout is a pipe whose reader went away."""
    if sys.stdout is None:
        return False
    poll = select.poll()
    poll.register(1, 0)
    return any(event & (select.POLLERR | select.POLLHUP) for _, event in poll.poll(0))


def is_terminal() -> bool:
    """Tell whether the results are read by a person."""
    return sys.stdout is not None and sys.stdout.isatty()


def table(
    columns: Sequence[str], rows: Iterable[Sequence[str]], *, title: str = "", header: bool = True
) -> None:
    """Show rows: a table on a terminal, TSV elsewhere, its first line the header if wanted."""
    if not is_terminal():
        if header:
            out("\t".join(columns))
        for row in rows:
            out("\t".join(row))
        return
    from rich.console import Console
    from rich.table import Table

    drawn = Table(*columns, title=escaped(title) or None)
    for row in rows:
        drawn.add_row(*(_unmarked(cell) for cell in row))
    Console(highlight=False).print(drawn)


def _unmarked(text: str) -> str:
    from rich.markup import escape

    return escape(escaped(text))


def hint_stdin(paths: Sequence[str], *, quiet: bool) -> None:
    """Tell a person at a terminal that the program waits for their text."""
    if "-" in paths and not quiet and sys.stdin is not None and sys.stdin.isatty():
        say("reading from the terminal; end with Ctrl-D, or name a file")


def stdin_ready() -> bool:
    """Tell whether stdin can be read without waiting."""
    return bool(select.select([0], [], [], 0)[0])


@contextmanager
def talking(*, quiet: bool) -> Iterator[Report]:
    """Yield a report that shows progress and notes on stderr, or nothing with `quiet`.

    It is also where a signal that came during a training takes effect.
    """
    if quiet or sys.stderr is None:
        yield _silent
    elif sys.stderr.isatty():
        with _bars() as report:
            yield report
    else:
        yield _plain()


def _silent(_: Progress | Note) -> None:
    signals.check()


def _plain() -> Report:
    """Return a report of one line a stage every `PLAIN_EVERY` seconds."""
    started: dict[str, float] = {}
    last: dict[str, float] = {}
    finished: set[str] = set()

    def report(event: Progress | Note) -> None:
        signals.check()
        if isinstance(event, Note):
            say(event.text)
            return
        now = time.monotonic()
        begun = started.setdefault(event.stage, now)
        ended = event.total is not None and event.done >= event.total and now - begun > 1
        due = now - last.setdefault(event.stage, begun) >= PLAIN_EVERY
        if event.stage in finished or not (due or ended):
            return
        if ended:
            finished.add(event.stage)
        last[event.stage] = now
        parts = [f"{event.done:,} {event.unit}"]
        if event.total:
            parts = [f"{event.done / event.total:.0%} of {event.total:,} {event.unit}"]
        rate = event.done / max(now - begun, 1e-9)
        parts.append(f"{rate:,.0f}/s")
        if event.loss is not None:
            parts.append(f"loss {event.loss:.4f}")
        if event.total and not ended:
            parts.append(f"{_clock((event.total - event.done) / max(rate, 1e-9))} left")
        say(f"{event.stage}: {', '.join(parts)}")

    return report


@contextmanager
def _bars() -> Iterator[Report]:
    """Yield a report that draws a bar a stage."""
    from rich.console import Console
    from rich.progress import BarColumn, TextColumn, TimeRemainingColumn
    from rich.progress import Progress as Bars

    bars = Bars(
        TextColumn("{task.description}"),
        BarColumn(bar_width=30),
        TextColumn("{task.fields[state]}"),
        TimeRemainingColumn(),
        console=Console(stderr=True, highlight=False),
        # Results that go to a file or a pipe must not be drawn above the bars instead.
        redirect_stdout=is_terminal(),
        transient=False,
    )
    started: dict[str, tuple[Any, float]] = {}
    one_at_a_time = Lock()  # threads report too, and a stage has one bar

    def report(event: Progress | Note) -> None:
        signals.check()
        if isinstance(event, Note):
            bars.console.print(_unmarked(f"nlptool: {event.text}"), soft_wrap=True)
            return
        now = time.monotonic()
        with one_at_a_time:
            if event.stage not in started:
                task = bars.add_task(event.stage, total=event.total, state="")
                started[event.stage] = task, now
        task, begun = started[event.stage]
        rate = event.done / max(now - begun, 1e-3)
        state = f"{_short(event.done)} {event.unit}  {_short(rate)}/s"
        if event.loss is not None:
            state += f"  loss {event.loss:.4f}"
        bars.update(task, completed=event.done, total=event.total, state=state)

    with bars:
        yield report


def _short(number: float) -> str:
    for size, unit in ((1e9, "G"), (1e6, "M"), (1e3, "k")):
        if number >= size:
            return f"{number / size:.2f}{unit}"
    return f"{number:.0f}"


def _clock(seconds: float) -> str:
    minutes, seconds = divmod(int(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{seconds:02}" if hours else f"{minutes}:{seconds:02}"
