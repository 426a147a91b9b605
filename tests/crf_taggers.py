"""Small taggers with random weights, for tests."""

from collections.abc import Sequence

import numpy as np

from nlptool.crf.config import Config
from nlptool.crf.derived import available
from nlptool.crf.indexing import build
from nlptool.crf.model import Tagger, legality_of
from nlptool.crf.records import layout_for
from nlptool.crf.sentences import Sentence
from nlptool.crf.tags import detect_scheme
from nlptool.crf.template import parse_template
from nlptool.crf.weights import weights_of

SIMPLE = "U0:%x[-1,0]\nU1:%x[0,0]\nU2:%x[-1,0]/%x[0,0]\nU3:%x[0,0]/%x[1,0]\nB\n"
EDGES = "U0:%x[0,0]\nB0:%x[0,0]\nB1:%x[-1,0]/%x[0,0]\nB\n"

WORDS = [Sentence("甲乙丙丁", "BMES"), Sentence("丙甲乙", "SBE"), Sentence("乙乙甲Ａa", "BMMES")]
NAMES = [
    Sentence("甲乙丙丁", ["B-X", "I-X", "O", "B-Y"]),
    Sentence("丁丙乙甲", ["O", "B-Y", "I-Y", "O"]),
]
PLAIN = [Sentence(["the", "dog", "runs"], ["d", "n", "v"]), Sentence(["the", "cat"], ["d", "n"])]


def tagger_of(
    sentences: Sequence[Sentence],
    template: str = SIMPLE,
    *,
    seed: int = 1,
    decoder: str = "crf",
    normalise: tuple[str, ...] = ("width",),
    n_columns: int = 1,
    training: dict | None = None,
) -> Tagger:
    """Return a tagger of the features of some sentences, with random weights."""
    parsed = parse_template(template, "template", available(n_columns, words=True))
    features, encoded = build(sentences, parsed, normalise=normalise)
    scheme = detect_scheme(encoded.names)
    layout = layout_for(features, len(encoded.names))
    flat = np.random.default_rng(seed).normal(size=layout.size).astype(np.float32)
    weights = weights_of(flat, layout, encoded.names, legality_of(encoded.names, scheme))
    if decoder == "softmax":
        for tail in (weights.transitions, weights.start, weights.end):
            tail[:] = 0
    unit = "char" if sentences[0].is_characters else "word"
    config = Config(decoder=decoder).settled()
    return Tagger(features, weights, scheme, unit, config, training or {})
