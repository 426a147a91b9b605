import numpy as np
import pytest

pytest.importorskip("keras", reason="the extra `neural` is not installed")
from nlptool.neural.runtime import prepare

prepare(device="cpu", threads=1)

from nlptool.similarity import courses  # noqa: E402
from nlptool.similarity.config_network import Learning  # noqa: E402
from nlptool.similarity.encoder import Texts, ids_of, learn_characters  # noqa: E402
from nlptool.similarity.examples import from_groups, from_pairs  # noqa: E402
from nlptool.similarity.pairs import Pair  # noqa: E402


def read(examples):
    characters = learn_characters(examples.texts, 1)
    return Texts([ids_of(text, characters) for text in examples.texts])


def scored(n, score):
    return [Pair(f"甲{chr(0x4E00 + i)}", f"乙{chr(0x5E00 + i)}", score(i)) for i in range(n)]


@pytest.fixture(scope="module")
def two_files():
    other = [Pair(p.second, p.first + "吗", p.score) for p in scored(9, lambda i: float(i))]
    return from_pairs([scored(50, lambda i: float(i % 2)), other], same=0.8)


def test_a_batch_of_pairs_is_of_one_file_and_a_file_has_a_limit(two_files):
    config = Learning(loss="cosent", batch=8, limit=20)
    course = courses.of_scores(two_files, read(two_files), config, None)
    plans = [course.plan(epoch) for epoch in range(3)]
    for batches in plans:
        assert [len(set(two_files.sources[rows].tolist())) for rows in batches] == [1] * 5
        rows = np.concatenate(batches)
        assert len(set(rows.tolist())) == len(rows) == 20 + 9
    assert {len(batches) for batches in plans} == {5}
    seen = {row for batches in plans for rows in batches for row in rows.tolist()}
    assert len(seen) > 29, "another epoch takes other pairs"
    again = courses.of_scores(two_files, read(two_files), config, None).plan(1)
    assert [rows.tolist() for rows in again] == [rows.tolist() for rows in plans[1]]


def test_pairs_stand_beside_each_other_with_their_score(two_files):
    texts = read(two_files)
    course = courses.of_scores(two_files, texts, Learning(loss="cosent"), None)
    rows = np.array([3, 0, 55])
    batch = course.take(rows, np.random.default_rng(0))
    assert batch["scores"].tolist() == pytest.approx(np.repeat(two_files.scores[rows], 2).tolist())
    first = texts.batch(two_files.first[rows].tolist())["characters"]
    assert batch["characters"][0::2, : first.shape[1]].tolist() == first.tolist()


def test_partners_mean_the_same_and_rivals_are_those_that_are_given(two_files):
    texts = read(two_files)
    rivals = [np.array([0]) if i == 4 else np.zeros(0, np.int64) for i in range(len(texts.lengths))]
    config = Learning(loss="contrastive", batch=4, limit=0)
    course = courses.of_partners(two_files, rivals, texts, config, None)
    rows = np.concatenate(course.plan(0))
    assert sorted(rows.tolist()) == np.flatnonzero(two_files.same).tolist()
    batch = course.take(rows[:4], np.random.default_rng(1))
    groups = batch["groups"]
    assert len(groups) == 12
    assert groups[0::3].tolist() == groups[1::3].tolist()
    without = courses.of_partners(two_files, [], texts, config, None)
    assert len(without.take(rows[:4], np.random.default_rng(1))["groups"]) == 8


def test_classes_are_groups_and_start_as_they_are_drawn():
    examples = from_groups([[("1", "甲"), ("1", "乙"), ("2", "丙"), ("3", "丁")]])
    config = Learning(dim=8, batch=3)
    course = courses.of_groups(examples, read(examples), config, None)
    assert course.heads["classes"].shape == (8, 3)
    assert sorted(np.concatenate(course.plan(0)).tolist()) == [0, 1, 2, 3]
    batch = course.take(np.array([0, 3, 1]), np.random.default_rng(0))
    assert batch["labels"].tolist() == examples.groups[[0, 3, 1]].tolist()
    assert batch["labels"].dtype == np.int32


def test_a_warm_up_pairs_a_sentence_with_itself():
    examples = from_groups([[("1", "甲乙"), ("1", "乙")]])
    course = courses.of_repeats(read(examples), Learning(batch=2))
    found = course.take(np.array([1, 0]), np.random.default_rng(0))["characters"]
    assert found[0::2].tolist() == found[1::2].tolist()
    assert [len(rows) for rows in course.plan(0)] == [2]
