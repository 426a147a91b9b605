"""Questions in both forms, and what is wrong with some."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nlptool.cloze.questions import (
    BLANK,
    answer_line,
    is_questions,
    lines_of,
    parse_questions,
    question,
    read_answers,
    read_questions,
    split_words,
)
from nlptool.errors import CorpusError

INSIDE = """1 ||| 今天 天气 很 好 。
2 ||| 人们 说 XXXXX 真 好 。
<qid_7> ||| 人们 说 XXXXX 真 好 。

1 ||| 小猴 爱 吃 桃子 。
2 ||| 妈妈 买 来 XXXXX 。
<qid_8> ||| 妈妈 买 来 XXXXX 。
"""
APART = """1 ||| 小猫 有 耳朵 、 尾巴 。
2 ||| 文章 写 了 XXXXX 和 尾巴 。 ||| 耳朵
1 ||| 夏天 很 热 。
2 ||| XXXXX 热 。 ||| 夏天
"""


def parsed(text, **more):
    return list(parse_questions(text.split("\n"), "q.txt", **more))


def failing(text, **more):
    with pytest.raises(CorpusError) as caught:
        parsed(text, **more)
    return str(caught.value)


def test_the_form_of_cmrc():
    first, second = parsed(INSIDE, answers={"<qid_7>": ("天气",)})
    assert first.name == "<qid_7>"
    assert first.words == ("今天", "天气", "很", "好", "。", "人们", "说", BLANK, "真", "好", "。")
    assert (first.starts, first.blanks, first.answers) == ((0, 5), (7,), ("天气",))
    assert (first.where, first.apart) == ("q.txt:3", False)
    assert (second.name, second.blanks, second.answers) == ("<qid_8>", (8,), ())
    assert first.place(7) == (2, 3)
    assert first.place(0) == (1, 1)
    assert first.sentences()[1] == ("人们", "说", BLANK, "真", "好", "。")


def test_all_in_one_file_with_the_asking_line_apart():
    first, second = parsed(APART)
    assert (first.name, second.name) == ("<qid_0>", "<qid_1>")
    assert first.apart
    assert first.words[first.blanks[0]] == BLANK
    assert first.words[6:] == ("文章", "写", "了", BLANK, "和", "尾巴", "。")
    assert (first.answers, second.answers) == (("耳朵",), ("夏天",))


@pytest.mark.parametrize("text", [INSIDE, APART])
@pytest.mark.parametrize("together", [False, True])
def test_what_is_written_is_read_again(text, together):
    answers = {"<qid_7>": ("天气",), "<qid_8>": ("桃子",)}
    before = parsed(text, answers=answers)
    lines = [line for one in before for line in lines_of(one, together=together)]
    known = {one.name: one.answers for one in before}
    after = parsed("\n".join(lines), answers=None if together else known)
    assert [(a.name, a.words, a.starts, a.blanks, a.answers, a.apart) for a in after] == [
        (b.name, b.words, b.starts, b.blanks, b.answers, b.apart) for b in before
    ]


def test_the_asking_line_may_differ_a_little_from_that_of_the_passage():
    (one,) = parsed("1 ||| XXXXX 走 了\n2 ||| 他 见 XXXXX 来\n<qid_0> ||| ” 他 见 XXXXX 来 。")
    assert one.blanks == (5,)
    assert not one.apart


def test_several_blanks_are_asked_for_by_one_line():
    (one,) = parsed("1 ||| XXXXX 和 XXXXX 是 朋友\n<q> ||| XXXXX 和 XXXXX 是 朋友 ||| 小猫 小狗")
    assert one.blanks == (0, 2)
    assert one.answers == ("小猫", "小狗")


def test_a_blank_is_a_word_of_its_own():
    assert split_words("（XXXXX。 好") == ["（", BLANK, "。", "好"]
    assert is_questions("1 ||| 好")
    assert not is_questions("好")


def test_what_is_wrong():
    assert failing("1 ||| a ||| b ||| c") == (
        "q.txt:1: 4 fields, expected number ||| words, or number ||| words ||| answer"
    )
    assert failing("今天") == (
        "q.txt:1: 1 fields, expected number ||| words, or number ||| words ||| answer"
    )
    assert failing("1 ||| 好\n<qid_0> ||| 天气") == (
        "q.txt:2: no XXXXX, expected one where a word is missing"
    )
    assert failing("1 ||| XXXXX\n<qid_0> ||| 天气") == (
        "q.txt:2: no XXXXX, expected one in the line that asks"
    )
    assert failing("1 ||| 好\n\n2 ||| 天\n") == (
        "q.txt:4: the end, expected a line that asks: <qid_0> ||| words, or number ||| words "
        "||| answer"
    )
    assert failing("<qid_0> ||| XXXXX", answered=True) == (
        "q.txt:1: no answer to <qid_0>, expected one"
    )
    assert failing("<qid_0> ||| XXXXX XXXXX ||| 好") == (
        "q.txt:1: 1 answers, expected 2: one a blank"
    )


def test_a_question_of_sentences():
    one = question("a", [["好"], [], [BLANK, "来"]], answers=["好"])
    assert (one.words, one.starts, one.blanks) == (("好", BLANK, "来"), (0, 1), (1,))
    assert answer_line("a", ["好", "来"]) == "a ||| 好 来"


def test_files_of_answers(tmp_path):
    path = tmp_path / "a.answer"
    path.write_text("<qid_0> ||| 天气\n\n<qid_1> ||| 小猫 小狗\n", "utf-8")
    assert read_answers(str(path)) == {"<qid_0>": ("天气",), "<qid_1>": ("小猫", "小狗")}
    path.write_text("<qid_0> ||| 天气\n<qid_0> ||| 天\n", "utf-8")
    with pytest.raises(CorpusError) as caught:
        read_answers(str(path))
    assert str(caught.value) == f"{path}:2: <qid_0> again, expected each name once"
    path.write_text("天气\n", "utf-8")
    with pytest.raises(CorpusError) as caught:
        read_answers(str(path))
    assert str(caught.value) == f"{path}:1: 1 fields, expected name ||| word"


def test_files_of_questions_can_be_read_twice(tmp_path):
    path = tmp_path / "q.txt"
    path.write_text(APART, "utf-8")
    questions = read_questions([str(path)], answered=True)
    assert [one.name for one in questions] == ["<qid_0>", "<qid_1>"]
    assert [one.where for one in questions] == [f"{path}:2", f"{path}:4"]


PIECES = st.sampled_from(
    ["1", "<qid_0>", " ||| ", "|||", "XXXXX", "小猴", " ", "\u3000", "\n", "。", "\x85"]
)


@given(st.lists(PIECES, max_size=30))
def test_any_text_is_questions_or_an_error_with_its_place(pieces):
    try:
        found = parsed("".join(pieces))
    except CorpusError as error:
        assert str(error).startswith("q.txt:")
        return
    for one in found:
        assert all(one.words[blank] == BLANK for blank in one.blanks)
        lines = [*lines_of(one), *lines_of(one, together=True)] if one.answers else lines_of(one)
        for again in parsed("\n".join(lines)):
            assert (again.words, again.blanks) == (one.words, one.blanks)
