"""A trained word-vector model: what it answers, and how it is saved and opened.

How it was trained is in `train.py`; plain nearest-neighbour questions, which need no more
than a matrix, are answered by `core.vectors`.
"""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, fields
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nlptool.core.publish import Output
from nlptool.core.report import Report, silent
from nlptool.core.store import Stored, is_model, load, publish
from nlptool.core.vectorfiles import read_vectors
from nlptool.core.vectors import Vectors
from nlptool.core.vocab import Vocab
from nlptool.core.vocab import from_bytes as vocab_of
from nlptool.errors import ConfigError, ModelError
from nlptool.w2v.config import Config

KIND = "w2v"
PLAIN = "vectors"
"""The kind of a file of vectors that came from another program: no counts, no output weights."""

Floats = NDArray[np.float32]

_ROWS = 64  # contexts at a time: their scores over the whole vocabulary are held in memory


@dataclass(frozen=True)
class WordVectors:
    """Word vectors with what the training knew of each word.

    Args:
        vocab: the words and their counts, the most frequent first.
        matrix: the words' vectors; shape (n_words, dim).
        contexts: the output vectors; shape (n_words, dim); None where output and input are
            one, or where the model came without them.
        bias: shape (n_words,); None where there is none.
        config: the settings of the training, settled.
        training: what the training said of itself.
    """

    vocab: Vocab
    matrix: Floats
    contexts: Floats | None
    bias: Floats | None
    config: Config
    training: dict[str, Any]

    @cached_property
    def vectors(self) -> Vectors:
        """The words with their vectors, as trained."""
        return Vectors(self.vocab.words, self.matrix)

    @cached_property
    def likeness(self) -> Vectors:
        """The words with the vectors whose cosines tell how alike words are.

        Vectors whose inner products are PMI share a large part, which would make all words
        alike: their mean is taken off.
        """
        if self.config.loss == "pmi":
            return Vectors(self.vocab.words, self.matrix - self.matrix.mean(axis=0))
        return self.vectors

    @cached_property
    def log_frequency(self) -> Floats:
        """Natural logarithm of each word's share of the corpus; shape (n_words,)."""
        counts = np.maximum(self.vocab.counts, 1).astype(np.float64)
        return np.asarray(np.log(counts / counts.sum()), np.float32)

    @cached_property
    def _correction(self) -> Floats:
        """What is added to the trained scores so that their softmax is p(word | context).

        A candidate that is drawn more often must score less to be told from the noise, so
        the optimum of random softmax and of negative sampling is log p(w|c) - log q(w), q
        being the proposal; noise-contrastive estimation takes q into its loss. The words
        that sub-sampling dropped are put back: it trained on p(w|c) keep(w).

        Source: Gutmann & Hyvarinen 2010; Levy & Goldberg 2014.
        """
        config = self.config
        if config.loss == "pmi":
            return self.log_frequency
        correction = np.zeros_like(self.log_frequency)
        if config.loss != "nce" and config.proposal == "unigram":
            correction += 0.75 * self.log_frequency
        if config.sample > 0:
            ratio = np.exp(np.log(config.sample) - self.log_frequency.astype(np.float64))
            correction -= np.log(np.minimum(ratio + np.sqrt(ratio), 1)).astype(np.float32)
        return correction

    def log_proba(self, hidden: Floats) -> Floats:
        """Return the logarithm of every word's probability in a context.

        Args:
            hidden: the contexts' vectors; shape (n, dim). For cbow the mean of the context
                words' vectors, else one word's vector.

        Returns:
            Natural logarithms; shape (n, n_words), each row summing to 1 once exponentiated.

        Raises:
            ModelError: hierarchical softmax has output vectors of inner nodes, not of words.
        """
        if self.config.loss == "hierarchical-softmax":
            raise ModelError(
                "a model of hierarchical softmax: it has no output vectors of words, expected "
                "a model of another --loss"
            )
        output = self.matrix if self.contexts is None else self.contexts
        scores: Floats = hidden @ output.T
        if self.bias is not None:
            scores += self.bias
        scores += self._correction
        scores -= scores.max(axis=1, keepdims=True)
        scores -= np.log(np.exp(scores, dtype=np.float32).sum(axis=1, keepdims=True))
        return scores

    def predict(self, context: Sequence[int]) -> Floats:
        """Return how probable each word is among the given ones.

        Args:
            context: word ids, at least one.

        Returns:
            Natural logarithms; shape (n_words,). For skipgram the context words count as
            independent: sum_i log p(w|c_i) - (n - 1) log p(w), normalised.
        """
        rows = self.matrix[np.asarray(context)]
        if self.config.arch == "cbow" and self.config.loss != "pmi":
            return np.asarray(self.log_proba(rows.mean(axis=0, keepdims=True))[0])
        total = np.zeros(len(self.vocab.words), np.float64)
        for start in range(0, len(rows), _ROWS):
            total += self.log_proba(rows[start : start + _ROWS]).sum(axis=0, dtype=np.float64)
        total -= (len(rows) - 1) * self.log_frequency
        total -= total.max()
        total -= np.log(np.exp(total).sum())
        return total.astype(np.float32)

    def related(self, word: int, *, alpha: float = 0.9) -> Floats:
        """Return how much each word is drawn by one word, rather than being like it.

        Args:
            word: its id.
            alpha: how much of a candidate's own frequency is taken off; 1 gives the
                pointwise mutual information, less favours frequent, readable words.

        Returns:
            log p(y|word) - alpha log p(y); shape (n_words,).
        """
        drawn: Floats = self.log_proba(self.matrix[[word]])[0]
        return np.asarray(drawn - np.float32(alpha) * self.log_frequency)

    def keywords(self, text: Sequence[int]) -> list[tuple[int, float]]:
        """Rank the words of a text by how well each foretells the others; no stop words.

        Args:
            text: the word ids of the text, repeated as they are repeated there.

        Returns:
            (id, score), best first; the score is sum_k log p(w_k|w) / n over the n other
            words of the text, and for pmi vectors <sum_k v_k, v_w>.
        """
        ids, counts = np.unique(np.asarray(text, np.int64), return_counts=True)
        if len(ids) == 0:
            return []
        weights = counts.astype(np.float32)
        if self.config.loss == "pmi":
            scores = self.matrix[ids] @ (weights @ self.matrix[ids])
        else:
            scores = np.empty(len(ids), np.float32)
            for start in range(0, len(ids), _ROWS):
                some = ids[start : start + _ROWS]
                among = self.log_proba(self.matrix[some])[:, ids]
                own = among[np.arange(len(some)), start + np.arange(len(some))]
                others = max(int(counts.sum()) - 1, 1)
                scores[start : start + _ROWS] = (among @ weights - own) / others
        order = np.lexsort((ids, -scores))
        return [(int(ids[place]), float(scores[place])) for place in order]

    def sentence(self, text: Sequence[int]) -> Floats:
        """Return the vector of a text: the sum of its words' vectors; shape (dim,)."""
        return np.asarray(self.matrix[np.asarray(text, np.int64)].sum(axis=0, dtype=np.float32))

    def save(self, output: Output | str) -> None:
        """Write the model as one file.

        Raises:
            RunError: it cannot be written; an older file is untouched.
        """
        tensors: dict[str, NDArray[Any]] = {
            "vocabulary": self.vocab.as_bytes(),
            "counts": self.vocab.counts,
            "vectors": self.matrix,
        }
        if self.contexts is not None:
            tensors["contexts"] = self.contexts
        if self.bias is not None:
            tensors["bias"] = self.bias
        publish(output, KIND, config=asdict(self.config), training=self.training, tensors=tensors)


def open_model(path: str) -> WordVectors:
    """Open a model file.

    Raises:
        ModelError: it is missing, damaged, of another kind or makes no sense.
    """
    return from_stored(load(path, KIND))


def open_vectors(path: str, report: Report = silent, *, likeness: bool = False) -> Vectors:
    """Open just the vectors of a model file, or a file of another program.

    Args:
        path: the file.
        report: is told what is odd in another program's file.
        likeness: give the vectors to compare words by, see `WordVectors.likeness`.

    Raises:
        ModelError: a model file that is refused.
        CorpusError: a file of another program that cannot be read.
    """
    if not is_model(path):
        return read_vectors(path, report=report)
    stored = load(path)
    if stored.kind == PLAIN:
        return plain_vectors(stored)
    model = from_stored(stored)
    return model.likeness if likeness else model.vectors


def save_vectors(output: Output | str, vectors: Vectors) -> None:
    """Write vectors alone as a model file, which opens at once whatever its size.

    Raises:
        RunError: it cannot be written; an older file is untouched.
    """
    words = Vocab(list(vectors.words), np.zeros(len(vectors.words), np.int64))
    tensors: dict[str, NDArray[Any]] = {
        "vocabulary": words.as_bytes(),
        "vectors": np.asarray(vectors.matrix),
    }
    publish(output, PLAIN, config={}, training={}, tensors=tensors)


def plain_vectors(stored: Stored) -> Vectors:
    """Give meaning to a file of vectors alone.

    Raises:
        ModelError: its parts do not fit together.
    """
    matrix = stored.tensor("vectors", "float32", (None, None))
    if set(stored.tensors) != {"vectors", "vocabulary"} or 0 in matrix.shape:
        raise ModelError(f"{stored.path}: no vectors, or more than that; it is damaged")
    text = stored.tensor("vocabulary", "uint8", (None,))
    words = vocab_of(text, np.zeros(len(matrix), np.int64), stored.path).words
    return Vectors(words, matrix)


def from_stored(stored: Stored) -> WordVectors:
    """Give meaning to what a model file holds.

    Raises:
        ModelError: its parts do not fit together.
    """
    if stored.kind != KIND:
        raise ModelError(f"{stored.path}: a {stored.kind} model, expected a {KIND} model")
    config = config_of(stored)
    counts = stored.tensor("counts", "int64", (None,))
    n_words = len(counts)
    if n_words == 0 or (counts < 0).any():
        raise ModelError(f"{stored.path}: its counts are empty or negative; it is damaged")
    known = {"vocabulary", "counts", "vectors", "contexts", "bias"}
    if unknown := sorted(set(stored.tensors) - known):
        raise ModelError(f"{stored.path}: an unknown tensor {unknown[0]!r}; it is damaged")
    text = stored.tensor("vocabulary", "uint8", (None,))
    vocab = vocab_of(text, counts, stored.path)
    shape = (n_words, config.dim)
    optional = {
        name: stored.tensor(name, "float32", size) if name in stored.tensors else None
        for name, size in (("contexts", shape), ("bias", (n_words,)))
    }
    return WordVectors(
        vocab,
        stored.tensor("vectors", "float32", shape),
        optional["contexts"],
        optional["bias"],
        config,
        stored.training,
    )


def config_of(stored: Stored) -> Config:
    """Return the settings in a file.

    Raises:
        ModelError: a setting is missing, unknown, of another type or out of range.
    """
    names = {field.name: field.type for field in fields(Config)}
    if set(stored.config) != set(names):
        raise ModelError(f"{stored.path}: its settings are not those of word vectors")
    defaults = asdict(Config().settled())
    for name, value in stored.config.items():
        # What is None unless it is given is a whole number.
        expected = int if defaults[name] is None else type(defaults[name])
        fits = type(value) is expected or (expected is float and type(value) is int)
        if not fits and not (value is None and "None" in str(names[name])):
            raise ModelError(f"{stored.path}: setting {name} is {value!r}; the file is damaged")
    try:
        return Config(**stored.config)
    except ConfigError as error:
        raise ModelError(f"{stored.path}: {error}") from None
