import pytest

from nlptool.core.text import is_han
from nlptool.crf.character_types import TYPES, type_of, type_of_points


@pytest.mark.parametrize(
    ("token", "name"),
    [
        ("中", "han"),
        ("\U00020000", "han"),
        ("々", "han"),
        ("三", "numeral"),
        ("〇", "numeral"),
        ("年", "date"),
        ("7", "digit"),
        ("７", "digit"),
        ("x", "letter"),
        ("Ｘ", "letter"),
        ("é", "letter"),
        ("Ж", "letter"),
        ("の", "kana"),
        ("한", "hangul"),
        ("，", "stop"),
        (",", "stop"),
        ("《", "mark"),
        ("“", "mark"),
        ("(", "mark"),
        ("％", "mark"),
        ("№", "symbol"),
        ("→", "symbol"),
        ("😀", "symbol"),
        (" ", "space"),
        ("\u3000", "space"),
        ("\u0001", "other"),
        ("2026", "digit"),
        ("第2", "mixed"),
    ],
)
def test_types(token: str, name: str) -> None:
    assert TYPES[type_of(token)] == name


def test_han_is_what_core_calls_han() -> None:
    han = [TYPES.index(name) for name in ("han", "numeral", "date")]
    table = type_of_points()
    for point in (*range(0x2E00, 0x3400), *range(0x3400, 0xFB00, 37), *range(0x1FFFE, 0x20002)):
        assert (table[point] in han) == is_han(chr(point)), hex(point)
