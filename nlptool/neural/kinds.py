"""The kinds of blocks that a network is made of: what each takes, gives and learns.

One line here, one function in `layers.py` (training, Keras) and one in `forward.py`
(answering, numpy) are all that a kind is. How blocks are put together is in `graph.py`.

A value is a "sequence" (batch, time, width), with a mask that tells its positions from
padding, a "vector" (batch, width), or "ids" (batch, time) or (batch, time, n), 0 for padding.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

Settings = Mapping[str, Any]
Widths = tuple[int, ...]
Shapes = dict[str, tuple[int, ...]]

SEQUENCE, VECTOR, IDS = "sequence", "vector", "ids"
ACTIVATIONS = ("linear", "relu", "tanh", "sigmoid")
DIRECTIONS = ("both", "forward", "backward")
POOLS = ("last", "ends", "max", "mean", "attention")
"""ends: the last position of the first half of the columns, the first of the other half: where
a recurrent block that reads both ways has read everything."""

_SIZE = (1, 1 << 24)
_SMALL = (1, 1 << 12)


@dataclass(frozen=True)
class Kind:
    """What a kind of block is.

    Args:
        takes: the forms of its inputs; one ending with "+" stands for one or more.
        gives: the form of its value; "" for that of its first input.
        settings: name -> (lowest, highest) number, or the words it may be, the first being
            the default; a range of floats is a range of real numbers.
        width: of its value, from its settings and the widths of its inputs.
        shapes: of what it learns, likewise.
        alike: whether its inputs must have one width.
    """

    takes: tuple[str, ...]
    gives: str
    settings: Mapping[str, tuple[Any, ...]] = field(default_factory=dict)
    width: Callable[[Settings, Widths], int] = lambda settings, widths: widths[0]
    shapes: Callable[[Settings, Widths], Shapes] = lambda settings, widths: {}
    alike: bool = False


def sides(settings: Settings) -> tuple[str, ...]:
    """Return the directions in which a recurrent block reads."""
    chosen = settings["directions"]
    return ("forward", "backward") if chosen == "both" else (chosen,)


def _embed(settings: Settings, widths: Widths) -> Shapes:
    rows, tuned, width = settings["rows"], settings["tuned"], settings["width"]
    parts = {"tuned": (tuned, width), "fixed": (rows - tuned, width)}
    return {name: shape for name, shape in parts.items() if shape[0] > 0}


def _dense(settings: Settings, widths: Widths) -> Shapes:
    return {"kernel": (widths[0], settings["width"]), "bias": (settings["width"],)}


def _recurrent(n_gates: int, bias: tuple[int, ...]) -> Callable[[Settings, Widths], Shapes]:
    def shapes(settings: Settings, widths: Widths) -> Shapes:
        units = settings["units"]
        found: Shapes = {}
        for side in sides(settings):
            found[f"{side}_kernel"] = (widths[0], n_gates * units)
            found[f"{side}_recurrent"] = (units, n_gates * units)
            found[f"{side}_bias"] = (*bias, n_gates * units)
        return found

    return shapes


def _conv(settings: Settings, widths: Widths) -> Shapes:
    window, width = settings["window"], settings["width"]
    return {"kernel": (window, widths[0], width), "bias": (width,)}


def _gated(settings: Settings, widths: Widths) -> Shapes:
    width = widths[0]
    return {"kernel": (settings["window"], width, 2 * width), "bias": (2 * width,)}


def _attention(settings: Settings, widths: Widths) -> Shapes:
    inner = settings["heads"] * settings["size"]
    return {
        "query": (widths[0], inner),
        "key": (widths[-1], inner),
        "value": (widths[-1], inner),
        "output": (inner, widths[0]),
        "bias": (widths[0],),
    }


def _pool(settings: Settings, widths: Widths) -> Shapes:
    if settings["how"] != "attention":
        return {}
    width = widths[0]
    return {"kernel": (width, width), "bias": (width,), "score": (width, 1)}


_RECURRENT = {"units": _SMALL, "directions": DIRECTIONS}
_WINDOW = {"window": (1, 64), "dilation": (1, 1024)}

KINDS: dict[str, Kind] = {
    # What a network is given.
    "ids": Kind((), IDS, width=lambda settings, widths: 0),
    "numbers": Kind((IDS,), SEQUENCE, {"width": _SMALL}, lambda s, w: int(s["width"])),
    # Words and characters: rows from `tuned` on keep the values they are given.
    "embed": Kind(
        (IDS,),
        SEQUENCE,
        {"rows": _SIZE, "width": _SMALL, "tuned": (0, 1 << 24)},
        lambda s, w: int(s["width"]),
        _embed,
    ),
    # Against learning by heart; nothing happens in an answer.
    "dropout": Kind((f"{SEQUENCE}|{VECTOR}",), "", {"rate": (0.0, 0.95), "of": ("cell", "column")}),
    "mixup": Kind((f"{SEQUENCE}|{VECTOR}",), ""),
    # Values put together: side by side, one after the other, sum, mean, product.
    "join": Kind((f"{SEQUENCE}|{VECTOR}+",), "", width=lambda s, w: sum(w)),
    "chain": Kind((f"{SEQUENCE}+",), SEQUENCE, alike=True),
    "add": Kind((f"{SEQUENCE}|{VECTOR}+",), "", alike=True),
    "mean": Kind((f"{SEQUENCE}|{VECTOR}+",), "", alike=True),
    "times": Kind((f"{SEQUENCE}|{VECTOR}+",), "", alike=True),
    "spread": Kind((VECTOR, SEQUENCE), SEQUENCE),
    # Position by position.
    "dense": Kind(
        (f"{SEQUENCE}|{VECTOR}",),
        "",
        {"width": _SIZE, "activation": ACTIVATIONS},
        lambda s, w: int(s["width"]),
        _dense,
    ),
    "norm": Kind(
        (f"{SEQUENCE}|{VECTOR}",), "", shapes=lambda s, w: {"gain": (w[0],), "bias": (w[0],)}
    ),
    "unit": Kind((f"{SEQUENCE}|{VECTOR}",), ""),
    "positions": Kind((SEQUENCE,), SEQUENCE),
    # Over the positions.
    "gru": Kind(
        (SEQUENCE,),
        SEQUENCE,
        _RECURRENT,
        lambda s, w: int(s["units"]) * len(sides(s)),
        _recurrent(3, (2,)),
    ),
    "lstm": Kind(
        (SEQUENCE,),
        SEQUENCE,
        _RECURRENT,
        lambda s, w: int(s["units"]) * len(sides(s)),
        _recurrent(4, ()),
    ),
    "conv": Kind(
        (SEQUENCE,),
        SEQUENCE,
        {"width": _SMALL, **_WINDOW, "activation": ACTIVATIONS},
        lambda s, w: int(s["width"]),
        _conv,
    ),
    "gated": Kind((SEQUENCE,), SEQUENCE, _WINDOW, shapes=_gated),
    # The second sequence, where there is one, is what is looked at.
    "attention": Kind(
        (f"{SEQUENCE}+",), SEQUENCE, {"heads": _SMALL, "size": _SMALL}, shapes=_attention
    ),
    "pool": Kind((SEQUENCE,), VECTOR, {"how": POOLS}, shapes=_pool),
    # Answers: one number a position (dot: inner product; over: attention over attention).
    "dot": Kind((SEQUENCE, VECTOR), SEQUENCE, width=lambda s, w: 1, alike=True),
    "over": Kind((SEQUENCE, SEQUENCE), SEQUENCE, width=lambda s, w: 1, alike=True),
    # Scores of tags, beside what a tag says of the next.
    "crf": Kind(
        (SEQUENCE,),
        SEQUENCE,
        shapes=lambda s, w: {"transitions": (w[0], w[0]), "first": (w[0],), "last": (w[0],)},
    ),
}
"""Every kind, by name."""
