"""Scores: Spearman and accuracy as the naive twins and gensim give them, coverage beside."""

import re

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nlptool.core.vectors import Vectors
from nlptool.errors import ConfigError, CorpusError
from nlptool.w2v.scores import (
    AnalogyScore,
    SimilarityScore,
    analogy_score,
    is_analogies,
    moved,
    read_analogies,
    read_similarity,
    similarity_score,
    spearman,
)
from tests import naive_vectors as naive


def some(words, dim=6, seed=0):
    matrix = np.random.default_rng(seed).standard_normal((len(words), dim))
    return Vectors(words, matrix.astype(np.float32))


def file(tmp_path, text, name="f.txt"):
    path = tmp_path / name
    path.write_text(text, encoding="utf-8")
    return str(path)


@pytest.mark.parametrize(
    "text",
    [
        "李白\t诗\t9.2\n医生\t责任\t8.85",
        "李白,诗,9.2\r\n医生,责任,8.85\r\n",
        "李白 诗 9.2\n\n医生  责任 8.85\n",
        "# a comment\n# Word 1\tWord 2\tHuman (mean)\n李白\t诗\t9.2\n医生\t责任\t8.85\n",
        "Word 1,Word 2,Human (mean)\n李白,诗,9.2\n医生,责任,8.85\n",
        "word1\tword2\tmean\trater 1\n李白\t诗\t9.2\t9\n医生\t责任\t8.85\t8\n",
    ],
)
def test_similarity_files(tmp_path, text):
    path = file(tmp_path, text)
    assert read_similarity(path) == [("李白", "诗", 9.2), ("医生", "责任", 8.85)]
    assert not is_analogies(path)


def test_analogy_files(tmp_path):
    path = file(tmp_path, ": 省会\n广东 广州 浙江 杭州\n\n: 货币\n中国 人民币 美国 美元\n: empty\n")
    assert is_analogies(path)
    assert read_analogies(path) == {
        "省会": [("广东", "广州", "浙江", "杭州")],
        "货币": [("中国", "人民币", "美国", "美元")],
    }
    path = file(tmp_path, "a b c d\n")
    assert is_analogies(path)
    assert read_analogies(path) == {"f.txt": [("a", "b", "c", "d")]}


@pytest.mark.parametrize(
    ("read", "text", "message"),
    [
        (
            read_similarity,
            "a b 1\na b\n",
            ":2: 'a b', expected two words and a number, tab, comma or space between them",
        ),
        (
            read_similarity,
            "a b 1\n\na b nan\n",
            ":3: 'a b nan', expected two words and a number, tab, comma or space between them",
        ),
        (read_similarity, "a b\n", ": no word pairs, expected two words and a number a line"),
        (read_analogies, ": x\na b c\n", ":2: 3 words, expected 4 or ': section'"),
        (read_analogies, ": x\n", ": no questions, expected four words a line"),
        (
            is_analogies,
            "a b c d e\nf\n",
            ": neither word pairs with scores nor analogies, expected `word word number` or "
            "`: section` and four words",
        ),
    ],
)
def test_bad_files_are_named_with_their_line(tmp_path, read, text, message):
    path = file(tmp_path, text)
    with pytest.raises(CorpusError, match=f"^{re.escape(path + message)}$"):
        read(path)


@given(st.lists(st.tuples(st.integers(-5, 5), st.integers(-5, 5)), min_size=1, max_size=12))
@settings(max_examples=200, deadline=None)
def test_spearman_is_naive(pairs):
    a, b = zip(*pairs, strict=True)
    expected = naive.spearman(a, b)
    if expected is None:
        assert spearman(a, b) is None
    else:
        assert spearman(a, b) == pytest.approx(expected, abs=1e-12)


def test_spearman_as_scipy_gives_it():
    stats = pytest.importorskip("scipy.stats")
    rng = np.random.default_rng(0)
    a, b = rng.integers(0, 30, 200), rng.integers(0, 30, 200)
    assert spearman(a, b) == pytest.approx(stats.spearmanr(a, b).statistic, abs=1e-12)


def test_spearman_worked_by_hand():
    # Ranks 1 2.5 2.5 4 against 1 3 2 4: 4.5 / sqrt(4.5 * 5).
    assert spearman([1, 2, 2, 3], [10, 30, 20, 40]) == pytest.approx(4.5 / (4.5 * 5) ** 0.5)
    assert spearman([1, 2, 3], [3, 2, 1]) == -1
    assert spearman([], []) is None
    assert spearman([1, 1], [1, 2]) is None


def test_pairs_with_unknown_words_are_left_out():
    v = Vectors(["a", "b", "c"], np.array([[1, 0], [1, 0.5], [0, 1]], np.float32))
    pairs = [("a", "b", 9.0), ("a", "c", 1.0), ("B", "C", 5.0), ("a", "x", 7.0)]
    assert similarity_score(v, pairs) == SimilarityScore(1.0, 3, 4)
    assert similarity_score(v, pairs[3:]) == SimilarityScore(None, 0, 1)
    assert similarity_score(v, []) == SimilarityScore(None, 0, 0)


def test_similarity_as_gensim_gives_it(tmp_path):
    from gensim.models import KeyedVectors

    words = [f"w{i}" for i in range(60)]
    v = some(words)
    rng = np.random.default_rng(1)
    pairs = [(*rng.choice(words, 2), round(rng.random() * 10)) for _ in range(80)]
    path = file(tmp_path, "".join(f"{a}\t{b}\t{s}\n" for a, b, s in pairs))
    theirs = KeyedVectors(6)
    theirs.add_vectors(words, v.matrix)
    expected = theirs.evaluate_word_pairs(path)[1].statistic
    assert similarity_score(v, read_similarity(path)).spearman == pytest.approx(expected, abs=1e-6)


@pytest.mark.parametrize("method", ["add", "mul"])
def test_analogies_are_naive(method):
    words = [f"w{i}" for i in range(20)]
    v = some(words, dim=3)
    rng = np.random.default_rng(1)
    questions = [tuple(rng.choice(words, 4, replace=False).tolist()) for _ in range(100)]
    questions += [("w1", "w2", "x", "w4")]
    sections = {"one": questions[:50], "two": questions[50:], "none": [("x", "y", "z", "x")]}
    correct = []
    for a, b, c, d in questions[:100]:
        best = naive.analogy(v.matrix, v.id(a), v.id(b), v.id(c), 1, method)
        correct.append(best[0][1] == v.id(d))
    assert 0 < sum(correct) < 100
    scores = analogy_score(v, sections, method=method)
    assert scores == [
        AnalogyScore("one", sum(correct[:50]), 50, 50),
        AnalogyScore("two", sum(correct[50:]), 50, 51),
        AnalogyScore("none", 0, 0, 1),
        AnalogyScore("total", sum(correct), 100, 102),
    ]
    assert scores[2].accuracy is None
    assert scores[3].accuracy == sum(correct) / 100


def test_analogies_as_gensim_gives_them(tmp_path):
    from gensim.models import KeyedVectors

    words = [f"w{i}" for i in range(30)]
    v = some(words, dim=3)
    rng = np.random.default_rng(2)
    questions = [rng.choice(words, 4, replace=False) for _ in range(200)]
    path = file(tmp_path, ": s\n" + "".join(" ".join(q) + "\n" for q in questions))
    theirs = KeyedVectors(3)
    theirs.add_vectors(words, v.matrix)
    expected, _ = theirs.evaluate_word_analogies(path, restrict_vocab=20)
    (_, total) = analogy_score(v, read_analogies(path), limit=20)
    assert total.accuracy == pytest.approx(expected)
    assert total.n_covered < total.n_questions == 200


def test_an_analogy_worked_by_hand():
    words = ["Man", "woman", "king", "queen"]
    v = Vectors(words, np.array([[1, 0, 0], [0, 1, 0], [1, 0, 1], [0, 1, 1]], np.float32))
    scores = analogy_score(v, {"s": [("Man", "Woman", "king", "queen"), ("x", "x", "x", "x")]})
    assert scores == [AnalogyScore("s", 1, 1, 2), AnalogyScore("total", 1, 1, 2)]
    with pytest.raises(ConfigError, match=r"^--method: 'sub', expected one of add, mul$"):
        analogy_score(v, {"s": []}, method="sub")


def test_moved_is_naive():
    shared = [f"w{i}" for i in range(30)]
    before = some([*shared[:10], "only here", *shared[10:]], dim=4)
    after = some(["only there", *shared[::-1]], dim=5, seed=1)
    one = before.matrix[[before.id(w) for w in shared]]
    two = after.matrix[[after.id(w) for w in shared]]
    expected = naive.neighbours_changed(shared, one, two, 4)
    found = moved(before, after, k=4)
    assert {m.word: m.change for m in found} == pytest.approx(expected)
    order = sorted(shared, key=lambda w: (-expected[w], shared.index(w)))
    assert [m.word for m in found] == order
    first = found[0]
    nearest = naive.nearest(one, one[shared.index(first.word)], 4, (shared.index(first.word),))
    assert first.before == [shared[i] for _, i in nearest]
    assert len(moved(before, after, k=4, most=7)) == 7
    assert all(m.change == 0 for m in moved(before, before))
    assert moved(before, some(["x"])) == []
    assert moved(before, some(["w1"])) == []
