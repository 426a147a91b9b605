import hashlib
import re
from itertools import pairwise

import numpy as np
import pytest

from nlptool.core.checkpoint import Checkpoint
from nlptool.core.report import Note, Progress
from nlptool.core.store import load, publish
from nlptool.crf.config import Config
from nlptool.crf.features import Encoded
from nlptool.crf.train import train
from nlptool.crf.weights import Legality
from nlptool.errors import ConfigError, CorpusError, ModelError, RunError
from tests.crf_problems import corpus


def sha(trained):
    weights = trained.weights
    digest = hashlib.sha256()
    for part in (*weights.values, weights.transitions, weights.start, weights.end):
        digest.update(np.ascontiguousarray(part).tobytes())
    return digest.hexdigest()


SETTINGS = [
    Config(epochs=4, batch=8),
    Config(epochs=4, batch=8, average=False, loss="focal", l1=0.01),
    Config(epochs=4, batch=8, decoder="memm"),
    Config(algorithm="lbfgs", epochs=6, history=3),
    Config(algorithm="lbfgs", epochs=6, l1=0.5),
]
NAMES = ["sgd", "focal", "memm", "lbfgs", "owlqn"]


@pytest.mark.parametrize("config", SETTINGS, ids=NAMES)
def test_same_bytes_with_any_number_of_threads(config):
    data = corpus()
    first = train(*data, config)
    for threads in (2, 3, 5):
        again = train(*data, Config(**{**vars(config), "threads": threads}))
        assert sha(again) == sha(first)
        assert again.facts == first.facts
    assert sha(train(*data, Config(**{**vars(config), "seed": 2}))) != sha(first) or (
        config.algorithm == "lbfgs"
    )


@pytest.mark.parametrize("algorithm", ["sgd", "lbfgs"])
def test_it_learns(algorithm):
    told = []
    trained = train(*corpus(), Config(algorithm=algorithm, epochs=30), report=told.append)
    losses = [entry["loss"] for entry in trained.facts["history"]]
    assert losses[-1] < losses[0] / 3
    assert trained.facts["sentences"] == 150
    assert trained.weights.labels == ("L0", "L1", "L2")
    # Token 1 says label 1 here.
    own = trained.weights.values[0][1, 1]
    assert own.argmax() == 1
    progress = [event for event in told if isinstance(event, Progress)]
    assert progress[-1].loss == pytest.approx(losses[-1])
    assert [event.done for event in progress] == sorted(event.done for event in progress)


def test_both_algorithms_find_the_same_minimum():
    data = corpus(60, longest=6)
    exact = train(*data, Config(algorithm="lbfgs", l2=1.0, epochs=500, tolerance=1e-9))
    near = train(*data, Config(l2=1.0, epochs=400, rate=0.1, average=False))
    for a, b in zip(exact.weights.values, near.weights.values, strict=True):
        np.testing.assert_allclose(a, b, atol=0.06)
    np.testing.assert_allclose(exact.weights.transitions, near.weights.transitions, atol=0.06)


def test_l1_makes_weights_zero():
    data = corpus(60)
    shares = []
    for l1 in (0.0, 1.0):
        trained = train(*data, Config(algorithm="lbfgs", l1=l1, epochs=60))
        rows = np.unique(data[0].rows[:, 1])
        shares.append((trained.weights.values[1][rows[rows >= 0]] == 0).mean())
    assert shares[0] < 0.4 < shares[1]


@pytest.mark.parametrize("at", [1, 2, 5, 9])
@pytest.mark.parametrize("config", SETTINGS, ids=NAMES)
def test_an_interrupted_training_ends_with_the_same_bytes(config, at, tmp_path, monkeypatch):
    monkeypatch.setattr("nlptool.crf.sgd.CHUNK_NS", 1.0)  # one batch a call
    monkeypatch.setattr("nlptool.crf.objective.ROWS", 500)
    monkeypatch.setattr("nlptool.crf.objective.CALL_NS", 1.0)
    data = corpus()
    scores = iter(range(100))

    def measure(_):
        return float(next(scores) % 3)

    whole = train(*data, config, measure=measure)
    scores = iter(range(100))
    n_done = 0

    def interrupt(event):
        nonlocal n_done
        n_done += isinstance(event, Progress)
        if n_done == at:
            raise KeyboardInterrupt

    path = str(tmp_path / "m.crf.checkpoint")
    with pytest.raises(KeyboardInterrupt):
        train(
            *data,
            config,
            measure=measure,
            checkpoint=Checkpoint(path, "crf-checkpoint", 1e9),
            report=interrupt,
        )
    threads = Config(**{**vars(config), "threads": 2})
    resumed = train(
        *data, threads, measure=measure, checkpoint=Checkpoint(path, "crf-checkpoint", resume=True)
    )
    assert sha(resumed) == sha(whole)
    assert resumed.facts == whole.facts


def test_a_checkpoint_now_and_then(tmp_path):
    path = tmp_path / "c"
    train(*corpus(), Config(epochs=2), checkpoint=Checkpoint(str(path), "crf-checkpoint", 0.0))
    assert load(str(path), "crf-checkpoint").training["position"]["epoch"] == 2


def interrupted(path, data, config):
    def stop(_):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        train(*data, config, checkpoint=Checkpoint(path, "crf-checkpoint", 1e9), report=stop)


def test_other_settings_and_another_corpus_are_refused(tmp_path):
    path, data, config = str(tmp_path / "c"), corpus(), Config(epochs=3)
    interrupted(path, data, config)
    resume = Checkpoint(path, "crf-checkpoint", resume=True)
    with pytest.raises(ConfigError) as error:
        train(*data, Config(epochs=4), checkpoint=resume)
    assert str(error.value) == (
        f"{path}: made with epochs 3, expected 4; resume with the same settings, "
        "or start again without --resume"
    )
    for other in ({}, {"inputs": "x"}):
        with pytest.raises(CorpusError) as refused:
            train(*(corpus(seed=2) if not other else data), config, checkpoint=resume, **other)
        assert str(refused.value) == (
            f"{path}: made from another corpus, expected the one given now; "
            "start again without --resume"
        )


@pytest.mark.parametrize("algorithm", ["sgd", "lbfgs"])
def test_a_checkpoint_that_makes_no_sense(algorithm, tmp_path):
    path, data = str(tmp_path / "c"), corpus()
    interrupted(path, data, Config(algorithm=algorithm, epochs=3))
    stored = load(path)
    position = stored.training["position"]
    changed = [
        (stored.tensors, {name: -1 if type(value) is int else None})
        for name, value in position.items()
        if name != "best_score"
    ]
    for name, array in stored.tensors.items():
        changed.append(({**stored.tensors, name: array[..., :-1] if array.size else array + 1}, {}))
        if array.size:
            broken = np.array(array)
            broken.reshape(-1)[0] = np.nan
            changed.append(({**stored.tensors, name: broken}, {}))
    for tensors, other in changed:
        if all(np.array_equal(tensors[n], stored.tensors[n]) for n in tensors) and not other:
            continue
        about = {**stored.training, "position": {**position, **other}}
        publish(path, "crf-checkpoint", config=stored.config, training=about, tensors=tensors)
        with pytest.raises(ModelError, match=r"checkpoint: its .*; it is damaged"):
            train(
                *data, Config(algorithm=algorithm, epochs=3),
                checkpoint=Checkpoint(path, "crf-checkpoint", resume=True),
            )  # fmt: skip


def test_early_stopping_keeps_the_best_weights():
    scores = iter([0.5, 0.7, 0.6, 0.7, 0.9])
    seen = []

    def measure(weights):
        seen.append(sha_of(weights))
        return next(scores)

    def sha_of(weights):
        return hashlib.sha256(weights.values[0].tobytes()).hexdigest()

    trained = train(*corpus(), Config(epochs=20, patience=2), measure=measure)
    assert len(seen) == 4
    assert sha_of(trained.weights) == seen[1]
    assert trained.facts["best_epoch"] == 2 and trained.facts["best_score"] == 0.7
    assert [entry["score"] for entry in trained.facts["history"]] == [0.5, 0.7, 0.6, 0.7]


def test_init_goes_on_from_weights():
    data = corpus()
    first = train(*data, Config(epochs=10, average=False))
    more = train(*data, Config(epochs=1, average=False), init=first.weights)
    fresh = train(*data, Config(epochs=1, average=False))
    assert more.facts["history"][0]["loss"] < fresh.facts["history"][0]["loss"] / 2


def test_sentences_that_are_not_legal_are_left_out():
    data = corpus()
    legality = Legality.anything(3)
    legality.pairs[0, 1] = False
    told = []
    trained = train(*data, Config(epochs=2), legality=legality, report=told.append)
    labels, starts, pad = data[0].labels, data[0].starts, data[0].pad
    n_bad = 0
    for a, b in pairwise(starts):
        gold = labels[a + pad : b - pad]
        n_bad += bool(((gold[:-1] == 0) & (gold[1:] == 1)).any())
    assert n_bad > 0
    assert trained.facts["left_out"] == n_bad
    assert told[0] == Note(f"{n_bad} sentences have labels that are not legal: left out")
    assert trained.weights.transitions[0, 1] == 0


def test_sentences_without_legal_labels():
    legality = Legality.anything(3)
    legality.start[:] = False
    with pytest.raises(CorpusError) as error:
        train(*corpus(), Config(), legality=legality)
    assert str(error.value) == (
        "the corpus has no sentence with legal labels, expected at least one"
    )


def test_partly_known_labels_teach_too():
    data = corpus(unknown=0.5)
    trained = train(*data, Config(epochs=20))
    assert trained.weights.values[0][1, 1].argmax() == 1


def test_one_label():
    trained = train(*corpus(20, n_labels=1), Config(epochs=2))
    assert trained.facts["history"][-1]["loss"] == pytest.approx(0, abs=1e-6)


def test_too_many_labels():
    encoded, template, n_records = corpus(5)
    many = Encoded(
        encoded.rows, encoded.starts, encoded.labels, encoded.pad,
        tuple(str(i) for i in range(100_000)),
    )  # fmt: skip
    with pytest.raises(ConfigError) as error:
        train(many, template, n_records, Config())
    assert str(error.value) == (
        "the corpus has 100,000 different labels, expected at most 2,000; "
        "is the label's column the right one?"
    )


@pytest.mark.parametrize("template", ["U0:%x[0,0]\nB1:%x[0,0]", "U0:%x[0,0]\nU1:%x[0,0]\nB", "B"])
def test_other_templates(template):
    trained = train(*corpus(template=template), Config(epochs=10, rate=0.3))
    history = trained.facts["history"]
    assert history[-1]["loss"] < history[0]["loss"]


@pytest.mark.parametrize("algorithm", ["sgd", "lbfgs"])
def test_divergence_stops_and_saves_nothing(algorithm, tmp_path):
    data = corpus()
    first = train(*data, Config(epochs=1))
    first.weights.values[0][:] = np.nan
    path = tmp_path / "c"
    with pytest.raises(RunError) as error:
        train(
            *data, Config(algorithm=algorithm), init=first.weights,
            checkpoint=Checkpoint(str(path), "crf-checkpoint", 0.0),
        )  # fmt: skip
    assert re.fullmatch(
        r"training diverged at (epoch 1, sentence \d+|iteration 1): (the loss|a weight) is not "
        r"finite, expected a number(; lower --rate)?",
        str(error.value),
    )
    assert not path.exists()


@pytest.mark.parametrize("loss", ["focal", "soft-truncation"])
def test_labels_that_are_all_but_impossible_do_not_break_a_loss_of_margins(loss):
    data = corpus()
    wrong = train(*corpus(seed=2), Config(epochs=30, rate=3.0)).weights
    for part in wrong.values:
        part *= -60.0
    trained = train(*data, Config(epochs=4, rate=0.5, loss=loss), init=wrong)
    assert all(np.isfinite(part).all() for part in trained.weights.values)
    assert np.isfinite(trained.facts["history"][-1]["loss"])
