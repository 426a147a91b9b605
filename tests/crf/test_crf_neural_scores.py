"""A tagger with a network: the kernels' answers are those of all sequences by its scores."""

import itertools
import math
from pathlib import Path

import numpy as np
import pytest

from nlptool.crf import neural_inputs
from nlptool.crf.answer import Asked
from nlptool.crf.asked import answers
from nlptool.crf.codes import code
from nlptool.crf.constrain import read_words
from nlptool.crf.marked import bracket, cut
from nlptool.crf.model import Tagger
from nlptool.crf.neural_config import BLOCKS
from nlptool.crf.neural_scores import Read
from nlptool.crf.normalise import changes
from nlptool.crf.sentences import Sentence
from tests.crf_networks import network_of
from tests.crf_taggers import NAMES, PLAIN, WORDS, tagger_of

GIVEN = [Sentence("甲乙丙"), Sentence(""), Sentence("丁"), Sentence("乙天甲乙丙Ａ")]


def read(tagger: Tagger, sentences: list[Sentence]) -> Read:
    assert tagger.network is not None
    coded = code(sentences, [0], changes(("width",)), labels=False)
    return tagger.network.read(coded, tagger.features, tagger.weights)


def scores_of(tagger: Tagger, sentences: list[Sentence]) -> np.ndarray:
    assert tagger.network is not None
    given = read(tagger, sentences)
    scores = tagger.network.scores(given)
    return scores + given.linear if len(given.linear) else scores


def chances(tagger: Tagger, text: str) -> dict[tuple[str, ...], float]:
    """Return the probability of each legal sequence, the largest first."""
    scores = scores_of(tagger, [Sentence(text)]).astype(np.float64)
    weights, n = tagger.weights, len(text)
    legal = weights.legality
    found = {}
    for path in itertools.product(range(len(tagger.labels)), repeat=n):
        pairs = list(itertools.pairwise(path))
        if not (legal.start[path[0]] and legal.end[path[-1]]):
            continue
        if not all(legal.pairs[pair] for pair in pairs):
            continue
        total = float(weights.start[path[0]]) + float(weights.end[path[-1]])
        total += sum(float(weights.transitions[pair]) for pair in pairs)
        found[path] = total + sum(scores[i, y] for i, y in enumerate(path))
    log_z = np.logaddexp.reduce(list(found.values()))
    ranked = sorted(found, key=lambda path: -found[path])
    return {tuple(tagger.labels[y] for y in path): math.exp(found[path] - log_z) for path in ranked}


@pytest.mark.parametrize("sentences", [WORDS, NAMES])
@pytest.mark.parametrize("blocks", BLOCKS)
def test_answers_are_those_of_all_sequences(sentences: list[Sentence], blocks: str) -> None:
    tagger = network_of(sentences, blocks=blocks)
    asked = Asked(n_best=4, marginals=True, confidence=True)
    for text in ("甲", "甲乙丙", "丁Ａ甲乙"):
        wanted = chances(tagger, text)
        ((answer,),) = answers(tagger, [Sentence(text)], asked)
        (plain,) = tagger.tag([Sentence(text)])
        assert (
            tuple(plain.labels or ()) == tuple(answer.sentence.labels or ()) == next(iter(wanted))
        )
        assert [tuple(one.labels) for one in answer.others] == list(wanted)[: len(answer.others)]
        assert [math.exp(one.log_probability) for one in answer.others] == pytest.approx(
            [wanted[tuple(one.labels)] for one in answer.others], rel=1e-4
        )
        for i, label in enumerate(plain.labels or ()):
            total = sum(p for path, p in wanted.items() if path[i] == label)
            assert (answer.tokens or [])[i] == pytest.approx(total, rel=1e-4)


def test_a_network_that_says_nothing_changes_nothing() -> None:
    tagger = network_of()
    assert tagger.network is not None
    weights = tagger.network.weights
    weights["scores.kernel"] = np.zeros_like(weights["scores.kernel"])
    linear = tagger_of(WORDS)
    for sentence, other in zip(tagger.tag(GIVEN), linear.tag(GIVEN), strict=True):
        assert sentence.labels == other.labels


def test_a_network_without_a_linear_model_does_not_hear_it() -> None:
    tagger = network_of(linear_share=0.0)
    assert tagger.network is not None
    assert read(tagger, GIVEN).linear.shape == (0, 4)
    before = [one.labels for one in tagger.tag(GIVEN)]
    for values in tagger.weights.values:
        values[:] = 0
    assert [one.labels for one in tagger.tag(GIVEN)] == before


def test_text_is_marked_as_its_sentences_are_labelled() -> None:
    words, names = network_of(WORDS), network_of(NAMES)
    text = "甲乙丙\n\n 丁 Ａ甲\r\n乙天甲乙丙"
    found = cut(words, text.encode()).decode()
    assert found.replace(" ", "") == text.replace(" ", "")
    (labels,) = (one.labels for one in words.tag([Sentence("乙天甲乙丙")]))
    wanted = "".join(
        char + (" " if label in "ES" else "")
        for char, label in zip("乙天甲乙丙", labels or "", strict=True)
    )
    assert found.split("\n")[-1] == wanted.rstrip()
    marked = bracket(names, text.encode()).decode()
    for mark in ("[", "/X]", "/Y]"):
        marked = marked.replace(mark, "")
    assert marked == text


def test_a_dictionary_forces_words(tmp_path: Path) -> None:
    tagger = network_of()
    path = tmp_path / "words.txt"
    path.write_text("天甲 !\n", "utf-8")
    words = read_words(str(path), ("",), is_characters=True, normalised=str)
    ((answer,),) = answers(tagger, [Sentence("乙天甲乙丙")], Asked(words=words))
    assert "".join(answer.sentence.labels or "")[1:3] == "BE"


def test_words_are_tokens_too() -> None:
    tagger = network_of(PLAIN, "U0:%x[0,0]\nB\n")
    found = list(tagger.tag([Sentence(["the", "bird", "runs"]), Sentence(["dog"])]))
    assert [len(one.labels or ()) for one in found] == [3, 1]
    assert set(found[0].labels or ()) <= {"d", "n", "v"}


@pytest.mark.parametrize("blocks", BLOCKS)
def test_sentences_that_are_read_together_do_not_change_each_other(blocks: str) -> None:
    tagger = network_of(blocks=blocks)
    together = scores_of(tagger, GIVEN)
    alone = np.concatenate([scores_of(tagger, [one]) for one in GIVEN if len(one)])
    assert np.allclose(together, alone, atol=1e-5)


def test_windows_of_convolutions_change_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    tagger = network_of(blocks="gated", depth=3)
    text = [Sentence("甲乙丙丁天Ａ" * 20)]
    whole = scores_of(tagger, text)
    monkeypatch.setattr(neural_inputs, "WINDOW", 50)
    monkeypatch.setattr(neural_inputs, "MARGIN", 12)
    assert np.allclose(scores_of(tagger, text), whole, atol=1e-5)


@pytest.mark.slow
def test_a_line_of_a_million_characters() -> None:
    tagger = network_of(blocks="conv")
    (found,) = tagger.tag([Sentence("甲乙丙丁天" * 200_000)])
    assert len(found.labels or ()) == 1_000_000


@pytest.mark.parametrize("blocks", BLOCKS)
def test_saved_and_opened_is_the_same(tmp_path: Path, blocks: str) -> None:
    tagger = network_of(blocks=blocks)
    path = str(tmp_path / "m.crf")
    tagger.save(path)
    again = Tagger.load(path)
    assert np.array_equal(scores_of(again, GIVEN), scores_of(tagger, GIVEN))
    other = str(tmp_path / "n.crf")
    again.save(other)
    assert Path(other).read_bytes() == Path(path).read_bytes()
