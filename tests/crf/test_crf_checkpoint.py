import numpy as np
import pytest

from nlptool.crf.checkpoint import take
from nlptool.errors import ModelError


def test_ours_become_what_was_given() -> None:
    ours = {"a": np.zeros(3, np.float32), "b": np.zeros((2, 2))}
    a = ours["a"]
    take(ours, {"a": np.arange(3, dtype=np.float32), "b": np.ones((2, 2)), "more": np.zeros(1)})
    assert a.tolist() == [0, 1, 2]
    assert ours["b"].tolist() == [[1, 1], [1, 1]]


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({}, "its weights make no sense"),
        ({"weights": np.zeros(3)}, "its weights make no sense"),
        ({"weights": np.zeros((3, 1), np.float32)}, "its weights make no sense"),
        ({"weights": np.full(3, np.nan, np.float32)}, "its weights are not all finite"),
    ],
)
def test_what_cannot_be_ours(given: dict[str, np.ndarray], message: str) -> None:
    with pytest.raises(ModelError) as error:
        take({"weights": np.zeros(3, np.float32)}, given)
    assert str(error.value) == f"checkpoint: {message}; it is damaged"
