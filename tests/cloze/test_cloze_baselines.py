"""What can be had without reading."""

from nlptool.cloze.baselines import (
    BASELINES,
    candidates,
    is_word,
    most_frequent,
    most_frequent_long,
    nearest,
    question_only,
    random_word,
)
from nlptool.cloze.questions import BLANK, question

ONE = question(
    "<qid_0>",
    [
        ["的", "小猴", "的", "，", "桃子", "的"],
        ["妈妈", "桃子", "好"],
        [BLANK, "，", "好", "猴"],
    ],
    answers=["桃子"],
)


def test_words_that_may_be_answers():
    assert [word for word in ("好", "A股", "5", "，", BLANK, "……") if is_word(word)] == [
        "好",
        "A股",
        "5",
    ]
    assert [ONE.words[place] for place in candidates(ONE)].count("的") == 3


def test_worked_by_hand():
    blank = ONE.blanks[0]
    assert most_frequent(ONE, blank) == "的"
    assert most_frequent_long(ONE, blank) == "桃子"
    assert nearest(ONE, blank) == "桃子"
    assert {random_word(ONE, blank, seed) for seed in range(60)} == {
        "的",
        "小猴",
        "桃子",
        "妈妈",
        "好",
        "猴",
    }
    assert random_word(ONE, blank) == random_word(ONE, blank)


def test_nothing_to_choose_from():
    empty = question("a", [[BLANK, "。"]])
    assert [guess(empty, 0) for guess in BASELINES.values()] == [""] * len(BASELINES)
    assert question_only(empty).words == (BLANK, "。")


def test_the_question_alone():
    alone = question_only(ONE)
    assert alone.words == ("好", "妈妈", "小猴", "桃子", "猴", "的", BLANK, "，", "好", "猴")
    assert alone.starts == (0, 6)
    assert (alone.blanks, alone.answers) == ((6,), ("桃子",))
