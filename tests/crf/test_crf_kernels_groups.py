import numpy as np
import pytest

from nlptool.crf.kernels_groups import Memory, add_groups, add_left
from nlptool.crf.model import Tagger
from nlptool.crf.sentences import Sentence
from tests.crf_taggers import WORDS, tagger_of
from tests.naive_crf_tag import scores_of_rows

KINDS = """
U0:%x[0,0]
U1:%x[-1,0]/%x[0,0]
U2:%x[0,0]/%x[1,0]
U3:%x[-1,type]/%x[0,type]/%x[1,type]
U4:%x[-1,type]
U5:%x[0,same1]
U6:%x[-2,same2]
U7:%x[0,self.begin]/%x[0,self.inside]/%x[0,self.end]
U8:%x[-1,self.begin]/%x[-1,self.end]
U9:%x[-1,self.end]/%x[0,self.begin]
U10:%x[0,self.end]/%x[1,self.begin]
U11:%x[0,self.begin]/%x[0,0]
U12:%x[0,self.inside]/%x[0,0]
U13:%x[1,self.inside]/%x[0,0]
U14:%x[0,type]/%x[0,self.end]
U15:
B
"""
FAR = "\n".join(f"U{i}:%x[{i},type]/%x[{i},same1]" for i in range(-8, 9)) + "\nB\n"
NAMED = [Sentence("甲乙丙丁1", ["B-X", "I-X", "O", "B-Y", "O"]), Sentence("丁丙甲乙", "OOOO")]


def scores(tagger: Tagger, text: str, memory: Memory) -> np.ndarray:
    """Return what the kernels make of a text; shape (n, n_labels)."""
    observed = tagger.features.columns.observe([Sentence(text[:2]), Sentence(text)])
    n, n_labels, pad = len(text), len(tagger.labels), tagger.features.columns.pad
    groups, index, model = tagger.grouped.groups, tagger.features.index, tagger.kernel
    S = np.full(observed.ids.shape[1] * n_labels, np.nan, np.float32)
    add_left(observed.ids, index, model, groups.left, tagger.grouped.nothing, S)
    add_groups(observed.ids, index, model, groups, memory, S)
    assert np.isfinite(S).all()
    return S.reshape(-1, n_labels)[-n - pad : len(S) // n_labels - pad]


def texts() -> list[str]:
    random = np.random.default_rng(5)
    sizes = [1, 2, 3, 5, 8, 13, 300]
    return ["".join(random.choice(list("甲乙丙丁Aa1，天"), size)) for size in sizes]


@pytest.mark.parametrize("template", [KINDS, FAR], ids=["kinds", "far"])
@pytest.mark.parametrize("sentences", [WORDS, NAMED], ids=["four labels", "more"])
def test_scores_are_those_of_the_records_at_each_place(
    sentences: list[Sentence], template: str
) -> None:
    tagger = tagger_of(sentences, template)
    with tagger.grouped.memory() as memory:
        # The second time all is known.
        for text in texts()[:-1] * 2:
            wanted = scores_of_rows(tagger, text)
            assert scores(tagger, text, memory) == pytest.approx(wanted, abs=1e-4)


def test_nobody_sees_what_was_there_before() -> None:
    tagger = tagger_of(WORDS, KINDS)
    with tagger.grouped.memory() as memory, tagger.grouped.memory() as other:
        assert memory.words is not other.words
        # Two pairs of cells: each third key drives out another.
        tiny = other._replace(shifts=np.full_like(other.shifts, 63))
        for text in texts():
            assert (scores(tagger, text, memory) == scores(tagger, text, tiny)).all()
    with tagger.grouped.memory() as again:
        assert again.words is other.words or again.words is memory.words
