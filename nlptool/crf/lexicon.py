"""Lists of words that a model looks for in the text."""

from dataclasses import dataclass

from nlptool.core.jieba_trie import Nodes

CAP = 5
"""Words of this length and longer ones count as equally long."""


@dataclass(frozen=True, eq=False)
class Lexicon:
    """Words, and perhaps the type of each.

    Args:
        name: what templates call it: NAME.begin, NAME.inside, NAME.end.
        table: the words, see tries.py; the number of a word is that of its type, from 1.
        types: the names of the types; one that is empty where words have none.
        cap: the length from which on words count as equally long.
    """

    name: str
    table: Nodes
    types: tuple[str, ...] = ("",)
    cap: int = CAP
