"""What `nlptool w2v` says of running text: its keywords, its vector."""

from collections.abc import Iterator
from contextlib import ExitStack
from typing import TYPE_CHECKING, Annotated

import typer

from nlptool.cli import console, options
from nlptool.cli.w2v_ask import Model, Trained
from nlptool.core.report import Note, Report
from nlptool.errors import ConfigError

if TYPE_CHECKING:
    from nlptool.core.vectors import Vectors

TextSegment = Annotated[
    str,
    typer.Option("--segment", help="How text is cut into words: as in training unless given."),
]


def keywords(
    model: Trained,
    files: options.Inputs = None,
    by: Annotated[
        str, typer.Option(help="What a text is: each whole file, or each line.")
    ] = "file",
    top: Annotated[int, typer.Option("--top", "-k", min=1, help="How many words.")] = 10,
    segment: TextSegment = "model",
    user_dict: options.UserDict = None,
    encoding: options.Encoding = "utf-8",
    json: options.Json = False,
    quiet: options.Quiet = False,
) -> None:
    """Show the words that best foretell the rest of a text: where, word, score.

    Example: echo 太阳是一颗恒星 | nlptool w2v keywords news.w2v
    """
    from nlptool.w2v.model import open_model

    if by not in ("file", "line"):
        raise ConfigError(f"--by: {by!r}, expected file or line")
    trained = open_model(model)
    how = _how(segment, trained.training)
    with console.talking(quiet=quiet) as report:
        for path in options.inputs(files):
            console.hint_stdin([path], quiet=quiet)
            lines = _ids(trained.vectors, [path], how, user_dict, encoding, report)
            name = "stdin" if path == "-" else path
            if by == "file":
                texts = iter([(name, [word for line in lines for word in line])])
            else:
                texts = ((f"{name}:{number}", line) for number, line in enumerate(lines, 1))
            for where, text in texts:
                found = [
                    (trained.vocab.words[place], score) for place, score in trained.keywords(text)
                ][:top]
                if json:
                    answers = [{"word": word, "score": score} for word, score in found]
                    console.out_json({"text": where, "words": len(text), "keywords": answers})
                else:
                    rows = [(where, word, f"{score:.4f}") for word, score in found]
                    console.table(("text", "word", "score"), rows, header=False)


def sentence(
    model: Model,
    files: options.Inputs = None,
    output: Annotated[
        str | None,
        typer.Option("--output", "-o", metavar="FILE.npy", help="Write a numpy array instead."),
    ] = None,
    segment: TextSegment = "model",
    user_dict: options.UserDict = None,
    encoding: options.Encoding = "utf-8",
    json: options.Json = False,
    quiet: options.Quiet = False,
) -> None:
    """Turn every line into the sum of its words' vectors: one TSV line of numbers each.

    Example: nlptool w2v sentence news.w2v titles.txt -o titles.npy
    """
    import numpy as np

    from nlptool.core.publish import reserve
    from nlptool.w2v.model import open_model, open_vectors

    if output is not None and not output.endswith(".npy"):
        raise ConfigError(f"--output: {output!r}, expected a name that ends in .npy")
    with ExitStack() as stack:
        reserved = stack.enter_context(reserve(output)) if output is not None else None
        report = stack.enter_context(console.talking(quiet=quiet))
        how = segment
        if how == "model":
            from nlptool.core.store import is_model

            how = _how(how, open_model(model).training) if is_model(model) else "auto"
        vectors = open_vectors(model)
        paths = options.inputs(files)
        console.hint_stdin(paths, quiet=quiet)
        rows = []
        n_lines = n_unknown = 0
        for line in _ids(vectors, paths, how, user_dict, encoding, report):
            row = np.asarray(vectors.matrix[np.asarray(line, np.int64)].sum(axis=0))
            n_lines += 1
            n_unknown += not line
            if reserved is not None:
                rows.append(row)
            elif json:
                console.out_json({"line": n_lines, "words": len(line), "vector": row.tolist()})
            else:
                console.out("\t".join(map(str, row.tolist())))
        if reserved is not None:
            with reserved.replace() as file:
                np.save(file, np.array(rows, np.float32).reshape(n_lines, vectors.dim))
        if n_unknown:
            report(
                Note(f"{n_unknown:,} of {n_lines:,} lines have no known word: their vector is 0")
            )


def _how(segment: str, training: dict[str, object]) -> str:
    """Return how to segment: as asked, or as the model's own corpus was."""
    if segment != "model":
        return segment
    known = training.get("segment")
    return known if known in ("space", "char", "pairs", "jieba") else "auto"


def _ids(
    vectors: "Vectors",
    paths: list[str],
    how: str,
    user_dict: str | None,
    encoding: str,
    report: Report,
) -> Iterator[list[int]]:
    """Yield the known words of every line, as ids, in order."""
    from nlptool.core.corpus import Reading, read_blocks
    from nlptool.core.segment import segmented

    _, blocks = segmented(
        read_blocks(paths, Reading(encoding), report),
        options.segmenter(how),
        user_dict=user_dict,
        report=report,
    )
    known = vectors.ids
    left = ""
    for block in blocks:
        *lines, left = (left + block.decode()).split("\n")
        for line in lines:
            yield [known[word] for word in line.split() if word in known]
