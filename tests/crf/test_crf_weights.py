import numpy as np
import pytest

from nlptool.crf.template import parse_template
from nlptool.crf.weights import Legality, carry_over, layout_of, weights_of


def test_layout_by_hand():
    template = parse_template(
        "U0:%x[-1,0]\nU1:%x[0,0]\nU2:%x[1,0]\nU3:%x[-1,0]/%x[1,0]\nB0:%x[0,0]\nB1:%x[-1,0]\nB",
        "t",
        ["0"],
    )
    layout = layout_of(template.shapes, [5, 7, 4], 3, pad=template.pad)
    assert list(layout.strides) == [9, 3, 18]
    assert list(layout.bases) == [0, 45, 66, 138]
    assert layout.size == 138 + 9 + 3 + 3
    assert list(layout.edges) == [False, False, True] and layout.has_edges
    # Shifts that rise by one stand behind each other.
    assert layout.runs.tolist() == [[0, -1, 0, 9], [1, -1, 0, 3], [2, -1, 0, 18]]
    assert list(layout.run_of) == [0, 1, 2, 3]


def test_a_gap_ends_a_run():
    template = parse_template("U0:%x[-2,0]\nU1:%x[0,0]\nU2:%x[1,0]", "t", ["0"])
    layout = layout_of(template.shapes, [4], 2, pad=2)
    assert layout.runs.tolist() == [[0, -2, 0, 2], [0, 0, 2, 4]]


def test_weights_are_views_of_the_flat_array():
    template = parse_template("U0:%x[0,0]\nB0:%x[0,0]\nB", "t", ["0"])
    layout = layout_of(template.shapes, [2, 3], 2, pad=0)
    flat = np.arange(layout.size, dtype=np.float32)
    weights = weights_of(flat, layout, ["x", "y"], Legality.anything(2))
    assert [value.shape for value in weights.values] == [(2, 1, 2), (3, 1, 2, 2)]
    assert weights.transitions.tolist() == [[16, 17], [18, 19]]
    assert weights.start.tolist() == [20, 21] and weights.end.tolist() == [22, 23]
    assert np.shares_memory(weights.values[0], flat)
    assert (weights.flat(layout) == flat).all()
    with pytest.raises(ValueError, match="24 weights, expected 22"):
        weights.flat(layout_of(template.shapes, [1, 3], 2, pad=0))


def test_templates_that_differ_only_in_their_place_share_weights():
    template = parse_template("U:%x[-1,0]\nU:%x[0,0]\nU:%x[1,0]", "t", ["0"])
    layout = layout_of(template.shapes, [4], 2, pad=1)
    n_places = template.shapes[0].n_places
    assert layout.strides.tolist() == [2 * n_places]
    assert sum(layout.runs[:, 3]) == 6


def test_weights_of_an_older_model_with_new_labels_and_records():
    template = parse_template("U0:%x[0,0]\nB0:%x[0,0]\nB", "t", ["0"])
    layout = layout_of(template.shapes, [2, 1], 2, pad=0)
    flat = np.arange(1, layout.size + 1, dtype=np.float32)
    old = weights_of(flat, layout, ["x", "y"], Legality.anything(2))
    new = carry_over(
        old, ["y", "z", "x"], [np.array([1, -1, 0]), np.array([-1, 0])], Legality.anything(3)
    )
    assert new.labels == ("y", "z", "x")
    assert new.values[0][:, 0].tolist() == [[4, 0, 3], [0, 0, 0], [2, 0, 1]]
    assert new.values[1][:, 0].tolist() == [
        np.zeros((3, 3)).tolist(),
        [[8, 0, 7], [0] * 3, [6, 0, 5]],
    ]
    assert new.transitions.tolist() == [[12, 0, 11], [0, 0, 0], [10, 0, 9]]
    assert new.start.tolist() == [14, 0, 13] and new.end.tolist() == [16, 0, 15]
    assert len(new.flat(layout_of(template.shapes, [3, 2], 3, pad=0))) == 9 + 18 + 15
