"""The command line's root, and the one place where an error becomes a line and an exit code."""

import os
import signal
import sys
from typing import Annotated, NoReturn

import typer

from nlptool import __version__
from nlptool.cli import console, corpus, model, signals, w2v
from nlptool.core.cache import private_folder
from nlptool.errors import NlptoolError

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
    _open_standard_files()
    signals.install()
    _keep_kernels()
    code = 1
    try:
        code = _run()
    except NlptoolError as error:
        code = error.exit_code
        console.say(str(error))
    except typer.TyperException as error:
        code = error.exit_code
        if text := error.format_message():
            console.say(f"{text}; --help shows how to use the command")
    except signals.Interrupted as stop:
        console.say("interrupted")
        signals.die(stop.number)
    except typer.Abort:
        signals.die(signal.SIGINT)
    except BrokenPipeError:
        signals.die(signal.SIGPIPE)
    except MemoryError:
        console.say("out of memory; give it less at once, or use a machine with more")
    except OSError as error:
        where = error.filename if error.filename is not None else "input or output"
        console.say(f"{where}: {error.strerror or error}")
    code = _flush_rest(code)
    sys.exit(code)


def _run() -> int:
    result = app(prog_name="nlptool", standalone_mode=False)
    return result if isinstance(result, int) else 0


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


def _keep_kernels() -> None:
    """Tell numba, which is not loaded yet, to keep what it compiles in a folder of ours."""
    if "NUMBA_CACHE_DIR" not in os.environ and (folder := private_folder()):
        os.environ["NUMBA_CACHE_DIR"] = str(folder / "numba")


def _flush_rest(code: int) -> int:
    """Write what is left of the results; return the exit code that this makes."""
    try:
        console.flush()
    except BrokenPipeError:
        signals.die(signal.SIGPIPE)
    except OSError as error:
        if code == 0:
            console.say(f"stdout: {error.strerror or error}")
        # Python would try, and complain, once more at its own exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
        return code or 1
    return code
