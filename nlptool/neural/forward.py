"""Answers of a network without Keras: numpy, and numba where recurrent blocks have much to do.

One function a kind, as in `layers.py`: (block, weights, inputs, batch) -> value. Importing
Keras takes seconds; this takes none, and on a CPU it is not slower. Padding never changes an
answer. Which texts are put into one batch is for the caller, see `batches.py`.
"""

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from itertools import pairwise
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from nlptool.neural.graph import Block, Graph
from nlptool.neural.kinds import sides
from nlptool.neural.steps import step_of
from nlptool.neural.weights import Weights

Array = npt.NDArray[Any]
FAR = np.float32(-1e9)


class Value(NamedTuple):
    """An array, and which of its positions are there; None for a vector."""

    array: Array
    mask: Array | None = None


Inputs = Sequence[Value]
Batch = Mapping[str, Array]


def answer(graph: Graph, weights: Weights, batch: Batch) -> dict[str, Array]:
    """Run a network.

    Args:
        graph: the network.
        weights: all of `graph.shapes`.
        batch: for each input its ids, int32, shape (batch, time) or (batch, time, n), 0 for
            padding, below the number of rows that are looked up; or numbers, float32, shape
            (batch, time, width). Time >= 1.

    Returns:
        The arrays of the outputs: float32, shape (batch, width), or (batch, time, width) with
        anything at padding.
    """
    of: dict[str, dict[str, Array]] = {block.name: {} for block in graph.blocks}
    for name, array in weights.items():
        owner, _, part = name.partition(".")
        of[owner][part] = array
    values: dict[str, Value] = {}
    for block in graph.blocks:
        inputs = [values[name] for name in block.inputs]
        values[block.name] = FORWARD[block.kind](block, of[block.like or block.name], inputs, batch)
    return {name: values[name].array for name in graph.outputs}


def answer_all(
    graph: Graph, weights: Weights, batches: Iterable[Batch], *, threads: int = 1
) -> Iterator[dict[str, Array]]:
    """Run a network on many batches, several at a time; the answers come in order.

    Args:
        graph: the network.
        weights: all of `graph.shapes`.
        batches: as for `answer`; a few are read ahead.
        threads: how many batches are worked on at a time. More than one is for a process
            whose BLAS has one thread (OPENBLAS_NUM_THREADS=1 before numpy is imported): it
            cannot share out the small products of a network as well as this.
    """
    if threads == 1:
        for batch in batches:
            yield answer(graph, weights, batch)
        return
    waiting: deque[Future[dict[str, Array]]] = deque()
    with ThreadPoolExecutor(threads) as executor:
        try:
            for batch in batches:
                if len(waiting) == 2 * threads:
                    yield waiting.popleft().result()
                waiting.append(executor.submit(answer, graph, weights, batch))
            while waiting:
                yield waiting.popleft().result()
        finally:
            for future in waiting:
                future.cancel()


def _activated(block: Block, x: Array) -> Array:
    name = block.settings["activation"]
    if name == "relu":
        return np.maximum(x, 0, out=x)
    if name == "tanh":
        return np.tanh(x, out=x)
    return _sigmoid(x) if name == "sigmoid" else x


def _sigmoid(x: Array) -> Array:
    half = np.float32(0.5)
    x = x * half
    np.tanh(x, out=x)
    x *= half
    x += half
    return x


def _shares(scores: Array, shown: Array, axis: int) -> Array:
    """Return the softmax over what is shown, in place; zeros where nothing is.

    Args:
        scores: shape as it may be.
        shown: 1 or 0; a shape that stretches to that of the scores.
        axis: along which the shares are one together.
    """
    scores += (1 - shown) * FAR
    scores -= scores.max(axis=axis, keepdims=True)
    np.exp(scores, out=scores)
    scores /= scores.sum(axis=axis, keepdims=True)
    if not shown.any(axis=axis).all():
        scores *= shown
    return scores


def _shown(value: Value) -> tuple[Array, Array]:
    """Return a sequence and its mask as numbers; shape (batch, time)."""
    mask = value.mask if value.mask is not None else np.ones(value.array.shape[:2], bool)
    return value.array, mask.astype(np.float32)


def _ids(block: Block, weights: Batch, inputs: Inputs, batch: Batch) -> Value:
    ids = batch[block.name]
    present = np.asarray(ids > 0)
    return Value(ids, np.asarray(present.any(axis=-1)) if ids.ndim == 3 else present)


def _numbers(block: Block, weights: Batch, inputs: Inputs, batch: Batch) -> Value:
    return Value(np.asarray(batch[block.name], np.float32), inputs[0].mask)


def _embed(block: Block, weights: Batch, inputs: Inputs, batch: Batch) -> Value:
    ids, mask = inputs[0]
    n_tuned = block.settings["tuned"]
    if "fixed" not in weights or "tuned" not in weights:
        rows = weights.get("tuned", weights.get("fixed"))[ids]  # type: ignore[index]  # has one
    else:
        rows = np.empty((*ids.shape, block.settings["width"]), np.float32)
        tuned = ids < n_tuned
        rows[tuned] = weights["tuned"][ids[tuned]]
        rows[~tuned] = weights["fixed"][ids[~tuned] - n_tuned]
    rows[ids == 0] = 0
    if ids.ndim == 3:
        count = np.maximum((ids > 0).sum(axis=2, dtype=np.float32), 1)
        rows = rows.sum(axis=2) / count[..., None]
    return Value(rows, mask)


def _same(block: Block, weights: Batch, inputs: Inputs, batch: Batch) -> Value:
    return inputs[0]


def _join(block: Block, weights: Batch, inputs: Inputs, batch: Batch) -> Value:
    return Value(np.concatenate([one.array for one in inputs], axis=-1), inputs[0].mask)


def _chain(block: Block, weights: Batch, inputs: Inputs, batch: Batch) -> Value:
    masks = [one.mask for one in inputs if one.mask is not None]
    return Value(
        np.concatenate([one.array for one in inputs], axis=1), np.concatenate(masks, axis=1)
    )


def _add(block: Block, weights: Batch, inputs: Inputs, batch: Batch) -> Value:
    total = inputs[0].array.copy()
    for one in inputs[1:]:
        total += one.array
    return Value(total, inputs[0].mask)


def _mean(block: Block, weights: Batch, inputs: Inputs, batch: Batch) -> Value:
    total, mask = _add(block, weights, inputs, batch)
    return Value(total / np.float32(len(inputs)), mask)


def _times(block: Block, weights: Batch, inputs: Inputs, batch: Batch) -> Value:
    product = inputs[0].array.copy()
    for one in inputs[1:]:
        product *= one.array
    return Value(product, inputs[0].mask)


def _spread(block: Block, weights: Batch, inputs: Inputs, batch: Batch) -> Value:
    vector, (like, mask) = inputs[0].array, inputs[1]
    return Value(np.repeat(vector[:, None], like.shape[1], axis=1), mask)


def _matmul(x: Array, kernel: Array) -> Array:
    """Multiply all positions at once; of a stack numpy would multiply one matrix at a time."""
    found = np.ascontiguousarray(x).reshape(-1, x.shape[-1]) @ kernel
    return np.asarray(found).reshape(*x.shape[:-1], -1)


def _dense(block: Block, weights: Batch, inputs: Inputs, batch: Batch) -> Value:
    x = _matmul(inputs[0].array, weights["kernel"])
    x += weights["bias"]
    return Value(_activated(block, x), inputs[0].mask)


def _norm(block: Block, weights: Batch, inputs: Inputs, batch: Batch) -> Value:
    x = inputs[0].array
    x = x - x.mean(axis=-1, keepdims=True)
    square = np.einsum("...i,...i->...", x, x)[..., None] / np.float32(x.shape[-1])
    x /= np.sqrt(square + np.float32(1e-6))
    x *= weights["gain"]
    x += weights["bias"]
    return Value(x, inputs[0].mask)


def _unit(block: Block, weights: Batch, inputs: Inputs, batch: Batch) -> Value:
    x, mask = inputs[0]
    length = np.sqrt((x * x).sum(axis=-1, keepdims=True) + np.float32(1e-12))
    return Value(x / length, mask)


def _positions(block: Block, weights: Batch, inputs: Inputs, batch: Batch) -> Value:
    x, mask = inputs[0]
    length, width = x.shape[1:]
    column = np.arange(width)
    rate = np.exp((column // 2 * 2).astype(np.float32) * np.float32(-np.log(1e4) / width))
    angle = np.arange(length, dtype=np.float32)[:, None] * rate
    return Value(x + np.where(column % 2 == 1, np.cos(angle), np.sin(angle)), mask)


def _recurrent(block: Block, weights: Batch, inputs: Inputs, batch: Batch) -> Value:
    """Read the texts side by side, the longer ones first, so that no step works on padding."""
    x, mask = inputs[0]
    if mask is None:
        mask = np.ones(x.shape[:2], bool)
    n, time, width = x.shape
    lengths = mask.sum(axis=1)
    order = np.argsort(-lengths, kind="stable")
    places = np.argsort(~mask, axis=1, kind="stable")
    steps, ranks = np.nonzero(np.arange(lengths.max(initial=0))[:, None] < lengths[order])
    rows = order[ranks]
    starts = np.searchsorted(steps, np.arange(lengths.max(initial=0) + 1)).tolist()
    units = block.settings["units"]
    found = np.zeros((n * time, units * len(sides(block.settings))), np.float32)
    flat = np.ascontiguousarray(x).reshape(-1, width)
    run = _gru if block.kind == "gru" else _lstm
    for number, side in enumerate(sides(block.settings)):
        step = steps if side == "forward" else lengths[rows] - 1 - steps
        cell = rows * time + places[rows, step]
        given = flat[cell] @ weights[f"{side}_kernel"]
        states = run(given, weights[f"{side}_recurrent"], weights[f"{side}_bias"], starts)
        found[cell, number * units : (number + 1) * units] = states
    return Value(found.reshape(n, time, -1), mask)


def _gru(given: Array, kernel: Array, bias: Array, starts: list[int]) -> Array:
    """Return the states after every step; texts of a step lie from starts[step] on."""
    units = len(kernel)
    step = step_of("gru", n_steps=len(starts) - 1, n_states=len(given) * units)
    given += bias[0]
    states = np.empty((len(given), units), np.float32)
    before = np.zeros((_widest(starts), units), np.float32)
    inner = np.empty((len(before), 3 * units), np.float32)
    inner_bias = np.ascontiguousarray(bias[1])
    for low, high in pairwise(starts):
        alive = high - low
        before = before[:alive]
        product = np.matmul(before, kernel, out=inner[:alive])
        step(given[low:high], product, inner_bias, before, states[low:high])
        before = states[low:high]
    return states


def _lstm(given: Array, kernel: Array, bias: Array, starts: list[int]) -> Array:
    """Return the states after every step; texts of a step lie from starts[step] on."""
    units = len(kernel)
    step = step_of("lstm", n_steps=len(starts) - 1, n_states=len(given) * units)
    given += bias
    states = np.empty((len(given), units), np.float32)
    before = np.zeros((_widest(starts), units), np.float32)
    cells = np.zeros_like(before)
    inner = np.empty((len(before), 4 * units), np.float32)
    for low, high in pairwise(starts):
        alive = high - low
        product = np.matmul(before[:alive], kernel, out=inner[:alive])
        step(given[low:high], product, cells[:alive], states[low:high])
        before = states[low:high]
    return states


def _widest(starts: list[int]) -> int:
    return starts[1] if len(starts) > 1 else 0


def _convolved(block: Block, weights: Batch, value: Value) -> Array:
    window, dilation = block.settings["window"], block.settings["dilation"]
    x, shown = _shown(value)
    n, time, width = x.shape
    reach = (window - 1) * dilation
    padded = np.zeros((n, time + reach, width), np.float32)
    np.multiply(x, shown[..., None], out=padded[:, reach // 2 : reach // 2 + time])
    windows = np.empty((n, time, window, width), np.float32)
    for step in range(window):
        windows[:, :, step] = padded[:, step * dilation : step * dilation + time]
    kernel = weights["kernel"].reshape(window * width, -1)
    found = _matmul(windows.reshape(n, time, -1), kernel)
    found += weights["bias"]
    return found


def _conv(block: Block, weights: Batch, inputs: Inputs, batch: Batch) -> Value:
    return Value(_activated(block, _convolved(block, weights, inputs[0])), inputs[0].mask)


def _gated(block: Block, weights: Batch, inputs: Inputs, batch: Batch) -> Value:
    x, mask = inputs[0]
    both = _convolved(block, weights, inputs[0])
    width = x.shape[-1]
    found = both[..., :width] - x
    found *= _sigmoid(both[..., width:])
    found += x
    return Value(found, mask)


def _attention(block: Block, weights: Batch, inputs: Inputs, batch: Batch) -> Value:
    (x, mask), (other, seen) = inputs[0], _shown(inputs[-1])
    heads, size = block.settings["heads"], block.settings["size"]

    def headed(array: Array, name: str) -> Array:
        split = _matmul(array, weights[name]).reshape(*array.shape[:2], heads, size)
        return split.transpose(0, 2, 1, 3)

    query, key, value = headed(x, "query"), headed(other, "key"), headed(other, "value")
    scores = query @ key.swapaxes(2, 3)
    scores *= np.float32(size**-0.5)
    share = _shares(scores, seen[:, None, None], axis=-1)
    found = (share @ value).transpose(0, 2, 1, 3).reshape(*x.shape[:2], heads * size)
    return Value(_matmul(found, weights["output"]) + weights["bias"], mask)


def _pool(block: Block, weights: Batch, inputs: Inputs, batch: Batch) -> Value:
    x, mask = _shown(inputs[0])
    shown = mask[..., None]
    how = block.settings["how"]
    if how in ("last", "ends"):
        rows = np.arange(len(x))
        some = mask.max(axis=1)[:, None]
        found = x[rows, x.shape[1] - 1 - mask[:, ::-1].argmax(axis=1)] * some
        if how == "ends":
            half = x.shape[2] // 2
            found[:, half:] = (x[rows, mask.argmax(axis=1)] * some)[:, half:]
        return Value(found)
    if how == "max":
        return Value((x + (1 - shown) * FAR).max(axis=1) * shown.max(axis=1))
    if how == "mean":
        total = (mask[:, None] @ x)[:, 0]
        return Value(total / np.maximum(shown.sum(axis=1), 1))
    inner = _matmul(x, weights["kernel"])
    inner += weights["bias"]
    np.tanh(inner, out=inner)
    scores = _shares(_matmul(inner, weights["score"]), shown, axis=1)
    return Value((scores.swapaxes(1, 2) @ x)[:, 0])


def _dot(block: Block, weights: Batch, inputs: Inputs, batch: Batch) -> Value:
    return Value(inputs[0].array @ inputs[1].array[..., None], inputs[0].mask)


def _over(block: Block, weights: Batch, inputs: Inputs, batch: Batch) -> Value:
    (x, shown), (question, asked) = _shown(inputs[0]), _shown(inputs[1])
    scores = x @ question.swapaxes(1, 2)
    there, heard = shown[..., None], asked[:, None]
    down = _shares(scores.copy(), there, axis=1)
    along = _shares(scores, heard, axis=2) * there
    weight = along.sum(axis=1) / np.maximum(there.sum(axis=1), 1)
    return Value(down @ weight[..., None], inputs[0].mask)


FORWARD: dict[str, Callable[[Block, Batch, Inputs, Batch], Value]] = {
    "ids": _ids,
    "numbers": _numbers,
    "embed": _embed,
    "dropout": _same,
    "mixup": _same,
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
    "crf": _same,
}
