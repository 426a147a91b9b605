"""Questions made of text."""

from collections import Counter

import numpy as np
import pytest

from nlptool.cloze.baselines import most_frequent_long
from nlptool.cloze.config import Making
from nlptool.cloze.leaks import Leaks
from nlptool.cloze.make import Made, lines_of_words, make, passages, split
from nlptool.cloze.questions import BLANK
from nlptool.cloze.scores import score

NOUNS = ["老师", "学生", "医生", "护士", "火车", "车站", "北京", "苹果", "桃子", "老虎"]


def text_of(n=60, seed=1):
    """Return lines of sentences in which a few nouns come back again and again."""
    rng = np.random.default_rng(seed)
    lines = []
    for paragraph in range(n):
        some = rng.choice(NOUNS, 4, replace=False)
        words = [str(word) for word in rng.choice(some, 8, p=[0.4, 0.3, 0.2, 0.1])]
        mark = chr(0x4E00 + paragraph)  # which no other paragraph has
        sentences = [
            f"今 {one} 在 路 上 又 见 了 {mark} 个 {two} 。"
            for one, two in zip(words[::2], words[1::2], strict=True)
        ]
        lines.append(" ".join(sentences))
    return "".join(f"{line}\n" for line in lines).encode()


SMALL = Making(low=20, high=60)


def test_blocks_become_lines():
    assert list(lines_of_words([b"a b\nc", b" d\n\n", b"e XXXXX"])) == [
        ["a", "b"],
        ["c", "d"],
        [],
        ["e"],
    ]


def test_sentences_keep_their_closing_marks():
    words = [
        "他",
        "说",
        "：",
        "“",
        "好",
        "！",
        "”",
        "“",
        "走",
        "吧",
        "…",
        "…",
        "”",
        "他",
        "走",
        "了",
        "。",
        "）",
        "再见",
    ]
    assert [" ".join(sentence) for sentence in split(words)] == [
        "他 说 ： “ 好 ！ ”",
        "“ 走 吧 … … ”",
        "他 走 了 。 ）",
        "再见",
    ]
    assert split([]) == []


def test_passages_have_as_many_words_as_they_should():
    lines = list(lines_of_words([text_of()]))
    found = list(passages(lines, SMALL, np.random.default_rng(1)))
    sizes = [sum(map(len, passage)) for passage in found]
    assert len(found) > 20
    assert all(20 <= size <= 60 for size in sizes)
    # In order and apart: no sentence comes twice.
    flat = [" ".join(sentence) for passage in found for sentence in passage]
    whole = [" ".join(sentence) for line in lines for sentence in split(line)]
    assert flat == [sentence for sentence in whole if sentence in set(flat)]


def test_too_short_and_too_long():
    rng = np.random.default_rng(1)
    short, long = ["字"] * 5, ["字"] * 70
    assert list(passages([short], SMALL, rng)) == []
    assert list(passages([short, long, short], SMALL, rng)) == []
    assert list(passages([short] * 4, Making(low=20, high=20), rng)) == [[short] * 4]
    # A passage that is long enough ends where a document does.
    assert list(passages([short] * 5 + [[], short], Making(low=25, high=60), rng)) in (
        [[short] * 5],
        [],
    )


def test_a_question():
    made = Made()
    questions = list(make([text_of()], SMALL, made))
    assert made.questions == len(questions) > 10
    assert made.passages == made.few + made.repeated + made.leaked + made.questions
    for one in questions:
        (blank,), (answer,) = one.blanks, one.answers
        assert one.words[blank] == BLANK
        assert one.words.count(BLANK) == 1
        assert answer in one.words
        assert answer in NOUNS
        counts = Counter(one.words) + Counter(one.answers)
        assert sum(n >= 2 and word in NOUNS for word, n in counts.items()) >= SMALL.choices


def test_the_same_settings_make_the_same_questions():
    one, two, other = (
        list(make([text_of()], Making(low=20, high=60, seed=seed), Made())) for seed in (1, 1, 2)
    )
    assert one == two != other


def test_the_most_frequent_word_does_not_win():
    questions = list(make([text_of(400)], SMALL, Made()))
    guessed = [[most_frequent_long(one, one.blanks[0])] for one in questions]
    assert score(questions, guessed).accuracy < 0.3
    # Nor does a word of the whole text: ten nouns have about a tenth each.
    answers = Counter(one.answers[0] for one in questions)
    assert answers.most_common(1)[0][1] < 0.15 * len(questions)
    flat = list(make([text_of(400)], Making(low=20, high=60, favour=0), Made()))
    steep = list(make([text_of(400)], Making(low=20, high=60, favour=5), Made()))
    right = [
        score(some, [[most_frequent_long(one, one.blanks[0])] for one in some]).accuracy
        for some in (flat, steep)
    ]
    assert right[0] < right[1]


def test_several_questions_of_a_passage():
    questions = list(make([text_of()], Making(low=20, high=60, per_passage=2), Made()))
    first, second = questions[:2]
    assert first.answers != second.answers
    restored = [
        [one.answers[0] if word == BLANK else word for word in one.words] for one in (first, second)
    ]
    assert restored[0] == restored[1]


def test_what_was_there_before_is_left_out():
    made = Made()
    text = text_of(30)
    questions = list(make([text, text, text], Making(low=48, high=48, choices=1), made))
    assert made.repeated > 0
    asked = [tuple(one.sentences()[one.place(one.blanks[0])[0] - 1]) for one in questions]
    assert len(asked) == len(set(asked))


def test_what_is_tested_on_is_left_out():
    text = text_of(40)
    made = Made()
    leaks = Leaks([text.decode().split("\n")[7]])
    questions = list(make([text], Making(low=20, high=60, choices=1), made, leaks))
    assert made.leaked >= 1
    assert questions
    for one in questions:
        assert not leaks.touch("".join(one.words).replace(BLANK, one.answers[0]))


@pytest.mark.parametrize("text", [b"", b"\n\n", b"the cat sat on the mat . \n" * 50])
def test_nothing_to_ask(text):
    assert list(make([text] if text else [], SMALL, Made())) == []
