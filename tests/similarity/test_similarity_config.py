import pytest

from nlptool.errors import ConfigError
from nlptool.similarity.config import Config


@pytest.mark.parametrize(
    ("setting", "message"),
    [
        (
            {"encoder": "bert"},
            "--encoder: 'bert', expected one of sif, gru, attention, convolution",
        ),
        ({"smooth": 0.0}, "--smooth: 0, expected 1e-09 to 1000"),
        ({"ngram": 4}, "--ngram: 4, expected 1 to 3"),
        ({"ngram_dim": 100}, "--ngram-dim: 100, expected a multiple of 64"),
        ({"ngram_share": float("nan")}, "--ngram-share: nan, expected 0 to 1"),
    ],
)
def test_settings_have_limits(setting, message):
    with pytest.raises(ConfigError) as error:
        Config(**setting)
    assert str(error.value) == message
