"""The end of the pair method: words that are no more than their parts in a row are taken apart."""

from dataclasses import replace

import numpy as np

from nlptool.newwords.count import Ranked
from nlptool.newwords.cut import Pieces
from nlptool.newwords.kernels_pair import unbind
from nlptool.newwords.words import Found, in_order, planted


def unbound(found: Found, pieces: Pieces, ranked: Ranked, least: int) -> Found:
    """Return the words that are more than their parts, with the counts of those that are not.

    Args:
        found: the words.
        pieces: all pieces.
        ranked: the symbols.
        least: how often a symbol has to be a piece to be a part.
    """
    n_ranks = len(ranked.counts)
    singles = np.zeros(n_ranks, np.int64)
    is_single = pieces.numbers < n_ranks
    singles[pieces.numbers[is_single]] = pieces.counts[is_single]
    # Symbols that are there once are counted together, but are so many words.
    once = singles[: ranked.first].sum() if least <= 1 else 0
    singles[: ranked.first] = 0
    singles[singles < least] = 0
    counts = found.counts.copy()
    order = in_order(found, -found.lengths)
    edges, table, words = planted(found.symbols, found.lengths, n_ranks)
    kept = unbind(
        found.symbols,
        found.lengths,
        order,
        counts,
        singles,
        int(counts.sum() + singles.sum() + once),
        n_ranks,
        edges,
        table,
        words,
    )
    return replace(found, counts=counts).take(np.flatnonzero(kept))
