"""Time and quality of the PMI vectors beside GloVe's recipe, made by the same machinery.

The recipe of Pennington, Socher & Manning 2014: counts weighted by 1 / distance, a bias for
each word and each context, <w_i, c_j> + b_i + b_j near log x_ij, AdaGrad at 0.05, the sum of
word and context vectors. It is here for comparison only; the released GloVe program is not
run, so this is "as far as it can be had".

    python benchmarks/bench_pmi.py SEGMENTED_TEXT --scores FOLDER

FOLDER holds wordsim-240.txt and ca8-semantic.txt.
"""

import argparse
import math
import platform
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numba import njit

from nlptool.core.corpus import read_blocks
from nlptool.core.encode import encode
from nlptool.core.sorting import sort_count
from nlptool.core.spool import Spool
from nlptool.core.vectors import Vectors
from nlptool.w2v.config import Config
from nlptool.w2v.cooccur import count_pairs, key_bits
from nlptool.w2v.pmi import train_pmi, vectors_of
from nlptool.w2v.scores import analogy_score, read_analogies, read_similarity, similarity_score

CHUNK = 64
MEMORY = 1 << 30


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("text", help="segmented, one sentence a line")
    parser.add_argument("--scores", required=True, type=Path, help="folder of the test files")
    parser.add_argument("--dim", type=int, default=100)
    parser.add_argument("--window", type=int, default=5)
    parser.add_argument("--epochs", type=int, default=20)
    parser.add_argument("--min-count", type=int, default=5)
    parser.add_argument("--threads", type=int, nargs="+", default=[1, 2])
    parser.add_argument("--only", choices=["pmi", "glove"])
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        encoded = encode(read_blocks([args.text]), folder, min_count=args.min_count, memory=MEMORY)
        words, ids = list(encoded.vocab.words), encoded.ids
        print(f"{args.text}: {encoded.n_words:,} words, {len(words):,} types; {platform.machine()}")
        warm = ids[:2000]
        train_pmi(warm, len(words), settled(dim=args.dim, epochs=1), folder=folder)
        glove(warm, len(words), folder, dim=args.dim, window=2, epochs=1, scores=None)
        for threads in args.threads:
            with Spool(folder, MEMORY // 2) as spool:
                begin = time.perf_counter()
                n_pairs = count_pairs(
                    ids, len(words), spool, window=args.window, threads=threads, memory=MEMORY // 2
                )
                n_cells = sum(len(keys) for keys, _ in spool.merged())
                seconds = time.perf_counter() - begin
            print(
                f"count, {threads} threads: {n_pairs:,} pairs, {n_cells:,} cells,"
                f" {seconds:.2f} s, {n_pairs / seconds / 1e6:.1f} M pairs/s"
            )

        def scores(vectors: np.ndarray) -> str:
            return quality(words, vectors, args.scores)

        if args.only != "glove":
            for threads in args.threads:
                pmi(ids, len(words), folder, args, threads, scores)
        if args.only != "pmi":
            glove(
                ids,
                len(words),
                folder,
                dim=args.dim,
                window=args.window,
                epochs=args.epochs,
                scores=scores,
            )


def settled(**options):
    return Config(loss="pmi", **options).settled()


def pmi(ids, n_words, folder, args, threads, scores):
    """Train as `--loss pmi` does and print how long the epochs took."""
    config = settled(dim=args.dim, window=args.window, epochs=args.epochs, threads=threads)
    steps = []

    def report(progress):
        if progress.stage == "training":
            steps.append((time.perf_counter(), progress.done))

    begin = time.perf_counter()
    state = train_pmi(ids, n_words, config, folder=folder, memory=MEMORY, report=report)
    seconds = time.perf_counter() - begin
    rate = (steps[-1][1] - steps[0][1]) / (steps[-1][0] - steps[0][0])
    epoch = state.history[-1]
    print(
        f"pmi, {threads} threads, {args.epochs} epochs: {seconds:.1f} s in all,"
        f" {rate / 1e6:.2f} M cells/s, loss {epoch['loss']:.4f}, held out {epoch['held_out']:.4f};"
        f" {scores(vectors_of(state, config)[0])}"
    )


def quality(words: Sequence[str], vectors: np.ndarray, folder: Path) -> str:
    """Score vectors as they are and with the mean of all taken off."""
    shown = []
    for name, matrix in (("raw", vectors), ("centred", vectors - vectors.mean(0))):
        known = Vectors(words, matrix)
        similar = similarity_score(known, read_similarity(str(folder / "wordsim-240.txt")))
        total = analogy_score(known, read_analogies(str(folder / "ca8-semantic.txt")))[-1]
        shown.append(
            f"{name}: wordsim-240 {similar.spearman:.3f} ({similar.n_covered}/{similar.n_pairs}),"
            f" CA8 semantic {total.accuracy:.3f} ({total.n_covered}/{total.n_questions})"
        )
    return "; ".join(shown)


def glove(ids, n_words, folder, *, dim, window, epochs, scores, rate=0.05, x_max=100.0):
    """Train by GloVe's recipe; cells are kept in memory."""
    begin = time.perf_counter()
    pairs, x = distance_weighted(ids, n_words, folder, window)
    facts = np.stack([np.log(x), np.minimum(x / x_max, 1) ** 0.75], axis=1).astype(np.float32)
    counted = time.perf_counter() - begin
    rng = np.random.default_rng(1)
    table = np.ones((2 * n_words, 2, dim + 1), np.float32)
    table[:, 0] = (rng.random((2 * n_words, dim + 1)) - 0.5) / (dim + 1)
    begin = time.perf_counter()
    for _ in range(epochs):
        chunks = rng.permutation(math.ceil(len(pairs) / CHUNK))
        loss = glove_epoch(table, n_words, pairs, facts, chunks, rate) / (2 * len(pairs))
    seconds = time.perf_counter() - begin
    if scores:
        print(
            f"glove recipe, 1 thread, window {window}, {epochs} epochs: counting {counted:.1f} s,"
            f" training {seconds:.1f} s, {2 * epochs * len(pairs) / seconds / 1e6:.2f} M cells/s,"
            f" loss {loss:.4f}; {scores(table[:n_words, 0, :dim] + table[n_words:, 0, :dim])}"
        )


def distance_weighted(ids, n_words, folder, window):
    """Return pairs (i, j), i < j, and the sum of 1 / distance over where they are together."""
    bits = key_bits(n_words)
    pairs, sums = [], []
    with Spool(folder, MEMORY // 2) as spool:
        step = max(1, (1 << 20) // window)
        for start in range(0, len(ids), step):
            near = np.array(ids[start : start + step + window])
            keys = np.empty((window * step, 1), np.uint64)
            n = list_distances(near, min(step, len(ids) - start), window, bits, keys)
            spool.add(*sort_count(keys[:n]))
        merged = list(spool.merged())
    keys = np.concatenate([block[:, 0] for block, _ in merged])
    counts = np.concatenate([block for _, block in merged])
    first = np.flatnonzero(np.diff(keys >> np.uint64(8), prepend=np.uint64(2**64 - 1)))
    sums = np.add.reduceat(counts / (keys & np.uint64(255)), first)
    words = keys[first] >> np.uint64(8)
    mask = np.uint64((1 << bits) - 1)
    pairs = np.stack([words >> np.uint64(bits), words & mask], axis=1).astype(np.int32)
    return pairs, sums


@njit(nogil=True)
def list_distances(ids, stop, window, bits, keys):
    n = 0
    for first in range(stop):
        if ids[first] < 0:
            continue
        for second in range(first + 1, min(first + window + 1, len(ids))):
            if ids[second] < 0:
                break
            low, high = min(ids[first], ids[second]), max(ids[first], ids[second])
            pair = np.uint64(low) << np.uint64(bits) | np.uint64(high)
            keys[n, 0] = pair << np.uint64(8) | np.uint64(second - first)
            n += low != high
    return n


@njit(nogil=True, fastmath=True, error_model="numpy")
def glove_epoch(table, shift, pairs, facts, chunks, rate):
    dim = table.shape[2] - 1
    step = np.float32(rate)
    loss = 0.0
    for chunk in chunks:
        for cell in range(chunk * CHUNK, min((chunk + 1) * CHUNK, len(pairs))):
            for side in range(2):
                w, c = table[pairs[cell, side]], table[pairs[cell, 1 - side] + shift]
                error = w[0, dim] + c[0, dim] - facts[cell, 0]
                for d in range(dim):
                    error += w[0, d] * c[0, d]
                pull = facts[cell, 1] * error
                loss += pull * error
                for d in range(dim):
                    a, b = w[0, d], c[0, d]
                    of_a, of_b = pull * b, pull * a
                    w[0, d] = a - step * of_a / np.sqrt(w[1, d])
                    c[0, d] = b - step * of_b / np.sqrt(c[1, d])
                    w[1, d] += of_a * of_a
                    c[1, d] += of_b * of_b
                w[0, dim] -= step * pull / np.sqrt(w[1, dim])
                c[0, dim] -= step * pull / np.sqrt(c[1, dim])
                w[1, dim] += pull * pull
                c[1, dim] += pull * pull
    return loss


if __name__ == "__main__":
    main()
