"""build(config, ...) -> the network that turns a sentence into a vector, as data.

Without word vectors and with `gru` it is the published one: characters, a GRU, its last state.
With them the words are read beside the characters. No Keras here, see `neural.graph`.
"""

from nlptool.neural.graph import Block, Graph, block
from nlptool.similarity.config_network import Learning

OUTPUT = "vector"
_HEADS = 4


def build(config: Learning, n_characters: int, word_dim: int) -> Graph:
    """Return the network.

    Args:
        config: the settings.
        n_characters: rows of the table of characters: padding, unknown, then the known ones.
        word_dim: numbers in the vector of a word; 0 where words are not read.

    Returns:
        A graph from "characters" (ids), and "words" (ids, for padding only) with "meanings"
        (their vectors), to a "vector" of unit length.
    """
    blocks = [
        block("characters", "ids"),
        block("spelt", "embed", "characters", rows=n_characters, width=config.dim,
              tuned=n_characters),
        block("seen", "dropout", "spelt", rate=config.dropout),
        *_READERS[config.encoder](config.dim),
    ]  # fmt: skip
    parts = ["read"]
    if config.encoder != "gru":
        blocks.append(block("bag", "pool", "seen", how="attention"))
        parts.append("bag")
    if word_dim:
        blocks += [
            block("words", "ids"),
            block("meanings", "numbers", "words", width=word_dim),
            block("meant", "dropout", "meanings", rate=config.dropout),
            block("turned", "dense", "meant", width=config.dim, activation="tanh"),
            block("said", "pool", "turned", how="attention"),
        ]
        parts.append("said")
    last = "read"
    if len(parts) > 1:
        blocks += [
            block("whole", "join", *parts),
            block("pressed", "dense", "whole", width=config.dim),
        ]
        last = "pressed"
    return Graph((*blocks, block(OUTPUT, "unit", last)), (OUTPUT,))


def _gru(dim: int) -> list[Block]:
    return [
        block("states", "gru", "seen", units=dim, directions="forward"),
        block("read", "pool", "states", how="last"),
    ]


def _attention(dim: int) -> list[Block]:
    return [
        block("placed", "positions", "seen"),
        block("looked", "attention", "placed", heads=_HEADS, size=dim // _HEADS),
        block("both", "add", "placed", "looked"),
        block("even", "norm", "both"),
        block("read", "pool", "even", how="attention"),
    ]


def _convolution(dim: int) -> list[Block]:
    return [
        block("near", "conv", "seen", width=dim, window=3, activation="relu"),
        block("read", "pool", "near", how="max"),
    ]


_READERS = {"gru": _gru, "attention": _attention, "convolution": _convolution}
