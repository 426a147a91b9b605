"""`nlptool similarity` verbs that keep sentences and search them, and clear duplicates."""

from contextlib import ExitStack
from typing import TYPE_CHECKING, Annotated, Any

import typer

from nlptool.cli import console, options
from nlptool.cli import similarity_rows as rows
from nlptool.errors import ConfigError

if TYPE_CHECKING:
    from nlptool.similarity.index import Index
    from nlptool.similarity.model import Matcher

IndexFile = Annotated[str, typer.Argument(metavar="INDEX", help="What `similarity index` made.")]
Top = Annotated[int, typer.Option("--top", "-k", min=1, help="How many answers to give.")]
ItemFiles = Annotated[
    list[str] | None,
    typer.Argument(
        metavar="[FILE]...",
        help='A text a line, id<TAB>text, or {"id", "text", ...}; - is stdin.',
    ),
]


def index(
    model: rows.Model,
    files: ItemFiles = None,
    output: options.Output = None,
    encoding: options.Encoding = "utf-8",
    on_bad_line: options.OnBadLine = "stop",
    quiet: options.Quiet = False,
) -> None:
    """Keep sentences with their vectors, for `search`.

    A line without an id has its number for one. JSON objects are kept whole.

    Example: nlptool similarity index questions.sim questions.txt -o questions.index
    """
    if output is None:
        raise ConfigError("--output: missing, expected a file for the index")
    paths = options.inputs(files)

    from nlptool.core.publish import reserve
    from nlptool.core.reading import Reading
    from nlptool.similarity.index import build
    from nlptool.similarity.items import read_items
    from nlptool.similarity.model import open_model

    matcher = open_model(model)
    with ExitStack() as stack:
        reserved = stack.enter_context(reserve(output))
        report = stack.enter_context(console.talking(quiet=quiet))
        console.hint_stdin(paths, quiet=quiet)
        items = read_items(paths, Reading(encoding, on_bad_line), report)
        made, seen = build(items, matcher, report)
        made.save(reserved)
        rows.tell(seen, report)


def add(
    index_file: IndexFile,
    model: Annotated[
        str,
        typer.Option("--model", metavar="MODEL", help="The model that the index was made with."),
    ],
    files: ItemFiles = None,
    encoding: options.Encoding = "utf-8",
    on_bad_line: options.OnBadLine = "stop",
    quiet: options.Quiet = False,
) -> None:
    """Add sentences to an index; one with an id that is there replaces that.

    Example: nlptool similarity add questions.index --model questions.sim new.tsv
    """
    paths = options.inputs(files)

    from nlptool.core.publish import reserve
    from nlptool.core.reading import Reading
    from nlptool.similarity.index import build, open_index
    from nlptool.similarity.items import read_items
    from nlptool.similarity.model import open_model

    matcher = open_model(model)
    with ExitStack() as stack:
        reserved = stack.enter_context(reserve(index_file))
        old = open_index(index_file, matcher)
        report = stack.enter_context(console.talking(quiet=quiet))
        console.hint_stdin(paths, quiet=quiet)
        # Numbers of lines would name other sentences of the index.
        items = read_items(paths, Reading(encoding, on_bad_line), report, named=True)
        new, seen = build(items, matcher, report)
        old.added(new).save(reserved)
        rows.tell(seen, report)


def delete(
    index_file: IndexFile,
    ids: Annotated[
        list[str] | None,
        typer.Argument(metavar="[ID]...", help="What to remove; without any, one a line of stdin."),
    ] = None,
    quiet: options.Quiet = False,
) -> None:
    """Remove sentences from an index by their ids.

    Example: nlptool similarity delete questions.index 17 42
    """
    from nlptool.core.corpus import read_lines
    from nlptool.core.publish import reserve
    from nlptool.core.report import Note
    from nlptool.similarity.index import open_index

    with ExitStack() as stack:
        reserved = stack.enter_context(reserve(index_file))
        old = open_index(index_file)
        report = stack.enter_context(console.talking(quiet=quiet))
        if not ids:
            console.hint_stdin(["-"], quiet=quiet)
            ids = [line for line in read_lines(["-"]) if line]
        gone = [name for name in dict.fromkeys(ids) if name in old.places]
        unknown = len(set(ids)) - len(gone)
        old.without(gone).save(reserved)
        report(Note(f"{len(gone):,} removed, {unknown:,} not there, {len(old) - len(gone):,} left"))


def search(
    index_file: IndexFile,
    model: Annotated[
        str,
        typer.Option("--model", metavar="MODEL", help="The model that the index was made with."),
    ],
    files: options.Inputs = None,
    top: Top = 10,
    rerank: Annotated[
        int,
        typer.Option(
            min=0,
            help="Score so many of the nearest as pairs, as `score` does, and give the best of "
            "these; 0: none.",
        ),
    ] = 0,
    threshold: Annotated[
        float | None, typer.Option(help="The least cosine, or score, of an answer.")
    ] = None,
    approximate: Annotated[
        bool,
        typer.Option(
            "--approximate",
            help="Build a graph first, and look along it: for very many queries (usearch).",
        ),
    ] = False,
    threads: options.Threads = None,
    encoding: options.Encoding = "utf-8",
    on_bad_line: options.OnBadLine = "stop",
    json: options.Json = False,
    quiet: options.Quiet = False,
) -> None:
    """Find the sentences of an index that are most like each line: query, id, cosine, text.

    Every sentence of the index is looked at, so the answers are exact; those of --approximate
    are not, and how many of them are right is measured on a sample and told. --rerank K takes
    the K nearest and puts them into the order of their scores, which stand for the cosines.

    Example: echo 怎么改密码 | nlptool similarity search questions.index --model questions.sim
    """
    paths = options.inputs(files)

    import json as jsons
    from functools import partial

    from nlptool.core.corpus import read_lines
    from nlptool.core.reading import Reading
    from nlptool.core.report import Note
    from nlptool.similarity.index import open_index
    from nlptool.similarity.model import Seen, open_model

    n_threads = options.cores(threads)
    matcher = open_model(model)
    held = open_index(index_file, matcher)
    find = partial(held.search, threads=n_threads)
    seen = Seen()
    with console.talking(quiet=quiet) as report:
        if approximate:
            from nlptool.similarity.approximate import build

            # With one thread the graph is always the same.
            graph = build(held, threads=threads or 1, report=report)
            find = partial(graph.search)
            share = graph.recall(top)
            report(Note(f"approximate: finds {share:.1%} of the true {top} nearest, on a sample"))
        console.hint_stdin(paths, quiet=quiet)
        lines = read_lines(paths, Reading(encoding, on_bad_line), report)
        for batch in rows.batches(lines, paths, 256):
            vectors, new = matcher.encode(batch)
            seen += new
            found = find(vectors, max(top, rerank))
            answers = zip(batch, found.ids.tolist(), found.scores.tolist(), strict=True)
            for query, places, cosines in answers:
                nearest = [one for one in zip(places, cosines, strict=True) if one[0] >= 0]
                if rerank:
                    nearest = _reranked(query, nearest, matcher, held)[:top]
                for place, cosine in nearest:
                    if threshold is not None and cosine < threshold:
                        continue
                    item = held.items[place]
                    if json:
                        row: dict[str, Any] = {"query": query, "id": item.name}
                        row |= {"score" if rerank else "cosine": round(cosine, 4)}
                        row |= {"text": item.text}
                        if item.payload:
                            row["item"] = jsons.loads(item.payload)
                        console.out_json(row)
                    else:
                        console.out("\t".join([query, item.name, f"{cosine:.4f}", item.text]))
            console.flush()
        rows.tell(seen, report)


def _reranked(
    query: str, nearest: list[tuple[int, float]], matcher: "Matcher", held: "Index"
) -> list[tuple[int, float]]:
    """Return places in the order of their scores, the highest first."""
    texts = [held.items[place].text for place, _ in nearest]
    scores = matcher.score([query] * len(texts), texts)[0].tolist()
    found = zip((place for place, _ in nearest), scores, strict=True)
    return sorted(found, key=lambda one: -one[1])


def dedup(
    model: rows.Model,
    files: ItemFiles = None,
    output: options.Output = None,
    threshold: Annotated[
        float, typer.Option(min=0.01, help="The least cosine of two near duplicates.")
    ] = 0.9,
    all_: Annotated[
        bool, typer.Option("--all", help="Show sentences without a duplicate too.")
    ] = False,
    keep_first: Annotated[
        bool, typer.Option("--keep-first", help="Write the text without its duplicates instead.")
    ] = False,
    encoding: options.Encoding = "utf-8",
    on_bad_line: options.OnBadLine = "stop",
    json: options.Json = False,
    quiet: options.Quiet = False,
) -> None:
    """Find near duplicates: cluster, id, text; or write the lines that are none.

    Each is near the first sentence of its cluster, whose id names the cluster.

    Example: nlptool similarity dedup questions.sim questions.txt --threshold 0.95
    """
    paths = options.inputs(files)

    from nlptool.core.publish import reserve
    from nlptool.core.reading import Reading
    from nlptool.core.report import Note
    from nlptool.similarity.duplicates import leaders
    from nlptool.similarity.index import build
    from nlptool.similarity.items import read_items
    from nlptool.similarity.model import open_model

    matcher = open_model(model)
    with ExitStack() as stack:
        reserved = stack.enter_context(reserve(output)) if output is not None else None
        report = stack.enter_context(console.talking(quiet=quiet))
        console.hint_stdin(paths, quiet=quiet)
        held, seen = build(
            read_items(paths, Reading(encoding, on_bad_line), report), matcher, report
        )
        first = leaders(held.vectors, threshold, report).tolist()
        sizes = [0] * len(first)
        for i in first:
            sizes[i] += 1
        n_more = sum(size - 1 for size in sizes if size > 1)
        rows.tell(seen, report)
        report(Note(f"{n_more:,} near duplicates of {sum(size > 1 for size in sizes):,} sentences"))
        if keep_first:
            kept = [item for i, item in enumerate(held.items) if first[i] == i]
            text = "".join(f"{item.payload or item.text}\n" for item in kept).encode()
            if reserved is None:
                console.out_bytes(text)
                return
            with reserved.replace() as file:
                file.write(text)
            return
        order = sorted(range(len(first)), key=lambda i: (first[i], i))
        table = [
            (held.items[first[i]].name, held.items[i].name, held.items[i].text)
            for i in order
            if all_ or sizes[first[i]] > 1
        ]
        rows.write(("cluster", "id", "text"), table, reserved, json=json)
