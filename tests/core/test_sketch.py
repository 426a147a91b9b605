import random

import numpy as np
import pytest

from nlptool.core.sketch import KEPT, Sketch
from nlptool.core.table import Table, size_of


def text_of(names: list[str]) -> np.ndarray:
    return np.frombuffer("".join(f"{name} " for name in names).encode(), np.uint8)


@pytest.mark.parametrize("n", [0, 1, 500, KEPT, 40_000, 150_000])
def test_it_guesses_a_little_too_much(n: int) -> None:
    rng = random.Random(n)
    names = [f"{i:x}ab"[:9] for i in range(n)]
    sketch = Sketch()
    for _ in range(3):
        rng.shuffle(names)
        for at in range(0, n, 30_000):
            part = names[at : at + 30_000]
            sketch.add(text_of(part), len(part))
    n_types, n_bytes = sketch.guess()
    assert n <= n_types <= 1.1 * n
    assert sum(map(len, names)) <= n_bytes * 1.02 + 1 and n_bytes <= 1.2 * sum(map(len, names))


@pytest.mark.parametrize("n", [1, 20_479, 20_480, 20_481, 100_000])
def test_the_size_of_a_table_is_known_before(n: int) -> None:
    names = [f"{i}" for i in range(n)]
    table = Table()
    table.read_all(text_of(names), n, add=True)
    assert size_of(n, sum(map(len, names))) >= table.n_bytes
    assert size_of(n // 2, 0) <= table.n_bytes
