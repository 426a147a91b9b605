"""`nlptool newwords domain`: the terms of a domain, from two texts to a list, stage by stage."""

from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from nlptool.cli import console, options, signals
from nlptool.cli import newwords_options as own
from nlptool.errors import ConfigError
from nlptool.newwords.config import Config

if TYPE_CHECKING:
    from nlptool.newwords.terms import Terms

ORDER = 6
"""Symbols of the longest n-grams that are candidates; longer ones have to be mined."""

HEAD = 150
"""Words from the head of the list that are seeds where none are given."""


def domain(
    files: Annotated[
        list[str],
        typer.Argument(metavar="DOMAIN...", help="Texts of the domain, plain or compressed."),
    ],
    background: Annotated[
        list[str],
        typer.Option("--background", "-b", metavar="FILE", help="Other texts; may be repeated."),
    ],
    seeds: Annotated[
        str | None,
        typer.Option(metavar="FILE", help="Words of the domain; the head of the list if none."),
    ] = None,
    output: options.Output = None,
    work_dir: Annotated[
        str | None,
        typer.Option(metavar="DIR", help="Keep each stage's file there, to be used again."),
    ] = None,
    top: own.Top = None,
    only_accepted: Annotated[
        bool, typer.Option("--only-accepted", help="Leave out what the spread did not accept.")
    ] = False,
    score: Annotated[
        str, typer.Option(help="Of the contrast: ratio, log-likelihood or log-odds.")
    ] = "ratio",
    rank: Annotated[
        str,
        typer.Option(help="combined: contrast and quality; contrast: that, long words first."),
    ] = "combined",
    min_count: own.MinCount = None,
    order: Annotated[
        int, typer.Option("--order", "-n", help="Symbols of the longest n-grams counted.")
    ] = ORDER,
    neighbours: Annotated[int, typer.Option(help="Neighbours of a word that are looked at.")] = 20,
    similarity: Annotated[float, typer.Option(help="The least cosine, to begin with.")] = 0.6,
    alpha: Annotated[float, typer.Option(help="How fast it rises from step to step.")] = 0.35,
    dim: Annotated[int, typer.Option(help="Length of a word vector.")] = 100,
    epochs: Annotated[int, typer.Option(help="Times through the text for the vectors.")] = 5,
    seed: options.Seed = 1,
    format_: own.Format = "tsv",
    html: Annotated[
        str | None, typer.Option(metavar="FILE", help="Write the list as a page to look through.")
    ] = None,
    threads: options.Threads = None,
    memory: options.Memory = None,
    temp_dir: options.TempDir = None,
    encoding: options.Encoding = "utf-8",
    on_bad_line: options.OnBadLine = "stop",
    json: options.Json = False,
    quiet: options.Quiet = False,
) -> None:
    """Find the terms of a domain: mine, contrast, segment, train vectors, spread, rank.

    Words that the spread accepted come first if --seeds are given, and have a parent, a depth
    and a cosine in any case.

    Vectors are trained by one thread unless --threads says otherwise; with one the result is
    always the same. A run that was stopped goes on if it has a --work-dir.

    Example: nlptool newwords domain power.txt -b news.txt --work-dir power --top 1000
    """
    from nlptool.newwords.contrast import SCORES
    from nlptool.newwords.expand import Spread
    from nlptool.newwords.terms import RANKS

    shown = own.shown(format_, json=json)
    for name, value, allowed in (
        ("score", score, SCORES),
        ("rank", rank, RANKS),
    ):
        if value not in allowed:
            raise ConfigError(f"--{name}: {value!r}, expected one of {', '.join(allowed)}")
    config = Config(order=order, min_count=min_count, threads=options.cores(threads))
    spread = Spread(neighbours, similarity, alpha)
    budget = options.memory_bytes(memory)

    from nlptool.cli import newwords_stages as stages
    from nlptool.core.compiling import announced
    from nlptool.core.corpus import Reading, kept
    from nlptool.core.publish import reserve
    from nlptool.core.scratch import scratch
    from nlptool.newwords import page
    from nlptool.newwords.expand import expand
    from nlptool.newwords.model import read_words
    from nlptool.newwords.stages import folder_for
    from nlptool.newwords.terms import contrasted, ranked
    from nlptool.w2v.config import Config as VectorConfig

    vector_config = VectorConfig(
        loss="negative-sampling",
        negatives=10,
        min_count=2,
        dim=dim,
        epochs=epochs,
        seed=seed,
        threads=options.cores(threads) if threads is not None else 1,
    ).settled()
    reading = Reading(encoding, on_bad_line)
    with ExitStack() as stack:
        reserved = stack.enter_context(reserve(output)) if output is not None else None
        page_file = stack.enter_context(reserve(html)) if html is not None else None
        folder = stack.enter_context(scratch(temp_dir))
        work = folder_for(work_dir) if work_dir is not None else folder
        report = stack.enter_context(console.talking(quiet=quiet))
        stack.enter_context(announced(report))
        given = list(read_words(seeds)) if seeds is not None else None
        paths = stack.enter_context(kept([*files, *background], folder))
        run = stages.Run(
            paths[: len(files)], paths[len(files) :], reading, folder, work, budget, report
        )
        words = run.words(config)
        counts = run.background(words, config)
        terms = contrasted(words, *counts, score=score, rank=rank)
        text = run.segmented(words, terms)
        with signals.patiently():
            model = run.vectors(text, vector_config)
        start = given if given is not None else _head(terms, set(model.vocab.words))
        accepted, unknown = expand(start, model.vectors, spread, report=report)
        stages.tell_unknown(unknown, len(start), report)
        pieces = dict(zip(model.vocab.words, model.vocab.counts.tolist(), strict=True))
        # Seeds from the head of the list say nothing that it does not say itself.
        lead = given is not None or rank == "contrast"
        terms = ranked(terms, accepted, pieces, rank=rank, lead=lead, rest=not only_accepted)
        if top is not None:
            terms = terms.first(top)
        if page_file is not None:
            first = terms.first(page.MOST)
            sentences = run.examples(first.words.words, page.EXAMPLES)
            built = page.build(first, sentences, f"Terms of {Path(files[0]).name}")
            with page_file.replace() as file:
                file.write(built)
        own.write(terms.as_text(shown), shown, reserved)


def _head(terms: "Terms", known: set[str]) -> list[str]:
    """Return the first words that have a vector."""
    return [word for word in terms.words.words if word in known][:HEAD]
