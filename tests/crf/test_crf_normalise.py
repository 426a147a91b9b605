import numpy as np
import pytest

from nlptool.crf.normalise import N_POINTS, changes, check_normalise, normal_points
from nlptool.errors import ConfigError


def normalised(text: str, *hows: str) -> str:
    points = normal_points(hows)
    assert text.translate(changes(hows)) == "".join(chr(points[ord(char)]) for char in text)
    return text.translate(changes(hows))


def test_nothing_changes_unless_asked_for() -> None:
    assert (normal_points(()) == np.arange(N_POINTS)).all()


def test_width_and_case() -> None:
    text = "Ａ１％　ａBÀΣЖԱ中İß"
    assert normalised(text, "width") == "A1% aBÀΣЖԱ中İß"
    assert normalised(text, "case") == "ａ１％　ａbàσжա中İß"
    assert normalised(text, "width", "case") == "a1% abàσжա中İß"


def test_what_is_normal_stays() -> None:
    for hows in (("width",), ("case",), ("width", "case")):
        points = normal_points(hows)
        assert (points[points] == points).all()


def test_check() -> None:
    assert check_normalise(["case", "width", "case"]) == ("width", "case")
    assert check_normalise([]) == ()
    with pytest.raises(ConfigError) as error:
        check_normalise(["nfkc"])
    assert str(error.value) == "--normalise: 'nfkc', expected some of width, case"
