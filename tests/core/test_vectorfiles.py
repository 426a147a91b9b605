"""Foreign vector files: round trips, gensim both ways, and everything that can be wrong."""

import gzip
import lzma
import re
import struct
import subprocess
import sys
from contextlib import suppress

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nlptool.core.decimals import format_decimals, parse_decimals
from nlptool.core.fasttextbin import subword_ids
from nlptool.core.report import Note
from nlptool.core.vectorfiles import FORMS_OUT, inspect_vectors, read_vectors, write_vectors
from nlptool.core.vectors import Vectors
from nlptool.errors import ConfigError, CorpusError, NlptoolError, RunError
from tests import naive_vectors as naive

WORDS = ["的", "word", "2016", "1e5", "U.S.", "-", "。", "nan", "😀", "a_b"]


def some(n=10, dim=5, seed=0):
    rng = np.random.default_rng(seed)
    matrix = (rng.standard_normal((n, dim)) * 10.0 ** rng.integers(-9, 9, (n, dim))).astype("f4")
    return Vectors(WORDS[:n] + [f"词{i}" for i in range(n - len(WORDS))], matrix)


def same(a, b):
    return list(a.words) == list(b.words) and a.matrix.tobytes() == b.matrix.tobytes()


def refused(path, **kwargs):
    with pytest.raises(CorpusError) as error:
        read_vectors(str(path), **kwargs)
    return str(error.value).replace(f"{path.parent}/", "")


def mended(path):
    vectors, faults, _ = inspect_vectors(str(path))
    return list(vectors.words), dict(faults.counts)


# Forms out and in


@pytest.mark.parametrize("form", FORMS_OUT)
@pytest.mark.parametrize(("n", "dim"), [(10, 1), (10, 5), (5000, 60)])
def test_what_is_written_is_read_bit_by_bit(tmp_path, form, n, dim):
    path = str(tmp_path / "v")
    v = some(n, dim)
    v.matrix[1, 0] = -0.0
    v.matrix[2, 0] = np.float32(1e-45)
    v.matrix[3, 0] = np.finfo(np.float32).max
    write_vectors(path, v, form)
    if (form, dim) == ("glove", 1):
        # "2016 0.5" and "2016 5" look alike: one dimension needs the header or the form.
        assert same(read_vectors(path, form=form), v)
        return
    assert same(read_vectors(path), v)
    assert inspect_vectors(path)[2] == form
    assert same(read_vectors(path, form=form), v)
    assert [p.name for p in tmp_path.iterdir()] == ["v"]


def test_text_is_the_shortest_that_reads_back(tmp_path):
    path = tmp_path / "v"
    v = Vectors(["a", "b"], np.array([[0.1, -1.0], [1e-7, 123456.79]], np.float32))
    write_vectors(str(path), v, "text")
    assert path.read_text() == "2 2\na 0.1 -1.0\nb 1e-07 123456.79\n"
    write_vectors(str(path), v, "glove")
    assert path.read_text() == "a 0.1 -1.0\nb 1e-07 123456.79\n"
    write_vectors(str(path), v, "binary")
    rows = [row.tobytes() for row in v.matrix]
    assert path.read_bytes() == b"2 2\na " + rows[0] + b"\nb " + rows[1] + b"\n"


@pytest.mark.parametrize("pack", [gzip.compress, lzma.compress])
@pytest.mark.parametrize("form", FORMS_OUT)
def test_compressed_files(tmp_path, pack, form):
    path = tmp_path / "v"
    v = some(3000, 20)
    write_vectors(str(path), v, form)
    path.write_bytes(pack(path.read_bytes()))
    assert same(read_vectors(str(path)), v)


@pytest.mark.parametrize("binary", [False, True])
def test_gensim_reads_what_we_write_and_we_read_what_gensim_writes(tmp_path, binary):
    from gensim.models import KeyedVectors

    ours, theirs = str(tmp_path / "ours"), str(tmp_path / "theirs")
    v = some(50, 8)
    write_vectors(ours, v, "binary" if binary else "text")
    k = KeyedVectors.load_word2vec_format(ours, binary=binary)
    assert same(Vectors(k.index_to_key, k.vectors), v)
    k.save_word2vec_format(theirs, binary=binary)
    assert same(read_vectors(theirs), v)


def test_gensim_reads_our_glove(tmp_path):
    from gensim.models import KeyedVectors

    path = str(tmp_path / "v")
    write_vectors(path, some(50, 8), "glove")
    k = KeyedVectors.load_word2vec_format(path, no_header=True)
    assert same(Vectors(k.index_to_key, k.vectors), some(50, 8))


@pytest.mark.parametrize("min_n", [1, 2, 3])
@pytest.mark.parametrize("sg", [0, 1])
def test_fasttext_bin_as_gensim_gives_it(tmp_path, min_n, sg):
    from gensim.models import FastText
    from gensim.models.fasttext import load_facebook_vectors, save_facebook_model

    path = str(tmp_path / "m.bin")
    lines = [["我们", "喜欢", "北京大学", "的", "naïve", "words"], ["的", "我们", "</s>", "é"]] * 5
    model = FastText(
        lines, vector_size=6, min_count=1, min_n=min_n, max_n=4, bucket=50, epochs=2, seed=1, sg=sg
    )
    save_facebook_model(model, path)
    theirs = load_facebook_vectors(path)
    ours, _, form = inspect_vectors(path)
    assert form == "fasttext-bin"
    assert list(ours.words) == theirs.index_to_key
    for word in theirs.index_to_key:
        # fastText gives the end of a sentence no n-grams; gensim does.
        expected = theirs.vectors_vocab[theirs.key_to_index[word]]
        expected = expected if word == "</s>" else theirs[word]
        np.testing.assert_allclose(ours.matrix[ours.id(word)], expected, atol=1e-6)
    # The same through a pipe's eyes: a compressed file cannot be mapped.
    packed = tmp_path / "m.bin.gz"
    packed.write_bytes(gzip.compress((tmp_path / "m.bin").read_bytes()))
    assert same(read_vectors(str(packed)), ours)


@given(
    st.lists(st.text(st.characters(codec="utf-8"), min_size=1, max_size=6), max_size=8),
    st.integers(1, 4), st.integers(1, 5), st.integers(1, 1000),
)  # fmt: skip
@settings(max_examples=100, deadline=None)
def test_subwords_are_naive(words, min_n, max_n, bucket):
    owners, places = subword_ids([w.encode() for w in words], min_n, max_n, bucket)
    for i, word in enumerate(words):
        expected = [naive.fnv(g.encode()) % bucket for g in naive.subwords(word, min_n, max_n)]
        assert sorted(places[owners == i].tolist()) == sorted(expected)
    assert (np.diff(owners) >= 0).all()


def test_a_hash_worked_by_hand():
    # FNV-1a's published value for "a", and a byte above 127 taken as signed.
    assert naive.fnv(b"a") == 0xE40C292C
    assert naive.fnv(b"\xe9") == (2166136261 ^ 0xFFFFFFE9) * 16777619 % 2**32


def fasttext_bin(words=(b"ab", b"c"), dim=2, bucket=0, quantised=False, version=12, **other):
    """A fastText model: magic, version, settings, dictionary, input matrix."""
    n_words, rows = other.get("n_words", len(words)), other.get("rows", len(words) + bucket)
    data = struct.pack("<ii", 793712314, version)
    data += struct.pack("<12id", dim, 5, 5, 5, 5, 1, 2, 2, bucket, 3, 6 * bool(bucket), 100, 1e-4)
    data += struct.pack("<iiiqq", n_words, n_words, 0, 10, -1)
    for word in words:
        data += word + b"\0" + struct.pack("<qb", 3, 0)
    data += struct.pack("<?qq", quantised, rows, dim)
    return data + np.arange((len(words) + bucket) * dim, dtype="<f4").tobytes()


def test_fasttext_bin_worked_by_hand(tmp_path):
    path = tmp_path / "m.bin"
    path.write_bytes(fasttext_bin())
    v = read_vectors(str(path))
    assert v.words == ["ab", "c"] and v.matrix.tolist() == [[0, 1], [2, 3]]
    path.write_bytes(fasttext_bin(bucket=7))
    table = np.arange(18, dtype=np.float32).reshape(9, 2)
    expected = [naive.fasttext_vector(w, i, table, 2, 3, 6, 7) for i, w in enumerate(["ab", "c"])]
    np.testing.assert_allclose(read_vectors(str(path)).matrix, expected, rtol=1e-6)


def test_damaged_fasttext_models(tmp_path):
    path = tmp_path / "m.bin"
    for data, message in {
        fasttext_bin(version=13): "m.bin: fastText file version 13, expected 11 or 12",
        fasttext_bin(quantised=True): (
            "m.bin: a quantised fastText model, expected one with float vectors"
        ),
        fasttext_bin(dim=-3): (
            "m.bin: a damaged fastText header: -3 dimensions, 2 words, 0 labels, 2 entries, "
            "0 n-grams"
        ),
        fasttext_bin(rows=2**40): (
            "m.bin: the fastText file ends too early, after byte 132, or is damaged there; "
            "fetch it again"
        ),
        fasttext_bin(rows=1): (
            "m.bin: 1 rows of 2 numbers for 2 words, expected 2 rows of 2; the file is damaged"
        ),
        fasttext_bin(words=(), n_words=2**31 - 1): (
            "m.bin: the fastText file ends too early, after byte 102, or is damaged there; "
            "fetch it again"
        ),
    }.items():
        path.write_bytes(data)
        assert refused(path) == message
    whole = fasttext_bin(bucket=3)
    for n in range(4, len(whole)):
        path.write_bytes(whole[:n])
        assert "the fastText file ends too early" in refused(path)


# Text that is read although it is odd


def test_numbers_as_other_tools_write_them(tmp_path):
    path = tmp_path / "v"
    rows = "的 0.1 -2.500000 \r\nb 1e-05 +3\r\nc .5 5.\n"
    for text in (rows, "3 2\n" + rows, "3 2 \r\n" + rows.replace("\r", ""), rows[:-1]):
        path.write_text(text)
        v = read_vectors(str(path))
        assert v.words == ["的", "b", "c"]
        assert v.matrix.tolist() == np.float32([[0.1, -2.5], [1e-5, 3], [0.5, 5]]).tolist()
    path.write_text("a\t1.5\t2.5\nb\t3.5\t4.5\n")
    assert read_vectors(str(path)).matrix.tolist() == [[1.5, 2.5], [3.5, 4.5]]
    path.write_text("2 2\na  1.5   2.5\nb  -1.5  -2.5\n")
    assert read_vectors(str(path)).words == ["a", "b"]


@pytest.mark.parametrize("space", [" ", "\u3000", "\xa0", "\u2028", "\x85"])
@pytest.mark.parametrize("header", ["3 2\n", ""])
def test_a_word_that_is_a_space_keeps_its_vector(tmp_path, space, header):
    path = tmp_path / "v"
    path.write_text(f"{header}a 1.5 2.5\n{space} 3.5 4.5\nb 5.5 6.5\n", newline="")
    notes = []
    v = read_vectors(str(path), report=notes.append)
    assert v.words == ["a", space, "b"]
    assert v.matrix.tolist() == [[1.5, 2.5], [3.5, 4.5], [5.5, 6.5]]
    line = 3 if header else 2
    said = f"{path}:{line}: the word {space!r} is or has white space: kept"
    assert notes == [Note(said)]


def test_a_space_as_a_word_in_a_binary_file(tmp_path):
    path = tmp_path / "v"
    rows = np.array([[1.5, 2.5], [3.5, 4.5]], "<f4")
    path.write_bytes(b"2 2\n  " + rows[0].tobytes() + b"b " + rows[1].tobytes())
    v = read_vectors(str(path))
    assert v.words == [" ", "b"] and v.matrix.tolist() == rows.tolist()


def test_words_with_spaces_and_words_that_are_numbers(tmp_path):
    path = tmp_path / "v"
    path.write_text(". . . 0.5 1.5\nWindows 95 0.5 2.5\n1998 0.5 3.5\nto 4.5 5.5\nx 1.5 2.5\n")
    assert read_vectors(str(path), form="glove").words[0] == ". . ."
    path.write_text("a 0.5 0.5\n. . . 0.5 1.5\nWindows 95 0.5 2.5\n1998 0.5 3.5\n")
    v = read_vectors(str(path))
    assert v.words == ["a", ". . .", "Windows 95", "1998"]


def test_the_first_of_repeated_words_is_kept(tmp_path):
    path = tmp_path / "v"
    path.write_text("4 1\na 1\nb 2\na 3\na 4\n")
    notes = []
    v = read_vectors(str(path), report=notes.append)
    assert v.words == ["a", "b"] and v.matrix.tolist() == [[1], [2]]
    said = f"{path}:4: the word 'a' occurs again: left out, the first is kept (and 1 more)"
    assert notes == [Note(said)]


# Text and binary files that are refused, and mended


HINT = "; nlptool w2v check v --repair OUT mends it"
BAD_TEXT = {
    # content -> message, what mending leaves, what it finds
    b"3 2\na 1 2\nb 3\nc 5 6\n": ("v:3: 1 numbers after the word, expected 2", "ac", "width"),
    b"3 2\na 1 2\nb 3.0 4.0 5.0\nc 5 6\n": (
        "v:3: 3 numbers after the word, expected 2", "ac", "width",
    ),
    b"a 1 2\nb\nc 5 6\n": ("v:2: 0 numbers after the word, expected 2", "ac", "width"),
    b"3 2\na 1 2\nb x 4\nc 5 6\n": ("v:3: 'x', expected a number", "ac", "number"),
    b"2 2\na 1 2\nb 1_0 4\n": ("v:3: '1_0', expected a number", "a", "number"),
    b"3 2\na 1 2\n\xff\xfe 3 4\nc 5 6\n": (
        "v:3: the word '\ufffd\ufffd' is not valid UTF-8", "ac", "encoding",
    ),
    b"3 2\na 1 2\nb\0 3 4\nc 5 6\n": ("v:3: the word 'b\\x00' has a NUL byte", "ac", "encoding"),
    b"3 2\na 1 2\nb nan 4\nc 5 6\n": ("v:3: the vector of 'b' has nan", "ac", "not finite"),
    b"3 2\na 1 2\nb 3 -inf\nc 5 6\n": ("v:3: the vector of 'b' has -inf", "ac", "not finite"),
    b"3 2\na 1 2\nb 3 1e39\nc 5 6\n": ("v:3: the vector of 'b' has inf", "ac", "not finite"),
    b"3 2\na 1 2\n 3 4\nc 5 6\n": ("v:3: no word before the numbers", "ac", "no word"),
    b"3 2\na 1.5 2\nc 5.5 6\n\n": ("v:1: 3 words, but 2 follow", "ac", "header"),
    b"1 2\na 1.5 2\nc 5.5 6\n": ("v:1: 1 words, but 2 follow", "ac", "header"),
    b"100000000 1000\n" + b"a" + b" 1" * 1000: (
        "v:1: 100,000,000 words, but the file has room for 1 at most", "a", "header",
    ),
}  # fmt: skip


@pytest.mark.parametrize("data", BAD_TEXT, ids=range(len(BAD_TEXT)))
@pytest.mark.parametrize("pack", [bytes, gzip.compress], ids=["plain", "gzip"])
def test_bad_text_is_refused_or_mended(tmp_path, data, pack):
    message, words, kind = BAD_TEXT[data]
    path = tmp_path / "v"
    path.write_bytes(pack(data))
    if pack is gzip.compress:
        # How much a compressed file has room for is known at its end only.
        message = re.sub("the file has room for 1 at most", "1 follow", message)
    assert refused(path) == message + HINT
    kept, faults = mended(path)
    assert kept == list(words)
    assert faults[kind] >= 1


BAD_BINARY = {
    b"2 2\nab 12345678cd 1234": (
        "v:1: 2 words, but the file has room for 1 at most", ["ab"], {"header": 2, "cut": 1},
    ),
    b"1 2\nab 12345678cd 1234": (
        "v: byte 15: the file ends within word 2 or its vector", ["ab"], {"cut": 1},
    ),
    b"3 2\nab \0\0\0\0\0\0\0\1cd \0\0\0\0\0\0\0\2": (
        "v:1: 3 words, but the file has room for 2 at most", ["ab", "cd"], {"header": 2},
    ),
    b"2 2\nab \0\0\0\0\0\0\xc0\x7fcd \0\0\0\0\0\0\0\2": (
        "v: byte 4 (word 1): the vector of 'ab' has nan", ["cd"], {"not finite": 1},
    ),
    b"2 2\nab \0\0\0\0\0\0\0\1\xff\xff \0\0\0\0\0\0\0\2": (
        "v: byte 15 (word 2): the word '\ufffd\ufffd' is not valid UTF-8", ["ab"], {"encoding": 1},
    ),
}  # fmt: skip


@pytest.mark.parametrize("data", BAD_BINARY, ids=range(len(BAD_BINARY)))
def test_bad_binary_is_refused_or_mended(tmp_path, data):
    message, words, faults = BAD_BINARY[data]
    path = tmp_path / "v"
    path.write_bytes(data)
    assert refused(path, form="binary") == message + HINT
    vectors, found, _ = inspect_vectors(str(path), form="binary")
    assert (vectors.words, dict(found.counts)) == (words, faults)


UNREADABLE = {
    b"": "v: no word vectors found, expected word2vec text or binary, GloVe, or fastText .vec "
    "or .bin",
    b"just a line of text\n": "v: no word vectors found, expected word2vec text or binary, GloVe, "
    "or fastText .vec or .bin",
    b"5 -100\na 1 2\n": "v:1: 5 words of -100 numbers, expected 0 or more words of 1 to 100,000 "
    "numbers",
    b"-5 2\na 1 2\n": "v:1: -5 words of 2 numbers, expected 0 or more words of 1 to 100,000 "
    "numbers",
    b"5 1000000000000\na 1 2\n": "v:1: 5 words of 1000000000000 numbers, expected 0 or more "
    "words of 1 to 100,000 numbers",
    b"0 5\n": "v: no word vectors, expected at least one",
}


@pytest.mark.parametrize("data", UNREADABLE, ids=range(len(UNREADABLE)))
def test_what_has_no_vectors_cannot_be_mended(tmp_path, data):
    path = tmp_path / "v"
    path.write_bytes(data)
    assert refused(path) == UNREADABLE[data]
    with pytest.raises(CorpusError):
        inspect_vectors(str(path))


def test_other_refusals(tmp_path):
    assert refused(tmp_path / "none") == "none: no such file"
    assert refused(tmp_path).endswith("a directory, expected a file")
    path = tmp_path / "v"
    path.write_bytes(b"a 1\n" + b"a" * (17 << 20))
    assert refused(path, form="glove") == (
        "v: a line of more than 16 MiB, expected a word and its numbers"
    )
    with pytest.raises(ConfigError, match=r"^--from: 'csv', expected one of text, binary, glove, "):
        read_vectors(str(path), form="csv")
    with pytest.raises(ConfigError, match=r"^--to: 'csv', expected one of text, binary, glove$"):
        write_vectors(str(path), some(), "csv")
    path.write_bytes(b"a 1 2\n")
    assert refused(path, form="binary") == (
        "v:1: no header, expected the numbers of words and dimensions"
    )
    with pytest.raises(RunError):
        write_vectors(str(tmp_path / "none" / "v"), some(), "text")


@pytest.mark.parametrize("form", FORMS_OUT)
def test_no_cut_goes_unnoticed(tmp_path, form):
    path = tmp_path / "v"
    write_vectors(str(path), some(6, 3), form)
    whole = path.read_bytes()
    header = len(b"6 3\n")
    for n in range(len(whole)):
        path.write_bytes(whole[:n])
        try:
            v = read_vectors(str(path))
        except NlptoolError:
            continue
        # Text that ends after a digit is text: only a header can tell, and only by lines.
        assert form != "binary" or whole[n:] == b"\n"
        assert form == "glove" or len(v.words) == 6 or n < header


@given(st.binary(max_size=300), st.sampled_from([b"", b"3 2\n", b"2 3\nab ", b"\xba\x16\x4f\x2f"]))
@settings(max_examples=300, deadline=None)
def test_garbage_is_an_error_or_vectors(tmp_path_factory, data, start):
    path = tmp_path_factory.getbasetemp() / "garbage"
    path.write_bytes(start + data)
    for read in (read_vectors, inspect_vectors):
        with suppress(CorpusError):
            read(str(path))


@pytest.mark.parametrize("cut", ["", "\ndata = data[: len(data) // 2]"])
@pytest.mark.parametrize("header", ["100000000 1000", "2000000000 100000", "100000000 3"])
def test_memory_follows_the_bytes_not_the_header(tmp_path, header, cut):
    """A claim of up to 800 TB; the process may have 1 GiB of address space."""
    code = f"""
import gzip, resource, sys
from nlptool.core.vectorfiles import inspect_vectors
from nlptool.errors import CorpusError
resource.setrlimit(resource.RLIMIT_AS, (1 << 30, 1 << 30))
for data in (b"{header}\\na" + b" 0.5" * 3, b"{header}\\nab " + bytes(range(1, 200)) * 9):
    {cut.strip() or "pass"}
    for packed in (data, gzip.compress(data)):
        open(sys.argv[1], "wb").write(packed)
        try:
            inspect_vectors(sys.argv[1])
        except CorpusError:
            pass
"""
    path = str(tmp_path / "v")
    env = {"OPENBLAS_NUM_THREADS": "1", "PYTHONPATH": ":".join(sys.path)}
    subprocess.run([sys.executable, "-c", code, path], check=True, env=env, timeout=60)


# Words that no form can hold


@pytest.mark.parametrize("form", FORMS_OUT)
def test_white_space_in_words_is_not_written(tmp_path, form):
    path = str(tmp_path / "v")
    words = ["a", "New York", " ", "x\u3000y", "x\ty", "b", "x_y", "new\nline"]
    notes = []
    v = Vectors(words, np.arange(1, 17, dtype=np.float32).reshape(8, 2))
    write_vectors(path, v, form, report=notes.append)
    again = read_vectors(path)
    assert again.words == ["a", "New_York", "b", "x_y", "new_line"]
    assert again.matrix[:, 0].tolist() == [1, 3, 11, 13, 15]
    assert notes == [
        Note(f"{path}: 2 words written with _ for white space: 'New_York', 'new_line'"),
        Note(f"{path}: 3 words left out: ' ', 'x\\u3000y', 'x\\ty'"),
    ]


# The parser of numbers


NUMBERS = st.one_of(
    st.floats(allow_nan=False, width=32).map(lambda x: str(np.float32(x))),
    st.floats(allow_nan=False).map(repr),
    st.floats(-1e9, 1e9).map(lambda x: f"{x:f}"),
    st.integers(-(10**20), 10**20).map(str),
    st.from_regex(r"[+-]?[0-9]{1,20}\.[0-9]{0,20}", fullmatch=True),
    st.sampled_from(["0", "-0.0", ".5", "5.", "-.5", "+1.25", "1e5", "-1.5E-3", "inf", "00.10"]),
)


def spans(fields):
    text = " ".join(fields).encode()
    ends = np.cumsum([len(field) + 1 for field in fields]) - 1
    return np.frombuffer(text, np.uint8), ends - [len(field) for field in fields], ends


@given(st.lists(NUMBERS, min_size=1, max_size=30))
@settings(max_examples=300, deadline=None)
def test_decimals_are_what_float_gives(fields):
    with np.errstate(over="ignore"):
        expected = np.array([float(field) for field in fields]).astype(np.float32)
    assert parse_decimals(*spans(fields)).tobytes() == expected.tobytes()


@given(st.lists(NUMBERS, max_size=5), st.text("0123456789.+-e_x,", min_size=1, max_size=12))
@settings(max_examples=300, deadline=None)
def test_what_float_refuses_is_refused(fields, odd):
    try:
        value = float(odd if "_" not in odd else "x")
    except ValueError:
        with pytest.raises(ValueError, match=r"."):
            parse_decimals(*spans([*fields, odd, "1.5"]))
    else:
        with np.errstate(over="ignore"):
            assert parse_decimals(*spans([*fields, odd]))[-1] == np.float32(value)


@given(st.lists(st.lists(st.floats(width=32), min_size=3, max_size=3), max_size=9))
@settings(max_examples=300, deadline=None)
def test_numbers_read_back_as_they_were(rows):
    values = np.array(rows, np.float32).reshape(-1, 3)
    texts = format_decimals(values)
    assert len(texts) == len(values)
    for text, row in zip(texts, values, strict=True):
        again = np.array([float(field) for field in text.split(b" ")], np.float32)
        np.testing.assert_array_equal(again, row)
        known = ~np.isnan(row)
        assert (np.signbit(again) == np.signbit(row))[known].all()


def test_numbers_are_written_as_numpy_does():
    rng = np.random.default_rng(0)
    values = (rng.standard_normal(50_000) * 10.0 ** rng.integers(-6, 5, 50_000)).astype("f4")
    edges = [0.1, 1, 10, 100, 999.99994, 1000, 1e-4, 9.9999e-5, 0.001, 0.5, 123.0, 1e16, 0.1234]
    values = np.concatenate([values, np.float32(edges), -np.float32(edges), np.arange(2000)])
    texts = format_decimals(values[None].astype(np.float32))[0].decode().split(" ")
    expected = [str(x) for x in values.astype(np.float32)]
    # Rarely there is a shorter decimal that is not the nearest of its length.
    differing = [(a, b) for a, b in zip(texts, expected, strict=True) if a != b]
    assert len(differing) < 10
    assert all(len(a) <= len(b) + 1 for a, b in differing)
