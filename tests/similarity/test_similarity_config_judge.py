import pytest

from nlptool.errors import ConfigError
from nlptool.similarity.config_judge import Judging


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"units": 0}, "--units: 0, expected 1 to 1024"),
        ({"members": 65}, "--members: 65, expected 1 to 64"),
        ({"passes": 0}, "--passes: 0, expected 1 to 10000"),
        ({"limit": -1}, "--limit: -1, expected 0 to 1e+09"),
        ({"seed": -1}, "--seed: -1, expected 0 to 2.14748e+09"),
    ],
)
def test_what_cannot_be_done_is_refused(settings, message):
    with pytest.raises(ConfigError) as error:
        Judging(**settings)
    assert str(error.value) == message
