from itertools import pairwise

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
    S = random.integers(-2, 3, (int(starts[-1]), n_labels)).astype(np.float32)
    found = np.empty(sum(sizes), np.int32)
    best_paths(S.reshape(-1), starts, model, found)
    wanted: list[int] = []
    for begin, end in pairwise(starts.tolist()):
        size = end - begin - 2 * pad
        path = np.empty(size, np.int32)
        back = np.empty((size, n_labels), np.int32)
        # There scores stand in a buffer that runs backwards, and has margins.
        backwards = np.zeros((size + 4 * pad, n_labels), np.float32)
        backwards[2 * pad : 2 * pad + size] = S[begin + pad : end - pad][::-1]
        best_path(backwards.reshape(-1), np.empty(0, np.float32), size, model, back, path)
        wanted += path.tolist()
    assert found.tolist() == wanted
