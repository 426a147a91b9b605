"""Predictions of several models."""

import json

import pytest

from nlptool.cloze.predictions import ranked, read_predictions, together
from nlptool.errors import CorpusError


def line(name, *blanks):
    rows = [{"answers": [{"word": w, "p": p} for w, p in blank.items()]} for blank in blanks]
    return json.dumps({"question": name, "blanks": rows}, ensure_ascii=False)


def read(tmp_path, *lines):
    path = tmp_path / "p"
    path.write_text("".join(f"{one}\n" for one in lines), "utf-8")
    return read_predictions(str(path))


def test_both_forms(tmp_path):
    found = read(tmp_path, line("a", {"小猴": 0.5, "小猫": 0.25}), "", "b ||| 小猴 小猫")
    assert found == {"a": [{"小猴": 0.5, "小猫": 0.25}], "b": [{"小猴": 1.0}, {"小猫": 1.0}]}


def test_worked_by_hand():
    one = {"a": [{"小猴": 0.6, "小猫": 0.4}]}
    two = {"a": [{"小猫": 0.7, "小狗": 0.3}]}
    (mean,) = together([one, two], ["1", "2"])["a"]
    assert mean == pytest.approx({"小猴": 0.3, "小猫": 0.55, "小狗": 0.15})
    assert ranked(mean)[0][0] == "小猫"
    (mean,) = together([one, two], ["1", "2"], [3, 1])["a"]
    assert ranked(mean)[0][0] == "小猫"
    assert together([one], ["1"]) == one


def test_questions_that_do_not_fit():
    one, two = {"a": [{"好": 1.0}]}, {"a": [{"好": 1.0}], "b": [{"好": 1.0}]}
    for many, message in [
        ([one, two], "1: no answer to b, expected the same questions"),
        ([two, one], "2: no answer to b, expected the same questions"),
        ([one, {"a": [{}, {}]}], "2: 2 answers to a, expected 1 as 1 has"),
    ]:
        with pytest.raises(CorpusError) as caught:
            together(many, ["1", "2"])
        assert str(caught.value) == message


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("小猴", "1 fields, expected name ||| word, or JSON"),
        ("{", "not JSON ("),
        ("{}", 'no "question" with "blanks", expected what `fill --json` writes'),
        ('{"question": "a", "blanks": []}', 'no "question" with "blanks", expected what'),
        ('{"question": "a", "blanks": [3]}', 'a blank without "answers" of "word" and "p" >= 0'),
        (line("a", {"好": -1}), 'a blank without "answers" of "word" and "p" >= 0'),
        (line("a", {"": 1}), 'a blank without "answers" of "word" and "p" >= 0'),
        (line("a", {"好": float("inf")}), 'a blank without "answers" of "word" and "p" >= 0'),
    ],
)
def test_what_is_wrong(tmp_path, text, message):
    with pytest.raises(CorpusError) as caught:
        read(tmp_path, text)
    assert str(caught.value).startswith(f"{tmp_path}/p:1: {message}")


def test_a_name_comes_once(tmp_path):
    with pytest.raises(CorpusError) as caught:
        read(tmp_path, "a ||| 好", "a ||| 好")
    assert str(caught.value) == f"{tmp_path}/p:2: a again, expected each name once"
