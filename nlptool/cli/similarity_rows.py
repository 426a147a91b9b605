"""What the verbs of `nlptool similarity` share: lines in batches, rows out, what was seen."""

import json as jsons
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import islice
from typing import TYPE_CHECKING, Annotated, Any, TypeVar

import typer

from nlptool.cli import console

if TYPE_CHECKING:
    from nlptool.core.publish import Output
    from nlptool.core.report import Report
    from nlptool.similarity.model import Seen

T = TypeVar("T")

Model = Annotated[str, typer.Argument(metavar="MODEL", help="What `similarity train` made.")]


def batches(items: Iterable[T], paths: list[str], size: int = 1024) -> Iterator[list[T]]:
    """Yield items, many at a time; few where more are not at hand, as somebody waits."""
    ready: Callable[[], bool] = console.stdin_ready if "-" in paths else lambda: True
    rest = iter(items)
    while batch := list(islice(rest, 1)):
        while len(batch) < size and ready():
            more = next(rest, None)
            if more is None:
                break
            batch.append(more)
        yield batch


def tell(seen: "Seen", report: "Report") -> None:
    """Say what became of the sentences."""
    from nlptool.core.report import Note

    report(
        Note(
            f"{seen.n:,} sentences: {seen.n_truncated:,} truncated, {seen.n_empty:,} empty, "
            f"{seen.n_unknown:,} of unknown words only"
        )
    )


def write(
    columns: Sequence[str],
    rows: Iterable[Sequence[Any]],
    reserved: "Output | None",
    *,
    json: bool,
    header: bool = True,
) -> None:
    """Write rows to an output or to stdout: TSV, or one JSON object a line."""
    if json:
        encode = jsons.JSONEncoder(ensure_ascii=False, allow_nan=False).encode
        lines = [encode(dict(zip(columns, row, strict=True))) for row in rows]
    else:
        table = ([*map(str, row)] for row in rows)
        lines = ["\t".join(row) for row in ([list(columns)] if header else []) + list(table)]
    text = "".join(f"{line}\n" for line in lines).encode()
    if reserved is None:
        console.out_bytes(text)
        return
    with reserved.replace() as file:
        file.write(text)
