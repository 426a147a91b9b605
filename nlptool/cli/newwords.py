"""`nlptool newwords`: find words in raw text; the other verbs are in `newwords_*.py`."""

from contextlib import ExitStack
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Annotated

import typer

from nlptool.cli import console, options
from nlptool.errors import ConfigError
from nlptool.newwords.config import FORMATS, Config

if TYPE_CHECKING:
    pass

DEFAULT = Config()

app = typer.Typer(help="New words: find them in raw text.", no_args_is_help=True)


@app.command()
def mine(
    files: options.Inputs = None,
    output: options.Output = None,
    method: Annotated[str, typer.Option(help="pmi, cohesion or pair.")] = DEFAULT.method,
    unit: Annotated[
        str, typer.Option(help="What a symbol is: char, or word (between white space).")
    ] = DEFAULT.unit,
    order: Annotated[
        int, typer.Option("--order", "-n", help="Symbols of the longest n-grams counted.")
    ] = DEFAULT.order,
    min_count: Annotated[
        int | None,
        typer.Option(help="How often a word has to occur; by the size of the text unless given."),
    ] = DEFAULT.min_count,
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
    min_entropy: Annotated[
        float, typer.Option(help="Least branching entropy on either side, in nats.")
    ] = DEFAULT.min_entropy,
    max_len: Annotated[int, typer.Option(help="Symbols of the longest word.")] = DEFAULT.max_len,
    top: Annotated[int | None, typer.Option("--top", "-k", min=1, help="How many words.")] = None,
    keep_nested: Annotated[
        bool, typer.Option("--keep-nested", help="Keep what stands only within a longer word.")
    ] = DEFAULT.keep_nested,
    format_: Annotated[
        str, typer.Option("--format", help="tsv, jsonl, jieba (a user dictionary) or list.")
    ] = "tsv",
    model: Annotated[
        str | None, typer.Option("--model", metavar="FILE", help="Write the words as a model too.")
    ] = None,
    threads: options.Threads = None,
    memory: options.Memory = None,
    temp_dir: options.TempDir = None,
    encoding: options.Encoding = "utf-8",
    on_bad_line: options.OnBadLine = "stop",
    json: options.Json = False,
    quiet: options.Quiet = False,
) -> None:
    """Find the words of raw text: word, count, documents, pmi, left, right, score; best first.

    A document is what stands between blank lines; where there are none, a line.

    Example: nlptool newwords mine news.txt.xz --top 1000
    """
    shown = "jsonl" if json else format_
    if shown not in FORMATS:
        raise ConfigError(f"--format: {shown!r}, expected one of {', '.join(FORMATS)}")
    config = Config(
        method=method,
        unit=unit,
        order=order,
        min_count=min_count,
        min_pmi=_numbers(min_pmi),
        min_proba=min_proba,
        min_entropy=min_entropy,
        max_len=max_len,
        keep_nested=keep_nested,
        threads=options.cores(threads),
    )
    budget = options.memory_bytes(memory)
    paths = options.inputs(files)

    from nlptool.core.compiling import announced
    from nlptool.core.corpus import Reading
    from nlptool.core.publish import reserve
    from nlptool.newwords.mine import mine as find
    from nlptool.newwords.symbols import read_files

    reading = Reading(encoding, on_bad_line)
    with ExitStack() as stack:
        reserved = stack.enter_context(reserve(output)) if output is not None else None
        model_file = stack.enter_context(reserve(model)) if model is not None else None
        folder = Path(stack.enter_context(TemporaryDirectory(prefix="nlptool-", dir=temp_dir)))
        report = stack.enter_context(console.talking(quiet=quiet))
        stack.enter_context(announced(report))
        console.hint_stdin(paths, quiet=quiet)
        words = find(
            read_files(paths, reading, report),
            config,
            folder=folder,
            memory=budget,
            report=report,
        )
        if top is not None:
            words = words.first(top)
        if model_file is not None:
            words.save(model_file)
        if reserved is not None:
            with reserved.replace() as file:
                file.write(words.as_text(shown).encode())
        elif shown == "tsv" and console.is_terminal():
            header, *rows = words.as_text(shown).splitlines()
            console.table(header.split("\t"), (row.split("\t") for row in rows))
        else:
            console.out_bytes(words.as_text(shown).encode())


def _numbers(text: str | None) -> tuple[float, ...] | None:
    """Return a list of numbers, separated by commas.

    Raises:
        ConfigError: it is none.
    """
    if text is None:
        return None
    try:
        return tuple(float(part) for part in text.split(","))
    except ValueError:
        raise ConfigError(f"--min-pmi: {text!r}, expected numbers such as 0,2,4,6") from None
