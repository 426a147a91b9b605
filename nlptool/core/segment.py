"""Text into tokens: space | char | pairs | jieba | jieba-original.

What goes in and what comes out are blocks of UTF-8 (see `corpus.read_blocks`). What comes out
has its tokens separated by one space, and exactly the lines that went in, empty ones too, so
that line numbers still fit. Any other segmenter is a plain callable, `Segmenter`.

jieba is cut by kernels that give what jieba gives; jieba-original is jieba itself, for
whoever doubts that. Both are called jieba afterwards.

Encoding of the input is not known here (`corpus`), nor are token ids (`vocab`).
"""

from collections.abc import Callable, Iterable, Iterator
from functools import cache
from itertools import chain

from nlptool.core.characters import characters, pairs
from nlptool.core.jieba_cut import UserWord, cutter
from nlptool.core.jieba_userdict import read_user_dict
from nlptool.core.report import Note, Report, silent
from nlptool.core.stream import Stream
from nlptool.core.text import is_han
from nlptool.core.workers import cut_in_processes, cut_in_threads
from nlptool.errors import ConfigError

HOWS = ("auto", "space", "char", "pairs", "jieba", "jieba-original")

Segmenter = Callable[[bytes], bytes]
"""From lines of UTF-8 to as many lines of tokens separated by one space. What follows the
last newline is a line too, so it stays without one."""

PIECE = 1 << 16
"""Bytes that are segmented at once: small, so that all workers have work."""

LONGEST = 1 << 20
"""Bytes; a longer line is segmented in parts, which meet at a punctuation mark if there is one."""

ALONE = 1 << 18
"""Bytes that jieba itself cuts before other processes are started, or before kernels are
loaded for text that comes in small pieces: most inputs are smaller."""

SHORT = 1 << 14
"""Bytes; a smaller first piece tells that there is little text, or that it comes slowly."""

SAMPLE = 1 << 16
"""Bytes that `auto` looks at."""

# Never inside a token: of jieba, whose words have letters, digits, Han and +#&._%- only, and
# of `characters`.
_SEPARATORS = tuple(mark.encode() for mark in " 　，。、；：！？,;!?")


def _always() -> bool:
    return True


def segmented(
    blocks: Stream[bytes],
    how: str | Segmenter = "auto",
    *,
    threads: int = 1,
    user_dict: str | None = None,
    ready: Callable[[], bool] = _always,
    report: Report = silent,
) -> tuple[str, Stream[bytes]]:
    """Segment text, first finding out how if that is not said.

    Args:
        blocks: what `corpus.read_blocks` gives. For `auto` the first block is read now, and
            is not lost if the text can be read only once.
        how: auto | space | char | pairs | jieba | jieba-original, or any segmenter.
        threads: for jieba.
        user_dict: a file of more words for jieba, one a line: `word [count] [tag]`.
        ready: tells whether more text will come at once; where it will not, everything before
            it is given first.
        report: is told what `auto` chose.

    Returns:
        How, after `auto` has chosen (jieba-original is jieba, a callable "custom"), and the
        segmented blocks.

    Raises:
        ConfigError: `how` is unknown, or the dictionary is not for it.
        CorpusError: the dictionary or the text cannot be used.
    """
    if how == "auto":
        first, blocks = _peeked(blocks)
        how = choose(first[:SAMPLE])
        if first:
            report(Note(_CHOSEN[how]))
        if user_dict is not None and how != "jieba":
            report(Note(f"{user_dict}: not used, as jieba is not; --segment jieba uses it"))
            user_dict = None
    tokens = segment_blocks(
        blocks, how, threads=threads, user_dict=user_dict, ready=ready, report=report
    )
    return (how.removesuffix("-original") if isinstance(how, str) else "custom"), tokens


_CHOSEN = {
    "jieba": "Chinese without spaces between words: segmenting with jieba (--segment jieba)",
    "space": "words have spaces between them: taken as they are (--segment space)",
}


def segment_blocks(
    blocks: Stream[bytes],
    how: str | Segmenter,
    *,
    threads: int = 1,
    user_dict: str | None = None,
    ready: Callable[[], bool] = _always,
    report: Report = silent,
) -> Stream[bytes]:
    """Segment text.

    Args:
        blocks: what `corpus.read_blocks` gives.
        how: space (the blocks as they are), char and pairs (see characters.py), jieba (the tokens
            of `jieba.cut`, without those that are white space), jieba-original (the same,
            slower), or any segmenter, which is called by as many threads.
        threads: for jieba and any segmenter; for jieba-original processes. The result does
            not depend on it.
        user_dict: a file of more words for jieba, one a line: `word [count] [tag]`.
        ready: tells whether more text will come at once; where it will not, everything before
            it is given first.
        report: is told of words in the dictionary that jieba cannot find, and of a jieba that
            the kernels cannot follow.

    Raises:
        ConfigError: `how` is unknown, or the dictionary is not for it.
        CorpusError: the dictionary cannot be used.
        RunError: a process of jieba-original ended.
    """
    if isinstance(how, str) and how not in HOWS[1:]:
        raise ConfigError(f"--segment: {how!r}, expected one of {', '.join(HOWS)}")
    if how in ("jieba", "jieba-original"):
        words = read_user_dict(user_dict, report) if user_dict is not None else []
        if how == "jieba":
            return Stream(lambda: _joined(_jieba(_pieces(blocks), threads, words, ready, report)))
        return Stream(lambda: _joined(_original(_pieces(blocks), threads, words, ready)))
    if user_dict is not None:
        raise ConfigError("--user-dict: given, but only --segment jieba has a dictionary")
    if how == "space":
        return blocks
    if isinstance(how, str):
        cut = characters if how == "char" else pairs
        return Stream(lambda: _joined(map(cut, _pieces(blocks))))
    return Stream(lambda: _joined(cut_in_threads(_pieces(blocks), threads, how, ready)))


def choose(sample: bytes) -> str:
    """Return how `auto` segments a text: jieba if it is Chinese without spaces, else space.

    Args:
        sample: the beginning of the text, UTF-8; it may end inside a character.
    """
    n_han = n_letters = n_adjacent = n_spaced = 0
    before = ""  # the last Han character, if it is not far: with white space at most between
    for char in sample.decode("utf-8", "ignore"):
        if is_han(char):
            n_han += 1
            n_adjacent += len(before) == 1
            n_spaced += len(before) > 1
            before = char
        elif char.isspace() and char != "\n":
            before += char * bool(before)
        else:
            before = ""
            n_letters += char.isalpha()
    if not n_han or n_han < 0.05 * n_letters:
        return "space"
    # In segmented text more than half of the neighbouring Han characters have a space
    # between them, in raw text about none.
    return "space" if 3 * n_spaced > n_spaced + n_adjacent else "jieba"


def _peeked(blocks: Stream[bytes]) -> tuple[bytes, Stream[bytes]]:
    """Return the first block, and a stream that still begins with it."""
    rest = iter(blocks)
    first = next(rest, b"")
    begun = [chain([first] if first else [], rest)]
    return first, Stream(lambda: begun.pop() if begun else iter(blocks))


def _pieces(blocks: Iterable[bytes]) -> Iterator[bytes]:
    """Cut blocks into pieces of about `PIECE` bytes that end where a line ends.

    Only a line longer than `LONGEST` is cut, behind the last separator if it has one.
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
        places = ((text.rfind(mark, begin), mark) for mark in _SEPARATORS)
        end = max((place + len(mark) for place, mark in places if place >= 0), default=len(text))
    return end


def _jieba(
    pieces: Iterator[bytes],
    threads: int,
    words: list[UserWord],
    ready: Callable[[], bool],
    report: Report,
) -> Iterator[bytes]:
    """Yield pieces cut by kernels; the first ones, if they are short, by jieba itself.

    That has its first answer sooner: it is neither compiled nor loaded by a compiler.
    """
    here = _lazily(words, brief=True)
    n_bytes = 0
    for piece in pieces:
        if len(piece) > SHORT or n_bytes > ALONE:
            pieces = chain([piece], pieces)
            break
        yield here(piece)
        n_bytes += len(piece)
    else:
        return

    from nlptool.core import jieba_tables  # noqa: PLC0415  # numba, which short text does without
    from nlptool.core.compiling import announced  # noqa: PLC0415  # the same

    with announced(report):
        cut = jieba_tables.cutter(words)
        if cut is not None:
            yield from cut_in_threads(pieces, threads, cut, ready)
            return
    report(Note("the installed jieba or its dictionary was changed: it cuts itself, slowly"))
    yield from _original(pieces, threads, words, ready)


def _original(
    pieces: Iterator[bytes], threads: int, words: list[UserWord], ready: Callable[[], bool]
) -> Iterator[bytes]:
    """Yield pieces cut by jieba; the first ones in this process, to have them at once."""
    here = _lazily(words)
    n_bytes = 0
    for piece in pieces:
        yield here(piece)
        n_bytes += len(piece)
        if threads > 1 and n_bytes >= ALONE:
            break
    yield from cut_in_processes(pieces, threads, words, here, ready)


def _lazily(words: list[UserWord], *, brief: bool = False) -> Segmenter:
    """Return jieba's segmenter, which reads its dictionary when it is first needed."""
    made = cache(lambda: cutter(words, brief=brief))
    return lambda piece: made()(piece)


def _joined(results: Iterable[bytes]) -> Iterator[bytes]:
    """Yield what was segmented, with a space where a line goes on in the next piece."""
    is_open = False
    for result in results:
        if result:
            yield b" " + result if is_open and not result.startswith(b"\n") else result
            is_open = not result.endswith(b"\n")
