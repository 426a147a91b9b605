"""Small models and questions for tests."""

import numpy as np

from nlptool.cloze import attention_graph
from nlptool.cloze.attention import Passages
from nlptool.cloze.attention_graph import FIRST
from nlptool.cloze.config import Attention, Lstm
from nlptool.cloze.lstm import Pointer, graph
from nlptool.cloze.model import Filler
from nlptool.cloze.questions import BLANK, question
from nlptool.core.vocab import Vocab
from nlptool.neural.weights import drawn

WORDS = ["小猴", "小猫", "桃子", "妈妈", "买", "来", "爱", "吃", "。", "，"]


def pointer_of(*, width=4, seed=1, **settings):
    """Return an untrained model."""
    config = Lstm(**({"units": 3, "layers": 2} | settings))
    vectors = np.random.default_rng(seed).normal(size=(len(WORDS), width)).astype(np.float32)
    network = graph(config, *vectors.shape)
    vocab = Vocab(WORDS, np.zeros(len(WORDS), np.int64))
    return Pointer(config, vocab, drawn(network, seed, {"left_x.fixed": vectors}))


def filler_of(**settings):
    return Filler(pointer_of(**settings), {"history": []})


def passages_of(*, width=4, seed=1, **settings):
    """Return an untrained network that reads whole passages."""
    config = Attention(**({"units": 6, "layers": 4, "heads": 2, "tuned": 3} | settings))
    rng = np.random.default_rng(seed)
    network = attention_graph.graph(config, len(WORDS), width)
    vectors = rng.normal(size=(len(WORDS) + FIRST, width)).astype(np.float32)
    n_tuned = network.shapes["x.tuned"][0]
    begun = {"x.tuned": vectors[:n_tuned]}
    if "x.fixed" in network.shapes:
        begun["x.fixed"] = vectors[n_tuned:]
    nouns = np.array([1, 1, 1, 1, 0, 0, 0, 0, 0, 0], np.uint8)
    vocab = Vocab(WORDS, np.zeros(len(WORDS), np.int64))
    return Passages(config, vocab, nouns, drawn(network, seed, begun))


def questions_of(n=12, seed=1, longest=9):
    """Return questions of random words, in some of which the answer follows 吃 everywhere."""
    rng = np.random.default_rng(seed)
    found = []
    for number in range(n):
        answer = WORDS[int(rng.integers(0, 4))]
        others = [WORDS[place] for place in rng.integers(0, 8, int(rng.integers(1, longest)))]
        first = [*others, "吃", answer, "。"]
        second = ["吃", BLANK, "。", "外来词"]
        sentences = [first, second] if rng.random() < 0.5 else [second, first]
        found.append(
            question(
                f"<qid_{number}>",
                sentences,
                asking=sentences.index(second),
                answers=[answer],
                where=f"q:{number}",
            )
        )
    return found
