"""Slow, obvious twins of the kernels that turn text into features."""

from collections import Counter
from collections.abc import Mapping, Sequence

from nlptool.crf.template import Shape, Template, expand, refs_in


def seen(columns: Sequence[Sequence[str]], row: int, at: int) -> str:
    """Return what %x[row,..] sees of one column at a place of a sentence."""
    column = columns[0]
    if at + row < 0:
        return f"_B{at + row}"
    if at + row >= len(column):
        return f"_B+{at + row - len(column) + 1}"
    return column[at + row]


def features_at(
    template: Template, sentence: Mapping[str, Sequence[str]], at: int
) -> list[list[str]]:
    """Return what CRF++ calls the features at a place, for each slot of each shape."""
    return [
        [
            expand(slot.text, [seen([sentence[name]], row, at) for row, name in refs_in(slot.text)])
            for slot in shape.slots
        ]
        for shape in template.shapes
    ]


def tuple_at(
    shape: Shape, names: Sequence[str], sentence: Mapping[str, Sequence[str]], at: int
) -> tuple[str, ...]:
    """Return what a shape sees at a place, which may be before or behind the sentence."""
    return tuple(seen([sentence[names[column]]], row, at) for row, column in shape.refs)


def places(shape: Shape, n: int) -> range:
    """Return where some slot of a shape may look in a sentence of n tokens."""
    if n == 0:
        return range(0)
    shifts = [slot.shift for slot in shape.slots]
    return range(min(shifts), n + max(shifts))


def tuple_counts(
    template: Template, sentences: Sequence[Mapping[str, Sequence[str]]]
) -> list[Counter[tuple[str, ...]]]:
    """Return how often each shape sees each tuple."""
    return [
        Counter(
            tuple_at(shape, template.columns, sentence, at)
            for sentence in sentences
            for at in places(shape, len(sentence["0"]))
        )
        for shape in template.shapes
    ]


def longest_words(
    tokens: Sequence[str], words: Mapping[str, int]
) -> tuple[list[tuple[int, str]], list[tuple[int, str]], list[tuple[int, int, str]]]:
    """Find the words of a lexicon in a sentence.

    Returns:
        Of each token the length in tokens and the text of the longest word that begins there,
        of the longest that ends there, and (begin, length, text) of the longest that covers
        it, the leftmost of those that are equally long; length 0 where there is none.
    """
    n = len(tokens)
    begins = [(0, "")] * n
    ends = [(0, "")] * n
    covers = [(-1, 0, "")] * n
    for i in range(n):
        for j in range(i, n):
            word = "".join(tokens[i : j + 1])
            if word not in words:
                continue
            size = j + 1 - i
            if size > begins[i][0]:
                begins[i] = (size, word)
            if size > ends[j][0]:
                ends[j] = (size, word)
            for k in range(i, j + 1):
                if size > covers[k][1]:
                    covers[k] = (i, size, word)
    return begins, ends, covers


def nearest(vectors: Sequence[Sequence[float]], centres: Sequence[Sequence[float]]) -> list[int]:
    """Return the centre of the largest inner product for each vector; the first of equal ones."""
    products = [
        [sum(x * y for x, y in zip(vector, centre, strict=True)) for centre in centres]
        for vector in vectors
    ]
    return [row.index(max(row)) for row in products]


def words_of(text: str) -> dict[str, list[str]]:
    """Return what each column of jieba's words says of each character, by jieba itself."""
    from jieba import posseg  # slow to load, warns

    words = [(pair.word, pair.flag) for pair in posseg.cut(text)]
    columns: dict[str, list[str]] = {f"jieba.{part}": [] for part in _PARTS}
    for i, (word, tag) in enumerate(words):
        before = words[i - 1][1] if i else "-"
        after = words[i + 1][1] if i + 1 < len(words) else "-"
        for j in range(len(word)):
            place = "S" if len(word) == 1 else {0: "B", len(word) - 1: "E"}.get(j, "M")
            for part, value in zip(_PARTS, (place, tag, before, after), strict=True):
                columns[f"jieba.{part}"].append(value)
    return columns


_PARTS = ("place", "tag", "before", "after")
