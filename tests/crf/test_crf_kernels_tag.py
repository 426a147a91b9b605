from itertools import product

import numpy as np
import pytest

from nlptool.crf.marked import cut
from nlptool.crf.sentences import Sentence
from tests.crf_taggers import EDGES, NAMES, SIMPLE, WORDS, tagger_of
from tests.naive_crf_tag import best, sequences


def texts(n_most: int = 4) -> list[str]:
    found = ["".join(text) for n in (1, 2) for text in product("甲乙Ａ天", repeat=n)]
    random = np.random.default_rng(4)
    found += ["".join(random.choice(list("甲乙丙丁Aa天"), n)) for n in (3, n_most, n_most)]
    return found


@pytest.mark.parametrize("decoder", ["crf", "memm", "softmax"])
@pytest.mark.parametrize("template", [SIMPLE, EDGES], ids=["simple", "edges"])
@pytest.mark.parametrize("sentences", [WORDS, NAMES], ids=["words", "names"])
def test_the_best_labels_are_those_of_all_sequences(
    sentences: list[Sentence], template: str, decoder: str
) -> None:
    if decoder == "softmax" and template == EDGES:
        pytest.skip("pairs of labels are nothing to softmax")
    tagger = tagger_of(sentences, template, decoder=decoder)
    for text, found in zip(texts(), tagger.tag(map(Sentence, texts())), strict=True):
        wanted = best(tagger, text)
        own = [tagger.labels.index(label) for label in found.labels or ()]
        score = {path: score for score, path in sequences(tagger, text)}[tuple(own)]
        assert score == pytest.approx(wanted[0], abs=1e-4)


@pytest.mark.parametrize("template", [SIMPLE, EDGES], ids=["simple", "edges"])
def test_text_goes_the_short_way_to_the_same_labels(template: str) -> None:
    tagger = tagger_of(WORDS, template)
    for text in texts(12):
        (found,) = tagger.tag([Sentence(text)])
        words = "".join(
            " " * (i > 0 and label in "BS") + char
            for i, (char, label) in enumerate(zip(text, found.labels or (), strict=True))
        )
        assert cut(tagger, text.encode()).decode() == words


def test_a_long_text_is_as_good_as_its_sentences() -> None:
    tagger = tagger_of(WORDS)
    lines = texts(30) * 20
    one_by_one = [cut(tagger, line.encode()).decode() for line in lines]
    assert cut(tagger, "\n".join(lines).encode()).decode() == "\n".join(one_by_one)


def test_a_sentence_of_a_million_characters() -> None:
    tagger = tagger_of(WORDS)
    text = "甲乙丙丁" * 250_000
    found = cut(tagger, text.encode()).decode()
    assert found.replace(" ", "") == text
    # Of a text that repeats itself so are the words, but at the ends.
    words = found.split()[100:-100]
    assert len(set(words)) < 10
