import random
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from nlptool.core.publish import reserve
from nlptool.core.report import silent
from nlptool.core.store import load, publish
from nlptool.errors import ConfigError, ModelError
from nlptool.newwords.config import Config
from nlptool.newwords.counts import KIND, occurrences_of, open_counts, write_counts
from nlptool.newwords.known import new_since
from nlptool.newwords.mine import mine
from nlptool.newwords.mine_counts import mine_counts
from nlptool.newwords.symbols import FILE_END, read_stream
from tests import naive_newwords as naive


def counted(text, path, *, order=3, memory=1 << 27, threads=1, unit="char"):
    stream = read_stream([text.encode() + b"\n", FILE_END], path.parent, unit=unit)
    with reserve(str(path)) as output:
        write_counts(
            stream,
            output,
            order=order,
            unit=unit,
            folder=path.parent,
            memory=memory,
            threads=threads,
            report=silent,
        )
    stream.path.unlink()
    return open_counts(str(path))


def made(seed, n=4000):
    rng = random.Random(seed)
    words = ["".join(rng.choices("春夏秋冬东南西北AB1，", k=rng.randint(1, 4))) for _ in range(12)]
    return "".join(rng.choice(words) for _ in range(n))


def grams_of(text, order):
    return {word: n for word, n in naive.ngrams(text, order).items() if len(word) > 1}


def test_counts_equal_naive(tmp_path):
    text = made(1)
    file = counted(text, tmp_path / "a")
    slow = grams_of(text, 4)
    words = ["".join(word) for word in slow]
    assert occurrences_of(file, words).tolist() == list(slow.values())
    assert file.n_symbols == sum(n for word, n in naive.ngrams(text, 1).items())
    assert occurrences_of(file, ["无此", "春-夏", "春"]).tolist() == [
        0,
        0,
        naive.ngrams(text, 1)[("春",)],
    ]


def test_the_file_does_not_depend_on_budget_and_threads(tmp_path):
    text = made(2)
    counted(text, tmp_path / "a")
    counted(text, tmp_path / "b", memory=1 << 24, threads=3)
    assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes()


@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    lines=st.lists(st.text("春夏秋冬A1，", max_size=40), min_size=1, max_size=12),
    cuts=st.lists(st.integers(0, 12), max_size=3),
    order=st.integers(2, 5),
)
def test_files_add_up(lines, cuts, order, tmp_path):
    edges = [0, *sorted(min(cut, len(lines)) for cut in cuts), len(lines)]
    parts = [lines[a:b] for a, b in pairwise(edges)]
    files = [counted("\n".join(own), tmp_path / f"{i}", order=order) for i, own in enumerate(parts)]
    config = Config(min_count=2, min_pmi=(0, -20, -20), order=order, keep_nested=True)
    words = mine_counts(files, config, folder=tmp_path)
    text = "\n".join(lines)
    counts = naive.ngrams(text, order)
    slow = {word: n for word, n in counts.items() if len(word) > 1 and n >= 2}
    fast = dict(zip(words.words, words.counts.tolist(), strict=True))
    assert fast == {"".join(word): n for word, n in slow.items()}
    sides = naive.entropies(text, set(slow))
    total = sum(n for word, n in counts.items() if len(word) == 1)
    for word in slow:
        i = words.words.index("".join(word))
        assert (words.left[i], words.right[i]) == pytest.approx(sides[word], abs=1e-6)
        assert words.pmi[i] == pytest.approx(naive.pmi(counts, total, word), abs=1e-9)
    assert (words.documents == -1).all()


def test_counts_above_32_bits(tmp_path):
    file = counted("春夏秋，春夏秋，春夏冬", tmp_path / "a", order=2)
    stored = load(file.path, KIND)
    tensors = {name: np.array(array) for name, array in stored.tensors.items()}
    n = 2**31 + 5
    tensors["large"] = np.full(len(tensors["counts"]), n)
    tensors["counts"] = np.full(len(tensors["counts"]), 255, np.uint8)
    keys = tensors["keys"][:, 0] >> (2 * file.pack.bits)
    tensors["symbol_counts"] = np.array([n * int((keys == i + 1).sum()) for i in range(4)])
    path = str(tmp_path / "b")
    publish(path, KIND, config=stored.config, training=stored.training, tensors=tensors)
    big = open_counts(path)
    words = mine_counts([big, big, big], Config(min_pmi=(0, -9), keep_nested=True), folder=tmp_path)
    got = dict(zip(words.words, words.counts.tolist(), strict=True))
    assert got["春夏"] == 2 * 3 * n
    assert words.mined["symbols"] == 3 * n * len(keys)


def test_new_since(tmp_path):
    old = counted(made(1), tmp_path / "old")
    words = mine(
        [(made(1) + "，雪月花" * 30 + "\n").encode(), FILE_END],
        Config(min_count=5, min_pmi=(0, 0), keep_nested=True),
        folder=tmp_path,
    )
    new = new_since(words, old.path, 5)
    assert "雪月花" in new.words
    assert len(new) < len(words)
    listed = tmp_path / "list"
    listed.write_text("\n".join(words.words[1:]))
    assert new_since(words, str(listed), 5).words == words.words[:1]


def test_files_that_do_not_fit(tmp_path):
    a = counted("春夏秋冬", tmp_path / "a")
    b = counted("春夏秋冬", tmp_path / "b", order=4)
    with pytest.raises(ConfigError, match=r"b: counted with --order 4, expected 3 as .*a$"):
        mine_counts([a, b], Config(), folder=tmp_path)
    c = counted("春夏 秋冬", tmp_path / "c", unit="word")
    with pytest.raises(ConfigError, match="--unit word, expected char"):
        mine_counts([a, c], Config(), folder=tmp_path)
    with pytest.raises(ConfigError, match=r"a: counted with --unit char, expected word$"):
        mine_counts([a], Config(unit="word"), folder=tmp_path)
    with pytest.raises(ConfigError, match="--method pair"):
        mine_counts([a], Config(method="pair"), folder=tmp_path)


@pytest.mark.parametrize("name", ["symbols", "symbol_counts", "keys", "counts", "large"])
def test_damaged_files_are_refused(name, tmp_path):
    file = counted(made(3), tmp_path / "a")
    stored = load(file.path, KIND)
    tensors = {key: np.array(array) for key, array in stored.tensors.items()}
    if len(tensors[name]) == 0:
        pytest.skip("nothing to damage")
    tensors[name] = np.roll(tensors[name], 1, axis=0)
    tensors[name][0] += 1
    path = str(tmp_path / "b")
    publish(path, KIND, config=stored.config, training=stored.training, tensors=tensors)
    with pytest.raises(ModelError, match=r"damaged|expected"):
        open_counts(path)


def test_an_empty_text(tmp_path):
    file = counted("", tmp_path / "a")
    assert file.n_symbols == 0
    assert not len(mine_counts([file], Config(), folder=tmp_path))
