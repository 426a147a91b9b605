import numpy as np
import pytest
from similarity_examples import SENTENCES, summed

from nlptool.errors import CorpusError, ModelError
from nlptool.similarity.index import Index, build, open_index
from nlptool.similarity.items import Item
from nlptool.similarity.model import open_model


@pytest.fixture(scope="module")
def matcher():
    return summed()


def test_an_index_is_searched_added_to_and_deleted_from(matcher, tmp_path):
    items = [Item(str(i), text, f'{{"n": {i}}}') for i, text in enumerate(SENTENCES)]
    index, seen = build(items, matcher)
    assert seen.n == 5
    index.save(str(tmp_path / "a.index"))
    index = open_index(str(tmp_path / "a.index"), matcher)
    assert index.items == items
    found = index.search(matcher.encode(["怎么修改密码", "明天有没有雨"])[0], 2)
    assert found.ids[:, 0].tolist() == [0, 3]
    more, _ = build([Item("1", "明天"), Item("new", "下雨")], matcher)
    both = index.added(more)
    assert [item.name for item in both.items] == ["0", "2", "3", "4", "1", "new"]
    assert [item.name for item in both.without(["0", "?"]).items] == ["2", "3", "4", "1", "new"]
    assert len(both.without(["0"]).vectors) == 5


def test_an_index_names_its_model(matcher, tmp_path):
    matcher.save(str(tmp_path / "a.sim"))
    own = open_model(str(tmp_path / "a.sim"))
    build([Item("1", "一")], own)[0].save(str(tmp_path / "a.index"))
    assert len(open_index(str(tmp_path / "a.index"), own)) == 1
    with pytest.raises(ModelError, match="made with another model, expected the one that it was"):
        open_index(str(tmp_path / "a.index"), matcher)


def test_a_name_that_occurs_twice_is_refused(matcher):
    with pytest.raises(CorpusError, match=r"^id '1': occurs twice, expected every id once$"):
        build([Item("1", "一"), Item("1", "二")], matcher)


def test_an_empty_index_finds_nothing(matcher, tmp_path):
    index, _ = build([], matcher)
    index.save(str(tmp_path / "a.index"))
    index = open_index(str(tmp_path / "a.index"))
    assert isinstance(index, Index)
    assert index.search(matcher.encode(["一"])[0], 3).ids.tolist() == [[-1, -1, -1]]


@pytest.mark.parametrize("threads", [1, 3])
@pytest.mark.parametrize("n", [1, 2, 1000])
def test_one_query_is_answered_as_many_are(n, threads):
    rng = np.random.default_rng(n)
    vectors = rng.normal(size=(n, 8)).astype(np.float32)
    index = Index([Item(str(i), "") for i in range(n)], vectors, "")
    queries = rng.normal(size=(4, 8)).astype(np.float32)
    together = index.search(queries, 5)
    for row, query in enumerate(queries):
        alone = index.search(query[None], 5, threads=threads)
        assert alone.ids[0].tolist() == together.ids[row].tolist()
        np.testing.assert_allclose(alone.scores[0], together.scores[row], atol=1e-5)
        true = np.argsort(-(vectors @ query))[:5]
        assert alone.ids[0][: len(true)].tolist() == true.tolist()
