"""A small reader and what it is trained on, for tests."""

import numpy as np

from nlptool.cloze.language_counts import read_text
from nlptool.cloze.language_train import first, learn_language
from nlptool.cloze.model import Filler
from nlptool.cloze.reader import N_NUMBERS, Networks, WordReader
from nlptool.cloze.reader_config import Reader
from tests.cloze.fillers import WORDS

SMALL = {"dim": 4, "window": 2, "negatives": 2, "passes": 1, "units": 3, "members": 2}
SMALL |= {"min_count": 1, "min_ngram": 1, "batch": 8, "epochs": 3}


def lines_of_corpus(n=60, seed=1):
    rng = np.random.default_rng(seed)
    return [" ".join(WORDS[i] for i in rng.integers(0, len(WORDS), 9)) for _ in range(n)]


def language_of(lines=None, **settings):
    config = Reader(**(SMALL | settings))
    text = read_text(lines or lines_of_corpus(), config.min_count)
    return learn_language(text, first(text, None, config), config)


def networks_of(seed=1, units=3, members=2):
    rng = np.random.default_rng(seed)
    wide = 2 * N_NUMBERS

    def normal(*shape):
        return rng.normal(size=shape).astype(np.float32)

    return Networks(
        normal(wide),
        np.abs(normal(wide)) + 1,
        normal(members, wide, units),
        normal(members, units),
        normal(members, units),
        normal(members, wide),
    )


def reader_of(**settings):
    return WordReader(Reader(**(SMALL | settings)), language_of(**settings), networks_of())


def filler_of_reader(**settings):
    return Filler(reader_of(**settings), {"history": []})
