import numpy as np
import pytest

from nlptool.crf.early_scores import ids_of, records, scores_of
from nlptool.crf.kernels_features import find_record
from nlptool.crf.sentences import Sentence
from tests.crf.test_crf_kernels_groups import KINDS, NAMED, scores, texts
from tests.crf_taggers import WORDS, tagger_of


@pytest.mark.parametrize("sentences", [WORDS, NAMED], ids=["words", "names"])
def test_columns_records_and_scores_are_those_of_the_kernels(sentences: list[Sentence]) -> None:
    tagger = tagger_of(sentences, KINDS)
    features = tagger.features
    columns = features.columns
    pad = columns.pad
    known = {token: i for i, token in enumerate(columns.tokens[0], 2 * pad + 1)}
    for text in texts():
        ids = ids_of(text, features, known)
        assert (ids == columns.observe([Sentence(text)]).ids).all()
        last = max(shape.reach for shape in features.template.shapes)
        places = np.arange(pad, pad + len(text) + pad - last)
        for s in range(len(features.template.shapes)):
            found = records(ids, places, s, features.index).tolist()
            assert found == [find_record(ids, place, s, features.index) for place in places]
        own = scores_of(ids, features.index, tagger.kernel, tagger.grouped.groups)
        with tagger.grouped.memory() as memory:
            assert own.tobytes() == scores(tagger, text, memory).tobytes()
