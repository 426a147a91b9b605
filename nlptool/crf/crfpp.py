"""Models of CRF++ in text form, `crf_learn -t`: what is in the file.

    version: 100            settings
    cost-factor: 1
    maxid: 1234
    xsize: 1

    B                       labels

    U00:%x[-1,0]            templates; B alone is the transition from label to label

    0 U00:_B-1              where the weights of a feature begin, and its name

    0.1234567890123456      weights: of U features one for each label, of B features one for
                            each pair of labels, the label before first

Parts are separated by one empty line.

Source:
    CRF++ 0.58, feature_index.cpp: EncoderFeatureIndex::save and FeatureIndex::calcCost.
"""

from array import array
from collections.abc import Iterator

import numpy as np

from nlptool.core.corpus import Reading, read_lines
from nlptool.core.report import Progress, Report, silent
from nlptool.crf.foreign import Float64, Foreign, Matcher, Spelled, pattern_of
from nlptool.errors import ModelError

MAX_LABELS = 10_000
_SETTINGS = ("version", "cost-factor", "maxid", "xsize")
_EVERY = 1 << 16

Lines = Iterator[tuple[int, str]]


def read_crfpp(path: str, reading: Reading, report: Report = silent) -> Foreign:
    """Read a text model of CRF++.

    Args:
        path: the file, plain or compressed.
        reading: its encoding.
        report: is told how many lines are read.

    Raises:
        CorpusError: the file cannot be read as text.
        ModelError: it is no such model, or parts of it are missing or do not fit together.
    """
    lines = enumerate(read_lines([path], reading), 1)
    settings = _settings(path, lines)
    labels = [line for _, line in _part(path, lines, "labels")]
    if not 0 < len(labels) <= MAX_LABELS or len(set(labels)) < len(labels):
        raise ModelError(
            f"{path}: {len(labels):,} labels, expected 1 to {MAX_LABELS:,}, each of them once"
        )
    templates = [line for _, line in _part(path, lines, "templates")]
    if bad := [line for line in templates if line[:1] not in ("U", "B")]:
        raise ModelError(f"{path}: template {bad[0][:40]!r}, expected U or B at its beginning")
    spelled = [Spelled(pattern_of(line, line[0] == "B")) for line in templates]
    _check_columns(path, spelled, settings["xsize"])
    constant = _read_names(path, lines, spelled, report)
    weights = _weights(path, lines, int(settings["maxid"]), report) * settings["cost-factor"]
    n_labels = len(labels)
    for one in spelled:
        size = n_labels * n_labels if one.pattern.edge else n_labels
        if one.places and not 0 <= min(one.places) <= max(one.places) <= len(weights) - size:
            raise ModelError(f"{path}: a feature without weights; it is cut short or damaged")
    transitions = np.zeros((n_labels, n_labels))
    start = np.zeros(n_labels)
    for edge, place in constant:
        own = weights[place : place + (n_labels * n_labels if edge else n_labels)]
        if place < 0 or len(own) < (n_labels * n_labels if edge else n_labels):
            raise ModelError(f"{path}: a feature without weights; it is cut short or damaged")
        # Without a place it is the same everywhere: of labels, that is the first's and those
        # after each transition.
        transitions += own.reshape(-1, n_labels)
        start += 0 if edge else own
    columns = [f"{number}" for number in range(int(settings["xsize"]))]
    kept = [one for one in spelled if one.pattern.refs]
    return Foreign(
        path, "CRF++", labels, columns, kept, weights, transitions, start, np.zeros(n_labels)
    )


def _settings(path: str, lines: Lines) -> dict[str, float]:
    """Return the settings at the beginning.

    Raises:
        ModelError: there are others.
    """
    found: dict[str, float] = {}
    try:
        for _, line in lines:
            if not line:
                break
            name, value = line.split(": ")
            found[name] = float(value)
        known = all(name in found for name in _SETTINGS)
    except ValueError:
        known = False
    if not known:
        raise ModelError(f"{path}: not a text model of CRF++; crf_learn -t writes one, as FILE.txt")
    fits = found["maxid"] >= 0 and 1 <= found["xsize"] <= 1000
    if not fits or not np.isfinite(list(found.values())).all():
        raise ModelError(f"{path}: its settings make no sense; it is damaged")
    return found


def _part(path: str, lines: Lines, what: str) -> Iterator[tuple[int, str]]:
    """Yield the lines up to the next empty one, with their numbers.

    Raises:
        ModelError: the file ends.
    """
    for number, line in lines:
        if not line:
            return
        yield number, line
    raise ModelError(f"{path}: ends within its {what}; it is cut short")


def _check_columns(path: str, spelled: list[Spelled], n_columns: float) -> None:
    """Refuse templates of columns that the model's data did not have.

    Raises:
        ModelError: there is one.
    """
    for one in spelled:
        for _, column in one.pattern.refs:
            if column >= n_columns:
                raise ModelError(
                    f"{path}: a template of column {column}, expected 0 to {n_columns - 1:.0f}"
                )


def _read_names(
    path: str, lines: Lines, spelled: list[Spelled], report: Report
) -> list[tuple[bool, int]]:
    """Read the features' names into the patterns that they come from.

    Returns:
        (edge, place) of those that come from a template without places.

    Raises:
        ModelError: a name comes from no template.
    """
    matcher = Matcher([one.pattern for one in spelled])
    constant: list[tuple[bool, int]] = []
    for number, line in _part(path, lines, "features"):
        place, _, name = line.partition(" ")
        where = f"{path}:{number}"
        if not (place.isascii() and place.isdigit() and len(place) <= 18 and name):
            raise ModelError(f"{where}: {line[:40]!r}, expected a number and a feature")
        ways = matcher.ways(name, where)
        if not ways:
            raise ModelError(f"{where}: {name[:40]!r} comes from none of the templates")
        for which, values in ways:
            if values:
                spelled[which].values.append(values)
                spelled[which].places.append(int(place))
            else:
                constant.append((spelled[which].pattern.edge, int(place)))
        if number % _EVERY == 0:
            report(Progress("reading features", number, None, "lines"))
    return constant


def _weights(path: str, lines: Lines, n_weights: int, report: Report) -> Float64:
    """Return the weights.

    Raises:
        ModelError: one is no number, or there are not as many as there should be.
    """
    found = array("d")
    for number, line in lines:
        try:
            found.append(float(line))
        except ValueError:
            raise ModelError(f"{path}:{number}: {line[:40]!r}, expected a weight") from None
        if len(found) % _EVERY == 0:
            report(Progress("reading weights", len(found), n_weights, "weights"))
    weights = np.frombuffer(found, np.float64) if found else np.zeros(0)
    if len(weights) != n_weights:
        raise ModelError(
            f"{path}: {len(weights):,} weights, expected {n_weights:,}; it is cut short or damaged"
        )
    if not np.isfinite(weights).all():
        raise ModelError(f"{path}: a weight that is not finite, expected numbers")
    return weights
