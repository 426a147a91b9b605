"""The forms that a labelled file can have, and how one that nobody named is told apart.

What is in a form is read by file_columns.py, file_words.py and file_json.py.
"""

import json
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from nlptool.core.segment import choose
from nlptool.core.text import n_han
from nlptool.crf.file_lines import shown
from nlptool.crf.tags import SCHEMES, split_label
from nlptool.errors import ConfigError, CorpusError

NAMES = ("auto", "segmented", "columns", "wordpos", "jsonl", "text")

SAMPLE = 1 << 16
"""Characters that are looked at."""

_MOST = 0.9
"""The share of a sample's lines or words that have to be of a form."""

_WIDE = re.compile("\\S\u3000+(?=\\S)")

_LONG_TOKEN = 12
"""Characters; what is longer on the average is no column of tokens."""

_WORD_TAG = {
    "/": re.compile(r".+/[A-Za-z][A-Za-z0-9-]*(?:\][A-Za-z0-9]*)?"),
    "_": re.compile(r".+_[A-Za-z][A-Za-z0-9-]*"),
}


@dataclass(frozen=True)
class Format:
    """How a file says what its tokens and labels are.

    Args:
        name: "auto" looks at the file. "segmented": words with spaces between. "columns": a
            token a line, an empty line ends a sentence. "wordpos": `word/POS` or `word_POS`.
            "jsonl": an object a line. "text": raw.
        unit: what a token is of segmented, wordpos and text: "char", whose labels are those of
            the word it is in, or "word", whose label is its part of speech.
        label: of columns: "last", "none", a number from 0 (negative: from the end), or a name
            that stands in the first line.
        token: of columns: which holds the tokens, as for `label`.
        scheme: what the labels are turned into, see `tags.SCHEMES`; None leaves those of
            columns, and gives bmes to words and bioes to spans.

    Raises:
        ConfigError: another word than these.
    """

    name: str = "auto"
    unit: str = "char"
    label: str = "last"
    token: str = "0"
    scheme: str | None = None

    def __post_init__(self) -> None:
        if self.name not in NAMES:
            raise ConfigError(f"format {self.name!r}: expected one of {', '.join(NAMES)}")
        if self.unit not in ("char", "word"):
            raise ConfigError(f"unit {self.unit!r}: expected char or word")
        schemes = SCHEMES[:-1]
        if self.scheme is not None and self.scheme not in schemes:
            raise ConfigError(f"scheme {self.scheme!r}: expected one of {', '.join(schemes)}")
        if self.token == "none" or not self.token or not self.label:
            raise ConfigError("token and label: expected a column's number or name")


@dataclass(frozen=True)
class Layout:
    """A format with all that was seen in one file.

    Args:
        name: as of `Format`, but never "auto".
        separator: what stands between columns, between words, or before a part of speech.
        n_columns: of columns: how many a line has.
        token: of columns: the place of the tokens, from 0.
        label: of columns: the place of the labels, or -1 if there are none.
        header: of columns: whether the first line names them.
        numbered: of columns: whether every token has its place in its word behind it (`科0
            技1`), which is read as a column of its own.
    """

    name: str
    separator: str = " "
    n_columns: int = 0
    token: int = 0
    label: int = -1
    header: bool = False
    numbered: bool = False


def layout_of(sample: Sequence[str], form: Format, path: str) -> Layout:
    """Return how a file is laid out.

    Args:
        sample: its first lines, the last one perhaps cut.
        form: what is known of it.
        path: the file, for messages.

    Raises:
        ConfigError: a column that is not there.
        CorpusError: JSON over several lines.
    """
    filled = [line for line in sample if line.strip(" \t")]
    name = form.name if form.name != "auto" else _name(sample, filled, path)
    if name == "columns":
        return _columns(filled, form, path)
    if name == "wordpos":
        words = [word for line in filled for word in line.split()]
        by_slash, by_line = (sum(mark in word for word in words) for mark in "/_")
        return Layout(name, separator="/" if by_slash >= by_line else "_")
    if name in ("segmented", "text"):
        n_spaces = sum(line.count(" ") + line.count("\t") for line in filled)
        n_wide = sum(len(_WIDE.findall(line)) for line in filled)
        # Some corpora of traditional characters have nothing else between words.
        is_wide = name == "segmented" and n_wide > max(10 * n_spaces, len(filled))
        return Layout(name, separator="\u3000" if is_wide else " ")
    return Layout(name)


def _name(sample: Sequence[str], filled: list[str], path: str) -> str:
    """Return the name of the format that the lines have."""
    if not filled:
        return "text"
    if _is_json(filled, path):
        return "jsonl"
    if _is_columns(sample, filled):
        return "columns"
    words = [word for line in filled for word in line.split()]
    if len(words) > 1 and any(
        sum(tag.fullmatch(word) is not None for word in words) >= _MOST * len(words)
        for tag in _WORD_TAG.values()
    ):
        return "wordpos"
    joined = "\n".join(filled)
    has_han = n_han(joined) > 0
    return "segmented" if has_han and choose(joined.encode()) == "space" else "text"


def _is_json(filled: list[str], path: str) -> bool:
    first = filled[0].strip()
    if first in ("{", "[") and len(filled) > 1 and filled[1].lstrip()[:1] in ('"', "{"):
        raise CorpusError(
            f"{shown(path)}:1: JSON over several lines, expected one object a line; "
            "with jq: jq -c '.[]' or jq -c ."
        )
    if not re.match(r'\{\s*"', first):
        return False
    try:
        return isinstance(json.loads(first), dict)
    except (ValueError, RecursionError):
        # Cut, or faulty: then its error shall name the line.
        return len(filled) == 1 or filled[1].startswith("{")


def _is_columns(sample: Sequence[str], filled: list[str]) -> bool:
    separator = _separator(filled)
    n_columns, share = _width(filled, separator)
    rows = [row for row in (_fields(line, separator) for line in filled) if len(row) == n_columns]
    n_characters = sum(len(row[0]) for row in rows)
    if share < 0.5 or n_characters > _LONG_TOKEN * len(rows):
        return False
    ends = [place for place, line in enumerate(sample) if not line.strip(" \t")]
    has_inner_end = any(0 < place < len(sample) - 1 for place in ends)
    if n_columns == 1:
        # A token a line, for a text that is to be labelled.
        is_many = len(rows) > (1 if has_inner_end else 20)
        return is_many and share >= _MOST and n_characters < 2 * len(rows)
    labels = [row[-1] for row in rows]
    if separator == "\t" or all(split_label(label)[0] for label in labels):
        return True
    is_even = share >= _MOST and has_inner_end and len(labels) > 3
    return is_even and len(set(labels)) <= max(3, len(labels) // 3)


def _separator(filled: list[str]) -> str:
    return "\t" if 2 * sum("\t" in line for line in filled) >= len(filled) else " "


def _width(filled: list[str], separator: str) -> tuple[int, float]:
    """Return how many columns most lines have, and the share of those lines."""
    widths = Counter(len(_fields(line, separator)) for line in filled)
    n_columns, n_lines = max(widths.items(), key=lambda item: (item[1], item[0]))
    return n_columns, n_lines / len(filled)


def _fields(line: str, separator: str) -> list[str]:
    return line.split("\t") if separator == "\t" else line.split(" ") if " " in line else [line]


def _columns(filled: list[str], form: Format, path: str) -> Layout:
    """Return the layout of columns."""
    if not filled:
        return Layout("columns", separator="\t", n_columns=1)
    separator = _separator(filled)
    rows = [_fields(line, separator) for line in filled]
    if separator == " " and sum("" in row for row in rows) > len(rows) // 10:
        # Columns that are made even by spaces.
        rows = [line.split() for line in filled]
    widths = Counter(map(len, rows))
    n_columns = max(widths, key=lambda width: (widths[width], width))
    even = [row for row in rows if len(row) == n_columns]
    named = [field.lstrip("#").strip() for field in rows[0]]
    names = [name for name in (form.token, form.label) if not _is_place(name)]
    token = _place(form.token, named, n_columns, "--token", path)
    label = -1
    if form.label == "last":
        used = [place for place in range(n_columns) if any(row[place] for row in even)]
        label = used[-1] if used and used[-1] != token else -1
        n_columns = max(used, default=0) + 1
    elif form.label != "none":
        label = _place(form.label, named, n_columns, "--label", path)
    if label == token:
        raise ConfigError(f"{shown(path)}: --label and --token are both column {token}")
    return Layout(
        "columns",
        separator=separator,
        n_columns=n_columns,
        token=token,
        label=label,
        header=bool(names),
        numbered=_is_numbered([row[token] for row in even]),
    )


def _is_place(name: str) -> bool:
    return name in ("last", "none") or re.fullmatch("-?[0-9]{1,4}", name) is not None


def _place(name: str, named: list[str], n_columns: int, option: str, path: str) -> int:
    """Return which column is meant, from 0."""
    if name == "last":
        return n_columns - 1
    if not _is_place(name):
        if name not in named:
            raise ConfigError(
                f"{shown(path)}:1: no column {name!r} ({option}), "
                f"expected one of {', '.join(named)}"
            )
        return named.index(name)
    place = int(name) + n_columns * name.startswith("-")
    if not 0 <= place < n_columns:
        raise ConfigError(
            f"{shown(path)}: no column {name} ({option}), expected 0 to {n_columns - 1} "
            "or a negative number from the end"
        )
    return place


def _is_numbered(tokens: list[str]) -> bool:
    """Tell whether every token ends with its place in its word."""
    before = -1
    for token in tokens:
        before = place_in_word(token, before)
        if before < 0:
            return False
    # A text of nothing but numbers would look the same.
    return len(tokens) > 1 and any(not token.isdigit() for token in tokens)


def place_in_word(token: str, before: int) -> int:
    """Return the number behind a token: one more than before, or 0; -1 if it is neither."""
    after = str(before + 1)
    if len(token) > len(after) and token.endswith(after):
        return before + 1
    return 0 if len(token) > 1 and token.endswith("0") else -1
