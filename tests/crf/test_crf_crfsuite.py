from pathlib import Path

import pytest

from nlptool.core.corpus import Reading
from nlptool.crf.crfsuite import read_crfsuite
from nlptool.crf.foreign import pattern_of
from nlptool.errors import ModelError

DUMP = """\
FILEHEADER = {
  magic: lCRF
}

LABELS = {
      0: B
      1: I-X
}

ATTRIBUTES = {
      0: w[0]=北
}

TRANSITIONS = {
  (1) B --> B: -0.500000
  (1) B --> I-X: 0.250000
}

STATE_FEATURES = {
  (0) w[0]=北 --> B: 1.500000
  (0) w[0]=北 --> I-X: -1.250000
  (0) w[-1]|w[0]=北|京 --> I-X: 2.000000
  (0) w[0]|pos[1]=a|n --> B: 0.125000
  (0) bias --> B: 0.500000
  (0) __BOS__ --> B: 3.000000
  (0) EOS --> I-X: 4.000000
  (0) capital --> B: 9.000000
}

"""


def write(tmp_path: Path, text: str) -> str:
    path = tmp_path / "model.dump"
    path.write_text(text, "utf-8")
    return str(path)


def test_what_is_in_a_model(tmp_path: Path) -> None:
    model = read_crfsuite(write(tmp_path, DUMP), Reading())
    assert (model.program, model.labels) == ("CRFsuite", ["B", "I-X"])
    assert model.columns == ["w", "pos"]
    assert model.left_out == ["capital"]
    assert [(one.pattern.refs, one.values) for one in model.spelled] == [
        (((0, 0),), [("北",)]),
        (((-1, 0), (0, 0)), [("北", "京")]),
        (((0, 0), (1, 1)), [("a", "n")]),
    ]
    first, second, third = (one.places[0] for one in model.spelled)
    assert model.weights[first : first + 2].tolist() == [1.5, -1.25]
    assert model.weights[second : second + 2].tolist() == [0, 2]
    assert model.weights[third : third + 2].tolist() == [0.125, 0]
    # The bias is at the first token, and behind each transition.
    assert model.start.tolist() == [3.5, 0]
    assert model.transitions.tolist() == [[0, 0.25], [0.5, 0]]
    assert model.end.tolist() == [0, 4]


def test_names_of_sklearn_crfsuite(tmp_path: Path) -> None:
    text = DUMP.replace("w[0]=北", "-1:word=北").replace("capital", "word=a:b=c")
    model = read_crfsuite(write(tmp_path, text), Reading())
    assert ((-1, 0),) in [one.pattern.refs for one in model.spelled]
    assert [one.values for one in model.spelled if one.pattern.refs == ((0, 0),)] == [[("a:b=c",)]]


def test_columns_that_are_named(tmp_path: Path) -> None:
    model = read_crfsuite(write(tmp_path, DUMP), Reading(), columns=["pos", "x", "w"])
    assert model.columns == ["pos", "x", "w"]
    assert [one.pattern.refs for one in model.spelled] == [
        ((0, 2),),
        ((-1, 2), (0, 2)),
        ((0, 2), (1, 0)),
    ]
    model = read_crfsuite(write(tmp_path, DUMP), Reading(), columns=["w"])
    assert model.left_out == ["w[0]|pos[1]=a|n", "capital"]


def test_attributes_that_templates_make(tmp_path: Path) -> None:
    patterns = [pattern_of("w[0]=%x[0,0]"), pattern_of("capital")]
    model = read_crfsuite(write(tmp_path, DUMP), Reading(), patterns=patterns)
    assert [one.values for one in model.spelled] == [[("北",)]]
    assert model.left_out == ["w[-1]|w[0]=北|京", "w[0]|pos[1]=a|n"]
    # A template without a place stands everywhere.
    assert model.start.tolist() == [12.5, 0]


def test_a_colon_is_written_out(tmp_path: Path) -> None:
    model = read_crfsuite(write(tmp_path, DUMP.replace("w[0]=北", "w[0]=__COLON__")), Reading())
    assert model.spelled[0].values == [(":",)]


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("LABELS = {", "", ": no part LABELS, expected a model that crfsuite dump wrote"),
        ("      1: I-X", "      1: B", ": 2 labels, expected 1 to 10,000, each of them once"),
        ("      1: I-X", "I-X", ":7: 'I-X', expected a number and a label"),
        ("B --> B: -0.5", "Z --> B: -0.5", ": a transition from 'Z', expected a label"),
        (
            "I-X: 0.250000",
            "Z: 0.250000",
            ":16: '  (1) B --> Z: 0.250000', expected (N) X --> LABEL: WEIGHT",
        ),
        ("1.500000", "nan", ":20: a weight that is not finite, expected a number"),
        ("STATE_F", "F", ": no part STATE_FEATURES, expected a model that crfsuite dump wrote"),
        ("9.000000\n}", "9.000000", ":28: '', expected (N) X --> LABEL: WEIGHT"),
        ("9.000000\n}\n\n", "9.000000\n", ": ends within its weights; it is cut short"),
    ],
)
def test_what_is_wrong_with_a_model(tmp_path: Path, old: str, new: str, message: str) -> None:
    assert old in DUMP
    path = write(tmp_path, DUMP.replace(old, new, 1))
    with pytest.raises(ModelError) as error:
        read_crfsuite(path, Reading())
    assert str(error.value) == f"{path}{message}"


def test_a_model_of_which_nothing_can_be_had(tmp_path: Path) -> None:
    head, _, _ = DUMP.partition("STATE_FEATURES")
    path = write(tmp_path, head + "STATE_FEATURES = {\n  (0) wéird --> B: 1.000000\n}\n")
    with pytest.raises(ModelError) as error:
        read_crfsuite(path, Reading())
    assert str(error.value) == (
        f"{path}: attributes such as 'wéird', expected 'w[0]=x' or '-1:word=x'; --template says "
        "what others are made of"
    )
