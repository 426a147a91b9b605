"""Which encoding a corpus is in: names, marks, and what "auto" chooses."""

import codecs

import pytest

from nlptool.core.decode import utf8_blocks
from nlptool.core.reading import Reading, guess
from nlptool.core.report import Note
from nlptool.errors import ConfigError, CorpusError

POEM = "春江潮水连海平,海上明月共潮生。滟滟随波千万里,何处春江无月明!\n"


def read(data: bytes, encoding: str, how: str = "stop", said=None) -> str:
    report = ([] if said is None else said).append
    blocks = utf8_blocks(iter([data]), Reading(encoding, how), "a.txt", report)
    return b"".join(blocks).decode()


@pytest.mark.parametrize("encoding", ["utf9", "", "base64", "rot13", "undefined", "a\0b", "中文"])
def test_unknown_codec(encoding):
    with pytest.raises(ConfigError) as caught:
        Reading(encoding)
    assert str(caught.value) == (
        f"encoding {encoding}: unknown, "
        "expected auto, utf-8, gb18030, gbk, big5, utf-16 or another codec of Python"
    )


@pytest.mark.parametrize("encoding", ["hz", "iso-2022-jp", "UTF7", "punycode", "unicode_escape"])
def test_codecs_with_a_memory(encoding):
    with pytest.raises(ConfigError) as caught:
        Reading(encoding)
    assert str(caught.value) == (
        f"encoding {encoding}: cannot be read line by line; convert the corpus to UTF-8 first"
    )


def test_bad_line_setting():
    with pytest.raises(ConfigError) as caught:
        Reading(on_bad_line="drop")
    assert str(caught.value) == "on-bad-line drop: expected stop, skip or replace"


@pytest.mark.parametrize("encoding", [
    "utf8", "UTF-8", "utf-8-sig", "gb18030", "GBK", "gb2312", "cp936", "utf-16-le", "utf-16be",
    "utf-32-be", "shift_jis", "euc_jp", "cp932",
])  # fmt: skip
def test_codecs(encoding):
    text = "水\r\n月\n山"
    assert read(text.encode(encoding), encoding) == "水\n月\n山\n"


@pytest.mark.parametrize("encoding", ["ascii", "latin-1", "cp1252", "cp037", "cp500", "koi8-r"])
def test_codecs_of_one_byte(encoding):
    assert read("one\ntwo\r\n".encode(encoding), encoding) == "one\ntwo\n"


@pytest.mark.parametrize("codec", [
    "utf-8", "utf-16-le", "utf-16-be", "utf-32-le", "utf-32-be", "gb18030",
])  # fmt: skip
def test_marks(codec):
    data = ("\ufeff" + POEM).encode(codec)
    said = []
    assert read(data, "auto", said=said) == POEM
    assert said == ([] if codec == "utf-8" else [Note(f"a.txt: read as {codec.upper()}")])
    assert read(data, codec) == POEM
    if codec.startswith(("utf-16", "utf-32")):
        assert read(data, codec[:6]) == POEM


def test_no_mark():
    with pytest.raises(CorpusError) as caught:
        read("月\n".encode("utf-16-le"), "utf-16")
    assert str(caught.value) == (
        "a.txt: no byte order mark, expected one of UTF-16; use --encoding utf-16-le or utf-16-be"
    )
    assert read(b"", "utf-16") == ""


def test_utf32_taken_for_utf8():
    with pytest.raises(CorpusError, match=r"it begins as UTF-32: use --encoding utf-32$"):
        read(codecs.BOM_UTF32_LE + "a".encode("utf-32-le"), "utf-8")


def test_auto_prefers_utf8():
    both = "联系方式".encode()
    assert read(both, "auto") == "联系方式\n"
    assert read(POEM.encode("gb18030"), "auto") == POEM
    assert read(b"ascii\n", "auto") == "ascii\n"


def test_auto_says_what_it_chose():
    said = []
    read(POEM.encode("gb18030"), "auto", said=said)
    assert said == [Note("a.txt: read as GB18030")]
    said.clear()
    read(POEM.encode(), "auto", said=said)
    assert said == []


def test_auto_knows_damaged_utf8():
    with pytest.raises(CorpusError) as caught:
        read(POEM.encode() + b"\xff\n", "auto")
    assert str(caught.value) == (
        f"a.txt: byte {len(POEM.encode())} (line 2): not valid UTF-8, which auto chose "
        "by the text before; name the encoding with --encoding"
    )
    # Short enough to be valid GB18030 all the same, but too long to be UTF-8 by chance.
    damaged = "春江花月夜之诗歌选".encode()[:-1]
    assert damaged.decode("gb18030", "ignore")
    assert guess(damaged, final=True) == "utf-8"


def test_auto_contradicted_later():
    blocks = [POEM.encode(), POEM.encode("gb18030")]
    with pytest.raises(CorpusError) as caught:
        list(utf8_blocks(iter(blocks), Reading("auto"), "a.txt", [].append))
    assert str(caught.value) == (
        f"a.txt: byte {len(blocks[0])} (line 2): not valid UTF-8, which auto chose "
        "by the text before; name the encoding with --encoding"
    )
    with pytest.raises(CorpusError, match="not valid GB18030, which auto chose"):
        list(utf8_blocks(iter([blocks[1], b"\xff\n"]), Reading("auto"), "a.txt", [].append))


def test_auto_with_neither():
    with pytest.raises(CorpusError, match=r"byte 4 \(line 1\): not valid GB18030, which auto"):
        read("好啊".encode("gb18030") + b"\xff\n", "auto")


def test_a_character_cut_off_by_the_end_is_gb18030_if_it_can_be():
    assert guess(b"\xe4\xb8", final=False) == "utf-8"
    assert guess(b"\xe4\xb8", final=True) == "gb18030"
    assert guess(b"ascii", final=True) is None
