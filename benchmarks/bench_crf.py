"""Training and tagging of `nlptool crf` beside CRFsuite, in the same run.

    python benchmarks/bench_crf.py TRAIN DEV --peer PYTHON --more='--epochs 4'

TRAIN and DEV are segmented text, PYTHON is an interpreter that has python-crfsuite. Both see
the same ten templates (five characters, four pairs, one pair with a gap) of text in which
full-width characters are half-width ones; with --template zh ours has more. Training is the
whole process, from start to the model on disk. Tagging is that of DEV in one thread; ours is so
fast that DEV is tagged many times over, and once is subtracted. A first answer is that to one
line, the whole process. F1 is `nlptool crf eval`'s.
"""

import argparse
import json
import os
import platform
import subprocess
import sys
import tempfile
import time
from pathlib import Path

LINE = "今天天气很好，我们去北京大学。\n".encode()

TIMES = 50
"""How often the text is tagged by the faster of the two."""

PEER = r"""
import sys
import pycrfsuite

HALF = {code + 0xFEE0: code for code in range(0x21, 0x7F)}

def features(text):
    text = "__" + text.translate(HALF) + "__"
    rows = []
    for i in range(2, len(text) - 2):
        a, b, c, d, e = text[i - 2 : i + 3]
        rows.append(["0" + a, "1" + b, "2" + c, "3" + d, "4" + e, "5" + a + b, "6" + b + c,
                     "7" + c + d, "8" + d + e, "9" + b + d])
    return rows

def lines(path):
    with open(path, encoding="utf-8") as file:
        yield from (line.split() for line in file)

verb, algorithm, iterations, path, model = sys.argv[1:]
if verb == "train":
    trainer = pycrfsuite.Trainer(algorithm=algorithm, verbose=False)
    for words in lines(path):
        if words:
            labels = ["S" if len(w) == 1 else "B" + "M" * (len(w) - 2) + "E" for w in words]
            trainer.append(features("".join(words)), list("".join(labels)))
    trainer.set("max_iterations", int(iterations))
    trainer.train(model)
else:
    tagger = pycrfsuite.Tagger()
    tagger.open(model)
    for words in lines(path):
        text = "".join(words)
        out = []
        for character, label in zip(text, tagger.tag(features(text))):
            if label in "BS" and out:
                out.append(" ")
            out.append(character)
        print("".join(out))
"""


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("train")
    parser.add_argument("dev")
    parser.add_argument("--peer", help="a Python that has python-crfsuite")
    parser.add_argument("--algorithm", default="averaged-perceptron", help="CRFsuite's")
    parser.add_argument("--iterations", default="100", help="CRFsuite's, at most")
    parser.add_argument("--rounds", type=int, default=1)
    parser.add_argument("--template", default="simple", help="ours")
    parser.add_argument("--more", default="", help="more options of nlptool crf train")
    args = parser.parse_args()
    print(f"{platform.machine()}, {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}")
    nlptool = [sys.executable, "-m", "nlptool", "crf"]
    with tempfile.TemporaryDirectory() as name:
        parts = ("m.crf", "out.txt", "raw.txt", "many.txt")
        model, out, raw, many = (Path(name, part) for part in parts)
        text = Path(args.dev).read_text(encoding="utf-8")
        raw.write_text(text.replace(" ", ""), encoding="utf-8")
        n_characters = len(raw.read_text(encoding="utf-8").replace("\n", ""))
        train = [*nlptool, "train", args.train, "--template", args.template, *args.more.split()]
        train += ["-q", "-o", str(model)]
        run(train)  # compiles
        ours = min(run(train) for _ in range(args.rounds))
        tag = [*nlptool, "segment", str(model), str(raw), "-q", "--threads=1", "-o"]
        run([*tag, str(out)])  # compiles
        f1 = score(nlptool, out, args.dev)
        once = min(run([*tag, str(out)])[0] for _ in "123")
        line = min(run([*nlptool, "segment", str(model)], text=LINE)[0] for _ in "12345")
        many.write_text(raw.read_text(encoding="utf-8") * TIMES, encoding="utf-8")
        tags = min(run([*tag[:-4], str(many), *tag[-3:], str(out)]) for _ in range(args.rounds))
        tags = ((tags[0] - once) / (TIMES - 1), *tags[1:])
        report("nlptool", ours, tags, n_characters, f1)
        size = model.stat().st_size >> 20
        print(f"nlptool: first answer {line:.2f} s, with a model of {size} MiB")
        if not args.peer:
            return
        peer = [args.peer, "-c", PEER]
        more = [args.algorithm, args.iterations]
        theirs = run([*peer, "train", *more, args.train, str(model)])
        peer_tags = run([*peer, "tag", *more, args.dev, str(model)], out)
        label = f"CRFsuite {args.algorithm}"
        report(label, theirs, peer_tags, n_characters, score(nlptool, out, args.dev))
        print(
            f"ratios: training {theirs[0] / ours[0]:.1f} (of CPU {theirs[1] / ours[1]:.1f}),"
            f" memory {theirs[2] / ours[2]:.1f}, tagging {peer_tags[0] / tags[0]:.1f}"
        )


def report(label, training, tagging, n_characters, f1):
    wall, cpu, peak = training
    print(
        f"{label}: training {wall:.1f} s, {cpu:.1f} s of CPU, {peak} MiB; tagging"
        f" {tagging[0]:.2f} s, {n_characters / tagging[0] / 1e6:.2f} M characters/s,"
        f" {tagging[2]} MiB; F1 {f1:.4f}",
        flush=True,
    )


def score(nlptool, found, gold):
    """Return F1 of a segmented text."""
    command = [*nlptool, "eval", str(found), gold, "--json", "-q", "--errors", "0"]
    command += ["--rounds", "1", "--format", "segmented"]
    return json.loads(subprocess.run(command, capture_output=True, check=True).stdout)["f1"]


def run(command, out=None, text=b""):
    """Run a command; return its seconds, its seconds of CPU and its peak memory in MiB."""
    begin = time.perf_counter()
    with Path(out or os.devnull).open("wb") as file:
        process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=file)
        process.stdin.write(text)
        process.stdin.close()
        _, status, usage = os.wait4(process.pid, 0)
    if status:
        raise SystemExit(f"{command[:6]}: failed")
    wall = time.perf_counter() - begin
    return wall, usage.ru_utime + usage.ru_stime, usage.ru_maxrss >> 10


if __name__ == "__main__":
    main()
