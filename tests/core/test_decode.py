"""Decoding in blocks equals decoding the whole, however the bytes arrive."""

import re

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from nlptool.core.decode import _safe_cut, utf8_blocks
from nlptool.core.reading import Reading
from nlptool.core.report import Note
from nlptool.errors import CorpusError

ENCODINGS = ["utf-8", "gb18030", "gbk", "big5", "utf-16-le", "utf-16-be", "utf-32-le", "cp500"]


def cut(data: bytes, sizes: list[int]) -> list[bytes]:
    """Return `data` in chunks of these sizes, again and again."""
    found, start, i = [], 0, 0
    while start < len(data):
        found.append(data[start : start + sizes[i % len(sizes)]])
        start += len(found[-1])
        i += 1
    return found


def blocks_of(chunks, encoding="utf-8", how="stop", size=16, said=None):
    report = ([] if said is None else said).append
    return list(utf8_blocks(iter(chunks), Reading(encoding, how), "a.txt", report, size))


def naive(data: bytes, encoding: str, how: str) -> bytes:
    """Decode the whole at once; the slow twin."""
    newline = "\n".encode(encoding)
    lines = [b""]
    for start in range(0, len(data), len(newline)):
        lines[-1] += data[start : start + len(newline)]
        if lines[-1][-len(newline) :] == newline and data[start : start + len(newline)] == newline:
            lines.append(b"")
    text = ""
    for line in lines:
        ended = line.endswith(newline) and line is not lines[-1]
        body = line[: -len(newline)] if ended else line
        try:
            text += body.decode(encoding) + "\n" * ended
        except UnicodeDecodeError:
            if how == "replace":
                text += body.decode(encoding, "replace") + "\n" * ended
    if text.startswith("\ufeff"):
        text = text[1:]
    text = text.replace("\r\n", "\n")
    return (text + "\n" * (text != "" and not text.endswith("\n"))).encode()


texts = st.text(st.sampled_from("ab \r\n\n春江潮水éß𠀀\u3000\u2028\x85\t"), max_size=200)
sizes = st.lists(st.integers(1, 40), min_size=1, max_size=5)


@settings(max_examples=300, deadline=None)
@given(texts, st.sampled_from(ENCODINGS), sizes, st.integers(16, 64))
@example("\r" * 40 + "\n", "utf-32-le", [1], 16)
@example("江" * 6 + "\r\n", "utf-8", [18, 1], 18)
@example("a" * 16, "utf-8", [16], 16)
def test_blocks_equal_the_whole(text, encoding, sizes, size):
    data = text.encode(encoding, "ignore")
    blocks = blocks_of(cut(data, sizes), encoding, size=size)
    assert b"".join(blocks) == naive(data, encoding, "stop")
    assert all(blocks)
    for block in blocks:
        block.decode()
    assert not blocks or blocks[-1].endswith(b"\n")


@settings(max_examples=300, deadline=None)
@given(
    texts,
    st.sampled_from(ENCODINGS),
    st.lists(st.integers(1, 16), min_size=1, max_size=5),
    st.lists(st.integers(1, 16), min_size=1, max_size=5),
)
@example("a" * 13 + "\naaaa\n", "utf-32-le", [1], [16])
def test_where_long_lines_are_cut_does_not_depend_on_the_chunks(text, encoding, one, other):
    data = text.encode(encoding, "ignore")

    def cuts(sizes):
        blocks = blocks_of(cut(data, sizes), encoding)
        ends, at = set(), 0
        for block in blocks:
            at += len(block)
            if not block.endswith(b"\n"):
                ends.add(at)
        return ends

    assert cuts(one) == cuts(other)


@settings(max_examples=300, deadline=None)
@given(
    st.binary(max_size=120).map(lambda data: re.sub(rb"\0", b"\n", data)),
    st.sampled_from(["utf-8", "gb18030", "big5"]),
    sizes,
    st.sampled_from(["skip", "replace"]),
)
@example(b"\x81\n\x81\x30\n\x81\x30\x81\nx", "gb18030", [3], "replace")
@example(b"\xe6\x9c\nab\xff", "utf-8", [1], "skip")
def test_bad_lines_equal_the_naive_way(data, encoding, sizes, how):
    if data.startswith((b"\xff\xfe", b"\xfe\xff", b"\xef\xbb\xbf", b"\x84\x31\x95\x33")):
        return
    blocks = blocks_of(cut(data, sizes), encoding, how, size=1 << 20)
    assert b"".join(blocks) == naive(data, encoding, how)


@settings(max_examples=300, deadline=None)
@given(texts, st.sampled_from(["utf-8", "gb18030"]), st.integers(0, 400), sizes)
def test_the_position_of_a_fault_is_exact(text, encoding, at, sizes):
    good = text.encode(encoding)
    at = min(at, len(good))
    while at and not decodes(good[:at], encoding):
        at -= 1
    data = good[:at] + b"\xff\n" + good[at:]
    with pytest.raises(CorpusError) as caught:
        blocks_of(cut(data, sizes), encoding)
    other = "GB18030" if encoding == "utf-8" else "UTF-8"
    assert str(caught.value) == (
        f"a.txt: byte {at} (line {good[:at].count(10) + 1}): not valid {encoding.upper()}; "
        f"if it is {other} use --encoding {other.lower()}"
    )


def decodes(data: bytes, encoding: str) -> bool:
    try:
        data.decode(encoding)
    except UnicodeDecodeError:
        return False
    return True


@pytest.mark.parametrize("encoding", ["utf-8", "gb18030", "utf-16-le", "utf-32-be"])
@pytest.mark.parametrize("sizes", [[1], [3], [100]])
def test_nul(encoding, sizes):
    before = "Āa\n水"
    data = (before + "\0b\n").encode(encoding)
    with pytest.raises(CorpusError) as caught:
        blocks_of(cut(data, sizes), encoding)
    at = len(before.encode(encoding))
    assert str(caught.value) == f"a.txt: byte {at} (line 2): NUL, a binary file; expected text"


def test_newlines_of_utf16_are_looked_for_at_even_places():
    # U+0A41 U+0041 in UTF-16-BE holds 0A 41 00 41; U+4100 U+0A00 holds 00 0A.
    text = "\u4100\u0a05\u0a00\u000a\u000d\u000a\u0a0a\u0a0a"
    for encoding in ("utf-16-be", "utf-16-le"):
        data = text.encode(encoding)
        assert b"".join(blocks_of(cut(data, [3]), encoding)) == naive(data, encoding, "stop")


def test_a_mark_counts_in_the_offset():
    with pytest.raises(CorpusError, match=r"byte 5 \(line 2\)"):
        blocks_of([b"\xef\xbb\xbfa\n\xff"])


@pytest.mark.parametrize("how, expected", [
    # The wrong byte is in the third piece of a long line; what was given stays, and ends.
    ("skip", "a" * 32 + "\nlast\n"),
    ("replace", "a" * 32 + "bb�\nlast\n"),
])  # fmt: skip
def test_a_bad_byte_late_in_a_long_line(how, expected):
    said = []
    data = b"a" * 32 + b"bb\xff\nlast\n"
    blocks = blocks_of(cut(data, [7]), how=how, size=16, said=said)
    assert b"".join(blocks).decode() == expected
    done = {"skip": "skipped", "replace": "replaced"}[how]
    assert said == [Note(f"a.txt: 1 line was not valid UTF-8: {done}")]


def test_line_numbers_go_on_after_bad_lines():
    with pytest.raises(CorpusError, match=r"byte 8 \(line 5\): NUL"):
        blocks_of([b"a\n\xff\n\xff\n", b"b\n\0\n"], how="skip")


@pytest.mark.parametrize("raw, at", [
    (b"0123456789abcdef0123456789abcde f", 32),
        (b"0123456789abcde f", 17),
    (b"0123456789abcdef", 16),
    (b"0123456789abcdef" * 2 + b" ", 33),
    ("春江潮水连海平 ".encode() * 10 + "海上明月".encode(), 220),
    ("春江潮水连海平\u3000".encode() * 10 + "海上明月".encode(), 240),
    ("春江潮水连".encode() + "海".encode()[:2], 15),
    (b"0123456789abcde\r", 15),
])  # fmt: skip
def test_safe_cut(raw, at):
    assert _safe_cut(raw, "utf-8") == at
