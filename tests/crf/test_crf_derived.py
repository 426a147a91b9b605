import numpy as np
import pytest

from nlptool.core.jieba_parts import PARTS
from nlptool.crf.clusters import Clusters
from nlptool.crf.derived import (
    ELSEWHERE,
    WORDS,
    asks_words,
    available,
    own_columns,
    plan_of,
    used,
    values_of,
)
from nlptool.crf.kernels_columns import BEGIN, BEGIN_VALUE, INSIDE_VALUE, POINT, SAME, TOKENS
from nlptool.crf.kernels_words import PART
from nlptool.crf.lexicon import Lexicon
from nlptool.crf.tries import build_trie

TRIE = build_trie({"ab": 1, "abc": 2}, "x")
LEXICONS = (Lexicon("a", TRIE, ("p", "q"), 2), Lexicon("b", TRIE, cap=1))
CLUSTERS = (
    Clusters("v", TRIE, (2, 3), np.zeros((2, 2), np.int32)),
    Clusters("w", TRIE, (4,), np.zeros((1, 2), np.int32), 3),
)


def test_available() -> None:
    assert available(2, learning=False) == ("0", "1", "type", "same1", "same2")
    own = ("self.begin", "self.inside", "self.end")
    assert available(1)[4:] == (*own, "self.begintype", "self.insidetype", "self.endtype")
    names = available(1, LEXICONS[:1], CLUSTERS[1:], learning=False)
    assert names[4:] == (
        *("a.begin", "a.inside", "a.end", "a.begintype", "a.insidetype", "a.endtype"),
        *("w.begin", "w.inside", "w.end"),
        *("w.char4", "w.begin4", "w.inside4"),
    )
    assert own_columns(["0", "type", "12"]) == [0, 12]


def test_plan() -> None:
    plans = [
        plan_of(name, LEXICONS, CLUSTERS)
        for name in ("3", "same2", "b.begin", "w.begin", "v.char3", "w.char4")
    ]
    assert plans == [
        (TOKENS, 3, 0),
        (SAME, 2, 0),
        (BEGIN, 1, 0),
        (BEGIN, 3, 0),
        (POINT, 1, 0),
        (POINT, 2, 0),
    ]
    assert plan_of("a.begintype", LEXICONS, CLUSTERS) == (BEGIN, 0, 1)
    assert plan_of("v.inside3", LEXICONS, CLUSTERS) == (INSIDE_VALUE, 2, 2)
    assert plan_of("w.begin4", LEXICONS, CLUSTERS) == (BEGIN_VALUE, 3, 4)


@pytest.mark.parametrize("name", ["x", "x.begin", "v.x", "v.charx", "char3"])
def test_no_column(name: str) -> None:
    with pytest.raises(ValueError, match="no column"):
        plan_of(name, LEXICONS, CLUSTERS)


def test_values() -> None:
    def values(name: str) -> str:
        return " ".join(values_of(name, LEXICONS, CLUSTERS))

    assert values("type").startswith("other han numeral")
    assert values("same1") == "0 1"
    assert values("a.end") == "0 1 2"
    assert values("a.endtype") == "0 1p 2p 1q 2q"
    assert values("b.inside") == "0 S1 B1 M1 E1"
    assert values("w.begin") == "0 1 2 3"
    assert values("v.begin3") == "- 0 1 2"


def test_only_what_is_asked_for_is_kept() -> None:
    lexicons, clusters = used(["0", "b.end", "v.char3", "type"], LEXICONS, CLUSTERS)
    assert [lexicon.name for lexicon in lexicons] == ["b"]
    assert [(one.name, one.sizes, one.numbers.shape) for one in clusters] == [("v", (3,), (1, 2))]
    lexicons, clusters = used(["0", "w.begin"], LEXICONS, CLUSTERS)
    assert [(one.name, one.sizes) for one in clusters] == [("w", ())]


def test_words_of_jieba() -> None:
    names = available(1, words=True)
    assert set(WORDS) <= set(names)
    assert not set(WORDS) & set(available(1))
    assert plan_of("jieba.tag", (), ()) == (ELSEWHERE, PART, 0)
    assert values_of("jieba.place", (), ()) == ("S", "B", "M", "E")
    assert values_of("jieba.tag", (), ()) == PARTS
    assert values_of("jieba.before", (), ()) == values_of("jieba.after", (), ()) == ("-", *PARTS)
    assert asks_words(["0", "jieba.after"])
    assert not asks_words(["0", "jieba.begin"])


def test_a_lexicon_may_be_called_as_the_words_are() -> None:
    lexicon = Lexicon("jieba", TRIE, ("p", "q"), 2)
    assert plan_of("jieba.begin", [lexicon], ()) == (BEGIN, 0, 0)
    assert used(["0", "jieba.begin", "jieba.tag"], [lexicon], ())[0] == (lexicon,)
    assert used(["0", "jieba.tag"], [lexicon], ())[0] == ()
