import pytest

from nlptool.crf.template import Shape, Slot, expand, parse_template, refs_in
from nlptool.errors import CorpusError

USUAL = """\
# Unigram
U00:%x[-2,0]
U01:%x[-1,0]
U02:%x[0,0]
U03:%x[1,0]
U04:%x[2,0]

U05:%x[-2,0]/%x[-1,0]
U06:%x[-1,0]/%x[0,0]
U07:%x[0,0]/%x[1,0]
U08:%x[1,0]/%x[2,0]
U09:%x[-1,0]/%x[1,0]

# Bigram
B
"""


def test_the_usual_ten_templates_are_three_shapes() -> None:
    template = parse_template(USUAL, "t", ["0"])
    assert [shape.refs for shape in template.shapes] == [
        ((0, 0),),
        ((0, 0), (1, 0)),
        ((0, 0), (2, 0)),
    ]
    assert [[slot.shift for slot in shape.slots] for shape in template.shapes] == [
        [-2, -1, 0, 1, 2],
        [-2, -1, 0, 1],
        [-1],
    ]
    assert template.transitions
    assert template.pad == 2
    assert template.n_templates == 10
    assert template.columns == ("0",)
    assert [shape.n_places for shape in template.shapes] == [5, 4, 1]
    assert [shape.reach for shape in template.shapes] == [0, 1, 2]


def test_edges_are_apart_and_behind() -> None:
    template = parse_template("B01:%x[0,0]\nU01:%x[0,0]\n", "t", ["0"])
    assert template.shapes == (
        Shape(((0, 0),), (Slot("U01:%x[0,0]", 0, 0),), False),
        Shape(((0, 0),), (Slot("B01:%x[0,0]", 0, 0),), True),
    )
    assert not template.transitions


def test_an_edge_that_looks_at_nothing_is_a_transition() -> None:
    template = parse_template("U:%x[0,0]\nB00:\n", "t", ["0"])
    assert template.transitions
    assert len(template.shapes) == 1


def test_the_order_of_refs_does_not_matter() -> None:
    template = parse_template("U1:%x[0,0]/%x[-1,0]\nU2:%x[0,0]/%x[1,0]\n", "t", ["0"])
    (shape,) = template.shapes
    assert shape.refs == ((0, 0), (1, 0))
    assert shape.slots == (Slot("U1:%x[0,0]/%x[-1,0]", -1, 0), Slot("U2:%x[0,0]/%x[1,0]", 0, 1))


def test_a_bag_of_words_shares_a_place() -> None:
    template = parse_template("U:%x[-1,0]\nU:%x[1,0]\nU2:%x[1,0]\n", "t", ["0"])
    (shape,) = template.shapes
    assert [(slot.shift, slot.place) for slot in shape.slots] == [(-1, 0), (1, 0), (1, 1)]
    assert shape.n_places == 2


def test_a_template_may_look_at_nothing() -> None:
    template = parse_template("U99:\n", "t", ["0"])
    assert template.shapes == (Shape((), (Slot("U99:", 0, 0),), False),)
    assert template.shapes[0].reach == 0
    assert template.pad == 0


def test_columns_by_number_and_name() -> None:
    template = parse_template("U:%x[ -1 , 01 ]x%x[+2,type]\n", "t", ["0", "1", "type"])
    assert template.columns == ("0", "1", "type")
    assert template.shapes[0].refs == ((0, 1), (3, 2))
    assert template.pad == 2
    assert refs_in(template.shapes[0].slots[0].text) == [(-1, "1"), (2, "type")]


def test_expand() -> None:
    assert expand("U05:%x[-1,0]/a%x[0,1]", ["%x[0,0]", "\\1"]) == "U05:%x[0,0]/a\\1"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "t: no templates, expected lines such as U00:%x[0,0]"),
        ("# U\n\n", "t: no templates, expected lines such as U00:%x[0,0]"),
        ("\nx", "t:2: 'x', expected a template that begins with U or B"),
        (
            "U:%x[0,3]",
            "t:1: %x[0,3]: no column '3', expected one of 0, 1, type",
        ),
        ("U:%x[0,typ]", "t:1: %x[0,typ]: no column 'typ', expected one of 0, 1, type"),
        ("U:%x[0,0]%x[0]", "t:1: '%x[0]', expected %x[row,column]"),
        ("U:%m[0,0]/", "t:1: '%m[0,0]/', expected %x[row,column]"),
        ("U:%", "t:1: '%', expected %x[row,column]"),
        ("U:%x[0.5,0]", "t:1: '%x[0.5,0]', expected %x[row,column]"),
        ("U:%x[-33,0]", "t:1: %x[-33,0]: row -33, expected one from -32 to 32"),
        (
            "U:%x[0,0]\n" * 1001,
            "t:1001: a template more than the 1,000 that are possible",
        ),
    ],
)
def test_what_is_no_template(text: str, message: str) -> None:
    with pytest.raises(CorpusError) as error:
        parse_template(text, "t", ["0", "1", "type"])
    assert str(error.value) == message
