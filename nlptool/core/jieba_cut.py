"""jieba's own segmentation, without its noise and without its cache file.

jieba keeps its dictionary in `$TMPDIR/jieba.cache`, a file in a format that is not safe to
read from strangers, in a place where strangers can write. Here the dictionary is built from
jieba's text in a third of a second, and nothing is read or written.

This file is also run as a script, by `workers`: then it cuts what comes in on stdin. So it
imports nothing of nlptool.
"""

import json
import signal
import sys
import warnings
from collections.abc import Callable, Sequence
from functools import cache, partial
from typing import Any, BinaryIO

HEADER = 8
"""Bytes of the length, little-endian, that goes before everything sent to or by a worker."""

# (word, how often it is counted; None: often enough to be cut as one word)
UserWord = tuple[str, int | None]


def cutter(user_words: Sequence[UserWord] = (), *, brief: bool = False) -> Callable[[bytes], bytes]:
    """Return a function that cuts lines of UTF-8 into words, exactly as `jieba.cut` does.

    Args:
        user_words: more words for the dictionary, in the order in which they are added; a
            count of 0 makes jieba's HMM cut the word into characters.
        brief: there is little to cut: be ready sooner, and look longer for each word.

    Returns:
        A function from lines to as many lines; the words, without those that are white
        space, are separated by one space. What follows the last newline is a line too.
    """
    jieba = _jieba()
    finalseg = jieba.finalseg
    tokenizer = jieba.Tokenizer()
    plain = _plain() if brief and not user_words else None
    if plain is None:
        counts, total = _dictionary()
    else:
        counts, total = plain
        tokenizer.get_DAG = partial(_graph, counts, max(map(len, counts)))
    tokenizer.FREQ = dict(counts) if user_words else counts
    tokenizer.total = total
    tokenizer.initialized = True
    forced = finalseg.Force_Split_Words = set()
    for word, count in user_words:
        tokenizer.add_word(word, count)
    words = tokenizer.cut

    def cut(text: bytes) -> bytes:
        # jieba keeps these words in one place for all dictionaries of the process.
        finalseg.Force_Split_Words = forced
        return "\n".join(
            " ".join([word for word in words(line) if not word.isspace()])
            for line in text.decode().split("\n")
        ).encode()

    return cut


@cache
def _jieba() -> Any:
    """Return jieba, which is loaded when it is first needed: most commands need it not."""
    with warnings.catch_warnings():
        # jieba's regular expressions have invalid escapes, and where setuptools is installed it
        # loads pkg_resources (slow, deprecated) for what it does as well without.
        warnings.simplefilter("ignore")
        modules: dict[str, Any] = sys.modules
        hidden = modules.setdefault("pkg_resources", None)
        import jieba  # noqa: PLC0415  # 20 ms
        import jieba.finalseg  # noqa: PLC0415  # the same

        if hidden is None:
            del modules["pkg_resources"]
    return jieba


@cache
def _dictionary() -> tuple[dict[str, int], int]:
    """Return what `jieba.Tokenizer.gen_pfdict` returns: counts and their sum.

    Every beginning of a word is a key too, with a count of 0 unless it is a word.
    """
    plain = _plain()
    if plain is None:
        # A dictionary that somebody has changed: jieba reads it in its own slow way.
        jieba = _jieba()
        counts, total = jieba.Tokenizer.gen_pfdict(jieba.Tokenizer().get_dict_file())
        return counts, total
    words, total = plain
    counts = {}
    add = counts.setdefault
    for word in words:
        for end in range(1, len(word)):
            add(word[:end], 0)
    counts.update(words)
    return counts, total


@cache
def _plain() -> tuple[dict[str, int], int] | None:
    """Return the words of jieba's dictionary with their counts, and the sum of all of them.

    None where somebody has changed how it is written.
    """
    with _jieba().Tokenizer().get_dict_file() as file:
        cells = file.read().decode().split()
    words, texts = cells[0::3], cells[1::3]
    if len(cells) % 3 or not all(map(str.isdigit, texts)):
        return None
    values = list(map(int, texts))
    return dict(zip(words, values, strict=True)), sum(values)


def _graph(counts: dict[str, int], longest: int, sentence: str) -> dict[int, list[int]]:
    """Return what `jieba.Tokenizer.get_DAG` returns, where no beginnings of words are kept.

    Args:
        counts: of words.
        longest: how many characters the longest of them has.
        sentence: the text.

    Returns:
        For each place those at which words that begin there end; the place itself if none does.
    """
    n = len(sentence)
    graph = {}
    for begin in range(n):
        ends = range(begin, min(begin + longest, n))
        graph[begin] = [end for end in ends if counts.get(sentence[begin : end + 1])] or [begin]
    return graph


def serve(source: BinaryIO, target: BinaryIO) -> None:
    """Cut what comes until the input ends: that is when whoever started this is gone."""
    first = _receive(source)
    if first is None:
        return
    cut = cutter([(word, count) for word, count in json.loads(first)])
    while (text := _receive(source)) is not None:
        result = cut(text)
        target.write(len(result).to_bytes(HEADER, "little") + result)
        target.flush()


def _receive(source: BinaryIO) -> bytes | None:
    header = source.read(HEADER)
    size = int.from_bytes(header, "little")
    body = source.read(size)
    return body if len(header) == HEADER and len(body) == size else None


def _main() -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        serve(sys.stdin.buffer, sys.stdout.buffer)
    except BrokenPipeError:
        # Nobody reads any more; nor must Python complain about it at its exit.
        sys.stdout = None


if __name__ == "__main__":
    _main()
