import pytest

from nlptool.crf.config import Config
from nlptool.errors import ConfigError


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"algorithm": "x"}, "--algorithm: 'x', expected one of sgd, lbfgs"),
        ({"decoder": "x"}, "--decoder: 'x', expected one of crf, softmax, memm"),
        (
            {"loss": "x"},
            "--loss: 'x', expected one of nll, focal, soft-truncation, hard-truncation",
        ),
        ({"epochs": 0}, "--epochs: 0, expected 1 to 100000"),
        ({"batch": 0}, "--batch: 0, expected 1 to 100000"),
        ({"patience": 0}, "--patience: 0, expected 1 to 100000"),
        ({"history": 0}, "--history: 0, expected 1 to 100"),
        (
            {"min_feature_count": 0},
            "--min-feature-count: 0, expected 1 to 2147483647",
        ),
        ({"seed": -1}, "--seed: -1, expected 0 to 9223372036854775807"),
        ({"threads": 0}, "--threads: 0, expected 1 to 1024"),
        ({"l1": -1.0}, "--l1: -1.0, expected 0 to 1e+06"),
        ({"l2": float("nan")}, "--l2: nan, expected 0 to 1e+06"),
        ({"tolerance": 2.0}, "--tolerance: 2.0, expected 0 to 1"),
        ({"loss": "focal", "gamma": 101.0}, "--gamma: 101.0, expected 0 to 100"),
        ({"rate": 0.0}, "--rate: 0.0, expected more than 0, at most 100"),
        (
            {"class_weights": (("PER", -1.0),)},
            "--class-weights: PER=-1.0, expected 0 to 1e+06",
        ),
        (
            {"algorithm": "lbfgs", "rate": 0.1},
            "--rate: lbfgs finds its own steps; it is for --algorithm sgd",
        ),
        ({"gamma": 2.0}, "--gamma: --loss nll has none, expected focal or soft-truncation"),
    ],
)
def test_what_cannot_be_trained(settings, message):
    with pytest.raises(ConfigError) as error:
        Config(**settings)
    assert str(error.value) == message


def test_defaults_of_algorithm_and_loss():
    sgd, lbfgs = Config().settled(), Config(algorithm="lbfgs").settled()
    assert sgd.rate and sgd.epochs and sgd.patience and sgd.l2 is not None
    assert lbfgs.rate is None and lbfgs.epochs > sgd.epochs and lbfgs.patience > sgd.patience
    assert Config(loss="focal").settled().gamma == 2.0
    assert Config().settled().gamma is None
    given = Config(loss="focal", gamma=1.0, l2=0.0, epochs=3, patience=1, rate=0.1)
    assert given.settled() == given
