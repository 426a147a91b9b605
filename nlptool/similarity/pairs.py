"""Pairs of sentences with a label or a score, and groups of sentences that mean the same.

    first<TAB>second[<TAB>0 | 1 | score]        read_pairs
    group<TAB>sentence                          read_groups

A line may also be a JSON object: {"a": ..., "b": ..., "score": ...}, {"group": ..., "text": ...}.
"""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import isfinite
from typing import Any

from nlptool.core.corpus import read_lines
from nlptool.core.reading import Reading
from nlptool.core.report import Report, silent
from nlptool.core.stream import stream
from nlptool.errors import CorpusError


@dataclass(frozen=True, slots=True)
class Pair:
    """Two sentences and how alike they are.

    Args:
        first: a sentence.
        second: another one.
        score: 1 or 0 for the same and another meaning, or any finite score that rises with
            likeness; None where none is given.
    """

    first: str
    second: str
    score: float | None = None


@stream
def read_pairs(
    paths: Sequence[str],
    reading: Reading | None = None,
    report: Report = silent,
    *,
    scored: bool = False,
    labelled: bool = False,
) -> Iterator[Pair]:
    """Yield pairs of sentences, one a line; empty lines are passed over.

    Args:
        paths: files; "-" is stdin. A first line whose last field is no number is a header if
            that is the name of a column such as label or score.
        reading: encoding and what a bad line does.
        report: is told of progress.
        scored: a line without a score is an error.
        labelled: a score that is neither 0 nor 1 is an error.

    Raises:
        CorpusError: a line is something else.
    """
    for path in paths:
        lines = read_lines([path], reading or Reading(), report)
        for number, line in enumerate(lines, 1):
            if not line.strip():
                continue
            where = f"{_shown(path)}:{number}"
            fields = _fields(line, ("a", "b", "score"), where)
            if number == 1 and fields[-1] in ("label", "score"):
                continue
            # As PAWS-X has it: a number before the pair.
            if len(fields) == 4:
                fields = fields[1:]
            # As ChineseSTS has it: one before each sentence.
            elif len(fields) == 5:
                fields = fields[1::2] + fields[4:]
            if len(fields) not in (2, 3) or (scored and len(fields) == 2):
                expected = (
                    "first<TAB>second<TAB>score" if scored else "first<TAB>second[<TAB>score]"
                )
                raise CorpusError(f"{where}: {len(fields)} fields, expected {expected}")
            score = _number(fields[2], where) if len(fields) == 3 else None
            if labelled and score not in (0.0, 1.0):
                raise CorpusError(f"{where}: label {fields[2]!r}, expected 0 or 1")
            yield Pair(fields[0], fields[1], score)


@stream
def read_groups(
    paths: Sequence[str], reading: Reading | None = None, report: Report = silent
) -> Iterator[tuple[str, str]]:
    """Yield the group's name and the sentence of each line.

    Raises:
        CorpusError: a line is something else.
    """
    for path in paths:
        lines = read_lines([path], reading or Reading(), report)
        for number, line in enumerate(lines, 1):
            if not line.strip():
                continue
            where = f"{_shown(path)}:{number}"
            fields = _fields(line, ("group", "text"), where)
            if len(fields) != 2 or not fields[0]:
                raise CorpusError(f"{where}: {len(fields)} fields, expected group<TAB>sentence")
            yield fields[0], fields[1]


def _fields(line: str, names: Sequence[str], where: str) -> list[str]:
    """Return the fields of a line: between tabs, or of an object under these names."""
    # No JSON has a tab as it is.
    if "\t" in line or not line.startswith("{"):
        return line.split("\t")
    value = parse_object(line, where)
    found = [value[name] for name in names if name in value]
    for field in found:
        if isinstance(field, bool) or not isinstance(field, str | int | float):
            raise CorpusError(f"{where}: a value of {type(field).__name__}, expected text")
    return [str(field) for field in found]


def parse_object(line: str, where: str) -> dict[str, Any]:
    """Return the JSON object that a line is.

    Raises:
        CorpusError: it is none.
    """
    try:
        value = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise CorpusError(f"{where}: not JSON ({error}), expected an object") from None
    if not isinstance(value, dict):
        raise CorpusError(f"{where}: JSON, but no object, expected one")
    return value


def _number(text: str, where: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = float("nan")
    if not isfinite(value):
        raise CorpusError(f"{where}: score {text!r}, expected a number")
    return value


def _shown(path: str) -> str:
    return "stdin" if path == "-" else path
