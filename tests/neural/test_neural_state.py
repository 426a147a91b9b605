"""The state of a fitting: back as it was, refused where it makes no sense."""

import numpy as np
import pytest

from nlptool.errors import ModelError
from nlptool.neural.state import State


def state():
    return State(
        {"network/x": np.ones(3, np.float32), "seeds": np.array([1, 2], np.int64)},
        {"network/x": np.zeros(3, np.float32)},
        epoch=2,
        step=5,
        loss_sum=1.25,
        history=[{"epoch": 1, "loss": 0.5}],
        best=0.75,
        since=1,
    )


def test_there_and_back():
    back = State.restored(state().tensors(), state().position())
    assert back.position() == state().position()
    assert back.tensors().keys() == state().tensors().keys()
    for name, array in state().tensors().items():
        assert (back.tensors()[name] == array).all()
        assert back.tensors()[name].dtype == array.dtype


@pytest.mark.parametrize(
    "change",
    [
        lambda tensors, position: tensors.clear(),
        lambda tensors, position: [tensors.pop(name) for name in ("now/network/x", "now/seeds")],
        lambda tensors, position: tensors.update(other=np.zeros(1)),
        lambda tensors, position: position.pop("epoch"),
        lambda tensors, position: position.update(epoch=-1),
        lambda tensors, position: position.update(epoch=1.0),
        lambda tensors, position: position.update(history=[1]),
        lambda tensors, position: position.update(more=1),
    ],
)
def test_what_makes_no_sense_is_refused(change):
    tensors, position = state().tensors(), state().position()
    change(tensors, position)
    with pytest.raises(ModelError) as error:
        State.restored(tensors, position)
    assert str(error.value) == "checkpoint: its parts make no sense; it is damaged"
