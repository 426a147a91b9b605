"""Words aligned with the fewest edits."""

import random
from itertools import accumulate, pairwise

from nlptool.crf import align
from nlptool.crf.align import edits


def longest_common(left, right):
    """Return the length of the longest common subsequence, cell by cell."""
    rows = [[0] * (len(right) + 1) for _ in range(len(left) + 1)]
    for i, own in enumerate(left):
        for j, other in enumerate(right):
            rows[i + 1][j + 1] = (
                rows[i][j] + 1 if own == other else max(rows[i][j + 1], rows[i + 1][j])
            )
    return rows[-1][-1]


def test_an_example_by_hand():
    # 中国|人民 -> 中国人民: one stands for the first, the second is gone.
    gold, found = "中国 人民 站 起来 了", "中国人民 站 起 来 了"
    aligned = edits(gold.split(), found.split())
    assert aligned.same == [False, False, True, False, True]
    assert (aligned.n_substituted, aligned.n_deleted, aligned.n_inserted) == (2, 1, 1)


def test_nothing_and_the_same():
    assert edits([], []) == align.Edits([], 0, 0, 0)
    assert edits(["a", "b"], ["a", "b"]) == align.Edits([True, True], 0, 0, 0)
    assert edits([], ["a"]) == align.Edits([], 1, 0, 0)
    assert edits(["a"], []) == align.Edits([False], 0, 1, 0)


def test_as_many_as_the_longest_common_subsequence():
    random.seed(1)
    for _ in range(300):
        gold = random.choices("abc", k=random.randrange(12))
        found = random.choices("abc", k=random.randrange(12))
        aligned = edits(gold, found)
        n_same = sum(aligned.same)
        assert n_same == longest_common(gold, found)
        assert n_same + aligned.n_substituted + aligned.n_deleted == len(gold)
        assert n_same + aligned.n_substituted + aligned.n_inserted == len(found)


def test_a_long_line_is_aligned_piece_by_piece(monkeypatch):
    random.seed(2)
    text = "".join(random.choices("甲乙丙丁戊己庚辛", k=400))
    gold, found = cut(text), cut(text)
    whole = edits(gold, found)
    monkeypatch.setattr(align, "LONGEST", 10)
    pieces = edits(gold, found)
    assert len(pieces.same) == len(gold)
    assert sum(pieces.same) + pieces.n_substituted + pieces.n_deleted == len(gold)
    assert sum(pieces.same) + pieces.n_substituted + pieces.n_inserted == len(found)
    # Words that begin and end at the same places are the same, however the line is cut.
    assert spans(gold) & spans(found) <= {
        span for span, same in zip(sorted(spans(gold)), pieces.same, strict=True) if same
    }
    assert sum(pieces.same) <= sum(whole.same)


def test_a_long_line_of_another_length(monkeypatch):
    monkeypatch.setattr(align, "LONGEST", 1)
    assert edits(["甲", "乙"], ["甲"]) == align.Edits([True, False], 0, 1, 0)


def cut(text):
    words, at = [], 0
    while at < len(text):
        size = random.choice((1, 2, 2, 3))
        words.append(text[at : at + size])
        at += size
    return words


def spans(words):
    return set(pairwise(accumulate(map(len, words), initial=0)))
