import math
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from nlptool.crf.answer import MOST_BEST, Answer, Asked
from nlptool.crf.asked import answers
from nlptool.crf.constrain import Words, read_words
from nlptool.crf.model import Tagger
from nlptool.crf.places import places_of
from nlptool.crf.sentences import Sentence
from nlptool.crf.tags import spans_of
from nlptool.errors import ConfigError, CorpusError
from tests.crf_networks import network_of
from tests.crf_taggers import EDGES, NAMES, SIMPLE, WORDS, tagger_of
from tests.naive_crf_constrain import Chain, forced, is_allowed, matches, worth
from tests.naive_crf_constrain import chances as naive_chances
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
        assert [tuple(one.labels) for one in answer.others] == first
        assert [math.exp(one.log_probability) for one in answer.others] == pytest.approx(
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
    sums = sorted((a + b for a, *_ in left.others for b, *_ in right.others), reverse=True)
    assert [one.log_probability for one in answer.others] == pytest.approx(sums[:4])


@pytest.mark.parametrize("text", ["", " ", "　\t"])
def test_nothing_to_label(text: str) -> None:
    answer = ask(tagger_of(WORDS), text, Asked(n_best=2, splits=True))
    assert answer.sentence.tokens == text
    assert "".join(answer.sentence.labels or ()) == ""
    assert [math.exp(one.log_probability) for one in answer.others] == [1]
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


ENTRIES: dict[str, list[tuple[str, str | None, float]]] = {
    "soft": [("甲乙", None, 2.0), ("乙丙", None, -1.5), ("甲", None, 0.7), ("甲乙丙", None, 1.0)],
    "forced": [("乙丙", None, math.inf), ("甲乙丙", None, math.inf), ("丁", None, math.inf)],
    "forbidden": [("甲", None, -math.inf), ("甲乙", None, -math.inf), ("丁甲", None, -math.inf)],
    "all": [
        ("丁甲", None, math.inf),
        ("乙", None, -math.inf),
        ("甲乙", None, 3.0),
        ("丙", None, 1.0),
    ],
}
TYPED: list[tuple[str, str | None, float]] = [
    ("甲乙", "X", 2.0), ("甲乙", "Y", 2.5), ("乙丙", "Y", -math.inf), ("丁", "X", math.inf),
]  # fmt: skip


def words_of(tmp_path: Path, entries: list[tuple[str, str | None, float]], tagger: Tagger) -> Words:
    marks = {math.inf: "!", -math.inf: "-"}
    lines = ("\t".join([w, kind or "", marks.get(x, str(x))]) for w, kind, x in entries)
    path = tmp_path / "words.txt"
    path.write_text("\n".join(lines), "utf-8")
    types = places_of(tagger.labels, tagger.scheme).types
    return read_words(str(path), types, is_characters=True)


def sequences_of(tagger: Tagger, text: str) -> list[tuple[float, tuple[str, ...]]]:
    """Return the scores of all legal sequences, of models with networks too."""
    if tagger.network is None:
        found = sequences(tagger, text)
        return [(total, tuple(tagger.labels[y] for y in path)) for total, path in found]
    weights = tagger.weights
    scores = tagger.scored([Sentence(text)]).model.weights.reshape(len(text), -1)
    pairs = np.broadcast_to(weights.transitions, (len(text), *weights.transitions.shape))
    chain = Chain(scores, pairs, weights.start, weights.end, tagger.labels, tagger.scheme)
    return chain.sequences({})


@pytest.mark.parametrize("network", [False, True])
@pytest.mark.parametrize(("sentences", "template", "decoder"), MODELS)
def test_what_is_known_and_what_is_asked_go_together(
    tmp_path: Path, sentences: list[Sentence], template: str, decoder: str, network: bool
) -> None:
    if network:
        if template != SIMPLE or decoder != "crf":
            pytest.skip("networks have no such models")
        tagger = network_of(sentences)
    else:
        tagger = tagger_of(sentences, template, decoder=decoder)
    types = list(places_of(tagger.labels, tagger.scheme).types)
    dictionaries = [*ENTRIES.values(), *([TYPED] if "X" in types else [])]
    n_checked = 0
    for text, known in (
        ("甲乙丙", {}), ("丁甲乙", {}), ("丁甲乙丙", {1: tagger.labels[0]}), ("甲", {}),
        ("甲乙甲乙", {0: tagger.labels[1]}), ("乙丙甲", dict.fromkeys((1, 2), tagger.labels[-1])),
    ):  # fmt: skip
        given = [known.get(i, "") for i in range(len(text))]
        scored = sequences_of(tagger, text)
        for entries in dictionaries:
            found = list(matches(text, entries, types))
            soft = dict.fromkeys(((b, e, kind or "") for b, e, kind, _ in found), 0.0)
            for begin, end, kind, weight in found:
                soft[begin, end, kind or ""] += weight if math.isfinite(weight) else 0.0
            hard = forced(found, given)
            wanted = naive_chances(
                (total + worth(labels, soft), labels)
                for total, labels in scored
                if is_allowed(labels, found, given, hard)
            )
            if not wanted:
                continue
            asked = Asked(
                n_best=9,
                marginals=True,
                confidence=True,
                words=words_of(tmp_path, entries, tagger),
                force=True,
            )
            answer = ask(tagger, Sentence(text, given), asked)
            check(answer, wanted)
            # One thing asked for by itself has the same answer.
            alone = ask(tagger, Sentence(text, given), replace(asked, n_best=0, marginals=False))
            assert alone.confidence == pytest.approx(answer.confidence)
            assert alone.sentence == answer.sentence
            n_checked += 1
    assert n_checked >= 12


def check(answer: Answer, wanted: dict[tuple[str, ...], float]) -> None:
    """Compare an answer to the nine best sequences with all there are."""
    best = list(wanted)[:9]
    assert [tuple(one.labels) for one in answer.others] == best
    assert tuple(answer.sentence.labels or ()) == best[0]
    assert math.exp(answer.log_probability or 0.0) == pytest.approx(wanted[best[0]], rel=1e-4)
    for one in answer.others:
        labels = tuple(one.labels)
        assert math.exp(one.log_probability) == pytest.approx(wanted[labels], rel=1e-4)
        for i, label in enumerate(labels):
            own = sum(p for path, p in wanted.items() if path[i] == label)
            assert (one.tokens or [])[i] == pytest.approx(own, rel=1e-4)
        for span, chance in zip(spans_of(labels), one.spans or (), strict=True):
            own = sum(p for path, p in wanted.items() if span in spans_of(path))
            assert chance == pytest.approx(own, rel=1e-4)
    assert answer.tokens == answer.others[0].tokens
    assert answer.spans == answer.others[0].spans


@pytest.mark.parametrize("decoder", ["crf", "memm"])
@pytest.mark.parametrize(
    "given",
    [
        ["O", "I-X", "", ""],  # begins within
        ["", "B-X", "I-Y", "I-X"],
        ["I-X", "I-X", "O", "I-Y"],
        ["I-Y", "", "I-X", "B-X"],
    ],
)
def test_labels_that_are_given_stay_where_they_may_not_stand(
    tmp_path: Path, given: list[str], decoder: str
) -> None:
    tagger = tagger_of(NAMES, EDGES if decoder == "memm" else SIMPLE, decoder=decoder)
    words = words_of(tmp_path, [("甲乙", None, 2.0), ("乙丙丁", None, 1.0)], tagger)
    asked = Asked(n_best=50, marginals=True, confidence=True, words=words, force=True)
    answer = ask(tagger, Sentence("甲乙丙丁", given), asked)
    for one in answer.others:
        assert [known or label for known, label in zip(given, one.labels, strict=True)] == list(
            one.labels
        )
    assert sum(math.exp(one.log_probability) for one in answer.others) == pytest.approx(1)
    assert len({tuple(one.labels) for one in answer.others}) == len(answer.others)
    tokens = answer.tokens or []
    assert [chance for chance, known in zip(tokens, given, strict=True) if known] == pytest.approx(
        [1.0] * sum(map(bool, given))
    )


def test_an_end_that_may_not_be_stays_as_well() -> None:
    tagger = tagger_of(WORDS)
    for given in (["M", "B"], ["B", "B"], ["E", ""], ["", "M"]):
        answer = ask(tagger, Sentence("甲乙", given), Asked(force=True, confidence=True))
        labels = answer.sentence.labels or ()
        assert [known or own for known, own in zip(given, labels, strict=True)] == list(labels)
        assert 0 < answer.confidence <= 1


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
