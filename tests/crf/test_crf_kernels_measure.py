import numpy as np
import pytest

from nlptool.crf.kernels_measure import count_spans
from nlptool.crf.model import PLACES
from nlptool.crf.tags import spans_of, split_label


@pytest.mark.parametrize(
    "labels",
    [["B", "M", "E", "S"], ["B-X", "I-X", "O", "B-Y", "I-Y"], ["n", "v"], ["E-X", "S-Y", "I-X"]],
)
def test_spans_are_those_of_the_slow_way(labels: list[str]) -> None:
    parts = [split_label(label) for label in labels]
    kinds = list(dict.fromkeys(kind for _, kind in parts))
    places = np.array([PLACES[prefix] for prefix, _ in parts])
    numbers = np.array([kinds.index(kind) for _, kind in parts])
    random = np.random.default_rng(2)
    for _ in range(200):
        ends = np.cumsum(random.integers(0, 7, 3))
        found, gold = random.integers(0, len(labels), (2, ends[-1])).astype(np.int32)
        gold = np.where(random.random(len(gold)) < 0.5, found, gold).astype(np.int32)
        wanted = np.zeros(3, int)
        for begin, end in zip([0, *ends[:-1]], ends, strict=True):
            left, right = (
                set(spans_of([labels[y] for y in own[begin:end]])) for own in (found, gold)
            )
            wanted += (len(left), len(right), len(left & right))
        assert count_spans(found, gold, ends, places, numbers) == tuple(wanted)
