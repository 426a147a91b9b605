"""The word-vector model as a Keras network, for GPUs and for comparison.

The same model and losses as the numba kernels, but with mini-batches and Adam, on whichever
backend Keras has (KERAS_BACKEND=tensorflow, jax or torch). On a CPU the kernels are many
times faster.
"""

from collections.abc import Iterator
from typing import Any

import keras
import numpy as np
from keras import ops
from numpy.typing import NDArray

from nlptool.core.report import Progress, Report, silent
from nlptool.errors import RunError
from nlptool.w2v.config import Config

Ids = NDArray[np.int32]
Floats = NDArray[np.float32]

BATCH = 2048
_SPAN = 1 << 15  # words whose windows are laid out at once


def build(config: Config, n_words: int, proposal: Floats | None = None) -> keras.Model:
    """Build the network: (context, weights, candidates) -> one score for each candidate.

    Args:
        config: its settings, settled.
        n_words: size of the vocabulary.
        proposal: q(w), how probable each word is as a negative, for nce; shape (n_words,).

    Returns:
        A model of three inputs: the context's word ids, shape (batch, n_context); how much
        each counts (0 pads), the same shape; the candidates' ids, shape (batch, n_candidates).
        Its output has the shape of the candidates.
    """
    context = keras.Input((None,), dtype="int32", name="context")
    weights = keras.Input((None,), name="weights")
    candidates = keras.Input((None,), dtype="int32", name="candidates")
    words = keras.layers.Embedding(
        n_words,
        config.dim,
        embeddings_initializer=keras.initializers.RandomUniform(
            -0.5 / config.dim, 0.5 / config.dim, seed=config.seed
        ),
        name="vectors",
    )
    hidden = keras.layers.Dot((1, 1), name="hidden")([words(context), weights])
    if config.tied:
        outputs = words(candidates)
    else:
        outputs = keras.layers.Embedding(
            n_words, config.dim, embeddings_initializer="zeros", name="contexts"
        )(candidates)
    scores = keras.layers.Dot((2, 1), name="scores")([outputs, hidden])
    if not config.tied and config.loss != "negative-sampling":
        scores = keras.layers.Add()([scores, _of_word("bias", candidates, n_words)])
    if config.loss == "nce" and proposal is not None:
        gamma = np.log((config.negatives or 1) * proposal)
        offset = _of_word("gamma", candidates, n_words, start=-gamma)
        scores = keras.layers.Add()([scores, offset])
    return keras.Model([context, weights, candidates], scores)


def _of_word(name: str, candidates: Any, n_words: int, *, start: Floats | None = None) -> Any:
    """Return one number for each candidate: learned, or fixed where `start` is given."""
    initial = "zeros" if start is None else keras.initializers.Constant(start.reshape(-1, 1))
    layer = keras.layers.Embedding(
        n_words, 1, embeddings_initializer=initial, trainable=start is None, name=name
    )
    return keras.layers.Flatten()(layer(candidates))


def random_softmax(valid: Any, scores: Any) -> Any:
    """Cross-entropy of the first candidate against all; `valid` is 0 where one is no rival."""
    scores = ops.where(valid > 0, scores, -1e9)
    return ops.logsumexp(scores, axis=-1) - scores[:, 0]


def logistic(valid: Any, scores: Any) -> Any:
    """Logistic loss of the first candidate against each other one that is a rival."""
    true = ops.softplus(-scores[:, :1])
    false = ops.softplus(scores[:, 1:]) * valid[:, 1:]
    return ops.sum(true, axis=-1) + ops.sum(false, axis=-1)


def fit(
    ids: Ids,
    counts: NDArray[np.int64],
    config: Config,
    *,
    init: Floats | None = None,
    report: Report = silent,
) -> tuple[Floats, Floats | None, Floats | None, list[dict[str, float]]]:
    """Train on an encoded corpus.

    Args:
        ids: the corpus, -1 after each sentence.
        counts: of each word; shape (n_words,).
        config: the settings, settled.
        init: vectors to start from; shape (n_words, dim).
        report: is told how far the training is.

    Returns:
        vectors, output vectors (None if tied), biases (None if there are none), and the mean
        loss of each epoch.

    Raises:
        RunError: the loss is not finite.
    """
    keras.utils.set_random_seed(config.seed % 2**31)
    proposal = np.ones(len(counts)) if config.proposal == "uniform" else counts**0.75
    proposal = (proposal / proposal.sum()).astype(np.float32)
    model = build(config, len(counts), proposal)
    if init is not None:
        model.get_layer("vectors").set_weights([init])
    epochs, rate = config.epochs or 1, config.rate or 0.0
    n_words = int((ids >= 0).sum())
    optimizer = keras.optimizers.Adam(rate)
    loss = random_softmax if config.loss == "random-softmax" else logistic
    model.compile(optimizer=optimizer, loss=loss)
    keep = _keep(counts, config.sample)
    cumulative = np.cumsum(proposal, dtype=np.float64)
    history: list[dict[str, float]] = []
    for epoch in range(epochs):
        total, n_examples = 0.0, 0
        for done, context, weights, targets in _batches(ids, config, keep, epoch):
            passed = (epoch + done / len(ids)) / epochs
            optimizer.learning_rate.assign(rate * max(1 - passed, 1e-4))
            rng = np.random.default_rng((config.seed, epoch, done, 1))
            drawn = rng.random((len(targets), config.negatives or 1)) * cumulative[-1]
            others = np.searchsorted(cumulative, drawn, side="right").astype(np.int32)
            others = np.minimum(others, len(counts) - 1)
            candidates = np.concatenate([targets[:, None], others], axis=1)
            valid = (candidates != targets[:, None]).astype(np.float32)
            valid[:, 0] = 1
            value = float(model.train_on_batch([context, weights, candidates], valid))
            if not np.isfinite(value):
                raise RunError(
                    f"training diverged in epoch {epoch + 1}: the loss is {value}; lower --rate"
                )
            total += value * len(targets)
            n_examples += len(targets)
            mean = total / max(n_examples, 1)
            progress = epoch * n_words + int(n_words * done / len(ids))
            report(Progress("training", progress, epochs * n_words, "words", mean))
            model.reset_metrics()
        history.append({"epoch": epoch + 1, "loss": total / max(n_examples, 1)})
    contexts = None if config.tied else _weights(model, "contexts")
    names = {layer.name for layer in model.layers}
    bias = _weights(model, "bias")[:, 0] if "bias" in names else None
    return _weights(model, "vectors"), contexts, bias, history


def _weights(model: keras.Model, layer: str) -> Floats:
    return np.ascontiguousarray(model.get_layer(layer).get_weights()[0], np.float32)


def _keep(counts: NDArray[np.int64], sample: float) -> Floats:
    """Return the probability that an occurrence of each word is kept; shape (n_words,)."""
    if sample <= 0:
        return np.ones(len(counts), np.float32)
    ratio = sample * counts.sum() / np.maximum(counts, 1)
    return np.asarray(np.minimum(ratio + np.sqrt(ratio), 1), np.float32)


def _batches(
    ids: Ids, config: Config, keep: Floats, epoch: int
) -> Iterator[tuple[int, Ids, Floats, Ids]]:
    """Yield (position, context, weights, targets) in batches of at most `BATCH` examples.

    Skip-gram has one context word an example, cbow both sides of the window, padded.
    """
    for start in range(0, len(ids), _SPAN):
        span = np.asarray(ids[start : start + _SPAN])
        rng = np.random.default_rng((config.seed, epoch, start))
        kept = (span < 0) | (rng.random(len(span)) < keep[span])
        context, weights, targets = _windows(span[kept], config, rng)
        order = rng.permutation(len(targets))
        for low in range(0, len(order), BATCH):
            some = order[low : low + BATCH]
            done = start + int(len(span) * min(low + BATCH, len(order)) / len(order))
            yield done, context[some], weights[some], targets[some]


def _windows(ids: Ids, config: Config, rng: np.random.Generator) -> tuple[Ids, Floats, Ids]:
    """Return every word's window, of random width as in word2vec, cut at sentence ends."""
    n = len(ids)
    sentence = np.cumsum(ids < 0)
    width = rng.integers(1, config.window + 1, n)
    places = np.arange(n)
    context = np.zeros((n, 2 * config.window), np.int32)
    weights = np.zeros((n, 2 * config.window), np.float32)
    steps = [step for size in range(1, config.window + 1) for step in (-size, size)]
    for column, step in enumerate(steps):
        other = places + step
        inside = (other >= 0) & (other < n) & (abs(step) <= width) & (ids >= 0)
        other = np.clip(other, 0, max(n - 1, 0))
        inside &= (ids[other] >= 0) & (sentence[other] == sentence)
        context[inside, column] = ids[other[inside]]
        weights[inside, column] = 1
    if config.arch == "cbow":
        used = weights.any(axis=1)
        weights = weights[used] / weights[used].sum(axis=1, keepdims=True)
        return context[used], weights, ids[used]
    rows, columns = np.nonzero(weights)
    single = context[rows, columns][:, None]
    return single, np.ones(single.shape, np.float32), ids[rows]
