"""Texts with names: what is indexed, searched for, and cleared of duplicates.

A line is a text, whose name is its number; name<TAB>text; or a JSON object with "text", "id"
if it has a name of its own, and anything else, which is kept.
"""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from nlptool.core.corpus import read_lines
from nlptool.core.reading import Reading
from nlptool.core.report import Report, silent
from nlptool.core.stream import stream
from nlptool.errors import CorpusError
from nlptool.similarity.pairs import parse_object


@dataclass(frozen=True, slots=True)
class Item:
    """A text with its name.

    Args:
        name: what it is called; no tab or line end in it.
        text: the text.
        payload: the JSON object of its line, as one line; empty where it was no object.
    """

    name: str
    text: str
    payload: str = ""


@stream
def read_items(
    paths: Sequence[str],
    reading: Reading | None = None,
    report: Report = silent,
    *,
    named: bool = False,
) -> Iterator[Item]:
    """Yield the texts of files; empty lines are passed over.

    Args:
        paths: files; "-" is stdin.
        reading: encoding and what a bad line does.
        report: is told of progress.
        named: a line has to have a name; without it, a line without a tab is a text.

    Raises:
        CorpusError: a line is something else.
    """
    n_lines = 0
    for path in paths:
        for number, line in enumerate(read_lines([path], reading or Reading(), report), 1):
            n_lines += 1
            if not line.strip():
                continue
            where = f"{'stdin' if path == '-' else path}:{number}"
            if "\t" not in line and line.startswith("{") and line.rstrip().endswith("}"):
                yield _object(line, where, None if named else str(n_lines))
                continue
            name, tab, text = line.partition("\t")
            if not tab and named:
                raise CorpusError(f"{where}: no tab, expected name<TAB>text")
            yield Item(name, text) if tab else Item(str(n_lines), line)


def _object(line: str, where: str, number: str | None) -> Item:
    value = parse_object(line, where)
    text, name = value.get("text"), value.get("id", number)
    if not isinstance(text, str):
        raise CorpusError(f'{where}: no "text", expected an object with a text')
    if isinstance(name, int) and not isinstance(name, bool):
        name = str(name)
    if not isinstance(name, str) or not name or "\t" in name or "\n" in name:
        raise CorpusError(f'{where}: "id" {name!r}, expected text or a whole number')
    return Item(name, text.replace("\n", " "), json.dumps(value, ensure_ascii=False))
