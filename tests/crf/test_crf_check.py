from pathlib import Path

import pytest

from nlptool.core.reading import Reading
from nlptool.crf.check import Finding, Survey, check
from nlptool.crf.formats import Format
from nlptool.errors import CorpusError


def survey(folder: Path, text: str, **form: str) -> Survey:
    path = folder / "a.txt"
    path.write_bytes(text.encode())
    return check(str(path), Format(**form), Reading())


def findings(folder: Path, text: str, **form: str) -> dict[str, Finding]:
    return {one.kind: one for one in survey(folder, text, **form).findings}


def test_what_a_file_consists_of(tmp_path: Path) -> None:
    found = survey(tmp_path, "我 爱 北京\n\n天安门 广场\n")
    assert found == Survey(
        path=str(tmp_path / "a.txt"),
        form="segmented",
        scheme="bmes",
        n_sentences=3,
        n_empty=1,
        n_tokens=9,
        n_longest=5,
        labels=(("B", 3), ("E", 3), ("S", 2), ("M", 1)),
        spans=(("", 5),),
        findings=(),
    )


def test_faulty_lines(tmp_path: Path) -> None:
    found = findings(tmp_path, "我\tO\n爱\n你\tPN\tO\n他\tO\n\n" * 2)
    assert found["faulty lines"].n == 4
    assert found["faulty lines"].examples == tuple(
        f"{tmp_path / 'a.txt'}:{line}: {n}, expected 2"
        for line, n in ((2, "1 column"), (3, "3 columns"), (7, "1 column"))
    )


def test_a_file_of_which_nothing_can_be_read(tmp_path: Path) -> None:
    with pytest.raises(CorpusError) as error:
        survey(tmp_path, "我爱你\n", name="jsonl")
    assert str(error.value) == (
        f"{tmp_path / 'a.txt'}:1: not valid JSON (Expecting value), expected one object a line"
    )


def test_illegal_labels(tmp_path: Path) -> None:
    text = "张\tB-PER\n三\tI-PER\n\n北\tO\n京\tI-PER\n在\tI-PER\n\n好\tI-PER\n\n李\tI-PER\n"
    found = findings(tmp_path, text)
    where = tmp_path / "a.txt"
    assert found["illegal labels"] == Finding(
        "illegal labels",
        3,
        (
            f"{where}:8: I-PER begins a sentence at token 1",
            f"{where}:4: I-PER after O at token 2",
        ),
    )


def test_sentences_met_again(tmp_path: Path) -> None:
    found = findings(tmp_path, "张三 在１号\n李四 在\n张三 在1号\n张 三 在 1号\n\n\n")
    where = tmp_path / "a.txt"
    assert found["sentences met again"].examples == (
        f"{where}:3: as in line 1",
        f"{where}:4: as in line 1",
    )
    assert found["sentences met again with other labels"].examples == (f"{where}:4: as in line 1",)


def test_plain_labels_have_no_spans(tmp_path: Path) -> None:
    found = survey(tmp_path, "我\tPN\n爱\tVV\n\n他\tPN\n")
    assert (found.scheme, found.spans, found.findings) == ("none", (), ())
    assert found.labels == (("PN", 2), ("VV", 1))


def test_text_without_labels(tmp_path: Path) -> None:
    found = survey(tmp_path, "今天天气很好。\n")
    assert (found.form, found.scheme, found.labels, found.findings) == ("text", "", (), ())


def test_odd_characters(tmp_path: Path) -> None:
    found = findings(tmp_path, "我\u200b\tO\n爱\tO\n\nNew York\tO\n爱\ufffd\tO\n")
    odd = "sentences with control, invisible or replaced characters"
    assert found[odd].n == 2
    assert found[odd].examples[1] == f"{tmp_path / 'a.txt'}:4: '\\ufffd'"
    assert found["sentences with white space within tokens"].examples == (
        f"{tmp_path / 'a.txt'}:4: 'New York'",
    )


def test_one_label(tmp_path: Path) -> None:
    assert findings(tmp_path, "我\tO\n爱\tO\n")["only one label"].examples == ("O",)


def test_characters_of_both_widths(tmp_path: Path) -> None:
    found = findings(tmp_path, "１２ 月 3 日\nＡ 股\n")
    assert found == {
        "digits of both widths": Finding(
            "digits of both widths", 1, ("1 half-width, 2 full-width",)
        )
    }
