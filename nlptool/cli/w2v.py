"""`nlptool w2v`: train word vectors; the other verbs are in `w2v_*.py`."""

from contextlib import ExitStack
from pathlib import Path
from typing import Annotated

import typer

from nlptool.cli import console, options, signals, w2v_ask, w2v_judge, w2v_text
from nlptool.errors import ConfigError
from nlptool.w2v.config import Config

DEFAULT = Config()

app = typer.Typer(help="Word vectors: train, ask, evaluate, convert.", no_args_is_help=True)


@app.command()
def train(
    corpus: Annotated[
        list[str],
        typer.Argument(metavar="CORPUS...", help="Text, plain or compressed; - is stdin."),
    ],
    output: Annotated[
        str | None,
        typer.Option(
            "--output", "-o", metavar="FILE", help="The model; <corpus>.w2v here unless given."
        ),
    ] = None,
    arch: Annotated[str, typer.Option(help="skipgram or cbow.")] = DEFAULT.arch,
    loss: Annotated[
        str,
        typer.Option(
            help="random-softmax, negative-sampling, nce, pmi; hierarchical-softmax (gensim)."
        ),
    ] = DEFAULT.loss,
    tied: Annotated[
        bool, typer.Option("--tied", help="Use the word vectors as output weights too.")
    ] = DEFAULT.tied,
    proposal: Annotated[
        str, typer.Option(help="Where negatives come from: unigram (to the 0.75) or uniform.")
    ] = DEFAULT.proposal,
    dim: Annotated[int, typer.Option(help="Length of a vector.")] = DEFAULT.dim,
    window: Annotated[int, typer.Option(help="Words on either side.")] = DEFAULT.window,
    negatives: Annotated[
        int | None,
        typer.Option(help="Words drawn against each true one; 5 for negative-sampling, else 16."),
    ] = DEFAULT.negatives,
    min_count: Annotated[
        int, typer.Option(help="Leave out words that are rarer.")
    ] = DEFAULT.min_count,
    max_vocab: Annotated[
        int | None, typer.Option(help="Keep only the N most frequent words.")
    ] = DEFAULT.max_vocab,
    epochs: Annotated[
        int | None, typer.Option(help="Times through the corpus; for pmi through the counts.")
    ] = DEFAULT.epochs,
    sample: Annotated[
        float, typer.Option(help="Frequency above which words are thinned out; 0 keeps all.")
    ] = DEFAULT.sample,
    rate: Annotated[
        float | None, typer.Option(help="Learning rate at the start; the loss's own unless given.")
    ] = DEFAULT.rate,
    engine: Annotated[
        str, typer.Option(help="numba, keras (GPUs) or gensim (reference).")
    ] = DEFAULT.engine,
    subword: Annotated[
        bool, typer.Option("--subword", help="fastText: learn parts of words too (gensim).")
    ] = DEFAULT.subword,
    mode: Annotated[
        str, typer.Option(help="Of pmi: shared vectors, or two, concatenated or summed.")
    ] = DEFAULT.mode,
    truncate: Annotated[
        bool, typer.Option("--truncate", help="Of pmi: take negative values as 0.")
    ] = DEFAULT.truncate,
    x_max: Annotated[
        float, typer.Option(help="Of pmi: the count from which a pair has full weight.")
    ] = DEFAULT.x_max,
    alpha: Annotated[
        float, typer.Option(help="Of pmi: the exponent of the weight.")
    ] = DEFAULT.alpha,
    seed: options.Seed = DEFAULT.seed,
    threads: options.Threads = None,
    init: Annotated[
        str | None,
        typer.Option(metavar="FILE", help="Go on from these vectors: a model, or any vector file."),
    ] = None,
    vocab: Annotated[
        str | None, typer.Option(metavar="FILE", help="Use this vocabulary: word, count a line.")
    ] = None,
    save_vocab: Annotated[
        str | None, typer.Option(metavar="FILE", help="Write the vocabulary there as well.")
    ] = None,
    checkpoint_every: options.CheckpointEvery = None,
    resume: options.Resume = False,
    segment: options.Segment = "auto",
    user_dict: options.UserDict = None,
    encoding: options.Encoding = "utf-8",
    on_bad_line: options.OnBadLine = "stop",
    memory: options.Memory = None,
    temp_dir: options.TempDir = None,
    quiet: options.Quiet = False,
) -> None:
    """Train word vectors from text.

    Chinese text is segmented with jieba unless its words are separated by spaces already.

    Example: nlptool w2v train news.txt.xz && nlptool w2v similar news.w2v 经济
    """
    config = Config(
        arch=arch,
        loss=loss,
        tied=tied,
        proposal=proposal,
        dim=dim,
        window=window,
        negatives=negatives,
        min_count=min_count,
        max_vocab=max_vocab,
        epochs=epochs,
        sample=sample,
        rate=rate,
        engine=engine,
        subword=subword,
        mode=mode,
        truncate=truncate,
        x_max=x_max,
        alpha=alpha,
        seed=seed,
        threads=options.cores(threads),
    ).settled()
    budget = options.memory_bytes(memory)
    seconds = options.seconds(checkpoint_every) if checkpoint_every else None
    target = output if output is not None else _beside(corpus)

    from nlptool.core import vocab as vocabularies
    from nlptool.core.checkpoint import Checkpoint
    from nlptool.core.compiling import announced
    from nlptool.core.corpus import Reading, read_blocks
    from nlptool.core.publish import reserve
    from nlptool.core.scratch import scratch
    from nlptool.core.segment import segmented
    from nlptool.w2v.learn import CHECKPOINT, learn
    from nlptool.w2v.model import open_vectors

    reading = Reading(encoding, on_bad_line)
    with ExitStack() as stack:
        reserved = stack.enter_context(reserve(target))
        vocab_file = stack.enter_context(reserve(save_vocab)) if save_vocab else None
        checkpoint = Checkpoint(reserved.beside(".checkpoint"), CHECKPOINT, seconds, resume)
        folder = stack.enter_context(scratch(temp_dir))
        report = stack.enter_context(console.talking(quiet=quiet))
        console.hint_stdin(corpus, quiet=quiet)
        given = vocabularies.load(vocab) if vocab else None
        start = open_vectors(init, report) if init else None
        how, text = segmented(
            read_blocks(corpus, reading, report),
            options.segmenter(segment),
            threads=config.threads,
            user_dict=user_dict,
            report=report,
        )
        with announced(report), signals.patiently():
            model = learn(
                text,
                config,
                where="stdin" if corpus[0] == "-" else corpus[0],
                segment=how,
                folder=folder,
                memory=budget,
                vocab=given,
                init=start,
                checkpoint=checkpoint,
                report=report,
            )
        if vocab_file is not None:
            with vocab_file.replace() as file:
                model.vocab.save(file)
        model.save(reserved)
        checkpoint.remove()
    if not quiet:
        console.say(
            f"{target}: {len(model.vocab.words):,} words x {config.dim}; try: "
            f"nlptool w2v similar {target} {_telling(model.vocab.words)}"
        )


for verb in (
    w2v_ask.similar,
    w2v_ask.related,
    w2v_ask.analogy,
    w2v_ask.predict,
    w2v_ask.norms,
    w2v_text.keywords,
    w2v_text.sentence,
    w2v_judge.eval_,
    w2v_judge.compare,
    w2v_judge.convert,
    w2v_judge.check,
    w2v_judge.plot,
):
    app.command(name=verb.__name__.rstrip("_"))(verb)


def _telling(words: list[str]) -> str:
    """Return a frequent word that says something: two letters or more."""
    letters = (word for word in words if len(word) > 1 and word.isalpha())
    return next(letters, words[0])


def _beside(corpus: list[str]) -> str:
    """Return where the model of a corpus goes: here, named after the file or its folder.

    Raises:
        ConfigError: there is no name to be had.
    """
    if "-" in corpus:
        raise ConfigError("--output: not given, expected -o FILE as the corpus is stdin")
    if len(corpus) == 1:
        name = corpus[0].rstrip("/").rpartition("/")[2]
        for ending in (".gz", ".bz2", ".xz", ".zst", ".txt"):
            name = name.removesuffix(ending)
    else:
        name = Path(corpus[0]).absolute().parent.name
    if not name:
        raise ConfigError("--output: not given, expected -o FILE")
    return f"{name}.w2v"
