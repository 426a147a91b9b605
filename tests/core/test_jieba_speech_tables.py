"""core/jieba_speech_tables: jieba's numbers, and a jieba that was changed."""

from collections.abc import Iterator
from pathlib import Path
from shutil import copytree, rmtree

import numpy as np
import pytest

from nlptool.core import jieba_speech_tables, jieba_tables
from nlptool.core.jieba_cut import _jieba
from nlptool.core.jieba_hmm import HAN
from nlptool.core.jieba_parts import PARTS
from nlptool.core.jieba_speech_tables import known
from nlptool.errors import RunError

MESSAGE = (
    "jieba: not installed, or changed, expected jieba 0.42.1 with its dictionary and the tables of "
    "jieba.posseg"
)


@pytest.fixture
def other_jieba(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A copy of jieba's files that a test may change."""
    folder = tmp_path / "jieba"
    copytree(jieba_tables.folder(), folder)
    forget()
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.delitem(__import__("sys").modules, "jieba", raising=False)
    yield folder
    forget()


def forget() -> None:
    for cached in (jieba_tables.folder, jieba_tables._installed, known):
        cached.cache_clear()  # type: ignore[attr-defined]  # they are caches


def test_the_numbers_are_jiebas() -> None:
    _jieba()
    import jieba.posseg as theirs  # slow to load, warns

    speech = known().speech
    states = sorted(theirs.start_P)
    assert [("BEMS"[a], PARTS[b]) for a, b in zip(speech.letters, speech.kinds, strict=True)] == (
        states
    )
    assert speech.start.tolist() == [theirs.start_P[state] for state in states]
    for row, state in zip(speech.move, states, strict=True):
        assert row.tolist() == [theirs.trans_P[state].get(other, -np.inf) for other in states]
    n = 0
    for char, usual in theirs.char_state_tab_P.items():
        begin, end = speech.begins[ord(char) - HAN : ord(char) - HAN + 2]
        own = [states[state] for state in speech.states[begin:end]]
        assert [one for one, flag in zip(own, speech.usual[begin:end], strict=True) if flag] == (
            sorted(usual)
        )
        for state, value in zip(own, speech.emit[begin:end].tolist(), strict=True):
            assert value == theirs.emit_P[state].get(char, -3.14e100)
        n += end - begin
    assert n <= len(speech.states)


def test_a_fingerprint() -> None:
    assert len(known().digest) == 64
    assert known().digest == jieba_speech_tables.known().digest


def test_another_dictionary_has_another_fingerprint(other_jieba: Path) -> None:
    before = known().digest
    path = other_jieba / "dict.txt"
    path.write_text(path.read_text("utf-8") + "甲乙丙丁 3 nr\n", "utf-8")
    forget()
    assert known().digest != before


@pytest.mark.parametrize(
    "line", ["甲乙丙丁 3 qqqq\n", "甲乙丙丁 3\n", "甲乙丙丁 3 n r\n", "甲乙\n"]
)
def test_a_dictionary_of_another_kind(other_jieba: Path, line: str) -> None:
    path = other_jieba / "dict.txt"
    path.write_text(path.read_text("utf-8") + line, "utf-8")
    with pytest.raises(RunError) as error:
        known()
    assert str(error.value) == MESSAGE


@pytest.mark.parametrize("name", ["prob_start", "prob_trans", "prob_emit", "char_state_tab"])
@pytest.mark.parametrize("text", ["", "P={}\n", "P={('B', 'qq'): -1.0}\n"])
def test_tables_of_another_kind(other_jieba: Path, name: str, text: str) -> None:
    (other_jieba / "posseg" / f"{name}.py").write_text(text, "utf-8")
    with pytest.raises(RunError) as error:
        known()
    assert str(error.value) == MESSAGE


def test_files_that_are_missing(other_jieba: Path) -> None:
    rmtree(other_jieba / "posseg")
    with pytest.raises(RunError) as error:
        known()
    assert str(error.value).startswith("jieba: not installed, or changed ([Errno 2]")


def test_another_version(other_jieba: Path) -> None:
    path = other_jieba / "__init__.py"
    path.write_text(path.read_text("utf-8").replace("0.42.1", "0.43"), "utf-8")
    with pytest.raises(RunError) as error:
        known()
    assert str(error.value) == MESSAGE
