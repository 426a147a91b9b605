"""Checkpoints as files: resumed, refused, removed."""

from dataclasses import replace

import numpy as np
import pytest

from nlptool.core.store import publish
from nlptool.errors import ConfigError, CorpusError, ModelError
from nlptool.neural.checkpoint import Checkpoint
from nlptool.neural.state import State


def checkpoint(tmp_path, **settings):
    return Checkpoint(
        str(tmp_path / "c"), "test-checkpoint", {"rate": 0.1}, "abc", resume=True, **settings
    )


def test_there_and_back(tmp_path):
    one = checkpoint(tmp_path)
    assert one.open() is None
    state = State({"network/x": np.ones(3, np.float32)}, epoch=3, history=[{"epoch": 1}])
    one.save(state)
    back = one.open()
    assert back.position() == state.position()
    assert (back.variables["network/x"] == 1).all()
    assert replace(one, resume=False).open() is None
    one.remove()
    one.remove()
    assert one.open() is None


def test_who_wants_one(tmp_path):
    one = replace(checkpoint(tmp_path), resume=False)
    assert not one.wanted
    assert replace(one, seconds=60).wanted
    assert replace(one, resume=True).wanted


def test_another_run_is_refused(tmp_path):
    one = checkpoint(tmp_path)
    one.save(State({"network/x": np.ones(3, np.float32)}))
    with pytest.raises(ConfigError) as error:
        replace(one, config={"rate": 0.2}).open()
    assert str(error.value) == (
        f"{one.path}: made with rate 0.1, expected 0.2; "
        "resume with the same settings, or start again without --resume"
    )
    with pytest.raises(CorpusError) as error:
        replace(one, corpus="def").open()
    assert str(error.value) == (
        f"{one.path}: made from another corpus, expected the one given now; "
        "start again without --resume"
    )
    with pytest.raises(ModelError) as error:
        replace(one, kind="later").open()
    assert str(error.value) == f"{one.path}: a test-checkpoint model, expected a later model"
    publish(one.path, one.kind, config=one.config, training={"corpus": "abc"}, tensors={})
    with pytest.raises(ModelError) as error:
        one.open()
    assert str(error.value) == f"{one.path}: it does not say how far it is; it is damaged"
