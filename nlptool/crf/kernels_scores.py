"""From rows of records to scores, and from gradients back to records.

A sentence of n tokens is a block of `pad + n + pad` rows. Its scores stand in a buffer of
`n + 4 pad` rows that runs backwards: position t is in row `2 pad + n - 1 - t` of it. There a
record's places that follow each other belong to rows that follow each other (see `Layout`), so
that a record is added in one sweep; what falls beyond the sentence falls on the margins.
"""

from typing import Any

import numpy as np
import numpy.typing as npt

from nlptool.core.compiling import Later, njit

Float32 = npt.NDArray[np.float32]
Int64 = npt.NDArray[np.int64]
Rows = npt.NDArray[np.int32]
Bools = npt.NDArray[np.bool_]

AHEAD = 8


def _instructions() -> Any:
    """Return what is written as instructions; to load it takes numba."""
    from nlptool.crf import kernels_threads, kernels_vector  # noqa: PLC0415  # not sooner

    return kernels_threads, kernels_vector


fetch = Later(lambda: _instructions()[0].fetch)
add1 = Later(lambda: _instructions()[1].add1)
add4 = Later(lambda: _instructions()[1].add4)
add8 = Later(lambda: _instructions()[1].add8)


@njit(cache=True, nogil=True)
def add(target: Float32, to: int, source: Float32, at: int, n: int) -> None:
    """Add n floats of the source to the target, from `to` and `at` on."""
    i = 0
    while i + 8 <= n:
        add8(target, to + i, source, at + i)
        i += 8
    if i + 4 <= n:
        add4(target, to + i, source, at + i)
        i += 4
    while i < n:
        add1(target, to + i, source, at + i)
        i += 1


@njit(cache=True, nogil=True)
def add_scores(
    rows: Rows,
    begin: int,
    end: int,
    W: Float32,
    L: int,
    bases: Int64,
    strides: Int64,
    edges: Bools,
    runs: Int64,
    run_of: Int64,
    pad: int,
    S: Float32,
    SE: Float32,
    row: int,
) -> None:
    """Add up the scores of a sentence.

    Args:
        rows: the record of each shape at each place, -1 for none; shape (n_padded, n_shapes).
        begin: where its block begins.
        end: where its block ends.
        W: all weights.
        L: how many labels.
        bases: of a `Layout`, and so strides, edges, runs, run_of, pad.
        strides: see there.
        edges: see there.
        runs: see there.
        run_of: see there.
        pad: see there.
        S: buffer of scores; zeros where the sentence stands. Flat.
        SE: that of pairs of labels; may be empty where no shape is an edge.
        row: where its buffer begins.
    """
    n = end - begin - 2 * pad
    for p in range(end - begin):
        ahead = begin + p + AHEAD
        for k in range(rows.shape[1]):
            if ahead < end and rows[ahead, k] >= 0:
                fetch(W, bases[k] + rows[ahead, k] * strides[k])
            r = np.int64(rows[begin + p, k])
            if r < 0:
                continue
            record = bases[k] + r * strides[k]
            for run in range(run_of[k], run_of[k + 1]):
                to = row + n - 1 - p + 3 * pad + runs[run, 1]
                if edges[k]:
                    add(SE, to * L * L, W, record + runs[run, 2], runs[run, 3])
                else:
                    add(S, to * L, W, record + runs[run, 2], runs[run, 3])
