"""Answers without Keras: against slow twins, and whatever the padding."""

import numpy as np
import pytest

from nlptool.neural.forward import answer, answer_all
from nlptool.neural.graph import Graph, block
from tests import naive_neural as naive
from tests.neural.examples import GRAPHS, ROWS, batch_for, ids, masks

TEXT = (block("words", "ids"), block("x", "embed", "words", rows=ROWS, width=6, tuned=ROWS))


def weights_of(graph, seed=3):
    """Weights none of which is zero or small."""
    rng = np.random.default_rng(seed)
    return {
        name: rng.normal(scale=0.6, size=shape).astype(np.float32)
        for name, shape in graph.shapes.items()
    }


def one_block(kind, *more, **settings):
    graph = Graph((*TEXT, block("y", kind, "x", *more, **settings)), ("y",))
    return graph, weights_of(graph)


def texts(weights, batch):
    """Yield every text's rows as it is without padding."""
    for row in batch["words"]:
        yield weights["x.tuned"].astype(np.float64)[row[row > 0]]


@pytest.mark.parametrize("directions", ["forward", "backward", "both"])
@pytest.mark.parametrize("kind", ["gru", "lstm"])
def test_recurrent_blocks_are_those_of_a_loop(kind, directions):
    graph, weights = one_block(kind, units=5, directions=directions)
    batch = {"words": ids(np.random.default_rng(1), (3, 6, 1, 6), time=8)}
    found = answer(graph, weights, batch)["y"]
    step = naive.gru if kind == "gru" else naive.lstm
    for row, text in enumerate(texts(weights, batch)):
        expected = []
        for side in ("forward", "backward"):
            if directions in (side, "both"):
                parts = [weights[f"y.{side}_{part}"] for part in ("kernel", "recurrent", "bias")]
                order = 1 if side == "forward" else -1
                expected.append(step(text[::order], *parts)[::order])
        assert np.allclose(found[row, : len(text)], np.concatenate(expected, axis=1), atol=2e-6)


@pytest.mark.parametrize(("window", "dilation"), [(1, 1), (2, 1), (3, 1), (3, 4), (4, 2)])
def test_convolutions_are_those_of_a_loop(window, dilation):
    batch = {"words": ids(np.random.default_rng(1), (3, 9, 1))}
    graph, weights = one_block("conv", width=4, window=window, dilation=dilation)
    gated, gated_weights = one_block("gated", window=window, dilation=dilation)
    found = answer(graph, weights, batch)["y"]
    mixed = answer(gated, gated_weights, batch)["y"]
    for row, text in enumerate(texts(weights, batch)):
        expected = naive.convolution(text, weights["y.kernel"], weights["y.bias"], dilation)
        assert np.allclose(found[row, : len(text)], expected, atol=2e-6)
    for row, text in enumerate(texts(gated_weights, batch)):
        both = naive.convolution(text, gated_weights["y.kernel"], gated_weights["y.bias"], dilation)
        gate = naive.sigmoid(both[:, 6:])
        expected = (1 - gate) * text + gate * both[:, :6]
        assert np.allclose(mixed[row, : len(text)], expected, atol=2e-6)


def test_attention_is_that_of_a_loop():
    graph, weights = one_block("attention", heads=3, size=2)
    batch = {"words": ids(np.random.default_rng(1), (3, 9, 1))}
    found = answer(graph, weights, batch)["y"]
    own = {name.partition(".")[2]: array for name, array in weights.items()}
    for row, text in enumerate(texts(weights, batch)):
        expected = naive.attention(text, text, own, 3, 2)
        assert np.allclose(found[row, : len(text)], expected, atol=2e-6)


def test_attention_over_attention_is_that_of_a_loop():
    graph = Graph(
        (
            *TEXT,
            block("others", "ids"),
            block("o", "embed", "others", rows=ROWS, width=6, tuned=ROWS, like="x"),
            block("y", "over", "x", "o"),
        ),
        ("y",),
    )
    weights = weights_of(graph)
    rng = np.random.default_rng(1)
    batch = {"words": ids(rng, (3, 9, 1)), "others": ids(rng, (2, 1, 4))}
    found = answer(graph, weights, batch)["y"]
    for row, text in enumerate(texts(weights, batch)):
        other = weights["x.tuned"][batch["others"][row][batch["others"][row] > 0]]
        assert np.allclose(found[row, : len(text), 0], naive.over(text, other), atol=2e-6)
        assert np.isclose(found[row].sum(), 1)


def test_sinusoids():
    graph, weights = one_block("positions")
    weights["x.tuned"][:] = 0
    found = answer(graph, weights, {"words": ids(np.random.default_rng(1), (40,))})["y"]
    assert np.allclose(found[0], naive.positions(40, 6), atol=1e-5)


@pytest.mark.parametrize("how", ["last", "ends", "max", "mean", "attention"])
def test_pools(how):
    graph, weights = one_block("pool", how=how)
    batch = {"words": ids(np.random.default_rng(1), (3, 9, 1, 0), time=11)}
    found = answer(graph, weights, batch)["y"]
    for row, text in enumerate(texts(weights, batch)):
        if not len(text):
            expected = np.zeros(6)
        elif how == "ends":
            expected = np.concatenate([text[-1, :3], text[0, 3:]])
        elif how == "attention":
            inner = np.tanh(text @ weights["y.kernel"] + weights["y.bias"])
            expected = naive.softmax((inner @ weights["y.score"])[:, 0]) @ text
        else:
            expected = {"last": text[-1], "max": text.max(axis=0), "mean": text.mean(axis=0)}[how]
        assert np.allclose(found[row], expected, atol=2e-6)


def test_rows_are_looked_up_in_both_parts_and_averaged():
    graph = Graph(
        (block("words", "ids"), block("x", "embed", "words", rows=5, width=2, tuned=2)), ("x",)
    )
    weights = {
        "x.tuned": np.array([[9, 9], [1, 2]], np.float32),
        "x.fixed": np.array([[3, 4], [5, 6], [7, 8]], np.float32),
    }
    found = answer(graph, weights, {"words": np.array([[1, 2, 4, 0]], np.int32)})["x"]
    assert found.tolist() == [[[1, 2], [3, 4], [7, 8], [0, 0]]]
    several = np.array([[[1, 2], [4, 0], [0, 0]]], np.int32)
    found = answer(graph, weights, {"words": several})["x"]
    assert found.tolist() == [[[2, 3], [7, 8], [0, 0]]]


@pytest.mark.parametrize("name", GRAPHS)
def test_padding_never_changes_an_answer(name):
    graph, weights = GRAPHS[name], weights_of(GRAPHS[name])
    short, long = (batch_for(graph, more=more) for more in (0, 9))
    less, more = answer(graph, weights, short), answer(graph, weights, long)
    for output in graph.outputs:
        assert np.isfinite(more[output]).all()
        if graph.forms[output] == "vector":
            assert np.allclose(less[output], more[output], atol=1e-6)
        else:
            a, b = masks(short, output), masks(long, output)
            assert np.allclose(less[output][a], more[output][b], atol=1e-6)


@pytest.mark.parametrize("name", GRAPHS)
def test_others_in_the_batch_never_change_an_answer(name):
    graph, weights = GRAPHS[name], weights_of(GRAPHS[name])
    batch = batch_for(graph, lengths=(4, 1, 7, 5))
    together = answer(graph, weights, batch)
    for row in range(4):
        alone = answer(graph, weights, {key: array[[row]] for key, array in batch.items()})
        for output in graph.outputs:
            there = together[output][row]
            if graph.forms[output] == "sequence":
                shown = masks(batch, output)[row]
                assert np.allclose(alone[output][0][shown], there[shown], atol=1e-6)
            else:
                assert np.allclose(alone[output][0], there, atol=1e-6)


@pytest.mark.parametrize("name", GRAPHS)
def test_empty_texts_have_a_finite_answer_of_their_own(name):
    graph, weights = GRAPHS[name], weights_of(GRAPHS[name])
    full = answer(graph, weights, batch_for(graph, lengths=(4, 0, 7, 0)))
    alone = answer(graph, weights, batch_for(graph, lengths=(0,)))
    for output in graph.outputs:
        assert np.isfinite(full[output]).all()
        if graph.forms[output] == "vector" and name != "reader":
            assert np.allclose(full[output][1], alone[output][0], atol=1e-6)
            assert np.allclose(full[output][3], full[output][1], atol=1e-6)


@pytest.mark.parametrize("threads", [1, 2, 3])
def test_many_batches_in_order(threads):
    graph, weights = GRAPHS["gru-both-ends"], weights_of(GRAPHS["gru-both-ends"])
    batches = [batch_for(graph, seed=seed) for seed in range(20)]
    found = list(answer_all(graph, weights, iter(batches), threads=threads))
    assert len(found) == 20
    for batch, one in zip(batches, found, strict=True):
        assert (one["found"] == answer(graph, weights, batch)["found"]).all()
    assert list(answer_all(graph, weights, [], threads=threads)) == []
