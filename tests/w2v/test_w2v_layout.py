"""Labels: inside the sheet, over no point and no other label; words made fit to be drawn."""

import numpy as np
import pytest

from nlptool.w2v.layout import DOT, FONT, ems, lay_out, shown


def boxes(sheet):
    for label in sheet.labels:
        if label is not None:
            width, height = FONT * ems(label.text), FONT * 1.15
            left = label.x - {"start": 0, "middle": 0.5, "end": 1}[label.anchor] * width
            yield left, label.y - height / 2, left + width, label.y + height / 2


def test_nothing_overlaps_and_all_is_inside():
    random = np.random.default_rng(1)
    points = random.random((250, 2)).astype(np.float32)
    sheet = lay_out(points, ["\u533b\u9662", "station", "\u516c\u5171\u6c7d\u8f66"] * 83 + ["x"])
    found = np.array(list(boxes(sheet)))
    assert len(found) > 200
    assert (found[:, :2] > 0).all()
    assert (found[:, 2] < sheet.width).all()
    assert (found[:, 3] < sheet.height).all()
    dots = np.hstack([sheet.points - DOT, sheet.points + DOT])
    for i, box in enumerate(found):
        for others in (np.delete(found, i, axis=0), dots):
            over = (box[:2] < others[:, 2:] - 1e-9).all(axis=1) & (
                box[2:] > others[:, :2] + 1e-9
            ).all(axis=1)
            assert not over.any()


def test_the_first_words_choose_first():
    # Sixty words on one spot: there is not room for all of them.
    sheet = lay_out(np.zeros((60, 2), np.float32), ["\u5f88\u957f\u7684\u8bcd\u8bed"] * 60)
    there = [label is not None for label in sheet.labels]
    assert there[0]
    assert not all(there)
    assert there == sorted(there, reverse=True)
    assert sheet.labels[0].leader is None


def test_up_is_up():
    sheet = lay_out(np.array([[0, 0], [1, 2]], np.float32), ["low", "high"])
    assert sheet.points[1, 1] < sheet.points[0, 1]
    assert sheet.points[1, 0] > sheet.points[0, 0]


def test_one_word_stands_in_the_middle():
    sheet = lay_out(np.zeros((1, 2), np.float32), ["one"])
    assert sheet.points.tolist() == [[sheet.width / 2, sheet.height / 2]]
    assert sheet.labels[0].text == "one"


@pytest.mark.parametrize(
    ("word", "text"),
    [
        ("\u533b\u9662", "\u533b\u9662"),
        ("a\x1bb\x00", "a\ufffdb\ufffd"),
        ("\u202eabc", "\ufffdabc"),
        ("\u2028", "\ufffd"),
        ("\ud800", "\ufffd"),
        ("x" * 40, "x" * 40),
        ("x" * 41, "x" * 38 + "\u2026"),
        ("\u957f" * 25, "\u957f" * 23 + "\u2026"),
        ("a" + "\u0301" * 5000, "a" + "\u0301" * 95 + "\u2026"),
        ("", ""),
    ],
)
def test_shown(word, text):
    assert shown(word) == text
