"""From segmented text to a model: count, encode, train with one of the engines.

The loops over epochs are in `train.py` (prediction losses) and `pmi.py`; opening a corpus and
segmenting it come before, in `core`.
"""

import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np

from nlptool.core.checkpoint import Checkpoint
from nlptool.core.encode import Encoded, encode, require_words
from nlptool.core.report import Note, Progress, Report, silent
from nlptool.core.vectors import Vectors
from nlptool.core.vocab import Vocab
from nlptool.errors import ConfigError
from nlptool.w2v import pmi
from nlptool.w2v.config import Config
from nlptool.w2v.model import Floats, WordVectors
from nlptool.w2v.train import State, train

CHECKPOINT = "w2v-checkpoint"
"""The kind of file of an unfinished training."""

Parts = tuple[Floats, Floats | None, Floats | None, list[dict[str, float]]]


def learn(
    blocks: Iterable[bytes],
    config: Config,
    *,
    folder: Path,
    memory: int,
    where: str = "corpus",
    segment: str = "space",
    vocab: Vocab | None = None,
    init: Vectors | None = None,
    checkpoint: Checkpoint | None = None,
    report: Report = silent,
) -> WordVectors:
    """Train word vectors on segmented text.

    Args:
        blocks: UTF-8, words separated by white space, sentences by newlines.
        config: the settings, settled.
        folder: for temporary files: 4 bytes a word of the corpus, more for pmi.
        memory: bytes that counting may take.
        where: the corpus, for errors.
        segment: how the text was segmented; kept with the model.
        vocab: the words to learn; all that are frequent enough unless given.
        init: vectors to start from, for the words that they have.
        checkpoint: where the state is saved and resumed from.
        report: is told how far the work is.

    Returns:
        The model, not yet saved.

    Raises:
        ConfigError: settings that do not fit together, or too little memory.
        CorpusError: the text is empty, or no word is frequent enough.
        RunError: the training diverged, or a temporary file cannot be written.
    """
    if init is not None and init.dim != config.dim:
        raise ConfigError(f"--init: vectors of {init.dim} numbers, expected --dim {config.dim}")
    if checkpoint is not None and checkpoint.wanted and config.engine != "numba":
        raise ConfigError(f"--engine {config.engine}: has no checkpoints; only numba has")
    encoded = encode(
        blocks,
        folder,
        min_count=config.min_count,
        max_vocab=config.max_vocab,
        vocab=vocab,
        threads=config.threads,
        memory=memory,
        report=_but_reading(report),
    )
    require_words(encoded, where, config.min_count)
    report(
        Note(
            f"{encoded.n_read:,} words, {encoded.n_words:,} of them in the vocabulary of "
            f"{len(encoded.vocab.words):,}"
        )
    )
    start = _start(init, encoded.vocab, config, report) if init is not None else None
    if config.loss == "pmi":
        parts = _factorise(encoded, config, start, checkpoint, folder, memory, report)
    elif config.engine == "numba":
        parts = _train(encoded, config, start, checkpoint, report)
    else:
        parts = _elsewhere(encoded, config, start, report)
    vectors, contexts, bias, epochs = parts
    training: dict[str, Any] = {
        "segment": segment,
        "words": encoded.n_read,
        "words_known": encoded.n_words,
        "corpus": encoded.fingerprint,
        "deterministic": config.threads == 1 and config.engine == "numba",
        "epochs": epochs,
    }
    return WordVectors(encoded.vocab, vectors, contexts, bias, config, training)


def _but_reading(report: Report) -> Report:
    """Return a report without what whoever reads the blocks tells already, and better."""

    def told(event: Progress | Note) -> None:
        if isinstance(event, Note) or event.stage != "reading":
            report(event)

    return told


def _start(init: Vectors, vocab: Vocab, config: Config, report: Report) -> Floats:
    """Return a vector for every word: the given one, or a small random one."""
    rng = np.random.default_rng(config.seed)
    start = rng.uniform(-0.5, 0.5, (len(vocab.words), config.dim)).astype(np.float32)
    start /= config.dim
    known = [(row, init.ids[word]) for row, word in enumerate(vocab.words) if word in init.ids]
    if known:
        rows, places = zip(*known, strict=True)
        start[list(rows)] = init.matrix[list(places)]
    report(Note(f"--init: has {len(known):,} of the {len(vocab.words):,} words"))
    return start


def _train(
    encoded: Encoded,
    config: Config,
    init: Floats | None,
    checkpoint: Checkpoint | None,
    report: Report,
) -> Parts:
    """Train by prediction with the numba kernels."""
    state = None
    if checkpoint is not None and (stored := checkpoint.open(asdict(config), encoded.fingerprint)):
        state = State.restored(stored.tensors, stored.training["position"])
        report(Note(f"{checkpoint.path}: going on from epoch {state.epoch + 1}"))

    def save(now: State) -> None:
        if checkpoint is not None:
            checkpoint.save(asdict(config), encoded.fingerprint, now.position(), now.tensors())

    wanted = checkpoint is not None and checkpoint.wanted
    state = train(
        encoded.ids,
        encoded.vocab.counts,
        config,
        report=report,
        state=state,
        init=init,
        checkpoint=save if wanted else None,
        checkpoint_seconds=checkpoint.seconds if checkpoint else None,
    )
    return state.vectors, state.contexts, state.bias, state.history


def _factorise(
    encoded: Encoded,
    config: Config,
    init: Floats | None,
    checkpoint: Checkpoint | None,
    folder: Path,
    memory: int,
    report: Report,
) -> Parts:
    """Factorise the matrix of pointwise mutual information."""
    n_words = len(encoded.vocab.words)
    state = None
    if checkpoint is not None and (stored := checkpoint.open(asdict(config), encoded.fingerprint)):
        state = pmi.State.restored(stored.tensors, stored.training["position"])
        report(Note(f"{checkpoint.path}: going on from epoch {state.epoch + 1}"))

    def save(now: pmi.State) -> None:
        if checkpoint is not None:
            checkpoint.save(asdict(config), encoded.fingerprint, now.position(), now.tensors())

    wanted = checkpoint is not None and checkpoint.wanted
    state = pmi.train_pmi(
        encoded.ids,
        n_words,
        config,
        folder=folder,
        memory=memory,
        report=report,
        state=state,
        init=init,
        checkpoint=save if wanted else None,
        checkpoint_seconds=checkpoint.seconds if checkpoint else None,
    )
    vectors, contexts = pmi.vectors_of(state, config)
    return vectors, contexts, None, state.history


def _elsewhere(encoded: Encoded, config: Config, init: Floats | None, report: Report) -> Parts:
    """Train with another engine; each is loaded only here, as each takes seconds to load."""
    if config.engine == "gensim":
        from nlptool.w2v import reference  # noqa: PLC0415  gensim takes 3 s to load

        vectors, contexts = reference.fit(
            encoded.ids, encoded.vocab, config, init=init, report=report
        )
        return vectors, contexts, None, []
    try:
        with _silenced():
            from nlptool.w2v import network  # noqa: PLC0415  Keras takes 4 s to load, and is an extra
    except ImportError as error:
        raise ConfigError(
            f"--engine keras: {error}; install it with: pip install 'nlptool[neural]'"
        ) from None
    return network.fit(encoded.ids, encoded.vocab.counts, config, init=init, report=report)


@contextmanager
def _silenced() -> Iterator[None]:
    """Keep TensorFlow's greeting, which no setting turns off, away from stderr."""
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    kept = os.dup(2)
    null = os.open(os.devnull, os.O_WRONLY)
    try:
        os.dup2(null, 2)
        yield
    finally:
        os.dup2(kept, 2)
        os.close(kept)
        os.close(null)
