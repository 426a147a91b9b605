"""What other files have that a labelled file is held against: sentences, labels, widths."""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from nlptool.core.reading import Reading
from nlptool.core.report import Report, silent
from nlptool.core.text import normalise
from nlptool.crf.file_lines import shown
from nlptool.crf.formats import Format, read_sentences
from nlptool.crf.sentences import Sentence

_WIDTHS = (
    ("digits", re.compile("[0-9]"), re.compile("[０-９]")),
    ("letters", re.compile("[A-Za-z]"), re.compile("[Ａ-Ｚａ-ｚ]")),
)

_EITHER = ("full-width", "half-width")


@dataclass(frozen=True)
class Against:
    """What other files have that a file is held against.

    Args:
        names: the files.
        sentences: their sentences, as numbers; those that differ in width only are the same.
        labels: their labels.
        widths: how many characters of each kind and width they have.
    """

    names: str
    sentences: frozenset[int]
    labels: frozenset[str]
    widths: Counter[str]


def read_against(
    paths: Sequence[str],
    form: Format,
    reading: Reading,
    report: Report = silent,
) -> Against:
    """Return what other files have.

    Args:
        paths: the files.
        form: what they are.
        reading: their encoding.
        report: is told how far the reading is.

    Raises:
        ConfigError, CorpusError, RunError: see `formats.read_sentences`.
    """
    sentences: set[int] = set()
    labels: set[str] = set()
    widths: Counter[str] = Counter()
    for sentence in read_sentences(paths, form, reading, report):
        text = text_of(sentence)
        sentences.add(identity_of(text))
        labels.update(sentence.labels or ())
        count_widths(text, widths)
    names = ", ".join(map(shown, paths))
    return Against(names, frozenset(sentences), frozenset(labels), widths)


def compare(
    labels: Counter[str],
    widths: Counter[str],
    against: Against | None,
    counts: Counter[str],
    examples: dict[str, list[str]],
) -> None:
    """Count what is uneven in a file, or between it and others.

    Args:
        labels: how often each label is in the file.
        widths: how many characters of each kind and width it has.
        against: the others, if there are any.
        counts: what was found; added to.
        examples: of what was found; added to.
    """
    for name, _, _ in _WIDTHS:
        half, full = widths[f"half-width {name}"], widths[f"full-width {name}"]
        if half and full:
            counts[f"{name} of both widths"] = min(half, full)
            examples[f"{name} of both widths"] = [f"{half:,} half-width, {full:,} full-width"]
        if against is not None:
            there = {width for width in _EITHER if against.widths[f"{width} {name}"]}
            here = {width for width in _EITHER if widths[f"{width} {name}"]}
            if here and there and here.isdisjoint(there):
                kind = f"{name} of another width than in {against.names}"
                counts[kind] = half + full
                examples[kind] = [f"{here.pop()} here, {there.pop()} there"]
    if against is not None:
        unknown = {label: n for label, n in labels.items() if label and label not in against.labels}
        if unknown:
            kind = f"labels that are not in {against.names}"
            counts[kind] = sum(unknown.values())
            examples[kind] = [" ".join(sorted(unknown))]
    real = [label for label in labels if label]
    if len(real) == 1:
        counts["only one label"] = 1
        examples["only one label"] = real


def count_widths(text: str, widths: Counter[str]) -> None:
    """Add how many characters of each kind and width a text has."""
    for name, half, full in _WIDTHS:
        widths[f"half-width {name}"] += len(half.findall(text))
        widths[f"full-width {name}"] += len(full.findall(text))


def text_of(sentence: Sentence) -> str:
    """Return a sentence's tokens joined, without what separates them."""
    return "".join(sentence.tokens)


def identity_of(text: str) -> int:
    """Return what a text is recognised by, whatever the width of its characters."""
    return hash(normalise(text))
