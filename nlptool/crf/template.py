r"""The template language of CRF++, read into shapes: what a feature looks at, and from where.

    # a comment
    U00:%x[-1,0]             the token before this one, together with the label here
    U05:%x[-1,0]/%x[0,0]     two tokens together; what stands between the %x is only a name
    U10:%x[0,type]           a column by its name, see columns.py
    B                        the label together with the one before it
    B01:%x[0,0]              the same for each token

`U05:%x[-1,0]/%x[0,0]` and `U06:%x[0,0]/%x[1,0]` see the same pairs of tokens, one place
apart: they are two slots of one shape. So a text is looked up once for each shape, not once
for each template.

Source:
    Kudo, CRF++: Yet Another CRF toolkit, 2005-2013, "Preparing feature templates".
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from nlptool.errors import CorpusError

FARTHEST = 32
"""How far from its position a template may look, in tokens."""

MOST_TEMPLATES = 1000

_REF = re.compile(r"%x\[\s*([+-]?[0-9]{1,9})\s*,\s*([^\[\],%\s]+)\s*\]")


@dataclass(frozen=True, slots=True)
class Slot:
    """One template, as a place in the records of its shape.

    Args:
        text: the template as it was written, "U05:%x[-1,0]/%x[0,0]".
        shift: at position i the template sees the record of its shape at i + shift.
        place: which place of a record is its own, 0 <= place < `Shape.n_places`. Two templates
            that differ in nothing but their shift share one, as in CRF++: a bag of words.
    """

    text: str
    shift: int
    place: int


@dataclass(frozen=True, slots=True)
class Shape:
    """What some templates look at together, wherever from.

    Args:
        refs: (row, column) of each token looked at, rising, the least row 0; the column is
            one of `Template.columns`. Empty for a template that looks at nothing.
        slots: the templates, by shift.
        edge: whether they are about two labels (`B01:...`) or one (`U01:...`).
    """

    refs: tuple[tuple[int, int], ...]
    slots: tuple[Slot, ...]
    edge: bool

    @property
    def n_places(self) -> int:
        """How many weights (for each label, or pair of labels) a record has."""
        return max(slot.place for slot in self.slots) + 1

    @property
    def reach(self) -> int:
        """The largest row."""
        return max((row for row, _ in self.refs), default=0)


@dataclass(frozen=True, slots=True)
class Template:
    """All templates of a model.

    Args:
        text: as they were written.
        columns: the names of the columns that are looked at, "0" (the tokens) first.
        shapes: what they look at; those of one label first, in the order of the text.
        transitions: whether pairs of labels have weights of their own (a bare `B`).
        pad: how far the templates look beyond a sentence.
    """

    text: str
    columns: tuple[str, ...]
    shapes: tuple[Shape, ...]
    transitions: bool
    pad: int

    @property
    def n_templates(self) -> int:
        """How many templates have shapes."""
        return sum(len(shape.slots) for shape in self.shapes)


def parse_template(text: str, where: str, columns: Sequence[str]) -> Template:
    """Read templates.

    Args:
        text: a line for each, as CRF++ has them.
        where: what messages call the text, a path.
        columns: the names of all columns there are: the file's own as "0", "1", ..., then
            those that are derived from them.

    Raises:
        CorpusError: a line is no template, or asks for a column that is not there; there is
            no template at all, or there are too many.
    """
    used = ["0"]
    groups: dict[tuple[bool, tuple[tuple[int, int], ...]], list[tuple[str, int]]] = {}
    transitions = False
    pad = n = 0
    for number, raw in enumerate(text.split("\n"), 1):
        line = raw.strip()
        if not line or line.startswith("#"):
            continue
        n += 1
        if n > MOST_TEMPLATES:
            raise CorpusError(
                f"{where}:{number}: a template more than the {MOST_TEMPLATES:,} that are possible"
            )
        if line[0] not in "UB":
            raise CorpusError(
                f"{where}:{number}: {line[:40]!r}, expected a template that begins with U or B"
            )
        refs = _refs(line, f"{where}:{number}", columns, used)
        edge = line[0] == "B"
        if edge and not refs:
            transitions = True
            continue
        shift = min((row for row, _ in refs), default=0)
        pad = max([pad, *(abs(row) for row, _ in refs)])
        key = tuple(sorted({(row - shift, column) for row, column in refs}))
        groups.setdefault((edge, key), []).append((line, shift))
    if not groups and not transitions:
        raise CorpusError(f"{where}: no templates, expected lines such as U00:%x[0,0]")
    shapes = [Shape(refs, _slots(lines), edge) for (edge, refs), lines in groups.items()]
    shapes.sort(key=lambda shape: shape.edge)
    return Template(text, tuple(used), tuple(shapes), transitions, pad)


def expand(text: str, tokens: Sequence[str]) -> str:
    """Return a template with tokens in the place of its %x, as CRF++ names a feature.

    Args:
        text: the template.
        tokens: what each %x sees, in the order of the text.
    """
    left = iter(tokens)
    return _REF.sub(lambda _: next(left), text)


def refs_in(text: str) -> list[tuple[int, str]]:
    """Return (row, name of the column) of each %x of a template, in the order of its text."""
    return [(int(row), _plain(name)) for row, name in _REF.findall(text)]


def _refs(line: str, where: str, columns: Sequence[str], used: list[str]) -> list[tuple[int, int]]:
    """Return the row and the column of each %x, adding columns that are new to `used`."""
    bad = re.search("%.{0,20}", _REF.sub("", line))
    if bad is not None:
        raise CorpusError(f"{where}: {bad[0]!r}, expected %x[row,column]")
    refs = []
    for match in _REF.finditer(line):
        row, name = int(match[1]), _plain(match[2])
        if abs(row) > FARTHEST:
            raise CorpusError(
                f"{where}: {match[0]}: row {row}, expected one from -{FARTHEST} to {FARTHEST}"
            )
        if name not in columns:
            raise CorpusError(
                f"{where}: {match[0]}: no column {name!r}, expected one of {', '.join(columns)}"
            )
        if name not in used:
            used.append(name)
        refs.append((row, used.index(name)))
    return refs


def _plain(name: str) -> str:
    """Return the name of a column, without what a number may have before it."""
    return str(int(name)) if name.isascii() and name.isdigit() and len(name) < 10 else name


def _slots(lines: Sequence[tuple[str, int]]) -> tuple[Slot, ...]:
    """Give templates of one shape their places."""
    places: dict[str, int] = {}
    slots = []
    # By shift: places that follow each other are added up at once, see weights.py.
    for text, shift in sorted(lines, key=lambda line: line[1]):
        # What stays when the rows count from the shape's own first one.
        alike = expand(text, [f"%x[{row - shift},{name}]" for row, name in refs_in(text)])
        slots.append(Slot(text, shift, places.setdefault(alike, len(places))))
    return tuple(slots)
