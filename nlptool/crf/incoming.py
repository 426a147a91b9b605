"""Text that is to get labels: what form it has, and its sentences as they come.

Other than in formats.py, which reads labelled text, spaces are part of a text: what looks as if
it were cut into words already is a raw text like any other.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import chain

from nlptool.core.corpus import read_blocks
from nlptool.core.reading import Reading
from nlptool.core.report import Report
from nlptool.crf.file_columns import read_columns
from nlptool.crf.file_format import SAMPLE, Format, Layout, layout_of
from nlptool.crf.file_json import read_json
from nlptool.crf.file_lines import batches_of, shown, stop_at
from nlptool.crf.file_words import read_segmented, read_text, read_wordpos, read_words
from nlptool.crf.sentences import Sentence


@dataclass(frozen=True, eq=False)
class Incoming:
    """One file.

    Args:
        path: the file, "-" for stdin.
        layout: how it is laid out.
        blocks: its text, see `corpus.read_blocks`; to be read once.
    """

    path: str
    layout: Layout
    blocks: Iterable[bytes]

    @property
    def is_text(self) -> bool:
        """Whether it is raw text."""
        return self.layout.name == "text"


def open_text(
    path: str, form: Format, reading: Reading, n_columns: int, report: Report
) -> Incoming:
    """Open a file.

    Args:
        path: a file, or "-" for stdin.
        form: what it is, as far as that is known.
        reading: its encoding, and what becomes of lines that are not valid.
        n_columns: how many columns the model looks at; of a file that has no more than these,
            none holds labels unless `form` says so.
        report: hears how far the reading is.

    Raises:
        ConfigError: a column that is not there.
        CorpusError: the file cannot be read.
        RunError: a disk or a connection failed.
    """
    blocks = iter(read_blocks([path], reading, report, prompt=True))
    first = next(blocks, b"")
    lines = first.decode()[:SAMPLE].split("\n")
    layout = layout_of(lines[:-1] or lines, form, path)
    if form.name == "auto" and layout.name in ("segmented", "wordpos"):
        layout = Layout("text")
    if layout.name == "columns" and form.label == "last" and layout.n_columns <= n_columns:
        layout = replace(layout, label=-1)
    return Incoming(path, layout, chain([first], blocks))


def read_incoming(text: Incoming, form: Format, report: Report) -> Iterator[Sentence]:
    """Yield the sentences of a file, with labels if it has some.

    Raises:
        CorpusError: what is not of the form, with its line; a file that cannot be read.
        RunError: a disk or a connection failed.
    """
    path, layout = text.path, text.layout
    batches = batches_of(text.blocks, path)
    name = shown(path)
    lines = chain.from_iterable(batches)
    fault = stop_at(path)
    is_char = form.unit == "char"
    if layout.name == "columns":
        return read_columns(batches, layout, name, fault, report)
    if layout.name == "jsonl":
        return read_json(lines, name, form.scheme, fault, report)
    if layout.name == "wordpos":
        scheme = (form.scheme or "bmes") if is_char else None
        return read_wordpos(lines, layout, name, scheme, fault, report)
    if not is_char:
        return read_words(lines, layout, name)
    if layout.name == "segmented":
        return read_segmented(lines, layout, name, form.scheme or "bmes")
    return read_text(lines, name)
