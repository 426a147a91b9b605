import numpy as np
import pytest

from nlptool.crf import neural_text
from nlptool.crf.model import legality_of
from nlptool.crf.neural_text import count_ids, gold_of, labelled, legal_only, stretches
from nlptool.crf.sentences import Sentence
from nlptool.errors import CorpusError
from tests.crf_taggers import WORDS, tagger_of

LABELS = ("B", "E", "M", "S")
LEGAL = legality_of(LABELS, "bmes")


def test_sentences_without_all_labels_are_left_out() -> None:
    given = [*WORDS, Sentence("甲"), Sentence("甲乙", ["B", ""]), Sentence("", "")]
    assert labelled(given) == (WORDS, 2)
    with pytest.raises(CorpusError) as error:
        labelled([Sentence("甲")])
    assert str(error.value) == (
        "no sentence with all its labels in the training text, expected some"
    )


def test_sentences_with_illegal_labels_are_left_out() -> None:
    bad = [Sentence("甲乙", "BM"), Sentence("甲乙", "ES"), Sentence("甲乙", "BS")]
    assert legal_only([*bad, *WORDS], LABELS, LEGAL) == (WORDS, 3)
    with pytest.raises(CorpusError) as error:
        legal_only(bad, LABELS, LEGAL)
    assert str(error.value) == "no sentence has legal labels, expected some"


def test_ids_are_for_what_is_there_twice() -> None:
    columns = tagger_of(WORDS).features.columns
    # 甲 three times, 乙 four, 丙 twice, A and a once each.
    assert count_ids(columns, WORDS) == 2 + 3


def cut(labels: str, ends: list[int]) -> list[str]:
    gold = gold_of([Sentence("甲" * len(labels), labels)], LABELS)
    begins, ends_ = stretches(gold, np.array(ends, np.int64), LEGAL)
    return [labels[begin:end] for begin, end in zip(begins, ends_, strict=True)]


def test_long_sentences_are_cut_where_a_word_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(neural_text, "LONGEST", 4)
    assert cut("BESBE", [3, 5]) == ["BES", "BE"]
    assert cut("BEBMEBE", [7]) == ["BE", "BME", "BE"] or cut("BEBMEBE", [7]) == ["BE", "BMEBE"]
    assert cut("SSSSS", [5]) == ["SSSS", "S"]
    # A word that is longer stays whole.
    assert cut("SBMMMMESS", [9]) == ["S", "BMMMME", "SS"]
    assert cut("BMMMMMMMME", [10]) == ["BMMMMMMMME"]
    assert "".join(cut("SBMMMMESBESSBMMME", [8, 17])) == "SBMMMMESBESSBMMME"
    assert cut("SS", [0, 1, 1, 2]) == ["S", "S"]
