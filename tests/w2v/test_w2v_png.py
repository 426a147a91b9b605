"""Fonts: the first that has all glyphs, read from the disk; never one that shows nothing."""

from pathlib import Path

import pytest

pytest.importorskip("matplotlib")

import matplotlib as mpl

from nlptool.w2v import png

BUNDLED = Path(mpl.get_data_path()) / "fonts" / "ttf"


@pytest.fixture
def installed(monkeypatch):
    paths = []
    monkeypatch.setattr(png, "findSystemFonts", lambda: paths)
    return paths


def test_the_bundled_font_is_always_there(installed):
    fonts = png.choose_fonts(["abc", "\u533b\u9662x"])
    assert [Path(font.path).name for font in fonts] == ["DejaVuSans.ttf"] * 2
    assert [font.lacks for font in fonts] == [frozenset(), frozenset("\u533b\u9662")]


def test_a_font_of_placeholders_is_not_taken_for_one_that_can_show(installed):
    installed += map(str, BUNDLED.glob("LastResort*"))
    (font,) = png.choose_fonts(["\u533b\u9662"])
    assert Path(font.path).name == "DejaVuSans.ttf"
    assert font.lacks


def test_a_font_that_lacks_less_is_taken(installed):
    # Double-struck digits, which the computer modern fonts do not have and STIX does.
    installed += [str(BUNDLED / "cmr10.ttf"), str(BUNDLED / "STIXGeneral.ttf")]
    only_stix = next(
        chr(code)
        for code in sorted(png.FT2Font(str(BUNDLED / "STIXGeneral.ttf")).get_charmap())
        if not png.FT2Font(str(BUNDLED / "DejaVuSans.ttf")).get_char_index(code)
    )
    plain, special = png.choose_fonts(["abc", only_stix])
    assert Path(plain.path).name == "DejaVuSans.ttf"
    assert Path(special.path).name == "STIXGeneral.ttf"
    assert not special.lacks


def test_damaged_fonts_are_passed_over(installed, tmp_path):
    (tmp_path / "bad.ttf").write_bytes(b"not a font")
    (tmp_path / "empty.ttf").write_bytes(b"")
    installed += [str(tmp_path / "bad.ttf"), str(tmp_path / "empty.ttf"), str(tmp_path / "no.ttf")]
    (font,) = png.choose_fonts(["abc"])
    assert not font.lacks


def test_a_chinese_font_shows_chinese():
    (font,) = png.choose_fonts(["\u533b\u9662 abc"])
    if Path(font.path).name == "DejaVuSans.ttf":
        pytest.skip("no Chinese font is installed")
    assert not font.lacks
