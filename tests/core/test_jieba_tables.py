"""core/jieba_tables: the dictionary, the user's words, and when jieba itself has to cut."""

import random
from collections.abc import Iterator
from pathlib import Path
from shutil import copytree

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nlptool.core import jieba_cut, jieba_tables
from nlptool.core.jieba_tables import cutter

Words = list[tuple[str, int | None]]

TEXT = """我们在北京大学研究生命起源，云计算和石墨烯
李小福是创新办主任也是云计算方面的专家 AT&T 3.14% C++编程 γ射线 T恤
台中正确应该不会被切开，“台中”是「台湾台中」；凱特琳 easy_install is great
"""

# Few characters, so that words meet; some are no word, not known to jieba, or no text to it.
CHARS = "北京大学研究生命起源云计算台中的aB3.%-，/γ𠀀\u9fd6"


@pytest.fixture
def other_jieba(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A copy of jieba's files that a test may change."""
    folder = tmp_path / "jieba"
    copytree(jieba_tables.folder(), folder)
    forget()
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.delitem(__import__("sys").modules, "jieba")
    yield folder
    forget()


def forget() -> None:
    for cached in (
        jieba_tables.folder,
        jieba_tables._installed,
        jieba_tables._hmm,
        jieba_tables._module,
    ):
        cached.cache_clear()  # type: ignore[attr-defined]  # they are caches


def assert_same(words: Words, text: str) -> None:
    cut = cutter(words)
    assert cut is not None
    assert cut(text.encode()).decode() == jieba_cut.cutter(words)(text.encode()).decode(), words


def test_the_dictionary_is_jiebas() -> None:
    counts, total = jieba_cut._dictionary()
    words = jieba_tables._installed(20)
    assert words.total == total
    assert words.n_nodes == len(counts)
    assert sorted(words.values) == sorted(set(counts.values()))


@pytest.mark.parametrize(
    "words",
    [
        [],
        [("云计算", 5), ("李小福", 2), ("创新办", 3)],
        [("云计算", None), ("石墨烯", None), ("凱特琳", None), ("台中", None)],
        [("北京大学", 0), ("北京", 0), ("研究生", 0)],
        [("李小福", 0), ("福是", 0)],
        [("云计算", 0), ("云计算", 10)],
        [("云计算", 10), ("云计算", 0)],
        [("台", 0), ("中", 10**9)],
        [("AT&T", 0), ("C++", 3), ("3.14%", None), ("easy_install", 1)],
        [("γ", 3), ("γ射线", None), ("，", 5), ("/", 2), ("北/京", None)],
        [("射", None), ("京大学研", None), ("京大学", None), ("大学", None)],
        [("北京大学研究生命", 999_999_999_999_999), ("起源", None)],
        [("a", None), ("ab1", None), ("GDP增长", None), ("增长ab", None)],
    ],
)  # fmt: skip
def test_user_words(words: Words) -> None:
    assert_same(words, TEXT + "".join(word for word, _ in words) * 3 + TEXT)


@settings(max_examples=40, deadline=None)
@given(
    st.lists(
        st.tuples(
            st.text(CHARS, min_size=1, max_size=4),
            st.none() | st.sampled_from([0, 1, 5, 5, 3000]) | st.integers(0, 10**15 - 1),
        ),
        max_size=6,
    ),
    st.text(CHARS, max_size=60),
)
def test_any_user_words(words: Words, text: str) -> None:
    assert_same(words, text + "\n" + "".join(word for word, _ in words) * 2 + text)


def test_ties_go_to_the_longer_word() -> None:
    words: Words = [
        (word, 7) for word in ("甪乙", "乙丙", "丙丁", "甪", "乙", "丙", "丁", "乙丙丁")
    ]
    assert_same(words, "甪乙丙丁\n乙丙丁甪乙\n丙丁乙丙\n甪乙乙丙丁丁")


def test_words_of_one_do_not_reach_the_next() -> None:
    assert cutter([("京大", 10**9), ("北京", 0)]) is not None
    assert_same([], TEXT)


def test_many_words_make_the_table_grow() -> None:
    drawn = random.Random(1)
    han = [chr(point) for point in range(0x4E00, 0x9FD6)]
    words: Words = [("".join(drawn.choices(han, k=5)), drawn.randrange(9)) for _ in range(70_000)]
    assert_same(words, "".join(word for word, _ in words[:2000]))
    assert len(jieba_tables._installed(21).table) == 1 << 21


@pytest.mark.parametrize("word", ["a b", "a\n", "\x01"])
def test_words_with_white_space_are_left_to_jieba(word: str) -> None:
    assert cutter([(word, 5)]) is None


def test_too_many_counts_are_left_to_jieba(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(jieba_tables, "MOST_COUNTS", 5090)
    assert cutter([("好" * (n + 1), 10**6 + n) for n in range(9)]) is None
    monkeypatch.setattr(jieba_tables, "_LEAST_BITS", 24)
    assert cutter([("好", 1)]) is None


def test_jiebas_files_are_found_wherever_it_is(other_jieba: Path) -> None:
    assert jieba_tables.folder() == other_jieba
    assert_same([], TEXT)


def test_another_dictionary_in_the_same_form(other_jieba: Path) -> None:
    path = other_jieba / "dict.txt"
    path.write_bytes(path.read_bytes() + "我们在北京 1000000".encode())
    forget()
    cut = cutter()
    assert cut is not None
    assert cut("我们在北京".encode()).decode() == "我们在北京"


@pytest.mark.parametrize(
    ("name", "change"),
    [
        ("dict.txt", lambda _: "北京 很多\n".encode()),
        ("dict.txt", lambda _: b"\xff 3\n"),
        ("dict.txt", lambda _: b""),
        ("dict.txt", lambda _: None),
        ("__init__.py", lambda code: code.replace(b"0.42.1", b"0.43")),
        ("__init__.py", lambda _: b""),
        ("finalseg/prob_emit.py", lambda _: None),
    ],
)
def test_a_changed_jieba_is_left_to_itself(other_jieba: Path, name: str, change) -> None:  # type: ignore[no-untyped-def]
    path = other_jieba / name
    content = change(path.read_bytes())
    if content is None:
        path.unlink()
    else:
        path.write_bytes(content)
    forget()
    assert cutter() is None
