"""Which examples are put together, and how texts of many lengths become one array."""

from collections.abc import Iterator, Sequence

import numpy as np
import numpy.typing as npt

Ids = npt.NDArray[np.int32]
Rows = npt.NDArray[np.int64]

_SPAN = 50  # batches whose examples are sorted by length together


def shuffled(lengths: npt.NDArray[np.int64], size: int, *, seed: int, epoch: int) -> list[Rows]:
    """Return an epoch's batches: in random order, of examples of like length.

    Args:
        lengths: of the examples; shape (n,).
        size: examples in a batch; fewer in the last one.
        seed: of the order.
        epoch: each has an order of its own.

    Returns:
        ceil(n / size) arrays of rows; every example is in one of them.
    """
    rng = np.random.default_rng((seed, epoch))
    order = rng.permutation(len(lengths))
    found: list[Rows] = []
    for low in range(0, len(order), _SPAN * size):
        span = order[low : low + _SPAN * size]
        span = span[np.argsort(lengths[span], kind="stable")]
        found += [span[start : start + size] for start in range(0, len(span), size)]
    return [found[index] for index in rng.permutation(len(found))]


def by_length(lengths: npt.NDArray[np.int64], cells: int = 2048) -> Iterator[Rows]:
    """Yield which texts to answer together: the longest first, not more than fits.

    Args:
        lengths: of the texts; shape (n,).
        cells: positions in a batch, padding included; one text may be longer. Of 1,024 to
            8,192 the default was fastest without Keras: what is worked on stays in the cache.
    """
    order = np.argsort(-lengths, kind="stable")
    low = 0
    while low < len(order):
        high = low + max(1, cells // max(int(lengths[order[low]]), 1))
        yield order[low:high]
        low = high


def padded(texts: Sequence[npt.ArrayLike], *, multiple: int = 1) -> Ids:
    """Return texts as one array, 0 behind each.

    Args:
        texts: ids; each of shape (length,).
        multiple: the length of the array is one of this, so that in training there are few
            shapes: most backends compile a network anew for each.

    Returns:
        Shape (n, time), time >= 1.
    """
    arrays = [np.asarray(text, np.int32) for text in texts]
    longest = max((len(array) for array in arrays), default=0)
    found = np.zeros((len(arrays), -(-max(longest, 1) // multiple) * multiple), np.int32)
    for row, array in enumerate(arrays):
        found[row, : len(array)] = array
    return found
