"""A linear-chain CRF on the scores of a network: log-likelihood and the best tags, in Keras.

Score of tags y: first[y_0] + sum_t scores[t, y_t] + sum_t transitions[y_t, y_t+1] + last[y_n].
Padding may only stand at the end. Answers without Keras use the one Viterbi kernel of the
tagging task; this one is for the looks that a training takes at its development set on a GPU.

Source: Lafferty, McCallum and Pereira, 2001; forward recursion in log space. Slow form:
tests/naive_neural.py.
"""

from typing import Any

import keras
from keras import ops

Tensor = Any


class _Forward(keras.layers.Layer):  # type: ignore[misc]  # keras is untyped
    """One step to the right: from each tag's log-sum (or best score) to the next position's.

    The last column of what it is given is 0 at padding, where nothing changes. (A mask of
    Keras would give zeros there until the first position that is none.)
    """

    def __init__(self, transitions: Tensor, *, best: bool) -> None:
        super().__init__()
        self.state_size = self.output_size = transitions.shape[0]
        self._best = best
        self._transitions = transitions
        self.built = True

    def call(self, given: Tensor, states: list[Tensor]) -> tuple[Tensor, list[Tensor]]:
        scores, shown = given[:, :-1], given[:, -1:]
        reduce = ops.max if self._best else ops.logsumexp
        paths = states[0][:, :, None] + self._transitions[None]
        new = ops.where(shown > 0, reduce(paths, axis=1) + scores, states[0])
        return new, [new]


class _Backward(keras.layers.Layer):  # type: ignore[misc]  # keras is untyped
    """One step to the left: from the best tag at a position to the one before it."""

    def __init__(self, transitions: Tensor) -> None:
        super().__init__()
        self.state_size = self.output_size = 1
        self._transitions = transitions
        self.built = True

    def call(self, given: Tensor, states: list[Tensor]) -> tuple[Tensor, list[Tensor]]:
        best, shown = given[:, :-1], given[:, -1:]
        following = ops.cast(states[0][:, 0], "int32")
        into = ops.take(ops.transpose(self._transitions), following, axis=0)
        before = ops.cast(ops.argmax(best + into, axis=-1), best.dtype)[:, None]
        tag = ops.where(shown > 0, before, states[0])
        return tag, [tag]


def _following(scores: Tensor, mask: Tensor) -> Tensor:
    """Return the positions after the first with their mask; one of padding, if there is none."""
    shown = ops.cast(mask, scores.dtype)[..., None]
    both = ops.concatenate([scores, shown], axis=-1)
    return ops.pad(both, ((0, 0), (0, 1), (0, 0)))[:, 1:]


def log_likelihood(
    scores: Tensor, mask: Tensor, tags: Tensor, transitions: Tensor, first: Tensor, last: Tensor
) -> Tensor:
    """Return, in nats, how probable the given tags are.

    Args:
        scores: of each tag at each position; shape (batch, time, n_tags).
        mask: True at positions; shape (batch, time); at least one in a row.
        tags: the true ones; shape (batch, time); anything legal at padding.
        transitions: from row to column; shape (n_tags, n_tags).
        first: score of beginning with a tag; shape (n_tags,).
        last: score of ending with a tag; shape (n_tags,).

    Returns:
        Shape (batch,), at most 0.
    """
    start = first[None] + scores[:, 0]
    run = keras.layers.RNN(_Forward(ops.convert_to_tensor(transitions), best=False))
    total = run(_following(scores, mask), initial_state=[start])
    log_z = ops.logsumexp(total + last[None], axis=-1)
    return path_score(scores, mask, tags, transitions, first, last) - log_z


def token_losses(
    scores: Tensor, mask: Tensor, tags: Tensor, transitions: Tensor, first: Tensor, last: Tensor
) -> Tensor:
    """Return losses whose mean is that of a position, in nats; arguments as above.

    Long texts count for more, as they have more positions; the size of a batch does not.
    """
    shown = ops.sum(ops.cast(mask, scores.dtype), axis=1)
    return -log_likelihood(scores, mask, tags, transitions, first, last) / ops.mean(shown)


def path_score(
    scores: Tensor, mask: Tensor, tags: Tensor, transitions: Tensor, first: Tensor, last: Tensor
) -> Tensor:
    """Return the score of the given tags; arguments as in `log_likelihood`."""
    n_tags = scores.shape[-1]
    shown = ops.cast(mask, scores.dtype)
    chosen = ops.one_hot(tags, n_tags, dtype=scores.dtype) * shown[..., None]
    emitted = ops.sum(chosen * scores, axis=(1, 2))
    # Of the tag before, the row of transitions to all; of the tag after, the column.
    moved = ops.sum(ops.matmul(chosen[:, :-1], transitions) * chosen[:, 1:], axis=(1, 2))
    ended = chosen[:, :-1] * (1 - shown[:, 1:])[..., None]
    ends = ops.sum(ended, axis=1) + chosen[:, -1]
    return (
        emitted
        + moved
        + ops.matmul(chosen[:, 0], first[:, None])[:, 0]
        + ops.matmul(ends, last[:, None])[:, 0]
    )


def viterbi(
    scores: Tensor, mask: Tensor, transitions: Tensor, first: Tensor, last: Tensor
) -> Tensor:
    """Return the best tags; arguments as in `log_likelihood`.

    Returns:
        Shape (batch, time), int32; 0 at padding.
    """
    transitions = ops.convert_to_tensor(transitions)
    start = first[None] + scores[:, 0]
    run = keras.layers.RNN(_Forward(transitions, best=True), return_sequences=True)
    rest = run(_following(scores, mask), initial_state=[start])
    # At padding the best scores stay those of the last position.
    final = ops.argmax(rest[:, -1] + last[None], axis=-1)
    final = ops.cast(final, scores.dtype)[:, None]
    best = ops.concatenate([start[:, None], rest[:, :-1]], axis=1)
    shown = ops.cast(mask, scores.dtype)[..., None]
    follows = ops.pad(shown, ((0, 0), (0, 1), (0, 0)))[:, 1:]
    back = keras.layers.RNN(_Backward(transitions), return_sequences=True, go_backwards=True)
    tags = back(ops.concatenate([best, follows], axis=-1), initial_state=[final])
    return ops.cast(ops.flip(tags, axis=1)[..., 0], "int32") * ops.cast(mask, "int32")
