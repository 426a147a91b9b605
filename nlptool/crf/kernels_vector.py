"""Instructions on a few numbers side by side, where LLVM would not find them by itself.

Written as instructions, not as loops: LLVM would guard every short loop over several arrays with
a test that they do not overlap, and take one number at a time.
"""

from typing import Any

from llvmlite import ir  # type: ignore[import-untyped]  # ships no types
from numba import types
from numba.core import cgutils
from numba.extending import intrinsic

_FLOATS = types.Array(types.float32, 1, "C")
_F32 = ir.FloatType()


def _vector(width: int) -> Any:
    return ir.VectorType(_F32, width) if width > 1 else _F32


def _at(context: Any, b: Any, array: Any, index: Any, width: int) -> Any:
    """Return where `width` floats of an array are."""
    data = context.make_array(_FLOATS)(context, b, array).data
    return b.bitcast(b.gep(data, [index]), ir.PointerType(_vector(width)))


def _load(b: Any, place: Any) -> Any:
    value = b.load(place)
    value.align = 4
    return value


def _splat(b: Any, value: Any, width: int) -> Any:
    """Return a number in all lanes."""
    if width == 1:
        return value
    kind = _vector(width)
    one = b.insert_element(ir.Constant(kind, ir.Undefined), value, ir.IntType(32)(0))
    mask = ir.Constant(ir.VectorType(ir.IntType(32), width), [0] * width)
    return b.shuffle_vector(one, one, mask)


@intrinsic
def copy4(_: Any, target: Any, to: Any, source: Any, at: Any) -> Any:
    """Copy 4 bytes: target[to : to + 4] = source[at : at + 4]."""

    def generate(context: Any, b: Any, signature: Any, args: Any) -> Any:
        kind = ir.PointerType(ir.IntType(32))
        target, source = (
            context.make_array(signature.args[i])(context, b, args[i]).data for i in (0, 2)
        )
        word = b.load(b.bitcast(b.gep(source, [args[3]]), kind))
        word.align = 1
        b.store(word, b.bitcast(b.gep(target, [args[1]]), kind), align=1)
        return context.get_dummy_value()

    return types.none(target, types.int64, source, types.int64), generate


def _adder(width: int) -> Any:
    """Make target[to : to + width] += source[at : at + width]."""

    @intrinsic
    def add(_: Any, target: Any, to: Any, source: Any, at: Any) -> Any:
        def generate(context: Any, b: Any, signature: Any, args: Any) -> Any:
            target, to, source, at = args
            place = _at(context, b, target, to, width)
            total = b.fadd(_load(b, place), _load(b, _at(context, b, source, at, width)))
            b.store(total, place, align=4)
            return context.get_dummy_value()

        return types.none(_FLOATS, types.int64, _FLOATS, types.int64), generate

    return add


def _stepper(width: int) -> Any:
    """Make one step of AdaGrad for weights w, ..., w + width - 1 with the gradients g, ...

    slope = G[g] + l2 W[w];  A[w] += slope^2;  W[w] -= rate slope / sqrt(A[w])
    """

    @intrinsic
    def step(_: Any, W: Any, A: Any, w: Any, G: Any, g: Any, rate: Any, l2: Any) -> Any:
        def generate(context: Any, b: Any, signature: Any, args: Any) -> Any:
            W, A, w, G, g, rate, l2 = args
            weights, sums = _at(context, b, W, w, width), _at(context, b, A, w, width)
            old = _load(b, weights)
            gradient = _load(b, _at(context, b, G, g, width))
            slope = b.fadd(gradient, b.fmul(_splat(b, l2, width), old))
            total = b.fadd(_load(b, sums), b.fmul(slope, slope))
            b.store(total, sums, align=4)
            kind = _vector(width)
            name = f"llvm.sqrt.v{width}f32" if width > 1 else "llvm.sqrt.f32"
            sqrt = cgutils.get_or_insert_function(b.module, ir.FunctionType(kind, [kind]), name)
            change = b.fdiv(b.fmul(_splat(b, rate, width), slope), b.call(sqrt, [total]))
            b.store(b.fsub(old, change), weights, align=4)
            return context.get_dummy_value()

        floats, places = [_FLOATS] * 2, [types.int64, _FLOATS, types.int64]
        return types.none(*floats, *places, types.float32, types.float32), generate

    return step


add1, add4, add8 = (_adder(width) for width in (1, 4, 8))
step1, step4, step8 = (_stepper(width) for width in (1, 4, 8))
