import pytest

from nlptool.errors import ConfigError
from nlptool.similarity.config_network import Learning


@pytest.mark.parametrize(
    ("setting", "message"),
    [
        (
            {"loss": "mse"},
            "--loss: 'mse', expected one of am-softmax, softmax, angular, contrastive, cosent",
        ),
        ({"encoder": "sif"}, "--encoder: 'sif', expected one of gru, attention, convolution"),
        ({"dim": 10}, "--dim: 10, expected a multiple of 4"),
        ({"max_length": 0}, "--max-length: 0, expected 1 to 4096"),
        ({"scale": float("inf")}, "--scale: inf, expected 0.01 to 1000"),
        ({"share": 0.0}, "--share: 0, expected 0.01 to 1"),
        ({"batch": 1}, "--batch: 1, expected 2 to 8192"),
    ],
)
def test_settings_have_limits(setting, message):
    with pytest.raises(ConfigError) as error:
        Learning(**setting)
    assert str(error.value) == message


def test_a_loss_has_a_scale_of_its_own():
    assert [Learning(loss=loss).scaled for loss in ("am-softmax", "contrastive")] == [30.0, 20.0]
    assert Learning(loss="cosent", scale=7.0).scaled == 7.0
