"""core/jieba_hmm: exactly what jieba's finalseg cuts."""

from itertools import pairwise

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from nlptool.core.jieba_cut import _jieba
from nlptool.core.jieba_hmm import KINDS, MARK, hidden_words
from nlptool.core.jieba_tables import _hmm
from nlptool.core.jieba_trie import Nodes

EMPTY: Nodes = np.zeros(2, np.uint64)

finalseg = _jieba().finalseg

# Han that the model has never seen in any state: everything ties.
UNSEEN = [
    chr(point)
    for point in range(0x4E00, 0x9FD6)
    if not any(chr(point) in finalseg.emit_P[state] for state in "BEMS")
]


def words(text: str) -> list[str]:
    points = np.array([ord(char) for char in text], np.int32)
    back = np.zeros(len(text), np.uint8)
    begins = np.zeros(len(text), np.uint8)
    hidden_words(points, 0, len(text), EMPTY, False, _hmm(), back, begins)
    places = [*np.flatnonzero(begins).tolist(), len(text)]
    assert places[0] == 0
    return [text[a:b] for a, b in pairwise(places)]


def test_by_hand() -> None:
    assert words("杭研") == ["杭研"]
    assert words("小明硕士3.14%%毕业C++") == list(finalseg.cut("小明硕士3.14%%毕业C++"))


@settings(max_examples=300, deadline=None)
@given(
    st.lists(
        st.sampled_from(["王", "小", "明", "的", "abc", "1", ".", "%", "-", *UNSEEN[:3]])
        | st.sampled_from(UNSEEN)
        | st.characters(min_codepoint=0x4E00, max_codepoint=0x9FD5),
        min_size=1,
    ).map("".join)
)
def test_equals_jieba(text: str) -> None:
    assert words(text) == list(finalseg.cut(text))


def test_long_text_keeps_its_ties() -> None:
    """The sums of jieba's logarithms of 0 lose everything else, in its own order."""
    for text in (UNSEEN[0] * 5000, (UNSEEN[1] + "王") * 2500, "的" * 5000):
        assert words(text) == list(finalseg.cut(text))


def test_marks_are_what_jieba_does_not_split() -> None:
    for char in map(chr, range(128)):
        assert (KINDS[ord(char)] == MARK) == (char in "+#&._%-")
