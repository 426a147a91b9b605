import pytest

from nlptool.similarity.config_network import ENCODERS, Learning
from nlptool.similarity.network import OUTPUT, build


def test_the_published_network():
    graph = build(Learning(), 100, 0)
    assert [block.kind for block in graph.blocks] == [
        "ids",
        "embed",
        "dropout",
        "gru",
        "pool",
        "unit",
    ]
    assert graph.shapes["spelt.tuned"] == (100, 128)
    assert graph.shapes["states.forward_recurrent"] == (128, 3 * 128)
    assert graph.widths[OUTPUT] == 128


@pytest.mark.parametrize("encoder", ENCODERS)
@pytest.mark.parametrize("word_dim", [0, 100])
def test_every_network_gives_one_vector(encoder, word_dim):
    graph = build(Learning(encoder=encoder, dim=64), 50, word_dim)
    assert graph.outputs == (OUTPUT,)
    assert graph.forms[OUTPUT] == "vector"
    assert graph.widths[OUTPUT] == 64
    assert graph.inputs() == ["characters", *(["words", "meanings"] if word_dim else [])]
