"""`nlptool crf` verbs about labelled files: turn one form into another, look for faults."""

from collections.abc import Iterable, Iterator
from contextlib import ExitStack
from typing import TYPE_CHECKING, Annotated

import typer

from nlptool.cli import console, options

if TYPE_CHECKING:
    from nlptool.crf.check import Finding, Survey

LabelledFiles = Annotated[
    list[str] | None,
    typer.Argument(metavar="[FILE]...", help="Labelled files, plain or compressed; - is stdin."),
]
FormatOption = Annotated[
    str,
    typer.Option(
        "--format", help="Of the input: segmented, columns, wordpos, jsonl, text; auto looks."
    ),
]
UnitOption = Annotated[
    str,
    typer.Option(
        "--unit", help="What a token of segmented text, word/POS and raw text is: char or word."
    ),
]
LabelOption = Annotated[
    str,
    typer.Option(
        "--label",
        metavar="COLUMN",
        help="Which column has the labels: last, none, a number from 0, or a name that stands "
        "in the first line.",
    ),
]
TokenOption = Annotated[
    str,
    typer.Option("--token", metavar="COLUMN", help="Which column has the tokens, likewise."),
]


def convert(
    files: LabelledFiles = None,
    to: Annotated[
        str,
        typer.Option("--to", help="segmented, columns, wordpos, jsonl, cluener or text."),
    ] = "columns",
    scheme: Annotated[
        str | None, typer.Option(help="What labels become: bio, bioes or bmes.")
    ] = None,
    output: options.Output = None,
    format_: FormatOption = "auto",
    unit: UnitOption = "char",
    label: LabelOption = "last",
    token: TokenOption = "0",
    temp_dir: options.TempDir = None,
    encoding: options.Encoding = "utf-8",
    on_bad_line: options.OnBadLine = "stop",
    quiet: options.Quiet = False,
) -> None:
    """Turn labelled text into another form; what that cannot hold is counted on stderr.

    Example: nlptool crf convert train.jsonl --to columns --scheme bmes -o train.bmes
    """
    paths = options.inputs(files)

    from collections import Counter

    from nlptool.core.corpus import Reading, kept
    from nlptool.core.publish import reserve
    from nlptool.crf.convert import check_target, write_sentences
    from nlptool.crf.formats import Format, read_sentences

    form = Format(format_, unit, label, token)
    check_target(to, scheme)
    reading = Reading(encoding, on_bad_line)
    lost: Counter[str] = Counter()
    with ExitStack() as stack:
        reserved = stack.enter_context(reserve(output)) if output is not None else None
        report = stack.enter_context(console.talking(quiet=quiet))
        console.hint_stdin(paths, quiet=quiet)
        paths = stack.enter_context(kept(paths, temp_dir))
        # Their scheme can only be told from all labels, and faults are told before anything is
        # written.
        labels: set[str] = set()
        for sentence in read_sentences(paths, form, reading):
            labels.update(sentence.labels or ())
        sentences = read_sentences(paths, form, reading, report)
        lines = write_sentences(sentences, to, labels=labels, scheme=scheme, lost=lost)
        if reserved is not None:
            with reserved.replace() as file:
                file.writelines(line.encode() for line in lines)
        else:
            for block in _blocks(lines):
                console.out_bytes(block)
    if not quiet:
        for what, n in lost.items():
            console.say(f"lost: {n:,} {what}")


def check(
    files: LabelledFiles = None,
    against: Annotated[
        list[str] | None,
        typer.Option(
            "--against", metavar="FILE", help="Tell which sentences are in this file too."
        ),
    ] = None,
    format_: FormatOption = "auto",
    unit: UnitOption = "char",
    label: LabelOption = "last",
    token: TokenOption = "0",
    encoding: options.Encoding = "utf-8",
    on_bad_line: options.OnBadLine = "stop",
    json: options.Json = False,
    quiet: options.Quiet = False,
) -> None:
    """Count labels, and look for what may be wrong with labelled files.

    Faulty lines, illegal labels, sentences that are there twice or in the files of --against
    too, characters of both widths. Exit code 3 if a file cannot be read at all, else 0.

    Example: nlptool crf check train.bio --against test.bio
    """
    paths = options.inputs(files)

    from nlptool.core.corpus import Reading
    from nlptool.crf.check import check as survey
    from nlptool.crf.check_against import read_against
    from nlptool.crf.formats import Format

    form = Format(format_, unit, label, token)
    reading = Reading(encoding, on_bad_line)
    with console.talking(quiet=quiet) as report:
        console.hint_stdin(paths, quiet=quiet)
        others = read_against(against, form, reading, report) if against else None
        rows: list[tuple[str, str, str, str]] = []
        for path in paths:
            found = survey(path, form, reading, against=others, report=report)
            if json:
                console.out_json(_as_json(found))
            else:
                rows += [(path, kind, n, console.escaped(which)) for kind, n, which in _rows(found)]
    if not json:
        console.table(("file", "what", "count", "detail"), rows)


def _rows(found: "Survey") -> list[tuple[str, str, str]]:
    """Return what was found as rows: what, how often, which."""
    return [
        ("sentences", str(found.n_sentences), found.form),
        ("empty", str(found.n_empty), ""),
        ("tokens", str(found.n_tokens), f"at most {found.n_longest} a sentence"),
        *(("label", str(n), label or "(not known)") for label, n in found.labels),
        *(("span", str(n), kind or "(words)") for kind, n in found.spans),
        *(
            (
                one.kind,
                str(one.n),
                console.escaped(f"{_share(one, found)}{' | '.join(one.examples)}"),
            )
            for one in found.findings
        ),
    ]


def _share(finding: "Finding", found: "Survey") -> str:
    """Return how many of the sentences it is, where it is about sentences."""
    if not finding.kind.startswith("sentences"):
        return ""
    return f"{finding.n / found.n_sentences:.2%}: "


def _as_json(found: "Survey") -> dict[str, object]:
    return {
        "file": found.path,
        "format": found.form,
        "scheme": found.scheme,
        "sentences": found.n_sentences,
        "empty": found.n_empty,
        "tokens": found.n_tokens,
        "longest": found.n_longest,
        "labels": dict(found.labels),
        "spans": dict(found.spans),
        "findings": [
            {
                "kind": one.kind,
                "count": one.n,
                **({"rate": one.n / found.n_sentences} if one.kind.startswith("sentences") else {}),
                "examples": list(one.examples),
            }
            for one in found.findings
        ],
    }


def _blocks(lines: Iterable[str]) -> Iterator[bytes]:
    """Yield lines as UTF-8, many at a time."""
    held: list[str] = []
    n_held = 0
    for line in lines:
        held.append(line)
        n_held += len(line)
        if n_held > 1 << 16:
            yield "".join(held).encode()
            held, n_held = [], 0
    yield "".join(held).encode()
