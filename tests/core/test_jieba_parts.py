"""core/jieba_parts: every part of speech that jieba may give."""

from nlptool.core.jieba_parts import PARTS
from nlptool.core.jieba_tags import tags


def test_all_of_the_dictionary_and_the_model() -> None:
    import jieba.posseg  # slow to load, warns

    of_model = {part for _, part in jieba.posseg.start_P}
    assert {*tags().values(), *of_model, "x", "m", "eng"} == set(PARTS)
    assert list(PARTS) == sorted(PARTS)
