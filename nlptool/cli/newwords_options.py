"""The options that several verbs of `nlptool newwords` have, and how they are read."""

from typing import TYPE_CHECKING, Annotated

import typer

from nlptool.cli import console
from nlptool.errors import ConfigError
from nlptool.newwords.config import FORMATS

if TYPE_CHECKING:
    from nlptool.core.publish import Output

MinCount = Annotated[
    int | None,
    typer.Option(
        help="How often a word has to occur. Unless given, for n symbols 32 sqrt(n / 10^9), from "
        "3 to 32: a word's chance count grows more slowly than the text."
    ),
]
MinEntropy = Annotated[float, typer.Option(help="Least branching entropy on either side, in nats.")]
MaxLen = Annotated[int, typer.Option(help="Symbols of the longest word.")]
Top = Annotated[int | None, typer.Option("--top", "-k", min=1, help="How many words.")]
Format = Annotated[
    str, typer.Option("--format", help="tsv, jsonl, jieba (a user dictionary) or list.")
]
Model = Annotated[
    str | None, typer.Option("--model", metavar="FILE", help="Write the words as a model too.")
]
Unit = Annotated[str, typer.Option(help="What a symbol is: char, or word (between white space).")]


def shown(format_: str, *, json: bool) -> str:
    """Return how words are written.

    Raises:
        ConfigError: there is no such format.
    """
    how = "jsonl" if json else format_
    if how not in FORMATS:
        raise ConfigError(f"--format: {how!r}, expected one of {', '.join(FORMATS)}")
    return how


def numbers(option: str, text: str | None, such_as: str) -> tuple[float, ...] | None:
    """Return a list of numbers, separated by commas; None where none is given.

    Raises:
        ConfigError: it is none.
    """
    if text is None:
        return None
    try:
        return tuple(float(part) for part in text.split(","))
    except ValueError:
        raise ConfigError(f"{option}: {text!r}, expected numbers such as {such_as}") from None


def write(text: str, how: str, reserved: "Output | None") -> None:
    """Write words as they are to a file or to stdout; as a table to a terminal."""
    if reserved is not None:
        with reserved.replace() as file:
            file.write(text.encode())
    elif how == "tsv" and console.is_terminal():
        header, *rows = text.split("\n")[:-1]
        console.table(header.split("\t"), (row.split("\t") for row in rows))
    else:
        console.out_bytes(text.encode())


def check_texts(paths: list[str]) -> None:
    """Refuse files of ours where text is wanted, which else would be called binary.

    Raises:
        ConfigError: naming the first.
    """
    from nlptool.core.store import is_model

    for path in paths:
        if path != "-" and is_model(path):
            raise ConfigError(
                f"{path}: counts or a model, expected text; only `mine` and `compare` take counts"
            )


def pair(option: str, text: str) -> tuple[float, float]:
    """Return two numbers, separated by a comma.

    Raises:
        ConfigError: they are not two numbers.
    """
    try:
        first, second = map(float, text.split(","))
    except ValueError:
        raise ConfigError(f"{option}: {text!r}, expected two numbers such as 3,2") from None
    return first, second
