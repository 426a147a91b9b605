"""How well a text is cut: against the same text cut by people, whatever the length of its lines.

Both texts are read side by side, in stretches: a line, or a part of one that is longer than a
block. Lists of words are measured in scores.py.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import accumulate, pairwise
from typing import NamedTuple

from nlptool.core.text import normalise
from nlptool.errors import CorpusError


@dataclass(frozen=True)
class CutScore:
    """A cut text against a gold one: words are the same if they begin and end at the same places.

    Args:
        n_lines: lines compared.
        n_words: words of the text.
        n_gold: words of the gold text.
        n_right: words that are in both.
    """

    n_lines: int
    n_words: int
    n_gold: int
    n_right: int

    @property
    def precision(self) -> float:
        """The share of the text's words that are right."""
        return self.n_right / max(1, self.n_words)

    @property
    def recall(self) -> float:
        """The share of the gold words that are there."""
        return self.n_right / max(1, self.n_gold)

    @property
    def f1(self) -> float:
        """The harmonic mean of both."""
        return 2 * self.n_right / max(1, self.n_words + self.n_gold)


class _Stretch(NamedTuple):
    """A line, or a part of one, without its white space.

    Args:
        text: the characters.
        ends: where a word ends, 0 if it is one of the stretch before; rising.
        is_last: whether the line ends here.
    """

    text: str
    ends: list[int]
    is_last: bool


def score_cut(
    text: Iterable[bytes], gold: Iterable[bytes], names: tuple[str, str] = ("text", "gold")
) -> CutScore:
    """Compare a cut text with a gold one, line by line; words stand between white space.

    Full-width letters, digits and marks are the same as half-width ones.

    Args:
        text: as `core.corpus.read_blocks` gives it.
        gold: the gold text, in the same way.
        names: what messages call the two.

    Raises:
        CorpusError: they are not the same text.

    Source:
        The scoring of the SIGHAN bakeoff (Emerson 2005).
    """
    sides = _stretches(text), _stretches(gold)
    n_lines = n_words = n_gold = n_right = 0
    while True:
        own, right = (next(side, None) for side in sides)
        if own is None and right is None:
            return CutScore(n_lines, n_words, n_gold, n_right)
        n_lines += 1
        if own is None or right is None:
            short, long = names if own is None else names[::-1]
            raise CorpusError(f"{short}:{n_lines}: no such line, but {long} has it")
        counts = _compared((own, right), sides, n_lines, names)
        n_words, n_gold, n_right = n_words + counts[0], n_gold + counts[1], n_right + counts[2]


def _compared(
    stretches: tuple[_Stretch, _Stretch],
    sides: tuple[Iterator[_Stretch], Iterator[_Stretch]],
    number: int,
    names: tuple[str, str],
) -> tuple[int, int, int]:
    """Compare a line; return how many words it has, the gold line has, and both have.

    Args:
        stretches: where both begin.
        sides: how they go on.
        number: of the line.
        names: what messages call the two.

    Raises:
        CorpusError: they are not the same text.
    """
    own, gold = stretches
    n_own = n_gold = n_right = base = begin_own = begin_gold = 0
    while True:
        size = min(len(own.text), len(gold.text))
        is_whole = own.is_last and gold.is_last
        if (
            own.text[:size] != gold.text[:size]
            or (own.is_last and size < len(gold.text))
            or (gold.is_last and size < len(own.text))
        ):
            raise CorpusError(_difference(own.text, gold.text, base, number, names))
        # Whether a word ends where one side stops is known only when that side goes on.
        until = size if is_whole else size - 1
        own_ends = [end for end in own.ends if end <= until]
        gold_ends = [end for end in gold.ends if end <= until]
        own_spans = pairwise([begin_own, *own_ends])
        n_right += len(set(own_spans).intersection(pairwise([begin_gold, *gold_ends])))
        n_own, n_gold = n_own + len(own_ends), n_gold + len(gold_ends)
        if is_whole:
            return n_own, n_gold, n_right
        begin_own = (own_ends[-1] if own_ends else begin_own) - size
        begin_gold = (gold_ends[-1] if gold_ends else begin_gold) - size
        base += size
        own = _ahead(own, size, len(own_ends), sides[0])
        gold = _ahead(gold, size, len(gold_ends), sides[1])


def _ahead(stretch: _Stretch, size: int, n_ends: int, more: Iterator[_Stretch]) -> _Stretch:
    """Return what is left behind some characters and ends, and what follows if that is nothing."""
    rest, ends = stretch.text[size:], [end - size for end in stretch.ends[n_ends:]]
    if rest or stretch.is_last:
        return _Stretch(rest, ends, stretch.is_last)
    following = next(more)
    return _Stretch(following.text, ends + following.ends, following.is_last)


def _stretches(blocks: Iterable[bytes]) -> Iterator[_Stretch]:
    """Yield a text line by line, a line that goes on in the next block in parts."""
    is_open = False
    for block in blocks:
        *lines, rest = block.decode().split("\n")
        for line in lines:
            yield _stretch(line, is_open=is_open, is_last=True)
            is_open = False
        if rest:
            yield _stretch(rest, is_open=is_open, is_last=False)
            is_open = not rest[-1].isspace()


def _stretch(text: str, *, is_open: bool, is_last: bool) -> _Stretch:
    """Return a line or a part of one.

    Args:
        text: it.
        is_open: whether the part before ended within a word, or right behind it.
        is_last: whether the line ends here.
    """
    words = normalise(text).split()
    ends = list(accumulate(map(len, words)))
    if is_open and (not text or text[0].isspace()):
        ends.insert(0, 0)
    if not is_last and words and not text[-1].isspace():
        ends.pop()
    return _Stretch("".join(words), ends, is_last)


def _difference(text: str, gold: str, base: int, number: int, names: tuple[str, str]) -> str:
    """Say where two lines differ, which they do within these parts that begin at `base`."""
    size = min(len(text), len(gold))
    at = next((i for i in range(size) if text[i] != gold[i]), size)
    found, expected = (repr(line[at : at + 8]) if line[at:] else "its end" for line in (text, gold))
    return (
        f"{names[0]}:{number}: character {base + at + 1} is not that of {names[1]}:{number}:"
        f" found {found}, expected {expected}"
    )
