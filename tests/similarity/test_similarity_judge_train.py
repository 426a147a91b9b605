from dataclasses import replace

import numpy as np
import pytest
from similarity_examples import WORDS, summed

from nlptool.errors import CorpusError, RunError
from nlptool.similarity import judge_train
from nlptool.similarity.config_judge import Judging
from nlptool.similarity.examples import from_pairs
from nlptool.similarity.judge_train import Known, _slopes, gathered, learn
from nlptool.similarity.pairs import Pair
from nlptool.similarity.scores import spearman

SMALL = Judging(units=4, members=2, passes=10)


def pairs(n, seed=0):
    """Pairs that mean the same if and only if none of them asks with 怎么: what a sum hides."""
    rng = np.random.default_rng(seed)
    made = []
    for _ in range(n):
        words = rng.choice(WORDS[:8], 4, replace=False).tolist()
        asks = bool(rng.random() < 0.5)
        first, second = "".join(words), "".join([*words[:3], "怎么" if asks else "的"])
        made.append(Pair(first, second, float(("怎么" in first) == ("怎么" in second))))
    return made


@pytest.fixture(scope="module")
def sif():
    return summed().sif


def test_labels_teach_what_a_difference_counts(sif):
    judge = learn(from_pairs([pairs(400)], same=0.8), sif, replace(SMALL, passes=100))
    held = from_pairs([pairs(200, seed=1)], same=0.8)
    rows = gathered(held, sif)
    before = spearman(rows[:, -1], held.scores)
    assert spearman(judge.likeness(rows), held.scores) > max(before + 0.2, 0.7)
    right = (judge.likeness(rows) > 0.5) == held.same
    assert right.mean() > 0.85


def test_the_same_pairs_give_the_same_weights(sif):
    examples = from_pairs([pairs(60), pairs(30, seed=2)], same=0.8)
    first, second = (learn(examples, sif, SMALL) for _ in range(2))
    np.testing.assert_array_equal(first.hidden, second.hidden)
    other = learn(examples, sif, replace(SMALL, seed=2))
    assert (other.hidden != first.hidden).any()


def test_files_may_mean_another_thing_by_a_score(sif):
    """One file has scores from 0 to 5, another labels, and one says nothing at all."""
    scored = [Pair(p.first, p.second, 5 * p.score) for p in pairs(60)]
    silent = [Pair(p.first, p.second, 1.0) for p in pairs(10, seed=5)]
    judge = learn(from_pairs([scored, silent, pairs(60, seed=3)], same=0.8), sif, SMALL)
    assert np.isfinite(judge.out).all()


def test_nothing_to_learn_is_said(sif):
    ones = [replace(pair, score=1.0) for pair in pairs(10)]
    with pytest.raises(CorpusError, match="all pairs have one score, expected some that differ"):
        learn(from_pairs([ones], same=0.8), sif, SMALL)


def test_slopes_are_those_of_the_loss(sif):
    rng = np.random.default_rng(0)
    known = Known(*(rng.normal(size=shape) for shape in ((6, 3), 6, 6)))
    weights = [rng.normal(size=shape) for shape in ((3, 4), 4, 4, 3)]
    some = np.arange(6)

    def loss():
        return _slopes(known, some, weights, np.random.default_rng(9))[0]

    found = _slopes(known, some, weights, np.random.default_rng(9))[1]
    for number, (weight, slope) in enumerate(zip(weights, found, strict=True)):
        flat = weight.reshape(-1)
        for i in range(len(flat)):
            kept = flat[i]
            flat[i] = kept + 1e-5
            above = loss()
            flat[i] = kept - 1e-5
            below = loss()
            flat[i] = kept
            expected = (above - below) / 2e-5 + (1e-3 * kept if number != 1 else 0)
            assert slope.reshape(-1)[i] == pytest.approx(expected, abs=1e-4)


def test_a_loss_that_is_not_finite_ends_it(sif, monkeypatch):
    monkeypatch.setattr(judge_train, "_slopes", lambda *_: (float("nan"), []))
    with pytest.raises(RunError, match="step 1: the loss is not finite"):
        learn(from_pairs([pairs(40)], same=0.8), sif, SMALL)
