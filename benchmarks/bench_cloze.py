"""How soon `cloze fill` gives its first answer, and how many questions a second it reads.

python benchmarks/bench_cloze.py MODEL QUESTIONS

The first answer is the whole command, from plain text on stdin; the best of five. The rest is
in one process, of the first 500 questions, with one thread and with one for each core.
"""

import os
import subprocess
import sys
import time

os.environ["OPENBLAS_NUM_THREADS"] = "1"

from itertools import islice

from nlptool.cloze.model import open_model
from nlptool.cloze.questions import read_questions

TEXT = "小猴在山坡上种了一棵桃树。春天，XXXXX开花了。小猴天天给桃树浇水。\n"


def main() -> None:
    model, questions = sys.argv[1:]
    seconds = []
    for _ in range(5):
        begun = time.perf_counter()
        command = [sys.executable, "-m", "nlptool", "cloze", "fill", model]
        subprocess.run(command, input=TEXT.encode(), check=True, capture_output=True)
        seconds.append(time.perf_counter() - begun)
    print(f"first answer\t{min(seconds):.2f} s", flush=True)
    asked = list(islice(read_questions([questions]), 500))
    n_words = sum(len(one.words) for one in asked) / len(asked)
    filler = open_model(model)
    for threads in sorted({1, os.cpu_count() or 1}):
        list(filler.fill(asked[:20], threads=threads))  # what is compiled or loaded on demand
        begun = time.perf_counter()
        list(filler.fill(asked, threads=threads))
        rate = len(asked) / (time.perf_counter() - begun)
        print(f"{threads} threads\t{rate:.1f} questions/s of {n_words:.0f} words", flush=True)


if __name__ == "__main__":
    main()
