"""`nlptool cloze`: make questions; the other verbs are in `cloze_*.py`."""

from collections.abc import Iterable
from contextlib import ExitStack
from typing import TYPE_CHECKING, Annotated

import typer

from nlptool.cli import cloze_fill, cloze_judge, cloze_train, console, options
from nlptool.cloze.config import Making

if TYPE_CHECKING:
    from nlptool.cloze.make import Made
    from nlptool.cloze.questions import Question
    from nlptool.core.publish import Output

DEFAULT = Making()

app = typer.Typer(
    help="Fill blanks in passages: make questions, train, fill, evaluate.", no_args_is_help=True
)


@app.command()
def make(
    corpus: Annotated[
        list[str],
        typer.Argument(metavar="CORPUS...", help="Text, plain or compressed; - is stdin."),
    ],
    output: Annotated[
        str | None,
        typer.Option(
            "--output",
            "-o",
            metavar="FILE",
            help="Where the questions go; of FILE.doc_query the answers go to FILE.answer.",
        ),
    ] = None,
    count: Annotated[
        int | None, typer.Option(help="How many are wanted, chosen from all; all unless given.")
    ] = DEFAULT.count,
    low: Annotated[int, typer.Option(help="Words of a passage at least.")] = DEFAULT.low,
    high: Annotated[int, typer.Option(help="Words of a passage at most.")] = DEFAULT.high,
    repeats: Annotated[
        int, typer.Option(help="How often the answer stands in the passage at least.")
    ] = DEFAULT.repeats,
    choices: Annotated[
        int, typer.Option(help="How many such words a passage must have.")
    ] = DEFAULT.choices,
    favour: Annotated[
        float,
        typer.Option(help="Ask for frequent words more: their count to the power of this."),
    ] = DEFAULT.favour,
    per_passage: Annotated[
        int, typer.Option(help="How many questions a passage gives.")
    ] = DEFAULT.per_passage,
    against: Annotated[
        list[str] | None,
        typer.Option(
            metavar="FILE",
            help="Leave out passages that have 20 Han characters in a row with this text (what "
            "will be tested on) in common; may be repeated.",
        ),
    ] = None,
    seed: options.Seed = DEFAULT.seed,
    segment: options.Segment = "auto",
    user_dict: options.UserDict = None,
    threads: options.Threads = None,
    encoding: options.Encoding = "utf-8",
    on_bad_line: options.OnBadLine = "stop",
    temp_dir: options.TempDir = None,
    quiet: options.Quiet = False,
) -> None:
    """Make questions of any text: a noun that stands elsewhere in its passage is left out.

    A passage is some sentences in a row. The questions come as in CMRC 2017, all in one file or
    with the answers beside them, as -o says.

    Example: nlptool cloze make books.txt.xz --against test.doc_query -o books.doc_query
    """
    making = Making(
        low=low,
        high=high,
        repeats=repeats,
        choices=choices,
        favour=favour,
        per_passage=per_passage,
        count=count,
        seed=seed,
    )
    n_threads = options.cores(threads)

    from nlptool.cloze.chosen import chosen, named
    from nlptool.cloze.leaks import Leaks
    from nlptool.cloze.make import Made
    from nlptool.cloze.make import make as made_of
    from nlptool.core.compiling import announced
    from nlptool.core.corpus import read_blocks, read_lines
    from nlptool.core.publish import reserve
    from nlptool.core.reading import Reading
    from nlptool.core.report import Note
    from nlptool.core.scratch import scratch
    from nlptool.core.segment import segmented

    reading = Reading(encoding, on_bad_line)
    with ExitStack() as stack:
        beside = _beside(output)
        reserved = stack.enter_context(reserve(output)) if output is not None else None
        answers = stack.enter_context(reserve(beside)) if beside is not None else None
        report = stack.enter_context(console.talking(quiet=quiet))
        stack.enter_context(announced(report))
        console.hint_stdin(corpus, quiet=quiet)
        leaks = Leaks(read_lines(against, Reading("auto"))) if against else None
        _, blocks = segmented(
            read_blocks(corpus, reading, report),
            options.segmenter(segment),
            threads=n_threads,
            user_dict=user_dict,
            report=report,
        )
        made = Made()
        questions: Iterable[Question] = made_of(blocks, making, made, leaks)
        if count is not None:
            folder = stack.enter_context(scratch(temp_dir))
            questions = chosen(questions, count, seed=seed, folder=folder)
        n_written = _write(named(questions), reserved, answers)
        report(Note(_described(made, n_written)))


for verb in (
    cloze_train.train,
    cloze_fill.fill,
    cloze_judge.eval_,
    cloze_fill.ensemble,
):
    app.command(name=verb.__name__.rstrip("_"))(verb)


def _beside(output: str | None) -> str | None:
    """Return where the answers go; None where they are with the questions."""
    stem, dot, ending = (output or "").rpartition(".")
    return f"{stem}.answer" if dot and ending == "doc_query" else None


def _write(
    questions: "Iterable[Question]", reserved: "Output | None", answers: "Output | None"
) -> int:
    """Write questions; return how many there were."""
    from nlptool.cloze.questions import answer_line, lines_of

    n_written = 0
    with ExitStack() as stack:
        file = stack.enter_context(reserved.replace()) if reserved is not None else None
        other = stack.enter_context(answers.replace()) if answers is not None else None
        for asked in questions:
            n_written += 1
            text = "".join(f"{line}\n" for line in lines_of(asked, together=other is None))
            if file is None:
                console.out(text.removesuffix("\n"))
                continue
            file.write(text.encode())
            if other is not None:
                other.write(f"{answer_line(asked.name, asked.answers)}\n".encode())
    return n_written


def _described(made: "Made", n_written: int) -> str:
    """Return what became of the passages, in one line."""
    return (
        f"{n_written:,} questions of {made.questions:,} that were made; {made.passages:,} "
        f"passages: {made.few:,} with too few nouns, {made.leaked:,} with text to be kept away "
        f"from, {made.repeated:,} that were there before"
    )
