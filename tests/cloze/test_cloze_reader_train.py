"""Training of the reader: a corpus and questions in, a model out."""

from dataclasses import replace

import numpy as np
import pytest

from nlptool.cloze.model import open_model
from nlptool.cloze.reader_config import Reader
from nlptool.cloze.reader_train import train
from nlptool.core.checkpoint import Checkpoint
from nlptool.errors import ConfigError, CorpusError, ModelError
from tests.cloze.fillers import passages_of, questions_of
from tests.cloze.readers import SMALL, lines_of_corpus


def run(config=None, **given):
    settings = {"corpus": lines_of_corpus()} | given
    return train(questions_of(60), None, config or Reader(**SMALL), **settings)


def test_it_answers_and_says_what_it_learned():
    filler = run(Reader(**(SMALL | {"epochs": 30, "rate": 0.02})), dev=questions_of(9, seed=2))
    facts = filler.training
    assert (facts["words"], facts["examples"], facts["dev"]) == (540, 60, 9)
    assert len(facts["history"]) == 60
    assert max(row["dev"] for row in facts["history"]) > 0.8
    test = questions_of(40, seed=3)
    given = [found[0].best() for found in filler.fill(test)]
    assert sum(a == one.answers[0] for a, one in zip(given, test, strict=True)) > 30


def test_what_a_network_thinks_is_learned_from():
    """A network that knows every answer is believed."""

    class Knowing(type(passages_of())):
        def shares(self, asked, *, threads=1):
            for one, _ in asked:
                right = [word == one.answers[0] for word in one.words]
                yield np.array(right, np.float32) / sum(right)

    network = Knowing(**vars(passages_of()))
    config = Reader(**(SMALL | {"epochs": 12, "rate": 0.02}))
    dev = questions_of(40, seed=3)
    filler = run(config, network=network, dev=dev)
    assert filler.answerer.config.network["units"] == 6
    assert filler.answerer.beside is network
    assert max(row["dev"] for row in filler.training["history"]) == 1


def test_interrupted_and_resumed_it_is_the_same(tmp_path):
    whole, part = str(tmp_path / "whole"), str(tmp_path / "part")
    run().save(whole)
    place = Checkpoint(str(tmp_path / "state"), "cloze-checkpoint", 3600.0)

    def stop(said):
        if getattr(said, "stage", "") == "language" and said.done == 9:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run(checkpoint=place, report=stop)
    again = replace(place, resume=True)
    done = []
    run(checkpoint=again, report=lambda said: done.append(getattr(said, "done", 0))).save(part)
    assert done[0] == 10
    assert (tmp_path / "part").read_bytes() == (tmp_path / "whole").read_bytes()
    assert open_model(part).training["deterministic"]
    with pytest.raises(CorpusError):
        run(checkpoint=again, corpus=lines_of_corpus(seed=9))
    with pytest.raises(ConfigError):
        run(Reader(**(SMALL | {"seed": 4})), checkpoint=again)


def test_a_checkpoint_that_makes_no_sense(tmp_path):
    place = Checkpoint(str(tmp_path / "state"), "cloze-checkpoint", 0.0)
    kept = []

    class Kept(Checkpoint):
        def save(self, settings, corpus, position, tensors):
            kept.append((settings, corpus, position, dict(tensors)))

    run(checkpoint=Kept(place.path, place.kind, 0.0))
    settings, corpus, position, tensors = kept[0]
    tensors["bias"] = tensors["bias"][:-1]
    place.save(settings, corpus, position, tensors)
    with pytest.raises(ModelError) as caught:
        run(checkpoint=replace(place, resume=True))
    assert str(caught.value) == "checkpoint: its parts make no sense; it is damaged"


def test_nothing_to_learn_from():
    with pytest.raises(CorpusError) as caught:
        train([], None, Reader(**SMALL), corpus=lines_of_corpus(), where="q")
    assert str(caught.value) == "q: nothing to learn from, expected questions with answers"
    with pytest.raises(CorpusError) as caught:
        run(corpus=[])
    assert str(caught.value) == (
        "corpus: no word occurs 1 times, the most frequent one 0 times; expected text, or a "
        "lower --min-count"
    )
