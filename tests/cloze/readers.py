"""A small reader and what it is trained on, for tests."""

from dataclasses import asdict

import numpy as np

from nlptool.cloze.language_counts import read_text
from nlptool.cloze.language_train import first, learn_language
from nlptool.cloze.model import Filler
from nlptool.cloze.reader import Networks, WordReader, n_numbers
from nlptool.cloze.reader_config import Reader
from tests.cloze.fillers import WORDS, passages_of

SMALL = {"dim": 4, "window": 2, "negatives": 2, "passes": 1, "units": 3, "members": 2}
SMALL |= {"min_count": 1, "min_ngram": 1, "batch": 8, "epochs": 3}


def lines_of_corpus(n=60, seed=1):
    rng = np.random.default_rng(seed)
    return [" ".join(WORDS[i] for i in rng.integers(0, len(WORDS), 9)) for _ in range(n)]


def language_of(lines=None, **settings):
    config = Reader(**(SMALL | settings))
    text = read_text(lines or lines_of_corpus(), config.min_count)
    return learn_language(text, first(text, None, config), config)


def networks_of(config, seed=1):
    rng = np.random.default_rng(seed)
    wide, units, members = n_numbers(config), config.units, config.members

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
    config = Reader(**(SMALL | settings))
    return WordReader(config, language_of(**settings), networks_of(config))


def reader_with_network():
    """Return a small reader that weighs what a network thinks, too."""
    beside = passages_of()
    config = Reader(**SMALL, network=asdict(beside.config))
    return WordReader(config, language_of(), networks_of(config), beside)


def filler_of_reader(**settings):
    return Filler(reader_of(**settings), {"history": []})
