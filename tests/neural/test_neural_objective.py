"""What an objective is asked while it is trained."""

import numpy as np
import pytest

keras = pytest.importorskip("keras", reason="the extra `neural` is not installed")

from nlptool.neural.forward import answer  # noqa: E402  only where Keras is
from nlptool.neural.network import Network  # noqa: E402  only where Keras is
from nlptool.neural.objective import asker  # noqa: E402  only where Keras is
from nlptool.neural.weights import drawn  # noqa: E402  only where Keras is
from tests.neural.examples import GRAPHS, batch_for  # noqa: E402  only where Keras is


def test_what_a_crf_block_has_learned_comes_with_its_scores() -> None:
    graph = GRAPHS["convolutions"]
    weights = drawn(graph, 1)
    weights["tags.transitions"] = np.arange(9, dtype=np.float32).reshape(3, 3)
    batch = batch_for(graph)
    found = asker(Network(graph, weights))(batch)
    assert sorted(found) == ["one", "tags", "tags.first", "tags.last", "tags.transitions"]
    assert np.array_equal(found["tags.transitions"], weights["tags.transitions"])
    shown = batch["words"] > 0
    assert np.allclose(
        found["tags"][shown], answer(graph, weights, batch)["tags"][shown], atol=1e-5
    )


def test_without_one_there_are_the_outputs_alone() -> None:
    graph = GRAPHS["attentive"]
    assert list(asker(Network(graph, drawn(graph, 1)))(batch_for(graph))) == ["out"]
