import random

import numpy as np
import pytest

from nlptool.crf.kernels_points import is_white, read_text
from tests.naive_crf_text import sentences_of

CHARS = "中文字a1é\U00020000　 \t\n\n\u2028\x85。\x00"


def read(text: bytes, *, splits: bool) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    data = np.frombuffer(text, np.uint8)
    codes, begins = np.empty((2, len(data)), np.int32)
    ends = np.empty(len(data), np.int64)
    n_tokens, n_sentences = read_text(data, splits, codes, begins, ends)
    return codes[:n_tokens], begins[:n_tokens], ends[:n_sentences]


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
