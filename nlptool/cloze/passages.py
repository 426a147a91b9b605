"""Passages as people write them: plain text with XXXXX where a word is missing.

Every passage becomes one `Question`, all of whose blanks are asked for. Chinese without
spaces is cut into words by jieba; what has spaces between its words is taken as it is.
"""

from collections.abc import Iterable, Iterator

from nlptool.cloze.questions import BLANK, Question, question
from nlptool.core.segment import Segmenter, choose, segment_blocks
from nlptool.core.stream import Stream
from nlptool.core.text import sentences
from nlptool.errors import ConfigError, CorpusError

BYS = ("line", "document")
_SAMPLE = 1 << 16


def read_passages(
    lines: Iterable[str], *, by: str = "line", how: str | Segmenter = "auto", shown: str = "stdin"
) -> Iterator[Question]:
    """Yield the passages of a text, named <qid_0>, <qid_1> and so on.

    Args:
        lines: of the text, without line ends.
        by: what a passage is: a line, or a document (the lines between empty lines).
        how: see `segment_blocks`; auto looks at every passage.
        shown: what messages call the text.

    Raises:
        ConfigError: `by` is unknown.
        CorpusError: a passage has no blank, or nothing but blanks.
    """
    if by not in BYS:
        raise ConfigError(f"--by: {by!r}, expected {' or '.join(BYS)}")
    for number, (where, passage) in enumerate(_passages(lines, by, shown)):
        if BLANK not in passage:
            hint = "; with --by document a passage is all lines up to an empty one"
            raise CorpusError(
                f"{where}: no {BLANK}, expected one where a word is missing"
                f"{hint if by == 'line' else ''}"
            )
        yield question(f"<qid_{number}>", cut(passage, how), where=where)


def _passages(lines: Iterable[str], by: str, shown: str) -> Iterator[tuple[str, str]]:
    """Yield where each passage begins, and its text."""
    held: list[str] = []
    begun = 0
    for number, line in enumerate(lines, 1):
        if line.strip():
            begun = begun if held else number
            held.append(line)
        if held and (by == "line" or not line.strip()):
            yield f"{shown}:{begun}", "\n".join(held)
            held = []
    if held:
        yield f"{shown}:{begun}", "\n".join(held)


def cut(text: str, how: str | Segmenter = "auto") -> list[list[str]]:
    """Return the words of each sentence of a text; a blank is a word of its own."""
    parts = [part for part in sentences(text.replace(BLANK, f" {BLANK} ")) if part.strip()]
    if how == "auto":
        sample = text.replace(BLANK, "").encode("utf-8", "replace")
        how = choose(sample[:_SAMPLE])
    data = "".join(" ".join(part.split("\n")).rstrip() + "\n" for part in parts).encode()
    tokens = b"".join(segment_blocks(Stream(lambda: iter([data])), how)).decode()
    return [line.split() for line in tokens.split("\n")[:-1]]
