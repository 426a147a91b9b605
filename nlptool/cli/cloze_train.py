"""`nlptool cloze train`: a model from questions with answers."""

from contextlib import ExitStack
from functools import partial
from typing import Annotated

import typer

from nlptool.cli import cloze_rows, console, options, signals
from nlptool.cli.cloze_trainers import TRAINERS
from nlptool.cloze.config import (
    DEFAULT_MODEL,
    MODELS,
    NEED_KERAS,
    check_corpus,
    check_network,
    check_vectors,
    configured,
)
from nlptool.errors import ConfigError, CorpusError


def _own(text: str, name: str) -> str:
    """Return the help of an option whose default is the model's own."""
    settings = {model: vars(kind()) for model, kind in MODELS.items()}
    told = [f"{model}: {known[name]}" for model, known in settings.items() if name in known]
    return f"{text} [{', '.join(told)}]"


def train(
    questions: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="QUESTIONS...",
            help="Questions with answers, as `cloze make` writes them or CMRC has them.",
        ),
    ] = None,
    output: options.Output = None,
    model: Annotated[
        str, typer.Option(help=f"What kind of model: {', '.join(MODELS)}.")
    ] = DEFAULT_MODEL,
    vectors: Annotated[
        str | None,
        typer.Option(
            metavar="MODEL", help="Word vectors, such as `w2v train` makes, of text like it."
        ),
    ] = None,
    corpus: Annotated[
        list[str] | None,
        typer.Option(
            metavar="FILE",
            help="Text to learn from without questions; may be repeated.",
        ),
    ] = None,
    network: Annotated[
        str | None,
        typer.Option(
            metavar="MODEL",
            help="A model of kind attention; the reader weighs what it thinks, too.",
        ),
    ] = None,
    init: Annotated[
        str | None,
        typer.Option(
            metavar="MODEL",
            help="A model of kind attention to go on from, with new text, instead of --vectors.",
        ),
    ] = None,
    answers: cloze_rows.Answers = None,
    dev: Annotated[
        str | None,
        typer.Option(
            metavar="FILE", help="Questions with answers that tell which epoch was the best."
        ),
    ] = None,
    vocab: Annotated[
        int | None, typer.Option(help=_own("How many words have a vector.", "vocab"))
    ] = None,
    units: Annotated[
        int | None, typer.Option(help=_own("Width of a layer (each way).", "units"))
    ] = None,
    tuned: Annotated[
        int | None,
        typer.Option(help=_own("How many of them, the most frequent, are learned on.", "tuned")),
    ] = None,
    layers: Annotated[int | None, typer.Option(help=_own("Layers.", "layers"))] = None,
    heads: Annotated[int | None, typer.Option(help=_own("Of each attention.", "heads"))] = None,
    low: Annotated[
        int | None, typer.Option(help=_own("Words of a passage of the corpus at least.", "low"))
    ] = None,
    high: Annotated[
        int | None, typer.Option(help=_own("Words of a passage of the corpus at most.", "high"))
    ] = None,
    blanks: Annotated[
        int | None, typer.Option(help=_own("Words of a passage asked for together.", "blanks"))
    ] = None,
    repeat: Annotated[
        int | None,
        typer.Option(help=_own("How often a question is read beside the corpus.", "repeat")),
    ] = None,
    parts: Annotated[
        int | None, typer.Option(help=_own("Of a pass; each ends with a dev score.", "parts"))
    ] = None,
    dropout: Annotated[
        float | None,
        typer.Option(help=_own("Share of a word's vector that a step leaves out.", "dropout")),
    ] = None,
    min_count: Annotated[
        int | None, typer.Option(help=_own("Leave out words that are rarer.", "min_count"))
    ] = None,
    min_ngram: Annotated[
        int | None,
        typer.Option(help=_own("Leave out words in a row that are rarer.", "min_ngram")),
    ] = None,
    dim: Annotated[
        int | None, typer.Option(help=_own("Length of a vector; that of --vectors.", "dim"))
    ] = None,
    window: Annotated[
        int | None, typer.Option(help=_own("Words on either side of a gap.", "window"))
    ] = None,
    negatives: Annotated[
        int | None, typer.Option(help=_own("Words drawn against each true one.", "negatives"))
    ] = None,
    passes: Annotated[
        int | None, typer.Option(help=_own("Times through the corpus.", "passes"))
    ] = None,
    members: Annotated[
        int | None, typer.Option(help=_own("Networks that vote.", "members"))
    ] = None,
    batch: Annotated[
        int | None, typer.Option(help=_own("Questions between two steps.", "batch"))
    ] = None,
    epochs: Annotated[
        int | None, typer.Option(help=_own("Times through the questions.", "epochs"))
    ] = None,
    rate: Annotated[
        float | None, typer.Option(help=_own("The highest learning rate.", "rate"))
    ] = None,
    warm_up: Annotated[
        float | None,
        typer.Option(help=_own("Share of the steps in which the rate rises to it.", "warm_up")),
    ] = None,
    decay: Annotated[
        str | None,
        typer.Option(help=_own("How it falls from there: linear, cosine or none.", "decay")),
    ] = None,
    clip: Annotated[
        float | None,
        typer.Option(help=_own("The greatest norm of a step's slopes; 0: any.", "clip")),
    ] = None,
    average: Annotated[
        float | None,
        typer.Option(help=_own("Share of the old in the mean of the weights; 0: none.", "average")),
    ] = None,
    precision: Annotated[
        str | None,
        typer.Option(
            help=_own("Of products in training: float32, or the faster bfloat16.", "precision")
        ),
    ] = None,
    patience: Annotated[
        int | None,
        typer.Option(
            help=_own("Stop after so many epochs without a better dev score.", "patience")
        ),
    ] = None,
    seed: Annotated[
        int | None, typer.Option(help="What the random choices start from; 1 unless given.")
    ] = None,
    segment: options.Segment = "auto",
    user_dict: options.UserDict = None,
    threads: options.Threads = None,
    device: Annotated[str, typer.Option(help="auto, cpu or gpu.")] = "auto",
    checkpoint_every: options.CheckpointEvery = None,
    resume: options.Resume = False,
    log: options.Log = None,
    curves: options.Curves = None,
    encoding: options.Encoding = "utf-8",
    on_bad_line: options.OnBadLine = "stop",
    quiet: options.Quiet = False,
) -> None:
    """Train a model that fills blanks with words of the passage.

    reader, in minutes: what a --corpus says of words in a row, what the passage says and what
    a --network says are weighed by small networks that the questions train. What stands in the
    questions is left out of the corpus.

    attention: a network that reads the whole passage. It learns from a --corpus, where a dozen
    words of each passage are asked for together. It needs Keras: an hour for 20 million words.

    lstm is the published model: two recurrent layers read what stands before and after the
    blank, over word vectors that stay as they are. It needs Keras, and hours on a CPU.

    Example: nlptool cloze train books.doc_query --corpus books.txt -o books.cloze
    """
    config = configured(
        model,
        vocab=vocab,
        units=units,
        tuned=tuned,
        layers=layers,
        heads=heads,
        low=low,
        high=high,
        blanks=blanks,
        repeat=repeat,
        parts=parts,
        dropout=dropout,
        min_count=min_count,
        min_ngram=min_ngram,
        dim=dim,
        window=window,
        negatives=negatives,
        passes=passes,
        members=members,
        batch=batch,
        epochs=epochs,
        rate=rate,
        warm_up=warm_up,
        decay=decay,
        clip=clip,
        average=average,
        precision=precision,
        patience=patience,
        seed=seed,
    )
    paths = options.inputs(questions) if questions or model != "attention" else []  # can do without
    if output is None:
        raise ConfigError("--output: missing, expected a file for the model")
    check_vectors(model, given=vectors is not None, init=init is not None)
    check_corpus(model, given=bool(corpus))
    check_network(model, given=network is not None)
    if [*paths, dev, *(corpus or [])].count("-") > 1:
        raise ConfigError("stdin (-): named twice, it can be read once")
    n_threads = options.cores(threads)
    seconds = options.seconds(checkpoint_every) if checkpoint_every else None

    if model not in NEED_KERAS:
        from nlptool.neural.runtime import prepare_answers

        prepare_answers()
    from nlptool.core.checkpoint import Checkpoint
    from nlptool.core.compiling import announced
    from nlptool.core.publish import reserve
    from nlptool.core.reading import Reading
    from nlptool.neural.log import painter, write_log
    from nlptool.w2v.model import open_vectors

    reading = Reading(encoding, on_bad_line)
    with ExitStack() as stack:
        reserved = stack.enter_context(reserve(output))
        place = Checkpoint(reserved.beside(".checkpoint"), "cloze-checkpoint", seconds, resume)
        paint = painter(curves) if curves is not None else None
        trainer = TRAINERS[model](n_threads, device, place)
        for name, path in (("network", network), ("init", init)):
            if path is not None:
                from nlptool.cloze.model import open_network

                trainer = partial(trainer, **{name: open_network(path)})
        report = stack.enter_context(console.talking(quiet=quiet))
        stack.enter_context(announced(report))
        if corpus:
            from nlptool.cloze.make import lines_of_words
            from nlptool.core.corpus import read_blocks
            from nlptool.core.segment import segmented

            _, blocks = segmented(
                read_blocks(corpus, reading, report),
                options.segmenter(segment),
                threads=n_threads,
                user_dict=user_dict,
                report=report,
            )
            trainer = partial(trainer, corpus=map(" ".join, lines_of_words(blocks)))
        console.hint_stdin(paths, quiet=quiet)
        given = open_vectors(vectors, report) if vectors is not None else None
        held = list(cloze_rows.answered([dev], None, reading, report)) if dev else []
        if dev and not held:
            raise CorpusError(f"{dev}: no questions, expected some with answers")
        with signals.patiently():
            filler = trainer(
                cloze_rows.answered(paths, answers, reading, report),
                given,
                config,
                dev=held,
                threads=n_threads,
                where=cloze_rows.shown(paths[0]) if paths else "questions",
                report=report,
            )
        filler.save(reserved)
        place.remove()
        history = filler.training.get("history", [])
        if log is not None:
            from nlptool.cloze.config import named

            write_log(log, named(config), history)
        if paint is not None and history:
            paint(history)
    if not quiet:
        console.say(f"{output}: trained; try: nlptool cloze fill {output} FILE")
