"""`nlptool corpus`: segment text, count what is in it, split it into parts."""

from collections.abc import Iterable
from contextlib import ExitStack
from pathlib import Path, PurePath
from typing import TYPE_CHECKING, Annotated

import typer

from nlptool.cli import console, options
from nlptool.core.report import Note, Progress, Report
from nlptool.errors import ConfigError

if TYPE_CHECKING:
    from nlptool.core.split import Divided
    from nlptool.core.stats import Stats

app = typer.Typer(help="Text: segment, count, split.", no_args_is_help=True)

_COMPRESSED = (".gz", ".bz2", ".xz", ".zst")


@app.command()
def segment(
    files: options.Inputs = None,
    segment: options.Segment = "auto",
    user_dict: options.UserDict = None,
    output: options.Output = None,
    threads: options.Threads = None,
    encoding: options.Encoding = "utf-8",
    on_bad_line: options.OnBadLine = "stop",
    quiet: options.Quiet = False,
) -> None:
    """Cut text into words: one space between words, and the lines as they were.

    A line that comes through a pipe is answered at once.

    Example: nlptool corpus segment news.txt.xz -o news.words.txt
    """
    paths = options.inputs(files)
    n_threads = options.cores(threads)

    from nlptool.core.corpus import Reading, read_blocks
    from nlptool.core.publish import atomic
    from nlptool.core.segment import segmented

    reading = Reading(encoding, on_bad_line)
    with ExitStack() as stack:
        file = stack.enter_context(atomic(output)) if output is not None else None
        report = stack.enter_context(console.talking(quiet=quiet))
        if file is None and console.is_terminal():
            report = _notes_only(report)
        console.hint_stdin(paths, quiet=quiet)
        _, blocks = segmented(
            # What is typed or comes in slowly is not kept back until a block is full.
            read_blocks(paths, reading, report, prompt=True),
            options.segmenter(segment),
            threads=n_threads,
            user_dict=user_dict,
            ready=console.stdin_ready if paths == ["-"] else lambda: True,
            report=report,
        )
        if file is None:
            for block in blocks:
                console.out_bytes(block)
        else:
            file.writelines(blocks)


@app.command()
def stats(
    files: options.Inputs = None,
    top: Annotated[int, typer.Option(help="How many of the most frequent tokens to show.")] = 20,
    segment: options.Segment = "auto",
    user_dict: options.UserDict = None,
    threads: options.Threads = None,
    encoding: options.Encoding = "auto",
    on_bad_line: options.OnBadLine = "stop",
    json: options.Json = False,
    quiet: options.Quiet = False,
) -> None:
    """Count bytes, lines, characters, tokens and types, and show the most frequent tokens.

    Example: nlptool corpus stats news.txt.xz | head -8
    """
    paths = options.inputs(files)
    n_threads = options.cores(threads)
    if top < 0:
        raise ConfigError(f"--top: {top}, expected 0 or more")

    from nlptool.core.corpus import Reading, encoding_of, read_blocks
    from nlptool.core.stats import survey

    reading = Reading(encoding, on_bad_line)
    with ExitStack() as stack:
        report = stack.enter_context(console.talking(quiet=quiet))
        console.hint_stdin(paths, quiet=quiet)
        codecs = {encoding_of(path, reading): None for path in paths if path != "-"}

        def heard(event: Note | Progress) -> None:
            # stdin can be read once, so that only the reading itself tells.
            if isinstance(event, Note) and event.text.startswith("stdin: read as "):
                codecs[event.text.removeprefix("stdin: read as ").lower()] = None
            report(event)

        found = survey(
            read_blocks(paths, reading, heard),
            options.segmenter(segment),
            n_top=top,
            threads=n_threads,
            user_dict=user_dict,
            report=report,
        )
    _show_stats(found, ", ".join(codecs) or ("utf-8" if encoding == "auto" else encoding), json)


@app.command()
def split(
    files: options.Inputs = None,
    shares: Annotated[
        str, typer.Option(metavar="A:B:...", help="What each part gets: 8:1:1 or 0.9,0.1.")
    ] = "8:1:1",
    by: Annotated[
        str,
        typer.Option(
            help="What stays whole: line, document (between blank lines) or column:K (lines with "
            "the same value in the K-th column, separated by tabs)."
        ),
    ] = "line",
    output: Annotated[
        str | None,
        typer.Option(
            "--output",
            "-o",
            metavar="PREFIX",
            help="How the files are called, before .train.txt and so on; as the first input, in "
            "this folder, unless given.",
        ),
    ] = None,
    seed: options.Seed = 1,
    encoding: options.Encoding = "utf-8",
    on_bad_line: options.OnBadLine = "stop",
    temp_dir: options.TempDir = None,
    json: options.Json = False,
    quiet: options.Quiet = False,
) -> None:
    """Divide a corpus at random into disjoint parts: train, valid and test.

    What says the same, white space aside, never stands in two parts. The files are
    PREFIX.train.txt, PREFIX.valid.txt, PREFIX.test.txt; with two shares train and test, with
    more than three numbers.

    Example: nlptool corpus split news.txt --shares 8:1:1 --by document -o news
    """
    paths = options.inputs(files)

    from nlptool.core.corpus import Reading, kept
    from nlptool.core.publish import atomic
    from nlptool.core.split import parse_by, parse_shares, part_names
    from nlptool.core.split import split as divide

    fractions = parse_shares(shares)
    whole = parse_by(by)
    if not 0 <= seed < 2**63:
        raise ConfigError(f"--seed: {seed}, expected 0 to {2**63 - 1}")
    reading = Reading(encoding, on_bad_line)
    names = part_names(len(fractions))
    prefix = output if output is not None else _prefix(paths[0])
    targets = [f"{prefix}.{name}.txt" for name in names]
    _refuse_overwriting(paths, targets)
    with ExitStack() as stack:
        written = [stack.enter_context(atomic(target)) for target in targets]
        report = stack.enter_context(console.talking(quiet=quiet))
        console.hint_stdin(paths, quiet=quiet)
        divided = divide(
            stack.enter_context(kept(paths, temp_dir)),
            written,
            fractions,
            whole,
            seed=seed,
            names=["stdin" if path == "-" else path for path in paths],
            reading=reading,
            temp_dir=temp_dir,
            report=report,
        )
    unit = "document" if whole.unit == "document" else "line"
    if whole.column:
        told = f"{sum(divided.groups):,} values of column {whole.column}, none in two parts"
    else:
        told = f"no {unit} in two parts; {divided.repeated:,} that repeat another stayed with it"
    if not quiet:
        console.say(f"leak check: {told}")
    _show_parts(divided, names, targets, unit, json)


def _notes_only(report: Report) -> Report:
    """Return a report without the progress, which would stand among the results."""

    def notes(event: Note | Progress) -> None:
        if isinstance(event, Note):
            report(event)

    return notes


def _show_stats(found: "Stats", encoding: str, json: bool) -> None:
    numbers: dict[str, str | int | float] = {
        "encoding": encoding,
        "segment": found.segment,
        "bytes": found.n_bytes,
        "lines": found.n_lines,
        "blank_lines": found.n_blank,
        "longest_line": found.longest,
        "characters": found.n_characters,
        "han_share": round(found.han_share, 4),
        "tokens": found.n_tokens,
        "types": found.n_types,
        "types_once": found.n_once,
    }
    if json:
        console.out_json({**numbers, "top": [list(pair) for pair in found.top]})
        return
    grouped = console.is_terminal()
    rows = [
        (name, f"{value:,}" if grouped and isinstance(value, int) else str(value))
        for name, value in numbers.items()
    ]
    rows += [(f"top.{rank}", f"{word} {n}") for rank, (word, n) in enumerate(found.top, 1)]
    console.table(("name", "value"), rows, header=False)


def _show_parts(
    divided: "Divided", names: Iterable[str], targets: Iterable[str], unit: str, json: bool
) -> None:
    total = sum(divided.units)
    rows = list(zip(names, targets, divided.units, divided.groups, strict=True))
    if json:
        for name, target, n_units, n_groups in rows:
            console.out_json(
                {
                    "part": name,
                    "file": target,
                    f"{unit}s": n_units,
                    "different": n_groups,
                    "share": round(n_units / total, 6),
                }
            )
        return
    console.table(
        ("part", "file", f"{unit}s", "different", "share"),
        [
            (name, target, str(n_units), str(n_groups), f"{n_units / total:.4f}")
            for name, target, n_units, n_groups in rows
        ],
    )


def _prefix(path: str) -> str:
    """Return what the parts are called if nobody says: as the input, here."""
    if path == "-":
        raise ConfigError("-o: missing; text from stdin has no name that the parts could have")
    name = PurePath(path).name
    for suffix in _COMPRESSED:
        name = name.removesuffix(suffix)
    return PurePath(name).stem or "corpus"


def _refuse_overwriting(paths: Iterable[str], targets: Iterable[str]) -> None:
    """Refuse to replace what is read.

    Raises:
        ConfigError: an input is also an output.
    """
    read = {Path(path).resolve() for path in paths if path != "-"}
    for target in targets:
        if Path(target).resolve() in read:
            raise ConfigError(f"{target}: an input, but a part would replace it; use -o")
