import math
from pathlib import Path

import numpy as np
import pytest

from nlptool.crf.answer import MOST_BEST, Answer, Asked
from nlptool.crf.asked import answers
from nlptool.crf.constrain import read_words
from nlptool.crf.model import Tagger
from nlptool.crf.sentences import Sentence
from nlptool.crf.tags import spans_of
from nlptool.errors import ConfigError, CorpusError
from tests.crf_taggers import EDGES, NAMES, SIMPLE, WORDS, tagger_of
from tests.naive_crf_tag import sequences

MODELS = [
    (WORDS, SIMPLE, "crf"),
    (NAMES, SIMPLE, "crf"),
    (NAMES, EDGES, "crf"),
    (NAMES, EDGES, "memm"),
    (WORDS, SIMPLE, "softmax"),
]


def ask(tagger: Tagger, text: str | Sentence, asked: Asked) -> Answer:
    sentence = Sentence(text) if isinstance(text, str) else text
    ((answer,),) = answers(tagger, [sentence], asked)
    return answer


def chances(tagger: Tagger, text: str) -> dict[tuple[str, ...], float]:
    """Return the probability of each legal sequence, the largest first."""
    scores = sorted(sequences(tagger, text), reverse=True)
    total = np.logaddexp.reduce([score for score, _ in scores])
    return {
        tuple(tagger.labels[y] for y in path): math.exp(score - total) for score, path in scores
    }


@pytest.mark.parametrize(("sentences", "template", "decoder"), MODELS)
def test_probabilities_are_those_of_all_sequences(
    sentences: list[Sentence], template: str, decoder: str
) -> None:
    tagger = tagger_of(sentences, template, decoder=decoder)
    asked = Asked(n_best=5, marginals=True, confidence=True)
    for text in ("甲", "乙天", "甲乙丙", "丁Ａ甲乙"):
        wanted = chances(tagger, text)
        answer = ask(tagger, text, asked)
        labels = tuple(answer.sentence.labels or ())
        first = list(wanted)[: len(answer.others)]
        assert len(answer.others) == min(5, len(wanted))
        assert [tuple(own) for _, own in answer.others] == first
        assert [math.exp(log_p) for log_p, _ in answer.others] == pytest.approx(
            [wanted[own] for own in first], rel=1e-4
        )
        assert labels == first[0]
        assert math.exp(answer.log_probability or 0) == pytest.approx(wanted[labels], rel=1e-4)
        assert answer.confidence == pytest.approx(wanted[labels] ** (1 / len(text)), rel=1e-4)
        for i, label in enumerate(labels):
            own = sum(p for path, p in wanted.items() if path[i] == label)
            assert (answer.tokens or [])[i] == pytest.approx(own, rel=1e-4)
        for span, chance in zip(spans_of(labels), answer.spans or (), strict=True):
            own = sum(p for path, p in wanted.items() if span in spans_of(path))
            assert chance == pytest.approx(own, rel=1e-4)


def test_white_space_is_no_token_where_text_is_cut() -> None:
    tagger = tagger_of(WORDS)
    asked = Asked(n_best=4, marginals=True, splits=True)
    left, right = ask(tagger, "甲乙", asked), ask(tagger, "丙丁甲", asked)
    answer = ask(tagger, "甲乙 丙丁甲 ", asked)
    assert answer.sentence.tokens == "甲乙 丙丁甲 "
    assert list(answer.sentence.labels or ()) == [
        *(left.sentence.labels or ()),
        "",
        *(right.sentence.labels or ()),
        "",
    ]
    assert answer.spans == [*(left.spans or ()), *(right.spans or ())]
    sums = sorted((a + b for a, _ in left.others for b, _ in right.others), reverse=True)
    assert [log_p for log_p, _ in answer.others] == pytest.approx(sums[:4])


@pytest.mark.parametrize("text", ["", " ", "　\t"])
def test_nothing_to_label(text: str) -> None:
    answer = ask(tagger_of(WORDS), text, Asked(n_best=2, splits=True))
    assert answer.sentence.tokens == text
    assert "".join(answer.sentence.labels or ()) == ""
    assert [math.exp(log_p) for log_p, _ in answer.others] == [1]
    assert answer.confidence == 1


def test_labels_that_are_there_stay() -> None:
    tagger = tagger_of(NAMES)
    (plain,) = tagger.tag([Sentence("甲乙丙")])
    labels = ["B-Y", "", ""] if (plain.labels or ())[0] != "B-Y" else ["O", "", ""]
    answer = ask(tagger, Sentence("甲乙丙", labels), Asked(force=True, confidence=True))
    assert (answer.sentence.labels or ())[0] == labels[0]
    assert answer.given == labels
    wanted = {path: p for path, p in chances(tagger, "甲乙丙").items() if path[0] == labels[0]}
    best = max(wanted.values()) / sum(wanted.values())
    assert math.exp(answer.log_probability or 0) == pytest.approx(best, rel=1e-4)
    with pytest.raises(CorpusError) as error:
        ask(tagger, Sentence("甲", ["X"], (), 7, "a.bio"), Asked(force=True))
    assert str(error.value) == (
        "a.bio:7: label 'X', expected one of the model's: B-X, B-Y, I-X, I-Y, O"
    )


def test_a_dictionary_is_normalised_as_the_text(tmp_path: Path) -> None:
    tagger = tagger_of(WORDS)
    path = tmp_path / "words.txt"
    path.write_text("甲A !\n", "utf-8")
    words = read_words(str(path), [""], is_characters=True)
    asked = Asked(words=words)
    for text in ("丁甲A丁", "丁甲Ａ丁"):
        answer = ask(tagger, text, asked)
        assert (1, 3, "") in spans_of(answer.sentence.labels or ())
    path.write_text("甲A 2\n", "utf-8")
    soft = read_words(str(path), [""], is_characters=True)
    for name, more in (("nbest", {"n_best": 2}), ("marginals", {"marginals": True})):
        with pytest.raises(ConfigError) as error:
            Asked(words=soft, **more)
        assert str(error.value) == (
            f"--{name}: given with --dict, expected no words there but forced ones (!)"
        )


def test_too_many_answers() -> None:
    with pytest.raises(ConfigError) as error:
        Asked(n_best=MOST_BEST + 1)
    assert str(error.value) == "--nbest: 1001, expected 1 to 1,000"


def test_threads_change_nothing() -> None:
    tagger = tagger_of(WORDS)
    lines = [Sentence("甲乙丙丁Ａ" * (i % 7)) for i in range(3000)]
    asked = Asked(confidence=True)
    one, two = (
        [one for batch in answers(tagger, lines, asked, threads=n) for one in batch] for n in (1, 2)
    )
    assert [(a.sentence, a.log_probability) for a in one] == [
        (b.sentence, b.log_probability) for b in two
    ]
    assert len(one) == 3000
