"""Models of CRFsuite as `crfsuite dump` writes them: what is in the text.

    LABELS = {
          0: B
    }
    TRANSITIONS = {
      (1) B --> B: -0.123456
    }
    STATE_FEATURES = {
      (0) w[-1]|w[0]=北|京 --> B: 1.234567
    }

There are other parts, which say nothing more. CRFsuite knows no templates: an attribute is any
text, and its name alone tells what it was made of. Those are understood that CRFsuite's own
scripts write (`w[-1]|w[0]=a|b`), those of sklearn-crfsuite (`-1:word=a`), or what given
templates make (`c-1=%x[-1,0]`). `bias` stands everywhere, `__BOS__` and `BOS` at the first
token, `__EOS__` and `EOS` at the last. Whatever else there is has to be left out.

Source:
    CRFsuite 0.12, lib/crf/src/crf1d_model.c: crf1dm_dump; example/crfutils.py: apply_templates.
"""

import re
from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from nlptool.core.corpus import Reading, read_lines
from nlptool.core.report import Progress, Report, silent
from nlptool.crf.foreign import Float64, Foreign, Matcher, Pattern, Spelled
from nlptool.errors import ModelError

MAX_LABELS = 10_000

_BIAS = ("bias", "__BIAS__")
_FIRST = ("__BOS__", "BOS")
_LAST = ("__EOS__", "EOS")

_WEIGHT = re.compile(r" *\(\d+\) (.*): (-?\d+\.\d+|-?inf|-?nan)")
_NUMBERED = re.compile(r" *\d+: (.*)")
_PLACE = r"[^\[\]|=:]{1,60}\[[+-]?\d{1,4}\]"
_PLACES = re.compile(rf"({_PLACE}(?:\|{_PLACE})*)=.+")
_COLON = re.compile(r"([+-]?\d{1,4}):([^=:]{1,60})=.+|([^=:]{1,60})=.+")
_EVERY = 1 << 16


class Weight(NamedTuple):
    """One line: what has the weight, its label's number, and the weight."""

    name: str
    label: int
    value: float


def read_crfsuite(
    path: str,
    reading: Reading,
    *,
    patterns: list[Pattern] | None = None,
    columns: list[str] | None = None,
    report: Report = silent,
) -> Foreign:
    """Read a dumped model of CRFsuite.

    Args:
        path: the file, plain or compressed.
        reading: its encoding.
        patterns: what the attributes are made by; where there are none, their names say it.
        columns: the names of the columns in the data, for names that say it; otherwise in the
            order in which they are first named.
        report: is told how many lines are read.

    Raises:
        CorpusError: the file cannot be read as text.
        ModelError: it is no such model, or parts of it are missing or do not fit together, or
            nothing of it can be had here.
    """
    lines = enumerate(read_lines([path], reading), 1)
    labels = _labels(path, lines)
    numbers = {label: number for number, label in enumerate(labels)}
    n_labels = len(labels)
    transitions = np.zeros((n_labels, n_labels))
    _skip_to(path, lines, "TRANSITIONS")
    for weight in _weights(path, lines, numbers):
        if weight.name not in numbers:
            raise ModelError(f"{path}: a transition from {weight.name[:40]!r}, expected a label")
        transitions[numbers[weight.name], weight.label] += weight.value
    _skip_to(path, lines, "STATE_FEATURES")
    attributes: dict[str, int] = {}
    places: list[int] = []
    values: list[float] = []
    for weight in _weights(path, lines, numbers):
        attribute = attributes.setdefault(weight.name, len(attributes))
        places.append(attribute * n_labels + weight.label)
        values.append(weight.value)
        if len(values) % _EVERY == 0:
            report(Progress("reading weights", len(values), None, "weights"))
    table = np.zeros(len(attributes) * n_labels)
    np.add.at(table, np.array(places, np.int64), np.array(values, np.float64))
    ends = {name: np.zeros(n_labels) for name in ("bias", "start", "end")}
    bias = {*_BIAS, *(one.literals[0] for one in patterns or () if not one.refs)}
    rest: dict[str, int] = {}
    for name, number in attributes.items():
        own = table[number * n_labels : (number + 1) * n_labels]
        if name in bias:
            ends["bias"] += own
        elif name in _FIRST:
            ends["start"] += own
        elif name in _LAST:
            ends["end"] += own
        else:
            rest[name] = number * n_labels
    if patterns is None:
        spelled, left_out, columns = _by_their_names(path, rest, columns)
    else:
        spelled, left_out = _by_patterns(path, rest, patterns)
        looked_at = [column for one in patterns for _, column in one.refs]
        columns = [str(number) for number in range(1 + max(looked_at, default=0))]
    if not spelled and (rest or not transitions.any()):
        raise ModelError(
            f"{path}: attributes such as {next(iter(rest), '')[:40]!r}, expected 'w[0]=x' or "
            "'-1:word=x'; --template says what others are made of"
        )
    return Foreign(
        path,
        "CRFsuite",
        labels,
        columns,
        spelled,
        table,
        transitions + ends["bias"],
        ends["start"] + ends["bias"],
        ends["end"],
        left_out,
    )


def _skip_to(path: str, lines: Iterator[tuple[int, str]], part: str) -> None:
    """Read up to the beginning of a part.

    Raises:
        ModelError: there is none.
    """
    for _, line in lines:
        if line == f"{part} = {{":
            return
    raise ModelError(f"{path}: no part {part}, expected a model that crfsuite dump wrote")


def _labels(path: str, lines: Iterator[tuple[int, str]]) -> list[str]:
    """Return the labels.

    Raises:
        ModelError: there are none.
    """
    _skip_to(path, lines, "LABELS")
    labels: list[str] = []
    for number, line in lines:
        if line == "}":
            break
        match = _NUMBERED.fullmatch(line)
        if match is None:
            raise ModelError(f"{path}:{number}: {line[:40]!r}, expected a number and a label")
        labels.append(match[1])
    if not 0 < len(labels) <= MAX_LABELS or len(set(labels)) < len(labels):
        raise ModelError(
            f"{path}: {len(labels):,} labels, expected 1 to {MAX_LABELS:,}, each of them once"
        )
    return labels


def _weights(
    path: str, lines: Iterator[tuple[int, str]], labels: dict[str, int]
) -> Iterator[Weight]:
    """Yield the weights up to the end of a part.

    Raises:
        ModelError: a line is no weight, or the file ends.
    """
    for number, line in lines:
        if line == "}":
            return
        match = _WEIGHT.fullmatch(line)
        name, arrow, label = match[1].rpartition(" --> ") if match else ("", "", "")
        if match is None or not arrow or label not in labels:
            raise ModelError(f"{path}:{number}: {line[:60]!r}, expected (N) X --> LABEL: WEIGHT")
        value = float(match[2])
        if not np.isfinite(value):
            raise ModelError(f"{path}:{number}: a weight that is not finite, expected a number")
        yield Weight(name, labels[label], value)
    raise ModelError(f"{path}: ends within its weights; it is cut short")


def _by_patterns(
    path: str, places: dict[str, int], patterns: list[Pattern]
) -> tuple[list[Spelled], list[str]]:
    """Return the features that patterns make, and the attributes that none makes."""
    matcher = Matcher(patterns)
    spelled = [Spelled(pattern) for pattern in patterns]
    left_out: list[str] = []
    for name, place in places.items():
        ways = matcher.ways(name, path)
        for which, values in ways:
            spelled[which].values.append(tuple(v.replace("__COLON__", ":") for v in values))
            spelled[which].places.append(place)
        if not ways:
            left_out.append(name)
    return [one for one in spelled if one.places and one.pattern.refs], left_out


def _by_their_names(
    path: str, places: dict[str, int], columns: list[str] | None
) -> tuple[list[Spelled], list[str], list[str]]:
    """Return the features that attributes' own names tell, those that tell none, and columns."""
    names: dict[str, int] = {name: number for number, name in enumerate(columns or [])}
    patterns: dict[Pattern, None] = {}
    told: dict[str, int] = {}
    left_out: list[str] = []
    for name, place in places.items():
        refs, literals = _told(name)
        if not refs or (columns is not None and any(column not in names for _, column in refs)):
            left_out.append(name)
            continue
        for _, column in refs:
            names.setdefault(column, len(names))
        numbered = tuple((offset, names[column]) for offset, column in refs)
        patterns.setdefault(Pattern(literals, numbered))
        told[name] = place
    spelled, unmatched = _by_patterns(path, told, list(patterns))
    return spelled, left_out + unmatched, list(names)


def _told(name: str) -> tuple[list[tuple[int, str]], tuple[str, ...]]:
    """Return where an attribute looks, as (offset, column), and the text around; nowhere: []."""
    if match := _PLACES.fullmatch(name):
        refs = [place[:-1].split("[") for place in match[1].split("|")]
        literals = (f"{match[1]}=", *["|"] * (len(refs) - 1), "")
        return [(int(offset), column) for column, offset in refs], literals
    if match := _COLON.fullmatch(name):
        offset, column = (int(match[1]), match[2]) if match[2] else (0, match[3])
        return [(offset, column)], (name[: name.index("=") + 1], "")
    return [], ()


def table_of(foreign: Foreign, spelled: Spelled) -> Float64:
    """Return the weights of a pattern's features; shape (n_features, n_weights of each)."""
    n_labels = len(foreign.labels)
    size = n_labels * n_labels if spelled.pattern.edge else n_labels
    rows = np.array(spelled.places, np.int64)[:, None] + np.arange(size)
    table: Float64 = foreign.weights[rows]
    return table
