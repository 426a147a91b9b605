"""So many questions of all that were made, each as likely; the rest wait on disk meanwhile."""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np

from nlptool.cloze.questions import Question, lines_of, read_questions
from nlptool.errors import RunError


def named(questions: Iterable[Question]) -> Iterator[Question]:
    """Yield questions with the names <qid_0>, <qid_1> and so on."""
    for number, asked in enumerate(questions):
        yield replace(asked, name=f"<qid_{number}>")


def chosen(
    questions: Iterable[Question], count: int, *, seed: int, folder: Path
) -> Iterator[Question]:
    """Yield at most `count` of questions with one blank and its answer, in their order.

    Args:
        questions: any number; they are written to a file.
        count: how many to keep.
        seed: of the choice.
        folder: where the file is.

    Raises:
        RunError: it cannot be written.
    """
    path = folder / "questions.txt"
    n_questions = 0
    try:
        with path.open("wb") as file:
            for asked in questions:
                file.write("\n".join(lines_of(asked, together=True)).encode())
                n_questions += 1
    except OSError as error:
        raise RunError(
            f"{folder}: {error.strerror or error}; name another folder with --temp-dir"
        ) from None
    rng = np.random.default_rng((seed, 2))
    wanted = np.zeros(n_questions, bool)
    wanted[rng.permutation(n_questions)[:count]] = True
    if n_questions:
        stored = read_questions([str(path)])
        yield from (asked for asked, keep in zip(stored, wanted.tolist(), strict=True) if keep)
