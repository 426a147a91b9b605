from collections.abc import Sequence

import numpy as np
import pytest

from nlptool.core.report import Note, Progress
from nlptool.crf.features import Encoded, Features
from nlptool.crf.indexing import build, forecast
from nlptool.crf.kernels_features import DIRECT, EXACT, HASHED
from nlptool.crf.sentences import Sentence
from nlptool.crf.template import parse_template
from nlptool.errors import ConfigError, CorpusError
from tests.naive_crf_features import features_at, places, tuple_at, tuple_counts

TEMPLATE = """\
U00:%x[-2,0]
U01:%x[0,0]
U02:%x[1,0]
U03:%x[-1,0]/%x[0,0]
U04:%x[0,0]/%x[1,0]
U05:%x[1,0]x%x[-1,0]
U06:%x[-1,0]/%x[0,0]/%x[1,0]
U07:%x[0,1]/%x[0,0]
U08:
B
B01:%x[0,0]
"""


def random_sentences(seed: int, n: int) -> list[Sentence]:
    """Some of characters, some of longer tokens, some empty; with one more column."""
    random = np.random.default_rng(seed)
    sentences = []
    for i in range(n):
        size = int(random.integers(0, 9))
        tokens: Sequence[str] = "".join(random.choice(list("甲乙丙丁ab\U00020000"), size))
        if i % 3 == 1:
            tokens = [token + "z" * int(random.integers(0, 2)) for token in tokens]
        labels = random.choice(["B", "I-x", "O"], size).tolist()
        column = "".join(random.choice(list("pq"), size))
        sentences.append(Sentence(tokens, labels, (column,)))
    return sentences


def by_name(sentence: Sentence) -> dict[str, Sequence[str]]:
    return {"0": sentence.tokens, "1": sentence.columns[0]}


def check(sentences: list[Sentence], features: Features, encoded: Encoded, least: int) -> None:
    """Compare every record at every place with the slow way."""
    template = features.template
    counts = tuple_counts(template, [by_name(sentence) for sentence in sentences])
    for s, shape in enumerate(template.shapes):
        kept = sum(count >= least for count in counts[s].values())
        assert features.n_records[s] == kept
        names = features.names(s, range(kept))
        for i, sentence in enumerate(sentences):
            start = encoded.starts[i] + template.pad
            for at in places(shape, len(sentence)):
                seen = tuple_at(shape, template.columns, by_name(sentence), at)
                record = encoded.rows[start + at, s]
                assert (record >= 0) == (counts[s][seen] >= least)
            for at in range(len(sentence)):
                wanted = features_at(template, by_name(sentence), at)[s]
                for j, slot in enumerate(shape.slots):
                    record = encoded.rows[start + at + slot.shift, s]
                    if record >= 0:
                        assert names[record][j] == wanted[j]


@pytest.mark.parametrize("least", [1, 2, 5])
@pytest.mark.parametrize("threads", [1, 3])
def test_records_are_those_of_the_slow_way(least: int, threads: int) -> None:
    sentences = random_sentences(5, 60)
    template = parse_template(TEMPLATE, "t", ["0", "1"])
    features, encoded = build(sentences, template, min_count=least, threads=threads)
    check(sentences, features, encoded, least)
    assert encoded.names == ("B", "I-x", "O")
    assert encoded.pad == 2
    assert encoded.n_tokens == sum(map(len, sentences))
    labels = [encoded.names[i] for i in encoded.labels.tolist() if i >= 0]
    assert labels == [label for sentence in sentences for label in sentence.labels or ()]


def test_long_tuples_are_found_by_a_hash() -> None:
    sentences = [
        Sentence("".join(map(chr, range(0x4E00 + i, 0x5A00 + i))), "O" * 0xC00) for i in range(2)
    ]
    text = "U00:" + "".join(f"%x[{row},0]" for row in range(-3, 2)) + "\nU1:%x[0,0]%x[1,0]\nU2:\n"
    features, encoded = build(sentences, parse_template(text, "t", ["0"]))
    assert features.index.kinds.tolist() == [HASHED, EXACT, DIRECT]
    template = features.template
    for s, shape in enumerate(template.shapes):
        counts = tuple_counts(template, [{"0": sentence.tokens} for sentence in sentences])[s]
        assert features.n_records[s] == len(counts)
        for i, sentence in enumerate(sentences):
            start = int(encoded.starts[i]) + template.pad
            for at in (0, 1, 1000, 0xC00 - 1):
                record = int(encoded.rows[start + at + shape.slots[0].shift, s])
                wanted = features_at(template, {"0": sentence.tokens}, at)[s]
                assert features.names(s, [record]) == [wanted]
    assert (features.rows(features.columns.observe(sentences)) == encoded.rows).all()


def test_the_most_frequent_come_first() -> None:
    template = parse_template("U:%x[0,0]\n", "t", ["0"])
    features, _ = build([Sentence("cabbacb", "OOOOOOO")], template)
    assert [names[0] for names in features.names(0, range(3))] == ["U:b", "U:c", "U:a"]


def test_the_same_at_any_number_of_threads() -> None:
    sentences = random_sentences(1, 100)
    template = parse_template(TEMPLATE, "t", ["0", "1"])
    one, first = build(sentences, template, threads=1)
    more, second = build(sentences, template, threads=4)
    assert all((a == b).all() for a, b in zip(one.index, more.index, strict=True))
    assert (first.rows == second.rows).all()


def test_widths_are_one_token_where_that_is_asked_for() -> None:
    template = parse_template("U:%x[0,0]\n", "t", ["0"])
    sentences = [Sentence("１1Ａa", "OOOO"), Sentence(["１２", "12"], ["O", "O"])]
    features, encoded = build(sentences, template, normalise=["width", "case"])
    assert [names[0] for names in features.names(0, range(3))] == ["U:1", "U:a", "U:12"]
    assert encoded.rows[:, 0].tolist() == [0, 0, 1, 1, 2, 2]


def test_labels_that_are_not_known() -> None:
    template = parse_template("U:%x[-1,0]\n", "t", ["0"])
    sentences = [Sentence("ab", ["O", ""]), Sentence("c"), Sentence("d", "X")]
    _, encoded = build(sentences, template)
    assert encoded.names == ("O", "X")
    assert encoded.labels.tolist() == [-1, 0, -1, -1, -1, -1, -1, -1, 1, -1]


def test_memory_raises_the_least_count() -> None:
    sentences = random_sentences(2, 200)
    template = parse_template(TEMPLATE, "t", ["0", "1"])
    full, encoded = build(sentences, template)
    n_padded = len(encoded.labels)
    all_bytes = forecast(template.shapes, full.n_records, 3, n_padded, 4)
    said: list[Note | Progress] = []
    same, _ = build(sentences, template, memory=all_bytes, report=said.append)
    assert same.n_records == full.n_records
    assert not [one for one in said if isinstance(one, Note)]
    less, encoded = build(sentences, template, memory=all_bytes * 3 // 4, report=said.append)
    assert less.min_count > 1
    assert forecast(template.shapes, less.n_records, 3, n_padded, 4) <= all_bytes * 3 // 4
    check(sentences, less, encoded, less.min_count)
    (note,) = [one for one in said if isinstance(one, Note)]
    assert note.text == (
        f"--memory: only features seen {less.min_count} times or more are kept (instead of 1), "
        "as all would take 0 MB"
    )


def test_too_little_memory() -> None:
    template = parse_template("U:%x[0,0]\n", "t", ["0"])
    sentences = [Sentence("a" * 1_000_000, "O" * 1_000_000)]
    with pytest.raises(ConfigError) as error:
        build(sentences, template, memory=5_000_000)
    assert str(error.value) == (
        "--memory: 5 MB, expected at least 8 MB for this text and its templates"
    )


@pytest.mark.parametrize(
    ("sentences", "template", "message"),
    [
        ([], "U:%x[0,0]", "no tokens in the training text, expected labelled sentences"),
        (
            [Sentence("", "")],
            "U:%x[0,0]",
            "no tokens in the training text, expected labelled sentences",
        ),
        ([Sentence("a")], "U:%x[0,0]", "no labels in the training text, expected some"),
        (
            [Sentence("a", "O", (), 7, "x.txt")],
            "U:%x[0,2]",
            "x.txt:7: 1 columns beside the labels, expected at least 3: a template asks for "
            "column 2",
        ),
    ],
)
def test_what_cannot_be_learnt_from(sentences: list[Sentence], template: str, message: str) -> None:
    with pytest.raises(CorpusError) as error:
        build(sentences, parse_template(template, "t", ["0", "1", "2"]))
    assert str(error.value) == message
