"""How many different tokens there are, guessed in little memory.

Of the hashes of all tokens the smallest few are kept: the closer they lie to 0, the more
different ones there are. Counting exactly is for `table`.

Source: Z. Bar-Yossef et al., Counting Distinct Elements in a Data Stream, RANDOM 2002,
section 2, the estimate unbiased as K. Beyer et al., SIGMOD 2007, section 3, has it.
"""

import numpy as np

from nlptool.core.table import Table
from nlptool.core.tokens import Bytes, Words

KEPT = 1 << 14
"""Hashes; the guess is wrong by 0.8 % on average."""

_MARGIN = 1.04
"""What is added to a guess, five times that, so that it is enough."""


class Sketch:
    """What is remembered of tokens seen."""

    def __init__(self) -> None:
        self._least: Words = np.empty(0, np.uint64)
        self._n_tokens = self._n_bytes = 0

    def add(self, text: Bytes, n_tokens: int) -> None:
        """See tokens, each followed by a space; better many at once."""
        table = Table()
        table.read_all(text, n_tokens, add=True)
        self._n_tokens += table.n_types
        self._n_bytes += len(table.text) - table.n_types
        self._least = np.unique(np.concatenate((self._least, table.codes())))[:KEPT]

    def guess(self) -> tuple[int, int]:
        """Return about how many different tokens were seen, rather too many, and their bytes."""
        n_types = len(self._least)
        if n_types == KEPT:
            n_types = int(_MARGIN * (KEPT - 1) * 2.0**64 / float(self._least[-1]))
        return n_types, -(-n_types * self._n_bytes // max(1, self._n_tokens))
