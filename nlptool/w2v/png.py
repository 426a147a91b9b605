"""Paint a laid-out map as a PNG. The only module that loads matplotlib, an optional extra."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path

import matplotlib as mpl
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties, findSystemFonts
from matplotlib.ft2font import FT2Font

from nlptool.w2v.layout import DOT, FONT, Sheet
from nlptool.w2v.page import FAMILIES

_DPI = 100.0
_SHARPNESS = 2  # image pixels for one pixel of the sheet, in each direction
_POINTS = 72 / _DPI  # typographic points for one pixel
_PLAIN = ("regular", "book", "normal", "roman", "medium")
# Fonts that have a glyph for everything, and show nothing with it.
_EMPTY = ("lastresort", "last resort", "adobe blank", "adobeblank", "notdef")


@dataclass(frozen=True)
class Font:
    """The font that shows a text best.

    Args:
        path: its file.
        lacks: the characters that it cannot show.
    """

    path: str
    lacks: frozenset[str]


def choose_fonts(texts: Sequence[str]) -> list[Font]:
    """Return for each text the first font that has all its glyphs, or else the most of them.

    Fonts are looked for on the disk each time: one that was installed a moment ago is found.
    The font that comes with matplotlib is always there.
    """
    wanted = [frozenset(text) for text in texts]
    chosen: list[Font | None] = [None] * len(texts)
    for path, face in _faces():
        has = {c for c in frozenset().union(*wanted) if face.get_char_index(ord(c))}
        for i, characters in enumerate(wanted):
            lacks = characters - has
            best = chosen[i]
            if best is None or len(lacks) < len(best.lacks):
                chosen[i] = Font(path, lacks)
        if not any(font is None or font.lacks for font in chosen):
            break
    return [font for font in chosen if font is not None]


def paint(sheet: Sheet, fonts: Sequence[Font]) -> bytes:
    """Return the map as a PNG.

    Args:
        sheet: where everything goes.
        fonts: for each label, see `choose_fonts`.
    """
    # A user's own matplotlibrc must not change the picture.
    with mpl.rc_context():
        mpl.rcdefaults()
        figure = Figure((sheet.width / _DPI, sheet.height / _DPI), dpi=_DPI * _SHARPNESS)
        axes = figure.add_axes((0, 0, 1, 1))
        axes.set_axis_off()
        axes.set_xlim(0, sheet.width)
        axes.set_ylim(sheet.height, 0)
        for (x, y), label, font in zip(sheet.points.tolist(), sheet.labels, fonts, strict=True):
            if label is None:
                continue
            if label.leader:
                to_x, to_y = label.leader
                axes.plot((x, to_x), (y, to_y), color="#9aa5b1", linewidth=0.7 * _POINTS, zorder=1)
            axes.text(
                label.x,
                label.y + 0.36 * FONT,
                "".join("?" if c in font.lacks else c for c in label.text),
                horizontalalignment={"start": "left", "middle": "center", "end": "right"}[
                    label.anchor
                ],
                fontproperties=FontProperties(fname=font.path, size=FONT * _POINTS),
                color="#1b1f24",
                parse_math=False,
            )
        x, y = sheet.points.T
        axes.scatter(x, y, s=(2 * DOT * _POINTS) ** 2, color="#2f6fb0", linewidths=0)
        file = BytesIO()
        # The name of the software would bring its version into the bytes.
        FigureCanvasAgg(figure).print_png(file, metadata={"Software": None})
    return file.getvalue()


def _faces() -> Iterator[tuple[str, FT2Font]]:
    """Yield the usable fonts, those that read best first."""
    ranked = []
    bundled = str(Path(mpl.get_data_path()) / "fonts" / "ttf" / "DejaVuSans.ttf")
    for path in [*findSystemFonts(), bundled]:
        try:
            face = FT2Font(path)
        except (OSError, RuntimeError, ValueError):
            continue  # damaged, or of a kind that FreeType does not read
        family = face.family_name.lower()
        if not face.scalable or any(name in family for name in _EMPTY):
            continue
        rank = FAMILIES.index(family) if family in FAMILIES else len(FAMILIES) + (path != bundled)
        # A variable font shows its thinnest weight.
        plain = face.style_name.lower() in _PLAIN and "VF" not in path and "[" not in path
        ranked.append(((rank, not plain, path), path))
    for _, path in sorted(ranked):
        yield path, FT2Font(path)
