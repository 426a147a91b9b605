"""Weights: drawn alike everywhere, written and taken back, refused where they do not fit."""

import numpy as np
import pytest

from nlptool.core.store import load, publish
from nlptool.errors import ModelError
from nlptool.neural.graph import Graph, block
from nlptool.neural.weights import drawn, stored, taken
from tests.neural.examples import GRAPHS


def test_drawn_weights_are_those_of_the_seed():
    graph = GRAPHS["reader"]
    first, again, other = drawn(graph, 1), drawn(graph, 1), drawn(graph, 2)
    assert first.keys() == graph.shapes.keys()
    for name, shape in graph.shapes.items():
        assert first[name].shape == shape
        assert first[name].dtype == np.float32
        assert (first[name] == again[name]).all()
    assert (first["hl.forward_kernel"] != other["hl.forward_kernel"]).all()


def test_what_is_drawn():
    graph = Graph(
        (
            block("words", "ids"),
            block("x", "embed", "words", rows=9, width=6, tuned=9),
            block("g", "gru", "x", units=4, directions="forward"),
            block("l", "lstm", "g", units=4, directions="forward"),
            block("n", "norm", "l"),
            block("y", "crf", "n"),
        ),
        ("y",),
    )
    weights = drawn(graph, 0)
    square = weights["g.forward_recurrent"]
    assert np.allclose(square @ square.T, np.eye(4), atol=1e-6)
    bound = np.sqrt(6 / (6 + 12))
    assert bound / 2 < np.abs(weights["g.forward_kernel"]).max() <= bound
    assert (weights["g.forward_bias"] == 0).all()
    assert weights["l.forward_bias"].tolist() == [0] * 4 + [1] * 4 + [0] * 8
    assert (weights["n.gain"] == 1).all()
    assert (weights["y.transitions"] == 0).all()


def test_given_weights_are_taken_as_they_are():
    vectors = np.arange(28 * 6, dtype=np.float64).reshape(28, 6)
    weights = drawn(GRAPHS["convolutions"], 0, {"x.fixed": vectors})
    assert (weights["x.fixed"] == vectors).all()
    with pytest.raises(ValueError, match=r"^weight 'x.fixed': given \(1, 6\), expected \(28, 6\)$"):
        drawn(GRAPHS["convolutions"], 0, {"x.fixed": vectors[:1]})
    with pytest.raises(ValueError, match=r"^weight 'y.fixed': the network has none of that name$"):
        drawn(GRAPHS["convolutions"], 0, {"y.fixed": vectors})


def test_a_file_gives_the_weights_back(tmp_path):
    path, graph = str(tmp_path / "m"), GRAPHS["reader"]
    weights = drawn(graph, 1)
    publish(path, "test", config={}, training={}, tensors=stored(weights))
    back = taken(load(path), graph)
    assert list(back) == list(weights)
    assert all((back[name] == weights[name]).all() for name in weights)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda w: w.pop("network/x.fixed"), "no tensor 'network/x.fixed'; the file is damaged"),
        (
            lambda w: w.update({"network/x.fixed": np.zeros((2, 6), np.float32)}),
            "tensor 'network/x.fixed' is float32 2 x 6, expected float32 28 x 6",
        ),
        (
            lambda w: w.update({"network/x.fixed": np.full((28, 6), np.nan, np.float32)}),
            "tensor 'network/x.fixed' has values that are not finite",
        ),
    ],
)
def test_weights_that_do_not_fit_are_refused(tmp_path, change, message):
    path, graph = str(tmp_path / "m"), GRAPHS["convolutions"]
    tensors = stored(drawn(graph, 1))
    change(tensors)
    publish(path, "test", config={}, training={}, tensors=tensors)
    with pytest.raises(ModelError) as error:
        taken(load(path), graph)
    assert str(error.value) == f"{path}: {message}"
