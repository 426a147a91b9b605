"""`plot`: three kinds of file, deterministic, whole or not at all; its messages word for word."""

import sys
import xml.etree.ElementTree as ET

import numpy as np
import pytest

from nlptool.core.report import Note
from nlptool.errors import ConfigError, RunError
from nlptool.w2v.plot import plot

CHINESE = ["\u533b\u751f", "\u62a4\u58eb", "\u533b\u9662", "\u706b\u8f66", "\u8f66\u7ad9"]
ENGLISH = ["doctor", "nurse", "train", "station", "rain"]
SVG = "{http://www.w3.org/2000/svg}"


@pytest.fixture(autouse=True, scope="module")
def matplotlib_cache(tmp_path_factory):
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("MPLCONFIGDIR", str(tmp_path_factory.mktemp("matplotlib")))
        yield


@pytest.fixture
def no_fonts(monkeypatch):
    png = pytest.importorskip("nlptool.w2v.png")
    monkeypatch.setattr(png, "findSystemFonts", list)


def draw(path, words, **options):
    matrix = np.random.default_rng(2).standard_normal((len(words), 8)).astype(np.float32)
    near = [[(words[(i + 1) % len(words)], 0.5), ("elsewhere", 0.25)] for i in range(len(words))]
    plot(str(path), words, matrix, near, **options)
    return path.read_bytes()


@pytest.mark.parametrize("name", ["a.svg", "a.html", "a.png", "A.SVG"])
def test_the_same_bytes_each_time(tmp_path, name):
    first = draw(tmp_path / name, ENGLISH, seed=3)
    (tmp_path / "again").mkdir()
    assert draw(tmp_path / "again" / name, ENGLISH, seed=3) == first
    assert draw(tmp_path / name, ENGLISH, seed=4) != first
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted([name, "again"])


def test_svg_names_every_word_and_its_neighbours(tmp_path):
    tree = ET.fromstring(draw(tmp_path / "a.svg", CHINESE, title="\u5730\u56fe <1>"))
    assert tree.find(f"{SVG}title").text == "\u5730\u56fe <1>"
    assert sorted(text.text for text in tree.iter(f"{SVG}text")) == sorted(CHINESE)
    tips = [group.find(f"{SVG}title").text for group in tree.iter(f"{SVG}g")]
    assert tips[0] == "\u533b\u751f\n0.50 \u62a4\u58eb\n0.25 elsewhere"
    style = tree.find(f"{SVG}style").text
    assert '"Noto Sans CJK SC"' in style
    assert style.count("sans-serif") == 1
    assert "prefers-color-scheme:dark" in style


def test_svg_with_hostile_words_is_whole(tmp_path):
    words = [
        "</text><script>x</script>",
        "]]>",
        "&amp;",
        "\x00\x1b",
        "\ufffe",
        '"',
        "\ud800",
        "<!--",
    ]
    tree = ET.fromstring(draw(tmp_path / "a.svg", words, title="</title>&"))
    shown = {text.text for text in tree.iter(f"{SVG}text")}
    assert "</text><script>x</script>" in shown
    assert "\ufffd\ufffd" in shown
    assert not list(tree.iter(f"{SVG}script"))


def test_png_is_two_pixels_for_one_of_the_sheet(tmp_path, no_fonts):
    content = draw(tmp_path / "a.png", ENGLISH)
    assert content.startswith(b"\x89PNG\r\n\x1a\n")
    width, height = (int.from_bytes(content[at : at + 4], "big") for at in (16, 20))
    tree = ET.fromstring(draw(tmp_path / "a.svg", ENGLISH))
    assert (width, height) == (2 * int(tree.get("width")), 2 * int(tree.get("height")))
    for chunk in (b"tEXt", b"iTXt", b"tIME"):
        assert chunk not in content


def test_png_without_a_chinese_font(tmp_path, no_fonts):
    path = tmp_path / "a.png"
    with pytest.raises(ConfigError) as error:
        draw(path, [*ENGLISH, *CHINESE])
    assert str(error.value) == (
        f"{path}: no installed font can show 5 of 10 words, such as '\u533b\u751f'; install one "
        "that can (for Chinese: apt install fonts-noto-cjk, or dnf install "
        "google-noto-sans-cjk-fonts), or write .svg or .html"
    )
    assert not list(tmp_path.iterdir())


def test_png_with_one_word_that_no_font_shows(tmp_path, no_fonts):
    told = []
    words = [f"word{i}" for i in range(19)] + ["\u533b\u751f"]
    draw(tmp_path / "a.png", words, report=told.append)
    notes = [item.text for item in told if isinstance(item, Note)]
    assert notes == [
        f"{tmp_path}/a.png: no installed font can show all characters of '\u533b\u751f'"
    ]


def test_png_without_matplotlib(tmp_path, monkeypatch):
    monkeypatch.delitem(sys.modules, "nlptool.w2v.png", raising=False)
    monkeypatch.delattr("nlptool.w2v.png", raising=False)
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    path = tmp_path / "a.png"
    with pytest.raises(ConfigError) as error:
        draw(path, ENGLISH)
    assert str(error.value) == (
        f"{path}: matplotlib is not installed, and draws the PNG; "
        "pip install 'nlptool[plot]', or write .svg or .html"
    )
    draw(tmp_path / "a.svg", ENGLISH)
    draw(tmp_path / "a.html", ENGLISH)


def test_matplotlib_keeps_its_cache_in_ours(tmp_path, monkeypatch, no_fonts):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    monkeypatch.setenv("MPLCONFIGDIR", "so that it is put back")
    monkeypatch.delenv("MPLCONFIGDIR")
    draw(tmp_path / "a.png", ENGLISH)
    import os

    assert os.environ["MPLCONFIGDIR"] == f"{tmp_path}/nlptool/matplotlib"


@pytest.mark.parametrize(("name", "found"), [("map.pdf", ".pdf"), ("map", "no suffix")])
def test_another_suffix(tmp_path, name, found):
    with pytest.raises(ConfigError) as error:
        draw(tmp_path / name, ENGLISH)
    assert str(error.value) == f"{tmp_path}/{name}: {found}, expected .svg, .png or .html"


@pytest.mark.parametrize("n", [0, 2001])
def test_too_few_or_too_many_words(tmp_path, n):
    with pytest.raises(ConfigError) as error:
        draw(tmp_path / "a.svg", ["w"] * n)
    assert str(error.value) == f"{tmp_path}/a.svg: {n:,} words, expected 1 to 2,000 on a map"


def test_labels_without_room_are_told(tmp_path):
    told = []
    words = [f"a rather long label {i}" for i in range(60)]
    near = [[] for _ in words]
    plot(f"{tmp_path}/a.svg", words, np.ones((60, 3), np.float32), near, report=told.append)
    assert all(
        str(item.text).startswith(f"{tmp_path}/a.svg: no room for ")
        for item in told
        if isinstance(item, Note)
    )
    assert (tmp_path / "a.svg").read_bytes().count(b"<circle") == 60


def test_the_output_is_checked_before_the_work(tmp_path):
    def worked(_):
        raise AssertionError

    with pytest.raises(RunError):
        draw(tmp_path / "missing" / "a.svg", ENGLISH, report=worked)


def test_a_map_that_is_stopped_leaves_the_old_one(tmp_path):
    old = draw(tmp_path / "a.svg", ENGLISH)

    def stop(_):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        draw(tmp_path / "a.svg", CHINESE, report=stop)
    assert (tmp_path / "a.svg").read_bytes() == old
    assert [path.name for path in tmp_path.iterdir()] == ["a.svg"]


def test_only_a_png_loads_matplotlib():
    import subprocess

    code = "import nlptool.w2v.plot, sys; sys.exit('matplotlib' in sys.modules)"
    subprocess.run([sys.executable, "-c", code], check=True)
