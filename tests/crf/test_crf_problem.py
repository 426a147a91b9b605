"""What a training works on: which sentences teach, and what is refused."""

from dataclasses import replace
from itertools import pairwise, product

import numpy as np
import pytest

from nlptool.crf.config import Config
from nlptool.crf.features import Encoded
from nlptool.crf.kernels_sentence import CRF, MEMM
from nlptool.crf.losses import FOCAL, NLL
from nlptool.crf.problem import problem_of
from nlptool.crf.weights import Legality
from nlptool.errors import ConfigError, CorpusError
from tests.crf_problems import EDGES, TEMPLATE, corpus

CONFIG = Config().settled()


def labelled(sentences: list[list[int]], n_labels: int) -> Encoded:
    """Return sentences that are nothing but their labels."""
    labels = np.concatenate([[], *sentences]).astype(np.int32)
    starts = np.cumsum([0, *map(len, sentences)]).astype(np.int64)
    names = tuple(f"L{i}" for i in range(n_labels))
    return Encoded(np.zeros((len(labels), 0), np.int32), starts, labels, 0, names)


def is_possible(gold: list[int], legality: Legality) -> bool:
    """Return whether any sequence of labels is legal that agrees with those that are known."""
    choices = [range(len(legality.start)) if y < 0 else [y] for y in gold]
    return any(
        legality.start[path[0]]
        and legality.end[path[-1]]
        and all(legality.pairs[x, y] for x, y in pairwise(path))
        for path in product(*choices)
    )


def test_only_sentences_that_can_be_legal_teach() -> None:
    rng = np.random.default_rng(3)
    _, template, _ = corpus(1, template="B\n")
    n_left_out = 0
    for _ in range(60):
        legality = Legality(rng.random(3) < 0.8, rng.random((3, 3)) < 0.7, rng.random(3) < 0.8)
        sentences = [rng.integers(-1, 3, rng.integers(0, 5)).tolist() for _ in range(8)]
        possible = [is_possible(gold, legality) if max(gold, default=-1) >= 0 else None
                    for gold in sentences]  # fmt: skip
        if True not in possible:
            continue
        found = problem_of(labelled(sentences, 3), template, [], CONFIG, legality)
        assert found.sentences.tolist() == [i for i, fine in enumerate(possible) if fine]
        # Sentences that say nothing are not worth a word.
        assert found.n_left_out == possible.count(False)
        assert found.n_tokens == sum(len(sentences[i]) for i in found.sentences)
        n_left_out += found.n_left_out
    assert n_left_out > 20


def test_how_large_it_is() -> None:
    encoded, template, n_records = corpus(9, template=EDGES)
    problem = problem_of(encoded, template, n_records, CONFIG)
    lengths = np.diff(encoded.starts) - 2 * encoded.pad
    assert problem.n_tokens == lengths.sum()
    assert problem.lengths.tolist() == (lengths + 4 * encoded.pad).tolist()
    assert problem.n_tail == 3 * 3 + 3 + 3
    room = problem.room(20, 4)
    assert (len(room.S), len(room.SE), room.E.shape) == (20 * 3, 20 * 9, (4, 15))
    assert room.sync.tolist() == [0] * len(room.sync)
    plain = problem_of(*corpus(9, template=TEMPLATE), CONFIG)
    assert len(plain.room(20, 4).SE) == 0
    assert 0 < plain.token_ns < problem.token_ns


def test_what_is_learned() -> None:
    data = corpus(9)
    goal = problem_of(*data, CONFIG).goal
    assert (goal.decoder, goal.kind, len(goal.classes)) == (CRF, NLL, 0)
    assert goal.learned.all() and goal.legal.all()
    focal = problem_of(*data, Config(decoder="memm", loss="focal").settled()).goal
    assert (focal.decoder, focal.kind, focal.gamma) == (MEMM, FOCAL, 2)
    assert focal.classes.tolist() == [1, 1, 1]
    weighed = problem_of(*data, Config(class_weights=(("L1", 3.0),)).settled()).goal
    assert weighed.classes.tolist() == [1, 3, 1]
    # Each loss by its own kernel.
    assert len({goal.loss, focal.loss, weighed.loss}) == 3
    assert not problem_of(*data, Config(decoder="softmax").settled()).goal.learned.any()
    assert not problem_of(*corpus(9, template="U0:%x[0,0]"), CONFIG).goal.learned.any()


def test_another_corpus_is_another_problem() -> None:
    encoded, template, n_records = corpus(9)

    def prints(encoded: Encoded) -> str:
        return problem_of(encoded, template, n_records, CONFIG).fingerprint()

    own = prints(encoded)
    assert own == prints(corpus(9)[0])
    labels, rows = encoded.labels.copy(), encoded.rows.copy()
    labels[encoded.pad] ^= 1
    rows[encoded.pad, 1] += 1
    for other in (
        replace(encoded, labels=labels),
        replace(encoded, rows=rows),
        replace(encoded, names=("L0", "L1", "X")),
        corpus(9, seed=2)[0],
    ):
        assert prints(other) != own


def test_what_is_refused() -> None:
    encoded, template, n_records = corpus(3)
    with pytest.raises(CorpusError) as error:
        problem_of(replace(encoded, names=()), template, n_records, CONFIG)
    assert str(error.value) == "the corpus has no labels, expected one for each token"
    names = tuple(map(str, range(2001)))
    with pytest.raises(ConfigError) as refused:
        problem_of(replace(encoded, names=names), template, n_records, CONFIG)
    assert str(refused.value) == (
        "the corpus has 2,001 different labels, expected at most 2,000; "
        "is the label's column the right one?"
    )
    unknown = replace(encoded, labels=np.full_like(encoded.labels, -1))
    with pytest.raises(CorpusError) as error:
        problem_of(unknown, template, n_records, CONFIG)
    assert str(error.value) == (
        "the corpus has no sentence with legal labels, expected at least one"
    )
