import numpy as np

from nlptool.crf.model import legality_of
from nlptool.crf.records import features_of, joined, without_zeros
from nlptool.crf.sentences import Sentence
from tests.crf_taggers import EDGES, SIMPLE, WORDS, tagger_of
from tests.naive_crf_tag import weights_by_name


def test_the_same_tuples_give_the_same_records() -> None:
    for template in (SIMPLE, EDGES, "U0:%x[0,0]/%x[1,0]/%x[2,0]/%x[3,0]/%x[4,0]\nU1:one\n"):
        features = tagger_of(WORDS, template).features
        tuples = [features.ids_of(s) for s in range(len(features.n_records))]
        again = features_of(features.template, features.columns, tuples, 1)
        observed = features.columns.observe([Sentence("甲乙丙丁Ａ天"), Sentence("乙")])
        assert np.array_equal(again.rows(observed), features.rows(observed))


def test_what_says_nothing_is_left_out() -> None:
    tagger = tagger_of(WORDS)
    for values in tagger.weights.values:
        values[::3] = 0
    features, weights = without_zeros(tagger.features, tagger.weights)
    assert sum(features.n_records) < sum(tagger.features.n_records)
    assert [len(of) for of in weights.values] == list(features.n_records)
    small = tagger_of(WORDS)
    kept = weights_by_name(type(small)(features, weights, small.scheme, "char", small.config, {}))
    whole = weights_by_name(tagger)
    assert {name: own.tolist() for name, own in kept.items()} == {
        name: own.tolist() for name, own in whole.items() if name in kept
    }
    assert not any(own.any() for name, own in whole.items() if name not in kept)


def test_a_model_goes_on_with_more_text_and_more_labels() -> None:
    for template in (SIMPLE, EDGES):
        old = tagger_of(WORDS, template)
        new = tagger_of([Sentence("丁戊甲乙", ["S", "B", "E", "O"])], template)
        labels = sorted({*old.labels, *new.labels})
        legality = legality_of(labels, "bmes")
        features, weights = joined(old.features, old.weights, new.features, labels, legality)
        # What is in the new text has the numbers that it had there.
        observed = features.columns.observe([Sentence("丁戊甲乙")])
        before = new.features.rows(new.features.columns.observe([Sentence("丁戊甲乙")]))
        rows = features.rows(observed)
        assert np.array_equal(rows[before >= 0], before[before >= 0])
        both = type(old)(features, weights, "bmes", "char", old.config, {})
        known, whole = weights_by_name(old), weights_by_name(both)
        at = [labels.index(label) for label in old.labels]
        rest = [i for i in range(len(labels)) if i not in at]
        assert set(whole) == {*known, *weights_by_name(new)}
        for name, own in whole.items():
            if name in known:
                grid = np.ix_(*[at] * own.ndim)
                assert np.array_equal(own[grid], known[name])
                assert not own[..., rest].any()
            else:
                assert not own.any()
        assert np.array_equal(weights.transitions[np.ix_(at, at)], old.weights.transitions)
