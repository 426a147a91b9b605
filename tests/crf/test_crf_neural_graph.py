import pytest

from nlptool.crf.neural_config import BLOCKS, Neural
from nlptool.crf.neural_graph import TAGS, graph_of


@pytest.mark.parametrize("blocks", BLOCKS)
def test_every_network_gives_each_label_a_score(blocks: str) -> None:
    config = Neural(blocks=blocks, width=6, depth=2)
    graph = graph_of(config, n_ids=9, width_seen=5, n_labels=4)
    assert graph.outputs == (TAGS,)
    assert graph.widths[TAGS] == 4
    assert graph.inputs() == ["chars", "seen"]


def test_the_published_network() -> None:
    config = Neural(blocks="conv", width=128, depth=3, characters=128, dropout=0.0)
    graph = graph_of(config, n_ids=5000, width_seen=0, n_labels=4)
    assert [block.kind for block in graph.blocks] == ["ids", "embed", *["conv"] * 3, "dense", "crf"]
    assert graph.shapes["layer2.kernel"] == (3, 128, 128)
    assert graph.shapes["scores.kernel"] == (128, 4)


def test_characters_may_have_no_vectors_of_their_own() -> None:
    graph = graph_of(Neural(characters=0), n_ids=9, width_seen=5, n_labels=4)
    assert "known.tuned" not in graph.shapes
    with pytest.raises(ValueError, match="a network that sees nothing"):
        graph_of(Neural(characters=0), n_ids=9, width_seen=0, n_labels=4)


def test_gated_convolutions_widen() -> None:
    config = Neural(blocks="gated", depth=4)
    graph = graph_of(config, n_ids=9, width_seen=0, n_labels=4)
    found = [block.settings["dilation"] for block in graph.blocks if block.kind == "gated"]
    assert found == [1, 2, 4, 1]


def test_columns_are_one_input() -> None:
    graph = graph_of(Neural(columns=5), n_ids=9, width_seen=0, n_labels=4, n_marks=30)
    assert graph.inputs() == ["chars", "marks"]
    assert graph.shapes["marked.tuned"] == (31, 5)
    assert graph.shapes["narrow.kernel"] == (64 + 5, 128)
    graph = graph_of(Neural(characters=0), n_ids=9, width_seen=0, n_labels=4, n_marks=30)
    assert graph.inputs() == ["chars", "marks"]
