"""The command line's root, and the one place where an error becomes a line and an exit code."""

import gc
import os
import signal
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import Annotated, NoReturn

import typer

from nlptool import __version__
from nlptool.cli import cloze, console, corpus, crf, model, newwords, signals, similarity, w2v
from nlptool.core.cache import kernels_folder, private_folder
from nlptool.errors import NlptoolError, RunError

EPILOG = (
    "Exit codes: 0 done, 1 the run failed, 2 wrong use, 3 bad input, 4 model refused, "
    "130/143 stopped by a signal."
)

app = typer.Typer(
    help="Natural language processing, mainly for Chinese: text in, answers out.",
    epilog=EPILOG,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
    # Panels for people; plain text, and a faster start, for everything else.
    rich_markup_mode="rich" if console.is_terminal() else None,
)
app.add_typer(w2v.app, name="w2v")
app.add_typer(newwords.app, name="newwords")
app.add_typer(crf.app, name="crf")
app.add_typer(cloze.app, name="cloze")
app.add_typer(similarity.app, name="similarity")
app.add_typer(corpus.app, name="corpus")
app.add_typer(model.app, name="model")


def _version(wanted: bool) -> None:
    if wanted:
        console.out(f"nlptool {__version__}")
        raise typer.Exit


@app.callback()
def root(
    version: Annotated[
        bool,
        typer.Option(
            "--version", help="Show the version and exit.", callback=_version, is_eager=True
        ),
    ] = False,
) -> None:
    """Natural language processing, mainly for Chinese: text in, answers out."""


def main() -> NoReturn:
    """Run the command line and exit."""
    code, fatal = 1, 0
    # Loading numba makes many objects and little garbage; looking for it takes 0.2 s.
    gc.set_threshold(500_000)
    try:
        signals.install()
        _open_standard_files()
        with _kernels_kept():
            code = _run()
        code = _flush_rest(code)
        signals.release()
    except signals.Interrupted as stop:
        if stop.number != signal.SIGPIPE:
            console.say("interrupted")
        fatal = stop.number
    except BrokenPipeError:
        fatal = signal.SIGPIPE
    # Not sooner: the exception holds what was interrupted, and with it what cleans up.
    if fatal:
        signals.die(fatal)
    sys.exit(code)


def _run() -> int:
    """Run the command; return the exit code, after saying what went wrong."""
    try:
        result = app(prog_name="nlptool", standalone_mode=False)
        return result if isinstance(result, int) else 0
    except NlptoolError as error:
        console.say(str(error))
        return error.exit_code
    except typer.TyperException as error:
        text = error.format_message()
        # By its name, as Typer itself has it: a group without a command shows its help.
        if type(error).__name__ == "NoArgsIsHelpError":
            console.show(text)
        elif text:
            console.say(f"{text.removesuffix('.')}; --help shows how to use the command")
        return error.exit_code
    except typer.Abort:
        raise signals.Interrupted(signal.SIGINT) from None
    except MemoryError:
        console.say("out of memory; give it less at once, or use a machine with more")
        return 1
    except SystemExit as end:
        # Nobody here exits: it is what Typer makes of a broken pipe, whosever it is.
        if isinstance(end.__context__, BrokenPipeError):
            return _failed(end.__context__)
        raise
    except OSError as error:
        return _failed(error)


def _failed(error: OSError) -> int:
    """Say what the system refused that nobody expected; return the exit code.

    Raises:
        BrokenPipeError: the reader of our output left, who alone may do so without a word: a
            pipe to another process that breaks is a fault.
    """
    if isinstance(error, BrokenPipeError) and (error.filename or console.is_abandoned()):
        raise error
    where = error.filename if error.filename is not None else "input or output"
    console.say(f"{where}: {error.strerror or error}")
    return 1


def _open_standard_files() -> None:
    """Give closed standard files something harmless, and speak UTF-8 whatever the locale."""
    for descriptor in (0, 1, 2):
        try:
            os.fstat(descriptor)
        except OSError:
            # Else the next file that is opened becomes stdout and is written over.
            os.open(os.devnull, os.O_RDWR)
    for file in (sys.stdout, sys.stderr):
        if file is not None and hasattr(file, "reconfigure"):
            file.reconfigure(encoding="utf-8", errors="surrogateescape", newline="\n")


@contextmanager
def _kernels_kept() -> Iterator[None]:
    """Tell numba, which is not loaded yet, where to keep what it compiles."""
    with ExitStack() as stack:
        if "NUMBA_CACHE_DIR" not in os.environ:
            folder = private_folder()
            if folder is None:
                # Without any folder numba refuses to work.
                from tempfile import TemporaryDirectory

                with suppress(OSError):
                    folder = Path(stack.enter_context(TemporaryDirectory(prefix="nlptool-")))
            if folder is not None:
                os.environ["NUMBA_CACHE_DIR"] = str(kernels_folder(folder))
        yield


def _flush_rest(code: int) -> int:
    """Write what is left of the results; return the exit code that this makes."""
    try:
        console.flush()
    except RunError as error:
        if code == 0:
            console.say(str(error))
        # Python would try, and complain, once more at its own exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
        return code or error.exit_code
    return code
