"""Words that are asked for."""

import pytest

from nlptool.cloze.nouns import is_noun


@pytest.mark.parametrize("word", ["桃子", "北京", "李白", "大学", "瑞玲", "拓跋猗"])
def test_nouns(word):
    assert is_noun(word)


@pytest.mark.parametrize(
    "word", ["我们", "高兴", "奔跑", "猴", "A股", "走了", "今天", "，", "他说道"]
)
def test_others(word):
    assert not is_noun(word)
