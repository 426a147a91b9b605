"""The network that reads a whole passage, as data."""

from nlptool.cloze.attention_config import Attention
from nlptool.cloze.attention_graph import FIRST, graph


def test_there_is_attention_after_every_third_layer():
    kinds = [one.kind for one in graph(Attention(layers=7), 10, 4).blocks]
    assert (kinds.count("gated"), kinds.count("attention")) == (7, 2)
    assert "dropout" in [one.kind for one in graph(Attention(dropout=0.1), 10, 4).blocks[4:]]


def test_some_vectors_are_learned_on():
    shapes = graph(Attention(tuned=3), 10, 4).shapes
    assert shapes["x.tuned"] == (FIRST + 3, 4)
    assert shapes["x.fixed"] == (7, 4)
    assert "x.fixed" not in graph(Attention(), 10, 4).shapes
