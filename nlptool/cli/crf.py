"""`nlptool crf`: train a tagger; the other verbs are in `crf_*.py`."""

import sys
from contextlib import ExitStack
from pathlib import PurePath
from typing import TYPE_CHECKING, Annotated

import typer

from nlptool.cli import (
    console,
    crf_data,
    crf_judge,
    crf_model,
    crf_neural,
    crf_seeing,
    crf_tag,
    options,
    signals,
)
from nlptool.core.report import Note, Report
from nlptool.crf.config import Config
from nlptool.errors import ConfigError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from nlptool.crf.model import Tagger
    from nlptool.crf.sentences import Sentence

DEFAULT = Config()

app = typer.Typer(
    help="Segmentation, named entities, any labels: train, tag, evaluate.", no_args_is_help=True
)


@app.command()
def train(
    corpus: Annotated[
        list[str],
        typer.Argument(metavar="CORPUS...", help="Labelled text, in any form; - is stdin."),
    ],
    model: Annotated[
        str, typer.Option(help="linear; or neural, a network beside a linear model.")
    ] = "linear",
    output: Annotated[
        str | None,
        typer.Option(
            "--output", "-o", metavar="FILE", help="The model; <corpus>.crf here unless given."
        ),
    ] = None,
    dev: Annotated[
        str | None,
        typer.Option(metavar="FILE", help="Labelled text that tells when the model is best."),
    ] = None,
    dev_share: Annotated[
        float | None,
        typer.Option(metavar="SHARE", help="Keep so much of the corpus, its end, for that."),
    ] = None,
    template: Annotated[
        str | None,
        typer.Option(
            metavar="FILE",
            help="Feature templates as CRF++ has them; or zh (for words, unless given), "
            "zh-entities (for others) or simple, which are there.",
        ),
    ] = None,
    lexicon: Annotated[
        list[str] | None,
        typer.Option(
            metavar="[NAME=]FILE",
            help="Words to look for in the text, one a line, or jieba for its own; may be "
            "repeated.",
        ),
    ] = None,
    words: Annotated[
        str | None,
        typer.Option(
            metavar="jieba",
            help="Whose words the model sees, with their parts of speech: jieba cuts and tags "
            "the text within.",
        ),
    ] = None,
    vectors: Annotated[
        list[str] | None,
        typer.Option(
            metavar="[NAME=]FILE",
            help="Vectors of w2v train, of words, characters or pairs of them, which a network is "
            "given; of a linear model their clusters are features. May be repeated.",
        ),
    ] = None,
    clusters: Annotated[
        str, typer.Option(metavar="LIST", help="How many clusters of the vectors there are.")
    ] = crf_seeing.SIZES,
    normalise: Annotated[
        str,
        typer.Option(
            metavar="LIST",
            help="What the model does not see: width (of full-width characters), case; or none.",
        ),
    ] = "width",
    min_feature_count: Annotated[
        int, typer.Option(help="Leave out features that are rarer.")
    ] = DEFAULT.min_feature_count,
    algorithm: Annotated[
        str, typer.Option(help="sgd (AdaGrad on small batches) or lbfgs.")
    ] = DEFAULT.algorithm,
    decoder: Annotated[
        str, typer.Option(help="crf, softmax (each label by itself) or memm.")
    ] = DEFAULT.decoder,
    loss: Annotated[
        str, typer.Option(help="nll, focal, soft-truncation or hard-truncation.")
    ] = DEFAULT.loss,
    gamma: Annotated[
        float | None, typer.Option(help="Of focal loss the exponent, of soft truncation K.")
    ] = DEFAULT.gamma,
    class_weights: Annotated[
        str | None,
        typer.Option(metavar="LIST", help="What the losses of labels count: PER=2,O=0.5."),
    ] = None,
    l1: Annotated[
        float, typer.Option("--l1", help="Weight of the sum of absolute weights.")
    ] = DEFAULT.l1,
    l2: Annotated[
        float | None,
        typer.Option("--l2", help="Weight of the sum of squares; the algorithm's own."),
    ] = DEFAULT.l2,
    epochs: Annotated[
        int | None,
        typer.Option(help="Times through the corpus at most; of lbfgs, iterations."),
    ] = DEFAULT.epochs,
    rate: Annotated[
        float | None, typer.Option(help="Learning rate of sgd or the network; its own.")
    ] = DEFAULT.rate,
    batch: Annotated[
        int | None, typer.Option(help="Sentences between two steps; 16, of a network 32.")
    ] = None,
    average: Annotated[
        bool, typer.Option("--average/--no-average", help="Take the mean of the epochs of sgd.")
    ] = DEFAULT.average,
    patience: Annotated[
        int | None, typer.Option(help="Stop after so many epochs without a better score.")
    ] = DEFAULT.patience,
    history: Annotated[int, typer.Option(help="Steps that lbfgs remembers.")] = DEFAULT.history,
    tolerance: Annotated[
        float, typer.Option(help="lbfgs ends when ten steps bring less than this share.")
    ] = DEFAULT.tolerance,
    preset: crf_neural.Preset = None,
    blocks: crf_neural.Blocks = None,
    width: crf_neural.Width = None,
    depth: crf_neural.Depth = None,
    characters: crf_neural.Characters = None,
    columns: crf_neural.Columns = None,
    dropout: crf_neural.Dropout = None,
    linear_share: crf_neural.LinearShare = None,
    smoothing: crf_neural.Smoothing = None,
    clip: crf_neural.Clip = None,
    device: crf_neural.Device = None,
    log: crf_neural.Log = None,
    curves: crf_neural.Curves = None,
    seed: options.Seed = DEFAULT.seed,
    threads: options.Threads = None,
    init: Annotated[
        str | None,
        typer.Option(
            metavar="MODEL", help="Go on from this model, with its templates and lexicons."
        ),
    ] = None,
    checkpoint_every: options.CheckpointEvery = None,
    resume: options.Resume = False,
    format_: crf_data.FormatOption = "auto",
    unit: crf_data.UnitOption = "char",
    label: crf_data.LabelOption = "last",
    token: crf_data.TokenOption = "0",
    scheme: Annotated[
        str | None, typer.Option(help="What labels become first: bio, bioes or bmes.")
    ] = None,
    encoding: options.Encoding = "utf-8",
    on_bad_line: options.OnBadLine = "stop",
    memory: options.Memory = None,
    temp_dir: options.TempDir = None,
    quiet: options.Quiet = False,
) -> None:
    """Train a model that gives labels to characters or words.

    The corpus is segmented text, columns, word/POS or JSON lines; crf convert --help tells more.
    Memory that is too little (--memory) is made do with by leaving out rare features.

    Example: nlptool crf train pku_train.txt --dev-share 0.1 -o pku.crf
    """
    of_network = {
        "blocks": blocks,
        "width": width,
        "depth": depth,
        "characters": characters,
        "columns": columns,
        "dropout": dropout,
        "linear_share": linear_share,
        "smoothing": smoothing,
        "clip": clip,
    }
    network = crf_neural.asked(
        model,
        preset,
        of_network,
        {"epochs": epochs, "rate": rate, "batch": batch, "patience": patience, "seed": seed},
        {"device": device, "log": log, "curves": curves},
    )
    if network is not None:
        epochs = rate = batch = patience = None
    config = Config(
        algorithm=algorithm,
        decoder=decoder,
        loss=loss,
        gamma=gamma,
        class_weights=crf_seeing.class_weights(class_weights),
        l1=l1,
        l2=l2,
        epochs=epochs,
        rate=rate,
        batch=DEFAULT.batch if batch is None else batch,
        average=average,
        patience=patience,
        history=history,
        tolerance=tolerance,
        min_feature_count=min_feature_count,
        seed=seed,
        threads=options.cores(threads),
    )
    budget = options.memory_bytes(memory)
    seconds = options.seconds(checkpoint_every) if checkpoint_every else None
    target = output if output is not None else _beside(corpus)
    if dev is not None and dev_share is not None:
        raise ConfigError("--dev-share: given with --dev, expected one of them")
    if dev_share is not None and not 0 < dev_share < 1:
        raise ConfigError(f"--dev-share: {dev_share:g}, expected more than 0, less than 1")
    if "-" in corpus and dev == "-":
        raise ConfigError("stdin (-): named as corpus and as --dev, it can be read once")
    given = {"template": template, "lexicon": lexicon, "words": words, "vectors": vectors}
    if init is not None and any(given.values()):
        named = next(name for name, value in given.items() if value)
        raise ConfigError(f"--{named}: given with --init, whose model brings its own")
    if init is not None and network is not None:
        raise ConfigError("--init: given with --model neural, which begins anew")
    if network is not None:
        crf_neural.require(device, config.threads)
    sizes = crf_seeing.whole_numbers(clusters)
    hows = [] if normalise in ("none", "") else normalise.split(",")

    from nlptool.core.checkpoint import Checkpoint
    from nlptool.core.compiling import announced
    from nlptool.core.corpus import Reading, kept
    from nlptool.core.publish import reserve
    from nlptool.crf.checkpoint import KIND as CHECKPOINT
    from nlptool.crf.formats import Format, read_sentences
    from nlptool.crf.learn import learn, seeing_of
    from nlptool.crf.model import Tagger
    from nlptool.crf.normalise import check_normalise

    form = Format(format_, unit, label, token, scheme)
    reading = Reading(encoding, on_bad_line)
    plain = check_normalise(hows)
    with ExitStack() as stack:
        reserved = stack.enter_context(reserve(target))
        checkpoint = Checkpoint(reserved.beside(".checkpoint"), CHECKPOINT, seconds, resume)
        report = stack.enter_context(console.talking(quiet=quiet))
        stack.enter_context(announced(report))
        console.hint_stdin(corpus, quiet=quiet)
        before = Tagger.load(init) if init is not None else None
        paths = stack.enter_context(kept(corpus, temp_dir))
        sentences: Sequence[Sentence] = list(read_sentences(paths, form, reading, report))
        held: Sequence[Sentence] = ()
        if dev is not None:
            held = list(read_sentences([dev], form, reading, report))
        elif dev_share is not None:
            n_kept = len(sentences) - max(1, round(len(sentences) * dev_share))
            sentences, held = sentences[:n_kept], sentences[n_kept:]
        if before is not None:
            seeing = seeing_of(before)
        else:
            clustered = vectors if network is None else None
            seeing = crf_seeing.seeing(
                sentences, template, lexicon, words, clustered, sizes, plain, config, report
            )
        teach: Callable[..., Tagger] = learn
        if network is not None:
            teach = crf_neural.learner(
                network,
                vectors=vectors,
                normalise=plain,
                device=device,
                log=log,
                curves=curves,
                report=report,
            )
        with signals.patiently():
            tagger = teach(
                sentences,
                seeing,
                config,
                dev=held,
                init=before,
                memory=budget if memory is not None else None,
                checkpoint=checkpoint,
                report=report,
                tell=_teller(report, quiet=quiet),
            )
        tagger.save(reserved)
        checkpoint.remove()
    if not quiet:
        console.say(f"{target}: {_described(tagger)}; try: {_next(tagger, target)}")


for verb in (
    crf_tag.tag,
    crf_tag.segment,
    crf_data.convert,
    crf_data.check,
    crf_judge.eval_,
    crf_judge.compare,
    crf_model.features,
    crf_model.import_,
):
    app.command(name=verb.__name__.rstrip("_"))(verb)


def _teller(report: Report, *, quiet: bool) -> "Callable[[float], None]":
    """Return what tells the score of each epoch to a person."""
    n_epochs = 0

    def tell(score: float) -> None:
        nonlocal n_epochs
        n_epochs += 1
        if not quiet and sys.stderr is not None and sys.stderr.isatty():
            report(Note(f"epoch {n_epochs}: dev F1 {score:.4f}"))

    return tell


def _described(tagger: "Tagger") -> str:
    """Return what a model is, in one line."""
    facts = tagger.training
    told = (
        f"{len(tagger.labels):,} labels, {facts['features']:,} features, {facts['epochs']} epochs"
    )
    if facts.get("best_score") is not None:
        told += f", dev F1 {facts['best_score']:.4f} after epoch {facts['best_epoch']}"
    return told


def _next(tagger: "Tagger", target: str) -> str:
    """Return what one can do with a model."""
    verb = "segment" if tagger.is_words and tagger.is_text else "tag"
    return f"nlptool crf {verb} {target} FILE"


def _beside(corpus: list[str]) -> str:
    """Return where the model of a corpus goes: here, named after its first file.

    Raises:
        ConfigError: there is no name to be had.
    """
    if "-" in corpus:
        raise ConfigError("--output: not given, expected -o FILE as the corpus is stdin")
    name = PurePath(corpus[0]).name
    for ending in (".gz", ".bz2", ".xz", ".zst"):
        name = name.removesuffix(ending)
    stem = PurePath(name).stem
    if not stem:
        raise ConfigError("--output: not given, expected -o FILE")
    return f"{stem}.crf"
