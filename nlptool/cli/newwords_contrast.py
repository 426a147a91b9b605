"""`nlptool newwords compare` and `expand`: what is special to a domain, and what is near it."""

from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from nlptool.cli import console, options
from nlptool.cli import newwords_options as own
from nlptool.errors import ConfigError, CorpusError
from nlptool.newwords.config import Config

if TYPE_CHECKING:
    from nlptool.core.corpus import Reading
    from nlptool.core.report import Report
    from nlptool.newwords.contrast import Counts


def compare(
    domain: Annotated[
        str, typer.Argument(help="A text, its counts, or a list of its words with counts.")
    ],
    background: Annotated[str, typer.Argument(help="Another one, of the same kind.")],
    output: options.Output = None,
    score: Annotated[str, typer.Option(help="ratio, log-likelihood or log-odds.")] = "ratio",
    prior: Annotated[
        float | None,
        typer.Option(help="Of log-odds: what the prior is worth, in counts."),
    ] = None,
    min_count: own.MinCount = None,
    top: own.Top = None,
    threads: options.Threads = None,
    memory: options.Memory = None,
    temp_dir: options.TempDir = None,
    encoding: options.Encoding = "utf-8",
    on_bad_line: options.OnBadLine = "stop",
    json: options.Json = False,
    quiet: options.Quiet = False,
) -> None:
    """Compare how often words occur in two texts: word, score, sign, both counts; best first.

    Two texts, or two files of `newwords count`, are mined, and every word found in either is
    counted in both, within longer words too. Of two lists, the counts are taken as they are.
    The sign is + where the domain has more than its share of a word.

    Example: nlptool newwords compare power.txt news.txt --score log-likelihood --top 100
    """
    from nlptool.newwords.contrast import SCORES

    if score not in SCORES:
        raise ConfigError(f"--score: {score!r}, expected one of {', '.join(SCORES)}")
    if prior is not None and not 0 < prior < 1e300:
        raise ConfigError(f"--prior: {prior:g}, expected more than 0")
    config = Config(min_count=min_count, keep_nested=True, threads=options.cores(threads))
    budget = options.memory_bytes(memory)

    import numpy as np

    from nlptool.core.compiling import announced
    from nlptool.core.corpus import Reading, kept
    from nlptool.core.publish import reserve
    from nlptool.core.scratch import scratch
    from nlptool.newwords import contrast

    reading = Reading(encoding, on_bad_line)
    with ExitStack() as stack:
        reserved = stack.enter_context(reserve(output)) if output is not None else None
        folder = stack.enter_context(scratch(temp_dir))
        report = stack.enter_context(console.talking(quiet=quiet))
        stack.enter_context(announced(report))
        console.hint_stdin([domain, background], quiet=quiet)
        paths = stack.enter_context(kept([domain, background], folder))
        counts = _counts(paths, reading, config, folder, budget, report)
        scores = contrast.score(counts, score, prior=prior)
        order = np.lexsort((np.arange(len(scores)), -scores))[:top]
        best, signs = counts.take(order), counts.signs()[order]
        rows = list(
            zip(
                best.words,
                scores[order].round(6).tolist(),
                ("-" if sign < 0 else "+" if sign else "=" for sign in signs.tolist()),
                best.domain.tolist(),
                best.background.tolist(),
                strict=True,
            )
        )
        _write(reserved, ("word", "score", "sign", "domain", "background"), rows, json=json)


def expand(
    seeds: Annotated[
        str, typer.Option(metavar="FILE", help="Words to begin with, one a line; - is stdin.")
    ],
    vectors: Annotated[
        str, typer.Option(metavar="MODEL", help="Word vectors: a model, or any vector file.")
    ],
    output: options.Output = None,
    neighbours: Annotated[int, typer.Option(help="Neighbours of a word that are looked at.")] = 20,
    similarity: Annotated[float, typer.Option(help="The least cosine, to begin with: s.")] = 0.6,
    alpha: Annotated[float, typer.Option(help="How fast it rises from step to step.")] = 0.35,
    max_depth: Annotated[
        int | None, typer.Option(help="How many steps at most; until nothing is found if none.")
    ] = None,
    min_len: Annotated[int, typer.Option(help="Characters of a word, at least.")] = 2,
    json: options.Json = False,
    quiet: options.Quiet = False,
) -> None:
    """Spread from some words to their neighbours, and theirs: word, parent, depth, cosine.

    A neighbour is accepted at depth d if its cosine is at least
    s + (1 - s)(1 - exp(-alpha d)). The seeds come first, with depth 0.

    Example: nlptool newwords expand --seeds seeds.txt --vectors power.w2v
    """
    from nlptool.newwords.expand import Spread
    from nlptool.newwords.expand import expand as spread_from

    spread = Spread(neighbours, similarity, alpha, max_depth, min_len)

    from nlptool.cli.newwords_stages import tell_unknown
    from nlptool.core.publish import reserve
    from nlptool.newwords.model import read_words
    from nlptool.w2v.model import open_vectors

    with ExitStack() as stack:
        reserved = stack.enter_context(reserve(output)) if output is not None else None
        report = stack.enter_context(console.talking(quiet=quiet))
        console.hint_stdin([seeds], quiet=quiet)
        given = list(read_words(seeds))
        accepted, unknown = spread_from(given, open_vectors(vectors, report), spread, report=report)
        tell_unknown(unknown, len(given), report)
        rows = [(one.word, one.parent, one.depth, round(one.cosine, 4)) for one in accepted]
        _write(reserved, ("word", "parent", "depth", "cosine"), rows, json=json)


def _counts(
    paths: list[str],
    reading: "Reading",
    config: Config,
    folder: Path,
    memory: int,
    report: "Report",
) -> "Counts":
    """Return the counts of all words of two inputs.

    Raises:
        ConfigError: they are of different kinds, or counted differently.
    """
    from nlptool.newwords import contrast
    from nlptool.newwords.model import read_words

    kinds = [_kind(path, reading) for path in paths]
    if kinds[0] != kinds[1]:
        raise ConfigError(f"{paths[1]}: {kinds[1]}, expected {kinds[0]} as {paths[0]}")
    if kinds[0] == "a list of words":
        return contrast.counts_of(read_words(paths[0]), read_words(paths[1]))
    from nlptool.newwords.counts import occurrences_of, open_counts
    from nlptool.newwords.mine import mine_stream
    from nlptool.newwords.mine_counts import mine_counts
    from nlptool.newwords.occur import occurrences
    from nlptool.newwords.sums import check_alike
    from nlptool.newwords.symbols import read_files, read_stream

    words: set[str] = set()
    sizes, counted = [], []
    if kinds[0] == "counts":
        files = [open_counts(path) for path in paths]
        check_alike(files)
        for file in files:
            own = replace(config, order=file.pack.order - 1, unit=file.unit)
            words |= set(
                mine_counts([file], own, folder=folder, memory=memory, report=report).words
            )
        listed = sorted(words)
        sizes = [file.n_symbols for file in files]
        counted = [occurrences_of(file, listed) for file in files]
    else:
        streams = []
        for path in paths:
            stream = read_stream(
                read_files([path], reading, report),
                folder,
                threads=config.threads,
                memory=memory,
                report=report,
            )
            streams.append(stream)
            words |= set(
                mine_stream(stream, config, folder=folder, memory=memory, report=report).words
            )
        listed = sorted(words)
        sizes = [stream.n_symbols for stream in streams]
        counted = [occurrences(listed, stream, report=report) for stream in streams]
    return contrast.Counts(listed, counted[0], counted[1], sizes[0], sizes[1])


def _kind(path: str, reading: "Reading") -> str:
    """Tell what an input is: a text, counts or a list of words."""
    from nlptool.core import store
    from nlptool.core.corpus import read_lines

    if store.is_model(path):
        kind = store.load(path).kind
        known = {"newwords": "a list of words", "newwords-counts": "counts"}
        if kind not in known:
            raise CorpusError(f"{path}: a {kind} model, expected a text, words or counts")
        return known[kind]
    first = next(iter(read_lines([path], reading)), "")
    is_list = first.startswith(("word\t", '{"word"'))
    return "a list of words" if is_list else "a text"


def _write(reserved: Any, columns: tuple[str, ...], rows: list[Any], *, json: bool) -> None:
    """Write a table to an output, or to stdout."""
    import json as jsons

    if json:
        encode = jsons.JSONEncoder(ensure_ascii=False, allow_nan=False).encode
        text = "".join(encode(dict(zip(columns, row, strict=True))) + "\n" for row in rows)
    else:
        text = "".join("\t".join(map(str, row)) + "\n" for row in (columns, *rows))
    if reserved is not None:
        with reserved.replace() as file:
            file.write(text.encode())
    elif not json and console.is_terminal():
        console.table(columns, ([str(cell) for cell in row] for row in rows))
    else:
        console.out_bytes(text.encode())
