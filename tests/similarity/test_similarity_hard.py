import naive_similarity as naive

from nlptool.similarity.examples import from_pairs
from nlptool.similarity.hard import labelled, mined, spelt
from nlptool.similarity.pairs import Pair

PAIRS = [
    Pair("怎么修改密码", "密码怎么改", 1.0),
    Pair("怎么修改密码", "怎么修改地址", 0.0),
    Pair("明天下雨吗", "明天会不会下雨", 1.0),
    Pair("明天下雨吗", "后天下雨吗", 0.0),
    Pair("密码怎么改", "明天下雨吗", 0.0),
]


def test_labelled_rivals_are_those_of_other_groups():
    found = from_pairs([[*PAIRS, Pair("密码怎么改", "怎么修改密码", 0.0)]], same=0.8)
    texts = [{found.texts[i] for i in rivals} for rivals in labelled(found)]
    assert texts[found.texts.index("怎么修改密码")] == {"怎么修改地址"}
    assert texts[found.texts.index("明天下雨吗")] == {"后天下雨吗", "密码怎么改"}
    assert texts[found.texts.index("明天会不会下雨")] == set()


def test_mined_rivals_are_the_nearest_of_other_groups():
    found = from_pairs([PAIRS], same=0.8)
    vectors = spelt(found.texts)
    expected = naive.rivals(vectors, found.groups, 2)
    assert [one.tolist() for one in mined(found, 2, seed=1)] == expected
    assert found.texts[expected[found.texts.index("怎么修改密码")][0]] == "怎么修改地址"


def test_fewer_rivals_than_asked_for():
    found = from_pairs([[Pair("甲", "乙", 1.0)]], same=0.8)
    assert [one.tolist() for one in mined(found, 3, seed=1)] == [[], []]
