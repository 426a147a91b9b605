"""`nlptool crf` verbs that give labels to text: `segment` and `tag`."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from functools import partial
from typing import TYPE_CHECKING, Annotated

import typer

from nlptool.cli import console, crf_data, options
from nlptool.core.report import Note, Progress, Report
from nlptool.errors import ConfigError

if TYPE_CHECKING:
    from nlptool.core.corpus import Reading
    from nlptool.crf.answer import Asked
    from nlptool.crf.constrain import Words
    from nlptool.crf.file_format import Format
    from nlptool.crf.model import Tagger

ModelFile = Annotated[str, typer.Argument(metavar="MODEL", help="A model of crf train.")]
TextFiles = Annotated[
    list[str] | None,
    typer.Argument(metavar="[FILE]...", help="Text, plain or compressed; - is stdin."),
]
Dict = Annotated[
    str | None,
    typer.Option(
        "--dict",
        metavar="FILE",
        help="Words to favour, WORD [TYPE] [WEIGHT] a line, weights in nats (3 unless given); ! "
        "instead of a weight: has to be one, -: must not be one.",
    ),
]

Out = Callable[[bytes], object]


def segment(
    model: ModelFile,
    files: TextFiles = None,
    dictionary: Dict = None,
    output: options.Output = None,
    threads: options.Threads = None,
    encoding: options.Encoding = "utf-8",
    on_bad_line: options.OnBadLine = "stop",
    quiet: options.Quiet = False,
) -> None:
    """Cut text into words: spaces are put between them, and nothing else is changed.

    A line that comes through a pipe is answered at once.

    Example: nlptool crf segment pku.crf news.txt.xz -o news.words.txt
    """
    paths = options.inputs(files)
    _read_once([*paths, *([dictionary] if dictionary else [])])
    n_threads = options.cores(threads)

    from nlptool.neural.runtime import prepare_answers

    prepare_answers()

    from nlptool.core.compiling import announced
    from nlptool.core.corpus import Reading
    from nlptool.crf.answer import Asked
    from nlptool.crf.file_format import Format
    from nlptool.crf.model import Tagger

    reading = Reading(encoding, on_bad_line)
    form = Format("text")
    with ExitStack() as stack:
        out = stack.enter_context(_results(output))
        report = stack.enter_context(_talking(output, quiet=quiet))
        stack.enter_context(announced(report, waits=True))
        tagger = Tagger.load(model)
        tagger.check_words()
        asked = Asked(words=_words(dictionary, tagger), splits=True)
        console.hint_stdin(paths, quiet=quiet)
        for path in paths:
            _tag_file(path, tagger, asked, form, reading, None, n_threads, report, out)


def tag(
    model: ModelFile,
    files: TextFiles = None,
    nbest: Annotated[
        int, typer.Option(metavar="K", help="The K most probable answers, with probabilities.")
    ] = 0,
    marginals: Annotated[
        bool, typer.Option("--marginals", help="How probable each label or entity is.")
    ] = False,
    confidence: Annotated[
        bool,
        typer.Option(
            "--confidence", help="How sure each sentence is, and the least sure ones first."
        ),
    ] = False,
    dictionary: Dict = None,
    force: Annotated[
        bool, typer.Option("--force", help="Keep the labels that the input has already.")
    ] = False,
    output: options.Output = None,
    format_: crf_data.FormatOption = "auto",
    label: crf_data.LabelOption = "last",
    token: crf_data.TokenOption = "0",
    threads: options.Threads = None,
    encoding: options.Encoding = "utf-8",
    on_bad_line: options.OnBadLine = "stop",
    json: options.Json = False,
    quiet: options.Quiet = False,
) -> None:
    """Give labels to raw text, columns or JSON lines; what comes out is of the same form.

    Raw text gets entities in brackets, [张三/PER], or words between spaces; columns get one
    more; --json gives offsets. A line that comes through a pipe is answered at once.

    Example: echo 张三在北京工作 | nlptool crf tag people.crf --json
    """
    paths = options.inputs(files)
    _read_once([*paths, *([dictionary] if dictionary else [])])
    n_threads = options.cores(threads)
    if nbest < 0:
        raise ConfigError(f"--nbest: {nbest}, expected 1 or more")

    from nlptool.neural.runtime import prepare_answers

    prepare_answers()

    from nlptool.core.compiling import announced
    from nlptool.core.corpus import Reading
    from nlptool.crf.answer import Asked
    from nlptool.crf.file_format import Format
    from nlptool.crf.model import Tagger

    reading = Reading(encoding, on_bad_line)
    # What cannot be is said before anything is read.
    Asked(nbest)
    Format(format_, label=label, token=token)
    with ExitStack() as stack:
        out = stack.enter_context(_results(output))
        report = stack.enter_context(_talking(output, quiet=quiet))
        stack.enter_context(announced(report, waits=True))
        tagger = Tagger.load(model)
        scheme = None if tagger.scheme == "none" else tagger.scheme
        form = Format(format_, tagger.unit, label, token, scheme)
        asked = Asked(
            n_best=nbest,
            marginals=marginals,
            confidence=confidence,
            words=_words(dictionary, tagger),
            force=force,
            splits=tagger.is_words,
        )
        console.hint_stdin(paths, quiet=quiet)
        shown = "jsonl" if json else None
        held: list[tuple[float, bytes]] | None = [] if confidence else None
        for path in paths:
            _tag_file(path, tagger, asked, form, reading, shown, n_threads, report, out, held)
        if held is not None:
            held.sort(key=lambda one: one[0])
            for _, text in held:
                out(text)


def _tag_file(
    path: str,
    tagger: "Tagger",
    asked: "Asked",
    form: "Format",
    reading: "Reading",
    shown: str | None,
    threads: int,
    report: Report,
    out: Out,
    held: list[tuple[float, bytes]] | None = None,
) -> None:
    """Label one file.

    Args:
        path: the file, "-" for stdin.
        tagger: gives the labels.
        asked: what else is wanted.
        form: what the file is, as far as that is known.
        reading: its encoding.
        shown: what form the answers have; that of the file if None.
        threads: how many pieces are worked on at the same time.
        report: hears how far it is.
        out: takes what is ready.
        held: takes answers with their confidence instead.
    """
    from nlptool.core.workers import cut_in_threads
    from nlptool.crf.incoming import open_text, read_incoming
    from nlptool.crf.marked import bracket, cut
    from nlptool.crf.pieces import pieces

    ready = console.stdin_ready if path == "-" else lambda: True
    n_columns = max(tagger.features.columns.own) + 1
    text = open_text(path, form, reading, n_columns, report)
    if text.is_text and shown is None and asked.is_plain and tagger.unit == "char":
        tagger.check_text()
        mark = partial(cut if tagger.is_words else bracket, tagger)
        for piece in cut_in_threads(pieces(text.blocks), threads, mark, ready):
            out(piece)
        return

    from nlptool.crf.asked import answers
    from nlptool.crf.written import writer

    names = {"columns": "columns", "jsonl": "jsonl"}
    kind = shown or names.get(text.layout.name, "text")
    layout = text.layout
    write = writer(kind, tagger, asked, layout.separator if layout.n_columns > 1 else "\t")
    sentences = read_incoming(text, form, report)
    for batch in answers(tagger, sentences, asked, threads=threads, ready=ready):
        if held is None:
            out("".join(map(write, batch)).encode("utf-8", "surrogatepass"))
        else:
            held.extend((one.confidence, write(one).encode()) for one in batch)


def _read_once(paths: list[str]) -> None:
    """Refuse stdin in two places.

    Raises:
        ConfigError: it is.
    """
    if paths.count("-") > 1:
        raise ConfigError(f"stdin (-): named {paths.count('-')} times, it can be read once")


def _words(path: str | None, tagger: "Tagger") -> "Words | None":
    """Return a dictionary for a model."""
    if path is None:
        return None

    from nlptool.crf.constrain import read_words
    from nlptool.crf.normalise import changes
    from nlptool.crf.places import places_of

    by = changes(tagger.features.columns.normalise)
    return read_words(
        path,
        places_of(tagger.labels, tagger.scheme).types,
        is_characters=tagger.unit == "char",
        normalised=lambda token: token.translate(by),
    )


@contextmanager
def _results(output: str | None) -> Iterator[Out]:
    """Yield what takes results: stdout, or a file that appears when all are there."""
    from nlptool.core.publish import atomic

    if output is None:
        yield console.out_bytes
        return
    with atomic(output) as file:
        yield file.write


@contextmanager
def _talking(output: str | None, *, quiet: bool) -> Iterator[Report]:
    """Yield a report, without the progress where it would stand among the results."""
    with console.talking(quiet=quiet) as report:
        if output is not None or not console.is_terminal():
            yield report
            return

        def notes(event: Note | Progress) -> None:
            if isinstance(event, Note):
                report(event)

        yield notes
