"""Settings of a fitting: their limits, word for word."""

import pytest

from nlptool.errors import ConfigError
from nlptool.neural.config import Fitting


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"epochs": 0}, "--epochs: 0, expected 1 to 10000"),
        ({"rate": 0.0}, "--rate: 0.0, expected 1e-08 to 10"),
        ({"rate": float("nan")}, "--rate: nan, expected 1e-08 to 10"),
        ({"warm_up": 1.5}, "--warm-up: 1.5, expected 0 to 1"),
        ({"average": 1.0}, "--average: 1.0, expected 0 to 0.999999"),
        ({"clip": -1}, "--clip: -1, expected 0 to 1000000.0"),
        ({"decay": "cubic"}, "--decay: 'cubic', expected one of linear, cosine, none"),
        ({"precision": "half"}, "--precision: 'half', expected one of float32, bfloat16"),
    ],
)
def test_limits(settings, message):
    with pytest.raises(ConfigError) as error:
        Fitting(**settings)
    assert str(error.value) == message
