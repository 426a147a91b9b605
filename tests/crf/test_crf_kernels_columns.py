from collections.abc import Sequence
from itertools import pairwise

import numpy as np
import pytest

from nlptool.crf.character_types import TYPES, type_of
from nlptool.crf.clusters import Clusters
from nlptool.crf.columns import Columns
from nlptool.crf.kernels_columns import lay_out
from nlptool.crf.lexicon import Lexicon
from nlptool.crf.sentences import Sentence
from nlptool.crf.tries import build_trie
from tests.naive_crf_features import longest_words, seen

WORDS = {
    "甲乙": 1,
    "甲乙丙": 2,
    "乙丙丁": 1,
    "丙丁": 2,
    "ab": 1,
    "丁\U00020000": 1,
    "甲乙丙丁甲乙": 1,
    "丁": 2,
}
TYPED = Lexicon("lex", build_trie(WORDS, "lex"), ("x", "y"), 3)
CLUSTERED = {word: i for i, word in enumerate(WORDS, 1)}
NUMBERS = np.array([[0, 1, 2, 3, 0, 1, 2, 3], [1, 0, 1, 0, 1, 0, 1, 0]], np.int32)
CLUSTERS = Clusters("vec", build_trie(CLUSTERED, "vec"), (4, 2), NUMBERS, 2)
NAMES = (
    "0",
    "type",
    "same1",
    "same2",
    "lex.begin",
    "lex.inside",
    "lex.end",
    "lex.begintype",
    "lex.insidetype",
    "lex.endtype",
    "vec.begin",
    "vec.inside",
    "vec.end",
    "vec.char4",
    "vec.char2",
    "vec.begin4",
    "vec.inside2",
)


def slow(tokens: Sequence[str]) -> dict[str, list[str]]:
    """Return what each column says of each token."""
    n = len(tokens)
    begins, ends, covers = longest_words(tokens, WORDS)
    columns: dict[str, list[str]] = {"0": list(tokens)}
    columns["type"] = [TYPES[type_of(token)] for token in tokens]
    for by in (1, 2):
        columns[f"same{by}"] = [
            str(int(i + by < n and tokens[i] == tokens[i + by])) for i in range(n)
        ]
    for name, more, cap in (("lex", "", 3), ("lex", "type", 3), ("vec", "", 2)):
        types = {word: "xy"[number - 1] if more else "" for word, number in WORDS.items()}
        columns[f"{name}.begin{more}"] = [
            f"{min(size, cap)}{types[word]}" if size else "0" for size, word in begins
        ]
        columns[f"{name}.end{more}"] = [
            f"{min(size, cap)}{types[word]}" if size else "0" for size, word in ends
        ]
        inside = []
        for i, (first, size, word) in enumerate(covers):
            if not size:
                inside.append("0")
                continue
            place = "S" if size == 1 else {first: "B", first + size - 1: "E"}.get(i, "M")
            inside.append(f"{place}{min(size, cap)}{types[word]}")
        columns[f"{name}.inside{more}"] = inside

    def cluster(row: int, word: str) -> str:
        return str(NUMBERS[row, CLUSTERED[word] - 1]) if word in CLUSTERED else "-"

    for row, size in ((0, 4), (1, 2)):
        columns[f"vec.char{size}"] = [cluster(row, token) for token in tokens]
        columns[f"vec.begin{size}"] = [cluster(row, word) for _, word in begins]
        columns[f"vec.inside{size}"] = [cluster(row, word) for _, _, word in covers]
    return columns


@pytest.mark.parametrize("pad", [0, 1, 3])
@pytest.mark.parametrize("longer", [False, True])
def test_columns_are_those_of_the_slow_way(pad: int, longer: bool) -> None:
    random = np.random.default_rng(pad)
    sentences = [Sentence(""), Sentence("甲乙丙丁甲乙丙"), Sentence("丁\U00020000ab")]
    for _ in range(100):
        tokens: Sequence[str] = "".join(
            random.choice(list("甲乙丙丁ab1，\U00020000"), random.integers(0, 12))
        )
        if longer:
            cuts = random.integers(1, 3, len(tokens))
            places = np.concatenate(([0], np.cumsum(cuts)))
            tokens = [tokens[a:b] for a, b in pairwise(places) if tokens[a:b]]
        sentences.append(Sentence(tokens))
    known = tuple(sorted({token for sentence in sentences for token in sentence.tokens}))
    columns = Columns(NAMES, pad, (), (known,), (TYPED,), (CLUSTERS,))
    observed = columns.observe(sentences)
    assert observed.starts[-1] == observed.ids.shape[1]
    for i, sentence in enumerate(sentences):
        start, end = observed.starts[i : i + 2].tolist()
        wanted = slow(sentence.tokens)
        for c, name in enumerate(NAMES):
            texts = columns.texts(c, observed.ids[c, start:end].tolist())
            assert texts == [
                seen([wanted[name]], 0, at) for at in range(-pad, len(sentence) + pad)
            ], (name, sentence.tokens)
    assert (observed.ids < np.array(columns.sizes)[:, None]).all()


def test_lay_out() -> None:
    row = np.full(9, -1, np.int32)
    lay_out(np.array([7, 8, 9], np.int32), np.array([0, 4, 6, 9]), 1, row)
    assert row.tolist() == [-1, 7, 8, -1, -1, -1, -1, 9, -1]
