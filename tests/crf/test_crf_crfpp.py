from pathlib import Path

import numpy as np
import pytest

from nlptool.core.corpus import Reading
from nlptool.crf.crfpp import read_crfpp
from nlptool.errors import ModelError

MODEL = """\
version: 100
cost-factor: 2
maxid: 16
xsize: 1

B
I

U00:%x[-1,0]
U01:%x[-1,0]/%x[0,0]
U02
B
B01:%x[0,0]

0 U00:_B-1
2 U01:北/京
4 U02
6 B
10 B01:京
14 U00:北

"""
WEIGHTS = "".join(f"{value / 4:.16f}\n" for value in range(16))


def write(tmp_path: Path, text: str) -> str:
    path = tmp_path / "model.txt"
    path.write_text(text, "utf-8")
    return str(path)


def test_what_is_in_a_model(tmp_path: Path) -> None:
    model = read_crfpp(write(tmp_path, MODEL + WEIGHTS), Reading())
    assert (model.program, model.labels, model.columns) == ("CRF++", ["B", "I"], ["0"])
    assert [(one.values, one.places) for one in model.spelled] == [
        ([("_B-1",), ("北",)], [0, 14]),
        ([("北", "京")], [2]),
        ([("京",)], [10]),
    ]
    assert [one.pattern.edge for one in model.spelled] == [False, False, True]
    # The cost factor is part of the weights.
    assert np.array_equal(model.weights, np.arange(16) / 2)
    # U02 stands everywhere: at the first token, and behind each transition.
    assert model.start.tolist() == [2.0, 2.5]
    assert model.transitions.tolist() == [[5.0, 6.0], [6.0, 7.0]]
    assert model.end.tolist() == [0, 0]


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        (
            "version: 100\n",
            "",
            ": not a text model of CRF++; crf_learn -t writes one, as FILE.txt",
        ),
        ("maxid: 16", "maxid: -1", ": its settings make no sense; it is damaged"),
        ("B\nI\n", "B\nB\n", ": 2 labels, expected 1 to 10,000, each of them once"),
        ("U02\n", "X02\n", ": template 'X02', expected U or B at its beginning"),
        ("[-1,0]/", "[-1,1]/", ": a template of column 1, expected 0 to 0"),
        ("14 U00:北", "14 U09:北", ":20: 'U09:北' comes from none of the templates"),
        ("14 U00:北", "x U00:北", ":20: 'x U00:北', expected a number and a feature"),
        ("14 U00:北", "15 U00:北", ": a feature without weights; it is cut short or damaged"),
        ("6 B\n", "13 B\n", ": a feature without weights; it is cut short or damaged"),
        ("0.2500000000000000", "nan", ": a weight that is not finite, expected numbers"),
        ("0.2500000000000000", "x", ":23: 'x', expected a weight"),
        (
            "0.2500000000000000\n",
            "",
            ": 15 weights, expected 16; it is cut short or damaged",
        ),
    ],
)
def test_what_is_wrong_with_a_model(tmp_path: Path, old: str, new: str, message: str) -> None:
    text = MODEL + WEIGHTS
    assert old in text
    path = write(tmp_path, text.replace(old, new, 1))
    with pytest.raises(ModelError) as error:
        read_crfpp(path, Reading())
    assert str(error.value) == f"{path}{message}"


@pytest.mark.parametrize(
    ("line", "message"),
    [
        (2, ": not a text model of CRF++; crf_learn -t writes one, as FILE.txt"),
        (6, ": ends within its labels; it is cut short"),
        (10, ": ends within its templates; it is cut short"),
        (17, ": ends within its features; it is cut short"),
    ],
)
def test_a_model_that_is_cut_short(tmp_path: Path, line: int, message: str) -> None:
    path = write(tmp_path, "".join(f"{one}\n" for one in MODEL.split("\n")[:line]))
    with pytest.raises(ModelError) as error:
        read_crfpp(path, Reading())
    assert str(error.value) == f"{path}{message}"
