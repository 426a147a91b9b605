"""Graphs: what fits together, what each network learns, what is refused."""

import re

import pytest

from nlptool.neural.graph import Graph, block

X = (block("words", "ids"), block("x", "embed", "words", rows=9, width=6, tuned=2))


def test_forms_widths_and_shapes():
    graph = Graph(
        (
            *X,
            block("h", "gru", "x", units=4),
            block("o", "pool", "h", how="ends"),
            block("y", "dense", "o", width=3),
        ),
        ("y",),
    )
    assert graph.forms == {
        "words": "ids",
        "x": "sequence",
        "h": "sequence",
        "o": "vector",
        "y": "vector",
    }
    assert graph.widths == {"words": 0, "x": 6, "h": 8, "o": 8, "y": 3}
    assert graph.inputs() == ["words"]
    assert graph.shapes == {
        "x.tuned": (2, 6),
        "x.fixed": (7, 6),
        "h.forward_kernel": (6, 12),
        "h.forward_recurrent": (4, 12),
        "h.forward_bias": (2, 12),
        "h.backward_kernel": (6, 12),
        "h.backward_recurrent": (4, 12),
        "h.backward_bias": (2, 12),
        "y.kernel": (8, 3),
        "y.bias": (3,),
    }


def test_blocks_that_share_weights_have_none():
    graph = Graph(
        (*X, block("again", "embed", "words", rows=9, width=6, tuned=2, like="x")), ("x",)
    )
    assert graph.shapes.keys() == {"x.tuned", "x.fixed"}


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: block("y", "magic", "x"), "block 'y': unknown kind 'magic'"),
        (lambda: block("y", "gru", "x"), "block 'y': missing setting 'units' of kind 'gru'"),
        (lambda: block("y", "unit", "x", a=1), "block 'y': unknown setting 'a' of kind 'unit'"),
        (lambda: block("y", "gru", "x", units=0), "block 'y': units is 0, expected 1 to 4096"),
        (
            lambda: block("y", "gru", "x", units=True),
            "block 'y': units is True, expected 1 to 4096",
        ),
        (
            lambda: block("y", "pool", "x", how="sum"),
            "block 'y': how is 'sum', expected one of last, ends, max, mean, attention",
        ),
        (
            lambda: block("y", "embed", "x", rows=2, width=2, tuned=3),
            "block 'y': more rows are tuned than there are",
        ),
        (lambda: Graph((*X, X[1]), ("x",)), "block 'x': expected a name of its own"),
        (
            lambda: Graph((block("a b", "ids"),), ("a b",)),
            "block 'a b': expected a name of its own",
        ),
        (
            lambda: Graph((*X, block("y", "unit", "z")), ("y",)),
            "block 'y': no block 'z' before it",
        ),
        (
            lambda: Graph((*X, block("y", "gru", "words", units=2)), ("y",)),
            "block 'y': a gru does not take (ids 0)",
        ),
        (
            lambda: Graph((*X, block("o", "pool", "x"), block("y", "join", "o", "x")), ("y",)),
            "block 'y': a join does not take (vector 6, sequence 6)",
        ),
        (
            lambda: Graph(
                (*X, block("d", "dense", "x", width=3), block("y", "add", "x", "d")), ("y",)
            ),
            "block 'y': a add does not take (sequence 6, sequence 3)",
        ),
        (lambda: Graph(X, ("z",)), "outputs ['z'], expected names of blocks"),
        (lambda: Graph(X, ()), "outputs [], expected names of blocks"),
        (
            lambda: Graph((*X, block("y", "dense", "x", width=3, like="x")), ("y",)),
            "block 'y': it cannot have the weights of 'x'",
        ),
    ],
)
def test_what_does_not_fit_is_refused(make, message):
    with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
        make()
