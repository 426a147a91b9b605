"""What `cloze fill` writes, read again: words with probabilities for each blank, or answers.

    {"question": "<qid_0>", "blanks": [{"answers": [{"word": "天气", "p": 0.8, ...}, ...]}]}
    <qid_0> ||| 天气

Several models' predictions are put together by the mean of their probabilities; an answer
without one counts as sure.
"""

import json
from collections.abc import Sequence
from math import isfinite
from typing import Any

from nlptool.cloze.questions import FIELD
from nlptool.core.corpus import read_lines
from nlptool.core.reading import Reading
from nlptool.core.report import Report, silent
from nlptool.errors import CorpusError

Blank = dict[str, float]
"""Word -> probability."""

Predictions = dict[str, list[Blank]]
"""Name of a question -> what is thought of each of its blanks."""


def read_predictions(
    path: str, reading: Reading | None = None, report: Report = silent
) -> Predictions:
    """Return what a file says, by the names of the questions and in their order.

    Raises:
        CorpusError: a line is something else, or a name comes twice.
    """
    found: Predictions = {}
    shown = "stdin" if path == "-" else path
    for number, line in enumerate(read_lines([path], reading or Reading(), report), 1):
        if not line.strip():
            continue
        where = f"{shown}:{number}"
        name, blanks = _of_json(line, where) if line.startswith("{") else _of_line(line, where)
        if name in found:
            raise CorpusError(f"{where}: {name} again, expected each name once")
        found[name] = blanks
    return found


def _of_line(line: str, where: str) -> tuple[str, list[Blank]]:
    fields = [field.strip() for field in line.split(FIELD)]
    if len(fields) != 2 or not all(fields):
        raise CorpusError(f"{where}: {len(fields)} fields, expected name {FIELD} word, or JSON")
    return fields[0], [{word: 1.0} for word in fields[1].split()]


def _of_json(line: str, where: str) -> tuple[str, list[Blank]]:
    try:
        value = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise CorpusError(f"{where}: not JSON ({error}), expected an object") from None
    name, blanks = value.get("question"), value.get("blanks")
    if not isinstance(name, str) or not isinstance(blanks, list) or not blanks:
        raise CorpusError(
            f'{where}: no "question" with "blanks", expected what `fill --json` writes'
        )
    return name, [_blank(blank, where) for blank in blanks]


def _blank(value: Any, where: str) -> Blank:
    answers = value.get("answers") if isinstance(value, dict) else None
    found: Blank = {}
    for answer in answers if isinstance(answers, list) else [None]:
        word, p = (answer.get("word"), answer.get("p")) if isinstance(answer, dict) else ("", 0)
        if (
            not isinstance(word, str)
            or not word
            or isinstance(p, bool)
            or not isinstance(p, int | float)
            or not (isfinite(p) and p >= 0)
        ):
            raise CorpusError(f'{where}: a blank without "answers" of "word" and "p" >= 0')
        found[word] = found.get(word, 0.0) + float(p)
    return found


def together(
    many: Sequence[Predictions], shown: Sequence[str], weights: Sequence[float] | None = None
) -> Predictions:
    """Return the mean of several predictions of the same questions.

    Args:
        many: at least one.
        shown: what messages call each.
        weights: what each counts; None: all the same.

    Raises:
        CorpusError: a question is missing in one of them, or has another number of blanks.
    """
    shares = [1.0] * len(many) if weights is None else list(weights)
    total = sum(shares)
    found: Predictions = {}
    for other, where in zip(many[1:], shown[1:], strict=True):
        for name in (*many[0], *other):
            if name not in other or name not in many[0]:
                lacking = where if name not in other else shown[0]
                raise CorpusError(f"{lacking}: no answer to {name}, expected the same questions")
    for name, first in many[0].items():
        sums: list[Blank] = [{} for _ in first]
        for one, share, where in zip(many, shares, shown, strict=True):
            if len(one[name]) != len(first):
                raise CorpusError(
                    f"{where}: {len(one[name])} answers to {name}, expected {len(first)} as "
                    f"{shown[0]} has"
                )
            for into, blank in zip(sums, one[name], strict=True):
                for word, p in blank.items():
                    into[word] = into.get(word, 0.0) + p * share / total
        found[name] = sums
    return found


def ranked(blank: Blank) -> list[tuple[str, float]]:
    """Return the words of a blank, the most likely first; of equals the one named first."""
    return sorted(blank.items(), key=lambda item: -item[1])
