"""What a network is trained to make small, with Keras on any backend.

Every loss is of one example each, shape (batch,), in nats unless said otherwise, and finite
for any finite scores. Whatever is to be learned beside the network (a matrix of classes) is
given as an array.
"""

from typing import Any

from keras import ops

Tensor = Any
FAR = -1e9


def cross_entropy(scores: Tensor, targets: Tensor, *, smoothing: float = 0.0) -> Tensor:
    """Return -log softmax of the target.

    Args:
        scores: shape (..., n_classes).
        targets: classes; shape (...).
        smoothing: the share of the target that goes to all classes alike
            (Szegedy et al., 2016, section 7).
    """
    log_z = ops.logsumexp(scores, axis=-1)
    true = log_z - _of_target(scores, targets)
    if smoothing == 0:
        return true
    return (1 - smoothing) * true + smoothing * (log_z - ops.mean(scores, axis=-1))


def shared_cross_entropy(scores: Tensor, shown: Tensor, shares: Tensor) -> Tensor:
    """Return -sum of share log softmax, over what is shown: of places, several may be right.

    Args:
        scores: shape (batch, n).
        shown: which of them are there; shape (batch, n).
        shares: of the target, 0 where nothing is shown; shape (batch, n), rows summing to 1.
    """
    there = ops.cast(shown, scores.dtype)
    scores = scores + (1 - there) * FAR
    log_shares = scores - ops.logsumexp(scores, axis=-1, keepdims=True)
    return -ops.sum(ops.cast(shares, scores.dtype) * log_shares * there, axis=-1)


def summed_cross_entropy(scores: Tensor, shown: Tensor, right: Tensor) -> Tensor:
    """Return -log of the sum of the softmax over what is right, among what is shown.

    Args:
        scores: shape (..., n).
        shown: which of them are there; shape (..., n).
        right: which are right, none that is not shown; shape (..., n). Where none is right the
            loss is large, and means nothing.

    Source:
        Kadlec et al., 2016 (pointer sum attention), equation 3.
    """
    scores = ops.where(shown, scores, FAR)
    log_right = ops.logsumexp(ops.where(right, scores, FAR), axis=-1)
    return ops.logsumexp(scores, axis=-1) - log_right


def pointed(
    asks: Tensor, keys: Tensor, kinds: Tensor, places: Tensor, answers: Tensor, *, scale: float
) -> Tensor:
    """Return -log of what some positions give, together, to those that are of one kind.

    Args:
        asks: what each position asks for; shape (batch, time, width).
        keys: what each answers; the same shape.
        kinds: the kind of each position, 0 for one that is no answer; shape (batch, time).
        places: the positions that ask; shape (batch, n).
        answers: the kind that is right for each; shape (batch, n). See `summed_cross_entropy`
            for what is nowhere.
        scale: of the products.

    Returns:
        Shape (batch, n).
    """
    places, answers = ops.cast(places, "int32"), ops.cast(answers, "int32")
    kinds = ops.cast(kinds, "int32")[:, None]
    asked = ops.take_along_axis(asks, places[..., None], axis=1) * scale
    points = ops.matmul(asked, ops.transpose(keys, (0, 2, 1)))
    shown = ops.broadcast_to(ops.greater(kinds, 0), ops.shape(points))
    return summed_cross_entropy(points, shown, ops.equal(kinds, answers[..., None]))


def mean_of(losses: Tensor, counted: Tensor) -> Tensor:
    """Return the mean of those losses that count, 0 if none does; shape (1,).

    Args:
        losses: any shape.
        counted: 1 or 0 of each; the same shape.
    """
    total = ops.sum(losses * counted) / ops.maximum(ops.sum(counted), 1.0)
    return ops.reshape(total, (1,))


def mixed_cross_entropy(scores: Tensor, targets: Tensor, other: Tensor, share: Tensor) -> Tensor:
    """Return the cross-entropy of examples that were mixed; Zhang et al., 2018 (mixup).

    Args:
        scores: of the mixed examples; shape (batch, n_classes).
        targets: of each example; shape (batch,).
        other: the example that each was mixed with; shape (batch,).
        share: how much of it is its own; shape (batch,), 0 to 1.
    """
    log_z = ops.logsumexp(scores, axis=-1)
    own = log_z - _of_target(scores, targets)
    others = log_z - _of_target(scores, ops.take(targets, other, axis=0))
    share = ops.cast(share, scores.dtype)
    return share * own + (1 - share) * others


def _of_target(scores: Tensor, targets: Tensor) -> Tensor:
    targets = ops.cast(targets, "int32")[..., None]
    return ops.take_along_axis(scores, targets, axis=-1)[..., 0]


def cosines(vectors: Tensor, classes: Tensor) -> Tensor:
    """Return the cosine of every vector with every class.

    Args:
        vectors: unit rows; shape (batch, width).
        classes: of any length; shape (width, n_classes).
    """
    length = ops.rsqrt(ops.sum(ops.square(classes), axis=0, keepdims=True) + 1e-12)
    return ops.clip(ops.matmul(vectors, classes * length), -1.0, 1.0)


def pair_cosines(vectors: Tensor, others: Tensor) -> Tensor:
    """Return the cosine of each vector with the other of its row; unit rows; shape (batch,)."""
    return ops.sum(vectors * others, axis=-1)


def stacked(*arrays: Tensor) -> Tensor:
    """Return arrays one below the other, along the batch."""
    return ops.concatenate(arrays, axis=0)


def beside(vectors: Tensor, others: Tensor, share: float) -> Tensor:
    """Return unit rows made of two kinds of them, side by side.

    Args:
        vectors: unit rows; shape (batch, width).
        others: unit rows; shape (batch, other width).
        share: of a product of two results, how much is that of `vectors`.
    """
    return ops.concatenate([vectors * share**0.5, others * (1 - share) ** 0.5], axis=-1)


def cosine_softmax(cosine: Tensor, targets: Tensor, *, scale: float = 30.0) -> Tensor:
    """Return the cross-entropy of scaled cosines."""
    return cross_entropy(scale * cosine, targets)


def am_softmax(
    cosine: Tensor, targets: Tensor, *, scale: float = 30.0, margin: float = 0.35
) -> Tensor:
    """Return the additive-margin softmax loss; Wang et al., 2018, equation 5.

    The target's cosine is replaced before the log-sum: taken off after it, as some programs
    do, the sum of the others vanishes in float32 and its logarithm is minus infinity.

    Args:
        cosine: shape (batch, n_classes).
        targets: shape (batch,).
        scale: s of the source.
        margin: m of the source.
    """
    return _with_target(cosine, targets, _of_target(cosine, targets) - margin, scale)


def angular_softmax(cosine: Tensor, targets: Tensor, *, scale: float = 30.0) -> Tensor:
    """Return the loss with min(cos 4t, cos t) for the target's cosine cos t.

    Source: a bound on the angle by a factor, as in Liu et al., 2017, in the simple form of
    the published system. cos 4t = 1 + 8 cos^2 t (cos^2 t - 1).
    """
    target = _of_target(cosine, targets)
    square = ops.square(target)
    return _with_target(cosine, targets, ops.minimum(1 + 8 * square * (square - 1), target), scale)


def _with_target(cosine: Tensor, targets: Tensor, new: Tensor, scale: float) -> Tensor:
    """Return the cross-entropy after putting another number in the target's place."""
    chosen = ops.one_hot(ops.cast(targets, "int32"), cosine.shape[-1], dtype=cosine.dtype)
    scores = scale * (cosine * (1 - chosen) + new[..., None] * chosen)
    return ops.logsumexp(scores, axis=-1) - scale * new


def focal(scores: Tensor, targets: Tensor, *, gamma: float = 2.0) -> Tensor:
    """Return -(1 - p)^gamma log p of the target; Lin et al., 2017."""
    log_p = -cross_entropy(scores, targets)
    # 1 - p from below, so that no slope of a power is taken at 0.
    rest = ops.maximum(1 - ops.exp(log_p), 1e-7)
    return -(rest**gamma) * log_p


def hard_truncated(scores: Tensor, targets: Tensor) -> Tensor:
    """Return -log p of the target, 0 where p is more than a half already."""
    loss = cross_entropy(scores, targets)
    return ops.where(loss < 0.6931471805599453, 0.0 * loss, loss)


def soft_truncated(scores: Tensor, targets: Tensor, *, sharpness: float = 1.0) -> Tensor:
    """Return -softmax(-K x)_t log softmax(x)_t; of two classes and K = 1, focal of gamma 1."""
    weight = ops.exp(-cross_entropy(-sharpness * scores, targets))
    return weight * cross_entropy(scores, targets)


def contrastive(
    vectors: Tensor, others: Tensor, same: Tensor | None = None, *, scale: float = 20.0
) -> Tensor:
    """Return the cross-entropy of finding each vector's partner in the batch.

    Args:
        vectors: unit rows; shape (batch, width).
        others: their partners, unit rows; further rows are rivals to all (hard negatives);
            shape (n, width), n >= batch.
        same: the groups of the rows of `others`; shape (n,): who is in the group of a vector
            is its partner or no rival. None where every row is a group of its own.
        scale: one over the temperature.

    Source:
        In-batch negatives with softmax: van den Oord et al., 2018; Gao et al., 2021.
    """
    scores = scale * ops.matmul(vectors, ops.transpose(others))
    rows = ops.arange(ops.shape(vectors)[0])
    if same is not None:
        own = ops.equal(rows[:, None], ops.arange(ops.shape(others)[0])[None])
        kin = ops.equal(ops.take(same, rows, axis=0)[:, None], same[None])
        scores = ops.where(ops.logical_and(kin, ops.logical_not(own)), FAR, scores)
    return cross_entropy(scores, rows)


def cosent(cosine: Tensor, labels: Tensor, *, scale: float = 20.0) -> Tensor:
    """Return log(1 + sum of e^(s (cos_j - cos_i)) over pairs of pairs with label_i > label_j).

    Args:
        cosine: of scored pairs; shape (batch,).
        labels: their scores, of which only the order counts; shape (batch,).
        scale: s.

    Returns:
        Shape (1,): the loss is of the batch.

    Source:
        Su, 2022 (CoSENT), after the circle loss of Sun et al., 2020.
    """
    gap = scale * (cosine[None, :] - cosine[:, None])
    wrong = ops.greater(labels[:, None], labels[None, :])
    gap = ops.where(wrong, gap, FAR)
    flat = ops.concatenate([ops.zeros((1,), dtype=gap.dtype), ops.reshape(gap, (-1,))])
    return ops.logsumexp(flat, axis=0, keepdims=True)
