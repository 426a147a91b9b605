import itertools
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nlptool.core.report import Note, Progress
from nlptool.crf.file_json import apart, read_json
from nlptool.crf.file_lines import stop_at
from nlptool.crf.sentences import Sentence
from nlptool.errors import CorpusError


def read(*lines: str, scheme: str | None = None) -> tuple[list[Sentence], list[str]]:
    notes: list[str] = []

    def report(event: Progress | Note) -> None:
        assert isinstance(event, Note)
        notes.append(event.text)

    return list(read_json(lines, "a.jsonl", scheme, stop_at("a.jsonl"), report)), notes


LABELS = ("B-PER", "E-PER", "O", "S-LOC")


@pytest.mark.parametrize(
    "line",
    [
        '{"text": "张三在京", "entities": [{"start": 0, "end": 2, "type": "PER", "text": "张三"}, '
        '{"start": 3, "end": 4, "label": "LOC"}]}',
        '{"text": "张三在京", "entities": [[0, 2, "PER"], [3, 4, "LOC"]]}',
        '{"text": "张三在京", "label": [[3, 4, "LOC"], [0, 2, "PER"]], "id": 7}',
        '{"text": "张三在京", "label": {"LOC": {"京": [[3, 3]]}, "PER": {"张三": [[0, 1]]}}}',
        '{"tokens": ["张", "三", "在", "京"], "ner_tags": ["B-PER", "E-PER", "O", "S-LOC"]}',
    ],
)
def test_every_way_to_say_the_same(line: str) -> None:
    assert read("", line) == ([Sentence("张三在京", LABELS, (), 2, "a.jsonl")], [])


def test_words_and_schemes() -> None:
    (found,), _ = read('{"text": "我爱北京", "words": ["我", "爱", "北京"]}')
    assert (found.tokens, found.labels) == ("我爱北京", "SSBE")
    (found,), _ = read('{"text": "张三", "entities": [[0, 2, "PER"]]}', scheme="bio")
    assert found.labels == ("B-PER", "I-PER")
    (found,), _ = read('{"tokens": "张三", "labels": ["B-PER", "I-PER"]}', scheme="bmes")
    assert found.labels == ("B-PER", "E-PER")


def test_no_labels() -> None:
    (raw, tokens), _ = read('{"text": "我爱", "id": 3}', '{"tokens": ["New", "York"]}')
    assert raw == Sentence("我爱", None, (), 1, "a.jsonl")
    assert tokens == Sentence(("New", "York"), None, (), 2, "a.jsonl")
    (found,), _ = read('{"text": "我爱", "entities": []}')
    assert found.labels == "OO"


def test_columns() -> None:
    (found,), _ = read('{"text": "我爱", "columns": ["01", ["PN", "VV"]]}')
    assert found.columns == ("01", ("PN", "VV"))


def test_overlaps_are_counted() -> None:
    (found,), notes = read(
        '{"text": "北京大学校长", "entities": '
        '[[0, 2, "LOC"], [0, 4, "ORG"], [0, 4, "ORG"], [2, 6, "JOB"]]}',
        scheme="bio",
    )
    assert found.labels == ("B-ORG", "I-ORG", "I-ORG", "I-ORG", "O", "O")
    assert notes == ["a.jsonl: 2 entities left out that overlap longer ones, the first in line 1"]


@given(st.lists(st.tuples(st.integers(0, 9), st.integers(1, 6)), max_size=8))
def test_what_stays_does_not_overlap_and_what_goes_did(made: list[tuple[int, int]]) -> None:
    spans = [(begin, begin + length, "X") for begin, length in made]
    kept, n_left_out = apart(spans)
    assert kept == sorted(kept)
    assert n_left_out == len(set(spans)) - len(kept)
    assert all(a[1] <= b[0] for a, b in itertools.pairwise(kept))
    for begin, end, kind in spans:
        over = [one for one in kept if one[0] < end and begin < one[1]]
        assert (begin, end, kind) in kept or any(b - a >= end - begin for a, b, _ in over)


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("{", "not valid JSON (Expecting property name enclosed in double quotes), "
              "expected one object a line"),
        ("[1]", "JSON, but a list, expected one object a line"),
        ("null", "JSON, but null, expected one object a line"),
        ("3", "JSON, but a number, expected one object a line"),
        ("9" * 5000, "not valid JSON (a number too long), expected one object a line"),
        ("[" * 100_000, "JSON nested too deep, expected an object with a text"),
        ("{}", 'no "text", expected {"text": ..., "entities": ...}'),
        ('{"text": 3}', 'no "text", expected {"text": ..., "entities": ...}'),
        ('{"text": "\\ud800"}', "half a surrogate pair, expected characters"),
        ('{"text": "我爱", "label": {"PER": {"我们": [[0, 1]]}}}',
         "span 0-1: '我爱' in the text, expected '我们'"),
        ('{"text": "我爱", "label": {"PER": {"我": [[0, 2]]}}}',
         "span 0-2: the text has 2 characters"),
        ('{"text": "我爱", "label": {"PER": {"我": [0, 0]}}}',
         "label: 0, expected [first, last]"),
        ('{"text": "我爱", "label": {"PER": {"我": 0}}}',
         "label: a number, expected [[first, last]]"),
        ('{"text": "我爱", "label": {"PER": [[0, 0]]}}',
         "label: a list, expected {surface: [[first, last]]}"),
        ('{"text": "我爱", "label": "PER"}', "entities: a string, expected a list"),
        ('{"text": "我爱", "entities": [[1, 1, "PER"]]}',
         "span 1-1: the text has 2 characters"),
        ('{"text": "我爱", "entities": [[-1, 1, "PER"]]}',
         "span -1-1: the text has 2 characters"),
        ('{"text": "我爱", "entities": [[true, 1, "PER"]]}',
         "span [true, 1], expected two whole numbers"),
        ('{"text": "我爱", "entities": [{"start": 0, "type": "PER"}]}',
         "span [0, null], expected two whole numbers"),
        ('{"text": "我爱", "entities": [[0, 1, ""]]}', 'span 0-1: type "", expected a name'),
        ('{"text": "我爱", "entities": [[0, 1, "A\\tB"]]}',
         'span 0-1: type "A\\tB", expected a name'),
        ('{"text": "我爱", "entities": [7]}',
         'entities: expected {"start": 0, "end": 2, "type": "PER"} or [0, 2, "PER"]'),
        ('{"text": "我爱", "words": ["我"]}', "words: other than the text, expected its parts"),
        ('{"tokens": ["我", ""]}', "tokens: an empty one, expected characters or words"),
        ('{"tokens": ["我", 3]}', "tokens: expected a list of strings"),
        ('{"tokens": ["我"], "labels": []}', "labels: 0 for 1 tokens"),
        ('{"tokens": ["我"], "tags": [" O"]}',
         "tags: ' O', expected no tabs, no spaces around"),
        ('{"text": "我爱", "columns": 3}', "columns: expected a list of lists of strings"),
        ('{"text": "我爱", "columns": ["0"]}', "columns: 1 in one, for 2 tokens"),
    ],
)  # fmt: skip
def test_what_does_not_fit(line: str, message: str) -> None:
    with pytest.raises(CorpusError) as error:
        read('{"text": "好"}', line)
    assert str(error.value) == f"a.jsonl:2: {message}"


def test_plain_labels_have_no_scheme() -> None:
    with pytest.raises(CorpusError) as error:
        read('{"tokens": ["我"], "labels": ["PN"]}', scheme="bio")
    assert str(error.value) == (
        "a.jsonl:1: plain label 'PN', expected one of a scheme, to turn it into bio"
    )


@given(st.recursive(st.none() | st.booleans() | st.integers() | st.text(max_size=3),
                    lambda inner: st.lists(inner, max_size=3), max_leaves=5),
       st.sampled_from(["text", "entities", "label", "tokens", "labels", "words", "columns"]),
       st.booleans())  # fmt: skip
def test_anything_anywhere_is_a_sentence_or_a_line_with_a_fault(
    value: object, key: str, has_text: bool
) -> None:
    line = json.dumps(({"text": "我爱你"} if has_text else {}) | {key: value})
    try:
        (found,), _ = read(line)
    except CorpusError as error:
        assert str(error).startswith("a.jsonl:1: ")
    else:
        assert isinstance(found, Sentence)
