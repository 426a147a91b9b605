"""Cutting Chinese text into words, beside jieba itself and its port to Rust, if that is there.

python benchmarks/bench_segment.py corpus.txt [megabytes] [repeats]
"""

import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from importlib.util import find_spec
from pathlib import Path

from nlptool.core.jieba_cut import cutter
from nlptool.core.segment import segment_blocks
from nlptool.core.stream import Stream


def blocks(text: bytes) -> Iterator[bytes]:
    begin = 0
    while begin < len(text):
        end = text.find(b"\n", begin + (1 << 20)) + 1 or len(text)
        yield text[begin:end]
        begin = end


def ours(text: bytes, threads: int) -> bytes:
    return b"".join(segment_blocks(Stream(lambda: blocks(text)), "jieba", threads=threads))


def port(text: bytes) -> bytes:
    import rjieba

    return b"\n".join(
        " ".join([word for word in rjieba.cut(line) if not word.isspace()]).encode()
        for line in text.decode().split("\n")
    )


def first_answer() -> float:
    start = time.perf_counter()
    subprocess.run(
        [sys.executable, "-m", "nlptool", "corpus", "segment", "-q"],
        input="我爱北京\n".encode(),
        capture_output=True,
        check=True,
    )
    return time.perf_counter() - start


def main(path: str, megabytes: float, repeats: int) -> None:
    with Path(path).open("rb") as file:
        text = file.read(int(megabytes * 1e6)) + file.readline()
    start = time.perf_counter()
    ours(text[:100_000].rpartition(b"\n")[0], 1)
    print(f"first run, with compilation if nothing is cached\t{time.perf_counter() - start:.2f} s")
    # jieba gets a tenth, as it takes that long.
    part = text[: len(text) // 10].rpartition(b"\n")[0]
    works: dict[str, tuple[bytes, Callable[[bytes], bytes]]] = {"jieba.cut": (part, cutter())}
    if find_spec("rjieba"):
        works["rjieba"] = (text, port)
    works["nlptool, 1 thread"] = (text, lambda text: ours(text, 1))
    works["nlptool, 2 threads"] = (text, lambda text: ours(text, 2))
    speeds = dict.fromkeys(works, 0.0)
    results = {}
    for _ in range(repeats):  # in turn, so that a busy machine is busy for all
        for name, (piece, work) in works.items():
            start = time.perf_counter()
            results[name] = work(piece)
            speeds[name] = max(speeds[name], len(piece) / 1e6 / (time.perf_counter() - start))
    truth = results["jieba.cut"].split(b"\n")
    for name, speed in speeds.items():
        lines = results[name].split(b"\n")
        n_other = sum(a != b for a, b in zip(truth, lines, strict=False))
        print(
            f"{name}\t{speed:.1f} MB/s\t{speed / speeds['jieba.cut']:.1f} x jieba"
            f"\t{n_other} of {len(truth)} lines are not jieba's"
        )
    answers = min(first_answer() for _ in range(repeats))
    print(f"first answer of nlptool corpus segment\t{answers:.2f} s")


if __name__ == "__main__":
    main(
        sys.argv[1],
        float(sys.argv[2]) if len(sys.argv) > 2 else 10,
        int(sys.argv[3]) if len(sys.argv) > 3 else 3,
    )
