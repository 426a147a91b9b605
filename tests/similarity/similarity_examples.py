"""Small models and what they learn from, for the tests of sentence similarity."""

import numpy as np

from nlptool.core.vocab import Vocab
from nlptool.neural.weights import drawn
from nlptool.similarity.config import Config
from nlptool.similarity.config_judge import Judging
from nlptool.similarity.config_network import Learning
from nlptool.similarity.encoder import Encoder, learn_characters
from nlptool.similarity.evidence import NAMES
from nlptool.similarity.judge import Judge
from nlptool.similarity.model import Matcher, train_sif

SENTENCES = ["怎么修改密码", "密码在哪里改", "明天会下雨吗", "明天有没有雨", "我想修改密码"]
WORDS = ["密码", "修改", "明天", "怎么", "雨", "下", "改", "会", "吗", "的"]


def vectors():
    rng = np.random.default_rng(0)
    counts = np.arange(100, 0, -10, dtype=np.int64)
    return Vocab(WORDS, counts), rng.normal(size=(10, 8)).astype(np.float32)


def summed(**settings):
    return train_sif(*vectors(), Config(**settings), SENTENCES)


def untrained(sif=None, **settings):
    """Return a model with a network as it is drawn."""
    config = Learning(**{"dim": 16, "min_count": 1, **settings})
    characters = learn_characters(SENTENCES, 1)
    word_dim = sif.rows.shape[1] if sif else 0
    blank = Encoder(config, characters, word_dim, {})
    network = Encoder(config, characters, word_dim, drawn(blank.graph, 3))
    return Matcher(sif, network, {"pairs": 0})


def judged(sif):
    """Return a model with networks that weigh evidence anyhow."""
    rng = np.random.default_rng(4)
    n = len(NAMES)
    shapes = {"mean": n, "hidden": (2, n, 3), "bias": (2, 3), "out": (2, 3), "direct": (2, n)}
    parts = {name: rng.normal(size=shape).astype(np.float32) for name, shape in shapes.items()}
    ones = np.ones(n, np.float32)
    config = Judging(units=3, members=2)
    judge = Judge(**parts, scale=ones, slope=0.5, offset=-1.0, config=config)
    return Matcher(sif, None, {"pairs": 0}, judge=judge)
