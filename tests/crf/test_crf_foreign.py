import pytest

from nlptool.crf.foreign import Matcher, Pattern, pattern_of
from nlptool.errors import ModelError


def test_a_template_is_what_stands_between_its_places() -> None:
    assert pattern_of("U05:%x[-1,0]/%x[0,1]") == Pattern(("U05:", "/", ""), ((-1, 0), (0, 1)))
    assert pattern_of("B", edge=True) == Pattern(("B",), (), True)


def test_a_name_is_taken_apart() -> None:
    pair = pattern_of("U05:%x[-1,0]/%x[0,0]")
    assert pair.expand(["北", "京"]) == "U05:北/京"
    assert list(pair.ways("U05:北/京")) == [("北", "京")]
    assert list(pair.ways("U06:北/京")) == []
    assert list(pair.ways("U05:/京")) == []
    assert list(pair.ways("U05:北/")) == []
    assert list(pattern_of("B").ways("B")) == [()]
    assert list(pattern_of("B").ways("B1")) == []


def test_a_name_that_holds_the_separator_has_several_ways() -> None:
    pair = pattern_of("U05:%x[-1,0]/%x[0,0]")
    assert list(pair.ways("U05:///")) == [("/", "/")]
    assert list(pair.ways("U05:1/2/3")) == [("1", "2/3"), ("1/2", "3")]


def test_places_without_a_separator() -> None:
    assert list(pattern_of("U:%x[0,0]%x[1,0]").ways("U:abc")) == [("a", "bc"), ("ab", "c")]


def test_what_stands_behind_the_last_place() -> None:
    assert list(pattern_of("U:<%x[0,0]>").ways("U:<a>")) == [("a",)]
    assert list(pattern_of("U:<%x[0,0]>").ways("U:<a")) == []


def test_patterns_with_one_name() -> None:
    matcher = Matcher([pattern_of("U:%x[0,0]"), pattern_of("U:%x[1,0]"), pattern_of("U1:%x[0,0]")])
    assert matcher.ways("U:a", "m:1") == [(0, ("a",)), (1, ("a",))]
    assert matcher.ways("U1:a", "m:1") == [(2, ("a",))]
    assert matcher.ways("X", "m:1") == []


def test_too_many_ways() -> None:
    matcher = Matcher([pattern_of("U:%x[0,0]/%x[1,0]/%x[2,0]")])
    with pytest.raises(ModelError) as error:
        matcher.ways("U:" + "/" * 1000, "m:7")
    assert str(error.value) == f"m:7: 'U:{'/' * 38}'..., expected one feature, not many"
