"""A model of another program as one of ours: the same features, the same weights, the same labels.

Its templates are written anew, so that each has a name of its own. What its tokens were is known
from the names of its features only, which is all that one needs: others have no weights.
"""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from nlptool.core.reading import Reading
from nlptool.core.report import Note, Report, silent
from nlptool.crf.columns import Columns
from nlptool.crf.config import Config
from nlptool.crf.crfpp import read_crfpp
from nlptool.crf.crfsuite import read_crfsuite
from nlptool.crf.derived import available
from nlptool.crf.foreign import BOUNDARY, Foreign, Pattern, Spelled, table_of
from nlptool.crf.model import Tagger
from nlptool.crf.records import features_of, layout_for
from nlptool.crf.tags import detect_scheme
from nlptool.crf.template import Shape, Template, parse_template
from nlptool.crf.weights import Legality, weights_of
from nlptool.errors import ModelError

Int32 = NDArray[np.int32]
Float32 = NDArray[np.float32]

_MOSTLY = 0.9
"""The share of single characters among different tokens, from which on tokens are characters."""

_LOST = -1


def read_foreign(
    path: str,
    reading: Reading,
    *,
    patterns: list[Pattern] | None = None,
    columns: list[str] | None = None,
    report: Report = silent,
) -> Foreign:
    """Read a model of CRF++ or CRFsuite, whichever it is.

    Args:
        path: the file.
        reading: its encoding.
        patterns: see `read_crfsuite`.
        columns: see there.
        report: is told how far it is.

    Raises:
        CorpusError: the file cannot be read as text.
        ModelError: it is neither, or binary, or damaged.
    """
    try:
        with Path(path).open("rb") as file:
            head = file.read(16)
    except OSError as error:
        raise ModelError(f"{path}: cannot be read: {error.strerror or error}") from error
    if head.startswith(b"lCRF"):
        raise ModelError(
            f"{path}: a binary model of CRFsuite, expected what crfsuite dump writes of it"
        )
    if head.startswith(b"d\0\0\0"):
        raise ModelError(f"{path}: a binary model of CRF++, expected the text of crf_learn -t")
    if head.startswith(b"FILEHEADER"):
        return read_crfsuite(path, reading, patterns=patterns, columns=columns, report=report)
    return read_crfpp(path, reading, report)


def adopt(foreign: Foreign, *, unit: str | None = None, report: Report = silent) -> Tagger:
    """Return a model of ours that gives the labels that another program's model gives.

    Args:
        foreign: the model.
        unit: what a token is, "char" or "word"; None looks at the tokens.
        report: is told what is left out.

    Raises:
        CorpusError: a template that looks farther than ours can.
    """
    if foreign.left_out:
        shown = ", ".join(repr(name[:40]) for name in foreign.left_out[:5])
        report(
            Note(
                f"{foreign.path}: {len(foreign.left_out):,} features left out, as their names do "
                f"not say what they are made of: {shown}"
            )
        )
    lines = [_line(one.pattern, number) for number, one in enumerate(foreign.spelled)]
    text = "".join(f"{line}\n" for line in [*lines, "B"])
    template = parse_template(text, foreign.path, available(len(foreign.columns)))
    columns = Columns(template.columns, template.pad, (), _tokens(foreign.spelled, template))
    numbers = [
        {token: i for i, token in enumerate(tokens, 2 * columns.pad + 1)}
        for tokens in columns.tokens
    ]
    tuples: list[Int32] = []
    values: list[Float32] = []
    for shape in template.shapes:
        of, own = _records(shape, lines, foreign, columns, numbers)
        tuples.append(of)
        values.append(own)
    features = features_of(template, columns, tuples, 1)
    labels = tuple(foreign.labels)
    layout = layout_for(features, len(labels))
    weights = weights_of(
        np.zeros(layout.size, np.float32), layout, labels, Legality.anything(len(labels))
    )
    for into, own in zip(weights.values, values, strict=True):
        into[:] = own
    weights.transitions[:] = foreign.transitions
    weights.start[:] = foreign.start
    weights.end[:] = foreign.end
    facts = {
        "imported": foreign.program,
        "features": sum(len(one.values) for one in foreign.spelled),
        "left_out": len(foreign.left_out),
    }
    if unit is None:
        tokens = columns.tokens[0]
        n_single = sum(len(token) == 1 for token in tokens)
        unit = "char" if n_single >= _MOSTLY * len(tokens) else "word"
    scheme = detect_scheme(labels)
    return Tagger(features, weights, scheme, unit, Config().settled(), facts)


def _line(pattern: Pattern, number: int) -> str:
    """Return a template with a name that no other has."""
    refs = "/".join(f"%x[{row},{column}]" for row, column in pattern.refs)
    return f"{'B' if pattern.edge else 'U'}{number}:{refs}"


def _tokens(spelled: Sequence[Spelled], template: Template) -> tuple[tuple[str, ...], ...]:
    """Return the tokens of each column that templates look at, in the order of the features."""
    found: dict[int, dict[str, None]] = {int(name): {} for name in template.columns}
    for one in spelled:
        for place, (_, column) in enumerate(one.pattern.refs):
            own = found[column]
            for values in one.values:
                own.setdefault(values[place])
    return tuple(
        tuple(token for token in own if not BOUNDARY.fullmatch(token)) for own in found.values()
    )


def _records(
    shape: Shape,
    lines: Sequence[str],
    foreign: Foreign,
    columns: Columns,
    numbers: Sequence[dict[str, int]],
) -> tuple[Int32, Float32]:
    """Return a shape's records and their weights.

    Returns:
        ids, shape (n_records, n_refs); weights, as `Weights.values` has them.
    """
    n_labels = len(foreign.labels)
    width = n_labels * n_labels if shape.edge else n_labels
    ids = [
        _ids(foreign.spelled[lines.index(slot.text)], shape, slot.shift, columns, numbers)
        for slot in shape.slots
    ]
    both = np.concatenate(ids)
    kept = (both != _LOST).all(axis=1)
    tuples, which = np.unique(both[kept], axis=0, return_inverse=True)
    records = np.full(len(both), _LOST, np.int64)
    records[kept] = which.reshape(-1)
    values = np.zeros((len(tuples), shape.n_places, width))
    begin = 0
    for slot, own in zip(shape.slots, ids, strict=True):
        rows = records[begin : begin + len(own)]
        begin += len(own)
        table = table_of(foreign, foreign.spelled[lines.index(slot.text)])
        np.add.at(values[:, slot.place], rows[rows >= 0], table[rows >= 0])
    size = (n_labels, n_labels) if shape.edge else (n_labels,)
    return tuples, values.reshape(len(tuples), shape.n_places, *size).astype(np.float32)


def _ids(
    one: Spelled, shape: Shape, shift: int, columns: Columns, numbers: Sequence[dict[str, int]]
) -> Int32:
    """Return the ids of a pattern's features; `_LOST` where there can be none such."""
    ids = np.zeros((len(one.values), len(shape.refs)), np.int32)
    seen: set[int] = set()
    for place, (row, column) in enumerate(one.pattern.refs):
        own = columns.own.index(column)
        j = shape.refs.index((row - shift, columns.names.index(str(column))))
        found = [_id(values[place], columns.pad, numbers[own]) for values in one.values]
        # A place that is looked at twice has one token.
        ids[:, j] = np.where(ids[:, j] == found, found, _LOST) if j in seen else found
        seen.add(j)
    return ids


def _id(token: str, pad: int, numbers: dict[str, int]) -> int:
    """Return the id of a token or of a place outside of the sentence."""
    if BOUNDARY.fullmatch(token):
        distance = int(token[3:])
        if distance > pad:
            return _LOST
        return distance if token[2] == "-" else pad + distance
    return numbers[token]
