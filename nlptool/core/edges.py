"""Where a random order is cut into parts: hashes, more than memory may hold, and shares.

The order is that of the hashes. They are sorted some at a time, by their first bits, which
have been counted before.
"""

from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

Hashes = NDArray[np.uint64]

AT_ONCE = 1 << 23
"""Hashes that are sorted at once, 64 MiB of them."""

CHUNK = 1 << 20
"""Hashes that are looked at at once."""

N_BINS = 1 << 16
"""How many different first 16 bits there are."""


def edges_of(
    hashes: Hashes, histogram: NDArray[np.int64], shares: Sequence[float]
) -> tuple[Hashes | None, tuple[int, ...]]:
    """Find where the parts begin, in the order of the hashes.

    Equal hashes stay together, so an edge may miss its place by half of how many are equal
    there; without them it is exact. Every part gets at least one hash.

    Args:
        hashes: shape (n,), in any order; they may be on disk.
        histogram: shape (N_BINS,): how many hashes begin with each 16 bits.
        shares: of each part; their sum is 1.

    Returns:
        The first hash of every part but the first, rising, shape (n_parts - 1,); and how many
        different hashes each part has. None if there are fewer hashes than parts.
    """
    n_inner = len(shares) - 1
    wanted = np.rint(np.cumsum(shares)[:n_inner] * len(hashes)).astype(np.int64)
    # For each edge: how many groups stand before the nearest possible place, and how far
    # from the wanted one that is, in units.
    best = np.zeros(n_inner, np.int64)
    distance = wanted.copy()
    n_groups = n_before = 0
    for _, counts in _groups(hashes, histogram):
        until = n_before + np.cumsum(counts)
        after = np.minimum(np.searchsorted(until, wanted), len(until) - 1)
        for place in (np.maximum(after - 1, 0), after):
            off = np.abs(until[place] - wanted)
            closer = off < distance
            best[closer] = n_groups + 1 + place[closer]
            distance[closer] = off[closer]
        n_groups += len(counts)
        n_before = int(until[-1])
    if n_groups < len(shares):
        return None, (n_groups,)
    # Nobody goes without: at least one group before each edge, between any two, and after.
    rank = np.arange(n_inner)
    best = np.maximum.accumulate(np.maximum(best, 1) - rank) + rank
    best = np.minimum(best, n_groups - n_inner + rank)
    edges = np.empty(n_inner, np.uint64)
    n_groups_before = 0
    for values, _ in _groups(hashes, histogram):
        here = (best >= n_groups_before) & (best < n_groups_before + len(values))
        edges[here] = values[best[here] - n_groups_before]
        n_groups_before += len(values)
    return edges, tuple(np.diff(best, prepend=0, append=n_groups).tolist())


def _groups(
    hashes: Hashes, histogram: NDArray[np.int64]
) -> Iterator[tuple[Hashes, NDArray[np.int64]]]:
    """Yield the different hashes, rising, and how often each is there, some at a time."""
    sums = np.cumsum(histogram)
    first = 0
    while first < N_BINS:
        done = int(sums[first - 1]) if first else 0
        after = max(first + 1, int(np.searchsorted(sums, done + AT_ONCE, side="right")))
        if int(sums[after - 1]) > done:
            values, counts = np.unique(_between(hashes, first, after), return_counts=True)
            yield values, counts
        first = after


def _between(hashes: Hashes, first: int, after: int) -> Hashes:
    """Return the hashes whose first 16 bits are in a range."""
    found = []
    for begin in range(0, len(hashes), CHUNK):
        chunk = hashes[begin : begin + CHUNK]
        tops = chunk >> np.uint64(48)
        found.append(chunk[(tops >= first) & (tops < after)])
    return np.concatenate(found)
