"""Han, normalising, sentences."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nlptool.core.text import is_han, n_han, normalise, sentences


@pytest.mark.parametrize("character", "一龥㐀䶿〇々𠀀𪜀鿿豈⼀")
def test_han(character):
    assert is_han(character)


@pytest.mark.parametrize("character", [*"a1 ,,。「あアー한é\n", ""])
def test_not_han(character):
    assert not is_han(character)


def test_n_han():
    assert n_han("春江 spring, 潮水。") == 4
    assert n_han("") == 0


def test_normalise():
    assert normalise("ABC123,!?(x)\u3000~") == "ABC123,!?(x) ~"
    assert normalise("Ab", lower=True) == "ab"
    assert normalise("Ab") == "Ab"
    assert normalise("春。「」、…—") == "春。「」、…—"


@given(st.text())
def test_normalise_again_changes_nothing(text):
    assert normalise(normalise(text)) == normalise(text)
    assert len(normalise(text)) == len(text)


@pytest.mark.parametrize("text, parts", [
    ("", []),
    ("无标点", ["无标点"]),
    ("春天来了。花开了!真的吗?是的", ["春天来了。", "花开了!", "真的吗?", "是的"]),
    ("他说:“走吧。”我们走了……天黑。", ["他说:“走吧。”", "我们走了……", "天黑。"]),
    ("What?! Yes. Pi is 3.14, see a.b. End", ["What?! ", "Yes. ", "Pi is 3.14, see a.b. ", "End"]),
    ("一行\n两行\n\n三", ["一行\n", "两行\n\n", "三"]),
    ("(好。)好", ["(好。)", "好"]),
    ("...", ["..."]),
])  # fmt: skip
def test_sentences(text, parts):
    assert sentences(text) == parts


@given(st.text(st.sampled_from('ab春。!?…".”) \n\u3000')))
def test_sentences_join_back(text):
    assert "".join(sentences(text)) == text
