"""Small taggers with networks of random weights, and vectors for them, for tests."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from nlptool.core.vectors import Vectors
from nlptool.crf.model import Tagger
from nlptool.crf.neural_config import Neural
from nlptool.crf.neural_inputs import n_marks_of
from nlptool.crf.neural_scores import Deep
from nlptool.crf.neural_text import count_ids
from nlptool.crf.neural_vectors import Table, table_of
from nlptool.crf.sentences import Sentence
from nlptool.neural.weights import drawn
from tests.crf_taggers import SIMPLE, WORDS, tagger_of

TOKENS = ["甲", "乙", "丙", "甲乙", "乙丙", "丙丁", "甲乙丙", "乙丙丁天", "a"]


def vectors_of(words: Sequence[str], dim: int = 3, seed: int = 5) -> Vectors:
    """Return vectors of random numbers."""
    rng = np.random.default_rng(seed)
    return Vectors(words, rng.normal(size=(len(words), dim)).astype(np.float32))


def tables() -> tuple[Table, ...]:
    """Return vectors of each kind."""
    given = (["甲", "乙"], ["甲乙", "乙丙", "丙丁"], TOKENS)
    return tuple(table_of(vectors_of(words), "v", normalise=("width",)) for words in given)


def network_of(
    sentences: Sequence[Sentence] = WORDS,
    template: str = SIMPLE,
    *,
    given: tuple[Table, ...] | None = None,
    seed: int = 3,
    **settings: object,
) -> Tagger:
    """Return a tagger with a network of random weights, the scores' too.

    Args:
        sentences: see `tagger_of`.
        template: see there.
        given: vectors; those of `tables` if None.
        seed: of the network.
        settings: of it.
    """
    tagger = tagger_of(sentences, template)
    config = Neural(**{"width": 6, "characters": 4, **settings}).settled(many=True)  # type: ignore[arg-type]
    n_ids = count_ids(tagger.features.columns, sentences)
    given = tables() if given is None else given
    n_marks = n_marks_of(tagger.features.columns) if config.columns else 0
    deep = Deep(config, n_ids, len(tagger.labels), n_marks, config.linear_share > 0, given, {})
    weights = drawn(deep.graph, seed)
    # An answer that one can see.
    weights["scores.kernel"] = weights["scores.kernel"] * np.float32(3)
    return replace(tagger, network=replace(deep, weights=weights))
