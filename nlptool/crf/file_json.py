"""JSON, an object a line: a text with spans, or tokens with labels.

Read:
    {"text": "...", "entities": [{"start": 0, "end": 2, "type": "PER"}]}   end not included
    {"text": "...", "entities": [[0, 2, "PER"]]}                            the same, also "label"
    {"text": "...", "label": {"name": {"...": [[0, 1]]}}}                   CLUENER: end included
    {"text": "...", "words": ["...", "..."]}
    {"tokens": [...], "labels": [...]}                                      also "tags", "ner_tags"

An object without labels is a sentence without labels. Written is the first, the fourth and the
last form. Other keys are not read.
"""

import json
import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from nlptool.core.report import Note, Report
from nlptool.crf.file_lines import Fault, shown
from nlptool.crf.sentences import Sentence, packed
from nlptool.crf.tags import Span, convert_labels, labels_of, word_labels

_SURROGATE = re.compile("[\ud800-\udfff]")

_NO_LABEL = re.compile("[\0\t\n\r]|^ | $")

_LABELS = ("labels", "tags", "ner_tags")


def read_json(
    lines: Iterable[str], path: str, scheme: str | None, fault: Fault, report: Report
) -> Iterator[Sentence]:
    """Yield the sentences of a file of JSON objects; empty lines are passed over.

    Args:
        lines: of the file, from its first.
        path: the file.
        scheme: of the labels made of spans and words; None is bioes and bmes.
        fault: is told of what is no such object, and of spans that do not fit their text.
        report: is told how many entities were left out because they overlap longer ones.
    """
    n_left_out, first = 0, 0
    for number, line in enumerate(lines, 1):
        if not line.strip(" \t"):
            continue
        try:
            sentence, n_overlaps = _sentence(line, scheme, number, path)
        except _UnfitError as error:
            fault(number, str(error))
            continue
        n_left_out += n_overlaps
        first = first or number * bool(n_overlaps)
        yield sentence
    if n_left_out:
        report(
            Note(
                f"{shown(path)}: {n_left_out:,} entities left out that overlap longer ones, "
                f"the first in line {first:,}"
            )
        )


def apart(spans: Iterable[Span]) -> tuple[list[Span], int]:
    """Return spans that do not overlap, in order, and how many were left out.

    Of those that overlap the longest stays, then the first; the same span named twice counts
    once.
    """
    found = sorted(set(spans), key=lambda span: (span[0] - span[1], span))
    kept: list[Span] = []
    taken: set[int] = set()
    for span in found:
        places = range(span[0], span[1])
        if taken.isdisjoint(places):
            kept.append(span)
            taken.update(places)
    return sorted(kept), len(found) - len(kept)


class _UnfitError(ValueError):
    """A line that is not what is expected; says what it is."""


def _sentence(line: str, scheme: str | None, number: int, path: str) -> tuple[Sentence, int]:
    """Return what a line says, and how many of its spans were left out."""
    value = _object(line)
    if "tokens" in value:
        tokens = packed(_strings(value["tokens"], "tokens"))
        if not all(tokens):
            raise _UnfitError("tokens: an empty one, expected characters or words")
        named = next((name for name in _LABELS if value.get(name) is not None), None)
        labels = packed(_strings(value[named], named)) if named is not None else None
        if labels is not None and len(labels) != len(tokens):
            raise _UnfitError(f"{named}: {len(labels)} for {len(tokens)} tokens")
        faulty = next((label for label in labels or () if _NO_LABEL.search(label)), None)
        if faulty is not None:
            raise _UnfitError(f"{named}: {faulty!r}, expected no tabs, no spaces around")
        if labels is not None and not any(labels):
            labels = None
        if labels is not None and scheme is not None:
            labels = packed(_in_scheme(labels, scheme))
        return Sentence(tokens, labels, _columns(value, len(tokens)), number, path), 0
    if "words" in value:
        words = _strings(value["words"], "words")
        joined = "".join(words)
        if value.get("text", joined) != joined:
            raise _UnfitError("words: other than the text, expected its parts")
        letters = "".join(word_labels(len(word), scheme or "bmes") for word in words)
        return Sentence(joined, letters, _columns(value, len(joined)), number, path), 0
    text = value.get("text")
    if not isinstance(text, str):
        raise _UnfitError('no "text", expected {"text": ..., "entities": ...}')
    columns = _columns(value, len(text))
    spans = _spans(value, text)
    if spans is None:
        return Sentence(text, None, columns, number, path), 0
    kept, n_left_out = apart(spans)
    labels = packed(labels_of(kept, len(text), scheme or "bioes"))
    return Sentence(text, labels, columns, number, path), n_left_out


def _object(line: str) -> dict[str, Any]:
    try:
        value = json.loads(line)
    except RecursionError:
        raise _UnfitError("JSON nested too deep, expected an object with a text") from None
    except ValueError as error:
        reason = error.msg if isinstance(error, json.JSONDecodeError) else "a number too long"
        raise _UnfitError(f"not valid JSON ({reason}), expected one object a line") from None
    if not isinstance(value, dict):
        raise _UnfitError(f"JSON, but {_kind(value)}, expected one object a line")
    if "\\u" in line and _SURROGATE.search(json.dumps(value, ensure_ascii=False)):
        raise _UnfitError("half a surrogate pair, expected characters")
    return value


def _in_scheme(labels: Sequence[str], scheme: str) -> list[str]:
    try:
        return convert_labels(labels, scheme)
    except ValueError as error:
        raise _UnfitError(f"{error}, expected one of a scheme, to turn it into {scheme}") from None


def _strings(value: object, name: str) -> list[str]:
    if isinstance(value, str):
        return list(value)
    if not isinstance(value, list) or not all(isinstance(one, str) for one in value):
        raise _UnfitError(f"{name}: expected a list of strings")
    return value


def _columns(value: dict[str, Any], n_tokens: int) -> tuple[Sequence[str], ...]:
    """Return the further columns of an object."""
    columns = value.get("columns") or []
    if not isinstance(columns, list):
        raise _UnfitError("columns: expected a list of lists of strings")
    packs = tuple(packed(_strings(column, "columns")) for column in columns)
    for pack in packs:
        if len(pack) != n_tokens:
            raise _UnfitError(f"columns: {len(pack)} in one, for {n_tokens} tokens")
    return packs


def _spans(value: dict[str, Any], text: str) -> list[Span] | None:
    """Return the spans of an object, None if it names none."""
    listed = value.get("entities", value.get("label", value.get("labels")))
    if listed is None:
        return None
    if isinstance(listed, dict):
        return [
            _checked(begin, last, kind, text, surface, is_last=True)
            for kind, surfaces in listed.items()
            for surface, places in _items(surfaces, "label")
            for begin, last in _pairs(places)
        ]
    if not isinstance(listed, list):
        raise _UnfitError(f"entities: {_kind(listed)}, expected a list")
    return [_entity(one, text) for one in listed]


def _entity(one: object, text: str) -> Span:
    if isinstance(one, dict):
        kind = one.get("type", one.get("label"))
        surface = one.get("text")
        return _checked(one.get("start"), one.get("end"), kind, text, surface)
    if isinstance(one, list) and len(one) == 3:
        return _checked(one[0], one[1], one[2], text, None)
    raise _UnfitError('entities: expected {"start": 0, "end": 2, "type": "PER"} or [0, 2, "PER"]')


def _items(value: object, name: str) -> Iterable[tuple[str, object]]:
    if not isinstance(value, dict):
        raise _UnfitError(f"{name}: {_kind(value)}, expected {{surface: [[first, last]]}}")
    return value.items()


def _pairs(places: object) -> Iterator[tuple[object, object]]:
    if not isinstance(places, list):
        raise _UnfitError(f"label: {_kind(places)}, expected [[first, last]]")
    for pair in places:
        if not isinstance(pair, list) or len(pair) != 2:
            raise _UnfitError(f"label: {json.dumps(pair)[:80]}, expected [first, last]")
        yield pair[0], pair[1]


def _checked(
    begin: object, end: object, kind: object, text: str, surface: object, *, is_last: bool = False
) -> Span:
    """Return a span that is known to fit its text.

    Args:
        begin: its first character.
        end: the character after it; its last character with `is_last`.
        kind: its type.
        text: what it is of.
        surface: what it says itself that it covers, if it says so.
        is_last: see `end`.
    """
    if type(begin) is not int or type(end) is not int:
        raise _UnfitError(f"span {json.dumps([begin, end])[:80]}, expected two whole numbers")
    if not isinstance(kind, str) or not kind or _NO_LABEL.search(kind):
        raise _UnfitError(f"span {begin}-{end}: type {json.dumps(kind)[:80]}, expected a name")
    after = end + 1 if is_last else end
    if not 0 <= begin < after <= len(text):
        raise _UnfitError(f"span {begin}-{end}: the text has {len(text)} characters")
    if surface is not None and text[begin:after] != surface:
        raise _UnfitError(
            f"span {begin}-{end}: {text[begin:after]!r} in the text, expected {surface!r}"
        )
    return begin, after, kind


def _kind(value: object) -> str:
    names = {dict: "an object", list: "a list", str: "a string", bool: "true or false"}
    return names.get(type(value), "null" if value is None else "a number")
