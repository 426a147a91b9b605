"""Text in pieces that are answered on their own: whole lines, and long ones in parts.

Other than `core.segment`, nothing is put between the parts of a line.
"""

from collections.abc import Iterable, Iterator

PIECE = 1 << 16
"""Bytes that are worked on at once: small, so that all threads have work."""

LONGEST = 1 << 24
"""Bytes; a longer line is worked on in parts, which meet at a punctuation mark if there is one."""

_SEPARATORS = tuple(mark.encode() for mark in "。！？；，、 　.!?;,")


def pieces(blocks: Iterable[bytes]) -> Iterator[bytes]:
    """Yield text in pieces of whole lines, of about `PIECE` bytes if lines are short.

    Args:
        blocks: what `corpus.read_blocks` gives: a line may go on in the next.
    """
    rest = b""
    for block in blocks:
        text = rest + block if rest else block
        begin = 0
        while begin < len(text):
            end = _end(text, begin)
            if not end:
                break
            yield text[begin:end]
            begin = end
        rest = text[begin:]
    if rest:
        yield rest


def _end(text: bytes, begin: int) -> int:
    """Return where the piece that starts at `begin` ends; 0 if more text is needed."""
    end = text.rfind(b"\n", begin, begin + PIECE) + 1
    if not end:
        end = text.find(b"\n", begin + PIECE) + 1
    if not end and len(text) - begin > LONGEST:
        for mark in _SEPARATORS:
            place = text.rfind(mark, begin)
            if place >= 0:
                return place + len(mark)
        end = len(text)
    return end
