"""Time and memory of `newwords mine` beside nlp-zero, in the same run.

    python benchmarks/bench_newwords.py TEXT [TEXT ...] --peer PYTHON

PYTHON is an interpreter that has nlp-zero (0.1.6 needs `collections.Iterable` put back). Both
are whole processes, from start to the list of words on disk. Texts of different sizes show how
time grows; each is also mined with `--memory 256M`, which has to give the same bytes.
"""

import argparse
import hashlib
import os
import platform
import subprocess
import sys
import tempfile
import time
from pathlib import Path

PEER = """
import collections, collections.abc, sys
collections.Iterable = collections.abc.Iterable
from nlp_zero import Word_Finder
class Lines:
    def __iter__(self):
        with open(sys.argv[1], encoding="utf-8") as file:
            for line in file:
                yield line.strip()
finder = Word_Finder(min_proba=1e-7)
finder.train(Lines())
finder.find(Lines())
with open(sys.argv[2], "w", encoding="utf-8") as file:
    for word, count in sorted(finder.words.items(), key=lambda item: -item[1]):
        file.write(f"{word}\\t{count}\\n")
"""


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("texts", nargs="+")
    parser.add_argument("--peer", help="a Python that has nlp-zero")
    parser.add_argument("--rounds", type=int, default=3)
    args = parser.parse_args()
    print(f"{platform.machine()}, {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}")
    with tempfile.TemporaryDirectory() as name:
        out = Path(name) / "words"
        ours = [sys.executable, "-m", "nlptool", "newwords", "mine", "-q", "-o", str(out)]
        run([*ours, args.texts[0]])
        for text in args.texts:
            size = Path(text).stat().st_size / 1e6
            rows = {}
            for label, more in (("default", []), ("256M", ["--memory", "256M"])):
                best = min(run([*ours, *more, text]) for _ in range(args.rounds))
                rows[label] = (*best, digest(out))
            same = rows["default"][3] == rows["256M"][3]
            for label, (wall, cpu, peak, _) in rows.items():
                print(
                    f"{text} {size:.0f} MB, {label}: {wall:.2f} s, {cpu:.2f} s of CPU,"
                    f" {peak} MiB, {size / wall:.1f} MB/s; same bytes: {same}"
                )
            if args.peer:
                wall, cpu, peak = run([args.peer, "-c", PEER, text, str(out)])
                mine = rows["default"]
                print(
                    f"{text} nlp-zero: {wall:.2f} s, {cpu:.2f} s of CPU, {peak} MiB;"
                    f" ratio {wall / mine[0]:.1f}, of CPU {cpu / mine[1]:.1f}"
                )


def run(command):
    """Run a command; return its seconds, its seconds of CPU and its peak memory in MiB."""
    begin = time.perf_counter()
    process = subprocess.Popen(command, stderr=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    if status:
        raise SystemExit(f"{command}: failed")
    wall = time.perf_counter() - begin
    return wall, usage.ru_utime + usage.ru_stime, usage.ru_maxrss >> 10


def digest(path):
    return hashlib.sha256(path.read_bytes()).hexdigest()


if __name__ == "__main__":
    main()
