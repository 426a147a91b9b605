import io
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nlptool.core.vocab import LONGEST, Vocab, from_bytes, load
from nlptool.errors import CorpusError, ModelError

WORDS = st.lists(
    st.text(st.characters(exclude_categories=["Cs", "Z", "Cc"]), min_size=1), unique=True
)


def vocab(*words: str) -> Vocab:
    return Vocab(list(words), np.arange(len(words), 0, -1, dtype=np.int64))


def test_ids_and_bytes() -> None:
    v = vocab("的", "a", "b")
    assert len(v) == 3
    assert v.ids == {"的": 0, "a": 1, "b": 2}
    assert v.as_bytes().dtype == np.uint8
    assert v.as_bytes().tobytes() == "的\na\nb\n".encode()
    assert vocab().as_bytes().tobytes() == b""


@settings(max_examples=50)
@given(words=WORDS.filter(lambda words: all(word.split() == [word] for word in words)))
def test_round_trips(words: list[str], tmp_path_factory: pytest.TempPathFactory) -> None:
    v = vocab(*words)
    again = from_bytes(v.as_bytes(), v.counts, "m")
    assert again.words == words
    assert again.counts.tolist() == v.counts.tolist()
    path = tmp_path_factory.mktemp("vocab") / "v.tsv"
    with path.open("wb") as file:
        v.save(file)
    if words and not words[0].startswith("\ufeff"):
        again = load(str(path))
        assert again.words == words
        assert again.counts.tolist() == v.counts.tolist()


def test_save() -> None:
    file = io.BytesIO()
    vocab("的", "a").save(file)
    assert file.getvalue() == "的\t2\na\t1\n".encode()


def test_load_takes_windows_files(tmp_path: Path) -> None:
    path = tmp_path / "v.tsv"
    path.write_bytes("\ufeff的\t2\r\na\t0".encode())
    v = load(str(path))
    assert (v.words, v.counts.tolist()) == (["的", "a"], [2, 0])
    assert v.counts.dtype == np.int64


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"", ": no words, expected lines word<TAB>count"),
        (b"\n", ":1: 0 tabs, expected one: word<TAB>count"),
        (b"a\t1\nb 1\n", ":2: 0 tabs, expected one: word<TAB>count"),
        (b"a\t1\nb\t1\t2\n", ":2: 2 tabs, expected one: word<TAB>count"),
        (b"a\t1\nb\tx\n", ":2: 'x', expected a count: a number of 1 to 18 digits"),
        (b"a\t1\nb\t\n", ":2: '', expected a count: a number of 1 to 18 digits"),
        (b"a\t-1\n", ":1: '-1', expected a count: a number of 1 to 18 digits"),
        (b"a\t1_0\n", ":1: '1_0', expected a count: a number of 1 to 18 digits"),
        ("a\t１\n".encode(), ":1: '１', expected a count: a number of 1 to 18 digits"),
        (
            b"a\t1234567890123456789\n",
            ":1: '1234567890123456789', expected a count: a number of 1 to 18 digits",
        ),
        (b"a\t1\n\t1\n", ":2: an empty word, expected one or more characters"),
        (b"a\t1\nb c\t1\n", ":2: 'b c', expected a word without white space"),
        ("a\t1\n\u3000\t1\n".encode(), ":2: '\\u3000', expected a word without white space"),
        (
            b"a\t3\nb\t2\na\t1\n",
            ":3: 'a' again, expected each word once; it is already line 1",
        ),
        (b"a\t3\n\xff\t2\n", ":2: not valid UTF-8, expected word<TAB>count"),
        (b"a" * (LONGEST + 1) + b"\t1\n", ":1: a word of 65537 bytes, expected at most 65536"),
    ],
)
def test_load_refuses(data: bytes, message: str, tmp_path: Path) -> None:
    path = tmp_path / "v.tsv"
    path.write_bytes(data)
    with pytest.raises(CorpusError) as error:
        load(str(path))
    assert str(error.value) == f"{path}{message}"


def test_load_without_a_file(tmp_path: Path) -> None:
    with pytest.raises(CorpusError) as error:
        load(str(tmp_path / "none"))
    assert str(error.value) == (
        f"{tmp_path}/none: No such file or directory, expected a file of lines word<TAB>count"
    )


@pytest.mark.parametrize(
    ("data", "n_counts", "message"),
    [
        (b"a", 1, "m: the vocabulary's last line has no end, expected one"),
        (b"a\n", 2, "m: a vocabulary of 1 words, expected 2 as there are counts"),
        (b"a\n\xe4\n", 2, "m: byte 2 of the vocabulary is not valid UTF-8, expected words"),
        (b"a\n\n", 2, "m: word 1: an empty word, expected one or more characters"),
        (b"a\nb\rc\n", 2, "m: word 1: 'b\\rc', expected a word without white space"),
        (b"a\nb\na\n", 3, "m: word 2: 'a' again, expected each word once; it is already word 0"),
        (
            b"a\n" + b"b" * 70_000 + b"\n",
            2,
            "m: word 1: a word of 70000 bytes, expected at most 65536",
        ),
    ],
)
def test_from_bytes_refuses(data: bytes, n_counts: int, message: str) -> None:
    with pytest.raises(ModelError) as error:
        from_bytes(np.frombuffer(data, np.uint8), np.ones(n_counts, np.int64), "m")
    assert str(error.value) == message


def test_from_bytes_refuses_counts() -> None:
    data = np.frombuffer(b"a\nb\n", np.uint8)
    with pytest.raises(ModelError) as error:
        from_bytes(data, np.array([1, -2]), "m")
    assert str(error.value) == "m: word 1: a count of -2, expected 0 or more"
    with pytest.raises(ModelError):
        from_bytes(data, np.ones((2, 1), np.int64), "m")


def test_almost_the_longest_word() -> None:
    for word in ("a" * LONGEST, "词" * (LONGEST // 3)):
        assert from_bytes(vocab(word).as_bytes(), np.ones(1, np.int64), "m").words == [word]
