import errno
import resource
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nlptool.core import encode as module
from nlptool.core import numbering, table
from nlptool.core.encode import Encoded, encode, require_words
from nlptool.core.report import Note, Progress
from nlptool.core.tokens import last_begin
from nlptool.core.vocab import Vocab
from nlptool.errors import ConfigError, CorpusError, RunError
from tests import naive_encode as naive

WHITE = [chr(i) for i in range(0x110000) if chr(i).isspace()]
LOOKALIKES = "\x00\x08\x1b\x7f\u0084\u00a1\u1681\u200b\u2027\u2060\u3001\u3002\ufeff“”《》"
LETTERS = st.one_of(
    st.sampled_from("ab的是"),
    st.sampled_from(LOOKALIKES),
    st.characters(exclude_categories=["Cs"]),
)
TEXTS = st.lists(
    st.one_of(
        st.text(LETTERS, min_size=1, max_size=30),
        st.sampled_from(["a", "的", "中国", "ab" * 8, "ab" * 7 + "c", "词" * 5, "词" * 6]),
        st.sampled_from([*WHITE, " ", "\n", "\n\n", " \n "]),
        st.sampled_from([" ", "\n"]),
    ),
    max_size=60,
).map("".join)


def run(text: str | bytes, folder: Path, cuts: list[int] | None = None, **how: object) -> Encoded:
    data = text.encode() if isinstance(text, str) else text
    bounds = [0, *sorted(min(cut, len(data)) for cut in cuts or []), len(data)]
    blocks = [data[a:b] for a, b in pairwise(bounds)]
    return encode(blocks, folder, **how)  # type: ignore[arg-type]


def check(encoded: Encoded, text: str, min_count: int = 1, max_vocab: int | None = None) -> None:
    counts = naive.count(text)
    kept = [pair for pair in counts if pair[1] >= min_count][:max_vocab]
    words = [word for word, _ in kept]
    assert list(zip(encoded.vocab.words, encoded.vocab.counts.tolist(), strict=True)) == kept
    assert encoded.ids.tolist() == naive.encode(text, words)
    assert encoded.ids.dtype == np.int32
    assert encoded.n_words == sum(count for _, count in kept)
    assert encoded.n_read == sum(count for _, count in counts)
    assert encoded.most_frequent == (counts[0] if counts and not kept else None)


def shrink(patch: pytest.MonkeyPatch) -> None:
    """Make tables of five words that go to disk when full, and stretches of four ids."""
    patch.setattr(table, "FIRST_SLOTS", 8)
    patch.setattr(numbering, "CHUNK", 4)
    patch.setattr(module, "LEAST_MEMORY", 1)


@pytest.fixture
def tiny(monkeypatch: pytest.MonkeyPatch) -> None:
    shrink(monkeypatch)


def test_by_hand(tmp_path: Path) -> None:
    encoded = run("b a b\n\n c\tb a\u3000d\n", tmp_path)
    assert encoded.vocab.words == ["b", "a", "c", "d"]
    assert encoded.vocab.counts.tolist() == [3, 2, 1, 1]
    assert encoded.ids.tolist() == [0, 1, 0, -1, 2, 0, 1, 3, -1]
    assert (encoded.n_words, encoded.n_read) == (7, 7)


@pytest.mark.parametrize("text", ["", "\n", " \n\u3000\n", "a", "a\n", "\na"])
def test_hardly_anything(text: str, tmp_path: Path) -> None:
    check(run(text, tmp_path), text)
    assert encode([], tmp_path).ids.tolist() == []


def test_every_white_space_and_nothing_else_separates(tmp_path: Path) -> None:
    text = "\n".join(f"x{chr(i)}y 很长的一个词{chr(i)}" for i in range(0xD800) if i != 10)
    check_fast(run(text, tmp_path), text)
    text = "".join(f"长长长长长{space}" for space in WHITE) * 3
    check(run(text, tmp_path), text)


def check_fast(encoded: Encoded, text: str) -> None:
    counts = naive.count(text)
    assert list(zip(encoded.vocab.words, encoded.vocab.counts.tolist(), strict=True)) == counts
    ids = encoded.vocab.ids
    assert encoded.ids.tolist() == [
        word_id
        for sentence in naive.sentences(text)
        if sentence
        for word_id in [*(ids[word] for word in sentence), -1]
    ]


@settings(max_examples=150, deadline=None)
@given(
    text=TEXTS,
    cuts=st.lists(st.integers(0, 300), max_size=6),
    threads=st.sampled_from([1, 1, 3]),
    min_count=st.integers(1, 3),
    max_vocab=st.none() | st.integers(1, 5),
)
def test_equals_naive(
    text: str,
    cuts: list[int],
    threads: int,
    min_count: int,
    max_vocab: int | None,
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    folder = tmp_path_factory.mktemp("encode")
    how = {"threads": threads, "min_count": min_count, "max_vocab": max_vocab}
    check(run(text, folder, cuts, **how), text, min_count, max_vocab)


@settings(max_examples=100, deadline=None)
@given(
    text=TEXTS,
    cuts=st.lists(st.integers(0, 300), max_size=6),
    threads=st.sampled_from([1, 3]),
    memory=st.sampled_from([3, 10**7]),
    min_count=st.integers(1, 3),
    max_vocab=st.none() | st.integers(1, 5),
)
def test_equals_naive_in_little_memory(
    text: str,
    cuts: list[int],
    threads: int,
    memory: int,
    min_count: int,
    max_vocab: int | None,
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    folder = tmp_path_factory.mktemp("encode")
    with pytest.MonkeyPatch.context() as patch:
        shrink(patch)
        how = {"threads": threads, "min_count": min_count, "max_vocab": max_vocab}
        encoded = run(text, folder, cuts, memory=memory, **how)
    check(encoded, text, min_count, max_vocab)
    plain = run(text, folder, min_count=min_count, max_vocab=max_vocab)
    assert plain.fingerprint == encoded.fingerprint


def test_many_words_same_bytes_for_any_threads_and_memory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    random = np.random.default_rng(7)
    numbers = random.zipf(1.3, 200_000) % 60_000
    text = "".join(f"词{n}{'长' * (n % 9)}{' ' if n % 7 else chr(10)}" for n in numbers.tolist())
    cuts = random.integers(0, len(text.encode()), 40).tolist()
    whole = run(text, tmp_path, cuts)
    check_fast(whole, text)
    monkeypatch.setattr(module, "LEAST_MEMORY", 1)
    for threads, memory in ((2, 1 << 30), (1, 1 << 20), (4, 4 << 20)):
        again = run(text, tmp_path, cuts, threads=threads, memory=memory)
        assert again.fingerprint == whole.fingerprint
        assert again.ids.tobytes() == whole.ids.tobytes()
        assert sorted(path.name for path in Path(again.ids.filename).parent.iterdir()) == ["ids"]  # type: ignore[attr-defined]


def test_endless_words_are_taken_in_pieces(tmp_path: Path) -> None:
    size = naive.LONGEST
    long = "长" * size
    text = f"a {'b' * size} {'b' * (size + 1)}{long}\nc{'é' * (size // 2)}\n{long}"
    length = len(text.encode())
    for cuts in ([], [7, size + 1, size + 2, size + 3], list(range(0, length, 50_001))):
        check(run(text, tmp_path, cuts), text)


def test_equal_hashes_do_not_merge_words(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """All slots search from the first: every word meets all others."""
    monkeypatch.setattr(table.Table, "_shift", lambda self: np.uint64(63))
    words = [f"{'同' * (i % 12)}{i}" for i in range(300)]
    text = " ".join(words * 2)
    check(run(text, tmp_path), text)


def test_where_the_last_token_begins() -> None:
    for text, begin in (("", 0), ("a b", 2), ("a b\u3000", 6), ("ab", 0), ("a " * 40 + "cd", 80)):
        data = np.frombuffer(text.encode(), np.uint8)
        assert last_begin(data) == begin


def test_min_count_and_ties(tmp_path: Path) -> None:
    text = "z z é é b b a a a 中 中 q\n" * 2 + "r"
    encoded = run(text, tmp_path, max_vocab=4, min_count=3)
    assert encoded.vocab.words == ["a", "b", "z", "é"]
    check(encoded, text, 3, 4)


def test_given_vocabulary_keeps_its_ids(tmp_path: Path) -> None:
    vocab = Vocab(["none", "c", "a"], np.array([9, 0, 1]))
    encoded = run("a b c\nb b\nc c", tmp_path, vocab=vocab, min_count=5)
    assert encoded.vocab is vocab
    assert encoded.ids.tolist() == [2, 1, -1, 1, 1, -1]
    assert (encoded.n_words, encoded.n_read) == (4, 7)


def test_given_vocabulary_larger_than_a_first_table(tmp_path: Path) -> None:
    words = [f"w{i}" for i in range(50_000)]
    vocab = Vocab(words, np.ones(len(words), np.int64))
    assert run(" ".join(words[::-1]), tmp_path, vocab=vocab).ids[:-1].tolist() == list(
        range(49_999, -1, -1)
    )


def test_fingerprint_tells_words_and_ids(tmp_path: Path) -> None:
    texts = ["a b a", "a b\na", "a c a", "aa b aa", "b a b", ""]
    prints = [run(text, tmp_path).fingerprint for text in texts]
    assert len(set(prints)) == len(texts)
    assert run("a \tb\u3000a\n\n", tmp_path).fingerprint == prints[0]


def test_reports_bytes_and_ids(tmp_path: Path) -> None:
    heard: list[Progress | Note] = []
    encode([b"a b\n", b"c\n"], tmp_path, report=heard.append)
    assert heard == [
        Progress("reading", 4, None, "bytes"),
        Progress("reading", 6, None, "bytes"),
        Progress("encoding", 3, 5, "words"),
        Progress("encoding", 5, 5, "words"),
    ]


def test_require_words(tmp_path: Path) -> None:
    require_words(run("a", tmp_path), "x.txt", 1)
    vocab = Vocab(["z"], np.ones(1, np.int64))
    for text, how, message in (
        ("", {}, "x.txt: no words, expected text"),
        ("", {"vocab": vocab}, "x.txt: no words, expected text"),
        (
            "b 中 a 中 b",
            {"min_count": 3},
            "x.txt: the most frequent word, b, occurs 2 times, expected at least 3;"
            " lower --min-count",
        ),
        (
            "a b",
            {"vocab": vocab},
            "x.txt: 2 words, none of them in the vocabulary, expected some; check --segment",
        ),
    ):
        encoded = run(text, tmp_path, **how)
        with pytest.raises(CorpusError) as error:
            require_words(encoded, "x.txt", 3)
        assert str(error.value) == message


@pytest.mark.usefixtures("tiny")
def test_most_frequent_of_several_parts(tmp_path: Path) -> None:
    text = " ".join(f"w{i} w{i}" for i in range(40)) + " 中 中 中 zz zz zz"
    check(run(text, tmp_path, memory=1, min_count=4), text, 4)


def test_too_little_memory(tmp_path: Path) -> None:
    with pytest.raises(ConfigError) as error:
        encode([b"a"], tmp_path, threads=2, memory=1 << 20)
    assert str(error.value) == (
        "--memory: 1048576 bytes, expected at least 33554432 (16 MiB for each of --threads 2)"
    )


@pytest.mark.usefixtures("tiny")
@pytest.mark.parametrize("threads", [1, 2])
def test_disk_full(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, threads: int) -> None:
    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(numbering, "spill", full)
    text = " ".join(map(str, range(100)))
    with pytest.raises(RunError) as error:
        run(text, tmp_path, [50, 100], threads=threads, memory=2)
    assert str(error.value) == (
        f"{tmp_path}: the encoded corpus cannot be kept there (No space left on device),"
        " expected a folder with room; choose another with --temp-dir"
    )
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("memory", [1 << 30, 1])
def test_no_room_for_the_ids(tmp_path: Path, memory: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "LEAST_MEMORY", 1)
    text = " ".join(map(str, range(200_000)))
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (300_001, limits[1]))
    try:
        with pytest.raises(RunError, match=r"cannot be kept there \(File too large\)"):
            run(text, tmp_path, memory=memory)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    assert list(tmp_path.iterdir()) == []


def test_no_such_folder(tmp_path: Path) -> None:
    with pytest.raises(RunError, match="cannot be kept there"):
        encode([b"a"], tmp_path / "none")


@pytest.mark.parametrize("threads", [1, 2])
def test_an_error_of_the_reader_passes_and_nothing_is_left(tmp_path: Path, threads: int) -> None:
    def blocks() -> object:
        yield b"a b\n" * 100
        raise OSError(errno.EIO, "Input/output error")

    with pytest.raises(OSError, match="Input/output"):
        encode(blocks(), tmp_path, threads=threads)  # type: ignore[arg-type]
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("stage", ["reading", "encoding"])
def test_a_report_may_stop_it(tmp_path: Path, stage: str) -> None:
    def stop(event: Progress | Note) -> None:
        if isinstance(event, Progress) and event.stage == stage:
            raise BrokenPipeError

    with pytest.raises(BrokenPipeError):
        encode([b"a b\n"] * 20, tmp_path, threads=2, report=stop)
    assert list(tmp_path.iterdir()) == []
