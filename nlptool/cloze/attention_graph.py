"""The network that reads a whole passage, from its settings: ids and numbers in, vectors out.

    words: embed    }
    told: numbers   } join, dense, norm, positions, layers: asks, keys

What it is for and how it is read: `attention.py`.
"""

from nlptool.cloze.attention_config import Attention
from nlptool.neural.graph import Block, Graph, block

GAP = 1
"""The id of a blank; 0 is padding."""

STRANGERS = 64
"""Words without a vector that are told apart in a passage; their ids follow `GAP`."""

FIRST = GAP + 1 + STRANGERS
"""The id of the first word that has a vector."""

N_TOLD = 5
"""Numbers that are told of a word: may it be an answer, is it like a noun, has it two
characters, or more, and the logarithm of how often it stands in the passage."""


def scale_of(units: int) -> float:
    """Return what the products of the two vectors are multiplied by."""
    return float(units**-0.5)


def graph(config: Attention, n_words: int, width: int) -> Graph:
    """Return the network; its outputs are "asks" and "keys", both of width `config.units`.

    Args:
        config: the settings.
        n_words: words that have a vector.
        width: of the vectors.
    """
    units, heads = config.units, config.heads
    tuned = FIRST + min(config.tuned, n_words)
    blocks = [
        block("words", "ids"),
        block("told", "numbers", "words", width=N_TOLD),
        block("x", "embed", "words", rows=n_words + FIRST, width=width, tuned=tuned),
        block("some", "dropout", "x", rate=config.dropout, of="cell"),
        block("both", "join", "some", "told"),
        block("narrow", "dense", "both", width=units, activation="linear"),
        block("base", "norm", "narrow"),
        block("h0", "positions", "base"),
    ]
    for layer in range(config.layers):
        below, now = f"h{layer}", f"h{layer + 1}"
        looks = layer % 3 == 2
        near = f"near{layer}" if looks or config.dropout else now
        blocks.append(block(near, "gated", below, window=3, dilation=2 ** (layer % 3)))
        if config.dropout:
            left = f"left{layer}" if looks else now
            blocks.append(block(left, "dropout", near, rate=config.dropout, of="cell"))
            near = left
        if looks:
            blocks += _look(layer, near, now, heads, units // heads)
    top = f"h{config.layers}"
    blocks += [
        block("asks", "dense", top, width=units, activation="linear"),
        block("all", "join", top, "base"),
        block("keys", "dense", "all", width=units, activation="linear"),
    ]
    return Graph(tuple(blocks), ("asks", "keys"))


def _look(layer: int, below: str, name: str, heads: int, size: int) -> list[Block]:
    return [
        block(f"calm{layer}", "norm", below),
        block(f"look{layer}", "attention", f"calm{layer}", heads=heads, size=size),
        block(f"sum{layer}", "add", below, f"look{layer}"),
        block(name, "norm", f"sum{layer}"),
    ]
