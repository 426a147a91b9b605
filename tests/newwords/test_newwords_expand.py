"""The breadth-first spread: thresholds, parents, depths."""

import math

import numpy as np
import pytest

from nlptool.core.vectors import Vectors
from nlptool.errors import ConfigError
from nlptool.newwords.expand import Accepted, Spread, expand


def ring(*degrees: float, words: list[str] | None = None) -> Vectors:
    angles = np.radians(degrees)
    matrix = np.stack((np.cos(angles), np.sin(angles)), axis=1).astype(np.float32)
    return Vectors(words or [f"词{i}" for i in range(len(degrees))], matrix)


def naive(seeds: list[str], vectors: Vectors, spread: Spread) -> dict[str, int]:
    units = vectors.matrix / np.linalg.norm(vectors.matrix, axis=1, keepdims=True)
    depths = {word: 0 for word in seeds if word in vectors.ids}
    level = list(depths)
    for depth in range(1, 1000):
        found = []
        for word in level:
            cosines = units @ units[vectors.ids[word]]
            cosines[vectors.ids[word]] = -9
            for i in np.argsort(-cosines, kind="stable")[: spread.neighbours]:
                if cosines[i] >= spread.threshold(depth) and vectors.words[i] not in depths:
                    depths[vectors.words[i]] = depth
                    found.append(vectors.words[i])
        if not found:
            return depths
        level = found
    raise AssertionError


def test_threshold_rises_with_depth() -> None:
    spread = Spread()
    assert spread.threshold(1) == pytest.approx(0.6 + 0.4 * (1 - math.exp(-0.35)))
    assert 0.6 < spread.threshold(1) < spread.threshold(2) < spread.threshold(50) <= 1
    assert Spread(alpha=0).threshold(9) == 0.6


def test_by_hand() -> None:
    # cos 30 = 0.866, cos 40 = 0.766; the threshold is 0.718 at depth 1, 0.801 at 2.
    vectors = ring(0, 40, 70, 110, 180)
    found, unknown = expand(["词0", "没有", "词0"], vectors)
    assert unknown == ["没有"]
    assert [(one.word, one.parent, one.depth) for one in found] == [
        ("词0", "", 0),
        ("词1", "词0", 1),
        ("词2", "词1", 2),
    ]
    assert [one.cosine for one in found] == pytest.approx(
        [1, math.cos(math.radians(40)), math.cos(math.radians(30))], abs=1e-6
    )


def test_the_nearest_parent_takes_a_word() -> None:
    found, _ = expand(["词0", "词2"], ring(0, 20, 30))
    assert found[-1].parent == "词2"


def test_equals_naive() -> None:
    rng = np.random.default_rng(5)
    matrix = rng.normal(size=(400, 6)).astype(np.float32)
    vectors = Vectors([f"词{i}" for i in range(400)], matrix)
    for spread in (Spread(), Spread(neighbours=3, similarity=0.3, alpha=0.1)):
        seeds = ["词3", "词77", "词200"]
        found, _ = expand(seeds, vectors, spread)
        assert {one.word: one.depth for one in found} == naive(seeds, vectors, spread)
        assert len({one.word for one in found}) == len(found)
        depths = [one.depth for one in found]
        assert depths == sorted(depths)


def test_limits() -> None:
    vectors = ring(0, 10, 20, 30, words=["词零", "词一", "二", "词三"])
    assert [one.word for one in expand(["词零"], vectors)[0]] == ["词零", "词一", "词三"]
    shallow, _ = expand(["词零"], vectors, Spread(neighbours=1, max_depth=1))
    assert shallow[1:] == [Accepted("词一", "词零", 1, pytest.approx(math.cos(math.radians(10))))]
    assert expand([], vectors) == ([], [])


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"neighbours": 0}, "--neighbours: 0, expected 1 to 10000"),
        ({"max_depth": 0}, "--max-depth: 0, expected 1 to 10000"),
        ({"similarity": math.nan}, "--similarity: nan, expected -1 to 1"),
        ({"alpha": -1}, "--alpha: -1, expected 0 to 100"),
    ],
)
def test_messages(settings: dict[str, float], message: str) -> None:
    with pytest.raises(ConfigError) as caught:
        Spread(**settings)  # type: ignore[arg-type]  # what is wrong on purpose
    assert str(caught.value) == message
