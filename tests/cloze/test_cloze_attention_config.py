"""Settings of the network that reads a whole passage."""

from dataclasses import asdict

import pytest

from nlptool.cloze.attention_config import Attention
from nlptool.core.settings import restored
from nlptool.errors import ConfigError


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"units": 0}, "--units: 0, expected 1 to 2048"),
        ({"units": 9, "heads": 2}, "--units: 9, expected a multiple of --heads, 2"),
        ({"low": 50, "high": 40}, "--high: 40, expected 50 to 2000"),
        ({"dropout": float("nan")}, "--dropout: nan, expected 0 to 0.95"),
    ],
)
def test_what_cannot_be(given, message):
    with pytest.raises(ConfigError) as caught:
        Attention(**given)
    assert str(caught.value) == message


def test_settings_come_and_go():
    config = Attention(units=8, heads=4)
    assert restored(Attention, asdict(config)) == config


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"more": 1}, "setting 'more' is unknown or missing"),
        ({"units": 2.0}, "setting 'units' is of another type than it was"),
        ({"units": -1}, "--units: -1, expected 1 to 2048"),
    ],
)
def test_settings_of_a_stranger(change, message):
    with pytest.raises(ConfigError) as caught:
        restored(Attention, asdict(Attention()) | change)
    assert str(caught.value) == message
