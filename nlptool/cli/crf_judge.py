"""`nlptool crf` verbs that measure labels: `eval` and `compare`."""

from collections.abc import Iterable
from typing import TYPE_CHECKING, Annotated

import typer

from nlptool.cli import console, crf_data, crf_figures, options
from nlptool.errors import ConfigError

if TYPE_CHECKING:
    from nlptool.core.corpus import Reading
    from nlptool.core.report import Report
    from nlptool.crf.formats import Format
    from nlptool.crf.sentences import Sentence

FoundFile = Annotated[
    str, typer.Argument(metavar="MODEL", help="A model, or a file that is labelled already.")
]
OtherFile = Annotated[
    str, typer.Argument(metavar="OTHER", help="Another model, or another labelled file.")
]
GoldFile = Annotated[str, typer.Argument(metavar="GOLD", help="The labels as they should be.")]
Errors = Annotated[
    int, typer.Option("--errors", min=0, help="How many of the most frequent errors to show.")
]
Rounds = Annotated[
    int,
    typer.Option(
        "--rounds", min=1, max=1_000_000, help="How often sentences are drawn for an interval."
    ),
]


def eval_(
    found: FoundFile,
    gold: GoldFile,
    train: Annotated[
        list[str] | None,
        typer.Option(
            "--train", metavar="FILE", help="The training text: how well other words are found."
        ),
    ] = None,
    errors: Errors = 10,
    rounds: Rounds = 1000,
    seed: options.Seed = 0,
    format_: crf_data.FormatOption = "auto",
    unit: crf_data.UnitOption = "char",
    label: crf_data.LabelOption = "last",
    token: crf_data.TokenOption = "0",
    threads: options.Threads = None,
    encoding: options.Encoding = "utf-8",
    on_bad_line: options.OnBadLine = "stop",
    json: options.Json = False,
    quiet: options.Quiet = False,
) -> None:
    """Measure a model, or a labelled file, against gold labels: words or entities.

    Words: precision, recall and F1, those of words that the training text has and has not, and
    the figures of the SIGHAN scorer. Entities: the same by type, as conlleval counts them.

    Example: nlptool crf eval pku.crf test.txt --train train.txt
    """
    n_threads = options.cores(threads)

    from nlptool.neural.runtime import prepare_answers

    prepare_answers()

    from nlptool.core.corpus import Reading
    from nlptool.crf.evaluation import evaluate
    from nlptool.crf.formats import Format, read_sentences
    from nlptool.crf.judged import judged, read_alike
    from nlptool.crf.scores import training_words

    layout, reading = Format(format_, unit, label, token), Reading(encoding, on_bad_line)
    _read_once([found, gold, *(train or ())])
    with console.talking(quiet=quiet) as report:
        words = None
        if train:
            words = training_words(read_sentences(train, layout, reading, report))
        right = list(read_sentences([gold], layout, reading, report))
        labelled = _labelled(found, right, layout, reading, n_threads, report)
        pairs = read_alike(judged(labelled, right, (found, gold)))
        result = evaluate(pairs, words, n_mistakes=errors, n_rounds=rounds, seed=seed)
    if json:
        console.out_json(crf_figures.evaluation(result))
    else:
        crf_figures.show_evaluation(result)


def compare(
    first: FoundFile,
    second: OtherFile,
    gold: GoldFile,
    errors: Errors = 10,
    rounds: Rounds = 1000,
    seed: options.Seed = 0,
    format_: crf_data.FormatOption = "auto",
    unit: crf_data.UnitOption = "char",
    label: crf_data.LabelOption = "last",
    token: crf_data.TokenOption = "0",
    threads: options.Threads = None,
    encoding: options.Encoding = "utf-8",
    on_bad_line: options.OnBadLine = "stop",
    json: options.Json = False,
    quiet: options.Quiet = False,
) -> None:
    """Say what one model, or labelled file, gets right that another does not.

    Example: nlptool crf compare new.crf old.crf test.txt
    """
    n_threads = options.cores(threads)

    from nlptool.neural.runtime import prepare_answers

    prepare_answers()

    from nlptool.core.corpus import Reading
    from nlptool.crf.compare import compare as compared
    from nlptool.crf.formats import Format, read_sentences
    from nlptool.crf.judged import judged, read_alike

    layout, reading = Format(format_, unit, label, token), Reading(encoding, on_bad_line)
    _read_once([first, second, gold])
    with console.talking(quiet=quiet) as report:
        right = list(read_sentences([gold], layout, reading, report))
        pairs = [
            read_alike(
                judged(
                    _labelled(name, right, layout, reading, n_threads, report), right, (name, gold)
                )
            )
            for name in (first, second)
        ]
        result = compared(*pairs, n_shown=errors, n_rounds=rounds, seed=seed)
    if json:
        console.out_json(crf_figures.comparison(result))
    else:
        crf_figures.show_comparison(result)


def _read_once(paths: list[str]) -> None:
    """Refuse stdin in two places.

    Raises:
        ConfigError: it is.
    """
    if paths.count("-") > 1:
        raise ConfigError("stdin (-): named twice, it can be read once")


def _labelled(
    name: str,
    gold: "list[Sentence]",
    layout: "Format",
    reading: "Reading",
    threads: int,
    report: "Report",
) -> "Iterable[Sentence]":
    """Return the sentences of a labelled file, or the gold ones as a model labels them."""
    from nlptool.core.store import is_model
    from nlptool.crf.formats import read_sentences

    if not is_model(name):
        return read_sentences([name], layout, reading, report)

    from nlptool.core.compiling import announced
    from nlptool.crf.model import Tagger

    with announced(report):
        return Tagger.load(name).tag(gold, threads=threads)
