"""`nlptool newwords segment`: text cut by words, or by what holds it together itself."""

from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from nlptool.cli import console, options
from nlptool.cli.newwords_options import check_texts, numbers
from nlptool.errors import ConfigError
from nlptool.newwords.config import METHODS, Config

if TYPE_CHECKING:
    from nlptool.core.corpus import Reading
    from nlptool.core.report import Note, Report

WAYS = ("words", "cut")

DEFAULT = Config()


def segment(
    files: options.Inputs = None,
    words: Annotated[
        str | None,
        typer.Option("--words", metavar="FILE", help="From `dictionary` or `mine`, or a list."),
    ] = None,
    output: options.Output = None,
    method: Annotated[
        str,
        typer.Option(
            help="words: the most probable words together; cut: pieces of what holds together."
        ),
    ] = "words",
    iterations: Annotated[
        int,
        typer.Option(
            min=0,
            max=1000,
            help="Of words: how often the text is first cut and its words counted anew.",
        ),
    ] = 0,
    counts: Annotated[
        list[str] | None,
        typer.Option(
            metavar="FILE",
            help="Of cut: n-grams from `count` instead of the text's own; may be repeated.",
        ),
    ] = None,
    by: Annotated[
        str | None,
        typer.Option(metavar="METHOD", help="Of cut: pmi, cohesion or pair, as of `mine`; pmi."),
    ] = None,
    order: Annotated[
        int | None,
        typer.Option("--order", "-n", help="Of cut: symbols of the longest n-grams; 4."),
    ] = None,
    min_count: Annotated[
        int | None,
        typer.Option(help="Of cut: how often an n-gram has to occur; by the size of the text."),
    ] = None,
    min_pmi: Annotated[
        str | None,
        typer.Option(metavar="LIST", help="Of cut: least mutual information, as of `mine`."),
    ] = None,
    threads: options.Threads = None,
    memory: options.Memory = None,
    temp_dir: options.TempDir = None,
    encoding: options.Encoding = "utf-8",
    on_bad_line: options.OnBadLine = "stop",
    quiet: options.Quiet = False,
) -> None:
    """Cut text into words, line by line.

    By --words, the words are those that are most probable together, by their counts; a
    character that is no word counts as seen once. They are a model, a table of `mine` or
    `dictionary`, `word count` lines (a user dictionary of jieba) or a plain list. With
    --iterations N the text is cut N times before, and the words counted in it each time.

    With --method cut no words are needed: symbols stay together where an n-gram that is frequent
    and bound covers the gap, as when `mine` cuts a text. The n-grams are those of the text
    itself, of --counts, or the --words.

    A text that is read twice, by --iterations or for its own n-grams, is kept in --temp-dir if it
    comes from stdin. Otherwise each line is cut as it comes.

    Example: nlptool newwords segment --words news.words letters.txt
    """
    if method not in WAYS:
        raise ConfigError(f"--method: {method!r}, expected one of {', '.join(WAYS)}")
    is_cut = method == "cut"
    if not words and not is_cut:
        raise ConfigError(
            "--words: missing, expected a file of words to cut by, or --method cut without one"
        )
    own = {"counts": counts, "by": by, "order": order, "min-count": min_count, "min-pmi": min_pmi}
    settings = {
        "order": order,
        "min_count": min_count,
        "min_pmi": numbers("--min-pmi", min_pmi, "0,2,4,6"),
    }
    for name, value in own.items():
        if value is not None and (words or not is_cut):
            what = "--method cut without --words" if is_cut else "--method cut"
            raise ConfigError(f"--{name}: given, but it is for {what}")
    if iterations and is_cut:
        raise ConfigError("--iterations: given, but --method cut has no counts of words")
    if by is not None and by not in METHODS:
        raise ConfigError(f"--by: {by!r}, expected one of {', '.join(METHODS)}")
    config = Config(
        method=by or DEFAULT.method,
        threads=options.cores(threads),
        **{name: value for name, value in settings.items() if value is not None},  # type: ignore[arg-type]  # each of its own type
    )
    budget = options.memory_bytes(memory)
    paths = options.inputs(files)
    check_texts(paths)
    for name, source in (("words", words), ("counts", "-" if "-" in (counts or ()) else None)):
        if source == "-" and "-" in paths:
            raise ConfigError(f"stdin (-): named as {name} and as text, it can be read once")

    from nlptool.core.compiling import announced
    from nlptool.core.corpus import Reading, kept, read_blocks
    from nlptool.core.publish import atomic
    from nlptool.core.scratch import scratch
    from nlptool.core.segment import segment_blocks

    reading = Reading(encoding, on_bad_line)
    with ExitStack() as stack:
        file = stack.enter_context(atomic(output)) if output is not None else None
        report = stack.enter_context(console.talking(quiet=quiet))
        stack.enter_context(announced(report))
        console.hint_stdin(paths, quiet=quiet)
        is_read_twice = iterations > 0 or (is_cut and not words and not counts)
        folder = stack.enter_context(scratch(temp_dir)) if is_read_twice or counts else Path()
        if is_read_twice:
            paths = stack.enter_context(kept(paths, folder))
        if is_cut:
            cut = _by_joints(paths, words, counts or [], config, reading, folder, budget, report)
        else:
            cut = _by_words(paths, words or "", iterations, config, reading, folder, budget, report)
        blocks = segment_blocks(
            # What is typed or comes in slowly is not kept back until a block is full.
            read_blocks(paths, reading, _again(report) if is_read_twice else report, prompt=True),
            cut,
            threads=config.threads,
            ready=console.stdin_ready if paths == ["-"] else lambda: True,
            report=report,
        )
        if file is not None:
            file.writelines(blocks)
        else:
            for block in blocks:
                console.out_bytes(block)


def _again(report: "Report") -> "Report":
    """Return a report for a second reading, which is a stage of its own."""
    from nlptool.core.report import Progress

    def named(event: "Progress | Note") -> None:
        report(replace(event, stage="segmenting") if isinstance(event, Progress) else event)

    return named


def _by_words(
    paths: list[str],
    words: str,
    iterations: int,
    config: Config,
    reading: "Reading",
    folder: Path,
    memory: int,
    report: "Report",
) -> Callable[[bytes], bytes]:
    """Return what cuts text into the most probable words."""
    from nlptool.newwords.dictionary import cut, dictionary_of
    from nlptool.newwords.model import read_words
    from nlptool.newwords.recount import reestimated
    from nlptool.newwords.symbols import read_files, read_stream

    by = dictionary_of(read_words(words), words, report)
    if iterations:
        stream = read_stream(
            read_files(paths, reading, report),
            folder,
            threads=config.threads,
            memory=memory,
            report=report,
        )
        by = reestimated(by, stream, iterations, threads=config.threads, report=report)
        stream.path.unlink()
    return lambda text: cut(text, by)


def _by_joints(
    paths: list[str],
    words: str | None,
    counts: list[str],
    config: Config,
    reading: "Reading",
    folder: Path,
    memory: int,
    report: "Report",
) -> Callable[[bytes], bytes]:
    """Return what cuts text where nothing holds it together."""
    from nlptool.newwords.counts import open_counts
    from nlptool.newwords.joined import (
        cut_joined,
        joints_of_counts,
        joints_of_text,
        joints_of_words,
    )
    from nlptool.newwords.model import read_words
    from nlptool.newwords.symbols import read_files

    if words:
        by = joints_of_words(read_words(words), words, report)
    elif counts:
        opened = [open_counts(path) for path in counts]
        by = joints_of_counts(opened, config, folder=folder, memory=memory, report=report)
    else:
        blocks = read_files(paths, reading, report)
        by = joints_of_text(blocks, config, folder=folder, memory=memory, report=report)
    return lambda text: cut_joined(text, by)
