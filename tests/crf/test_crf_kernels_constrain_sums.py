import math
from typing import Any

import numpy as np
import pytest

from nlptool.crf.kernels_constrain_sums import backward, chances, forward, span_chances
from nlptool.crf.kernels_log import log_backward, log_forward
from nlptool.crf.tags import spans_of
from tests.crf_chains import MODELS, Case, cases
from tests.naive_crf_constrain import chances as naive_chances

Sums = dict[str, Any]


def sums_of(args: tuple[Any, ...]) -> Sums:
    """Return everything that there is to know of a chain."""
    scores, pairs, which, _, last, tracks, bonuses = args
    a, b, p = np.empty((3, *scores.shape))
    on_a, on_b = np.empty((2, len(bonuses)))
    z = np.empty(len(scores))
    log_z = forward(*args, a, on_a)
    backward(scores, pairs, which, last, tracks, bonuses, b, on_b)
    chances(a, b, tracks, on_a, on_b, p, z)
    return {"log_z": log_z, "a": a, "b": b, "p": p, "z": z}


def spans_in(case: Case, sums: Sums, path: np.ndarray) -> list[float]:
    """Return the probability of each span of a path of places."""
    names = [case.chain.labels[y] for y in case.sources[path]]
    spans = np.array([span[:2] for span in spans_of(names)], np.int64).reshape(-1, 2)
    found = np.empty(len(spans))
    scores, pairs, which, _, _, tracks, bonuses = case.args
    known = sums["a"], sums["b"], sums["z"]
    span_chances(scores, pairs, which, tracks, bonuses, *known, spans, path.astype(np.int32), found)
    return found.tolist()


def path_of(case: Case, names: tuple[str, ...]) -> np.ndarray:
    """Return the places that labels stand for: those that are possible, one after the other."""
    _, pairs, which, first, last, *_ = case.args
    ways = [[y] for y in range(len(first)) if first[y] > -np.inf]
    for i in range(1, case.n):
        step = pairs[which[i]]
        ways = [
            [*way, y]
            for way in ways
            if case.chain.labels[case.sources[way[-1]]] == names[i - 1]
            for y in range(len(first))
            if step[way[-1], y] > -np.inf
        ]
    own = [
        way
        for way in ways
        if tuple(case.chain.labels[y] for y in case.sources[way]) == names
        and last[way[-1]] > -np.inf
    ]
    assert len(own) == 1
    return np.array(own[0])


@pytest.mark.parametrize(("labels", "scheme"), MODELS)
def test_probabilities_are_those_of_all_sequences(labels: tuple[str, ...], scheme: str) -> None:
    for case in cases(labels, scheme, most=4):
        wanted = case.chain.sequences(case.weights)
        if not wanted:
            continue
        sums = sums_of(case.args)
        log_z = np.logaddexp.reduce([total for total, _ in wanted])
        assert sums["log_z"] == pytest.approx(log_z)
        assert sums["z"] == pytest.approx(np.full(case.n, log_z))
        likely = naive_chances(wanted)
        for i in range(case.n):
            for y, label in enumerate(labels):
                own = sum(p for names, p in likely.items() if names[i] == label)
                assert sums["p"][i, case.sources == y].sum() == pytest.approx(own, abs=1e-12)
        for names in list(likely)[:5]:
            own = [
                sum(p for others, p in likely.items() if span in spans_of(others))
                for span in spans_of(names)
            ]
            assert spans_in(case, sums, path_of(case, names)) == pytest.approx(own)


def test_without_tracks_they_are_the_plain_kernels() -> None:
    rng = np.random.default_rng(2)
    n, n_labels = 30, 4
    S, T = rng.normal(size=(n, n_labels)), rng.normal(size=(n, n_labels, n_labels))
    first, last = rng.normal(size=(2, n_labels))
    nothing = np.empty((0, 6), np.int64), np.empty(0)
    found = sums_of((S, T, np.arange(n, dtype=np.int32), first, last, *nothing))
    a, b = np.empty((2, n, n_labels))
    unknown = np.empty(0, np.int32)
    assert found["log_z"] == pytest.approx(log_forward(S, T, 1, first, last, unknown, a))
    log_backward(S, T, 1, last, unknown, b)
    assert found["a"] == pytest.approx(a)
    assert found["b"] == pytest.approx(b)


def test_by_hand() -> None:
    # Two characters, one word with a weight of ln 3, or two: 3/4 and 1/4.
    bmes = np.array([[0, 1, 1, 0], [0, 1, 1, 0], [1, 0, 0, 1], [1, 0, 0, 1]], bool)
    args = (
        np.zeros((2, 4)),
        np.where(bmes, 0.0, -np.inf)[None],
        np.zeros(2, np.int32),
        np.array([0, -np.inf, -np.inf, 0]),
        np.array([-np.inf, -np.inf, 0, 0]),
        np.array([[0, 2, 0, 1, 2, 0]]),
        np.array([math.log(3)]),
    )
    found = sums_of(args)
    assert found["log_z"] == pytest.approx(math.log(4))
    assert found["p"] == pytest.approx(np.array([[0.75, 0, 0, 0.25], [0, 0, 0.75, 0.25]]))


def test_nothing_is_allowed() -> None:
    nothing = np.empty((0, 6), np.int64), np.empty(0)
    args = np.zeros((1, 2)), np.zeros((1, 2, 2)), np.zeros(1, np.int32)
    a = np.empty((1, 2))
    never = np.full(2, -np.inf)
    assert forward(*args, never, np.zeros(2), *nothing, a, np.empty(0)) == -math.inf


def test_of_a_long_sentence_too() -> None:
    n = 100_000
    tracks = np.array([[i, 3, 0, 1, 2, 2 * i] for i in range(n - 2)])
    rng = np.random.default_rng(1)
    bmes = np.array([[0, 1, 1, 0], [0, 1, 1, 0], [1, 0, 0, 1], [1, 0, 0, 1]], bool)
    args = (
        rng.normal(size=(n, 4)) * 100,
        np.where(bmes, 0.0, -1e12)[None],
        np.zeros(n, np.int32),
        np.array([0, -1e12, -1e12, 0]),
        np.array([-1e12, -1e12, 0, 0]),
        tracks,
        rng.normal(size=2 * len(tracks)) * 100,
    )
    found = sums_of(args)
    assert np.isfinite(found["log_z"])
    assert found["p"].sum(axis=1) == pytest.approx(np.ones(n))
    # What is to the left of a boundary ends exactly where what is to the right begins.
    ends, begins = found["p"][:-1, [2, 3]].sum(axis=1), found["p"][1:, [0, 3]].sum(axis=1)
    assert ends == pytest.approx(begins, abs=1e-6)
