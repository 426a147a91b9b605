"""What the verbs of `nlptool cloze` share: questions in, answers out."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from nlptool.errors import ConfigError

if TYPE_CHECKING:
    from nlptool.cloze.model import Filled
    from nlptool.cloze.questions import Question
    from nlptool.core.reading import Reading
    from nlptool.core.report import Report
    from nlptool.core.segment import Segmenter

FORMS = ("auto", "cmrc", "text")

Model = Annotated[str, typer.Argument(metavar="MODEL", help="What `cloze train` made.")]
Questions = Annotated[
    list[str] | None,
    typer.Argument(
        metavar="[QUESTIONS]...",
        help="Questions, as `cloze make` writes them or CMRC has them; - is stdin.",
    ),
]
Answers = Annotated[
    list[str] | None,
    typer.Option(
        metavar="FILE",
        help="Answers to the questions of each file in turn; of FILE.doc_query those in "
        "FILE.answer are found.",
    ),
]


def shown(path: str) -> str:
    """Return what messages call an input."""
    return "stdin" if path == "-" else path


def answered(
    paths: Sequence[str], answers: Sequence[str] | None, reading: "Reading", report: "Report"
) -> "Iterator[Question]":
    """Yield questions that have answers, from files whose answers may stand beside them.

    Raises:
        ConfigError: the numbers of files do not fit.
        CorpusError: a file is something else, or a question has no answer.
    """
    from nlptool.cloze.questions import read_answers, read_questions

    if answers and len(answers) != len(paths):
        raise ConfigError(
            f"--answers: {len(answers)} files, expected {len(paths)}, one for each of questions"
        )
    for number, path in enumerate(paths):
        beside = answers[number] if answers else _beside(path)
        known = read_answers(beside, reading, report) if beside is not None else None
        yield from read_questions([path], reading, report, answers=known, answered=True)


def _beside(path: str) -> str | None:
    """Return the file of answers beside one of questions; None if there is none."""
    stem, dot, ending = path.rpartition(".")
    beside = f"{stem}.answer"
    return beside if dot and ending == "doc_query" and Path(beside).is_file() else None


def asked(
    lines: Iterable[str], shown: str, form: str, by: str, how: "str | Segmenter"
) -> "Iterator[Question]":
    """Yield the questions of one input, as soon as each is complete.

    Args:
        lines: without line ends.
        shown: what messages call the input.
        form: auto | cmrc | text; auto looks at the first line that is not empty.
        by: see `passages.read_passages`.
        how: the same.

    Raises:
        ConfigError: `form` is unknown.
        CorpusError: the input is something else.
    """
    from nlptool.cloze.passages import read_passages
    from nlptool.cloze.questions import is_questions, parse_questions

    if form not in FORMS:
        raise ConfigError(f"--format: {form!r}, expected one of {', '.join(FORMS)}")
    rest = iter(lines)
    first: list[str] = []
    if form == "auto":
        for line in rest:
            first.append(line)
            if line.strip():
                break
        form = "cmrc" if first and is_questions(first[-1]) else "text"
    whole = chain(first, rest)
    if form == "cmrc":
        yield from parse_questions(whole, shown)
    else:
        yield from read_passages(whole, by=by, how=how, shown=shown)


def row_of(answers: "Sequence[Filled]", k: int) -> dict[str, Any]:
    """Return what `fill --json` writes of a question."""
    asked_ = answers[0].asked
    blanks = []
    for one in answers:
        rows = []
        for word, p in one.ranked()[:k]:
            evidence = []
            for place, share in one.evidence(word):
                sentence, at = asked_.place(place)
                evidence.append({"sentence": sentence, "word": at, "p": round(share, 4)})
            rows.append({"word": word, "p": round(p, 4), "evidence": evidence})
        blanks.append({"answers": rows})
    return {"question": asked_.name, "blanks": blanks}
