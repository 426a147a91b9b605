"""Cutting a text where nothing holds it together: its own n-grams, counts, or words."""

import random
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nlptool.core.publish import reserve
from nlptool.core.report import Note, Progress, silent
from nlptool.errors import ConfigError, CorpusError
from nlptool.newwords.config import Config
from nlptool.newwords.counts import Counted, open_counts, write_counts
from nlptool.newwords.joined import (
    cut_joined,
    joints_of_counts,
    joints_of_text,
    joints_of_words,
)
from nlptool.newwords.kernels_look import BLOCK
from nlptool.newwords.symbols import FILE_END, read_stream
from tests import naive_newwords as naive


def made(seed: int, n: int = 3000, letters: str = "春夏秋冬东南西北，。 \n") -> str:
    rng = random.Random(seed)
    words = ["".join(rng.choices(letters, k=rng.randint(1, 4))) for _ in range(14)]
    return "".join(rng.choice(words) for _ in range(n))


def pieces(text: str, config: Config) -> list[tuple[str, ...]]:
    """Return the pieces of a text as the second pass of the slow twin has them."""
    settled = config.settled(sum(len(symbols) for _, symbols in naive.segments(text)))
    counts = naive.ngrams(text, settled.order)
    total = sum(n for word, n in counts.items() if len(word) == 1)
    order = settled.order
    keep = naive.retained(counts, total, settled.min_count, settled.min_pmi)
    if settled.method == "pair":
        order = 2
        pairs = sum(n for word, n in counts.items() if len(word) == 2)
        keep = {
            word
            for word, n in counts.items()
            if len(word) == 2
            and n >= settled.min_count
            and n > settled.min_proba * pairs
            and np.log(n / pairs)
            - np.log(counts[word[:1]] / total)
            - np.log(counts[word[1:]] / total)
            > settled.min_pmi[1]
        }
    return [
        piece for _, symbols in naive.segments(text) for piece in naive.cut(symbols, keep, order)
    ]


def words_of(out: bytes) -> list[tuple[str, ...]]:
    """Return the pieces in a cut text, marks left out."""
    found = [naive.segments(word) for word in out.decode().split()]
    return [symbols for ((_, symbols),) in (own for own in found if own)]


@pytest.mark.parametrize("method", ["pmi", "cohesion", "pair"])
@pytest.mark.parametrize("seed", [1, 2])
@pytest.mark.parametrize("min_count", [1, 4])
def test_equals_naive(method: str, seed: int, min_count: int, tmp_path: Path) -> None:
    text = made(seed)
    config = Config(method=method, min_count=min_count, min_pmi=(0, 1, 2), threads=2)
    by = joints_of_text([text.encode(), FILE_END], config, folder=tmp_path)
    out = cut_joined(text.encode(), by)
    assert words_of(out) == pieces(text, config)
    assert "".join(out.decode().split()) == "".join(text.split())
    assert out.count(b"\n") == text.count("\n")
    assert not list(tmp_path.iterdir())


def counted(text: str, path: Path, order: int = 3, unit: str = "char") -> Counted:
    stream = read_stream([text.encode() + b"\n", FILE_END], path.parent, unit=unit)
    with reserve(str(path)) as output:
        write_counts(
            stream,
            output,
            order=order,
            unit=unit,
            folder=path.parent,
            memory=1 << 27,
            threads=1,
            report=silent,
        )
    stream.path.unlink()
    return open_counts(str(path))


@pytest.mark.parametrize("method", ["pmi", "cohesion", "pair"])
def test_counts_that_add_up_to_a_text_cut_as_it_does(method: str, tmp_path: Path) -> None:
    texts = [made(seed, letters="春夏秋冬AB1，\n") + "\n" for seed in (3, 4)]
    config = Config(method=method, min_count=2, min_pmi=(0, 1, 2))
    files = [counted(text, tmp_path / str(i)) for i, text in enumerate(texts)]
    by = joints_of_counts(files, config, folder=tmp_path)
    whole = "".join(texts)
    own = joints_of_text([whole.encode(), FILE_END], config, folder=tmp_path)
    other = whole + "雪春夏，雪雪 Z9春夏\n"
    assert (
        cut_joined(other.encode(), by)[: len(whole)]
        == cut_joined(other.encode(), own)[: len(whole)]
    )
    # What was never counted stands alone, whatever is beside it.
    assert cut_joined("雪雪雪".encode(), by).decode() == "雪 雪 雪"


@settings(max_examples=60, deadline=None)
@given(
    st.sets(st.text("甲乙丙丁", min_size=1, max_size=4), min_size=1),
    st.text("甲乙丙丁戊,! \n", max_size=60),
)
def test_words_equal_naive(words: set[str], text: str) -> None:
    by = joints_of_words(dict.fromkeys(words, 1), "w")
    joins = {tuple(word) for word in words if len(word) > 1}
    expected = [
        piece for _, symbols in naive.segments(text) for piece in naive.cut(symbols, joins, 4)
    ]
    assert words_of(cut_joined(text.encode(), by)) == expected


def test_words_that_overlap_make_one_piece() -> None:
    by = joints_of_words({"共护": 1, "护一江": 1, "江水": 1, "万里": 1, "K线": 1}, "w")
    assert cut_joined("共护一江水，万里长江K线图".encode(), by).decode() == (
        "共护一江水 ， 万里 长 江 K线 图"
    )
    with pytest.raises(CorpusError, match=r"^w: no words, expected some to cut the text by$"):
        joints_of_words({"。": 1}, "w")


def test_a_piece_may_be_longer_than_a_block() -> None:
    by = joints_of_words({"甲乙": 1, "乙甲": 1}, "w")
    line = "甲乙" * BLOCK
    assert cut_joined(f"丙{line}丙".encode(), by).decode() == f"丙 {line} 丙"


def test_an_empty_text(tmp_path: Path) -> None:
    by = joints_of_text([], Config(), folder=tmp_path)
    assert cut_joined("春天".encode(), by).decode() == "春 天"


def test_it_says_what_count_it_took(tmp_path: Path) -> None:
    notes: list[Note | Progress] = []
    joints_of_text(["春天\n".encode()], Config(), folder=tmp_path, report=notes.append)
    assert Note("--min-count 3, for 2 symbols") in notes


def test_counts_that_do_not_fit(tmp_path: Path) -> None:
    short = counted("春夏秋冬", tmp_path / "a")
    with pytest.raises(ConfigError) as error:
        joints_of_counts([short], Config(order=5), folder=tmp_path)
    assert str(error.value) == f"--order: 5, expected at most 4, as {tmp_path}/a has"
    words = counted("a b", tmp_path / "b", unit="word")
    with pytest.raises(ConfigError) as error:
        joints_of_counts([words], Config(), folder=tmp_path)
    assert str(error.value) == f"{tmp_path}/b: counted with --unit word, expected char"
