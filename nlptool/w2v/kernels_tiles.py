"""The inner loops of word-vector training, on vectors of 16 float32.

Rows of every matrix are a multiple of 16 long and addressed by the offset of their first
element. Scores, labels and gradients of a pair of inputs against n candidates are kept
interleaved: element 2 j + i belongs to input i and candidate j. So one row sum per input is
a fold of lanes, and both gradients of a candidate lie side by side.

Written as instructions, not as array code: left to itself LLVM would guard every loop over
several rows with a test that they do not overlap, and would keep no tile of products in
registers. What the loops are used for is in kernels.py.
"""

from typing import Any

from llvmlite import ir  # type: ignore[import-untyped]  # ships no types
from numba import types
from numba.core import cgutils
from numba.extending import intrinsic

from nlptool.w2v.kernels_vector import (
    I32,
    LANES,
    VEC,
    add,
    broadcast,
    exp,
    fma,
    fold,
    load,
    log,
    maximum,
    pointer,
    shuffle,
    splat,
    store,
    tree,
    variable,
)


def _floats(dim: int) -> Any:
    return types.Array(types.float32, dim, "C")


_OFFSETS = types.Array(types.int64, 1, "C")
_LOSSES = types.UniTuple(types.float32, 2)


def _dots(width: int) -> Any:
    """Make the tile of products: two inputs times `width` candidates."""

    @intrinsic
    def dots(
        _: Any, X: Any, x0: Any, x1: Any, W: Any, rows: Any, first: Any, dim: Any, scores: Any
    ) -> Any:
        def generate(context: Any, b: Any, signature: Any, args: Any) -> Any:
            X, x0, x1, W, rows, first, dim, scores = args
            inputs = pointer(context, b, signature.args[0], X)
            outputs = pointer(context, b, signature.args[3], W)
            offsets = pointer(context, b, signature.args[4], rows)
            row = [b.load(b.gep(offsets, [b.add(first, first.type(j))])) for j in range(width)]
            total = [variable(b) for _ in range(2 * width)]
            with cgutils.for_range_slice(b, dim.type(0), dim, dim.type(LANES)) as (k, _count):
                pair = load(b, inputs, b.add(x0, k)), load(b, inputs, b.add(x1, k))
                for j in range(width):
                    candidate = load(b, outputs, b.add(row[j], k))
                    for i in range(2):
                        slot = total[2 * j + i]
                        b.store(fma(b, pair[i], candidate, b.load(slot)), slot)
            sums = tree(b, [b.load(slot) for slot in total])
            target = pointer(context, b, signature.args[7], scores)
            store(b, sums, target, b.mul(first, first.type(2)))
            return context.get_dummy_value()

        int64 = types.int64
        kinds = (_floats(2), int64, int64, _floats(2), _OFFSETS, int64, int64, _floats(1))
        return types.none(*kinds), generate

    return dots


dots6 = _dots(6)
dots7 = _dots(7)


@intrinsic
def update(
    _: Any,
    X: Any,
    x0: Any,
    x1: Any,
    Y: Any,
    y0: Any,
    y1: Any,
    W: Any,
    rows: Any,
    n: Any,
    dim: Any,
    gradients: Any,
) -> Any:
    """Add both gradients: W[row j] += sum_i g_ij X[i] and Y[i] += sum_j g_ij W[row j].

    Candidates are taken one after the other, so one that occurs twice, or that is one of
    the inputs (tied weights), is updated twice and nothing is lost.
    """

    def generate(context: Any, b: Any, signature: Any, args: Any) -> Any:
        X, x0, x1, Y, y0, y1, W, rows, n, dim, gradients = args
        inputs = pointer(context, b, signature.args[0], X)
        sums = pointer(context, b, signature.args[3], Y)
        outputs = pointer(context, b, signature.args[6], W)
        offsets = pointer(context, b, signature.args[7], rows)
        slopes = pointer(context, b, signature.args[10], gradients)
        total = variable(b), variable(b)
        with cgutils.for_range_slice(b, dim.type(0), dim, dim.type(LANES)) as (k, _count):
            pair = load(b, inputs, b.add(x0, k)), load(b, inputs, b.add(x1, k))
            for slot in total:
                b.store(splat(0.0), slot)
            with cgutils.for_range(b, n) as loop:
                place = b.add(b.load(b.gep(offsets, [loop.index])), k)
                candidate = load(b, outputs, place)
                both = b.mul(loop.index, loop.index.type(2))
                changed = candidate
                for i in range(2):
                    lane = b.add(both, both.type(i))
                    slope = broadcast(b, b.load(b.gep(slopes, [lane])))
                    b.store(fma(b, slope, candidate, b.load(total[i])), total[i])
                    changed = fma(b, slope, pair[i], changed)
                store(b, changed, outputs, place)
            for row, slot in zip((y0, y1), total, strict=True):
                place = b.add(row, k)
                store(b, b.fadd(load(b, sums, place), b.load(slot)), sums, place)
        return context.get_dummy_value()

    int64 = types.int64
    kinds = (_floats(2), int64, int64) * 2 + (_floats(2), _OFFSETS, int64, int64, _floats(1))
    return types.none(*kinds), generate


def _rates(b: Any, even: Any, odd: Any) -> Any:
    pair = b.insert_element(ir.Constant(VEC, ir.Undefined), even, I32(0))
    pair = b.insert_element(pair, odd, I32(1))
    return shuffle(b, pair, pair, [0, 1] * (LANES // 2))


def _losses(context: Any, b: Any, losses: Any) -> Any:
    pair = [b.extract_element(losses, I32(i)) for i in range(2)]
    return context.make_tuple(b, _LOSSES, pair)


_SLOPE_KINDS = (
    *(_floats(1), _floats(1), _floats(1)),
    *(types.int64, types.float32, types.float32),
)


@intrinsic
def softmax_slopes(
    _: Any, scores: Any, shift: Any, label: Any, n: Any, rate0: Any, rate1: Any
) -> Any:
    """Turn scores into rate (label - softmax(scores + shift)); return each input's loss.

    `n` counts interleaved elements, a multiple of 16. A shift of -1e30 leaves a candidate out.
    The loss is the cross-entropy -log softmax at the label.
    """

    def generate(context: Any, b: Any, signature: Any, args: Any) -> Any:
        scores, shift, label, n, rate0, rate1 = args
        z, shifts, labels = (
            pointer(context, b, kind, array)
            for kind, array in zip(signature.args[:3], (scores, shift, label), strict=True)
        )
        top, chosen, total = variable(b, splat(-1e30)), variable(b), variable(b)
        step = n.type(LANES)
        with cgutils.for_range_slice(b, n.type(0), n, step) as (k, _count):
            score = b.fadd(load(b, z, k), load(b, shifts, k))
            store(b, score, z, k)
            b.store(maximum(b, score, b.load(top)), top)
            b.store(fma(b, score, load(b, labels, k), b.load(chosen)), chosen)
        highest = fold(b, b.load(top), maximum)
        with cgutils.for_range_slice(b, n.type(0), n, step) as (k, _count):
            weight = exp(b, b.fsub(load(b, z, k), highest))
            store(b, weight, z, k)
            b.store(b.fadd(weight, b.load(total)), total)
        weights = fold(b, b.load(total), add)
        rates = _rates(b, rate0, rate1)
        shares = b.fdiv(rates, weights)
        with cgutils.for_range_slice(b, n.type(0), n, step) as (k, _count):
            wanted = b.fmul(rates, load(b, labels, k))
            slope = b.fsub(wanted, b.fmul(shares, load(b, z, k)))
            store(b, slope, z, k)
        losses = b.fsub(b.fadd(log(b, weights), highest), fold(b, b.load(chosen), add))
        return _losses(context, b, losses)

    return _LOSSES(*_SLOPE_KINDS), generate


@intrinsic
def logistic_slopes(
    _: Any, scores: Any, shift: Any, label: Any, n: Any, rate0: Any, rate1: Any
) -> Any:
    """Turn scores into rate (label - sigmoid(scores + shift)); return each input's loss.

    As `softmax_slopes`; the loss is the sum over candidates of softplus(z) - label z.
    """

    def generate(context: Any, b: Any, signature: Any, args: Any) -> Any:
        scores, shift, label, n, rate0, rate1 = args
        z, shifts, labels = (
            pointer(context, b, kind, array)
            for kind, array in zip(signature.args[:3], (scores, shift, label), strict=True)
        )
        rates = _rates(b, rate0, rate1)
        one, loss = splat(1.0), variable(b)
        with cgutils.for_range_slice(b, n.type(0), n, n.type(LANES)) as (k, _count):
            score = b.fadd(load(b, z, k), load(b, shifts, k))
            wanted = load(b, labels, k)
            negated = b.fsub(splat(0.0), score)
            tail = exp(b, b.select(b.fcmp_ordered(">", score, negated), negated, score))
            whole = b.fadd(one, tail)
            half = b.fdiv(one, whole)
            above = b.fcmp_ordered(">", score, splat(0.0))
            p = b.select(above, half, b.fmul(tail, half))
            store(b, b.fmul(rates, b.fsub(wanted, p)), z, k)
            softplus = b.fadd(maximum(b, score, splat(0.0)), log(b, whole))
            missing = b.fsub(softplus, b.fmul(wanted, score))
            b.store(b.fadd(missing, b.load(loss)), loss)
        return _losses(context, b, fold(b, b.load(loss), add))

    return _LOSSES(*_SLOPE_KINDS), generate


@intrinsic
def add_rows(_: Any, X: Any, rows: Any, n: Any, dim: Any, scale: Any, Y: Any, y: Any) -> Any:
    """Set Y[y] to scale times the sum of n rows of X."""

    def generate(context: Any, b: Any, signature: Any, args: Any) -> Any:
        X, rows, n, dim, scale, Y, y = args
        source = pointer(context, b, signature.args[0], X)
        offsets = pointer(context, b, signature.args[1], rows)
        target = pointer(context, b, signature.args[5], Y)
        total, factor = variable(b), broadcast(b, scale)
        with cgutils.for_range_slice(b, dim.type(0), dim, dim.type(LANES)) as (k, _count):
            b.store(splat(0.0), total)
            with cgutils.for_range(b, n) as loop:
                place = b.add(b.load(b.gep(offsets, [loop.index])), k)
                b.store(b.fadd(load(b, source, place), b.load(total)), total)
            store(b, b.fmul(factor, b.load(total)), target, b.add(y, k))
        return context.get_dummy_value()

    int64, float32 = types.int64, types.float32
    return types.none(_floats(2), _OFFSETS, int64, int64, float32, _floats(2), int64), generate


@intrinsic
def spread_row(_: Any, Y: Any, y: Any, dim: Any, X: Any, rows: Any, n: Any) -> Any:
    """Add Y[y] to each of n rows of X, then set Y[y] to zero."""

    def generate(context: Any, b: Any, signature: Any, args: Any) -> Any:
        Y, y, dim, X, rows, n = args
        source = pointer(context, b, signature.args[0], Y)
        target = pointer(context, b, signature.args[3], X)
        offsets = pointer(context, b, signature.args[4], rows)
        with cgutils.for_range_slice(b, dim.type(0), dim, dim.type(LANES)) as (k, _count):
            here = b.add(y, k)
            change = load(b, source, here)
            store(b, splat(0.0), source, here)
            with cgutils.for_range(b, n) as loop:
                place = b.add(b.load(b.gep(offsets, [loop.index])), k)
                store(b, b.fadd(load(b, target, place), change), target, place)
        return context.get_dummy_value()

    int64 = types.int64
    return types.none(_floats(2), int64, int64, _floats(2), _OFFSETS, int64), generate


@intrinsic
def fetch(_: Any, X: Any, row: Any, dim: Any) -> Any:
    """Ask for a row to be brought near, for writing, before it is needed."""

    def generate(context: Any, b: Any, signature: Any, args: Any) -> Any:
        X, row, dim = args
        base = pointer(context, b, signature.args[0], X)
        kinds = [ir.PointerType(ir.IntType(8)), I32, I32, I32]
        name = ir.FunctionType(ir.VoidType(), kinds)
        prefetch = cgutils.get_or_insert_function(b.module, name, "llvm.prefetch.p0")
        with cgutils.for_range_slice(b, dim.type(0), dim, dim.type(LANES)) as (k, _count):
            place = b.bitcast(b.gep(base, [b.add(row, k)]), kinds[0])
            b.call(prefetch, [place, I32(1), I32(3), I32(1)])
        return context.get_dummy_value()

    return types.none(_floats(2), types.int64, types.int64), generate
