"""Labelled and raw text, read as sentences from any form that the field uses.

    segmented   words with spaces between
    columns     a token a line, with its label in the last column or a named one
    wordpos     word/POS or word_POS
    jsonl       a text with spans of characters, or tokens with labels, an object a line
    text        raw

How a form is recognised is in file_format.py; writing is in convert.py.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import chain

from nlptool.core.corpus import read_blocks, size_of
from nlptool.core.reading import Reading
from nlptool.core.report import Note, Progress, Report, silent
from nlptool.core.stream import stream
from nlptool.crf.file_columns import read_columns
from nlptool.crf.file_format import SAMPLE, Format, Layout, layout_of
from nlptool.crf.file_json import read_json
from nlptool.crf.file_lines import Fault, batches_of, shown, stop_at
from nlptool.crf.file_words import read_segmented, read_text, read_wordpos, read_words
from nlptool.crf.sentences import Sentence, packed
from nlptool.crf.tags import convert_labels

__all__ = ["Format", "Layout", "open_sentences", "read_sentences"]

_READING = Reading()
_FORMAT = Format()


@stream
def read_sentences(
    paths: Sequence[str],
    form: Format = _FORMAT,
    reading: Reading = _READING,
    report: Report = silent,
) -> Iterator[Sentence]:
    """Return the sentences of files, each file in its own form; every `for` reads them again.

    Args:
        paths: as for `corpus.read_blocks`; stdin can be read once, see `corpus.kept`.
        form: what the files are, as far as it is known.
        reading: their encoding, and what becomes of lines that are not valid.
        report: is told how far the reading is, and what was read otherwise than one might
            think.

    Raises:
        ConfigError: while reading: a column that is not there.
        CorpusError: while reading: what is not of the form, with its line; a file that
            cannot be read.
        RunError: while reading: a disk or a connection failed.
    """
    total = size_of(paths)
    for place, path in enumerate(paths):
        before = (size_of(paths[:place]) or 0) if total is not None else 0
        _, sentences = open_sentences(path, form, reading, _shifted(report, before, total))
        yield from sentences


def open_sentences(
    path: str,
    form: Format = _FORMAT,
    reading: Reading = _READING,
    report: Report = silent,
    fault: Fault | None = None,
) -> tuple[Layout, Iterator[Sentence]]:
    """Return how one file is laid out, and its sentences as they come.

    What comes through stdin is given line by line; its form is judged by what is there first.

    Args:
        path: a file, or "-" for stdin.
        form: what it is, as far as it is known.
        reading: its encoding, and what becomes of lines that are not valid.
        report: as for `read_sentences`.
        fault: is told of faulty lines, which are then left out; an error unless given.

    Raises:
        ConfigError, CorpusError, RunError: as for `read_sentences`; those of the file's
            beginning at once.
    """
    blocks = iter(read_blocks([path], reading, report, prompt=True))
    first = next(blocks, b"")
    layout = layout_of(_sample(first), form, path)
    batches = batches_of(chain([first], blocks), path)
    sentences = _sentences(batches, layout, form, shown(path), fault or stop_at(path), report)
    return layout, sentences


def _sentences(
    batches: Iterator[list[str]],
    layout: Layout,
    form: Format,
    path: str,
    fault: Fault,
    report: Report,
) -> Iterator[Sentence]:
    """Return the reader of a layout, at work."""
    lines = chain.from_iterable(batches)
    is_char = form.unit == "char"
    if layout.name == "columns":
        sentences = read_columns(batches, layout, path, fault, report)
        return sentences if form.scheme is None else _converted(sentences, form.scheme, fault)
    if layout.name == "wordpos":
        scheme = (form.scheme or "bmes") if is_char else None
        return read_wordpos(lines, layout, path, scheme, fault, report)
    if layout.name == "jsonl":
        return read_json(lines, path, form.scheme, fault, report)
    if not is_char:
        return read_words(lines, layout, path)
    if layout.name == "segmented":
        return read_segmented(lines, layout, path, form.scheme or "bmes")
    return read_text(lines, path)


def _converted(sentences: Iterable[Sentence], scheme: str, fault: Fault) -> Iterator[Sentence]:
    """Yield sentences with their labels in another scheme."""
    for sentence in sentences:
        if sentence.labels is None:
            yield sentence
            continue
        try:
            labels = convert_labels(sentence.labels, scheme)
        except ValueError as error:
            fault(sentence.line, f"{error}, expected one of a scheme, to turn it into {scheme}")
            continue
        yield replace(sentence, labels=packed(labels))


def _sample(block: bytes) -> list[str]:
    """Return the lines that a file begins with."""
    text = block.decode()
    lines = text[:SAMPLE].split("\n")
    # The last one is cut, or goes on in the next block; unless it is the end of a line.
    return lines[:-1] or lines


def _shifted(report: Report, before: int, total: int | None) -> Report:
    """Return a report whose progress goes on where that of the files before ended."""

    def shifted(event: Progress | Note) -> None:
        if isinstance(event, Progress):
            event = replace(event, done=event.done + before, total=total)
        report(event)

    return shifted
