"""The Keras network: equal to the pass without Keras for every kind of block."""

import numpy as np
import pytest

keras = pytest.importorskip("keras", reason="the extra `neural` is not installed")

from nlptool.neural.forward import FORWARD, answer  # noqa: E402  only where Keras is
from nlptool.neural.kinds import KINDS  # noqa: E402  only where Keras is
from nlptool.neural.layers import LAYERS  # noqa: E402  only where Keras is
from nlptool.neural.network import Network  # noqa: E402  only where Keras is
from nlptool.neural.weights import drawn  # noqa: E402  only where Keras is
from tests.neural.examples import GRAPHS, batch_for, masks  # noqa: E402  only where Keras is


def weights_of(graph, seed=3):
    rng = np.random.default_rng(seed)
    return {
        name: rng.normal(scale=0.6, size=shape).astype(np.float32)
        for name, shape in graph.shapes.items()
    }


def test_every_kind_is_written_twice_and_tried():
    assert LAYERS.keys() == FORWARD.keys() == KINDS.keys()
    assert {block.kind for graph in GRAPHS.values() for block in graph.blocks} == set(KINDS)


@pytest.mark.parametrize("more", [0, 3])
@pytest.mark.parametrize("name", GRAPHS)
def test_keras_and_the_pass_without_it_give_the_same(name, more):
    graph, weights = GRAPHS[name], weights_of(GRAPHS[name])
    batch = batch_for(graph, lengths=(4, 1, 7, 5, 0), more=more)
    values = Network(graph, weights)(batch)
    expected = answer(graph, weights, batch)
    for output in graph.outputs:
        found = keras.ops.convert_to_numpy(values[output].array)
        assert found.shape == expected[output].shape
        if graph.forms[output] == "sequence":
            shown = masks(batch, output)
            assert np.allclose(found[shown], expected[output][shown], atol=1e-5)
        else:
            assert np.allclose(found, expected[output], atol=1e-5)


@pytest.mark.parametrize("name", GRAPHS)
def test_short_products_are_near_and_in_training_only(name):
    graph, weights = GRAPHS[name], weights_of(GRAPHS[name])
    batch = batch_for(graph)
    network, short = Network(graph, weights), Network(graph, weights, short=True)
    exact, same = network(batch), short(batch)
    near, whole = short(batch, training=True), network(batch, training=True)
    dropped = any(block.kind in ("dropout", "mixup") for block in graph.blocks)
    for output in graph.outputs:
        one, other, rough, full = (
            keras.ops.convert_to_numpy(values[output].array)
            for values in (exact, same, near, whole)
        )
        assert (one == other).all()
        assert rough.dtype == np.float32
        if not dropped and graph.forms[output] == "vector":
            assert np.allclose(rough, full, atol=0.05 * max(1, np.abs(full).max()))


@pytest.mark.parametrize("name", GRAPHS)
def test_weights_come_back_as_they_went_in(name):
    graph, weights = GRAPHS[name], drawn(GRAPHS[name], 5)
    network = Network(graph, weights)
    back = network.get()
    assert list(back) == list(graph.shapes)
    for key, array in back.items():
        assert array.dtype == np.float32
        assert (array == weights[key]).all()


def test_frozen_rows_are_not_for_training():
    network = Network(GRAPHS["reader"], drawn(GRAPHS["reader"], 0))
    names = {variable.name for variable in network.trainable_variables}
    assert "xl_tuned" in names
    assert "xl_fixed" not in names
    assert "spelt_fixed" not in names


def test_dropping_and_mixing_are_for_training_only():
    graph = GRAPHS["gru-both-ends"]
    network = Network(graph, weights_of(graph))
    batch = batch_for(graph)
    still = [keras.ops.convert_to_numpy(network(batch)["found"].array) for _ in range(2)]
    assert (still[0] == still[1]).all()
    moved = keras.ops.convert_to_numpy(network(batch, training=True)["found"].array)
    assert not np.allclose(moved, still[0])


def test_mixed_examples():
    graph = GRAPHS["attentive"]
    network = Network(graph, weights_of(graph))
    batch = batch_for(graph)
    mix = {
        "mix_with": np.array([1, 0, 3, 2], np.int32),
        "mix_share": np.array([1, 0.25, 0.5, 0], np.float32),
    }
    plain = keras.ops.convert_to_numpy(network(batch)["one"].array)
    mixed = keras.ops.convert_to_numpy(network(batch | mix, training=True)["mixed"].array)
    assert np.allclose(mixed[0], plain[0], atol=1e-6)
    assert np.allclose(mixed[1], 0.25 * plain[1] + 0.75 * plain[0], atol=1e-6)
    assert np.allclose(mixed[3], plain[2], atol=1e-6)
