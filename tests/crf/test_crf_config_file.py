import json

import pytest

from nlptool.crf.config import Config
from nlptool.crf.config_file import read_config, written_config
from nlptool.errors import ModelError


@pytest.mark.parametrize(
    "config",
    [
        Config().settled(),
        Config(algorithm="lbfgs", l1=0.5).settled(),
        Config(class_weights=(("O", 0.5), ("PER", 2.0))).settled(),
        Config(loss="focal", gamma=1.5).settled(),
    ],
)
def test_settings_come_back(config: Config) -> None:
    written = json.loads(json.dumps(written_config(config)))
    assert "threads" not in written
    assert written_config(read_config("m.crf", written)) == written_config(config)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"unknown": 1}, "its settings are not those of a crf model"),
        ({"threads": 1}, "its settings are not those of a crf model"),
        ({"epochs": "3"}, "setting epochs is '3'; the file is damaged"),
        ({"epochs": True}, "setting epochs is True; the file is damaged"),
        ({"class_weights": "O"}, "setting class_weights is 'O'; the file is damaged"),
    ],
)
def test_settings_that_cannot_be(change: dict[str, object], message: str) -> None:
    settings = {**written_config(Config().settled()), **change}
    with pytest.raises(ModelError) as error:
        read_config("m.crf", json.loads(json.dumps(settings)))
    assert str(error.value) == f"m.crf: {message}"


def test_settings_that_are_none() -> None:
    with pytest.raises(ModelError) as error:
        read_config("m.crf", ["epochs"])
    assert str(error.value) == "m.crf: its settings are not those of a crf model"
