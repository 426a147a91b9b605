"""Word vectors: nlptool beside gensim, in the same run.

    python benchmarks/bench_w2v.py CORPUS [--gold DIR] [--runs 3] [--threads 2] [--only NAME]

CORPUS is segmented text, a sentence a line. DIR holds wordsim-240.txt, ca8-semantic.txt and
ca8-morphological.txt. Every training runs in a process of its own, peers and nlptool in turn, and
the best of the runs counts. Training time is that of the epochs alone: the vocabulary is counted,
the corpus encoded and the kernels compiled before. `whole` times two complete commands.
"""

import argparse
import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path

GOLD = ("wordsim-240.txt", "ca8-semantic.txt", "ca8-morphological.txt")
COMMON = {"dim": 100, "window": 5, "min_count": 5, "epochs": 5}

# name: (who, settings, what its speed is divided by)
PAIRS = {
    "gensim skipgram ns5": ("gensim", {"arch": "skipgram", "loss": "negative-sampling"}, None),
    "nlptool skipgram ns5": (
        "nlptool",
        {"arch": "skipgram", "loss": "negative-sampling", "negatives": 5},
        "gensim skipgram ns5",
    ),
    "gensim cbow ns5": ("gensim", {"arch": "cbow", "loss": "negative-sampling"}, None),
    "nlptool cbow ns5": (
        "nlptool",
        {"arch": "cbow", "loss": "negative-sampling", "negatives": 5},
        "gensim cbow ns5",
    ),
    "nlptool skipgram rs16": (
        "nlptool",
        {"arch": "skipgram", "loss": "random-softmax", "negatives": 16},
        "gensim skipgram ns5",
    ),
    "nlptool cbow rs16": (
        "nlptool",
        {"arch": "cbow", "loss": "random-softmax", "negatives": 16},
        "gensim cbow ns5",
    ),
}


def train_gensim(corpus, settings, threads):
    """Train with gensim as its users do on a file; return (seconds, words a second, vectors)."""
    from gensim.models import Word2Vec

    from nlptool.core.vectors import Vectors

    model = Word2Vec(
        vector_size=settings["dim"],
        window=settings["window"],
        min_count=settings["min_count"],
        max_final_vocab=settings.get("max_vocab"),
        sg=int(settings["arch"] == "skipgram"),
        negative=5,
        sample=settings.get("sample", 1e-3),
        workers=threads,
        epochs=settings["epochs"],
        seed=1,
    )
    model.build_vocab(corpus_file=corpus)
    words = int(sum(model.wv.get_vecattr(w, "count") for w in model.wv.index_to_key))
    start = time.perf_counter()
    model.train(
        corpus_file=corpus,
        total_words=model.corpus_total_words,
        total_examples=model.corpus_count,
        epochs=settings["epochs"],
    )
    seconds = time.perf_counter() - start
    vectors = Vectors(list(model.wv.index_to_key), model.wv.vectors)
    return seconds, words * settings["epochs"] / seconds, vectors


def train_nlptool(corpus, settings, threads):
    """Train with the kernels; return (seconds, words a second, vectors)."""
    from nlptool.core.corpus import read_blocks
    from nlptool.core.encode import encode
    from nlptool.core.vectors import Vectors
    from nlptool.w2v.config import Config
    from nlptool.w2v.train import train

    config = Config(**settings, threads=threads).settled()
    with tempfile.TemporaryDirectory() as folder:
        encoded = encode(
            read_blocks([corpus]),
            Path(folder),
            min_count=config.min_count,
            max_vocab=config.max_vocab,
            threads=threads,
            memory=1 << 31,
        )
        counts = encoded.vocab.counts
        few = encoded.ids[:2000]
        train(few, counts, Config(**{**settings, "epochs": 1}).settled())  # compiles
        start = time.perf_counter()
        state = train(encoded.ids, counts, config)
        seconds = time.perf_counter() - start
        vectors = Vectors(encoded.vocab.words, state.vectors)
        return seconds, encoded.n_words * settings["epochs"] / seconds, vectors


def quality(vectors, gold):
    """Return the measure of each gold file: Spearman, or accuracy."""
    from nlptool.w2v.scores import (
        analogy_score,
        is_analogies,
        read_analogies,
        read_similarity,
        similarity_score,
    )

    found = {}
    for path in gold:
        if is_analogies(path):
            found[Path(path).stem] = analogy_score(vectors, read_analogies(path))[-1].accuracy
        else:
            found[Path(path).stem] = similarity_score(vectors, read_similarity(path)).spearman
    return found


def child(job):
    """Run one training in this process and print what came of it."""
    import resource

    who = train_gensim if job["who"] == "gensim" else train_nlptool
    seconds, rate, vectors = who(job["corpus"], job["settings"], job["threads"])
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    scores = quality(vectors, job["gold"]) if job["gold"] else {}
    result = {"seconds": seconds, "rate": rate, "peak_mb": peak, "vocab": len(vectors.words)}
    print(json.dumps({**result, **scores}))


def spawn(job):
    """Run one training in a process of its own."""
    done = subprocess.run(
        [sys.executable, __file__, "--job", json.dumps(job)],
        stdout=subprocess.PIPE,
        check=True,
        text=True,
    )
    return json.loads(done.stdout.splitlines()[-1])


def whole(corpus, threads, runs):
    """Time two complete commands on a segmented file; return the best seconds of each."""
    script = (
        "import sys; from gensim.models import Word2Vec; "
        "m = Word2Vec(corpus_file=sys.argv[1], vector_size=100, window=5, min_count=5, sg=1, "
        f"negative=5, workers={threads}, epochs=5); "
        "m.wv.save_word2vec_format(sys.argv[2], binary=True)"
    )
    best = {"gensim": 1e9, "nlptool": 1e9}
    with tempfile.TemporaryDirectory() as folder:
        ours = [sys.executable, "-m", "nlptool", "w2v", "train", corpus, "--segment", "space"]
        ours += ["-o", f"{folder}/a.w2v", "--quiet", "--threads", str(threads)]
        ours += ["--loss", "negative-sampling", "--negatives", "5", "--sample", "1e-3"]
        commands = {"gensim": [sys.executable, "-c", script, corpus, f"{folder}/a.bin"]}
        commands["nlptool"] = ours
        for _ in range(runs):
            for name, command in commands.items():
                start = time.perf_counter()
                subprocess.run(command, check=True)
                best[name] = min(best[name], time.perf_counter() - start)
    return best


def main():
    """Run the benchmark and print a Markdown table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("corpus", nargs="?")
    parser.add_argument("--gold", type=Path)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--only", default="")
    parser.add_argument("--dim", type=int, default=100)
    parser.add_argument("--epochs", type=int, default=5)
    parser.add_argument("--max-vocab", type=int)
    parser.add_argument("--sample", type=float, default=1e-3)
    parser.add_argument("--no-whole", action="store_true")
    parser.add_argument("--job")
    options = parser.parse_args()
    if options.job:
        child(json.loads(options.job))
        return
    gold = [str(options.gold / name) for name in GOLD] if options.gold else []
    chosen = {name: what for name, what in PAIRS.items() if options.only in name}
    chosen |= {what[2]: PAIRS[what[2]] for what in list(chosen.values()) if what[2]}
    best = {}
    for run in range(options.runs):
        for name, (who, settings, _) in sorted(chosen.items()):
            settings = {**COMMON, "sample": options.sample, **settings}
            settings |= {"dim": options.dim, "epochs": options.epochs}
            if options.max_vocab:
                settings["max_vocab"] = options.max_vocab
            job = {"who": who, "settings": settings, "corpus": options.corpus}
            job |= {"threads": options.threads, "gold": gold if run == 0 else []}
            result = spawn(job)
            old = best.setdefault(name, result)
            if result["rate"] > old["rate"]:
                best[name] = {**old, **result}
    columns = [Path(path).stem for path in gold]
    print(f"| training | M words/s | ratio | peak MB | {' | '.join(columns)} |")
    print("|---|---|---|---|" + "---|" * len(columns))
    for name, (_, _, peer) in PAIRS.items():
        if name in best:
            one = best[name]
            ratio = f"{one['rate'] / best[peer]['rate']:.2f}" if peer else "1"
            scores = " | ".join(f"{one[column]:.3f}" for column in columns)
            print(
                f"| {name} | {one['rate'] / 1e6:.2f} | {ratio} | {one['peak_mb']:.0f} | {scores} |"
            )
    if not options.no_whole:
        seconds = whole(options.corpus, options.threads, options.runs)
        ratio = seconds["gensim"] / seconds["nlptool"]
        print(f"\nwhole command: {seconds}, ratio {ratio:.2f}")


if __name__ == "__main__":
    main()
