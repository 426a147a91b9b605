from collections import Counter
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from nlptool.crf.convert import check_target, write_sentences
from nlptool.crf.formats import Format, read_sentences
from nlptool.crf.sentences import Sentence, packed
from nlptool.crf.tags import labels_of, word_labels
from nlptool.errors import ConfigError

ENTITIES = Sentence("张三在北京", ("B-PER", "E-PER", "O", "B-LOC", "E-LOC"))
WORDS = Sentence("张三在北京", "BESBE")
TAGGED = Sentence(("张三", "在", "北京"), ("NR", "P", "NR"))


def write(*sentences: Sentence, to: str, scheme: str | None = None) -> tuple[str, dict[str, int]]:
    lost: Counter[str] = Counter()
    labels = {label for one in sentences for label in one.labels or ()}
    lines = write_sentences(sentences, to, labels=sorted(labels), scheme=scheme, lost=lost)
    return "".join(lines), dict(lost)


@pytest.mark.parametrize(
    ("sentence", "to", "text", "lost"),
    [
        (WORDS, "segmented", "张三 在 北京\n", {}),
        (WORDS, "columns", "张\tB\n三\tE\n在\tS\n北\tB\n京\tE\n\n", {}),
        (WORDS, "jsonl", '{"text": "张三在北京", "words": ["张三", "在", "北京"]}\n', {}),
        (
            WORDS,
            "wordpos",
            "张三/x 在/x 北京/x\n",
            {"words without a part of speech, which got x": 3},
        ),
        (
            WORDS,
            "cluener",
            '{"text": "张三在北京", "label": {}}\n',
            {"spans without a type": 3},
        ),
        (WORDS, "text", "张三在北京\n", {"labels": 5}),
        (
            ENTITIES,
            "segmented",
            "张三 在 北京\n",
            {"tokens outside of spans, each taken as one word": 1, "types of words": 2},
        ),
        (
            ENTITIES,
            "jsonl",
            '{"text": "张三在北京", "entities": [{"start": 0, "end": 2, "type": "PER", '
            '"text": "张三"}, {"start": 3, "end": 5, "type": "LOC", "text": "北京"}]}\n',
            {},
        ),
        (
            ENTITIES,
            "cluener",
            '{"text": "张三在北京", "label": {"PER": {"张三": [[0, 1]]}, '
            '"LOC": {"北京": [[3, 4]]}}}\n',
            {},
        ),
        (TAGGED, "wordpos", "张三/NR 在/P 北京/NR\n", {}),
        (TAGGED, "segmented", "张三 在 北京\n", {"types of words": 3}),
        (TAGGED, "columns", "张三\tNR\n在\tP\n北京\tNR\n\n", {}),
        (
            TAGGED,
            "jsonl",
            '{"tokens": ["张三", "在", "北京"], "labels": ["NR", "P", "NR"]}\n',
            {},
        ),
        (TAGGED, "text", "张三 在 北京\n", {"labels": 3}),
        (Sentence(("New", "York")), "segmented", "New York\n", {}),
        (Sentence("我 爱"), "text", "我 爱\n", {}),
        (Sentence("我爱"), "jsonl", '{"text": "我爱"}\n', {}),
        (Sentence("我爱"), "cluener", '{"text": "我爱"}\n', {}),
        (Sentence("我爱"), "columns", "我\n爱\n\n", {}),
        (
            Sentence("我 爱"),
            "segmented",
            "我 爱\n",
            {"sentences without labels, which stay as they are": 1},
        ),
        (Sentence("", ""), "columns", "", {"empty sentences": 1}),
        (Sentence("", ""), "segmented", "\n", {}),
        (Sentence("a b", "BME"), "segmented", "ab\n", {"spaces and ends of lines within words": 1}),
        (
            Sentence("a\nb"),
            "text",
            "a b\n",
            {"ends of lines within sentences, which became spaces": 1},
        ),
        (
            Sentence("a\nb", "BME"),
            "columns",
            "a\tB\n \tM\nb\tE\n\n",
            {"tabs and ends of lines within tokens, which became spaces": 1},
        ),
        (
            Sentence("我", "S", ("0",)),
            "segmented",
            "我\n",
            {"columns beside the tokens": 1},
        ),
        (
            Sentence(("New", "York"), ("B-LOC", "E-LOC")),
            "cluener",
            '{"text": "New York", "label": {"LOC": {"New York": [[0, 7]]}}}\n',
            {"sentences of words, now of characters": 1},
        ),
    ],
)  # fmt: skip
def test_forms_and_what_they_cannot_hold(
    sentence: Sentence, to: str, text: str, lost: dict[str, int]
) -> None:
    assert write(sentence, to=to) == (text, lost)


def test_schemes() -> None:
    assert write(ENTITIES, to="columns", scheme="bio")[0] == (
        "张\tB-PER\n三\tI-PER\n在\tO\n北\tB-LOC\n京\tI-LOC\n\n"
    )
    with pytest.raises(ConfigError) as error:
        write(TAGGED, to="columns", scheme="bio")
    assert str(error.value) == (
        "--scheme bio: the labels have none (NR, P), expected labels such as B-PER"
    )


def test_illegal_labels_are_counted_where_they_change() -> None:
    good = Sentence("张三", ("B-PER", "I-PER"))
    bad = Sentence("张三", ("O", "I-PER"))
    lost = {"sentences with illegal labels, read as conlleval does": 1}
    assert write(good, bad, to="columns") == ("张\tB-PER\n三\tI-PER\n\n张\tO\n三\tI-PER\n\n", {})
    text, found = write(good, bad, to="columns", scheme="bmes")
    assert text == "张\tB-PER\n三\tE-PER\n\n张\tO\n三\tS-PER\n\n"
    assert found == lost
    assert write(good, bad, to="jsonl")[1] == lost


def test_a_mark_at_the_beginning_is_kept(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_text(write(Sentence("\ufeff我", "SS"), to="segmented")[0], "utf-8")
    (found,) = read_sentences([str(path)], Format("segmented"))
    assert found.tokens == "\ufeff我"


def test_what_there_is_not() -> None:
    with pytest.raises(ConfigError) as error:
        check_target("xml", None)
    assert str(error.value) == (
        "--to: 'xml', expected one of segmented, columns, wordpos, jsonl, cluener, text"
    )
    with pytest.raises(ConfigError, match=r"^--scheme: 'x', expected one of bmes, bioes, bio$"):
        check_target("columns", "x")


CHARACTERS = st.characters(exclude_categories=["Cs"], exclude_characters="\0\n\r\t")
VISIBLE = st.characters(exclude_categories=["Cs"], exclude_characters="\0\n\r\t \u3000")
WORD = st.text(VISIBLE, min_size=1, max_size=4)
TYPES = st.sampled_from(["PER", "LOC", "ORG.NAM"])
TAGS = st.sampled_from(["NN", "v", "PU-1"])


@st.composite
def segmented(draw: st.DrawFn) -> Sentence:
    words = draw(st.lists(WORD, max_size=6))
    labels = "".join(word_labels(len(word), "bmes") for word in words)
    return Sentence("".join(words), labels)


@st.composite
def entities(draw: st.DrawFn) -> Sentence:
    text = draw(st.text(CHARACTERS, min_size=1, max_size=12))
    spans, place = [], 0
    while (begin := place + draw(st.integers(0, 3))) < len(text):
        place = min(len(text), begin + draw(st.integers(1, 3)))
        spans.append((begin, place, draw(TYPES)))
    columns = tuple(
        packed(draw(st.lists(WORD, min_size=len(text), max_size=len(text))))
        for _ in range(draw(st.integers(0, 1)))
    )
    return Sentence(text, packed(labels_of(spans, len(text), "bioes")), columns)


@st.composite
def tagged(draw: st.DrawFn) -> Sentence:
    words = draw(st.lists(WORD, min_size=1, max_size=6))
    return Sentence(
        packed(words), packed(draw(st.lists(TAGS, min_size=len(words), max_size=len(words))))
    )


def bare(sentences: list[Sentence]) -> list[tuple[object, ...]]:
    return [
        (one.text, list(one.tokens), list(one.labels or ()), [*map(list, one.columns)])
        for one in sentences
    ]


def back(folder: Path, sentences: list[Sentence], to: str, form: Format) -> list[Sentence]:
    text, lost = write(*sentences, to=to)
    assert lost == {}
    path = folder / "a"
    path.write_bytes(text.encode())
    return list(read_sentences([str(path)], form))


ROUND = settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@ROUND
@given(made=st.lists(segmented(), min_size=1, max_size=4))
def test_words_come_back(tmp_path: Path, made: list[Sentence]) -> None:
    for to in ("segmented", "jsonl"):
        name = "jsonl" if to == "jsonl" else "segmented"
        assert bare(back(tmp_path, made, to, Format(name))) == bare(made)
    filled = [one for one in made if len(one)]
    assert bare(back(tmp_path, filled, "columns", Format("columns"))) == bare(filled)


@ROUND
@given(made=entities(), others=st.lists(entities(), max_size=3))
def test_entities_come_back(tmp_path: Path, made: Sentence, others: list[Sentence]) -> None:
    # A file of columns has as many in all its lines.
    all_of_them = [made, *(one for one in others if len(one.columns) == len(made.columns))]
    assert bare(back(tmp_path, all_of_them, "columns", Format("columns"))) == bare(all_of_them)
    assert bare(back(tmp_path, all_of_them, "jsonl", Format("jsonl"))) == bare(all_of_them)


@ROUND
@given(made=st.lists(entities(), min_size=1, max_size=3))
def test_spans_come_back(tmp_path: Path, made: list[Sentence]) -> None:
    made = [Sentence(one.tokens, one.labels) for one in made]
    assert bare(back(tmp_path, made, "cluener", Format("jsonl"))) == bare(made)


@ROUND
@given(made=st.lists(tagged(), min_size=1, max_size=4))
def test_tags_come_back(tmp_path: Path, made: list[Sentence]) -> None:
    assert bare(back(tmp_path, made, "wordpos", Format("wordpos", "word"))) == bare(made)
    assert bare(back(tmp_path, made, "columns", Format("columns"))) == bare(made)
    assert bare(back(tmp_path, made, "jsonl", Format("jsonl"))) == bare(made)
