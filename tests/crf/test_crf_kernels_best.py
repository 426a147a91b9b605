import numpy as np
import pytest

from nlptool.crf.kernels_best import best_paths
from nlptool.crf.kernels_tag import best_path
from nlptool.crf.sentences import Sentence
from tests.crf.test_crf_kernels_groups import NAMED
from tests.crf_taggers import WORDS, tagger_of


@pytest.mark.parametrize("sentences", [WORDS, NAMED], ids=["four labels", "more"])
@pytest.mark.parametrize("ties", [False, True])
def test_the_best_paths_are_those_of_one_sentence_after_the_other(
    sentences: list[Sentence], ties: bool
) -> None:
    tagger = tagger_of(sentences)
    model, n_labels, pad = tagger.kernel, len(tagger.labels), tagger.features.columns.pad
    if ties:
        zeros = np.zeros_like(model.pairs)
        model = model._replace(pairs=zeros, first=zeros[0].copy(), last=zeros[0].copy())
    random = np.random.default_rng(2)
    sizes = [1, 2, 3, 50, 1, 7]
    starts = np.cumsum([0, *(size + 2 * pad for size in sizes)], dtype=np.int64)
    rooms = [(size + 4 * pad) * n_labels for size in sizes]
    S = random.integers(-2, 3, sum(rooms)).astype(np.float32)
    found = np.empty(sum(sizes), np.int32)
    best_paths(S, starts, model, found)
    wanted: list[int] = []
    begin = 0
    for size, room in zip(sizes, rooms, strict=True):
        path = np.empty(size, np.int32)
        back = np.empty((size, n_labels), np.int32)
        best_path(S[begin : begin + room], np.empty(0, np.float32), size, model, back, path)
        wanted += path.tolist()
        begin += room
    assert found.tolist() == wanted
