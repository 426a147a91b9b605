from collections import Counter

import numpy as np
import pytest

from nlptool.core.jieba_trie import COUNT_SHIFT, Nodes, look_up
from nlptool.crf.codes import code
from nlptool.crf.derived import available
from nlptool.crf.features import encode
from nlptool.crf.indexing import build
from nlptool.crf.normalise import changes, normal_points
from nlptool.crf.own_words import N_FOLDS, own_lexicon
from nlptool.crf.sentences import Sentence
from nlptool.crf.tags import spans_of
from nlptool.crf.template import parse_template

LABELS = [
    "O",
    "B-x",
    "I-x",
    "E-x",
    "S-x",
    "B-y",
    "I-y",
    "M-y",
    "E-y",
    "",
    "NN",
    "B",
    "M",
    "E",
    "S",
]


def number(table: Nodes, word: str) -> int:
    points = np.frombuffer(word.encode("utf-32-le"), np.int32)
    return int(look_up(points, 0, len(points), table)) >> int(COUNT_SHIFT)


def words_of(sentence: Sentence) -> list[tuple[str, str]]:
    """Return the words of two or more characters and their types, by tags.py."""
    labels = ["O" if label == "NN" else label for label in sentence.labels or ()]
    found = [("".join(sentence.tokens[a:b]).lower(), kind) for a, b, kind in spans_of(labels)]
    return [(word, kind) for word, kind in found if len(word) > 1]


@pytest.mark.parametrize("longer", [False, True])
def test_words_are_those_of_the_spans(longer: bool) -> None:
    random = np.random.default_rng(1)
    sentences = []
    for _ in range(300):
        size = int(random.integers(0, 12))
        tokens = random.choice(list("甲乙丙Aa"), size).tolist()
        if longer:
            tokens = [token * int(random.integers(1, 3)) for token in tokens]
        labels = random.choice(LABELS, size).tolist()
        sentences.append(Sentence(tokens if longer else "".join(tokens), labels))
    coded = code(sentences, [0], changes(("case",)), labels=True)
    lexicon, folds = own_lexicon(coded, normal_points(("case",)))
    assert lexicon.name == "self"
    assert lexicon.types == ("", "x", "y")
    found = [words_of(sentence) for sentence in sentences]
    bounds = [k * len(sentences) // N_FOLDS for k in range(N_FOLDS + 1)]
    for k, table in enumerate([*folds, lexicon.table]):
        counts: dict[str, Counter[str]] = {}
        for i, pairs in enumerate(found):
            for word, kind in pairs:
                if k == N_FOLDS or not bounds[k] <= i < bounds[k + 1]:
                    counts.setdefault(word, Counter())[kind] += 1
        for pairs in found:
            for word, _ in pairs:
                kinds = counts.get(word, Counter())
                best = min(kinds, key=lambda kind: (-kinds[kind], kind), default=None)
                wanted = 0 if best is None else 1 + lexicon.types.index(best)
                assert number(table, word) == wanted


def test_no_words() -> None:
    coded = code([Sentence("ab", ["NN", "VV"])], [0], {}, labels=True)
    lexicon, folds = own_lexicon(coded, normal_points(()))
    assert lexicon.types == ("",)
    assert len(folds) == N_FOLDS
    assert not lexicon.table[1:].any()


def test_a_training_sentence_does_not_see_its_own_words() -> None:
    template = parse_template("U:%x[0,self.begin]\n", "t", available(1))
    sentences = [Sentence("ab", "BE"), Sentence("cd", "BE"), Sentence("cda", "BES")]
    features, encoded = build(sentences, template)
    names = [name for (name,) in features.names(0, range(features.n_records[0]))]
    assert [names[row] for row in encoded.rows[:, 0]] == [
        *("U:0", "U:0"),
        *("U:2", "U:0"),
        *("U:2", "U:0", "U:0"),
    ]
    again = encode([Sentence("abc")], features, ["B"])
    assert [names[row] for row in again.rows[:, 0]] == ["U:2", "U:0", "U:0"]


def test_words_that_are_given_are_used_as_they_are() -> None:
    template = parse_template("U:%x[0,self.begin]\n", "t", available(1))
    old, _ = build([Sentence("ab", "BE")], template)
    features, encoded = build([Sentence("abcd", "BEBE")], template, lexicons=old.columns.lexicons)
    assert features.columns.lexicons == old.columns.lexicons
    names = [name for (name,) in features.names(0, range(features.n_records[0]))]
    assert [names[row] for row in encoded.rows[:, 0]] == ["U:2", "U:0", "U:0", "U:0"]
