import gzip
from pathlib import Path

import pytest

from nlptool.core.reading import Reading
from nlptool.core.report import Note, Progress
from nlptool.crf.formats import Format, open_sentences, read_sentences
from nlptool.errors import CorpusError

CORPORA = Path(__file__).parents[2] / "corpora"


def path_of(folder: Path, name: str, text: str) -> str:
    path = folder / name
    path.write_bytes(text.encode())
    return str(path)


def test_every_file_in_its_own_form_and_again(tmp_path: Path) -> None:
    paths = [
        path_of(tmp_path, "a.txt", "我 爱 北京\n\n"),
        path_of(tmp_path, "b.bio", "我\tO\r\n京\tB-LOC\r\n"),
        path_of(tmp_path, "c.jsonl", '{"text": "京", "entities": [[0, 1, "LOC"]]}\n'),
        path_of(tmp_path, "d.pos", "我/r 爱/v"),
        path_of(tmp_path, "e.txt", "今天天气很好。"),
        path_of(tmp_path, "f.txt", ""),
    ]
    sentences = read_sentences(paths)
    for _ in range(2):
        found = [(one.tokens, one.labels, one.line, one.path) for one in sentences]
        assert found == [
            ("我爱北京", "SSBE", 1, paths[0]),
            ("", "", 2, paths[0]),
            ("我京", ("O", "B-LOC"), 1, paths[1]),
            ("京", ("S-LOC",), 1, paths[2]),
            ("我爱", ("S-r", "S-v"), 1, paths[3]),
            ("今天天气很好。", None, 1, paths[4]),
        ]


def test_what_is_said_of_a_file_is_heeded(tmp_path: Path) -> None:
    path = path_of(tmp_path, "a", "我/r 爱/v 北京/ns\n")
    forms = [Format("text"), Format("segmented"), Format(unit="word"), Format("wordpos")]
    found = [next(iter(read_sentences([path], form))) for form in forms]
    assert [one.tokens for one in found] == [
        "我/r 爱/v 北京/ns",
        "我/r爱/v北京/ns",
        ("我", "爱", "北京"),
        "我爱北京",
    ]
    assert found[2].labels == ("r", "v", "ns")


def test_schemes(tmp_path: Path) -> None:
    columns = path_of(tmp_path, "a.bio", "北\tB-LOC\n京\tI-LOC\n\n好\t\n")
    spans = path_of(tmp_path, "a.jsonl", '{"text": "北京", "entities": [[0, 2, "LOC"]]}')
    words = path_of(tmp_path, "a.txt", "我们 爱 北京 天安门")
    for scheme, first, second in (("bmes", "E-LOC", "E"), ("bio", "I-LOC", "I")):
        found = list(read_sentences([columns, spans, words], Format(scheme=scheme)))
        assert found[0].labels is not None and found[0].labels[1] == first
        assert found[1].labels is None
        assert found[2].labels == ("B-LOC", first)
        assert found[3].labels is not None and found[3].labels[1] == second
    with pytest.raises(CorpusError) as error:
        path = path_of(tmp_path, "pos.tsv", "我\tO\n\n他\tPN\n")
        list(read_sentences([path], Format(scheme="bio")))
    assert str(error.value) == (
        f"{path}:3: plain label 'PN', expected one of a scheme, to turn it into bio"
    )


def test_compressed_and_in_another_encoding(tmp_path: Path) -> None:
    path = tmp_path / "a.bio.gz"
    path.write_bytes(gzip.compress("我\tO\n京\tB-LOC\n".encode("gb18030")))
    (found,) = read_sentences([str(path)], reading=Reading("gb18030"))
    assert (found.tokens, found.labels) == ("我京", ("O", "B-LOC"))


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("我\tO\n爱\tVV\tO\n你\tO\n", "{path}:2: 3 columns, expected 2"),
        ("我\tO\n\0\tO\n", "{path}: byte 6 (line 2): a NUL byte, expected text"),
    ],
)
def test_faults_name_file_and_line(tmp_path: Path, text: str, message: str) -> None:
    path = path_of(tmp_path, "a.bio", text)
    with pytest.raises(CorpusError) as error:
        list(read_sentences([path]))
    assert str(error.value).startswith(message.format(path=path)[: len(path) + 5])


def test_a_million_characters_in_a_line_and_in_a_sentence(tmp_path: Path) -> None:
    line = path_of(tmp_path, "a.txt", "北京 " * 600_000)
    column = path_of(tmp_path, "a.col", "北\tB\n京\tE\n" * 300_000)
    long = '{"text": "' + "北京" * 600_000 + '", "entities": [[1199998, 1200000, "LOC"]]}'
    spans = path_of(tmp_path, "a.jsonl", long)
    found = list(read_sentences([line, column, spans]))
    assert [len(one) for one in found] == [1_200_000, 600_000, 1_200_000]
    assert found[1].tokens == "北京" * 300_000 and found[1].labels == "BE" * 300_000
    assert found[2].labels is not None and found[2].labels[-2:] == ("B-LOC", "E-LOC")


def test_progress_goes_on_from_file_to_file(tmp_path: Path) -> None:
    paths = [path_of(tmp_path, name, "我 爱 你 们\n" * 10) for name in "ab"]
    size = Path(paths[0]).stat().st_size
    told: list[Progress] = []

    def report(event: Progress | Note) -> None:
        assert isinstance(event, Progress)
        told.append(event)

    assert len(list(read_sentences(paths, report=report))) == 20
    assert {event.total for event in told} == {2 * size}
    assert told[-1].done == 2 * size
    assert [event.done for event in told] == sorted(event.done for event in told)


def test_faulty_lines_can_be_told_of(tmp_path: Path) -> None:
    path = path_of(tmp_path, "a.bio", "我\tO\n爱\n你\tO\n")
    told: list[tuple[int, str]] = []
    layout, found = open_sentences(path, fault=lambda *what: told.append(what))
    assert layout.label == 1
    assert [one.tokens for one in found] == ["我你"]
    assert told == [(2, "1 column, expected 2")]


def test_the_sample_corpora() -> None:
    cut, named = (
        list(read_sentences([str(CORPORA / name)]))
        for name in ("crf_words_train.txt", "crf_names_train.bio")
    )
    assert len(cut) == len(named) == 168
    assert [one.tokens for one in cut] == [one.tokens for one in named]
