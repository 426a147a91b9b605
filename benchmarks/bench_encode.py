"""Counting and encoding a segmented corpus, beside gensim's vocabulary scan alone.

python benchmarks/bench_encode.py corpus.txt [repeats]
"""

import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from gensim.models import Word2Vec
from gensim.models.word2vec import LineSentence

from nlptool.core.encode import encode


def blocks(path: str) -> Iterator[bytes]:
    with Path(path).open("rb") as file:
        while block := file.read(1 << 20):
            yield block + file.readline()


def ours(path: str, threads: int, memory: int = 1 << 30) -> None:
    with tempfile.TemporaryDirectory() as folder:
        encode(blocks(path), Path(folder), min_count=5, threads=threads, memory=memory)


def main(path: str, repeats: int) -> None:
    start = time.perf_counter()
    ours(path, 2)
    print(f"first run, with compilation if nothing is cached\t{time.perf_counter() - start:.2f} s")
    works: dict[str, Callable[[], object]] = {
        "gensim scan_vocab(corpus_file)": lambda: Word2Vec(min_count=5).scan_vocab(
            corpus_file=path, workers=2
        ),
        "gensim scan_vocab(LineSentence)": lambda: Word2Vec(min_count=5).scan_vocab(
            LineSentence(path)
        ),
        "gensim build_vocab(corpus_file)": lambda: Word2Vec(min_count=5).build_vocab(
            corpus_file=path
        ),
        "nlptool encode, 1 thread": lambda: ours(path, 1),
        "nlptool encode, 2 threads": lambda: ours(path, 2),
        "nlptool encode, 2 threads, 64 MiB": lambda: ours(path, 2, 64 << 20),
    }
    times = dict.fromkeys(works, float("inf"))
    for _ in range(repeats):  # in turn, so that a busy machine is busy for all
        for name, work in works.items():
            start = time.perf_counter()
            work()
            times[name] = min(times[name], time.perf_counter() - start)
    scan = min(times[name] for name in times if "scan_vocab" in name)
    for name, seconds in times.items():
        print(f"{name}\t{seconds:.3f} s\t{scan / seconds:.2f} x the faster gensim scan")


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]) if len(sys.argv) > 2 else 3)
