import random
from collections.abc import Sequence

import numpy as np
import pytest

from nlptool.crf.kernels_text import (
    FIRST,
    LAST,
    ONLY,
    OUTSIDE,
    WITHIN,
    size_of_spans,
    write_spans,
    write_words,
)
from nlptool.crf.tags import split_label
from tests.crf.test_crf_kernels_points import read, texts
from tests.naive_crf_text import spans_in, words_of

PLACES = {"B": FIRST, "I": WITHIN, "E": LAST, "S": ONLY, "O": OUTSIDE, "": ONLY}


def label_arrays(labels: Sequence[str]) -> tuple[np.ndarray, np.ndarray, list[str]]:
    parts = [split_label(label) for label in labels]
    kinds = list(dict.fromkeys(kind for _, kind in parts))
    places = np.array([PLACES[prefix] for prefix, _ in parts])
    return places, np.array([kinds.index(kind) for _, kind in parts]), kinds


@pytest.mark.parametrize("keeps", [True, False])
def test_words_are_written(keeps: bool) -> None:
    labels = ["B", "M", "E", "S", "O"]
    places, kinds, _ = label_arrays(labels)
    chance = np.random.default_rng(1)
    for text in texts():
        data = np.frombuffer(text.encode(), np.uint8)
        codes, begins, ends = read(text.encode(), splits=True)
        which = chance.integers(0, len(labels), len(codes)).astype(np.int32)
        out = np.empty(2 * len(data) + 4, np.uint8)
        n = write_words(data, begins, ends, which, places, kinds, keeps, out)
        wanted = words_of(text, [labels[y] for y in which], keeps=keeps)
        assert out[:n].tobytes().decode() == wanted
        if keeps:
            assert wanted.replace(" ", "") == text.replace(" ", "")
        assert wanted.count("\n") == text.count("\n")


def test_spans_are_written() -> None:
    labels = ["B-PER", "I-PER", "O", "S-地", "E-PER", "B-地", "n"]
    places, kinds, names = label_arrays(labels)
    spelled = [name.encode() for name in names]
    name_begins = np.cumsum([0, *map(len, spelled)])
    chance = np.random.default_rng(1)
    for text in texts():
        data = np.frombuffer(text.encode(), np.uint8)
        codes, begins, ends = read(text.encode(), splits=False)
        which = chance.integers(0, len(labels), len(codes)).astype(np.int32)
        more = size_of_spans(ends, which, places, kinds, np.diff(name_begins))
        out = np.empty(len(data) + more, np.uint8)
        n = write_spans(
            data,
            begins,
            ends,
            which,
            places,
            kinds,
            np.frombuffer(b"".join(spelled), np.uint8),
            name_begins,
            out,
        )
        assert n == len(out)
        assert out[:n].tobytes().decode() == spans_in(text, [labels[y] for y in which])


def test_bytes_that_are_no_text_are_kept() -> None:
    chance = random.Random(2)
    places, kinds, _ = label_arrays(["S"])
    for _ in range(300):
        text = bytes(chance.choices([0x41, 0x80, 0xC3, 0xE4, 0xB8, 0xAD, 0xF0, 0xFF, 10], k=12))
        codes, begins, ends = read(text, splits=True)
        assert codes.max(initial=0) < 0x110000
        out = np.empty(2 * len(text) + 4, np.uint8)
        which = np.zeros(len(codes), np.int32)
        data = np.frombuffer(text, np.uint8)
        n = write_words(data, begins, ends, which, places, kinds, True, out)
        assert out[:n].tobytes().replace(b" ", b"") == text
