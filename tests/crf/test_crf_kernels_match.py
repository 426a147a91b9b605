import numpy as np
import pytest

from nlptool.crf.kernels_match import fill_filter, match
from nlptool.crf.tries import build_trie, filters, first_nodes
from tests.naive_crf_features import longest_words

CHARACTERS = "甲乙丙丁戊己"


def lists() -> list[dict[str, int]]:
    random = np.random.default_rng(3)
    found: list[dict[str, int]] = [{}, {"甲": 1}, {"甲乙": 2, "甲乙丙丁戊": 1, "，": 3}]
    for n_words in (5, 100, 2000):
        sizes = random.integers(1, 7, n_words)
        words = {"".join(random.choice(list(CHARACTERS), size)) for size in sizes}
        found.append({word: int(random.integers(1, 4)) for word in sorted(words)})
    return found


@pytest.mark.parametrize("words", lists(), ids=len)
def test_words_are_those_of_the_slow_way(words: dict[str, int]) -> None:
    table = build_trie(words, "words")
    first, bits = first_nodes([table])[0], filters([table])
    random = np.random.default_rng(1)
    for size in (1, 2, 3, 10, 200):
        text = "".join(random.choice(list(CHARACTERS + "，\U00020000"), size))
        codes = np.array([ord(character) for character in text], np.int32)
        found = np.full((7, size), -7, np.int32)
        spelled, begins = np.empty(0, np.int32), np.zeros(1, np.int64)
        match(codes, table, first, bits, spelled, begins, found, np.empty((2, size), np.uint64))
        starts, ends, covers = longest_words(text, words)
        assert found[0].tolist() == [n for n, _ in starts]
        assert found[1].tolist() == [words.get(word, 0) for _, word in starts]
        assert found[2].tolist() == [n for n, _ in ends]
        assert found[3].tolist() == [words.get(word, 0) for _, word in ends]
        assert found[5].tolist() == [n for _, n, _ in covers]
        behind = [i - begin if n else 0 for i, (begin, n, _) in enumerate(covers)]
        assert found[4].tolist() == behind


def test_a_filter_has_a_bit_for_each_node() -> None:
    table = build_trie({"甲乙": 1, "丙": 1}, "words")
    bits = np.zeros(len(table) // 8, np.uint64)
    fill_filter(table, bits)
    assert 1 <= sum(int(word).bit_count() for word in bits.tolist()) <= 3
    assert (bits == filters([table])).all()
