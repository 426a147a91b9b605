"""Calling a kernel by its address.

A kernel that calls another is compiled together with it, and with what that calls: the losses
of a sentence would be compiled anew within each kernel above them, and all of them where one
is used. By its address each is compiled once, and only if it is used.
"""

from typing import Any

import numpy as np
from numba import typeof, types
from numba.extending import intrinsic

from nlptool.crf.kernels_local import local_loss
from nlptool.crf.kernels_marginal import marginal_loss
from nlptool.crf.kernels_sentence import CRF
from nlptool.crf.kernels_sequence import sequence_loss


def address_of(decoder: int, *, by_position: bool) -> int:
    """Return where the kernel of a loss is, compiling it if that was not done yet.

    Args:
        decoder: see kernels_sentence.py.
        by_position: whether the loss of a CRF is a sum over positions.
    """
    kernel: Any = local_loss
    if decoder == CRF:
        kernel = marginal_loss if by_position else sequence_loss
    kernel.compile(_signature())
    found = kernel.overloads[_signature()]
    return int(found.library.get_pointer_to_function(found.fndesc.llvm_func_name))


def _signature() -> Any:
    floats, doubles = (typeof(np.empty(0, kind)) for kind in (np.float32, np.float64))
    gold = np.empty(0, np.int32)
    gold.flags.writeable = False
    one, number = types.int64, types.float64
    return (
        floats, floats, one, typeof(gold), floats, typeof(np.empty(0, np.bool_)), doubles,
        doubles, one, one, number, doubles, doubles,
    )  # fmt: skip


@intrinsic
def call(
    _: Any,
    address: Any,
    G: Any,
    GE: Any,
    row: Any,
    gold: Any,
    tail: Any,
    legal: Any,
    powered: Any,
    tops: Any,
    decoder: Any,
    kind: Any,
    gamma: Any,
    classes: Any,
    E: Any,
) -> Any:
    """Call the loss that is at an address, see `sequence_loss`; none of them raises."""
    kinds = _signature()

    def generate(context: Any, b: Any, signature: Any, args: Any) -> Any:
        convention = context.call_conv
        shape = convention.get_function_type(types.float64, kinds)
        place = b.inttoptr(args[0], shape.as_pointer())
        _status, loss = convention.call_function(b, place, types.float64, kinds, args[1:])
        return loss

    return types.float64(types.int64, *kinds), generate
