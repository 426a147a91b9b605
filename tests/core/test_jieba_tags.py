"""Tags of jieba's dictionary."""

import pytest

from nlptool.core import jieba_tags
from nlptool.errors import RunError


@pytest.fixture
def fresh():
    jieba_tags.tags.cache_clear()
    yield
    jieba_tags.tags.cache_clear()


def test_tags_of_words(fresh):
    tags = jieba_tags.tags()
    assert len(tags) > 300_000
    assert (tags["北京"], tags["大学"], tags["我们"]) == ("ns", "n", "r")


def test_no_dictionary(fresh, monkeypatch):
    monkeypatch.setattr(jieba_tags, "find_spec", lambda name: None)
    with pytest.raises(RunError) as caught:
        jieba_tags.tags()
    assert str(caught.value) == (
        "jieba/dict.txt: cannot be read ([Errno 2] No such file or directory: 'jieba/dict.txt'), "
        "expected jieba's dictionary"
    )


def test_another_dictionary(fresh, monkeypatch, tmp_path):
    class Spec:
        submodule_search_locations = (str(tmp_path),)

    (tmp_path / "dict.txt").write_text("北京 3\n", "utf-8")
    monkeypatch.setattr(jieba_tags, "find_spec", lambda name: Spec)
    with pytest.raises(RunError) as caught:
        jieba_tags.tags()
    assert str(caught.value) == (
        f"{tmp_path}/dict.txt: changed, expected jieba's dictionary: word count tag a line"
    )
