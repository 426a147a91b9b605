import pytest

from nlptool.crf.neural_config import PRESETS, Neural, neural_of
from nlptool.errors import ConfigError


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"blocks": "cnn"}, "--blocks: 'cnn', expected one of lstm, gru, gated, conv"),
        ({"width": 1}, "--width: 1, expected 2 to 2048"),
        ({"width": 7}, "--width: 7, expected an even number for lstm"),
        ({"depth": 0}, "--depth: 0, expected 1 to 16"),
        ({"characters": -1}, "--characters: -1, expected 0 to 2048"),
        ({"columns": 2049}, "--columns: 2049, expected 0 to 2048"),
        ({"dropout": 1.0}, "--dropout: 1.0, expected 0 to 0.9"),
        ({"dropout": float("nan")}, "--dropout: nan, expected 0 to 0.9"),
        ({"linear_share": 1.0}, "--linear-share: 1.0, expected 0 to 0.99"),
        ({"epochs": 0}, "--epochs: 0, expected 1 to 10000"),
        ({"rate": 0.0}, "--rate: 0.0, expected 1e-08 to 10"),
        ({"smoothing": 1.0}, "--smoothing: 1.0, expected 0 to 0.999999"),
        ({"clip": -1.0}, "--clip: -1.0, expected 0 to 1e+06"),
        ({"seed": 2**31}, "--seed: 2147483648, expected 0 to 2.14748e+09"),
    ],
)
def test_what_cannot_be_fitted_is_refused(settings: dict, message: str) -> None:
    with pytest.raises(ConfigError) as error:
        Neural(**settings)
    assert str(error.value) == message


def test_odd_widths_are_for_convolutions() -> None:
    assert Neural(blocks="conv", width=7).width == 7


def test_a_long_text_is_read_fewer_times() -> None:
    few, many = Neural().settled(many=False), Neural().settled(many=True)
    assert few.epochs is not None
    assert many.epochs is not None
    assert few.epochs > many.epochs
    given = Neural(epochs=3, patience=2, dropout=0.1)
    assert given.settled(many=True) == given
    assert few.dropout != many.dropout


def test_the_published_network() -> None:
    found = neural_of("convolutions", {"epochs": None, "seed": 4})
    assert (found.blocks, found.width, found.depth, found.characters) == ("conv", 128, 3, 128)
    assert (found.batch, found.rate, found.linear_share, found.seed) == (128, 1e-3, 0, 4)
    assert neural_of("convolutions", {"depth": 2}).depth == 2
    assert neural_of(None, {"width": None}) == Neural()


def test_presets_can_be_fitted() -> None:
    for name in PRESETS:
        assert neural_of(name, {}).settled(many=True).epochs


def test_no_such_preset() -> None:
    with pytest.raises(ConfigError) as error:
        neural_of("bert", {})
    assert str(error.value) == "--preset: 'bert', expected one of convolutions"
