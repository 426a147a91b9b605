"""Recurrent steps: against their twins, also where the gates are shut."""

import numpy as np
import pytest

from nlptool.neural import steps
from nlptool.neural.kernels import gru_step, lstm_step
from tests import naive_neural as naive


@pytest.mark.parametrize("scale", [0.1, 1.0, 10.0, 1e4])
@pytest.mark.parametrize(("n", "units"), [(0, 3), (1, 1), (3, 5), (4, 64)])
def test_a_step_of_a_gru(n, units, scale):
    rng = np.random.default_rng(1)
    given, inner = (rng.normal(scale=scale, size=(n, 3 * units)).astype(np.float32) for _ in "ab")
    bias = rng.normal(size=3 * units).astype(np.float32)
    before = rng.uniform(-1, 1, (n, units)).astype(np.float32)
    after = np.empty_like(before)
    gru_step(given, inner, bias, before, after)
    with np.errstate(over="ignore"):
        update, reset = (
            naive.sigmoid((given + inner + bias)[:, part].astype(float))
            for part in (slice(0, units), slice(units, 2 * units))
        )
    candidate = np.tanh(given[:, 2 * units :] + reset * (inner + bias)[:, 2 * units :])
    assert np.allclose(after, update * before + (1 - update) * candidate, atol=1e-6)


@pytest.mark.parametrize("scale", [0.1, 1.0, 10.0, 1e4])
@pytest.mark.parametrize(("n", "units"), [(0, 3), (1, 1), (3, 5), (4, 64)])
def test_a_step_of_an_lstm(n, units, scale):
    rng = np.random.default_rng(1)
    given, inner = (rng.normal(scale=scale, size=(n, 4 * units)).astype(np.float32) for _ in "ab")
    cells = rng.normal(size=(n, units)).astype(np.float32)
    old, after = cells.astype(float), np.empty_like(cells)
    lstm_step(given, inner, cells, after)
    i, f, c, o = np.split((given + inner).astype(float), 4, axis=1)
    with np.errstate(over="ignore"):
        new = naive.sigmoid(f) * old + naive.sigmoid(i) * np.tanh(c)
        shown = naive.sigmoid(o) * np.tanh(new)
    assert np.allclose(cells, new, atol=2e-6)
    assert np.allclose(after, shown, atol=2e-6)


@pytest.mark.parametrize("scale", [0.1, 1.0, 10.0, 1e4])
@pytest.mark.parametrize(("n", "units"), [(1, 1), (3, 5), (7, 64), (64, 100)])
def test_the_same_bits_without_numba(n, units, scale):
    rng = np.random.default_rng(2)

    def drawn(*shape):
        return rng.normal(scale=scale, size=shape).astype(np.float32)

    given, inner, bias = drawn(n, 3 * units), drawn(n, 3 * units), drawn(3 * units)
    before, found, expected = drawn(n, units), drawn(n, units), drawn(n, units)
    gru_step(given, inner, bias, before, expected)
    steps.gru_step(given, inner, bias, before, found)
    assert (found == expected).all()
    given, inner, cells = drawn(n, 4 * units), drawn(n, 4 * units), drawn(n, units)
    others = cells.copy()
    lstm_step(given, inner, cells, expected)
    steps.lstm_step(given, inner, others, found)
    assert (found == expected).all()
    assert (cells == others).all()


def test_kernels_are_loaded_when_they_pay(monkeypatch):
    monkeypatch.setattr(steps._Spent, "seconds", 0.0)
    assert steps.step_of("gru", n_steps=1000, n_states=1000) is steps.gru_step
    assert steps.step_of("lstm", n_steps=1000, n_states=1000) is steps.lstm_step
    assert steps.step_of("lstm", n_steps=10, n_states=50_000_000) is lstm_step
    assert steps.step_of("gru", n_steps=1, n_states=1) is gru_step


def test_gates_are_right_to_the_last_digits():
    """With nothing else in the way the candidate is tanh: over its whole range."""
    given = np.zeros((1, 3 * 200_000), np.float32)
    x = np.linspace(-12, 12, 200_000, dtype=np.float32)
    given[0, :200_000] = -1e4  # nothing of the old
    given[0, 400_000:] = x
    zeros = np.zeros((1, 200_000), np.float32)
    after = np.empty_like(zeros)
    gru_step(given, np.zeros_like(given), np.zeros(3 * 200_000, np.float32), zeros, after)
    exact = np.tanh(x.astype(float))
    assert np.abs(after[0] - exact).max() < 4e-7
    assert (np.abs(after[0] - exact) <= 5e-7 * np.abs(exact)).all()
