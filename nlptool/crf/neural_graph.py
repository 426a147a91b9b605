"""The network of a tagger, from its settings. Standard library only, but for the graph itself.

    chars: embed                                  }
    marks: embed, the mean of all columns         } join, dense, layers, dense, crf
    seen: vectors of characters, pairs, words     }

Where there are vectors or columns, or the layers are gated, a dense layer makes the input as
narrow as the layers are: most of the work is done there.
"""

from nlptool.crf.neural_config import Neural
from nlptool.neural.graph import Block, Graph, block

TAGS = "tags"
"""The block whose value are the scores of the labels, and whose weights those of pairs."""

FIRST_ID = 2
"""The id of the first character: 0 is padding, 1 what has no id of its own."""


def graph_of(
    config: Neural, *, n_ids: int, width_seen: int, n_labels: int, n_marks: int = 0
) -> Graph:
    """Return the network.

    Args:
        config: its settings.
        n_ids: ids of characters, padding and unknown among them.
        width_seen: numbers that each character gets from vectors; 0 for none.
        n_labels: how many labels there are.
        n_marks: values of all columns beside the characters; 0 for none.

    Raises:
        ValueError: the network would see nothing.
    """
    blocks: list[Block] = [block("chars", "ids")]
    parts: list[str] = []
    if config.characters:
        width = config.characters
        blocks.append(block("known", "embed", "chars", rows=n_ids, width=width, tuned=n_ids))
        parts.append("known")
    if n_marks:
        rows, width = n_marks + 1, config.columns
        blocks.append(block("marks", "ids"))
        blocks.append(block("marked", "embed", "marks", rows=rows, width=width, tuned=rows))
        parts.append("marked")
    if width_seen:
        blocks.append(block("seen", "numbers", "chars", width=width_seen))
        parts.append("seen")
    if not parts:
        raise ValueError("a network that sees nothing")
    if len(parts) > 1:
        blocks.append(block("both", "join", *parts))
        parts = ["both"]
    now = _dropped(blocks, parts[0], config)
    if config.blocks == "gated" or width_seen or n_marks:
        blocks.append(block("narrow", "dense", now, width=config.width, activation="linear"))
        now = "narrow"
    for number in range(config.depth):
        name = f"layer{number}"
        blocks.append(_layer(name, now, number, config))
        now = _dropped(blocks, name, config)
    blocks.append(block("scores", "dense", now, width=n_labels, activation="linear"))
    blocks.append(block(TAGS, "crf", "scores"))
    return Graph(tuple(blocks), (TAGS,))


def _layer(name: str, below: str, number: int, config: Neural) -> Block:
    if config.blocks == "gated":
        return block(name, "gated", below, window=3, dilation=2 ** (number % 3))
    if config.blocks == "conv":
        width = config.width
        return block(name, "conv", below, width=width, window=3, dilation=1, activation="relu")
    return block(name, config.blocks, below, units=config.width // 2, directions="both")


def _dropped(blocks: list[Block], below: str, config: Neural) -> str:
    """Add dropout above a block, if there is any; return the name of what stands there."""
    if not config.dropout:  # none, or an unsettled one
        return below
    name = f"{below}_left"
    blocks.append(block(name, "dropout", below, rate=config.dropout, of="cell"))
    return name
