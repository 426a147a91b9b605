"""`nlptool similarity train`: weighted sums of word vectors, and networks."""

from contextlib import ExitStack
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated

import typer

from nlptool.cli import console, options, signals
from nlptool.cli import similarity_given as given
from nlptool.cli.similarity_sums import sums
from nlptool.errors import ConfigError
from nlptool.similarity.config import Config
from nlptool.similarity.config_judge import Judging
from nlptool.similarity.config_network import Learning

if TYPE_CHECKING:
    from collections.abc import Callable

    from nlptool.neural.log import History

SIF = Config()
LEARNING = Learning()
JUDGING = Judging()


def train(
    files: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[FILE]...",
            help="Of sif, sentences; of networks, pairs with labels or scores, or groups.",
        ),
    ] = None,
    output: options.Output = None,
    vectors: Annotated[
        str | None,
        typer.Option("--vectors", metavar="MODEL", help="Word vectors, such as `w2v train` makes."),
    ] = None,
    encoder: Annotated[
        str,
        typer.Option(
            help="sif: weighted sums of word vectors and character n-grams; gru, attention or "
            "convolution: a network."
        ),
    ] = SIF.encoder,
    smooth: Annotated[
        float, typer.Option(help="a of a word's weight a / (a + p), p its probability.")
    ] = SIF.smooth,
    components: Annotated[
        int, typer.Option(help="How many directions that sentences share are removed.")
    ] = SIF.components,
    ngram: Annotated[int, typer.Option(help="Characters of the longest n-gram.")] = SIF.ngram,
    ngram_dim: Annotated[
        int, typer.Option(help="Numbers for n-grams in a vector; 0 leaves them out.")
    ] = SIF.ngram_dim,
    ngram_share: Annotated[
        float, typer.Option(help="How much of the sums' cosine is that of the n-grams, 0 to 1.")
    ] = SIF.ngram_share,
    align: Annotated[
        float,
        typer.Option(
            help="How much of the likeness of a pair is what its sentences have in common word "
            "by word, 0 to 1 (sif alone)."
        ),
    ] = SIF.align,
    sample: Annotated[
        int, typer.Option(help="Sentences at most in which words and n-grams are counted.")
    ] = SIF.sample,
    pairs: Annotated[
        bool,
        typer.Option(
            "--pairs",
            help="Learn from labelled pairs what a difference counts (sif; no Keras): for pairs "
            "of the same kind.",
        ),
    ] = False,
    units: Annotated[
        int, typer.Option(help="Of the layer of a network of --pairs.")
    ] = JUDGING.units,
    members: Annotated[
        int, typer.Option(help="Networks of --pairs, which are averaged.")
    ] = JUDGING.members,
    passes: Annotated[int, typer.Option(help="Times through --pairs.")] = JUDGING.passes,
    groups: Annotated[
        bool, typer.Option("--groups", help="The files are groups: group<TAB>sentence.")
    ] = False,
    loss: Annotated[
        str,
        typer.Option(
            help="am-softmax, softmax, angular: tell groups apart; contrastive: find the "
            "partner; cosent: put pairs into the order of their scores."
        ),
    ] = LEARNING.loss,
    share: Annotated[
        float,
        typer.Option(help="How much of a cosine is the network's where there are --vectors."),
    ] = LEARNING.share,
    dim: Annotated[int, typer.Option(help="Numbers in the network's vector.")] = LEARNING.dim,
    max_length: Annotated[
        int, typer.Option(help="Characters that the network reads of a sentence.")
    ] = LEARNING.max_length,
    min_count: Annotated[
        int, typer.Option(help="Rarer characters are all the same to the network.")
    ] = LEARNING.min_count,
    scale: Annotated[
        float | None, typer.Option(help="Of cosines in the loss; 30 for groups, else 20.")
    ] = LEARNING.scale,
    margin: Annotated[float, typer.Option(help="Of am-softmax.")] = LEARNING.margin,
    dropout: Annotated[
        float, typer.Option(help="Share of what is read that is hidden in training.")
    ] = LEARNING.dropout,
    batch: Annotated[int, typer.Option(help="Sentences or pairs of a step.")] = LEARNING.batch,
    epochs: Annotated[int, typer.Option(help="Times through the examples.")] = LEARNING.epochs,
    rate: Annotated[float, typer.Option(help="The highest rate of learning.")] = LEARNING.rate,
    average: Annotated[
        float, typer.Option(help="Share of the old in the moving average of weights; 0: none.")
    ] = LEARNING.average,
    shrink: Annotated[
        float, typer.Option(help="Decoupled weight decay; 0: none.")
    ] = LEARNING.shrink,
    same: Annotated[
        float,
        typer.Option(help="Share of a file's highest score from which two mean the same."),
    ] = LEARNING.same,
    limit: Annotated[
        int, typer.Option(help="Pairs of one file in an epoch at most; 0: all.")
    ] = LEARNING.limit,
    hard: Annotated[
        int, typer.Option(help="Rivals mined for each sentence (contrastive).")
    ] = LEARNING.hard,
    warm_up: Annotated[
        str | None,
        typer.Option(metavar="FILE", help="Sentences to begin with, one a line, no labels."),
    ] = None,
    warm_epochs: Annotated[
        int, typer.Option(help="Times through the sentences of --warm-up.")
    ] = LEARNING.warm_epochs,
    dev: Annotated[
        str | None,
        typer.Option(metavar="FILE", help="Pairs (or groups) by which the best epoch is kept."),
    ] = None,
    patience: Annotated[
        int, typer.Option(help="Stop after so many epochs that --dev found no better; 0: never.")
    ] = LEARNING.patience,
    seed: options.Seed = SIF.seed,
    threads: options.Threads = None,
    device: Annotated[str, typer.Option(help="Of networks: auto, cpu or gpu.")] = "auto",
    checkpoint_every: options.CheckpointEvery = None,
    resume: options.Resume = False,
    log: options.Log = None,
    curves: options.Curves = None,
    encoding: options.Encoding = "utf-8",
    on_bad_line: options.OnBadLine = "stop",
    quiet: options.Quiet = False,
) -> None:
    """Make a model that tells how alike sentences are.

    `sif` needs word vectors, and sentences like those to come: one a line, or several with tabs
    between them. With --pairs these are labelled: from them it learns how to score pairs, while
    its vectors stay sums. Networks need pairs with labels or scores, or groups (--groups), of
    one or of several files, and Keras. With --vectors they read words beside characters, and
    stand beside `sif` in the model.

    Example: nlptool similarity train --vectors news.w2v questions.txt -o questions.sim
    """
    if output is None:
        raise ConfigError("--output: missing, expected a file for the model")
    config = Config(
        encoder=encoder,
        smooth=smooth,
        components=components,
        ngram=ngram,
        ngram_dim=ngram_dim,
        ngram_share=ngram_share,
        align=align,
        sample=sample,
        seed=seed,
    )
    if encoder == SIF.encoder:
        if vectors is None:
            raise ConfigError("--vectors: missing, expected word vectors; `w2v train` makes them")
        for name, path in (("dev", dev), ("warm-up", warm_up)):
            if path is not None:
                raise ConfigError(f"--{name}: given, but --encoder sif has none")
        if pairs and groups:
            raise ConfigError("--pairs: given with --groups, expected one of them")
        judging = Judging(units, members, passes, limit, seed) if pairs else None
        sums(files, output, vectors, (config, judging), (encoding, on_bad_line), quiet=quiet)
        return
    if pairs:
        raise ConfigError(f"--pairs: given, but --encoder {encoder} learns from pairs anyway")
    learning = Learning(
        encoder=encoder,
        loss=loss,
        dim=dim,
        max_length=max_length,
        min_count=min_count,
        scale=scale,
        margin=margin,
        dropout=dropout,
        batch=batch,
        epochs=epochs,
        rate=rate,
        average=average,
        shrink=shrink,
        patience=patience,
        same=same,
        limit=limit,
        hard=hard,
        warm_epochs=warm_epochs,
        share=share,
        seed=seed,
    )
    if patience and dev is None:
        raise ConfigError(f"--patience: {patience}, but there is no --dev to measure on")
    if groups and loss == "cosent":
        raise ConfigError("--loss: cosent, but groups have no scores; expected another or pairs")
    seconds = options.seconds(checkpoint_every) if checkpoint_every else None
    paths = options.inputs(files)
    if [*paths, dev, warm_up].count("-") > 1:
        raise ConfigError("stdin (-): named twice, it can be read once")

    from nlptool.core.compiling import announced
    from nlptool.core.publish import reserve
    from nlptool.core.reading import Reading
    from nlptool.neural.log import painter, write_log
    from nlptool.neural.runtime import prepare, silenced

    reading = Reading(encoding, on_bad_line)
    with ExitStack() as stack:
        reserved = stack.enter_context(reserve(output))
        paint = painter(curves) if curves is not None else None
        prepare(device=device, threads=options.cores(threads))
        report = stack.enter_context(console.talking(quiet=quiet))
        stack.enter_context(announced(report))
        console.hint_stdin(paths, quiet=quiet)
        examples = given.examples(paths, reading, learning, report, groups=groups)
        held = None
        if dev is not None:
            held = given.examples([dev], reading, learning, report, groups=groups)
        raw = given.raw(warm_up, reading, config.sample, report) if warm_up is not None else []
        sif = None
        if vectors is not None:
            sif = given.sif(vectors, config, examples, report)
        with silenced():
            from nlptool.neural.objective import require_gpu
            from nlptool.similarity.train import Place
            from nlptool.similarity.train import train as fit
        if device == "gpu":
            require_gpu()
        place = Place(reserved.beside(".checkpoint"), seconds, resume)
        with signals.patiently():
            matcher, history = fit(
                examples,
                learning,
                sif=sif,
                warm_up=raw,
                dev=held,
                place=place,
                report=report,
            )
        matcher.save(reserved)
        _show(history, asdict(learning), log, write_log, paint)
        place.clear()
    if not quiet:
        console.say(
            f"{output}: {len(examples.texts):,} sentences, {matcher.dim} numbers each; try: "
            f"nlptool similarity score {output} PAIRS"
        )


def _show(
    history: "History",
    settings: dict[str, object],
    log: str | None,
    write_log: "Callable[[str, dict[str, object], History], None]",
    paint: "Callable[[History], None] | None",
) -> None:
    if log is not None:
        write_log(log, settings, history)
    if paint is not None:
        paint(history)
