"""Errors and how often they come."""

from nlptool.crf.judged import judged
from nlptool.crf.mistakes import Mistake, confusion, mistakes, regions
from nlptool.crf.sentences import Sentence
from nlptool.crf.tags import word_labels


def cut(line, number=0):
    words = line.split()
    labels = "".join(word_labels(len(word), "bmes") for word in words)
    return Sentence("".join(words), labels, line=number, path="gold.txt")


def words(found, gold):
    return list(judged([cut(line) for line in found], [cut(line, 1) for line in gold]))


def entities(found, gold, tokens):
    return list(judged([Sentence(tokens, found.split())], [Sentence(tokens, gold.split())]))


def test_words():
    gold = ["中国 人民 站 起来 了", "我 爱 天安门"]
    found = ["中国人民 站起 来 了", "我 爱 天 安门"]
    assert mistakes(words(found * 2, gold * 2), 9) == [
        Mistake("joined", "中国 人民", "中国人民", 2, ("gold.txt:1: 中国人民站起来了",) * 2),
        Mistake("moved", "站 起来", "站起 来", 2, ("gold.txt:1: 中国人民站起来了",) * 2),
        Mistake("cut", "天安门", "天 安门", 2, ("gold.txt:1: 我爱天安门",) * 2),
    ]


def test_the_most_frequent_first_and_so_many_examples():
    gold, found = ["我 来", "北京", "北京"], ["我来", "北 京", "北 京"]
    errors = mistakes(words(found, gold), 1, n_examples=1)
    assert errors == [Mistake("cut", "北京", "北 京", 2, ("gold.txt:1: 北京",))]


def test_errors_of_one_alone():
    gold = ["北京 人 来"]
    pairs, others = words(["北 京 人来"], gold), words(["北 京 人 来"], gold)
    assert [error.gold for error in mistakes(pairs, 9, unless=others)] == ["人 来"]
    assert mistakes(others, 9, unless=pairs) == []


def test_entities():
    tokens = "王小明在北京大学"
    gold = "B-PER I-PER I-PER O B-ORG I-ORG I-ORG I-ORG"
    cases = {
        "O O O O B-ORG I-ORG I-ORG I-ORG": ("missed", "[王小明/PER]", "王小明"),
        "B-PER I-PER O O B-ORG I-ORG I-ORG I-ORG": ("boundary", "[王小明/PER]", "[王小/PER]明"),
        "B-LOC I-LOC I-LOC O B-ORG I-ORG I-ORG I-ORG": ("type", "[王小明/PER]", "[王小明/LOC]"),
        "B-PER I-PER I-PER O B-LOC I-LOC O O": (
            "boundary and type",
            "[北京大学/ORG]",
            "[北京/LOC]大学",
        ),
        "B-PER I-PER I-PER B-LOC B-ORG I-ORG I-ORG I-ORG": ("invented", "在", "[在/LOC]"),
    }
    for found, expected in cases.items():
        [error] = mistakes(entities(found, gold, tokens), 9)
        assert (error.kind, error.gold, error.found) == expected


def test_tokens_of_several_characters_stay_apart():
    tokens = ["in", "New", "York"]
    [error] = mistakes(entities("O B-LOC O", "O B-LOC I-LOC", tokens), 9)
    assert (error.gold, error.found) == ("[New York/LOC]", "[New/LOC] York")


def test_the_text_around():
    gold = "一" * 15 + "北京" + "二" * 15
    pairs = words([" ".join(gold)], [" ".join(gold).replace("北 京", "北京")])
    [error] = mistakes(pairs, 9)
    assert error.examples == (f"gold.txt:1: ...{'一' * 10}北京{'二' * 10}...",)


def test_regions_apart():
    [pair] = words(["甲 乙 丙 丁 戊己"], ["甲乙 丙 丁 戊 己"])
    assert [(begin, end) for begin, end, _, _ in regions(pair)] == [(0, 2), (4, 6)]


def test_confusion():
    pairs = words(["甲 乙 丙 丁"], ["甲乙 丙丁"])
    assert confusion(pairs) == {("B", "S"): 2, ("E", "S"): 2}
    unknown = list(judged([Sentence("甲", ["O"])], [Sentence("甲", [""])]))
    assert confusion(unknown) == {}


def test_nothing():
    assert mistakes([], 9) == []
    assert confusion([]) == {}
