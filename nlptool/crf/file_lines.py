"""Lines of labelled files, whole however long, and what is said of a faulty one.

`corpus.read_lines` cuts a line of more than a million characters, which would tear a
sentence or a JSON object apart; here it is read whole, up to `LONGEST`.
"""

from collections.abc import Callable, Iterable, Iterator
from pathlib import PurePath

from nlptool.errors import CorpusError

LONGEST = 1 << 24
"""Characters of a line; a longer one is refused."""

Fault = Callable[[int, str], None]
"""Told the line and what is wrong with it; it raises, or returns for the line to be left out."""


_KEPT = "nlptool-stdin-"
"""How the name of a file begins in which `corpus.kept` keeps stdin."""


def shown(path: str) -> str:
    """Return what messages call a file."""
    return "stdin" if path == "-" or PurePath(path).name.startswith(_KEPT) else path


def stop_at(path: str) -> Fault:
    """Return what stops the reading of a file at its first faulty line.

    Raises:
        CorpusError: whenever it is told something.
    """

    def fault(line: int, what: str) -> None:
        raise CorpusError(f"{shown(path)}:{line}: {what}")

    return fault


def batches_of(blocks: Iterable[bytes], path: str) -> Iterator[list[str]]:
    r"""Yield the lines of one file's blocks, without "\n", as lists of those that are there.

    Args:
        blocks: what `corpus.read_blocks` gives for the file.
        path: the file, for messages.

    Raises:
        CorpusError: a line is too long; whatever the blocks raise.
    """
    parts: list[str] = []  # of a line that goes on in the next block
    n_held = 0
    n_lines = 0
    for block in blocks:
        lines = block.decode().split("\n")
        parts.append(lines[0])
        n_held += len(lines[0])
        if n_held > LONGEST:
            raise CorpusError(
                f"{shown(path)}:{n_lines + 1}: a line of more than {LONGEST:,} characters, "
                "expected sentences on lines of their own; split it"
            )
        if len(lines) > 1:
            lines[0] = "".join(parts)
            parts = [lines.pop()]
            n_held = len(parts[0])
            n_lines += len(lines)
            yield lines
    if n_held:
        yield ["".join(parts)]
