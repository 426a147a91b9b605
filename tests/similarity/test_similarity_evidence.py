import numpy as np
import pytest
from similarity_examples import summed

from nlptool.similarity.evidence import LONGEST, NAMES, evidence
from nlptool.similarity.model import prepare
from tests import naive_similarity as naive

FIRST = ["怎么修改密码", "密码在哪里改", "明天三点下雨吗", "", "我不想改", "密码" * 50]
SECOND = ["我想修改密码", "明天有没有雨", "明天四点会下雨吗", "明天", "我想改", "改密码" * 30]


@pytest.fixture(scope="module")
def sif():
    return summed().sif


def rows(sif, first, second):
    texts, tokens = prepare([*first, *second])
    return evidence(texts, tokens, sif.look_up(tokens)[0], sif)


def column(found, name):
    return found[:, NAMES.index(name)]


def test_numbers_are_finite_and_do_not_depend_on_who_is_first_or_beside(sif):
    found = rows(sif, FIRST, SECOND)
    assert found.shape == (6, len(NAMES))
    assert np.isfinite(found).all()
    np.testing.assert_allclose(rows(sif, SECOND, FIRST), found, atol=1e-5)
    alone = np.concatenate([rows(sif, [a], [b]) for a, b in zip(FIRST, SECOND, strict=True)])
    np.testing.assert_allclose(alone, found, atol=1e-5)
    assert rows(sif, [], []).shape == (0, len(NAMES))


def test_order_as_the_slow_form_has_it(sif):
    found = rows(sif, FIRST, SECOND)
    for i, (a, b) in enumerate(zip(FIRST, SECOND, strict=True)):
        sequence, run = naive.longest_common(a[:LONGEST], b[:LONGEST])
        less, more = (max(size, 1) for size in sorted([len(a[:LONGEST]), len(b[:LONGEST])]))
        expected = [sequence / more, sequence / less, run / more, run / less]
        names = ("sequence less", "sequence more", "run less", "run more")
        np.testing.assert_allclose([column(found, n)[i] for n in names], expected, rtol=1e-6)


def test_beginnings_ends_negations_numerals_and_questions(sif):
    found = rows(sif, FIRST, SECOND)
    assert column(found, "begin").tolist()[:3] == [0, 0, pytest.approx(2 / 7)]
    assert column(found, "end").tolist()[:3] == [pytest.approx(4 / 6), 0, pytest.approx(3 / 7)]
    assert column(found, "negations").tolist() == [0, 1, 0, 0, 1, 0]
    assert column(found, "numerals")[2] == 2
    assert column(found, "怎么")[0] == 1
    assert column(found, "吗")[2] == 0
    assert column(found, "asked")[2] == 1


def test_the_last_is_the_likeness_without_labels(sif):
    matcher = summed()
    np.testing.assert_allclose(
        column(rows(sif, FIRST, SECOND), "likeness"), matcher.score(FIRST, SECOND)[0], atol=1e-5
    )
    np.testing.assert_allclose(column(rows(sif, FIRST[:3], FIRST[:3]), "likeness"), 1, atol=1e-5)
