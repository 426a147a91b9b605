"""`nlptool cloze eval`: how well blanks are filled, beside what can be had without reading."""

from typing import TYPE_CHECKING, Annotated, Any

import typer

from nlptool.cli import cloze_rows, console, options
from nlptool.errors import CorpusError

if TYPE_CHECKING:
    from nlptool.cloze.questions import Question
    from nlptool.core.reading import Reading
    from nlptool.core.report import Report


def eval_(
    model: Annotated[
        str,
        typer.Argument(
            metavar="MODEL", help="What `cloze train` made; or answers, as `cloze fill` writes."
        ),
    ],
    files: cloze_rows.Questions = None,
    answers: cloze_rows.Answers = None,
    threads: options.Threads = None,
    encoding: options.Encoding = "utf-8",
    on_bad_line: options.OnBadLine = "stop",
    json: options.Json = False,
    quiet: options.Quiet = False,
) -> None:
    """Measure a model, or answers, on questions with answers: the share that is right.

    Beside it stand a random word of the passage, its most frequent word, its most frequent of
    two or more characters, the nearest such to the blank, and what the model makes of the
    question alone (the passage's words in alphabetical order, each once).

    Example: nlptool cloze eval books.cloze test.doc_query
    """
    paths = options.inputs(files)
    n_threads = options.cores(threads)

    from nlptool.neural.runtime import prepare_answers

    prepare_answers()

    from nlptool.cloze.baselines import BASELINES, question_only
    from nlptool.cloze.model import open_model
    from nlptool.cloze.scores import coverage, score
    from nlptool.core.reading import Reading
    from nlptool.core.store import is_model

    filler = open_model(model) if is_model(model) else None
    reading = Reading(encoding, on_bad_line)
    with console.talking(quiet=quiet) as report:
        console.hint_stdin(paths, quiet=quiet)
        questions = list(cloze_rows.answered(paths, answers, reading, report))
        if not questions:
            raise CorpusError(
                f"{cloze_rows.shown(paths[0])}: no questions, expected some with answers"
            )

        def best(some: "list[Question]") -> list[list[str]]:
            if filler is None:
                return _given(model, some, reading, report)
            return [[one.best() for one in row] for row in filler.fill(some, threads=n_threads)]

        found = score(questions, best(questions))
        shown: dict[str, Any] = {
            "questions": len(questions),
            "blanks": found.blanks,
            "right": found.right,
            "accuracy": found.accuracy,
            "standard_error": found.error,
            "in_passage": coverage(questions),
        }
        for name, guess in BASELINES.items():
            guessed = [[guess(one, blank) for blank in one.blanks] for one in questions]
            shown[name] = score(questions, guessed).accuracy
        if filler is not None:
            alone = [question_only(one) for one in questions]
            shown["question_only"] = score(alone, best(alone)).accuracy
    shown = {name: round(v, 4) if isinstance(v, float) else v for name, v in shown.items()}
    if json:
        console.out_json(shown)
    else:
        console.table(("measure", "value"), [(name, str(v)) for name, v in shown.items()])


def _given(
    path: str, questions: "list[Question]", reading: "Reading", report: "Report"
) -> list[list[str]]:
    """Return the words that a file answers questions with.

    Raises:
        CorpusError: the file is something else, or lacks a question.
    """
    from nlptool.cloze.predictions import ranked, read_predictions

    known = read_predictions(path, reading, report)
    found = []
    for one in questions:
        if one.name not in known:
            raise CorpusError(f"{path}: no answer to {one.name}, expected the same questions")
        found.append([ranked(blank)[0][0] if blank else "" for blank in known[one.name]])
    return found
