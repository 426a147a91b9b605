"""Where points and their labels go on a sheet, in pixels; what draws them is elsewhere."""

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

FONT = 12.0
"""Pixels: the size of the labels that `lay_out` leaves room for."""

DOT = 2.5
"""Pixels: the radius of a point."""

_MARGIN = 40.0
_LONGEST = 24.0  # ems
_MOST = 96  # characters
_BIDI = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
# Beside the point, then above and below, then the corners: in the order of good looks.
_SIDES = ((1, 0), (-1, 0), (0, -1), (0, 1), (1, -1), (1, 1), (-1, -1), (-1, 1))
_GAPS = (1.0, 9.0, 18.0, 30.0)  # pixels between the point and its label


@dataclass(frozen=True)
class Label:
    """A word's text beside its point.

    Args:
        text: what to write; see `shown`.
        anchor: which of its ends is at `x`: "start", "middle" or "end". How wide a font makes
            a text is known to its viewer alone; the end beside the point is where it must be.
        x: where it is anchored.
        y: its middle line.
        leader: where a line from the point meets the label; None where they touch.
    """

    text: str
    anchor: str
    x: float
    y: float
    leader: tuple[float, float] | None


@dataclass(frozen=True)
class Sheet:
    """A map laid out, in pixels from the upper left corner.

    Args:
        width: of the sheet.
        height: of the sheet.
        points: shape (n, 2).
        labels: one for each point; None where there was no room for it.
    """

    width: int
    height: int
    points: NDArray[np.float64]
    labels: list[Label | None]


def lay_out(points: NDArray[np.float32], words: Sequence[str]) -> Sheet:
    """Return a sheet with all points, and as many labels as find room without overlapping.

    Greedy: the first words choose first. The sheet grows with the number of words.

    Args:
        points: shape (n, 2), n >= 1, in any unit, y upwards.
        words: shape (n,).
    """
    low, high = points.min(axis=0).astype(float), points.max(axis=0).astype(float)
    spread = np.maximum(high - low, 1e-9)
    side = float(np.clip(50 * np.sqrt(len(points)), 360, 2240))
    # The map keeps its own shape, within reason: both axes have one scale.
    shape = float(np.clip(spread[1] / spread[0], 0.6, 1.4))
    width, height = round(side / shape**0.5), round(side * shape**0.5)
    scale = min((width - 2 * _MARGIN) / spread[0], (height - 2 * _MARGIN) / spread[1])
    middle = (low + high) / 2
    places = np.array([width / 2, height / 2]) + (points - middle) * scale * (1, -1)
    labels = _place(places, [shown(word) for word in words], width, height)
    return Sheet(width, height, places, labels)


def shown(word: str) -> str:
    """Return a word fit to be drawn: no control characters, and not endlessly long."""
    text = "".join(map(_visible, word[:_MOST]))
    if len(word) <= _MOST and ems(text) <= _LONGEST:
        return text
    while ems(text) > _LONGEST - 1:
        text = text[:-1]
    return text + "\u2026"


def ems(text: str) -> float:
    """Return about how wide a text is, in units of its font's size."""
    return sum(map(_tenths, text)) / 10


def _tenths(character: str) -> int:
    if unicodedata.east_asian_width(character) in "WF":
        return 10
    if unicodedata.category(character) in ("Mn", "Me", "Cf"):
        return 0
    return 8 if character.isupper() or character in "mw@%\u2014\u2026" else 6


def _visible(character: str) -> str:
    hidden = character in _BIDI or unicodedata.category(character) in ("Cc", "Cs", "Cn", "Zl", "Zp")
    return "\ufffd" if hidden else character


def _place(
    places: NDArray[np.float64], texts: Sequence[str], width: float, height: float
) -> list[Label | None]:
    n = len(texts)
    # Left, top, right, bottom of what must not be covered: all points, then the labels so far.
    taken = np.empty((2 * n, 4))
    taken[:n] = np.hstack([places - DOT, places + DOT])
    labels: list[Label | None] = []
    for i, (text, (x, y)) in enumerate(zip(texts, places.tolist(), strict=True)):
        boxes = _candidates(x, y, FONT * ems(text), FONT * 1.15)
        others = taken[: n + i]
        free = ~(
            (boxes[:, None, 0] < others[:, 2])
            & (boxes[:, None, 2] > others[:, 0])
            & (boxes[:, None, 1] < others[:, 3])
            & (boxes[:, None, 3] > others[:, 1])
        ).any(axis=1)
        free &= (boxes[:, :2] >= 2).all(axis=1)
        free &= (boxes[:, 2] <= width - 2) & (boxes[:, 3] <= height - 2)
        if not free.any():
            taken[n + i] = np.nan  # nothing overlaps with nothing
            labels.append(None)
            continue
        choice = int(np.argmax(free))
        taken[n + i] = boxes[choice]
        left, top, right, bottom = boxes[choice].tolist()
        side = _SIDES[choice % len(_SIDES)][0]
        anchor = ("middle", "start", "end")[side]
        at = ((left + right) / 2, left, right)[side]
        near = (min(max(x, left), right), min(max(y, top), bottom))
        leader = near if choice >= len(_SIDES) else None
        labels.append(Label(text, anchor, at, (top + bottom) / 2, leader))
    return labels


def _candidates(x: float, y: float, width: float, height: float) -> NDArray[np.float64]:
    """Return boxes around a point, best first; shape (n, 4)."""
    boxes = []
    for gap in _GAPS:
        away = DOT + gap
        for right, down in _SIDES:
            left = x + away if right > 0 else x - away - width if right < 0 else x - width / 2
            top = y + away if down > 0 else y - away - height if down < 0 else y - height / 2
            boxes.append((left, top, left + width, top + height))
    return np.array(boxes)
