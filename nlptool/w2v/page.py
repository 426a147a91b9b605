"""The map of words as one HTML page to pan, zoom and search; it loads nothing and asks nobody.

What makes it safe is in `core/page.py`.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from nlptool.core.page import html_page
from nlptool.w2v.page_script import SCRIPT

_FAMILIES = (
    "Noto Sans CJK SC",
    "Noto Sans SC",
    "Source Han Sans SC",
    "PingFang SC",
    "Hiragino Sans GB",
    "Microsoft YaHei",
    "WenQuanYi Micro Hei",
    "WenQuanYi Zen Hei",
    "SimHei",
    "Noto Sans CJK JP",
)
FAMILIES = tuple(family.lower() for family in _FAMILIES)
"""Fonts with Chinese glyphs, those that read best first, in lower case."""

FONTS = ",".join(f'"{family}"' for family in _FAMILIES) + ",sans-serif"
"""The same for a style sheet, with what a machine without them has."""


def build(
    words: Sequence[str],
    points: NDArray[np.float32],
    neighbours: Sequence[Sequence[tuple[str, float]]],
    title: str,
) -> bytes:
    """Return the page.

    Args:
        words: shape (n,); those that come first are labelled first.
        points: shape (n, 2), y upwards, in any unit.
        neighbours: for each word others with their similarity, best first.
        title: what the map is called.
    """
    places = points / max(float(np.abs(points).max(initial=0.0)), 1e-9)
    data = {
        "words": list(words),
        "x": [round(float(x), 4) + 0.0 for x in places[:, 0]],
        "y": [round(float(y), 4) + 0.0 for y in places[:, 1]],
        "near": [[[word, round(float(score), 3)] for word, score in near] for near in neighbours],
    }
    body = f"""<input id="search" type="search" placeholder="Search a word"
 aria-label="Search a word" autocomplete="off" spellcheck="false">
<output id="found" for="search"></output>
<span id="zoom">
<button id="out" title="Zoom out">&minus;</button>
<button id="in" title="Zoom in">+</button>
<button id="all" title="Show the whole map">All</button>
</span>
</header>
<main>
<canvas id="map" tabindex="0" role="img" aria-label="A map of {len(words)} words"></canvas>
<div id="tip" hidden></div>
<noscript>This map is drawn by a script, and scripts are switched off.</noscript>
</main>"""
    return html_page(title, body, data, style=_STYLE, script=SCRIPT)


_STYLE = """
:root { color-scheme: light dark; --paper: #ffffff; --ink: #1b1f24; --faint: #6b7580;
  --edge: #d8dde3; --dot: #2f6fb0; --mark: #c2410c; --panel: #ffffff; }
@media (prefers-color-scheme: dark) { :root { --paper: #15181c; --ink: #e4e7eb;
  --faint: #8d98a5; --edge: #343b44; --dot: #6fb1ee; --mark: #ff9d5c; --panel: #1e2329; } }
* { box-sizing: border-box; }
html, body { margin: 0; height: 100%; background: var(--paper); color: var(--ink);
  font: 14px/1.4 FONTS; }
body { display: flex; flex-direction: column; }
header { display: flex; flex-wrap: wrap; gap: 8px 14px; align-items: center; padding: 8px 14px;
  border-bottom: 1px solid var(--edge); }
h1 { font-size: 15px; margin: 0; overflow: hidden; text-overflow: ellipsis; white-space: nowrap;
  max-width: 40%; }
input, button { font: inherit; color: inherit; background: var(--panel);
  border: 1px solid var(--edge); border-radius: 6px; padding: 4px 10px; }
input { width: 200px; }
button { min-width: 32px; cursor: pointer; }
#found { color: var(--faint); flex: 1; }
main { flex: 1; position: relative; overflow: hidden; min-height: 0; }
canvas { position: absolute; inset: 0; width: 100%; height: 100%; cursor: grab;
  touch-action: none; }
canvas.held { cursor: grabbing; }
canvas.over { cursor: pointer; }
#tip { position: absolute; max-width: 260px; padding: 8px 12px; background: var(--panel);
  border: 1px solid var(--edge); border-radius: 8px; box-shadow: 0 4px 16px #0003;
  pointer-events: none; overflow-wrap: anywhere; }
#tip.pinned { pointer-events: auto; }
#tip b { display: block; font-size: 16px; margin-bottom: 4px; }
#tip div { display: flex; gap: 12px; justify-content: space-between; }
#tip span { color: var(--faint); font-variant-numeric: tabular-nums; }
#tip button { border: 0; padding: 0; min-width: 0; background: none; color: var(--dot);
  text-align: left; }
noscript { padding: 14px; display: block; }
""".replace("FONTS", FONTS)
