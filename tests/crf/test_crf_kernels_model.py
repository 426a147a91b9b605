"""The scores of one sentence as a model has them, against features by their names."""

import numpy as np
import pytest

from nlptool.crf.kernels_model import (
    ILLEGAL,
    first_scores,
    pairs_at,
    sentence_scores,
    unfold,
)
from nlptool.crf.model import Tagger
from nlptool.crf.sentences import Sentence
from tests.crf_taggers import EDGES, NAMES, SIMPLE, WORDS, tagger_of
from tests.naive_crf_tag import scores_of, sequences

MODELS = [
    (WORDS, SIMPLE, "crf"),
    (NAMES, EDGES, "crf"),
    (NAMES, SIMPLE, "memm"),
    (NAMES, EDGES, "memm"),
    (WORDS, SIMPLE, "softmax"),
]
TEXTS = ["甲", "乙天", "丁Ａ甲乙"]


def unfolded(tagger: Tagger, text: str) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    scored = tagger.scored([Sentence(text)])
    n, n_labels, model = len(text), len(tagger.labels), scored.model
    varied = bool(model.edges.any()) or tagger.config.decoder == "memm"
    X, first = np.empty((n, n_labels)), np.empty(n_labels)
    T = np.empty((n if varied else 1, n_labels, n_labels))
    unfold(scored.rows, int(scored.starts[0]), int(scored.starts[1]), model, X, T, first)
    return X, T if varied else np.tile(T, (n, 1, 1)), first


@pytest.mark.parametrize(("sentences", "template", "decoder"), MODELS)
def test_a_sequence_is_worth_the_sum_of_its_parts(
    sentences: list[Sentence], template: str, decoder: str
) -> None:
    tagger = tagger_of(sentences, template, decoder=decoder)
    for text in TEXTS:
        X, T, first = unfolded(tagger, text)
        for wanted, path in sequences(tagger, text):
            total = first[path[0]] + sum(X[i, y] for i, y in enumerate(path))
            total += sum(T[i, path[i - 1], path[i]] for i in range(1, len(path)))
            # MEMM's probabilities of the last label know that it is the last.
            total += 0 if decoder == "memm" else tagger.weights.end[path[-1]]
            assert total == pytest.approx(wanted, abs=1e-4)


@pytest.mark.parametrize(("sentences", "template", "decoder"), MODELS)
def test_what_is_illegal_is_lowered(sentences: list[Sentence], template: str, decoder: str) -> None:
    tagger = tagger_of(sentences, template, decoder=decoder)
    legality = tagger.weights.legality
    _, T, first = unfolded(tagger, "甲乙丙")
    assert ((first > ILLEGAL / 2) == legality.start).all()
    assert ((T[1:] > ILLEGAL / 2) == legality.pairs).all()


def test_probabilities_of_memm_add_up_to_one() -> None:
    tagger = tagger_of(NAMES, EDGES, decoder="memm")
    _, T, first = unfolded(tagger, "甲乙丙")
    bans = tagger.kernel.bans
    assert np.exp(first - bans[-2]).sum() == pytest.approx(1, abs=1e-4)
    # What is illegal has lost its digits.
    for t in (1, 2):
        rows = np.where(bans[:-2] == 0, T[t], -np.inf)
        assert (np.exp(rows).sum(axis=1) <= 1 + 1e-9).all()


def test_the_parts_by_themselves() -> None:
    tagger = tagger_of(NAMES, EDGES)
    text = "甲乙丙"
    scored = tagger.scored([Sentence(text)])
    model, n, n_labels = scored.model, len(text), len(tagger.labels)
    begin, end = map(int, scored.starts)
    S = np.full((end - begin + 2 * model.pad) * n_labels, 9, np.float32)
    SE = np.full(len(S) * n_labels, 9, np.float32)
    sentence_scores(scored.rows, begin, end, model, S, SE)
    single, pairs = scores_of(tagger, text)
    top = 2 * model.pad + n - 1
    for t in range(n):
        row = slice((top - t) * n_labels, (top - t + 1) * n_labels)
        assert S[row] == pytest.approx(single[t], abs=1e-5)
    T, now = np.empty((n_labels, n_labels)), np.empty(n_labels)
    pairs_at(S, SE, top - 1, 1, n, model, T)
    legal = tagger.weights.legality.pairs
    assert T[legal] == pytest.approx(pairs[1][legal], abs=1e-5)
    first_scores(S, top, n, model, now)
    begins = tagger.weights.legality.start
    assert now[begins] == pytest.approx((single[0] + tagger.weights.start)[begins], abs=1e-5)
