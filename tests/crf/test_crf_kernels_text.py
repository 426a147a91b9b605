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
    is_white,
    read_text,
    size_of_spans,
    write_spans,
    write_words,
)
from nlptool.crf.tags import split_label
from tests.naive_crf_text import sentences_of, spans_in, words_of

PLACES = {"B": FIRST, "I": WITHIN, "E": LAST, "S": ONLY, "O": OUTSIDE, "": ONLY}
CHARS = "中文字a1é\U00020000　 \t\n\n\u2028\x85。\x00"


def read(text: bytes, *, splits: bool) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    data = np.frombuffer(text, np.uint8)
    codes, begins = np.empty((2, len(data)), np.int32)
    ends = np.empty(len(data), np.int64)
    n_tokens, n_sentences = read_text(data, splits, codes, begins, ends)
    return codes[:n_tokens], begins[:n_tokens], ends[:n_sentences]


def label_arrays(labels: Sequence[str]) -> tuple[np.ndarray, np.ndarray, list[str]]:
    parts = [split_label(label) for label in labels]
    kinds = list(dict.fromkeys(kind for _, kind in parts))
    places = np.array([PLACES[prefix] for prefix, _ in parts])
    return places, np.array([kinds.index(kind) for _, kind in parts]), kinds


def texts() -> list[str]:
    chance = random.Random(5)
    found = ["", "\n", "中", " ", "中\n", "\u3000中", "a b", "a\u3000b\n\n c"]
    return found + ["".join(chance.choices(CHARS, k=chance.randint(1, 30))) for _ in range(300)]


def test_white_space_is_what_python_says() -> None:
    for code in range(0x110000):
        assert is_white(code) == chr(code).isspace(), hex(code)


@pytest.mark.parametrize("splits", [True, False])
def test_text_is_read_into_characters(splits: bool) -> None:
    for text in texts():
        codes, begins, ends = read(text.encode(), splits=splits)
        wanted = sentences_of(text, splits=splits)
        assert "".join(map(chr, codes)) == "".join(sentence for _, sentence in wanted)
        sizes = [len(sentence) for _, sentence in wanted]
        assert ends.tolist() == np.cumsum(sizes, dtype=int).tolist()
        places = [at + i for at, sentence in wanted for i in range(len(sentence))]
        assert begins.tolist() == [len(text[:place].encode()) for place in places]


@pytest.mark.parametrize("keeps", [True, False])
def test_words_are_written(keeps: bool) -> None:
    labels = ["B", "M", "E", "S", "O"]
    places, kinds, _ = label_arrays(labels)
    chance = np.random.default_rng(1)
    for text in texts():
        data = np.frombuffer(text.encode(), np.uint8)
        codes, begins, ends = read(text.encode(), splits=True)
        which = chance.integers(0, len(labels), len(codes)).astype(np.int32)
        out = np.empty(2 * len(data), np.uint8)
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
        out = np.empty(2 * len(text), np.uint8)
        which = np.zeros(len(codes), np.int32)
        data = np.frombuffer(text, np.uint8)
        n = write_words(data, begins, ends, which, places, kinds, True, out)
        assert out[:n].tobytes().replace(b" ", b"") == text
