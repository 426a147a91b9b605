"""`nlptool cloze train`: a model from questions with answers."""

from collections.abc import Callable
from contextlib import ExitStack
from functools import partial
from typing import Annotated, Any

import typer

from nlptool.cli import cloze_rows, console, options, signals
from nlptool.cloze.config import DEFAULT_MODEL, MODELS, Lstm, check_vectors, configured
from nlptool.errors import ConfigError, CorpusError

DEFAULT = Lstm()


def _own(text: str, name: str) -> str:
    """Return the help of an option whose default is the model's own."""
    return f"{text} [lstm: {getattr(DEFAULT, name)}]"


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
        int | None, typer.Option(help=_own("Width of a recurrent layer, each way.", "units"))
    ] = None,
    layers: Annotated[int | None, typer.Option(help=_own("Recurrent layers.", "layers"))] = None,
    dropout: Annotated[
        float | None,
        typer.Option(help=_own("Share of a word's vector that a step leaves out.", "dropout")),
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
    patience: Annotated[
        int | None,
        typer.Option(
            help=_own("Stop after so many epochs without a better dev score.", "patience")
        ),
    ] = None,
    seed: Annotated[
        int | None, typer.Option(help="What the random choices start from; 1 unless given.")
    ] = None,
    threads: options.Threads = None,
    device: Annotated[str, typer.Option(help="auto, cpu or gpu.")] = "auto",
    checkpoint_every: Annotated[
        str | None,
        typer.Option(
            metavar="TIME", help="Save the state that often (90s, 10m, 1h), and when interrupted."
        ),
    ] = None,
    resume: Annotated[
        bool, typer.Option("--resume", help="Go on from the checkpoint of an unfinished run.")
    ] = False,
    log: Annotated[
        str | None,
        typer.Option(metavar="FILE", help="Write how the training went, as JSON lines."),
    ] = None,
    curves: Annotated[
        str | None, typer.Option(metavar="FILE.png", help="Draw how the training went.")
    ] = None,
    encoding: options.Encoding = "utf-8",
    on_bad_line: options.OnBadLine = "stop",
    quiet: options.Quiet = False,
) -> None:
    """Train a model that fills blanks with words of the passage.

    lstm is the published model: two recurrent layers read what stands before and after the
    blank, over word vectors that stay as they are. It needs Keras, and hours on a CPU.

    Example: nlptool cloze train books.doc_query --vectors books.w2v -o books.cloze
    """
    config = configured(
        model,
        vocab=vocab,
        units=units,
        layers=layers,
        dropout=dropout,
        batch=batch,
        epochs=epochs,
        rate=rate,
        warm_up=warm_up,
        decay=decay,
        clip=clip,
        average=average,
        patience=patience,
        seed=seed,
    )
    paths = options.inputs(questions)
    if output is None:
        raise ConfigError("--output: missing, expected a file for the model")
    check_vectors(model, given=vectors is not None)
    if "-" in paths and dev == "-":
        raise ConfigError("stdin (-): named as questions and as --dev, it can be read once")
    n_threads = options.cores(threads)
    seconds = options.seconds(checkpoint_every) if checkpoint_every else None

    from nlptool.core.publish import reserve
    from nlptool.core.reading import Reading
    from nlptool.neural.checkpoint import Checkpoint
    from nlptool.neural.log import painter, write_log
    from nlptool.w2v.model import open_vectors

    reading = Reading(encoding, on_bad_line)
    with ExitStack() as stack:
        reserved = stack.enter_context(reserve(output))
        beside = reserved.beside(".checkpoint")
        paint = painter(curves) if curves is not None else None
        trainer = _TRAINERS[model](n_threads, device)
        report = stack.enter_context(console.talking(quiet=quiet))
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
                checkpoint=partial(
                    Checkpoint, beside, "cloze-checkpoint", seconds=seconds, resume=resume
                ),
                threads=n_threads,
                where=cloze_rows.shown(paths[0]),
                report=report,
            )
        filler.save(reserved)
        Checkpoint(beside, "cloze-checkpoint", {}, "").remove()
        history = filler.training.get("history", [])
        if log is not None:
            from nlptool.cloze.config import named

            write_log(log, named(config), history)
        if paint is not None and history:
            paint(history)
    if not quiet:
        console.say(f"{output}: trained; try: nlptool cloze fill {output} FILE")


def _lstm(threads: int, device: str) -> Callable[..., Any]:
    from nlptool.neural.runtime import prepare, silenced

    prepare(device=device, threads=threads)
    with silenced():
        from nlptool.cloze.train import train as trainer
        from nlptool.neural.objective import require_gpu
    if device == "gpu":
        require_gpu()
    return trainer


_TRAINERS: dict[str, Callable[[int, str], Callable[..., Any]]] = {"lstm": _lstm}
"""Kind of model -> (threads, device) -> what trains it, see `train.train`."""
