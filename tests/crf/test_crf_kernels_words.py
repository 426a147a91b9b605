from collections.abc import Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nlptool.core.jieba_cut import _jieba
from nlptool.core.jieba_speech_tables import known
from nlptool.crf.columns import Columns
from nlptool.crf.derived import WORDS
from nlptool.crf.sentences import Sentence
from tests.naive_crf_features import seen, words_of

NAMES = ("0", "type", *WORDS)


@pytest.fixture(scope="module", autouse=True)
def quiet() -> Iterator[None]:
    _jieba().setLogLevel(60)
    yield


def columns_of(pad: int, normalise: tuple[str, ...] = ()) -> Columns:
    return Columns(NAMES, pad, normalise, (("北", "京"),), known=known())


def texts(columns: Columns, sentences: list[Sentence], which: int) -> dict[str, list[str]]:
    observed = columns.observe(sentences)
    start, end = observed.starts[which : which + 2].tolist()
    ids = observed.ids[:, start:end].tolist()
    return {name: columns.texts(c, ids[c]) for c, name in enumerate(NAMES)}


@settings(max_examples=100, deadline=None)
@given(st.lists(st.text(st.sampled_from("张伟明在北京的，1a%+研究生命起源"), max_size=20)))
def test_columns_are_those_of_jieba(lines: list[str]) -> None:
    for pad in (0, 2):
        columns = columns_of(pad)
        sentences = [Sentence(line) for line in lines]
        observed = columns.observe(sentences)
        assert (observed.ids >= 0).all()
        assert (columns.sizes > observed.ids.T).all()
        for i, line in enumerate(lines):
            found = texts(columns, sentences, i)
            wanted = words_of(line)
            for name in WORDS:
                assert found[name] == [
                    seen([wanted[name]], 0, at) if 0 <= at < len(line) else found["0"][at + pad]
                    for at in range(-pad, len(line) + pad)
                ]


def test_by_hand() -> None:
    found = texts(columns_of(1), [Sentence("张伟在北京")], 0)
    assert found["jieba.place"] == ["_B-1", "B", "E", "S", "B", "E", "_B+1"]
    assert found["jieba.tag"] == ["_B-1", "nr", "nr", "p", "ns", "ns", "_B+1"]
    assert found["jieba.before"] == ["_B-1", "-", "-", "nr", "p", "p", "_B+1"]
    assert found["jieba.after"] == ["_B-1", "p", "p", "ns", "-", "-", "_B+1"]


def test_jieba_sees_what_the_model_sees() -> None:
    wide, plain = Sentence("ＧＤＰ增长５％"), Sentence("GDP增长5%")
    columns = columns_of(0, ("width",))
    assert (columns.observe([wide]).ids == columns.observe([plain]).ids).all()


def test_longer_tokens_are_words() -> None:
    found = texts(columns_of(0), [Sentence(["北京", "北京大学x"])], 0)
    assert found["jieba.place"] == ["S", "S"]
    assert found["jieba.tag"] == ["ns", "x"]
    found = texts(columns_of(0), [Sentence(["张伟", "在", "北京", "北京x"])], 0)
    assert found["jieba.tag"] == ["x", "p", "ns", "x"]
    assert found["jieba.after"] == ["p", "ns", "x", "-"]
