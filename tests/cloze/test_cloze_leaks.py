"""Stretches of text that are in another text too."""

import numpy as np

from nlptool.cloze.leaks import STRETCH, Leaks, han, keys

TEXT = "天地玄黄宇宙洪荒日月盈昃辰宿列张寒来暑往秋收冬藏闰余成岁律吕调阳云腾致雨露结为霜"


def touches(text, other):
    """Tell the same by looking at every stretch."""
    one, two = han(text), han(other)
    return any(one[at : at + STRETCH] in two for at in range(len(one) - STRETCH + 1))


def test_a_stretch_is_found_whatever_is_between_its_characters():
    leaks = Leaks(["1 ||| 天地 玄黄 ， XXXXX 宇宙\n", "洪荒。日月盈昃辰宿列张，寒来暑往"])
    assert leaks.touch("天 地 玄 黄 宇宙洪荒日月盈昃辰宿列张寒来，暑往")
    assert not leaks.touch("天地玄黄宇宙洪荒日月盈昃辰宿列张寒来暑")
    assert not leaks.touch("")
    assert not Leaks([]).touch(TEXT)
    assert not Leaks(["天地"]).touch("天地")


def test_the_same_as_by_looking_everywhere():
    rng = np.random.default_rng(1)
    for _ in range(300):
        low, high = sorted(rng.integers(0, len(TEXT), 2))
        other = TEXT[low:high] + "一" + TEXT[: rng.integers(0, 30)]
        begin = int(rng.integers(0, len(TEXT)))
        text = TEXT[begin : begin + int(rng.integers(0, 30))]
        assert Leaks([other]).touch(text) == touches(text, other)


def test_keys_are_of_stretches():
    assert len(keys("天" * (STRETCH - 1))) == 0
    assert len(keys("天" * (STRETCH + 1))) == 2
    assert keys(TEXT)[3] == keys(TEXT[3:])[0]
