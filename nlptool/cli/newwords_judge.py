"""`nlptool newwords dictionary` and `eval`: learn what to cut text by, and measure words."""

from contextlib import ExitStack
from typing import TYPE_CHECKING, Annotated

import typer

from nlptool.cli import console, options
from nlptool.cli import newwords_options as own
from nlptool.errors import ConfigError
from nlptool.newwords.config_learn import Learning

if TYPE_CHECKING:
    from pathlib import Path

    from nlptool.core.report import Report
    from nlptool.newwords.score_cut import CutScore
    from nlptool.newwords.scores import ListScore

LEARNING = Learning()


def dictionary(
    files: options.Inputs = None,
    output: options.Output = None,
    size: Annotated[
        int, typer.Option("--size", help="How many words, single characters among them.")
    ] = LEARNING.size,
    min_count: own.MinCount = LEARNING.min_count,
    min_pmi: Annotated[
        str,
        typer.Option(
            metavar="A,B",
            help="Least mutual information of two symbols, in nats, and for every further one.",
        ),
    ] = "{:g},{:g}".format(*LEARNING.min_pmi),
    min_entropy: own.MinEntropy = LEARNING.min_entropy,
    min_gain: Annotated[
        str,
        typer.Option(
            metavar="A,B",
            help="How much more probable than its parts a word of two symbols has to be, in "
            "nats, and how much more for every further one.",
        ),
    ] = "{:g},{:g}".format(*LEARNING.min_gain),
    max_len: own.MaxLen = LEARNING.max_len,
    rounds: Annotated[
        int, typer.Option(help="How often the words are counted again and weak ones dropped.")
    ] = LEARNING.rounds,
    format_: own.Format = "tsv",
    model: own.Model = None,
    threads: options.Threads = None,
    memory: options.Memory = None,
    temp_dir: options.TempDir = None,
    encoding: options.Encoding = "utf-8",
    on_bad_line: options.OnBadLine = "stop",
    json: options.Json = False,
    quiet: options.Quiet = False,
) -> None:
    """Learn from raw text a dictionary to cut text by: words and characters with their counts.

    What `mine` finds is for people, the most remarkable words first; this is for `segment`,
    common words and single characters included, the most frequent first.

    Example: nlptool newwords dictionary news.txt.xz -o news.words
    """
    shown = own.shown(format_, json=json)
    config = Learning(
        size=size,
        min_count=min_count,
        min_pmi=own.pair("--min-pmi", min_pmi),
        min_entropy=min_entropy,
        min_gain=own.pair("--min-gain", min_gain),
        max_len=max_len,
        rounds=rounds,
        threads=options.cores(threads),
    )
    budget = options.memory_bytes(memory)
    paths = options.inputs(files)
    own.check_texts(paths)

    from nlptool.core.compiling import announced
    from nlptool.core.corpus import Reading
    from nlptool.core.publish import reserve
    from nlptool.core.scratch import scratch
    from nlptool.newwords.learn import learn
    from nlptool.newwords.symbols import read_files

    with ExitStack() as stack:
        reserved = stack.enter_context(reserve(output)) if output is not None else None
        model_file = stack.enter_context(reserve(model)) if model is not None else None
        folder = stack.enter_context(scratch(temp_dir))
        report = stack.enter_context(console.talking(quiet=quiet))
        stack.enter_context(announced(report))
        console.hint_stdin(paths, quiet=quiet)
        blocks = read_files(paths, Reading(encoding, on_bad_line), report)
        words = learn(blocks, config, folder=folder, memory=budget, report=report)
        if model_file is not None:
            words.save(model_file)
        own.write(words.as_text(shown), shown, reserved)


def eval_(
    words: Annotated[
        str | None, typer.Argument(metavar="[LIST]", help="Words, best first, as `mine` gives.")
    ] = None,
    gold: Annotated[
        str | None, typer.Option("--gold", metavar="FILE", help="The words that should be found.")
    ] = None,
    corpus: Annotated[
        list[str] | None,
        typer.Option("--corpus", metavar="FILE", help="Where the gold words have to occur."),
    ] = None,
    min_occurs: Annotated[
        int, typer.Option("--min-occurs", min=1, help="How often they have to occur there.")
    ] = 1,
    segmented: Annotated[
        str | None, typer.Option("--segmented", metavar="FILE", help="A text, cut.")
    ] = None,
    gold_segmented: Annotated[
        str | None, typer.Option("--gold-segmented", metavar="FILE", help="The same, cut well.")
    ] = None,
    temp_dir: options.TempDir = None,
    json: options.Json = False,
    quiet: options.Quiet = False,
) -> None:
    """Measure a list of words against a gold list, or a cut text against a gold one.

    A cut text: nlptool newwords eval --segmented out.txt --gold-segmented gold.txt

    Example: nlptool newwords eval found.tsv --gold terms.txt --corpus power.txt --min-occurs 5
    """
    if (words is None) != (gold is None) or (segmented is None) != (gold_segmented is None):
        raise ConfigError("eval: expected LIST with --gold, or --segmented with --gold-segmented")
    if (words is None) == (segmented is None):
        raise ConfigError("eval: expected either LIST with --gold or --segmented")

    from nlptool.core.corpus import read_blocks
    from nlptool.newwords.model import read_words
    from nlptool.newwords.score_cut import score_cut
    from nlptool.newwords.scores import score_list

    with console.talking(quiet=quiet) as report:
        if segmented is not None and gold_segmented is not None:
            names = (segmented, gold_segmented)
            rows = _of_cut(score_cut(read_blocks([names[0]]), read_blocks([names[1]]), names))
        elif words is not None and gold is not None:
            wanted = list(read_words(gold))
            if corpus:
                wanted = _occurring(wanted, corpus, min_occurs, temp_dir, report)
            rows = _of_list(score_list(read_words(words), wanted))
    if json:
        console.out_json(rows)
        return
    console.table(("measure", "value"), [(name, _shown(value)) for name, value in rows.items()])


def _occurring(
    words: list[str], paths: list[str], least: int, temp_dir: "Path | None", report: "Report"
) -> list[str]:
    """Return the words that occur in a corpus."""
    from nlptool.core.scratch import scratch
    from nlptool.newwords.occur import occurrences
    from nlptool.newwords.symbols import read_files, read_stream

    with scratch(temp_dir) as folder:
        stream = read_stream(read_files(paths, report=report), folder, report=report)
        counts = occurrences(words, stream, report=report)
    return [word for word, n in zip(words, counts.tolist(), strict=True) if n >= least]


def _of_list(score: "ListScore") -> dict[str, int | float | None]:
    return {
        "words": score.n_words,
        "gold": score.n_gold,
        "found": score.n_found,
        **{f"precision@{rank}": value for rank, value in score.precision.items()},
        "recall": score.recall,
        "average_precision": score.average_precision,
    }


def _of_cut(score: "CutScore") -> dict[str, int | float | None]:
    return {
        "lines": score.n_lines,
        "words": score.n_words,
        "gold": score.n_gold,
        "right": score.n_right,
        "precision": score.precision,
        "recall": score.recall,
        "f1": score.f1,
    }


def _shown(value: float | None) -> str:
    if value is None:
        return "-"
    return str(value) if isinstance(value, int) else f"{value:.4f}"
