from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from nlptool.crf.constrain import FAVOUR, GIVEN, Bound, Words, bound, read_words
from nlptool.crf.kernels_constrain import best_sequences
from nlptool.crf.places import Places, places_of
from nlptool.crf.tags import spans_of
from nlptool.errors import ConfigError, CorpusError
from tests.crf_chains import MODELS
from tests.naive_crf_constrain import Chain


def words_of(tmp_path: Path, text: str, types: Sequence[str] = ("",)) -> Words:
    path = tmp_path / "words.txt"
    path.write_text(text, "utf-8")
    return read_words(str(path), types, is_characters=True)


def decoded(
    scores: np.ndarray,
    transitions: np.ndarray,
    start: np.ndarray,
    end: np.ndarray,
    known: Bound,
    places: Places,
) -> tuple[float, list[int]]:
    own = places.sources
    allowed = np.where(places.pairs, transitions[np.ix_(own, own)], -np.inf)
    paths, sums = np.empty((1, len(scores)), np.int32), np.empty(1)
    best_sequences(
        scores[:, own] + known.extra,
        allowed[None],
        np.zeros(len(scores), np.int32),
        np.where(places.start, start[own], -np.inf),
        np.where(places.end, end[own], -np.inf),
        known.tracks,
        known.bonuses,
        paths,
        sums,
    )
    return float(sums[0]), own[paths[0]].tolist()


@pytest.mark.parametrize(("labels", "scheme"), MODELS)
def test_the_best_path_is_that_of_all_paths(
    tmp_path: Path, labels: tuple[str, ...], scheme: str
) -> None:
    random = np.random.default_rng(3)
    places = places_of(labels, scheme)
    kinds = sorted(places.types)
    for _ in range(40):
        n = int(random.integers(1, 6))
        tokens = "".join(random.choice(list("甲乙"), n))
        entries: dict[tuple[str, str], float] = {}
        for _ in range(int(random.integers(0, 6))):
            word = "".join(random.choice(list("甲乙"), int(random.integers(1, 5))))
            entries[word, str(random.choice(kinds))] = round(float(random.normal()) * 3, 3)
        text = "".join(f"{word}\t{kind}\t{weight}\n" for (word, kind), weight in entries.items())
        words = words_of(tmp_path, text, kinds)
        weights = {
            (begin, end, kind): entries[tokens[begin:end], kind]
            for begin in range(n)
            for end in range(begin + 1, n + 1)
            for kind in kinds
            if (tokens[begin:end], kind) in entries
        }
        scores = random.normal(size=(n, len(labels)))
        transitions = random.normal(size=(len(labels), len(labels)))
        start, end = random.normal(size=(2, len(labels)))
        known = bound(tokens, words, None, labels, places)
        found, path = decoded(scores, transitions, start, end, known, places)
        pairs = np.broadcast_to(transitions, (n, *transitions.shape))
        sequences = Chain(scores, pairs, start, end, labels, scheme).sequences(weights)
        wanted, names = sequences[0]
        assert found == pytest.approx(wanted)
        assert tuple(labels[y] for y in path) == names


BMES = ("B", "M", "E", "S")


def cut(tmp_path: Path, text: str, words: str, scores: np.ndarray | None = None) -> list[str]:
    places = places_of(BMES, "bmes")
    zero = np.zeros(4)
    own = np.zeros((len(text), 4)) if scores is None else scores
    known = bound(text, words_of(tmp_path, words), None, BMES, places)
    _, path = decoded(own, np.zeros((4, 4)), zero, zero, known, places)
    return [text[begin:end] for begin, end, _ in spans_of([BMES[y] for y in path])]


def test_a_word_that_has_to_be_one(tmp_path: Path) -> None:
    all_single = np.tile([0.0, 0.0, 0.0, 9.0], (6, 1))
    assert cut(tmp_path, "在云计算之上", "", all_single) == list("在云计算之上")
    assert cut(tmp_path, "在云计算之上", "云计算 !\n", all_single) == ["在", "云计算", "之", "上"]


def test_of_words_that_have_to_be_the_first_then_the_longest_counts(tmp_path: Path) -> None:
    all_single = np.tile([0.0, 0.0, 0.0, 9.0], (4, 1))
    words = "云计 !\n云计算 !\n算之 !\n"
    assert cut(tmp_path, "云计算之", words, all_single) == ["云计算", "之"]


def test_a_word_that_must_not_be(tmp_path: Path) -> None:
    pairs = np.array([[3.0, -1, 0, 0], [0, -1, 3.0, 0]] * 2)
    assert cut(tmp_path, "甲乙丙丁", "", pairs) == ["甲乙", "丙丁"]
    assert "丙丁" not in cut(tmp_path, "甲乙丙丁", "丙丁 -\n", pairs)
    assert "甲乙" in cut(tmp_path, "甲乙丙丁", "丙丁 -\n", pairs)


def test_a_word_is_favoured_only_as_a_whole(tmp_path: Path) -> None:
    singles = np.tile([0.0, 0.0, 0.0, 0.9], (3, 1))
    # Three single ones are worth 2.7, less than what a word is favoured by.
    assert FAVOUR == 3.0
    assert cut(tmp_path, "甲乙丙", "甲乙丙\n", singles) == ["甲乙丙"]
    assert cut(tmp_path, "甲乙丙", "甲乙丙丁\n", singles) == ["甲", "乙", "丙"]
    assert cut(tmp_path, "甲乙丙", "甲乙丙 2.5\n", singles) == ["甲", "乙", "丙"]


def test_labels_that_are_given_come_before_words(tmp_path: Path) -> None:
    places = places_of(BMES, "bmes")
    known = bound("甲乙", words_of(tmp_path, "甲乙 !\n"), ["S", ""], BMES, places)
    assert known.extra.tolist() == [[-GIVEN, -GIVEN, -GIVEN, 0], [0, 0, 0, 0]]
    with pytest.raises(ValueError, match="not in tuple"):
        bound("甲", None, ["X"], BMES, places)


def test_a_word_of_any_type(tmp_path: Path) -> None:
    places = places_of(("B-X", "I-X", "B-Y", "I-Y", "O"), "bio")
    known = bound("甲乙", words_of(tmp_path, "甲乙 !\n"), None, (), places)
    # O is before all, as it is of no type.
    assert (known.extra == 0).sum(axis=1).tolist() == [2, 2]


def test_words_of_tokens(tmp_path: Path) -> None:
    path = tmp_path / "words.txt"
    path.write_text("New York\tLOC\t!\nYork LOC\n", "utf-8")
    words = read_words(str(path), ("LOC",), is_characters=False)
    assert words.n_words == 2
    assert words.matches(["in", "New", "York"]) == [
        (1, 3, "LOC", float("inf")),
        (2, 3, "LOC", FAVOUR),
    ]


def test_tokens_are_normalised_first(tmp_path: Path) -> None:
    path = tmp_path / "words.txt"
    path.write_text("5Ｇ\n", "utf-8")
    words = read_words(
        str(path), ("",), is_characters=True, normalised=lambda t: {"Ｇ": "g"}.get(t, t)
    )
    assert words.matches("5g") == [(0, 2, None, FAVOUR)]


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("甲 1e5", "weight 1e5, expected -10000 to 10000, ! or -"),
        ("甲 nan", "weight nan, expected -10000 to 10000, ! or -"),
        ("甲 PER LOC", "'甲 PER LOC', expected WORD [TYPE] [WEIGHT, ! or -]"),
        ("甲" * 65, "65 tokens, expected at most 64"),
        ("\t3", "'\\t3', expected WORD [TYPE] [WEIGHT, ! or -]"),
    ],
)
def test_what_is_wrong_with_a_line(tmp_path: Path, line: str, message: str) -> None:
    path = tmp_path / "words.txt"
    path.write_text(f"# words\n\n{line}\n", "utf-8")
    with pytest.raises(CorpusError) as error:
        read_words(str(path), ("PER",), is_characters=True)
    assert str(error.value) == f"{path}:3: {message}"


def test_a_type_that_the_model_does_not_have(tmp_path: Path) -> None:
    path = tmp_path / "words.txt"
    path.write_text("甲 ORG\n", "utf-8")
    with pytest.raises(ConfigError) as error:
        read_words(str(path), ("PER", "LOC"), is_characters=True)
    assert str(error.value) == f"{path}:1: type 'ORG', expected one of the model's: LOC, PER"
    with pytest.raises(ConfigError) as error:
        read_words(str(path), ("",), is_characters=True)
    assert str(error.value) == (
        f"{path}:1: type 'ORG', expected one of the model's: none: it cuts text into words"
    )
