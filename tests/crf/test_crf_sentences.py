import pytest

from nlptool.crf.sentences import Sentence, packed


def test_characters_and_words() -> None:
    characters = Sentence("我爱你", "SSS")
    words = Sentence(("New", "York"), ("B-LOC", "I-LOC"), (("NNP", "NNP"),), 3, "a.bio")
    assert characters.is_characters and not words.is_characters
    assert (characters.text, words.text) == ("我爱你", "New York")
    assert (len(characters), len(words)) == (3, 2)


def test_what_is_not_as_long() -> None:
    with pytest.raises(ValueError, match=r"^2 labels for 3 tokens$"):
        Sentence("我爱你", "SS")
    with pytest.raises(ValueError, match=r"^1 in a column beside 3 tokens$"):
        Sentence("我爱你", None, (("x",),))


def test_packed() -> None:
    assert packed(["我", "爱"]) == "我爱"
    assert packed(["我", "爱你"]) == ("我", "爱你")
    # As many characters as strings, but not one each.
    assert packed(["我爱", ""]) == ("我爱", "")
    assert packed([]) == ""
    assert packed("我爱") == "我爱"
