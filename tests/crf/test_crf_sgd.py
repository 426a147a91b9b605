"""Stochastic training: what it returns, how it goes on, what it refuses."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from nlptool.crf.config import Config
from nlptool.crf.sgd import FIRST_SUM, FIRST_SUM_OF_MARGINS, Sgd
from nlptool.errors import ModelError, RunError
from tests.crf_problems import TEMPLATE, small


@pytest.fixture
def pool() -> Iterator[ThreadPoolExecutor]:
    with ThreadPoolExecutor(1) as pool:
        yield pool


def sgd_of(pool: ThreadPoolExecutor, **more: object) -> Sgd:
    settings = {"epochs": 3, "batch": 4, **more}
    config = Config(**settings).settled()  # type: ignore[arg-type]
    problem, _, _ = small(22, template=TEMPLATE, config=config)
    return Sgd(problem, config, pool)


def test_an_epoch_lowers_the_loss(pool: ThreadPoolExecutor) -> None:
    own = sgd_of(pool)
    losses = []
    while not own.is_over:
        list(own.epoch())
        losses.append(own.loss())
        assert own.loss() == pytest.approx(own.state.losses.sum() / own.problem.n_tokens)
    assert losses == sorted(losses, reverse=True)
    assert own.epochs == 3
    assert own.progress().done == own.progress().total == 3 * 22


def test_the_answer_is_the_mean_in_which_epochs_count_their_number(
    pool: ThreadPoolExecutor,
) -> None:
    own, plain = sgd_of(pool), sgd_of(pool, average=False)
    total = np.zeros(len(own.state.weights))
    for number in (1, 2, 3):
        list(own.epoch())
        list(plain.epoch())
        assert (plain.answer() == own.state.weights).all()
        total += number * own.state.weights
        np.testing.assert_allclose(own.answer(), total / sum(range(number + 1)), atol=1e-5)
    assert len(plain.state.mean) == 0


def test_the_seed_says_the_order(pool: ThreadPoolExecutor) -> None:
    found = []
    for seed in (1, 1, 2):
        own = sgd_of(pool, seed=seed)
        list(own.epoch())
        found.append(own.state.weights.tobytes())
    assert found[0] == found[1] != found[2]


def test_an_epoch_in_chunks_is_an_epoch(
    pool: ThreadPoolExecutor, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = sgd_of(pool)
    assert list(whole.epoch()) == []
    monkeypatch.setattr("nlptool.crf.sgd.CHUNK_NS", 1.0)
    parts = sgd_of(pool)
    told = list(parts.epoch())
    # Batches of 4 of 22 sentences: five are heard of before the last.
    assert [event.done for event in told] == [4, 8, 12, 16, 20]
    assert parts.state.weights.tobytes() == whole.state.weights.tobytes()
    assert parts.loss() == whole.loss()


def test_what_is_kept_is_all_that_it_depends_on(
    pool: ThreadPoolExecutor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("nlptool.crf.sgd.CHUNK_NS", 1.0)
    whole = sgd_of(pool)
    list(whole.epoch())
    own = sgd_of(pool)
    steps = own.epoch()
    next(steps)
    next(steps)
    tensors = {name: array.copy() for name, array in own.tensors().items()}
    assert own.position() == {"epoch": 0, "place": 8}
    again = sgd_of(pool)
    again.restore(tensors, own.position())
    list(again.epoch())
    assert again.state.weights.tobytes() == whole.state.weights.tobytes()
    assert again.answer().tobytes() == whole.answer().tobytes()


@pytest.mark.parametrize(
    "position",
    [
        {},
        {"epoch": 0, "place": "8"},
        {"epoch": 4, "place": 0},
        {"epoch": -1, "place": 0},
        {"epoch": 0, "place": 22},
        {"epoch": 0, "place": 3},  # within a batch
    ],
)
def test_a_place_that_makes_no_sense(pool: ThreadPoolExecutor, position: dict) -> None:
    own = sgd_of(pool)
    with pytest.raises(ModelError) as error:
        own.restore(own.tensors(), position)
    assert str(error.value) == "checkpoint: its parts make no sense; it is damaged"


def test_sums_that_are_not_above_zero(pool: ThreadPoolExecutor) -> None:
    own = sgd_of(pool)
    tensors = {**own.tensors(), "sums": np.zeros_like(own.state.sums)}
    with pytest.raises(ModelError) as error:
        own.restore(tensors, own.position())
    assert str(error.value) == "checkpoint: its parts make no sense; it is damaged"


def test_first_steps_of_losses_of_single_labels_are_shorter(pool: ThreadPoolExecutor) -> None:
    assert set(sgd_of(pool).state.sums.tolist()) == {np.float32(FIRST_SUM)}
    for more in ({"loss": "focal"}, {"class_weights": (("L1", 2.0),)}):
        assert set(sgd_of(pool, **more).state.sums.tolist()) == {FIRST_SUM_OF_MARGINS}


def test_a_weight_or_a_loss_that_is_no_number(pool: ThreadPoolExecutor) -> None:
    own = sgd_of(pool)
    own.state.weights[0] = np.nan
    with pytest.raises(RunError) as error:
        own.check()
    assert str(error.value) == (
        "training diverged at epoch 1, sentence 0: a weight is not finite, expected a number; "
        "lower --rate"
    )
    own.state.weights[:] = np.nan
    with pytest.raises(RunError) as error:
        list(own.epoch())
    assert str(error.value) == (
        "training diverged at epoch 1, sentence 22: the loss is not finite, expected a number; "
        "lower --rate"
    )


def test_how_often_a_record_occurs_says_its_share(pool: ThreadPoolExecutor) -> None:
    own = sgd_of(pool)
    rows = own.problem.encoded.rows
    for k, begin in enumerate(own.share_bases[:-1]):
        kept, counts = np.unique(rows[rows[:, k] >= 0, k], return_counts=True)
        np.testing.assert_allclose(own.shares[begin + kept], 1 / counts, rtol=1e-6)
