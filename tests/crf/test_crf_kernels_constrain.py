import naive_crf_chain as naive
import numpy as np
import pytest

from nlptool.crf.kernels_constrain import best_sequences
from tests.crf_chains import MODELS, cases


@pytest.mark.parametrize("k", [1, 4, 300])
@pytest.mark.parametrize(("labels", "scheme"), MODELS)
def test_the_best_are_those_of_all_sequences(labels: tuple[str, ...], scheme: str, k: int) -> None:
    for case in cases(labels, scheme):
        paths, sums = np.empty((k, case.n), np.int32), np.empty(k)
        found = best_sequences(*case.args, paths, sums)
        wanted = case.chain.sequences(case.weights)[:k]
        assert sums[:found] == pytest.approx([total for total, _ in wanted])
        names = [tuple(labels[y] for y in case.sources[path]) for path in paths[:found]]
        assert names == [own for _, own in wanted]


@pytest.mark.parametrize(("n", "n_labels", "k"), [(1, 1, 1), (1, 3, 5), (5, 3, 7), (4, 4, 300)])
def test_without_tracks_they_are_the_best_of_all(n: int, n_labels: int, k: int) -> None:
    rng = np.random.default_rng(8)
    S, T = rng.normal(size=(n, n_labels)), rng.normal(size=(n, n_labels, n_labels))
    first, last = rng.normal(size=(2, n_labels))
    paths, sums = np.empty((k, n), np.int32), np.empty(k)
    nothing = np.empty((0, 6), np.int64), np.empty(0)
    which = np.arange(n, dtype=np.int32)
    wanted = naive.best((S, T, first, last), k)
    assert best_sequences(S, T, which, first, last, *nothing, paths, sums) == len(wanted)
    assert sums[: len(wanted)] == pytest.approx([total for total, _ in wanted])
    assert [tuple(path) for path in paths[: len(wanted)]] == [path for _, path in wanted]


# B, M, E, S; B-S, M-S, S-M and the like are not legal.
LEGAL = np.array([[0, 1, 1, 0], [0, 1, 1, 0], [1, 0, 0, 1], [1, 0, 0, 1]], bool)
BMES = np.where(LEGAL, 0.0, -np.inf)
FIRST, LAST = np.array([0, -np.inf, -np.inf, 0]), np.array([-np.inf, -np.inf, 0, 0])


def best(n: int, k: int, tracks: list[list[int]], bonuses: list[float]) -> dict[str, float]:
    """Return the best cuts of a word of n characters, none of which is worth anything by itself."""
    paths, sums = np.empty((k, n), np.int32), np.empty(k)
    found = best_sequences(
        np.zeros((n, 4)), BMES[None], np.zeros(n, np.int32), FIRST, LAST,
        np.array(tracks, np.int64).reshape(-1, 6), np.array(bonuses), paths, sums,
    )  # fmt: skip
    return {"".join("BMES"[y] for y in paths[i]): float(sums[i]) for i in range(found)}


def test_by_hand() -> None:
    # Of three characters: 甲乙 gets 2, 甲乙丙 gets 1, 乙丙 loses 1.
    tracks = [[0, 3, 0, 1, 2, 0], [1, 2, 0, 1, 2, 2]]
    found = best(3, 9, tracks, [2.0, 1.0, -1.0])
    assert found == {"BES": 2, "BME": 1, "SSS": 0, "SBE": -1}
    assert list(found) == ["BES", "BME", "SSS", "SBE"]


def test_a_span_that_is_longer_than_its_track_gets_nothing() -> None:
    found = best(4, 99, [[0, 2, 0, 1, 2, 0]], [5.0])
    assert found == dict.fromkeys(["BESS", "BEBE"], 5) | dict.fromkeys(
        ["SSSS", "SSBE", "SBES", "SBME", "BMES", "BMME"], 0
    )


def test_nothing_is_allowed() -> None:
    paths, sums = np.empty((2, 1), np.int32), np.empty(2)
    args = np.zeros((1, 4)), BMES[None], np.zeros(1, np.int32), FIRST, np.full(4, -np.inf)
    assert best_sequences(*args, np.empty((0, 6), np.int64), np.empty(0), paths, sums) == 0


def test_a_long_sentence_takes_linear_memory() -> None:
    n = 200_000
    tracks = [[i, 3, 0, 1, 2, 2 * i] for i in range(n - 2)]
    found = best(n, 2, tracks, [1.0, 2.5] * (n - 2))
    first, second = found.values()
    # As many words of three as there is room for, and one of two.
    assert first == pytest.approx(n // 3 * 2.5 + 1)
    assert second == pytest.approx(first)
