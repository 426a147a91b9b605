"""Answers of untrained networks: Keras beside the pass without it, on the same batches.

python benchmarks/bench_neural.py [network...]

Both get the same texts in batches of like length, each of the size that suits it. Keras answers
from a compiled graph with all cores; nlptool with one thread and with one for each core (and
one thread of BLAS).
"""

import os
import sys

os.environ["OPENBLAS_NUM_THREADS"] = "1"

import time
from collections.abc import Callable

import numpy as np

from nlptool.neural.batches import by_length, padded
from nlptool.neural.forward import answer_all
from nlptool.neural.graph import Graph, block
from nlptool.neural.runtime import prepare, silenced
from nlptool.neural.weights import Weights, drawn

ROWS, WIDTH, REPEATS = 8000, 128, 4
Batch = dict[str, np.ndarray]
CELLS, KERAS_CELLS = 2048, 8192

NETWORKS = {
    "gru": [
        block("h", "gru", "x", units=128, directions="forward"),
        block("o", "pool", "h", how="last"),
    ],
    "gru both ways": [block("h", "gru", "x", units=128), block("o", "pool", "h", how="max")],
    "lstm x 2, long": [
        block("h", "lstm", "x", units=128),
        block("h2", "lstm", "h", units=128),
        block("o", "pool", "h2", how="ends"),
    ],
    "conv x 3": [
        block("a", "conv", "x", width=128, window=3, activation="relu"),
        block("b", "conv", "a", width=128, window=3, activation="relu"),
        block("c", "conv", "b", width=128, window=3, activation="relu"),
        block("o", "dense", "c", width=4),
    ],
    "gated x 3": [
        block("a", "gated", "x", window=3),
        block("b", "gated", "a", window=3, dilation=2),
        block("c", "gated", "b", window=3, dilation=5),
        block("o", "pool", "c", how="attention"),
    ],
    "attention": [
        block("p", "positions", "x"),
        block("a", "attention", "p", heads=8, size=16),
        block("s", "add", "p", "a"),
        block("n", "norm", "s"),
        block("o", "pool", "n", how="mean"),
    ],
}


def ways_to_answer(
    graph: Graph, weights: Weights, batches: list[Batch], larger: list[Batch]
) -> dict[str, Callable[[], object]]:
    from nlptool.neural.network import Network
    from nlptool.neural.objective import asker

    ask = asker(Network(graph, weights))
    threads = os.cpu_count() or 1
    return {
        "Keras": lambda: [ask(batch) for batch in larger],
        "nlptool": lambda: list(answer_all(graph, weights, batches)),
        f"nlptool, {threads} threads": lambda: list(
            answer_all(graph, weights, batches, threads=threads)
        ),
    }


def main() -> None:
    prepare(device="cpu")
    rng = np.random.default_rng(0)
    for name, blocks in NETWORKS.items():
        if sys.argv[1:] and name not in sys.argv[1:]:
            continue
        words = (
            block("words", "ids"),
            block("x", "embed", "words", rows=ROWS, width=WIDTH, tuned=ROWS),
        )
        graph = Graph((*words, *blocks), ("o",))
        n, mean = (300, 250) if "long" in name else (6000, 20)
        texts = [rng.integers(1, ROWS, rng.integers(mean // 2, 2 * mean)) for _ in range(n)]
        lengths = np.array(list(map(len, texts)))
        batches, larger = (
            [{"words": padded([texts[row] for row in rows])} for rows in by_length(lengths, cells)]
            for cells in (CELLS, KERAS_CELLS)
        )
        with silenced():
            ways = ways_to_answer(graph, drawn(graph, 0), batches, larger)
        seconds: dict[str, list[float]] = {way: [] for way in ways}
        for repeat in range(REPEATS + 1):
            for way, run in ways.items():
                begun = time.perf_counter()
                run()
                if repeat:  # the first compiles
                    seconds[way].append(time.perf_counter() - begun)
        for way, taken in seconds.items():
            print(f"{name}\t{way}\t{n / min(taken):,.0f} texts/s", flush=True)


if __name__ == "__main__":
    main()
