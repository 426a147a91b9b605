import numpy as np
import pytest

from nlptool.crf.kernels_measure import count_spans
from nlptool.crf.marks import marks_of
from nlptool.crf.tags import span_scheme, spans_of


@pytest.mark.parametrize(
    "labels",
    [
        ["B", "M", "E", "S"],
        ["B-X", "I-X", "O", "B-Y", "I-Y"],
        ["n", "v"],
        ["M", "P", "O"],
        ["E-X", "S-Y", "I-X"],
    ],
)
def test_spans_are_those_of_the_slow_way(labels: list[str]) -> None:
    marks, scheme = marks_of(labels), span_scheme(labels)
    random = np.random.default_rng(2)
    for _ in range(200):
        ends = np.cumsum(random.integers(0, 7, 3))
        found, gold = random.integers(0, len(labels), (2, ends[-1])).astype(np.int32)
        gold = np.where(random.random(len(gold)) < 0.5, found, gold).astype(np.int32)
        wanted = np.zeros(3, int)
        for begin, end in zip([0, *ends[:-1]], ends, strict=True):
            left, right = (
                set(spans_of([labels[y] for y in own[begin:end]], scheme)) for own in (found, gold)
            )
            wanted += (len(left), len(right), len(left & right))
        assert count_spans(found, gold, ends, marks.places, marks.kinds) == tuple(wanted)
