from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from nlptool.core import store
from nlptool.core.checkpoint import Checkpoint
from nlptool.errors import ConfigError, CorpusError, ModelError

SETTINGS = {"rate": 0.5, "names": ("a", "b")}


def saved(folder: Path) -> Checkpoint:
    checkpoint = Checkpoint(str(folder / "c"), "x-checkpoint", 1.0)
    checkpoint.save(SETTINGS, "abc", {"epoch": 3}, {"weights": np.arange(3.0)})
    return replace(checkpoint, resume=True)


def test_gives_back_what_was_saved(tmp_path: Path) -> None:
    stored = saved(tmp_path).open(SETTINGS, "abc")
    assert stored is not None
    assert stored.training["position"] == {"epoch": 3}
    assert stored.tensors["weights"].tolist() == [0, 1, 2]


def test_is_opened_only_to_resume_and_only_if_it_is_there(tmp_path: Path) -> None:
    checkpoint = saved(tmp_path)
    assert replace(checkpoint, resume=False).open(SETTINGS, "abc") is None
    checkpoint.remove()
    checkpoint.remove()
    assert checkpoint.open(SETTINGS, "abc") is None


def test_is_wanted_by_either_option() -> None:
    assert Checkpoint("c", "x", 1.0).wanted
    assert Checkpoint("c", "x", resume=True).wanted
    assert not Checkpoint("c", "x").wanted


def test_refuses_other_settings_another_corpus_and_another_kind(tmp_path: Path) -> None:
    checkpoint = saved(tmp_path)
    with pytest.raises(ConfigError) as settings:
        checkpoint.open(SETTINGS | {"rate": 0.1}, "abc")
    assert str(settings.value) == (
        f"{checkpoint.path}: made with rate 0.5, expected 0.1; resume with the same settings, "
        "or start again without --resume"
    )
    with pytest.raises(CorpusError) as corpus:
        checkpoint.open(SETTINGS, "abd")
    assert str(corpus.value) == (
        f"{checkpoint.path}: made from another corpus, expected the one given now; "
        "start again without --resume"
    )
    with pytest.raises(ModelError, match="a y-checkpoint model"):
        replace(checkpoint, kind="y-checkpoint").open(SETTINGS, "abc")


def test_a_file_without_a_position_is_damaged(tmp_path: Path) -> None:
    checkpoint = saved(tmp_path)
    store.publish(
        checkpoint.path, "x-checkpoint", config={}, training={"corpus": "abc"}, tensors={}
    )
    with pytest.raises(ModelError) as damaged:
        checkpoint.open({}, "abc")
    assert str(damaged.value) == (
        f"{checkpoint.path}: it does not say how far it is; it is damaged"
    )
