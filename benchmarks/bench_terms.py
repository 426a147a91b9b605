"""How well the terms of a domain are ranked, stage by stage and score by score.

    python benchmarks/bench_terms.py power.txt --gold power-terms.txt --background news.txt
    (--background may name several files; --work-dir keeps the stages' files)

Gold terms are those of at least two characters that occur at least five times in the text.
"""

import argparse
from contextlib import ExitStack
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

from nlptool.cli.newwords_domain import HEAD, ORDER
from nlptool.cli.newwords_stages import Run
from nlptool.core.corpus import Reading
from nlptool.core.report import silent
from nlptool.newwords.config import Config
from nlptool.newwords.contrast import SCORES
from nlptool.newwords.expand import expand
from nlptool.newwords.mine import mine
from nlptool.newwords.occur import occurrences
from nlptool.newwords.stages import folder_for
from nlptool.newwords.symbols import read_files, read_stream
from nlptool.newwords.terms import contrasted, ranked
from nlptool.w2v.config import Config as VectorConfig


def gold_of(path, stream):
    lines = Path(path).read_text("utf-8").splitlines()
    terms = sorted({line.split("\t")[0] for line in lines if len(line.split("\t")[0]) > 1})
    counts = occurrences(terms, stream)
    return {term for term, n in zip(terms, counts.tolist(), strict=True) if n >= 5}


def show(name, words, gold):
    hits, total, at = 0, 0.0, {}
    for rank, word in enumerate(words, 1):
        if word in gold:
            hits += 1
            total += hits / rank
        if rank in (100, 1000):
            at[rank] = hits / rank
    ap = total / max(1, len(gold))
    print(
        f"{name:44} {at.get(100, 0):7.3f} {at.get(1000, hits / 1000):7.3f} {ap:8.4f} "
        f"{hits / max(1, len(gold)):7.3f} {len(words):8,}",
        flush=True,
    )


def sorted_by(keys, words):
    return [words[i] for i in np.argsort(-np.asarray(keys, float), kind="stable").tolist()]


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("domain")
    parser.add_argument("--gold", required=True)
    parser.add_argument("--background", nargs="+", required=True)
    parser.add_argument("--work-dir")
    parser.add_argument("--threads", type=int, default=1)
    args = parser.parse_args()
    with ExitStack() as stack:
        folder = Path(stack.enter_context(TemporaryDirectory()))
        work = folder_for(args.work_dir) if args.work_dir else folder
        run = Run([args.domain], args.background, Reading(), folder, work, 1 << 30, silent)
        stream = read_stream(read_files([args.domain]), folder)
        gold = gold_of(args.gold, stream)
        print(f"{args.domain}: {len(gold):,} gold terms")
        print(f"{'':44} {'P@100':>7} {'P@1000':>7} {'AP':>8} {'recall':>7} {'words':>8}")

        mined = mine(read_files([args.domain]), Config(threads=args.threads), folder=folder)
        show("mined, by frequency", sorted_by(mined.counts, mined.words), gold)
        show("mined, by quality", mined.words, gold)

        config = Config(order=ORDER, threads=args.threads)
        words = run.words(config)
        counts = run.background(words, config)
        show("candidates, by frequency", sorted_by(words.counts, words.words)[:20000], gold)
        show("candidates, by quality", words.words[:20000], gold)
        is_mined = set(mined.words)
        for score in SCORES:
            terms = contrasted(words, *counts, score=score, rank="contrast", most=len(words))
            only = [word for word in terms.words.words if word in is_mined]
            show(f"mined, by contrast ({score})", only, gold)
            show(f"candidates, by contrast ({score})", terms.words.words[:20000], gold)
            long = sorted(terms.words.words[:20000], key=lambda word: len(word) <= 2)
            show(f"  the same, longer than 2 first ({score})", long, gold)
        for score in SCORES:
            terms = contrasted(words, *counts, score=score)
            show(f"candidates, contrast x quality ({score})", terms.words.words, gold)

        vectors = VectorConfig(
            loss="negative-sampling", negatives=10, min_count=2, dim=100
        ).settled()
        for rank in ("contrast", "combined"):
            terms = contrasted(words, *counts, rank=rank)
            model = run.vectors(run.segmented(words, terms), vectors)
            pieces = dict(zip(model.vocab.words, model.vocab.counts.tolist(), strict=True))
            seeds = [word for word in terms.words.words if word in pieces][:HEAD]
            accepted, _ = expand(seeds, model.vectors)
            for lead, rest in ((False, True), (True, True), (True, False)):
                found = ranked(terms, accepted, pieces, rank=rank, lead=lead, rest=rest)
                how = "accepted first" if lead else "all by score"
                name = f"whole, {rank}, {how if rest else 'accepted only'}"
                show(name, found.words.words, gold)


if __name__ == "__main__":
    main()
