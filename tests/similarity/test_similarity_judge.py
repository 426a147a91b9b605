import numpy as np

from nlptool.similarity.config_judge import Judging
from nlptool.similarity.judge import PRIOR, Judge


def judge(**more):
    rng = np.random.default_rng(0)
    shapes = {"mean": (5,), "hidden": (2, 5, 3), "bias": (2, 3), "out": (2, 3), "direct": (2, 5)}
    parts = {name: rng.normal(size=shape).astype(np.float32) for name, shape in shapes.items()}
    parts |= {"scale": np.ones(5, np.float32), "slope": 2.0, "offset": -1.0}
    return Judge(**(parts | more), config=Judging(units=3, members=2))


def test_scores_by_hand():
    made = judge()
    rows = np.random.default_rng(1).normal(size=(4, 5)).astype(np.float32)
    for row, score in zip(rows, made.scores(rows), strict=True):
        x = np.clip(row - made.mean, -4, 4)
        total = 0.0
        for m in range(2):
            units = np.maximum(x @ made.hidden[m] + made.bias[m], 0)
            total += units @ made.out[m] + x @ made.direct[m]
        np.testing.assert_allclose(score, PRIOR * row[-1] + total / 2, rtol=1e-4)


def test_likeness_keeps_the_order_and_stays_between_0_and_1():
    made = judge()
    rows = np.random.default_rng(1).normal(size=(50, 5)).astype(np.float32)
    likeness, scores = made.likeness(rows), made.scores(rows)
    assert ((likeness >= 0) & (likeness <= 1)).all()
    assert (np.diff(likeness[np.argsort(scores)]) >= 0).all()
    far = judge(slope=1e8).likeness(rows * np.float32(1e6))
    assert np.isfinite(far).all()
