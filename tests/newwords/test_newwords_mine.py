import random
from collections import Counter
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from nlptool.core.report import Note, silent
from nlptool.core.sorting import merge
from nlptool.newwords import count
from nlptool.newwords.config import Config
from nlptool.newwords.count import rank, read_codes, windows_of
from nlptool.newwords.kernels_look import BLOCK
from nlptool.newwords.kernels_windows import packing
from nlptool.newwords.mine import mine, mine_stream
from nlptool.newwords.symbols import FILE_END, read_stream
from nlptool.newwords.words import EXPLAINED
from tests import naive_newwords as naive

SLOW = settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
TEXT = (Path(__file__).parents[2] / "corpora" / "zh_city.txt").read_text("utf-8")


def blocks(text, size=1 << 20):
    data = text.encode() if text.endswith("\n") else text.encode() + b"\n"
    at = 0
    while at < len(data):
        end = min(at + size, len(data))
        while end < len(data) and data[end] & 0xC0 == 0x80:
            end += 1
        yield data[at:end]
        at = end
    yield FILE_END


def key(word, unit="char"):
    """Return the symbols of a word as a tuple."""
    return naive.segments(word, unit)[0][1]


def found(text, config, tmp_path, *, size=1 << 20, memory=1 << 26):
    words = mine(blocks(text, size), config, folder=tmp_path, memory=memory)
    assert not list(tmp_path.iterdir())
    return words


def made(seed, n, letters="春夏秋冬东南西北AB12，。 \n"):
    rng = random.Random(seed)
    words = ["".join(rng.choices(letters, k=rng.randint(1, 4))) for _ in range(12)]
    return "".join(rng.choice(words) for _ in range(n))


TEXTS = {
    "city": TEXT,
    "random": made(1, 3000),
    "blank lines": made(2, 2000).replace("。", "\n\n"),
    "tiny": "春天春天",
    "one": "春",
    "empty": "",
    "mixed": "A股上涨，K线图和5G手机。A股下跌，K线图与5G网络。A股K线图5G，A股K线图5G\n" * 3,
}


@pytest.mark.parametrize("method", ["pmi", "cohesion", "pair"])
@pytest.mark.parametrize("name", TEXTS)
@pytest.mark.parametrize("min_count", [1, 3])
def test_equals_naive(name, method, min_count, tmp_path):
    text = TEXTS[name]
    config = Config(
        method=method,
        min_count=min_count,
        keep_nested=True,
        threads=2,
        max_len=8,
        min_pmi=(0, 1, 2),
    )
    words = found(text, config, tmp_path)
    slow = naive.mine(text, config)
    fast = {
        key(word): (count, documents)
        for word, count, documents in zip(
            words.words, words.counts.tolist(), words.documents.tolist(), strict=True
        )
    }
    assert fast == slow
    sides = naive.entropies(text, set(slow))
    counts = naive.ngrams(text, 4)
    total = sum(n for gram, n in counts.items() if len(gram) == 1)
    for i, word in enumerate(words.words):
        left, right = sides[key(word)]
        assert words.left[i] == pytest.approx(left, abs=1e-6)
        assert words.right[i] == pytest.approx(right, abs=1e-6)
        grams = naive.windows(key(word), min(4, len(key(word))))
        weakest = min(naive.pmi(counts, total, gram) for gram in grams)
        assert words.pmi[i] == pytest.approx(weakest, abs=1e-9)
    assert (np.diff(words.scores) <= 0).all()


@pytest.mark.parametrize("order", [2, 3, 5, 8])
def test_other_orders_equal_naive(order, tmp_path):
    text = TEXTS["random"]
    config = Config(order=order, min_count=2, keep_nested=True)
    fast = found(text, config, tmp_path)
    slow = naive.mine(text, config)
    assert dict(zip(map(key, fast.words), fast.counts.tolist(), strict=True)) == {
        word: n for word, (n, _) in slow.items()
    }


def test_words_of_words(tmp_path):
    rng = random.Random(5)
    others = [f"w{i}" for i in range(40)]
    text = " ".join(
        rng.choice([*others, "machine learning", "(machine learning)"]) for _ in range(3000)
    )
    config = Config(unit="word", keep_nested=True)
    words = found(text, config, tmp_path)
    slow = naive.mine(text, config)
    assert "machine learning" in words.words
    assert {tuple(word.split()) for word in words.words} == set(slow)


def test_parts_of_longer_words_are_folded(tmp_path):
    rng = random.Random(6)
    around = [chr(0x4E00 + i) for i in range(900)]
    text = "".join(rng.choice([*around, "字节跳动"]) for _ in range(40_000))
    text += "字节跳，" * 9
    config = Config(min_count=3)
    kept = found(text, replace(config, keep_nested=True), tmp_path)
    occurrences = naive.ngrams(text, 12)
    folded = naive.nested(set(map(key, kept.words)), occurrences, EXPLAINED)
    words = found(text, config, tmp_path)
    assert set(map(key, words.words)) == set(map(key, kept.words)) - folded
    assert "字节跳动" in words.words
    assert "字节跳" in kept.words
    assert "字节跳" not in words.words


def arrays(words):
    return words.as_text("jsonl")


@SLOW
@given(
    text=st.text("春夏秋A1，\n 東", max_size=300),
    size=st.integers(1, 64),
    threads=st.integers(1, 4),
    memory=st.integers(500, 20_000),
)
def test_any_cut_budget_and_threads_give_the_same(text, size, threads, memory, tmp_path):
    config = Config(min_count=2, min_pmi=(0, 0), threads=threads)
    whole = found(text, Config(min_count=2, min_pmi=(0, 0)), tmp_path)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(count, "LEAST_WINDOWS", 1)
        stream = read_stream(blocks(text, size), tmp_path, threads=threads)
        cut = mine_stream(stream, config, folder=tmp_path, memory=memory, report=silent)
        stream.path.unlink()
    assert arrays(whole) == arrays(cut)
    assert not list(tmp_path.iterdir())


@SLOW
@given(
    text=st.text("春夏秋冬A1，\n", max_size=200),
    edges=st.lists(st.integers(0, 400), max_size=5),
    order=st.integers(2, 8),
)
def test_shards_add_up_to_a_naive_count(text, edges, order, tmp_path):
    stream = read_stream(blocks(text), tmp_path)
    ranked = rank(stream, fold=False)
    pack = packing(len(ranked.counts), order)
    codes = np.concatenate(
        [np.empty(0, np.int32), *(own[:n].copy() for own, n in read_codes(stream, 0))]
    )
    cuts = [0, *sorted(min(edge, len(codes)) for edge in edges), len(codes)]
    shards = [
        windows_of(codes[a : b + order - 1], b - a, ranked.ranks, pack) for a, b in pairwise(cuts)
    ]
    keys, counts = merge(shards)
    names = stream.symbols.names()
    fast = Counter()
    for row, n_row in zip(keys.tolist(), counts.tolist(), strict=True):
        value = 0
        for i, word in enumerate(row):
            n = pack.slots if i < pack.width - 1 else order - pack.slots * (pack.width - 1)
            value = value << (n * pack.bits) | word
        ranks = [
            value >> (pack.bits * (order - 1 - i)) & ((1 << pack.bits) - 1) for i in range(order)
        ]
        symbols = tuple(names[r - 1] for r in ranks if r)
        for n in range(1, len(symbols) + 1):
            fast[symbols[:n]] += n_row
    stream.path.unlink()
    assert fast == naive.ngrams(text, order)


def test_an_empty_result_says_why(tmp_path):
    notes = []
    mine(
        blocks("今天天气很好"),
        Config(),
        folder=tmp_path,
        report=lambda e: notes.append(e.text) if isinstance(e, Note) else None,
    )
    assert notes[-1] == (
        "no words: 6 symbols, 0 n-grams that occur more than once, 0 of them frequent "
        "(--min-count 3), 0 that hold together (--min-pmi 0,2,4,6), 0 different pieces of at most "
        "12 (--max-len), 0 of them frequent (--min-count 3), 0 with free neighbours "
        "(--min-entropy 0); lower --min-count"
    )
    notes.clear()
    mine(blocks(""), Config(), folder=tmp_path, report=lambda e: notes.append(e))
    assert "the text is empty" in notes[-1].text


def test_one_character_over_and_over(tmp_path):
    assert not len(found("哈" * 100_000, Config(), tmp_path))


def test_pieces_longer_than_a_block(tmp_path):
    # Between them words that count; a long piece begins and ends anywhere in a block.
    text = "\n".join(
        made(seed, 200) + "哈" * (BLOCK + 1000 * seed) + "，" + made(seed, 50) for seed in range(6)
    )
    config = Config(min_count=2, min_pmi=(0, -5, -5), keep_nested=True, max_len=6, threads=2)
    words = found(text, config, tmp_path)
    fast = {
        key(word): (count, documents)
        for word, count, documents in zip(
            words.words, words.counts.tolist(), words.documents.tolist(), strict=True
        )
    }
    assert fast == naive.mine(text, config)
    assert len(fast) > 20


def test_a_line_without_end(tmp_path):
    rng = random.Random(7)
    words = ["".join(chr(0x4E00 + rng.randrange(2000)) for _ in range(3)) for _ in range(300)]
    line = "".join(rng.choice(words) for _ in range(30_000))
    config = Config(threads=2, keep_nested=True)
    fast = found(line, config, tmp_path, size=4096)
    slow = naive.mine(line, config)
    assert dict(zip(map(key, fast.words), fast.counts.tolist(), strict=True)) == {
        word: n for word, (n, _) in slow.items()
    }
    assert len(slow) > 100
