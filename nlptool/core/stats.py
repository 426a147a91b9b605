"""What a corpus consists of: lines, characters, tokens and how often they are there."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from heapq import nsmallest

from nlptool.core.report import Report, silent
from nlptool.core.segment import Segmenter, segmented
from nlptool.core.stream import Stream
from nlptool.core.text import n_han


@dataclass(frozen=True)
class Stats:
    """What a corpus consists of.

    Args:
        segment: how it was segmented.
        n_bytes: its size as UTF-8, decompressed, without byte order marks.
        n_lines: its lines, empty ones too.
        n_blank: its lines without any token.
        longest: characters of its longest line.
        n_characters: its characters, white space too, but no newlines.
        n_visible: its characters without white space.
        n_han: its Han characters.
        n_tokens: its tokens.
        n_types: its different tokens.
        n_once: its tokens that are there only once.
        top: the most frequent tokens and their counts, falling; ties in order of the bytes.
    """

    segment: str
    n_bytes: int
    n_lines: int
    n_blank: int
    longest: int
    n_characters: int
    n_visible: int
    n_han: int
    n_tokens: int
    n_types: int
    n_once: int
    top: tuple[tuple[str, int], ...]

    @property
    def han_share(self) -> float:
        """How many of the characters are Han, white space aside; 0 to 1."""
        return self.n_han / self.n_visible if self.n_visible else 0.0


class _Seen:
    """What is counted of the text while it goes to the segmenter."""

    n_bytes = n_lines = n_filled = n_characters = n_visible = n_han = longest = 0
    # The last line so far, which may go on: its length, and whether there is a token in it.
    current = 0
    is_filled = False


def survey(
    blocks: Stream[bytes],
    how: str | Segmenter = "auto",
    *,
    n_top: int = 20,
    threads: int = 1,
    user_dict: str | None = None,
    report: Report = silent,
) -> Stats:
    """Count what is in a corpus, in one pass; memory grows with the different tokens only.

    Args:
        blocks: what `corpus.read_blocks` gives.
        how: auto | space | char | jieba, or any segmenter.
        n_top: how many of the most frequent tokens to return.
        threads: processes, for jieba.
        user_dict: a file of more words for jieba.
        report: is told what `auto` chose.

    Raises:
        ConfigError, CorpusError: see `segment.segmented`.
    """
    seen = _Seen()
    name, tokens = segmented(
        Stream(lambda: _watched(blocks, seen)),
        how,
        threads=threads,
        user_dict=user_dict,
        report=report,
    )
    counts: Counter[str] = Counter()
    for block in tokens:
        counts.update(block.decode().split())
    return Stats(
        segment=name,
        n_bytes=seen.n_bytes,
        n_lines=seen.n_lines,
        n_blank=seen.n_lines - seen.n_filled,
        longest=max(seen.longest, seen.current),
        n_characters=seen.n_characters,
        n_visible=seen.n_visible,
        n_han=seen.n_han,
        n_tokens=counts.total(),
        n_types=len(counts),
        n_once=sum(n == 1 for n in counts.values()),
        top=tuple(nsmallest(n_top, counts.items(), key=lambda item: (-item[1], item[0]))),
    )


def _watched(blocks: Stream[bytes], seen: _Seen) -> Iterator[bytes]:
    """Yield the blocks, counting what is in them."""
    for block in blocks:
        text = block.decode()
        n_lines = text.count("\n")
        seen.n_bytes += len(block)
        seen.n_lines += n_lines
        seen.n_characters += len(text) - n_lines
        seen.n_visible += len("".join(text.split()))
        seen.n_han += n_han(text)
        lines = text.split("\n")
        # A line that is longer than a block goes on in the next.
        filled = [bool(line) and not line.isspace() for line in lines]
        filled[0] |= seen.is_filled
        seen.current += len(lines[0])
        if n_lines:
            seen.longest = max(seen.longest, seen.current, *map(len, lines[1:-1]))
            seen.current = len(lines[-1])
        seen.n_filled += sum(filled[:-1])
        seen.is_filled = filled[-1]
        yield block
