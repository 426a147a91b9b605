"""What the tiles of kernels_tiles.py are made of: instructions on vectors of 16 float32.

Each function here writes LLVM instructions through `b`, a builder, when a kernel is compiled.
LLVM lowers <16 x float> to whatever the processor has.
"""

from collections.abc import Callable
from typing import Any

from llvmlite import ir  # type: ignore[import-untyped]  # ships no types
from numba.core import cgutils

LANES = 16
F32 = ir.FloatType()
I32 = ir.IntType(32)
VEC = ir.VectorType(F32, LANES)
_IVEC = ir.VectorType(I32, LANES)
_ROUND = 12582912.0  # 1.5 * 2^23: adding it rounds a small float32 to an integer


def splat(value: float) -> ir.Constant:
    """Return a number in all lanes."""
    return ir.Constant(VEC, [value] * LANES)


def _isplat(value: int) -> ir.Constant:
    return ir.Constant(_IVEC, [value] * LANES)


def fma(b: Any, x: Any, y: Any, z: Any) -> Any:
    """Return x y + z, fused where the processor can."""
    kind = ir.FunctionType(VEC, [VEC] * 3)
    name = f"llvm.fmuladd.v{LANES}f32"
    return b.call(cgutils.get_or_insert_function(b.module, kind, name), [x, y, z])


def shuffle(b: Any, x: Any, y: Any, lanes: list[int]) -> Any:
    """Return the given lanes of x (0 to 15) and y (16 to 31)."""
    mask = ir.Constant(ir.VectorType(I32, len(lanes)), lanes)
    return b.shuffle_vector(x, y, mask)


def broadcast(b: Any, scalar: Any) -> Any:
    """Return a scalar in all lanes."""
    one = b.insert_element(ir.Constant(VEC, ir.Undefined), scalar, I32(0))
    return shuffle(b, one, one, [0] * LANES)


def maximum(b: Any, x: Any, y: Any) -> Any:
    """Return the larger of each pair of lanes."""
    return b.select(b.fcmp_ordered(">", x, y), x, y)


def _polynomial(b: Any, x: Any, coefficients: list[float]) -> Any:
    """Return the polynomial whose coefficients are given from the highest power down."""
    y = splat(coefficients[0])
    for c in coefficients[1:]:
        y = fma(b, y, x, splat(c))
    return y


def exp(b: Any, x: Any) -> Any:
    """Return e^x for x <= 88, exactly 0 below -87; relative error below 2e-7.

    x = n log 2 + r, |r| <= log(2) / 2; e^r by its Taylor polynomial of degree 7, 2^n put
    together as bits. log 2 is split in two so that r keeps its last bits.
    """
    low = splat(-87.0)
    y = maximum(b, x, low)
    shifted = fma(b, y, splat(1.4426950408889634), splat(_ROUND))
    n = b.fsub(shifted, splat(_ROUND))
    r = fma(b, n, splat(-0.693359375), y)
    r = fma(b, n, splat(2.12194440e-4), r)
    terms = [1 / 5040, 1 / 720, 1 / 120, 1 / 24, 1 / 6, 0.5, 1.0, 1.0]
    power = b.shl(b.add(b.bitcast(shifted, _IVEC), _isplat(127)), _isplat(23))
    result = b.fmul(_polynomial(b, r, terms), b.bitcast(power, VEC))
    return b.select(b.fcmp_ordered("<", x, low), splat(0.0), result)


def log(b: Any, x: Any) -> Any:
    """Return log x for normal x > 0; absolute error below 2e-7 for x near 1.

    x = 2^n m with m in [2/3, 4/3); log m = 2 atanh(s), s = (m - 1) / (m + 1), |s| <= 1/5.
    """
    bits = b.sub(b.bitcast(x, _IVEC), _isplat(0x3F2AAAAB))
    n = b.ashr(bits, _isplat(23))
    m = b.bitcast(b.sub(b.bitcast(x, _IVEC), b.shl(n, _isplat(23))), VEC)
    s = b.fdiv(b.fsub(m, splat(1.0)), b.fadd(m, splat(1.0)))
    s2 = b.fmul(s, s)
    atanh = b.fmul(s, _polynomial(b, s2, [2 / 9, 2 / 7, 2 / 5, 2 / 3, 2.0]))
    exponent = b.sitofp(n, VEC)
    return fma(b, exponent, splat(0.6931471805599453), atanh)


def fold(b: Any, x: Any, combine: Callable[[Any, Any, Any], Any]) -> Any:
    """Reduce even and odd lanes apart; every even (odd) lane of the result has its total."""
    for step in (8, 4, 2):
        x = combine(b, x, shuffle(b, x, x, [(lane + step) % LANES for lane in range(LANES)]))
    return x


def add(b: Any, x: Any, y: Any) -> Any:
    """Return x + y."""
    return b.fadd(x, y)


def tree(b: Any, vectors: list[Any]) -> Any:
    """Return the sums over lanes of up to 16 vectors as the leading lanes of one vector.

    Four rounds; each adds one half of two vectors' lanes to the other half and packs both
    results into one vector, so that 16 sums cost little more than two done apart.
    """
    quads = (0, 4, 8, 12)
    rounds = (
        ([*range(8), *range(16, 24)], [*range(8, 16), *range(24, 32)]),
        ([q + i for q in (0, 8, 16, 24) for i in range(4)],) * 2,
        ([q + i for q in quads for i in (0, 1, 16, 17)],) * 2,
        ([q + i for q in quads for i in (0, 2, 16, 18)],) * 2,
    )
    others = (0, 4, 2, 1)  # how far the second half of a round lies from the first
    sums = vectors + [vectors[-1]] * (LANES - len(vectors))
    labels = [[i] * LANES for i in range(LANES)]
    for (first, second), shift in zip(rounds, others, strict=True):
        second = [lane + shift for lane in second]
        made: dict[tuple[int, int], Any] = {}
        packed = []
        for x, y in zip(sums[::2], sums[1::2], strict=True):
            if (id(x), id(y)) not in made:
                halves = shuffle(b, x, y, first), shuffle(b, x, y, second)
                made[id(x), id(y)] = b.fadd(*halves)
            packed.append(made[id(x), id(y)])
        sums = packed
        labels = [
            [(x + y)[lane] for lane in first]
            for x, y in zip(labels[::2], labels[1::2], strict=True)
        ]
    return shuffle(b, sums[0], sums[0], [labels[0].index(i) for i in range(LANES)])


def pointer(context: Any, b: Any, kind: Any, array: Any) -> Any:
    """Return where an array's first element is."""
    return context.make_array(kind)(context, b, value=array).data


def load(b: Any, base: Any, offset: Any) -> Any:
    """Return 16 elements from an offset on."""
    return b.load(b.bitcast(b.gep(base, [offset]), VEC.as_pointer()), align=4)


def store(b: Any, value: Any, base: Any, offset: Any) -> None:
    """Write 16 elements from an offset on."""
    b.store(value, b.bitcast(b.gep(base, [offset]), VEC.as_pointer()), align=4)


def variable(b: Any, value: Any = None) -> Any:
    """Return a slot for a vector that a loop carries; LLVM keeps it in a register."""
    slot = cgutils.alloca_once(b, VEC)
    b.store(splat(0.0) if value is None else value, slot)
    return slot
