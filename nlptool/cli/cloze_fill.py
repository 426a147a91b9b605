"""`nlptool cloze` verbs that answer: `fill` and `ensemble`."""

from collections.abc import Iterator
from contextlib import ExitStack
from typing import TYPE_CHECKING, Annotated, Any

import typer

from nlptool.cli import cloze_rows, console, options
from nlptool.cli.similarity_rows import batches
from nlptool.errors import ConfigError, CorpusError

if TYPE_CHECKING:
    from nlptool.cloze.questions import Question
    from nlptool.core.reading import Reading
    from nlptool.core.report import Report
    from nlptool.core.segment import Segmenter

Top = Annotated[int, typer.Option("--top", "-k", min=1, help="With --json: how many words.")]


def fill(
    model: cloze_rows.Model,
    files: options.Inputs = None,
    top: Top = 5,
    format_: Annotated[
        str,
        typer.Option(
            "--format", help="cmrc (questions) or text (passages with XXXXX); auto looks."
        ),
    ] = "auto",
    by: Annotated[
        str,
        typer.Option(help="Of text: what a passage is, line or document (up to an empty line)."),
    ] = "line",
    segment: options.Segment = "auto",
    threads: options.Threads = None,
    encoding: options.Encoding = "utf-8",
    on_bad_line: options.OnBadLine = "stop",
    json: options.Json = False,
    quiet: options.Quiet = False,
) -> None:
    """Fill blanks: questions of CMRC, or plain text with XXXXX where a word is missing.

    An answer is a word of the passage. Each question gets a line, <qid_0> ||| word; several
    blanks get as many words. With --json: the likeliest words of each blank, with the places
    that speak for them (the number of the sentence, and of the word in it).

    Example: echo '小猴爱吃桃子。妈妈买来XXXXX，小猴真高兴。' | nlptool cloze fill books.cloze
    """
    paths = options.inputs(files)
    n_threads = options.cores(threads)

    from nlptool.neural.runtime import prepare_answers

    prepare_answers()

    from nlptool.cloze.model import open_model
    from nlptool.cloze.questions import answer_line
    from nlptool.core.reading import Reading

    filler = open_model(model)
    how = options.segmenter(segment)
    reading = Reading(encoding, on_bad_line)
    with console.talking(quiet=quiet) as report:
        console.hint_stdin(paths, quiet=quiet)
        questions = _questions(paths, format_, by, how, reading, report)
        for batch in batches(questions, paths, 256):
            for answers in filler.fill(batch, threads=n_threads):
                words = [one.best() for one in answers]
                if not all(words):
                    where = answers[0].asked.where
                    raise CorpusError(f"{where}: nothing but blanks, expected words to choose from")
                if json:
                    console.out_json(cloze_rows.row_of(answers, top))
                else:
                    console.out(answer_line(answers[0].asked.name, words))
            console.flush()


def _questions(
    paths: list[str],
    form: str,
    by: str,
    how: "str | Segmenter",
    reading: "Reading",
    report: "Report",
) -> "Iterator[Question]":
    """Yield the questions of all inputs."""
    from nlptool.core.corpus import read_lines

    for path in paths:
        lines = read_lines([path], reading, report)
        yield from cloze_rows.asked(lines, cloze_rows.shown(path), form, by, how)


def ensemble(
    predictions: Annotated[
        list[str],
        typer.Argument(
            metavar="PREDICTIONS...",
            help="What `cloze fill --json` wrote with each model, or plain answers.",
        ),
    ],
    weights: Annotated[
        str | None, typer.Option(metavar="LIST", help="What each file counts: 2,1,1.")
    ] = None,
    top: Top = 5,
    output: options.Output = None,
    encoding: options.Encoding = "utf-8",
    on_bad_line: options.OnBadLine = "stop",
    json: options.Json = False,
    quiet: options.Quiet = False,
) -> None:
    """Put several models' answers together: the word with the highest mean probability.

    Let `cloze fill --json` write many words (-k 50), so that little is lost.

    Example: nlptool cloze ensemble one.jsonl two.jsonl three.jsonl > all.answer
    """
    shares = _weights(weights, len(predictions))

    from nlptool.cloze.predictions import ranked, read_predictions
    from nlptool.cloze.predictions import together as joined
    from nlptool.cloze.questions import answer_line
    from nlptool.core.publish import reserve
    from nlptool.core.reading import Reading

    with ExitStack() as stack:
        reserved = stack.enter_context(reserve(output)) if output is not None else None
        report = stack.enter_context(console.talking(quiet=quiet))
        console.hint_stdin(predictions, quiet=quiet)
        reading = Reading(encoding, on_bad_line)
        many = [read_predictions(path, reading, report) for path in predictions]
        found = joined(many, predictions, shares)
        lines = []
        for name, blanks in found.items():
            best = [ranked(blank)[:top] for blank in blanks]
            if json:
                lines.append(_line({"question": name, "blanks": [_row(one) for one in best]}))
            else:
                lines.append(answer_line(name, [one[0][0] if one else "" for one in best]))
        text = "".join(f"{line}\n" for line in lines).encode()
        if reserved is None:
            console.out_bytes(text)
            return
        with reserved.replace() as file:
            file.write(text)


def _row(words: list[tuple[str, float]]) -> dict[str, Any]:
    return {"answers": [{"word": word, "p": round(p, 4)} for word, p in words]}


def _line(value: dict[str, Any]) -> str:
    import json

    return json.dumps(value, ensure_ascii=False, allow_nan=False)


def _weights(text: str | None, n: int) -> list[float] | None:
    """Return the numbers of a list.

    Raises:
        ConfigError: they are no numbers, another number of them than of files, or all 0.
    """
    if text is None:
        return None
    try:
        found = [float(one) for one in text.split(",")]
    except ValueError:
        found = []
    if len(found) != n or not all(0 <= one < 1e9 for one in found) or not sum(found):
        raise ConfigError(f"--weights: {text!r}, expected {n} numbers from 0 on, such as 2,1")
    return found
