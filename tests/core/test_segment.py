"""core/segment: text into tokens."""

import logging
import os
import signal
import subprocess
import sys
import time
import unicodedata
import warnings
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nlptool.core import jieba_tables, segment, workers
from nlptool.core.characters import characters, pairs
from nlptool.core.jieba_cut import cutter
from nlptool.core.report import Note
from nlptool.core.segment import choose, segment_blocks, segmented
from nlptool.core.stream import Stream
from nlptool.errors import ConfigError, CorpusError, RunError

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    import jieba

RAW = """　　新华社北京10月16日电（记者张三）中国经济持续回升向好，前三季度GDP同比增长5.2%。
我们来到北京清华大学，研究生命起源！

He said: "The price is 3.14 dollars."\tC++ 和 Python3 的区别
"""
NEWS = Path(__file__).parents[3] / "shared/data/cws/pku_train.txt"

# What is hard: white space of all kinds, letters beside Han, symbols, rare and astral Han.
HARD = "中国人民研究生命起源的我们a1Z.%-_+#é你\t 　\x0b\x1c\x85\u2028\r"
HARD += "𠀀😀한글かなア。，!“”ａ１²½\u0301"


def stream_of(*blocks: bytes) -> Stream[bytes]:
    return Stream(lambda: iter(blocks))


def by_jieba(text: str, tokenizer: jieba.Tokenizer) -> str:
    return "\n".join(
        " ".join(word for word in tokenizer.cut(line) if word.strip()) for line in text.split("\n")
    )


def by_characters(text: str) -> str:
    """The slow twin of `characters`."""

    def is_letter(char: str) -> bool:
        alphabet = char < "⺀" or "\ua000" <= char < "\ud800" or "\ufb00" <= char < "\uff66"
        return alphabet and unicodedata.category(char) in {
            "Lu",
            "Ll",
            "Lt",
            "Lm",
            "Lo",
            "Mn",
            "Mc",
            "Nd",
        }

    lines = []
    for line in text.split("\n"):
        shown = "".join(line[:1])
        for left, right in pairwise(line):
            shown += right if is_letter(left) and is_letter(right) else " " + right
        lines.append(" ".join(shown.split()))
    return "\n".join(lines)


@pytest.fixture(scope="module")
def original(tmp_path_factory: pytest.TempPathFactory) -> jieba.Tokenizer:
    """Jieba as it is, with its own way to its dictionary."""
    jieba.setLogLevel(logging.CRITICAL)
    tokenizer = jieba.Tokenizer()
    tokenizer.tmp_dir = str(tmp_path_factory.mktemp("jieba"))
    tokenizer.initialize()
    return tokenizer


def test_the_dictionary_is_jiebas(original: jieba.Tokenizer) -> None:
    from nlptool.core.jieba_cut import _dictionary

    assert _dictionary() == (original.FREQ, original.total)


@pytest.mark.parametrize("brief", [False, True])
def test_jieba_equals_jieba(original: jieba.Tokenizer, brief: bool) -> None:
    lines = RAW
    if NEWS.exists():
        lines += NEWS.read_text("utf-8")[:60_000].replace(" ", "")
    assert cutter(brief=brief)(lines.encode()).decode() == by_jieba(lines, original)


@settings(max_examples=60, deadline=None)
@given(st.text(st.sampled_from(HARD + "\n"), max_size=60))
def test_jieba_equals_jieba_on_odd_text(original: jieba.Tokenizer, text: str) -> None:
    expected = by_jieba(text, original)
    assert cutter()(text.encode()).decode() == expected
    assert cutter(brief=True)(text.encode()).decode() == expected


@settings(deadline=None)
@given(st.text(st.sampled_from(HARD + "\n") | st.characters(exclude_categories=["Cs"])))
def test_characters_equal_naive(text: str) -> None:
    assert characters(text.encode()).decode() == by_characters(text)


def test_characters_by_hand() -> None:
    text = "我在GitHub上看C++ 11，花了￥3.5！\n\n  \n naïve café Ｋ线"
    assert characters(text.encode()).decode() == (
        "我 在 GitHub 上 看 C + + 11 ， 花 了 ￥ 3 . 5 ！\n\n\nnaïve café Ｋ 线"
    )


def by_pairs(text: str) -> str:
    """The slow twin of `pairs`."""
    return "\n".join(
        " ".join(a + b for a, b in pairwise(line) if not (a.isspace() or b.isspace()))
        for line in text.split("\n")
    )


@settings(max_examples=300, deadline=None)
@given(st.text(st.sampled_from(HARD + "\n\n \n") | st.characters(exclude_categories=["Cs"])))
def test_pairs_equal_naive(text: str) -> None:
    assert pairs(text.encode()).decode() == by_pairs(text)


def test_pairs_by_hand() -> None:
    text = "中国人\n\n我 在b\n一\n𠀀。"
    assert pairs(text.encode()).decode() == "中国 国人\n\n在b\n\n𠀀。"
    blocks = [b"".join(segment_blocks(stream_of(text.encode()), "pairs"))]
    assert blocks == [pairs(text.encode())]


def test_spaces_are_left_as_they_are() -> None:
    blocks = [b"a  b\n", b"\n c\n"]
    assert list(segment_blocks(stream_of(*blocks), "space")) == blocks


@pytest.mark.parametrize("how", ["char", "jieba"])
def test_every_line_gives_one_line(how: str) -> None:
    text = "\n\n我们来到北京\n \n　\n清华大学\n\n".encode()
    lines = b"".join(segment_blocks(stream_of(text[:2], text[2:]), how)).split(b"\n")
    assert [bool(line) for line in lines] == [False, False, True, False, False, True, False, False]


@settings(max_examples=40, deadline=None)
@given(st.text(st.sampled_from("我们研究生命ab1 ，。\n"), max_size=80), st.data())
def test_blocks_do_not_show(text: str, data: st.DataObject) -> None:
    """Wherever blocks and pieces end, the result is that of the whole text."""
    whole = (text + "\n").encode()
    cuts = sorted(data.draw(st.lists(st.integers(0, len(text)), max_size=4)))
    edges = [len(text[:cut].encode()) for cut in cuts]
    blocks = [whole[a:b] for a, b in pairwise([0, *edges, len(whole)])]
    for how, expected in (("jieba", cutter()(whole)), ("char", characters(whole))):
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(segment, "PIECE", 6)
            patch.setattr(segment, "SHORT", data.draw(st.sampled_from([0, 1 << 14])))
            assert b"".join(segment_blocks(stream_of(*blocks), how)) == expected


@pytest.mark.parametrize("how", ["jieba", "char"])
def test_a_long_line_is_cut_at_a_separator(how: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(segment, "LONGEST", 300)
    monkeypatch.setattr(segment, "SHORT", 0)
    text = ("我们研究生命起源，" * 100 + "\n" + "再来 " * 200 + "\n").encode()
    blocks = [text[start : start + 270] for start in range(0, len(text), 270)]
    pieces = list(segment._pieces(blocks))
    assert b"".join(pieces) == text
    assert max(map(len, pieces)) < 600
    cut = {"jieba": cutter(), "char": characters}[how]
    assert b"".join(segment_blocks(stream_of(*blocks), how)) == cut(text)


def test_a_long_line_without_separators_goes_on(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(segment, "LONGEST", 300)
    blocks = ["的".encode() * 200] * 3 + [b"\n"]
    tokens = b"".join(segment_blocks(stream_of(*blocks), "char"))
    assert tokens == " ".join("的" * 600).encode() + b"\n"


def test_processes_change_nothing() -> None:
    block = (RAW * 30).encode()
    blocks = stream_of(*[block] * 60)
    one = b"".join(segment_blocks(blocks, "jieba-original", threads=1))
    assert b"".join(segment_blocks(blocks, "jieba-original", threads=2)) == one
    assert one.count(b"\n") == block.count(b"\n") * 60


@pytest.mark.parametrize("threads", [1, 2, 3])
def test_kernels_give_what_jieba_gives(threads: int) -> None:
    block = (RAW * 100).encode()
    blocks = stream_of(*[block] * 9)
    tokens = b"".join(segment_blocks(blocks, "jieba", threads=threads))
    assert tokens == cutter()(RAW.encode()) * 900


def test_kernels_and_jieba_are_both_called_jieba() -> None:
    text = "我爱北京\n".encode()
    for how in ("jieba", "jieba-original"):
        assert segmented(stream_of(text), how)[0] == "jieba"


def test_nothing_is_compiled_for_a_short_text() -> None:
    code = """
import sys
from nlptool.core.segment import segment_blocks
from nlptool.core.stream import Stream
for blocks in ([], ["我爱北京\\n".encode(), "我爱\\n".encode()]):
    for block in segment_blocks(Stream(lambda: iter(blocks)), "jieba", threads=2):
        sys.stdout.buffer.write(block)
assert "numba" not in sys.modules
"""
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=Path(segment.__file__).parents[2],
        capture_output=True,
        check=False,
    )
    assert (done.stdout.decode(), done.stderr.decode()) == ("我 爱 北京\n我 爱\n", "")


@pytest.mark.parametrize("n_lines", [30, 1300])
def test_much_text_is_for_the_kernels(n_lines: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whether it comes in small pieces or at once."""
    called = []

    def watched(words: list[tuple[str, int | None]]) -> object:
        called.append(words)
        return cutter(words)

    monkeypatch.setattr(jieba_tables, "cutter", watched)
    monkeypatch.setattr(segment, "ALONE", 3000)
    block = "我爱北京\n".encode() * n_lines
    tokens = b"".join(segment_blocks(stream_of(*[block] * 20), "jieba"))
    assert tokens == cutter()(block * 20)
    assert called == [[]]


def test_a_jieba_that_is_not_known_cuts_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(jieba_tables, "cutter", lambda _: None)
    notes: list[Note] = []
    text = "我爱北京\n".encode() * 2000
    tokens = segment_blocks(stream_of(text), "jieba", report=notes.append)  # type: ignore[arg-type]
    assert b"".join(tokens) == "我 爱 北京\n".encode() * 2000
    assert [note.text for note in notes] == [
        "the installed jieba or its dictionary was changed: it cuts itself, slowly"
    ]


def test_small_input_starts_no_process(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workers, "_start", lambda _: pytest.fail("a process was started"))
    assert list(segment_blocks(stream_of("我爱北京\n".encode()), "jieba-original", threads=8))


def test_without_processes_it_works_here(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(_: object) -> workers.Worker:
        raise OSError(24, "Too many open files")

    monkeypatch.setattr(workers, "_start", refuse)
    monkeypatch.setattr(segment, "ALONE", 1)
    blocks = stream_of(*["我爱北京\n".encode()] * 3)
    assert (
        b"".join(segment_blocks(blocks, "jieba-original", threads=2)) == "我 爱 北京\n".encode() * 3
    )


def test_a_dead_worker_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    started = []
    start = workers._start

    def watched(words: list[tuple[str, int | None]]) -> workers.Worker:
        started.append(start(words))
        return started[-1]

    monkeypatch.setattr(workers, "_start", watched)
    monkeypatch.setattr(segment, "ALONE", 1)
    results = iter(segment_blocks(stream_of(*[RAW.encode()] * 50), "jieba-original", threads=2))
    next(results), next(results)
    for worker in started:
        worker.kill()
    with pytest.raises(RunError, match="a worker process ended with signal 9"):
        list(results)
    assert all(worker.poll() is not None for worker in started)


def test_an_end_before_the_end_leaves_no_process(monkeypatch: pytest.MonkeyPatch) -> None:
    started = []
    start = workers._start
    monkeypatch.setattr(
        workers, "_start", lambda words: started.append(start(words)) or started[-1]
    )
    monkeypatch.setattr(segment, "ALONE", 1)
    results = iter(segment_blocks(stream_of(*[RAW.encode()] * 50), "jieba-original", threads=2))
    next(results), next(results)
    results.close()  # type: ignore[attr-defined]  # it is a generator
    assert started
    assert all(worker.poll() is not None for worker in started)


def test_workers_end_with_their_parent(tmp_path: Path) -> None:
    code = f"""
import sys
sys.path.insert(0, {str(Path(segment.__file__).parents[2])!r})
from nlptool.core import jieba_tables, segment, workers
from nlptool.core.stream import Stream
segment.ALONE = 1
blocks = Stream(lambda: iter(["我爱北京\\n".encode()] * 9))
start = workers._start
def told(words):
    worker = start(words)
    print(worker.pid, flush=True)
    return worker
workers._start = told
results = iter(segment.segment_blocks(blocks, "jieba-original", threads=2))
next(results), next(results), next(results)
print("ready", flush=True)
input()
"""
    parent = subprocess.Popen(
        [sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert parent.stdout
    pids = []
    while (line := parent.stdout.readline().strip()) != "ready":
        assert line
        pids.append(int(line))
    parent.send_signal(signal.SIGKILL)
    parent.communicate()
    assert pids
    deadline = time.monotonic() + 10
    while any(Path(f"/proc/{pid}/cmdline").exists() and _alive(pid) for pid in pids):
        assert time.monotonic() < deadline
        time.sleep(0.05)


def _alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


@pytest.mark.parametrize("how", ["jieba", "jieba-original"])
def test_what_is_slow_in_coming_holds_nothing_back(
    how: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(segment, "ALONE", 1)
    monkeypatch.setattr(segment, "SHORT", 0)
    given_out = 0

    def slow() -> object:
        for number in range(6):
            assert given_out == number
            yield "我爱北京\n".encode()

    results = segment_blocks(Stream(slow), how, threads=2, ready=lambda: False)
    for _ in results:
        given_out += 1
    assert given_out == 6


@pytest.mark.parametrize("how", ["jieba", "jieba-original"])
def test_text_before_an_error_is_given(how: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(segment, "ALONE", 1)
    monkeypatch.setattr(segment, "SHORT", 0)

    def broken() -> object:
        yield from ["我爱北京\n".encode()] * 5
        raise CorpusError("x:6: broken")

    found = []
    with pytest.raises(CorpusError, match="x:6"):
        found.extend(segment_blocks(Stream(broken), how, threads=2))
    results = []
    with pytest.raises(CorpusError):
        for block in segment_blocks(Stream(broken), how, threads=2):
            results.append(block)
    assert b"".join(results) == "我 爱 北京\n".encode() * 5


def test_a_planted_cache_is_not_read(tmp_path: Path) -> None:
    import marshal

    (tmp_path / "jieba.cache").write_bytes(marshal.dumps(({"爱北": 10**9, "爱": 0}, 10**9)))
    before = sorted(tmp_path.iterdir())
    code = """
import sys, io
from nlptool.core.segment import segment_blocks
from nlptool.core.stream import Stream
text = "我爱北京\\n".encode()
for how in ("jieba-original", "jieba"):
    out = b"".join(segment_blocks(Stream(lambda: iter([text] * 25_000)), how, threads=2))
    assert out == "我 爱 北京\\n".encode() * 25_000
assert "pkg_resources" not in sys.modules
"""
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", code],
        env=os.environ | {"TMPDIR": str(tmp_path)},
        cwd=Path(segment.__file__).parents[2],
        capture_output=True,
        check=False,
    )
    assert (done.returncode, done.stderr.decode()) == (0, "")
    assert sorted(tmp_path.iterdir()) == before


RAW_NEWS = "新华社北京电，中国经济持续回升向好。\n各地区各部门认真贯彻落实。\n"
SEGMENTED = "新华社 北京 电 ， 中国 经济 持续 回升 向 好 。\n各 地区 各 部门 认真 贯彻 落实 。\n"


@pytest.mark.parametrize(
    ("text", "how"),
    [
        (RAW_NEWS, "jieba"),
        (SEGMENTED, "space"),
        (SEGMENTED.replace(" ", "　"), "space"),
        (" ".join(RAW_NEWS), "space"),
        ("The quick brown fox jumps over the lazy dog.\n", "space"),
        ("Beijing (北京) is the capital of China, and has been so for a long time.\n", "space"),
        ("Das Mädchen aß Äpfel; это русский текст.\n", "space"),
        ("用Python的NumPy库做矩阵运算, 比for循环快得多\n", "jieba"),
        ("我爱你\n", "jieba"),
        ("北京 天气预报 明天\n", "jieba"),
        ("中国\n美国\n", "jieba"),
        ("", "space"),
        ("\n  \n123 456\n", "space"),
    ],
)
def test_choose(text: str, how: str) -> None:
    assert choose(text.encode()) == how


def test_choose_looks_past_half_a_character() -> None:
    assert choose(RAW_NEWS.encode()[:40]) == "jieba"


@pytest.mark.parametrize(
    ("text", "how", "said"),
    [
        (RAW_NEWS, "jieba", "Chinese without spaces between words: segmenting with jieba"),
        (SEGMENTED, "space", "words have spaces between them: taken as they are"),
    ],
)
def test_auto_loses_nothing_and_says_what_it_chose(text: str, how: str, said: str) -> None:
    once = iter([text.encode(), "再见\n".encode()])
    notes: list[Note] = []
    found, tokens = segmented(Stream(lambda: once), report=notes.append)  # type: ignore[arg-type]
    assert found == how
    assert b"".join(tokens).count(b"\n") == 3
    assert [note.text for note in notes] == [f"{said} (--segment {how})"]


def test_auto_can_be_read_again() -> None:
    _, tokens = segmented(stream_of(RAW_NEWS.encode()))
    assert list(tokens) == list(tokens)


def test_auto_of_nothing_is_silent() -> None:
    how, tokens = segmented(stream_of(), report=lambda _: pytest.fail("it spoke"))
    assert (how, list(tokens)) == ("space", [])


def test_any_callable_segments() -> None:
    how, tokens = segmented(stream_of(b"ab\n", b"c\n"), lambda text: text.upper())
    assert (how, list(tokens)) == ("custom", [b"AB\n", b"C\n"])


def test_an_unknown_segmenter() -> None:
    with pytest.raises(
        ConfigError,
        match=r"^--segment: 'pkuseg', expected one of auto, space, char, pairs, jieba, jieba-orig",
    ):
        segmented(stream_of(), "pkuseg")


def test_a_dictionary_needs_jieba(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"^--user-dict: given, but only --segment jieba"):
        segment_blocks(stream_of(), "char", user_dict=str(tmp_path))


def write(folder: Path, text: str) -> str:
    path = folder / "words.txt"
    path.write_text(text, "utf-8")
    return str(path)


@pytest.mark.parametrize(
    ("entries", "expected"),
    [
        ("爱北京 100000\n", "我 爱北京 天安门"),
        ("爱北京\n", "我 爱北京 天安门"),
        ("\n爱北京天安门 3 ns\n\n", "我 爱北京天安门"),
        ("爱北京\tnz\n", "我 爱北京 天安门"),
        ("天安门 0\n", "我 爱 北京 天安 门"),
    ],
)
@pytest.mark.parametrize("how", ["jieba", "jieba-original"])
def test_user_dict(
    tmp_path: Path, entries: str, expected: str, how: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(segment, "SHORT", 0)
    path = write(tmp_path, entries)
    text = stream_of("我爱北京天安门\n".encode())
    tokens = b"".join(segment_blocks(text, how, user_dict=path))
    assert tokens.decode() == expected + "\n"
    # The next one, without the words, knows nothing of them.
    assert b"".join(segment_blocks(text, how)).decode() == "我 爱 北京 天安门\n"


@pytest.mark.parametrize("short", [0, 1 << 14])
def test_user_dict_equals_jiebas_own(
    tmp_path: Path, short: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(segment, "SHORT", short)
    text = "云计算是李小福和创新办的八一双鹿，石墨烯凱特琳台中\n"
    entries = "云计算 5\n李小福 2 nr\n创新办 3 i\n八一双鹿 3 nz\n凱特琳 nz\n台中\n石墨烯 0\n"
    path = write(tmp_path, entries)
    tokenizer = jieba.Tokenizer()
    tokenizer.tmp_dir = str(tmp_path)
    tokenizer.load_userdict(path)
    expected = by_jieba(text, tokenizer)
    jieba.finalseg.Force_Split_Words.clear()
    blocks = stream_of(text.encode())
    assert b"".join(segment_blocks(blocks, "jieba", user_dict=path)).decode() == expected


def test_user_dict_reaches_the_processes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(segment, "ALONE", 1)
    path = write(tmp_path, "爱北京 100000\n")
    blocks = stream_of(*["我爱北京\n".encode()] * 9)
    tokens = b"".join(segment_blocks(blocks, "jieba-original", threads=2, user_dict=path))
    assert tokens == "我 爱北京\n".encode() * 9


def test_user_dict_that_is_not_used_is_told(tmp_path: Path) -> None:
    path = write(tmp_path, "好 3\n")
    notes: list[Note] = []
    segmented(stream_of(SEGMENTED.encode()), user_dict=path, report=notes.append)  # type: ignore[arg-type]
    assert notes[1].text == f"{path}: not used, as jieba is not; --segment jieba uses it"
