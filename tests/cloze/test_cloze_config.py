"""Settings and their limits."""

from dataclasses import fields

import pytest
import typer

from nlptool.cli.cloze import app
from nlptool.cloze.config import MODELS, Lstm, Making, configured, named, restored
from nlptool.errors import ConfigError


def options_of(verb):
    return {option.name for option in typer.main.get_command(app).commands[verb].params}


@pytest.mark.parametrize("model", MODELS)
def test_every_setting_of_a_model_is_an_option(model):
    assert {field.name for field in fields(MODELS[model])} <= options_of("train")


def test_every_setting_of_making_is_an_option():
    assert {field.name for field in fields(Making)} <= options_of("make")


def test_settings_come_and_go():
    config = configured("lstm", units=5, rate=None)
    assert config == Lstm(units=5)
    assert named(config)["model"] == "lstm"
    assert restored(named(config)) == config


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"model": "gru"}, "--model: 'gru', expected one of "),
        ({"model": "lstm", "warm_ups": 1}, "--warm-ups: given, but --model lstm has none"),
        ({"model": "lstm", "units": 0}, "--units: 0, expected 1 to 2048"),
        ({"model": "lstm", "dropout": float("nan")}, "--dropout: nan, expected 0 to 0.95"),
    ],
)
def test_what_cannot_be(given, message):
    with pytest.raises(ConfigError) as caught:
        configured(**given)
    assert str(caught.value).startswith(message)


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"low": 9, "high": 5}, "--high: 5, expected 9 to 1e+06"),
        ({"repeats": 1}, "--repeats: 1, expected 2 to 1000"),
        ({"count": 0}, "--count: 0, expected 1 to 1e+09"),
        ({"favour": -1.0}, "--favour: -1, expected 0 to 10"),
    ],
)
def test_what_cannot_be_made(given, message):
    with pytest.raises(ConfigError) as caught:
        Making(**given)
    assert str(caught.value) == message


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"model": 3}, "model '3', expected one of "),
        ({"model": "gru"}, "model 'gru', expected one of "),
        ({"more": 1}, "setting 'more' is unknown or missing"),
        ({"units": 2.0}, "setting 'units' is of another type than it was"),
        ({"units": True}, "setting 'units' is of another type than it was"),
        ({"units": -1}, "--units: -1, expected 1 to 2048"),
    ],
)
def test_settings_of_a_stranger(change, message):
    with pytest.raises(ConfigError) as caught:
        restored(named(Lstm()) | change)
    assert str(caught.value).startswith(message)
