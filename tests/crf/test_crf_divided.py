from nlptool.crf.answer import Answer, Asked
from nlptool.crf.divided import merged, parts_of
from nlptool.crf.sentences import Sentence


def test_parts_are_what_white_space_separates() -> None:
    sentence = Sentence(" 甲乙  甲 ", ["", "B", "E", "", "", "S", ""])
    parts = parts_of(sentence, splits=True)
    assert [(at, part.tokens, list(part.labels or ())) for at, part in parts] == [
        (1, "甲乙", ["B", "E"]),
        (5, "甲", ["S"]),
    ]


def test_what_stays_whole() -> None:
    for sentence in (Sentence("甲乙"), Sentence(["甲 乙", "丙"])):
        assert parts_of(sentence, splits=True) == [(0, sentence)]
    spaced = Sentence("甲 乙")
    assert parts_of(spaced, splits=False) == [(0, spaced)]
    assert parts_of(Sentence(""), splits=True) == []
    assert parts_of(Sentence("  "), splits=True) == []


def test_an_answer_of_its_parts() -> None:
    sentence = Sentence("甲乙 丙", None)
    asked = Asked(n_best=2, marginals=True)
    first = Answer(
        Sentence("甲乙", ["B", "E"]), None, -0.5, [0.9, 0.8], [0.7],
        ((-0.5, ["B", "E"]), (-1.5, ["S", "S"])),
    )  # fmt: skip
    second = Answer(
        Sentence("丙", ["S"]), None, -0.25, [0.6], [0.6], ((-0.25, ["S"]), (-3.0, ["B"]))
    )
    found = merged(sentence, [(0, first), (3, second)], asked)
    assert list(found.sentence.labels or ()) == ["B", "E", "", "S"]
    assert found.log_probability == -0.75
    assert found.tokens == [0.9, 0.8, 1.0, 0.6]
    assert found.spans == [0.7, 0.6]
    assert [(log_p, list(labels)) for log_p, labels in found.others] == [
        (-0.75, ["B", "E", "", "S"]),
        (-1.75, ["S", "S", "", "S"]),
    ]
