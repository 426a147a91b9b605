"""Entities as conlleval counts them."""

import pytest

from nlptool.crf.entities import Tags, boundary_counts, entity_scores, tag_scores
from nlptool.crf.judged import judged
from nlptool.crf.scores import Found
from nlptool.crf.sentences import Sentence


def pair(gold, found):
    tokens = "字" * len(gold.split())
    return list(judged([Sentence(tokens, found.split())], [Sentence(tokens, gold.split())]))


def test_by_type():
    pairs = pair("B-PER I-PER O B-LOC I-LOC O", "B-PER I-PER O B-ORG I-ORG O")
    scores = entity_scores(pairs)
    assert scores == {"LOC": Found(0, 1, 0), "ORG": Found(1, 0, 0), "PER": Found(1, 1, 1)}
    assert scores["PER"].f1 == 1
    assert scores["LOC"].f1 == 0


@pytest.mark.parametrize(
    ("found", "n_right"),
    [
        ("I-PER I-PER O B-LOC", 2),  # I begins an entity after nothing
        ("B-PER I-PER I-LOC I-LOC", 1),  # and after another type
        ("B-PER B-PER O B-LOC", 1),  # B always begins one
        ("B-PER E-PER O S-LOC", 2),  # another scheme
        ("O O O O", 0),
    ],
)
def test_rules_of_conlleval(found, n_right):
    scores = entity_scores(pair("B-PER I-PER O B-LOC", found))
    assert sum(score.n_right for score in scores.values()) == n_right


def test_boundaries_without_types():
    pairs = pair("B-PER I-PER O B-LOC", "B-ORG I-ORG O B-LOC")
    assert boundary_counts(pairs).tolist() == [[2, 2, 2]]


def test_labels():
    score = tag_scores(pair("B-PER I-PER O", "B-PER O O") + pair("O", "O"))
    assert score == Tags(4, 3, 2, 1)
    assert (score.accuracy, score.exact) == (0.75, 0.5)


def test_labels_that_are_not_known_do_not_count():
    pairs = list(judged([Sentence("一二", ["O", "B-X"])], [Sentence("一二", ["O", ""])]))
    assert tag_scores(pairs) == Tags(1, 1, 1, 1)


def test_nothing():
    assert entity_scores([]) == {}
    assert (tag_scores([]).accuracy, tag_scores([]).exact) == (0, 0)
    assert boundary_counts([]).shape == (0, 3)
