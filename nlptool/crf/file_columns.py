"""Columns, as CoNLL, CRF++ and CRFsuite have them: a token a line, an empty line between sentences.

Other than there, a token that is a space is read as what it is where tabs or single spaces
separate the columns; an ideographic space is a token like any other.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import repeat

from nlptool.core.report import Note, Report
from nlptool.crf.file_format import Layout, place_in_word
from nlptool.crf.file_lines import Fault, shown
from nlptool.crf.sentences import Sentence, packed

_BLANKS = re.compile("[ \t]+")
_UNWRITABLE = re.compile("[\0\t\n\r]")


def read_columns(
    batches: Iterable[list[str]], layout: Layout, path: str, fault: Fault, report: Report
) -> Iterator[Sentence]:
    """Yield the sentences of a file of columns.

    A label that is empty, which only tabs can show, is not known. Lines that begin with `#`
    and have another number of columns are comments.

    Args:
        batches: the file's lines, see `file_lines.batches_of`.
        layout: how many columns there are, and which is which.
        path: the file.
        fault: is told of lines with another number of columns, and of missing tokens.
        report: is told if the tokens are numbered.
    """
    if layout.numbered:
        report(
            Note(
                f"{shown(path)}: every token ends with its place in its word: "
                "read as a column of its own"
            )
        )
    words: dict[str, str] = {}
    labels: dict[str, str] = {}
    has_header = layout.header
    for begin, group in _groups(batches, layout):
        if has_header:
            has_header = False
            begin, group = begin + 1, group[1:]
        columns = _quick(group, layout) or _careful(group, begin, layout, fault)
        if not columns:
            continue
        given = columns[layout.label]
        for label in set(given) - labels.keys():
            labels[label] = label.strip(" \t\r")
        known = packed(list(map(labels.__getitem__, given)))
        has_labels = layout.label >= 0 and any(known)
        tokens = columns[layout.token]
        others = [
            column
            for place, column in enumerate(columns)
            if place not in (layout.token, layout.label)
        ]
        if layout.numbered:
            tokens, places = _unnumbered(tokens)
            others.append(places)
        yield Sentence(
            _small(tokens, words),
            known if has_labels else None,
            tuple(_small(column, words) for column in others),
            begin,
            path,
        )


def column_lines(
    sentence: Sentence, separator: str = "\t", *, labelled: bool = True
) -> tuple[str, int]:
    """Return a sentence as columns: tokens, further columns, labels; and what it cost.

    Args:
        sentence: without labels its last column is empty.
        separator: a tab; a space can only be read again where no token or column has one.
        labelled: whether there is a column of labels.

    Returns:
        Lines, an empty one at the end; how many characters became spaces because columns
        cannot hold them: tabs, ends of lines and NUL.
    """
    columns = [sentence.tokens, *sentence.columns]
    n_lost = 0
    for place, column in enumerate(columns):
        if any(map(_UNWRITABLE.search, column)):
            cleaned = [_UNWRITABLE.subn(" ", one) for one in column]
            columns[place] = [one for one, _ in cleaned]
            n_lost += sum(n for _, n in cleaned)
    if labelled:
        columns.append(sentence.labels if sentence.labels is not None else [""] * len(sentence))
    rows = map(separator.join, zip(*columns, strict=True))
    return "".join(f"{row}\n" for row in rows) + "\n", n_lost


def _groups(batches: Iterable[list[str]], layout: Layout) -> Iterator[tuple[int, list[str]]]:
    """Yield the lines between empty ones, with the number of the first; the header left out."""
    held: list[str] = []
    begin = 1
    for batch in batches:
        start = 0
        while True:
            try:
                end = batch.index("", start)
            except ValueError:
                break
            held += batch[start:end]
            yield from _parts(held, begin, layout)
            begin += len(held) + 1
            start = end + 1
            held = []
        held += batch[start:]
    yield from _parts(held, begin, layout)


def _parts(group: list[str], begin: int, layout: Layout) -> Iterator[tuple[int, list[str]]]:
    """Yield what lines of nothing but white space divide."""
    if not any([line[0] in " \t" for line in group]):  # noqa: C419  # faster than a generator
        if group:
            yield begin, group
        return
    start = 0
    for place, line in enumerate(group):
        if _is_blank(line, layout):
            if place > start:
                yield begin + start, group[start:place]
            start = place + 1
    if len(group) > start:
        yield begin + start, group[start:]


def _is_blank(line: str, layout: Layout) -> bool:
    """Tell whether a line of white space ends a sentence."""
    if layout.n_columns == 1 or line.strip(" \t"):
        return False
    # A token that is a space, whose label is not known.
    is_token = line[0] == " " and layout.separator == "\t" and layout.token == 0
    return not (is_token and line.count("\t") == layout.n_columns - 1)


def _quick(group: list[str], layout: Layout) -> list[list[str]] | None:
    """Return the columns of a sentence, or None if there is anything to look into."""
    separator, n_columns = layout.separator, layout.n_columns
    text = separator.join(group)
    if n_columns == 1:
        return None if " " in text or "\t" in text else [group]
    fields = text.split(separator)
    if len(fields) != n_columns * len(group):
        return None
    if list(map(str.count, group, repeat(separator))).count(n_columns - 1) != len(group):
        return None
    columns = [fields[place::n_columns] for place in range(n_columns)]
    if not all(columns[layout.token]) or (separator == " " and ("\t" in text or "" in fields)):
        return None
    return columns


def _careful(
    group: list[str], begin: int, layout: Layout, fault: Fault
) -> list[tuple[str, ...]] | None:
    """Return the columns of a sentence without the faulty lines, None if none is left."""
    rows: list[list[str]] = []
    n_columns = layout.n_columns
    for number, line in enumerate(group, begin):
        row = _row(line, layout)
        if len(row) != n_columns:
            if not line.startswith("#"):
                found = f"{len(row)} column{'s' if len(row) != 1 else ''}"
                fault(number, f"{found}, expected {n_columns}")
        elif not row[layout.token]:
            fault(number, f"nothing in column {layout.token}, expected a token")
        else:
            rows.append(row)
    return list(zip(*rows, strict=True)) or None


def _row(line: str, layout: Layout) -> list[str]:
    """Return the columns of a line."""
    n_columns = layout.n_columns
    if n_columns == 1:
        return line.split() or [line]
    even = _BLANKS.split(line.strip(" \t"))
    if layout.separator == "\t":
        row = line.split("\t")
        while len(row) > n_columns and not row[-1]:
            row.pop()
        return even if len(row) != n_columns and len(even) == n_columns else row
    row = line.split(" ")
    if len(row) == n_columns and all(row):
        return row
    row = line.rsplit(" ", n_columns - 1)
    is_space = len(row) == n_columns and all(row) and not row[0].strip(" ")
    return row if is_space and layout.token == 0 and len(even) < n_columns else even


def _unnumbered(tokens: Sequence[str]) -> tuple[list[str], list[str]]:
    """Return tokens without their place in their word, and the places."""
    bare: list[str] = []
    places: list[str] = []
    before = -1
    for token in tokens:
        before = place_in_word(token, before)
        place = str(before) if before >= 0 else ""
        bare.append(token.removesuffix(place))
        places.append(place)
    return bare, places


def _small(strings: Sequence[str], known: dict[str, str]) -> Sequence[str]:
    """Return strings packed, each different one kept once."""
    small = packed(strings)
    if isinstance(small, str):
        return small
    return tuple(map(known.setdefault, small, small))
