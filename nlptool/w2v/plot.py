"""Draw a map of words: SVG, PNG, or an HTML page to pan, zoom and search.

Who is drawn is the caller's choice; where each word goes is in `tsne.py`, where its label goes
in `layout.py`, the page in `page.py`, the PNG in `png.py`.
"""

import logging
import os
from collections.abc import Callable, Sequence
from html import escape
from pathlib import PurePath

import numpy as np
from numpy.typing import NDArray

from nlptool.core.cache import private_folder
from nlptool.core.publish import reserve
from nlptool.core.report import Note, Report, silent
from nlptool.errors import ConfigError
from nlptool.w2v import page
from nlptool.w2v.layout import DOT, FONT, Sheet, lay_out, shown
from nlptool.w2v.tsne import MOST, project

Neighbours = Sequence[Sequence[tuple[str, float]]]

SUFFIXES = (".svg", ".png", ".html")


def plot(
    path: str,
    words: Sequence[str],
    matrix: NDArray[np.float32],
    neighbours: Neighbours,
    *,
    title: str = "Word map",
    seed: int = 1,
    report: Report = silent,
) -> None:
    """Write a map of words; the same input gives the same bytes.

    Args:
        path: its suffix says what is written: .svg, .png or .html.
        words: 1 to `tsne.MOST`; the first get their labels first.
        matrix: their vectors; shape (n_words, dim), finite.
        neighbours: for each word others with their similarity, best first; they need not be
            on the map. A PNG does not show them.
        title: what the map is called.
        seed: of the placing.
        report: is told how far the placing is, and which words could not be shown.

    Raises:
        ConfigError: another suffix, too many words, or no way to draw a PNG here.
        RunError: the file cannot be written.
    """
    suffix = PurePath(path).suffix.lower()
    if suffix not in SUFFIXES:
        raise ConfigError(f"{path}: {suffix or 'no suffix'}, expected .svg, .png or .html")
    if not 1 <= len(words) <= MOST:
        raise ConfigError(f"{path}: {len(words):,} words, expected 1 to {MOST:,} on a map")
    painted = _painter(path, words, report) if suffix == ".png" else None
    with reserve(path) as output:
        points = project(matrix, seed=seed, report=report)
        if suffix == ".html":
            content = page.build(words, points, neighbours, title)
        else:
            sheet = lay_out(points, words)
            if missing := sheet.labels.count(None):
                report(Note(f"{path}: no room for {missing} of {len(words)} labels"))
            content = painted(sheet) if painted else draw(sheet, words, neighbours, title)
        with output.replace() as file:
            file.write(content)


def draw(sheet: Sheet, words: Sequence[str], neighbours: Neighbours, title: str) -> bytes:
    """Return an SVG image; every point's tooltip names the word and its neighbours."""
    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{sheet.width}" height="{sheet.height}"'
        f' viewBox="0 0 {sheet.width} {sheet.height}">',
        f"<title>{_text(title)}</title>",
        f"<style>{_STYLE}</style>",
        '<rect width="100%" height="100%"/>',
    ]
    for word, near, (x, y), label in zip(
        words, neighbours, sheet.points.tolist(), sheet.labels, strict=True
    ):
        tip = "\n".join([shown(word), *(f"{score:.2f} {shown(other)}" for other, score in near)])
        lines.append(f"<g><title>{_text(tip)}</title>")
        if label and label.leader:
            to_x, to_y = label.leader
            lines.append(f'<path d="M{x:.1f} {y:.1f}L{to_x:.1f} {to_y:.1f}"/>')
        lines.append(f'<circle cx="{x:.1f}" cy="{y:.1f}" r="{DOT:g}"/>')
        if label:
            # A baseline by numbers: not every viewer knows `dominant-baseline`.
            base = label.y + 0.36 * FONT
            anchor = "" if label.anchor == "start" else f' text-anchor="{label.anchor}"'
            place = f'x="{label.x:.1f}" y="{base:.1f}"{anchor}'
            lines.append(f"<text {place}>{_text(label.text)}</text>")
        lines.append("</g>")
    lines.append("</svg>\n")
    return "\n".join(lines).encode("utf-8", "replace")


def _painter(path: str, words: Sequence[str], report: Report) -> Callable[[Sheet], bytes]:
    """Return what draws these words as a PNG, once all that it needs has been found.

    Raises:
        ConfigError: there is no matplotlib, or no font for the words.
    """
    # Matplotlib keeps a list of fonts in a folder of its own choice, unless it is told.
    if "MPLCONFIGDIR" not in os.environ and (folder := private_folder()) is not None:
        os.environ["MPLCONFIGDIR"] = str(folder / "matplotlib")
    logging.getLogger("matplotlib").setLevel(logging.ERROR)
    try:
        from nlptool.w2v import png  # noqa: PLC0415  # optional, and slow to import
    except ImportError as error:
        if (error.name or "").partition(".")[0] != "matplotlib":
            raise
        raise ConfigError(
            f"{path}: matplotlib is not installed, and draws the PNG; "
            "pip install 'nlptool[plot]', or write .svg or .html"
        ) from None
    fonts = png.choose_fonts([shown(word) for word in words])
    lost = [word for word, font in zip(words, fonts, strict=True) if font.lacks]
    if 10 * len(lost) > len(words):
        raise ConfigError(
            f"{path}: no installed font can show {len(lost)} of {len(words)} words, such as "
            f"{shown(lost[0])!r}; install one that can (for Chinese: apt install fonts-noto-cjk, "
            "or dnf install google-noto-sans-cjk-fonts), or write .svg or .html"
        )
    if lost:
        some = ", ".join([repr(shown(word)) for word in lost[:5]] + ["..."] * (len(lost) > 5))
        report(Note(f"{path}: no installed font can show all characters of {some}"))
    return lambda sheet: png.paint(sheet, fonts)


def _text(text: str) -> str:
    return escape("".join(c if c == "\n" else shown(c) for c in text))


_STYLE = (
    f"text{{font:{FONT:g}px {page.FONTS};fill:#1b1f24}}"
    "rect{fill:#fff}circle{fill:#2f6fb0}path{stroke:#9aa5b1;stroke-width:.7}"
    "@media(prefers-color-scheme:dark){"
    "text{fill:#e4e7eb}rect{fill:#15181c}circle{fill:#6fb1ee}path{stroke:#5b6672}}"
)
