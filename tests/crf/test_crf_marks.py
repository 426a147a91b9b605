import pytest

from nlptool.crf.kernels_text import FIRST, LAST, ONLY, OUTSIDE, WITHIN
from nlptool.crf.marks import marks_of


def test_places_and_types_by_hand() -> None:
    marks = marks_of(["O", "B-PER", "I-PER", "E-地", "S-地", "M-地"])
    assert marks.places.tolist() == [OUTSIDE, FIRST, WITHIN, LAST, ONLY, WITHIN]
    assert marks.kinds.tolist() == [0, 1, 1, 2, 2, 2]
    assert marks.names.tobytes().decode() == "PER地"
    assert marks.begins.tolist() == [0, 0, 3, 6]


@pytest.mark.parametrize(
    ("labels", "places"),
    [
        (["B", "E", "M", "S"], [FIRST, LAST, WITHIN, ONLY]),
        # Parts of speech: M is a measure word.
        (["CD", "M", "O", "P", ""], [ONLY, ONLY, OUTSIDE, ONLY, OUTSIDE]),
        # An odd one among others.
        (["B-X", "I-X", "M", "MISC"], [FIRST, WITHIN, WITHIN, ONLY]),
    ],
)
def test_tags_are_spans_of_one_token(labels: list[str], places: list[int]) -> None:
    assert marks_of(labels).places.tolist() == places
