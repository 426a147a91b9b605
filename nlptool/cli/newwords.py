"""`nlptool newwords`: find words in raw text; the other verbs are in `newwords_*.py`."""

from contextlib import ExitStack
from typing import TYPE_CHECKING, Annotated

import typer

from nlptool.cli import (
    console,
    newwords_contrast,
    newwords_domain,
    newwords_judge,
    newwords_segment,
    options,
)
from nlptool.cli import newwords_options as own
from nlptool.core.report import Note
from nlptool.errors import ConfigError
from nlptool.newwords.config import Config

if TYPE_CHECKING:
    from nlptool.newwords.counts import Counted
    from nlptool.newwords.model import Words

DEFAULT = Config()

app = typer.Typer(help="New words: find them in raw text.", no_args_is_help=True)


@app.command()
def mine(
    files: options.Inputs = None,
    output: options.Output = None,
    method: Annotated[str, typer.Option(help="pmi, cohesion or pair.")] = DEFAULT.method,
    unit: own.Unit = DEFAULT.unit,
    order: Annotated[
        int, typer.Option("--order", "-n", help="Symbols of the longest n-grams counted.")
    ] = DEFAULT.order,
    min_count: own.MinCount = DEFAULT.min_count,
    min_pmi: Annotated[
        str | None,
        typer.Option(
            metavar="LIST",
            help="Least mutual information of n-grams of 1, 2, 3, ... symbols, in nats; "
            "0,2,4,6 for pmi.",
        ),
    ] = None,
    min_proba: Annotated[
        float, typer.Option(help="Of pair: the least share of all pairs and of all words.")
    ] = DEFAULT.min_proba,
    min_entropy: own.MinEntropy = DEFAULT.min_entropy,
    max_len: own.MaxLen = DEFAULT.max_len,
    top: own.Top = None,
    keep_nested: Annotated[
        bool, typer.Option("--keep-nested", help="Keep what stands only within a longer word.")
    ] = DEFAULT.keep_nested,
    format_: own.Format = "tsv",
    against: Annotated[
        str | None,
        typer.Option(
            metavar="jieba|FILE", help="Only what a dictionary lacks: jieba's own, or a list."
        ),
    ] = None,
    since: Annotated[
        str | None,
        typer.Option(
            metavar="FILE",
            help="Only what is new since: counts, where it is rarer than --min-count, or a list.",
        ),
    ] = None,
    examples: Annotated[
        int, typer.Option(min=0, help="Add so many sentences in which the word stands.")
    ] = 0,
    model: own.Model = None,
    threads: options.Threads = None,
    memory: options.Memory = None,
    temp_dir: options.TempDir = None,
    encoding: options.Encoding = "utf-8",
    on_bad_line: options.OnBadLine = "stop",
    json: options.Json = False,
    quiet: options.Quiet = False,
) -> None:
    """Find the words of raw text: word, count, documents, pmi, left, right, score; best first.

    Instead of text, several files of `newwords count` are added up. A document is what stands
    between blank lines; where there are none, a line.

    Example: nlptool newwords mine news.txt.xz --against jieba --top 100 --examples 1
    """
    shown = own.shown(format_, json=json)
    config = Config(
        method=method,
        unit=unit,
        order=order,
        min_count=min_count,
        min_pmi=own.numbers("--min-pmi", min_pmi, "0,2,4,6"),
        min_proba=min_proba,
        min_entropy=min_entropy,
        max_len=max_len,
        keep_nested=keep_nested,
        threads=options.cores(threads),
    )
    budget = options.memory_bytes(memory)
    paths = options.inputs(files)

    from nlptool.core.compiling import announced
    from nlptool.core.corpus import Reading, kept
    from nlptool.core.publish import reserve
    from nlptool.core.scratch import scratch
    from nlptool.newwords.known import dictionary, new_since, unknown
    from nlptool.newwords.mine import mine as find
    from nlptool.newwords.mine_counts import mine_counts
    from nlptool.newwords.symbols import read_files

    reading = Reading(encoding, on_bad_line)
    counted = _counted(paths)
    if counted and examples:
        raise ConfigError("--examples: are sentences of the text, expected text, not counts")
    with ExitStack() as stack:
        reserved = stack.enter_context(reserve(output)) if output is not None else None
        model_file = stack.enter_context(reserve(model)) if model is not None else None
        folder = stack.enter_context(scratch(temp_dir))
        report = stack.enter_context(console.talking(quiet=quiet))
        stack.enter_context(announced(report))
        console.hint_stdin(paths, quiet=quiet)
        known = dictionary(against) if against is not None else set()

        def select(words: "Words") -> "Words":
            """Keep what is asked for."""
            n_mined = len(words)
            if known:
                words = unknown(words, known)
            if since is not None:
                least = words.mined.get("min_count") or 1
                words = new_since(words, since, least if min_count is None else min_count)
            if n_mined and not len(words):
                report(Note(f"no words: none of {n_mined:,} is new to --against and --since"))
            return words if top is None else words.first(top)

        if counted:
            words = select(
                mine_counts(counted, config, folder=folder, memory=budget, report=report)
            )
        else:
            if examples:
                paths = stack.enter_context(kept(paths, folder))
            words = find(
                read_files(paths, reading, report),
                config,
                folder=folder,
                memory=budget,
                select=select,
                n_examples=examples,
                report=report,
            )
        if model_file is not None:
            words.save(model_file)
        own.write(words.as_text(shown), shown, reserved)


@app.command()
def count(
    files: options.Inputs = None,
    output: Annotated[
        str, typer.Option("--output", "-o", metavar="FILE", help="Where the counts go.")
    ] = ...,  # type: ignore[assignment]  # Typer's way to say that it has to be given
    unit: own.Unit = DEFAULT.unit,
    order: Annotated[
        int,
        typer.Option(
            "--order", "-n", help="Symbols of the longest n-grams whose neighbours are kept."
        ),
    ] = DEFAULT.order,
    threads: options.Threads = None,
    memory: options.Memory = None,
    temp_dir: options.TempDir = None,
    encoding: options.Encoding = "utf-8",
    on_bad_line: options.OnBadLine = "stop",
    quiet: options.Quiet = False,
) -> None:
    """Count all n-grams of raw text; `newwords mine` adds up such files.

    Example: nlptool newwords count today.txt -o today.counts
    """
    config = Config(unit=unit, order=order, threads=options.cores(threads))
    budget = options.memory_bytes(memory)
    paths = options.inputs(files)
    own.check_texts(paths)

    from nlptool.core.compiling import announced
    from nlptool.core.corpus import Reading
    from nlptool.core.publish import reserve
    from nlptool.core.scratch import scratch
    from nlptool.newwords.count import check_memory
    from nlptool.newwords.counts import write_counts
    from nlptool.newwords.symbols import read_files, read_stream

    reading = Reading(encoding, on_bad_line)
    check_memory(budget, config.threads)
    with ExitStack() as stack:
        reserved = stack.enter_context(reserve(output))
        folder = stack.enter_context(scratch(temp_dir))
        report = stack.enter_context(console.talking(quiet=quiet))
        stack.enter_context(announced(report))
        console.hint_stdin(paths, quiet=quiet)
        stream = read_stream(
            read_files(paths, reading, report),
            folder,
            unit=unit,
            threads=config.threads,
            memory=budget,
            report=report,
        )
        n_windows = write_counts(
            stream,
            reserved,
            order=order,
            unit=unit,
            folder=folder,
            memory=budget // 2,
            threads=config.threads,
            report=report,
        )
    if not quiet:
        console.say(
            f"{output}: {stream.n_symbols:,} symbols, {len(stream.symbols):,} different, "
            f"{n_windows:,} different windows of {order + 1}"
        )


for verb in (
    newwords_contrast.compare,
    newwords_contrast.expand,
    newwords_domain.domain,
):
    app.command(name=verb.__name__)(verb)


for _verb in (newwords_segment.segment, newwords_judge.dictionary, newwords_judge.eval_):
    app.command(name=_verb.__name__.rstrip("_"))(_verb)


def _counted(paths: list[str]) -> "list[Counted]":
    """Return the files of counts, if that is what the inputs are.

    Raises:
        ConfigError: some are and some are not.
    """
    from nlptool.core.store import is_model
    from nlptool.newwords.counts import open_counts

    are = [path != "-" and is_model(path) for path in paths]
    if any(are) and not all(are):
        text = paths[are.index(False)]
        raise ConfigError(f"{text}: text, expected only files of counts, or only text")
    return [open_counts(path) for path in paths] if all(are) else []
