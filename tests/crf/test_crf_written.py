import json
from dataclasses import replace

import pytest

from nlptool.crf.answer import Answer, Asked, Ranked
from nlptool.crf.sentences import Sentence
from nlptool.crf.written import writer
from tests.crf_taggers import NAMES, PLAIN, WORDS, tagger_of

PERSON = Answer(
    Sentence("张三在北京", ["B-X", "I-X", "O", "B-Y", "I-Y"]),
    None,
    -0.5,
    [0.9, 0.8, 1.0, 0.7, 0.6],
    [0.75, 0.5],
    (
        Ranked(-0.5, ["B-X", "I-X", "O", "B-Y", "I-Y"], [0.9, 0.8, 1.0, 0.7, 0.6], [0.75, 0.5]),
        Ranked(-1.5, ["O", "O", "O", "B-X", "O"], [0.1, 0.2, 1.0, 0.1, 0.1], [0.05]),
    ),
)
CUT = Answer(Sentence("我　爱 你", ["S", "", "S", "", "S"]), None, None, None, [0.5, 0.25, 1.0])
TAGGED = Answer(Sentence(["the", "dog"], ["d", "n"]), ["d", ""], None, [0.5, 0.25], [0.5, 0.25])


def written(form: str, answer: Answer, asked: Asked) -> str:
    sentences = WORDS if answer is CUT else PLAIN if answer is TAGGED else NAMES
    if not asked.marginals:
        others = tuple(one._replace(tokens=None, spans=None) for one in answer.others)
        answer = replace(answer, tokens=None, spans=None, others=others)
    if not asked.n_best:
        answer = replace(answer, others=())
    return writer(form, tagger_of(sentences), asked)(answer)


PLAINLY, LIKELY = Asked(), Asked(marginals=True)


@pytest.mark.parametrize(
    ("answer", "asked", "text"),
    [
        (PERSON, PLAINLY, "[张三/X]在[北京/Y]\n"),
        (PERSON, LIKELY, "[张三/X/0.7500]在[北京/Y/0.5000]\n"),
        (PERSON, Asked(confidence=True), "0.9048\t[张三/X]在[北京/Y]\n"),
        (PERSON, Asked(n_best=2), "0.6065\t[张三/X]在[北京/Y]\n0.2231\t张三在[北/X]京\n"),
        (
            PERSON,
            Asked(n_best=2, marginals=True),
            "0.6065\t[张三/X/0.7500]在[北京/Y/0.5000]\n0.2231\t张三在[北/X/0.0500]京\n",
        ),
        (CUT, PLAINLY, "我 　 爱 你\n"),
        (CUT, LIKELY, "我/0.5000 　 爱/0.2500 你/1.0000\n"),
        (TAGGED, PLAINLY, "the/d dog/n\n"),
        (TAGGED, LIKELY, "the/d/0.5000 dog/n/0.2500\n"),
    ],
)
def test_text(answer: Answer, asked: Asked, text: str) -> None:
    assert written("text", answer, asked) == text


def test_entities_of_words() -> None:
    sentence = Sentence(["in", "New", "York", "now"], ["O", "B-LOC", "I-LOC", "O"])
    write = writer("text", tagger_of([sentence]), PLAINLY)
    assert write(Answer(sentence)) == "in [New York/LOC] now\n"


def test_columns() -> None:
    assert written("columns", TAGGED, PLAINLY) == "the\td\td\ndog\t_\tn\n\n"
    assert written("columns", TAGGED, LIKELY) == "the\td\td\t0.5000\ndog\t_\tn\t0.2500\n\n"
    answer = Answer(Sentence("ab", "SS", ("xy",)))
    assert writer("columns", tagger_of(WORDS), PLAINLY, " ")(answer) == "a x S\nb y S\n\n"
    assert written("columns", PERSON, Asked(n_best=2, confidence=True)) == (
        "# confidence 0.9048\n# 1 0.6065\n张\tB-X\n三\tI-X\n在\tO\n北\tB-Y\n京\tI-Y\n\n"
        "# 2 0.2231\n张\tO\n三\tO\n在\tO\n北\tB-X\n京\tO\n\n"
    )
    likely = written("columns", PERSON, Asked(n_best=2, marginals=True))
    assert likely.startswith("# 1 0.6065\n张\tB-X\t0.9000\n三\tI-X\t0.8000\n")


def test_json() -> None:
    persons = [
        {"start": 0, "end": 2, "type": "X", "text": "张三"},
        {"start": 3, "end": 5, "type": "Y", "text": "北京"},
    ]
    text = written("jsonl", PERSON, PLAINLY)
    assert text.endswith("]}\n")
    assert json.loads(text) == {"text": "张三在北京", "entities": persons}
    likely = json.loads(written("jsonl", PERSON, LIKELY))["entities"]
    assert [one["probability"] for one in likely] == [0.75, 0.5]
    best = json.loads(written("jsonl", PERSON, Asked(n_best=2, confidence=True)))
    assert best == {
        "text": "张三在北京",
        "confidence": 0.904837,
        "nbest": [
            {"probability": 0.606531, "entities": persons},
            {
                "probability": 0.22313,
                "entities": [{"start": 3, "end": 4, "type": "X", "text": "北"}],
            },
        ],
    }
    both = json.loads(written("jsonl", PERSON, Asked(n_best=2, marginals=True)))
    assert [one["probability"] for one in both["nbest"][0]["entities"]] == [0.75, 0.5]
    assert [one["probability"] for one in both["nbest"][1]["entities"]] == [0.05]
    assert json.loads(written("jsonl", CUT, PLAINLY)) == {
        "text": "我　爱 你",
        "words": [
            {"start": 0, "end": 1, "text": "我"},
            {"start": 2, "end": 3, "text": "爱"},
            {"start": 4, "end": 5, "text": "你"},
        ],
    }
    assert json.loads(written("jsonl", TAGGED, LIKELY)) == {
        "tokens": ["the", "dog"],
        "labels": ["d", "n"],
        "probabilities": [0.5, 0.25],
    }


def test_plain_labels_that_look_like_places() -> None:
    # M is a measure word of the Chinese treebank, and P a preposition.
    sentence = Sentence(["三", "个", "个", "在"], ["CD", "M", "M", "P"])
    tagger = tagger_of([sentence])
    assert tagger.scheme == "none"
    assert writer("text", tagger, PLAINLY)(Answer(sentence)) == "三/CD 个/M 个/M 在/P\n"
