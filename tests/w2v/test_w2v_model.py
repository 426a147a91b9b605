"""The trained model's answers, checked against the formulas written out."""

import math

import numpy as np
import pytest

from nlptool.core import store
from nlptool.core.vectors import Vectors
from nlptool.core.vocab import Vocab
from nlptool.errors import CorpusError, ModelError
from nlptool.w2v.config import Config
from nlptool.w2v.model import (
    WordVectors,
    open_model,
    open_vectors,
    plain_vectors,
    save_vectors,
)

WORDS = ["的", "医生", "病人", "火车", "车站"]
COUNTS = np.array([50, 20, 15, 10, 5], np.int64)


def model_with(**settings):
    rng = np.random.default_rng(3)
    dim = settings.setdefault("dim", 4)
    config = Config(**{"sample": 0.0, **settings}).settled()
    contexts = None if config.tied else rng.normal(size=(5, dim)).astype(np.float32)
    bias = None if config.tied else rng.normal(size=5).astype(np.float32)
    matrix = rng.normal(size=(5, dim)).astype(np.float32)
    return WordVectors(Vocab(WORDS, COUNTS), matrix, contexts, bias, config, {"words": 100})


def naive_log_proba(model, hidden):
    """log p(w | hidden) as the formulas have it, one word at a time, in float64."""
    share = COUNTS / COUNTS.sum()
    outputs = model.matrix if model.contexts is None else model.contexts
    scores = []
    for word in range(len(WORDS)):
        score = float(np.dot(hidden.astype(np.float64), outputs[word].astype(np.float64)))
        if model.bias is not None:
            score += float(model.bias[word])
        if model.config.loss == "pmi":
            score += math.log(share[word])
        elif model.config.loss != "nce" and model.config.proposal == "unigram":
            score += 0.75 * math.log(share[word])
        if model.config.sample and model.config.loss != "pmi":
            ratio = model.config.sample / share[word]
            score -= math.log(min(ratio + math.sqrt(ratio), 1))
        scores.append(score)
    total = math.log(sum(math.exp(score) for score in scores))
    return np.array([score - total for score in scores])


@pytest.mark.parametrize(
    "settings",
    [
        {},
        {"proposal": "uniform"},
        {"tied": True},
        {"loss": "nce"},
        {"loss": "negative-sampling"},
        {"loss": "pmi", "tied": True},
        {"sample": 0.01},
    ],
)
def test_log_proba_is_the_formula(settings):
    model = model_with(**settings)
    found = model.log_proba(model.matrix[[1, 3]])
    assert np.allclose(np.exp(found).sum(axis=1), 1, atol=1e-5)
    for row, word in enumerate([1, 3]):
        assert np.allclose(found[row], naive_log_proba(model, model.matrix[word]), atol=1e-4)


def test_hierarchical_softmax_has_no_probabilities():
    model = model_with(loss="hierarchical-softmax", engine="gensim")
    with pytest.raises(ModelError, match="no output vectors of words"):
        model.related(1)


def test_predict_joins_independent_context_words():
    model = model_with()
    share = np.log(COUNTS / COUNTS.sum())
    expected = sum(naive_log_proba(model, model.matrix[word]) for word in (1, 2)) - share
    expected -= math.log(np.exp(expected).sum())
    assert np.allclose(model.predict([1, 2]), expected, atol=1e-4)


def test_predict_of_cbow_takes_the_mean_of_the_context():
    model = model_with(arch="cbow")
    hidden = (model.matrix[1] + model.matrix[2]) / 2
    assert np.allclose(model.predict([1, 2]), naive_log_proba(model, hidden), atol=1e-4)


def test_related_takes_off_the_frequency():
    model = model_with()
    share = np.log(COUNTS / COUNTS.sum())
    expected = naive_log_proba(model, model.matrix[2]) - 0.5 * share
    assert np.allclose(model.related(2, alpha=0.5), expected, atol=1e-4)


def test_keywords_rank_by_how_they_foretell_the_rest():
    model = model_with()
    text = [1, 2, 2, 3]
    scores = {}
    for word in set(text):
        rows = naive_log_proba(model, model.matrix[word])
        rest = list(text)
        rest.remove(word)
        scores[word] = sum(rows[other] for other in rest) / len(rest)
    found = model.keywords(text)
    assert [word for word, _ in found] == sorted(scores, key=scores.get, reverse=True)
    assert all(math.isclose(score, scores[word], abs_tol=1e-3) for word, score in found)
    assert model.keywords([]) == []
    assert [word for word, _ in model.keywords([4])] == [4]


def test_keywords_of_pmi_vectors_are_inner_products():
    model = model_with(loss="pmi", tied=True)
    total = model.matrix[1] + model.matrix[1] + model.matrix[4]
    expected = {word: float(total @ model.matrix[word]) for word in (1, 4)}
    assert {word: pytest.approx(score, abs=1e-4) for word, score in expected.items()} == dict(
        model.keywords([1, 4, 1])
    )


def test_likeness_takes_off_what_pmi_vectors_share():
    model = model_with(loss="pmi", tied=True)
    assert np.allclose(model.likeness.matrix.sum(axis=0), 0, atol=1e-5)
    assert np.array_equal(model.vectors.matrix, model.matrix)
    plain = model_with()
    assert plain.likeness.matrix is plain.matrix


def test_sentence_is_a_sum():
    model = model_with()
    assert np.allclose(model.sentence([1, 1, 2]), 2 * model.matrix[1] + model.matrix[2])
    assert not model.sentence([]).any()


@pytest.mark.parametrize("tied", [False, True])
def test_saved_and_opened_is_the_same(tmp_path, tied):
    model = model_with(tied=tied)
    path = str(tmp_path / "m.w2v")
    model.save(path)
    first = (tmp_path / "m.w2v").read_bytes()
    again = open_model(path)
    assert again.vocab.words == WORDS
    assert again.config == model.config
    assert again.training == {"words": 100}
    assert np.array_equal(again.log_proba(again.matrix), model.log_proba(model.matrix))
    again.save(path)
    assert (tmp_path / "m.w2v").read_bytes() == first


def test_plain_vectors_are_a_kind_of_their_own(tmp_path):
    path = str(tmp_path / "v.w2v")
    save_vectors(path, Vectors(WORDS, model_with().matrix))
    assert list(open_vectors(path).words) == WORDS
    assert store.load(path).kind == "vectors"
    with pytest.raises(ModelError, match="a vectors model, expected a w2v model"):
        open_model(path)


def test_other_files_are_read_as_other_programs_vectors(tmp_path):
    path = tmp_path / "v.vec"
    path.write_text("2 2\n医生 1 0\n病人 0 1\n", "utf-8")
    assert list(open_vectors(str(path)).words) == ["医生", "病人"]
    path.write_text("nothing of the kind\n", "utf-8")
    with pytest.raises(CorpusError):
        open_vectors(str(path))


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"counts": np.arange(4)}, "a vocabulary of 5 words, expected 4"),
        ({"counts": -COUNTS}, "counts are empty or negative"),
        ({"vectors": np.zeros((5, 3), "f4")}, "tensor 'vectors' is float32 5 x 3"),
        ({"vectors": np.full((5, 4), np.nan, "f4")}, "not finite"),
        ({"bias": np.zeros(4, "f4")}, "tensor 'bias'"),
        ({"other": np.zeros(4, "f4")}, "an unknown tensor 'other'"),
        ({"vocabulary": np.frombuffer("的\n的\n".encode(), "u1")}, "vocabulary|again"),
    ],
)
def test_a_model_that_makes_no_sense_is_refused(tmp_path, change, message):
    model = model_with()
    path = str(tmp_path / "m.w2v")
    model.save(path)
    stored = store.load(path)
    tensors = {**stored.tensors, **change}
    store.publish(path, "w2v", config=stored.config, training={}, tensors=tensors)
    with pytest.raises(ModelError, match=message):
        open_model(path)


@pytest.mark.parametrize(
    ("name", "value"),
    [("dim", 0), ("dim", "4"), ("dim", None), ("loss", "none"), ("rate", "fast"), ("tied", 1)],
)
def test_settings_that_make_no_sense_are_refused(tmp_path, name, value):
    model = model_with()
    path = str(tmp_path / "m.w2v")
    model.save(path)
    stored = store.load(path)
    config = {**stored.config, name: value}
    store.publish(path, "w2v", config=config, training={}, tensors=stored.tensors)
    with pytest.raises(ModelError):
        open_model(path)


def test_settings_that_are_missing_are_refused(tmp_path):
    path = str(tmp_path / "m.w2v")
    model_with().save(path)
    stored = store.load(path)
    store.publish(path, "w2v", config={"dim": 4}, training={}, tensors=stored.tensors)
    with pytest.raises(ModelError, match="settings are not those of word vectors"):
        open_model(path)


def test_plain_vectors_that_make_no_sense_are_refused(tmp_path):
    path = str(tmp_path / "v.w2v")
    words = Vocab(["a"], np.ones(1, np.int64)).as_bytes()
    tensors = {"vocabulary": words, "vectors": np.zeros((1, 0), "f4")}
    store.publish(path, "vectors", config={}, training={}, tensors=tensors)
    with pytest.raises(ModelError, match="no vectors"):
        plain_vectors(store.load(path))


def test_a_limit_of_words_is_a_setting_that_a_file_may_have(tmp_path):
    path = str(tmp_path / "m.w2v")
    model_with(max_vocab=5).save(path)
    assert open_model(path).config.max_vocab == 5
