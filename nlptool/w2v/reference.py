"""gensim's trainers behind the same settings, to compare with and for what only they have."""

from collections.abc import Iterator
from typing import Any

import numpy as np
from gensim.models import FastText, Word2Vec
from gensim.models.callbacks import CallbackAny2Vec
from numpy.typing import NDArray

from nlptool.core.report import Progress, Report, silent
from nlptool.core.vocab import Vocab
from nlptool.w2v.config import Config

Ids = NDArray[np.int32]
Floats = NDArray[np.float32]

_SENTENCES = 1 << 20  # ids that are turned back into words at once


class _Sentences:
    """The encoded corpus as lists of words, from the start at each `for`."""

    def __init__(self, ids: Ids, words: list[str]) -> None:
        self._ids = ids
        self._words = words

    def __iter__(self) -> Iterator[list[str]]:
        words = self._words
        ends = np.flatnonzero(self._ids < 0) if len(self._ids) <= _SENTENCES else None
        start = 0
        for end in self._ends() if ends is None else ends.tolist():
            yield [words[place] for place in self._ids[start:end].tolist()]
            start = end + 1

    def _ends(self) -> Iterator[int]:
        for low in range(0, len(self._ids), _SENTENCES):
            yield from (np.flatnonzero(self._ids[low : low + _SENTENCES] < 0) + low).tolist()


class _Told(CallbackAny2Vec):  # type: ignore[misc]  # gensim is untyped
    """Passes the end of every epoch on to a report."""

    def __init__(self, report: Report, n_words: int, epochs: int) -> None:
        self._report = report
        self._n_words = n_words
        self._epochs = epochs
        self._done = 0

    def on_epoch_end(self, _: Any) -> None:
        self._done += 1
        total = self._n_words * self._epochs
        self._report(Progress("training", self._n_words * self._done, total, "words"))


def fit(
    ids: Ids, vocab: Vocab, config: Config, *, init: Floats | None = None, report: Report = silent
) -> tuple[Floats, Floats | None]:
    """Train with gensim on an encoded corpus.

    Args:
        ids: the corpus, -1 after each sentence.
        vocab: its words and counts.
        config: the settings, settled; `subword` trains fastText vectors.
        init: vectors to start from; shape (n_words, dim).
        report: is told of each epoch.

    Returns:
        vectors, shape (n_words, dim), and output vectors of the same shape; None for
        hierarchical softmax, whose output vectors are those of inner nodes, not of words.
    """
    hierarchical = config.loss == "hierarchical-softmax"
    settings = {
        "vector_size": config.dim,
        "window": config.window,
        "sg": int(config.arch == "skipgram"),
        "hs": int(hierarchical),
        "negative": 0 if hierarchical else config.negatives,
        "ns_exponent": 0.75 if config.proposal == "unigram" else 0.0,
        "min_count": 1,
        "sample": config.sample,
        "alpha": config.rate,
        "seed": config.seed % 2**31,
        "workers": config.threads,
        "epochs": config.epochs,
    }
    model = FastText(**settings) if config.subword else Word2Vec(**settings)
    counts = dict(zip(vocab.words, vocab.counts.tolist(), strict=True))
    model.build_vocab_from_freq(counts, corpus_count=int((ids < 0).sum()))
    places = [model.wv.key_to_index[word] for word in vocab.words]
    if init is not None and not config.subword:
        model.wv.vectors[places] = init
    n_words = int((ids >= 0).sum())
    model.train(
        _Sentences(ids, vocab.words),
        total_words=n_words,
        epochs=config.epochs,
        callbacks=[_Told(report, n_words, config.epochs or 1)],
    )
    contexts = None if hierarchical else np.ascontiguousarray(model.syn1neg[places], np.float32)
    return np.ascontiguousarray(model.wv.vectors[places], np.float32), contexts
