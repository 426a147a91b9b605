"""Networks that between them have every kind of block, with something to read."""

import numpy as np

from nlptool.neural.graph import Graph, block

ROWS = 30


def _embedded(*, tuned=ROWS, width=6):
    return (
        block("words", "ids"),
        block("x", "embed", "words", rows=ROWS, width=width, tuned=tuned),
    )


def recurrent(kind, directions, how):
    return Graph(
        (
            *_embedded(),
            block("noisy", "dropout", "x", rate=0.5, of="column"),
            block("h", kind, "noisy", units=5, directions=directions),
            block("h2", kind, "h", units=4, directions=directions),
            block("one", "pool", "h2", how=how),
            block("found", "unit", "one"),
        ),
        ("h", "found"),
    )


def convolutions():
    return Graph(
        (
            *_embedded(tuned=2),
            block("c1", "conv", "x", width=8, window=3, activation="relu"),
            block("c2", "gated", "c1", window=3, dilation=2),
            block("c3", "gated", "c2", window=2, dilation=4),
            block("c4", "conv", "c3", width=4, window=1, activation="tanh"),
            block("one", "pool", "c4", how="max"),
            block("scores", "dense", "c4", width=3),
            block("tags", "crf", "scores"),
        ),
        ("one", "tags"),
    )


def attentive():
    return Graph(
        (
            *_embedded(width=7),
            block("placed", "positions", "x"),
            block("seen", "attention", "placed", heads=2, size=3),
            block("both", "add", "placed", "seen"),
            block("even", "norm", "both"),
            block("wide", "dense", "even", width=9, activation="sigmoid"),
            block("one", "pool", "wide", how="attention"),
            block("mixed", "mixup", "one"),
            block("out", "dense", "mixed", width=2),
        ),
        ("out",),
    )


def reader():
    """A cloze-like network: text on both sides, a question, characters, numbers, pointers."""
    return Graph(
        (
            block("left", "ids"),
            block("right", "ids"),
            block("letters", "ids"),
            block("notes", "numbers", "left", width=2),
            block("xl", "embed", "left", rows=ROWS, width=6, tuned=2),
            block("xr", "embed", "right", rows=ROWS, width=6, tuned=2, like="xl"),
            block("spelt", "embed", "letters", rows=ROWS, width=4, tuned=0),
            block("hl", "lstm", "xl", units=3),
            block("hr", "lstm", "xr", units=3, like="hl"),
            block("el", "pool", "hl", how="ends"),
            block("er", "pool", "hr", how="last"),
            block("question", "mean", "el", "er"),
            block("chained", "chain", "hl", "hr"),
            block("points", "dot", "chained", "question"),
            block("asked", "spread", "question", "hl"),
            block("close", "times", "hl", "asked"),
            block("far", "attention", "hl", "hr", heads=2, size=2),
            block("all", "join", "hl", "close", "far", "spelt", "notes"),
            block("shares", "over", "hl", "hr"),
            block("deep", "gru", "all", units=3, directions="backward"),
            block("mean", "pool", "deep", how="mean"),
        ),
        ("points", "shares", "all", "mean"),
    )


GRAPHS = {
    **{
        f"{kind}-{directions}-{how}": recurrent(kind, directions, how)
        for kind, directions, how in [
            ("gru", "both", "ends"),
            ("gru", "forward", "last"),
            ("gru", "backward", "mean"),
            ("lstm", "both", "ends"),
            ("lstm", "forward", "last"),
            ("lstm", "backward", "max"),
        ]
    },
    "convolutions": convolutions(),
    "attentive": attentive(),
    "reader": reader(),
}


def ids(rng, lengths, time=None, n=None):
    """Draw texts of these lengths, padded; with n, so many ids a position, some missing."""
    time = time or max(1, *lengths)
    found = rng.integers(1, ROWS, (len(lengths), time, *([n] if n else []))).astype(np.int32)
    for row, length in enumerate(lengths):
        found[row, length:] = 0
    if n:
        found[:, :, 1:][rng.random(found[:, :, 1:].shape) < 0.4] = 0
    return found


def batch_for(graph, *, seed=0, lengths=(4, 1, 7, 5), more=0):
    """Return something to read; `more` positions of padding than needed."""
    rng = np.random.default_rng(seed)
    batch, time = {}, max(1, *lengths)
    for name in graph.inputs():
        if name == "notes":
            whole = rng.normal(size=(len(lengths), time, 2)).astype(np.float32)
        else:
            own = lengths if name != "right" else tuple(reversed(lengths))
            whole = ids(rng, own, n=3 if name == "letters" else None)
        batch[name] = np.pad(whole, [(0, 0), (0, more)] + [(0, 0)] * (whole.ndim - 2))
    return batch


def masks(batch, name):
    """Return which positions of an output of `reader` and the like are there."""
    first = batch["words"] if "words" in batch else batch["left"]
    if name == "points":
        first = np.concatenate([batch["left"], batch["right"]], axis=1)
    return first > 0
