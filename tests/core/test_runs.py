"""Counted tokens that wait, in memory or on disk, and their sum."""

from collections import Counter
from pathlib import Path

import numpy as np
import pytest

from nlptool.core.runs import Run, find, hold, merge, spill
from nlptool.core.table import Table


def table_of(words: list[str]) -> Table:
    table = Table()
    text = np.frombuffer("".join(f"{word} " for word in words).encode(), np.uint8)
    table.read_all(text, len(words), add=True)
    return table


def draw(n: int, seed: int) -> list[str]:
    rng = np.random.default_rng(seed)
    return [f"词{i}{'长' * (i % 7)}" for i in (rng.zipf(1.3, n) % 500).tolist()]


def counted(parts: list[tuple[Table, np.ndarray]]) -> list[Counter[str]]:
    return [
        Counter(dict(zip(table.text.tobytes().decode().split(), counts.tolist(), strict=True)))
        for table, counts in parts
    ]


@pytest.mark.parametrize("memory", [1, 20_000, 10**9])
@pytest.mark.parametrize("on_disk", [False, True])
def test_the_sum_is_that_of_all_words(tmp_path: Path, memory: int, on_disk: bool) -> None:
    texts = [draw(3000, 1), draw(500, 2), [], draw(50, 3)]
    runs: list[Run] = []
    for i, words in enumerate(texts):
        table = table_of(words)
        runs.append(spill(table, tmp_path / str(i)) if on_disk else hold(table))
    parts = counted(list(merge(runs, memory)))
    wanted = Counter(word for words in texts for word in words)
    assert sum(parts, Counter()) == wanted
    # Each word is in one part.
    assert sum(map(len, parts)) == len(wanted)
    if on_disk:
        assert (len(parts) > 100) == (memory == 1)
        assert (len(parts) == 1) == (memory == 10**9)
    else:
        assert len(parts) == 1


@pytest.mark.parametrize("on_disk", [False, True])
def test_words_are_found_in_another_table(tmp_path: Path, on_disk: bool) -> None:
    table = table_of(draw(400, 5))
    words = table.text.tobytes().decode().split()
    run = spill(table, tmp_path / "run") if on_disk else hold(table)
    others = words[::3][::-1]
    found = find(run, table_of(others)).tolist()
    assert found == [others.index(word) if word in others else -1 for word in words]


def test_a_run_keeps_what_was_there(tmp_path: Path) -> None:
    table = table_of(["b", "a", "b"])
    kept, written = hold(table), spill(table, tmp_path / "run")
    table.read_all(np.frombuffer(b"c b ", np.uint8), 2, add=True)
    assert kept.text.tobytes() == b"b a "
    assert (kept.counts.tolist(), kept.n_types) == ([2, 1], 2)
    assert written.ids().tolist() in ([0, 1], [1, 0])
    text, counts = written.stretch(0, 1024)
    assert dict(zip(text.tobytes().split(), counts.tolist(), strict=True)) == {b"b": 2, b"a": 1}
    with pytest.raises(FileExistsError):
        spill(table, tmp_path / "run")


def test_nothing_to_merge() -> None:
    assert list(merge([], 1)) == []
