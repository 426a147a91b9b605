"""What each kind of block does in training, with Keras on any backend.

One function a kind: (block, weights, inputs, context) -> value. The same kinds without Keras
are in `forward.py`; a test holds them together. How a network is made of them: `network.py`.

A value's mask is True at its positions, False at padding, None for a vector. What stands at
padding is finite and means nothing: who looks beyond a position masks its input.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

import keras
from keras import ops

from nlptool.neural.graph import Block
from nlptool.neural.kinds import sides

Tensor = Any
FAR = -1e9  # a logit that is never chosen, and finite


class Value(NamedTuple):
    """An array with the mask of its positions; (batch, time, width) and (batch, time)."""

    array: Tensor
    mask: Tensor | None = None


class Context(NamedTuple):
    """What a pass through the network is given beside the blocks' inputs.

    Args:
        batch: everything that was handed in, by name.
        training: whether to drop and mix.
        seeds: where randomness comes from.
        cells: the recurrent layers, by block and side.
        short: whether matrices are multiplied in bfloat16.
    """

    batch: Mapping[str, Tensor]
    training: bool
    seeds: Any
    cells: Mapping[str, Any]
    short: bool = False


Weights = Mapping[str, Tensor]
Inputs = Sequence[Value]


def _activated(block: Block, x: Tensor) -> Tensor:
    name = block.settings["activation"]
    return x if name == "linear" else getattr(ops, name)(x)


def _product(x: Tensor, y: Tensor, context: Context) -> Tensor:
    if not context.short:
        return ops.matmul(x, y)
    found = ops.matmul(ops.cast(x, "bfloat16"), ops.cast(y, "bfloat16"))
    return ops.cast(found, "float32")


def _zeroed(value: Value) -> Tensor:
    """Return a value that is zero at padding."""
    return value.array * ops.cast(value.mask, value.array.dtype)[..., None]


def _ids(block: Block, weights: Weights, inputs: Inputs, context: Context) -> Value:
    ids = ops.cast(context.batch[block.name], "int32")
    present = ops.greater(ids, 0)
    return Value(ids, ops.any(present, axis=-1) if len(ids.shape) == 3 else present)


def _numbers(block: Block, weights: Weights, inputs: Inputs, context: Context) -> Value:
    return Value(ops.cast(context.batch[block.name], "float32"), inputs[0].mask)


def _embed(block: Block, weights: Weights, inputs: Inputs, context: Context) -> Value:
    """Look up rows; of several ids at a position, their mean."""
    ids, mask = inputs[0]
    n_tuned = block.settings["tuned"]
    if "fixed" not in weights:
        rows = ops.take(weights["tuned"], ids, axis=0)
    elif "tuned" not in weights:
        rows = ops.take(weights["fixed"], ids, axis=0)
    else:
        tuned = ops.take(weights["tuned"], ops.minimum(ids, n_tuned - 1), axis=0)
        fixed = ops.take(weights["fixed"], ops.maximum(ids - n_tuned, 0), axis=0)
        rows = ops.where((ids < n_tuned)[..., None], tuned, fixed)
    rows = rows * ops.cast(ids > 0, rows.dtype)[..., None]
    if len(ids.shape) == 3:
        count = ops.sum(ops.cast(ids > 0, rows.dtype), axis=2)[..., None]
        rows = ops.sum(rows, axis=2) / ops.maximum(count, 1.0)
    return Value(rows, mask)


def _dropout(block: Block, weights: Weights, inputs: Inputs, context: Context) -> Value:
    x, mask = inputs[0]
    rate = block.settings["rate"]
    if not context.training or rate == 0:
        return inputs[0]
    noise = None
    if block.settings["of"] == "column" and mask is not None:
        noise = (ops.shape(x)[0], 1, x.shape[-1])
    return Value(keras.random.dropout(x, rate, noise_shape=noise, seed=context.seeds), mask)


def _mixup(block: Block, weights: Weights, inputs: Inputs, context: Context) -> Value:
    """Mix each example with another; "mix_with" (batch,) says which, "mix_share" how much.

    Source: Zhang et al., 2018; on embeddings Guo et al., 2019.
    """
    x, mask = inputs[0]
    if not context.training or "mix_with" not in context.batch:
        return inputs[0]
    other = ops.cast(context.batch["mix_with"], "int32")
    share = ops.reshape(context.batch["mix_share"], (-1,) + (1,) * (len(x.shape) - 1))
    share = ops.cast(share, x.dtype)
    if mask is None:
        return Value(share * x + (1 - share) * ops.take(x, other, axis=0))
    x = _zeroed(inputs[0])
    mixed = share * x + (1 - share) * ops.take(x, other, axis=0)
    return Value(mixed, ops.logical_or(mask, ops.take(mask, other, axis=0)))


def _join(block: Block, weights: Weights, inputs: Inputs, context: Context) -> Value:
    return Value(ops.concatenate([one.array for one in inputs], axis=-1), inputs[0].mask)


def _chain(block: Block, weights: Weights, inputs: Inputs, context: Context) -> Value:
    return Value(
        ops.concatenate([one.array for one in inputs], axis=1),
        ops.concatenate([one.mask for one in inputs], axis=1),
    )


def _add(block: Block, weights: Weights, inputs: Inputs, context: Context) -> Value:
    return Value(sum(one.array for one in inputs), inputs[0].mask)


def _mean(block: Block, weights: Weights, inputs: Inputs, context: Context) -> Value:
    return Value(sum(one.array for one in inputs) / len(inputs), inputs[0].mask)


def _times(block: Block, weights: Weights, inputs: Inputs, context: Context) -> Value:
    product = inputs[0].array
    for one in inputs[1:]:
        product = product * one.array
    return Value(product, inputs[0].mask)


def _spread(block: Block, weights: Weights, inputs: Inputs, context: Context) -> Value:
    vector, (like, mask) = inputs[0].array, inputs[1]
    return Value(ops.repeat(vector[:, None], ops.shape(like)[1], axis=1), mask)


def _dense(block: Block, weights: Weights, inputs: Inputs, context: Context) -> Value:
    x, mask = inputs[0]
    return Value(_activated(block, _product(x, weights["kernel"], context) + weights["bias"]), mask)


def _norm(block: Block, weights: Weights, inputs: Inputs, context: Context) -> Value:
    x, mask = inputs[0]
    x = x - ops.mean(x, axis=-1, keepdims=True)
    x = x * ops.rsqrt(ops.mean(ops.square(x), axis=-1, keepdims=True) + 1e-6)
    return Value(x * weights["gain"] + weights["bias"], mask)


def _unit(block: Block, weights: Weights, inputs: Inputs, context: Context) -> Value:
    x, mask = inputs[0]
    return Value(x * ops.rsqrt(ops.sum(ops.square(x), axis=-1, keepdims=True) + 1e-12), mask)


def _positions(block: Block, weights: Weights, inputs: Inputs, context: Context) -> Value:
    """Add sines and cosines of the position; Vaswani et al., 2017, 3.5."""
    x, mask = inputs[0]
    width = x.shape[-1]
    place = ops.cast(ops.arange(ops.shape(x)[1]), "float32")[:, None]
    column = ops.cast(ops.arange(width), "float32")[None]
    half = ops.floor(column / 2) * 2
    angle = place * ops.exp(half * (-9.210340371976184 / width))
    odd = column > half
    return Value(x + ops.where(odd, ops.cos(angle), ops.sin(angle)), mask)


def _recurrent(block: Block, weights: Weights, inputs: Inputs, context: Context) -> Value:
    x, mask = inputs[0]
    found = []
    for side in sides(block.settings):
        cell = context.cells[f"{block.like or block.name}.{side}"]
        states = cell(x, mask=mask)
        found.append(ops.flip(states, axis=1) if side == "backward" else states)
    return Value(ops.concatenate(found, axis=-1) if len(found) > 1 else found[0], mask)


def _windows(block: Block, value: Value, context: Context) -> Tensor:
    """Return every position with its neighbours side by side, zeros beyond the ends."""
    window, dilation = block.settings["window"], block.settings["dilation"]
    x = _zeroed(value)
    if context.short:
        x = ops.cast(x, "bfloat16")
    if window == 1:
        return x
    reach = (window - 1) * dilation
    length = ops.shape(x)[1]
    x = ops.pad(x, ((0, 0), (reach // 2, reach - reach // 2), (0, 0)))
    return ops.concatenate(
        [x[:, step * dilation : step * dilation + length] for step in range(window)], axis=-1
    )


def _convolved(block: Block, weights: Weights, value: Value, context: Context) -> Tensor:
    kernel = weights["kernel"]
    flat = ops.reshape(kernel, (kernel.shape[0] * kernel.shape[1], kernel.shape[2]))
    return _product(_windows(block, value, context), flat, context) + weights["bias"]


def _conv(block: Block, weights: Weights, inputs: Inputs, context: Context) -> Value:
    return Value(_activated(block, _convolved(block, weights, inputs[0], context)), inputs[0].mask)


def _gated(block: Block, weights: Weights, inputs: Inputs, context: Context) -> Value:
    """Take some of a convolution and keep the rest of the input, as a gate says.

    Source: gated linear units (Dauphin et al., 2017) with the input as the other choice.
    """
    x, mask = inputs[0]
    new, gate = ops.split(_convolved(block, weights, inputs[0], context), 2, axis=-1)
    gate = ops.sigmoid(gate)
    return Value(x + gate * (new - x), mask)


def _attention(block: Block, weights: Weights, inputs: Inputs, context: Context) -> Value:
    """Multi-head attention of the first input to the last; Vaswani et al., 2017, 3.2."""
    (x, mask), (other, seen) = inputs[0], inputs[-1]
    heads, size = block.settings["heads"], block.settings["size"]

    def headed(array: Tensor, name: str) -> Tensor:
        shape = ops.shape(array)
        flat = _product(array, weights[name], context)
        split = ops.reshape(flat, (shape[0], shape[1], heads, size))
        return ops.transpose(split, (0, 2, 1, 3))

    query, key, value = headed(x, "query"), headed(other, "key"), headed(other, "value")
    scores = _product(query, ops.transpose(key, (0, 1, 3, 2)), context) * size**-0.5
    shown = ops.cast(seen, x.dtype)[:, None, None]
    # Masked again after the softmax: who has nothing to look at sees zeros.
    share = ops.softmax(scores + (1 - shown) * FAR, axis=-1) * shown
    found = ops.transpose(_product(share, value, context), (0, 2, 1, 3))
    shape = ops.shape(x)
    found = ops.reshape(found, (shape[0], shape[1], heads * size))
    return Value(_product(found, weights["output"], context) + weights["bias"], mask)


def _pool(block: Block, weights: Weights, inputs: Inputs, context: Context) -> Value:
    """Make one vector of a sequence; zeros of an empty one."""
    x, mask = inputs[0]
    how = block.settings["how"]
    shown = ops.cast(mask, x.dtype)[..., None]
    if how in ("last", "ends"):
        # Of all positions from here on, this is one: the last.
        after = ops.flip(ops.cumsum(ops.flip(shown, axis=1), axis=1), axis=1)
        last = ops.sum(x * shown * ops.cast(after == 1, x.dtype), axis=1)
        if how == "last":
            return Value(last)
        before = ops.cumsum(shown, axis=1)
        first = ops.sum(x * shown * ops.cast(before == 1, x.dtype), axis=1)
        half = x.shape[-1] // 2
        return Value(ops.concatenate([last[:, :half], first[:, half:]], axis=-1))
    if how == "max":
        highest = ops.max(x + (1 - shown) * FAR, axis=1)
        return Value(highest * ops.max(shown, axis=1))
    if how == "mean":
        return Value(ops.sum(x * shown, axis=1) / ops.maximum(ops.sum(shown, axis=1), 1.0))
    inner = ops.tanh(ops.matmul(x, weights["kernel"]) + weights["bias"])
    scores = ops.matmul(inner, weights["score"]) + (1 - shown) * FAR
    return Value(ops.sum(x * ops.softmax(scores, axis=1) * shown, axis=1))


def _dot(block: Block, weights: Weights, inputs: Inputs, context: Context) -> Value:
    x, mask = inputs[0]
    return Value(ops.matmul(x, inputs[1].array[..., None]), mask)


def _over(block: Block, weights: Weights, inputs: Inputs, context: Context) -> Value:
    """Share one unit among the first sequence's positions: attention over attention.

    Source: Cui et al., 2017, section 3.
    """
    (x, mask), (question, asked) = inputs
    scores = ops.matmul(x, ops.transpose(question, (0, 2, 1)))
    shown = ops.cast(mask, x.dtype)[..., None]
    heard = ops.cast(asked, x.dtype)[:, None]
    down = ops.softmax(scores + (1 - shown) * FAR, axis=1) * shown
    along = ops.softmax(scores + (1 - heard) * FAR, axis=2) * heard * shown
    weight = ops.sum(along, axis=1) / ops.maximum(ops.sum(shown, axis=1), 1.0)
    return Value(ops.matmul(down, weight[..., None]), mask)


def _crf(block: Block, weights: Weights, inputs: Inputs, context: Context) -> Value:
    """Pass the scores on: transitions are looked at by the loss and by the decoder."""
    return inputs[0]


LAYERS: dict[str, Callable[[Block, Weights, Inputs, Context], Value]] = {
    "ids": _ids,
    "numbers": _numbers,
    "embed": _embed,
    "dropout": _dropout,
    "mixup": _mixup,
    "join": _join,
    "chain": _chain,
    "add": _add,
    "mean": _mean,
    "times": _times,
    "spread": _spread,
    "dense": _dense,
    "norm": _norm,
    "unit": _unit,
    "positions": _positions,
    "gru": _recurrent,
    "lstm": _recurrent,
    "conv": _conv,
    "gated": _gated,
    "attention": _attention,
    "pool": _pool,
    "dot": _dot,
    "over": _over,
    "crf": _crf,
}
