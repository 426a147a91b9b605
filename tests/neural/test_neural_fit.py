"""The loop: what it learns and keeps, where it stops, and that it goes on exactly."""

from dataclasses import replace

import numpy as np
import pytest

keras = pytest.importorskip("keras", reason="the extra `neural` is not installed")

from nlptool.core.report import Note, Progress  # noqa: E402  only where Keras is
from nlptool.errors import ConfigError, ModelError, RunError  # noqa: E402  only where Keras is
from nlptool.neural import losses  # noqa: E402  only where Keras is
from nlptool.neural.batches import padded, shuffled  # noqa: E402  only where Keras is
from nlptool.neural.checkpoint import Checkpoint  # noqa: E402  only where Keras is
from nlptool.neural.config import Fitting  # noqa: E402  only where Keras is
from nlptool.neural.fit import Course, fit, fit_kept, rate_at  # noqa: E402  only where Keras is
from nlptool.neural.forward import answer  # noqa: E402  only where Keras is
from nlptool.neural.graph import Graph, block  # noqa: E402  only where Keras is
from nlptool.neural.objective import require_gpu  # noqa: E402  only where Keras is
from nlptool.neural.state import State  # noqa: E402  only where Keras is
from nlptool.neural.weights import drawn  # noqa: E402  only where Keras is

GRAPH = Graph(
    (
        block("words", "ids"),
        block("x", "embed", "words", rows=21, width=6, tuned=21),
        block("noisy", "dropout", "x", rate=0.1),
        block("one", "pool", "noisy", how="mean"),
        block("scores", "dense", "one", width=2),
    ),
    ("scores",),
)
RNG = np.random.default_rng(0)
TEXTS = [RNG.integers(1, 20, RNG.integers(1, 9)) for _ in range(96)]
LABELS = np.array([int(np.mean(text) > 10) for text in TEXTS], np.int32)
CONFIG = Fitting(epochs=4, rate=0.05, average=0.9)


class Stop(BaseException):
    """What a report raises."""


def take(rows, rng):
    return {"words": padded([TEXTS[row] for row in rows], multiple=8), "labels": LABELS[rows]}


def loss(values, batch, weights):
    return losses.cross_entropy(values["scores"].array, batch["labels"])


def measure(ask):
    chosen = ask(take(np.arange(96), None) | {"labels": LABELS})["scores"].argmax(axis=1)
    return {"accuracy": (chosen == LABELS).mean(), "wrong": (chosen != LABELS).sum()}


COURSE = Course(
    lambda epoch: shuffled(np.array(list(map(len, TEXTS))), 16, seed=1, epoch=epoch),
    take,
    loss,
    measure=measure,
)


def run(config=CONFIG, course=COURSE, **settings):
    return fit(GRAPH, drawn(GRAPH, 1), config, course, **settings)


def same(first, second):
    return first.keys() == second.keys() and all((first[k] == second[k]).all() for k in first)


def copied(state):
    tensors = {name: array.copy() for name, array in state.tensors().items()}
    return State.restored(tensors, {**state.position(), "history": list(state.history)})


@pytest.fixture(scope="module")
def whole():
    """A run that nothing interrupted."""
    return run()


def test_it_learns_reports_and_keeps_the_best(whole):
    told = []
    fitted = run(report=told.append)
    assert same(fitted.weights, whole.weights)
    assert [row["epoch"] for row in fitted.history] == [1, 2, 3, 4]
    assert list(fitted.history[0]) == ["epoch", "loss", "rate", "accuracy", "wrong"]
    assert fitted.history[-1]["loss"] < fitted.history[0]["loss"]
    best = max(row["accuracy"] for row in fitted.history)
    assert best > 0.9
    scores = answer(GRAPH, fitted.weights, take(np.arange(96), None))["scores"]
    assert (scores.argmax(axis=1) == LABELS).mean() == best
    steps = [event for event in told if isinstance(event, Progress)]
    assert [event.done for event in steps] == list(range(16, 96 * 4 + 1, 16))
    assert {(event.total, event.unit) for event in steps} == {(384, "examples")}
    notes = [event.text for event in told if isinstance(event, Note)]
    assert len(notes) == 4
    assert notes[0].startswith("epoch 1: loss 0.")


def test_an_interrupted_run_ends_with_the_same_bits(whole):
    state, kept = None, []
    for stop in (2, 4, 6):  # in an epoch, at its end, in the last but one

        def report(event, left=[stop]):  # noqa: B006  counts on purpose
            if isinstance(event, Progress):
                left[0] -= 1
                if left[0] == 0:
                    raise Stop

        with pytest.raises(Stop):
            run(report=report, state=state, checkpoint=lambda s: kept.append(copied(s)))
        state = kept[-1]
    assert [(one.epoch, one.step) for one in kept] == [(0, 2), (0, 6), (1, 6)]
    fitted = run(state=state)
    assert fitted.history == whole.history
    assert same(fitted.weights, whole.weights)


def test_checkpoints_now_and_then():
    kept = []
    run(replace(CONFIG, epochs=1), checkpoint=lambda s: kept.append(s.step), checkpoint_seconds=0)
    assert kept == [1, 2, 3, 4, 5, 6]


def test_a_state_of_another_network_is_refused():
    kept = []
    run(
        replace(CONFIG, epochs=1), checkpoint=lambda s: kept.append(copied(s)), checkpoint_seconds=0
    )
    other = Graph((*GRAPH.blocks[:-1], block("scores", "dense", "one", width=3)), ("scores",))
    for state in (kept[0], replace(kept[0], variables={})):
        with pytest.raises(ModelError) as error:
            fit(other, drawn(other, 1), CONFIG, COURSE, state=state)
        assert str(error.value) == "checkpoint: its weights are those of another network"


def test_a_loss_that_is_not_finite_ends_the_run():
    def bad(values, batch, weights):
        return loss(values, batch, weights) * keras.ops.cast(batch["bad"], "float32")

    def spoilt(rows, rng):
        return take(rows, rng) | {"bad": np.where(rows == 5, np.nan, 1).astype(np.float32)}

    step = next(i for i, rows in enumerate(COURSE.plan(0)) if 5 in rows) + 1
    kept = []
    with pytest.raises(RunError) as error:
        run(
            course=replace(COURSE, loss=bad, take=spoilt),
            checkpoint=lambda s: kept.append(s.step),
            checkpoint_seconds=0,
        )
    assert str(error.value) == (
        f"training diverged in epoch 1, step {step}: the loss is nan; lower --rate"
    )
    assert kept == list(range(1, step))


def test_weights_that_are_not_finite_are_not_saved():
    weights = drawn(GRAPH, 1)
    weights["x.tuned"][20, 0] = np.nan  # of a word that no text has

    def report(event):
        raise Stop

    with pytest.raises(RunError) as error:
        fit(GRAPH, weights, CONFIG, COURSE, report=report, checkpoint=lambda s: None)
    assert str(error.value) == (
        "training diverged in epoch 1, step 1: network/x.tuned is not finite; lower --rate"
    )


def test_patience():
    fixed = replace(COURSE, measure=lambda ask: {"none": 0.5})
    fitted = run(replace(CONFIG, epochs=9, patience=2), fixed)
    assert len(fitted.history) == 3


def test_without_a_measure_the_last_weights_are_kept():
    plain = run(replace(CONFIG, average=0), replace(COURSE, measure=None))
    averaged = run(course=replace(COURSE, measure=None))
    assert list(plain.history[0]) == ["epoch", "loss", "rate"]
    assert not same(plain.weights, averaged.weights)


def test_heads_are_learned_beside_the_network():
    classes = np.random.default_rng(0).normal(size=(6, 2)).astype(np.float32)

    def head_loss(values, batch, weights):
        cosine = losses.cosines(values["one"].array, weights["classes"])
        return losses.am_softmax(cosine, batch["labels"], scale=5)

    course = Course(COURSE.plan, take, head_loss, {"classes": classes})
    graph = Graph(GRAPH.blocks[:-1], ("one",))
    fitted = fit(graph, drawn(graph, 1), CONFIG, replace(course, measure=None))
    assert fitted.heads.keys() == {"classes"}
    assert not np.allclose(fitted.heads["classes"], classes)
    assert fitted.weights.keys() == graph.shapes.keys()


def test_the_rate_rises_and_falls():
    config = Fitting(rate=1.0, warm_up=0.2)
    rates = [rate_at(step, 10, config) for step in range(10)]
    assert rates == pytest.approx([0.5, 1, 1, 0.875, 0.75, 0.625, 0.5, 0.375, 0.25, 0.125])
    half = rate_at(6, 10, replace(config, decay="cosine"))
    assert half == pytest.approx(0.5)
    assert rate_at(9, 10, replace(config, decay="none")) == 1


def test_a_gpu_that_is_not_there(monkeypatch):
    class Tensor:
        device = "cpu:0"

    monkeypatch.setattr(keras.ops, "convert_to_tensor", lambda _: Tensor)
    with pytest.raises(ConfigError) as error:
        require_gpu()
    backend = keras.backend.backend()
    assert str(error.value) == f"--device: gpu, but {backend} sees none here; use cpu or auto"


def test_kept_in_a_file_it_goes_on_from_there(tmp_path):
    kept = Checkpoint(str(tmp_path / "c"), "test-checkpoint", {}, "", seconds=1000.0)
    begun = drawn(GRAPH, 1)
    whole = fit_kept(GRAPH, begun, CONFIG, COURSE, None)
    n_told = 0

    def stop(event):
        nonlocal n_told
        n_told += isinstance(event, Progress)
        if n_told == 9:
            raise Stop

    with pytest.raises(Stop):
        fit_kept(GRAPH, begun, CONFIG, COURSE, kept, report=stop)
    told = []
    again = replace(kept, resume=True)
    found = fit_kept(GRAPH, begun, CONFIG, COURSE, again, report=told.append)
    assert sum(isinstance(event, Progress) for event in told) == 4 * 6 - 9
    assert all((found.weights[name] == array).all() for name, array in whole.weights.items())
    # Nobody asked for a state: none is left.
    plain = replace(kept, path=str(tmp_path / "d"), seconds=None)
    n_told = 0
    with pytest.raises(Stop):
        fit_kept(GRAPH, begun, CONFIG, COURSE, plain, report=stop)
    assert not (tmp_path / "d").exists()
