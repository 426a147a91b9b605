"""A network as data: named blocks, each working on the values of earlier ones.

The same description is built with Keras for training (`network.py`) and run without it for
answers (`forward.py`), and it alone says which weights a model file must have. A task makes it
from its settings, so that a model file holds those and no network. What the kinds of blocks
are is in `kinds.py`. Standard library only.

    Graph(
        (
            block("words", "ids"),
            block("x", "embed", "words", rows=5000, width=128, tuned=5000),
            block("h", "gru", "x", units=128, directions="forward"),
            block("encoded", "pool", "h", how="last"),
        ),
        outputs=("encoded",),
    )
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from nlptool.neural.kinds import KINDS, Kind, Shapes


@dataclass(frozen=True)
class Block:
    """One step of a network.

    Args:
        name: of its value, for later blocks; also how its weights begin.
        kind: what it does, see `kinds.KINDS`.
        inputs: the names of the blocks whose values it takes.
        settings: all that its kind has.
        like: the block whose weights it uses; "" for its own.
    """

    name: str
    kind: str
    inputs: tuple[str, ...]
    settings: Mapping[str, Any]
    like: str = ""


def block(name: str, kind: str, *inputs: str, like: str = "", **settings: Any) -> Block:
    """Return a block; settings with a word for a value may be left at their default.

    Raises:
        ValueError: a setting is unknown, missing or out of range.
    """
    rules = _kind(name, kind).settings
    defaults: dict[str, Any] = {
        key: rule[0] for key, rule in rules.items() if isinstance(rule[0], str)
    }
    if "dilation" in rules:
        defaults["dilation"] = 1
    whole = defaults | settings
    for key in sorted(whole.keys() ^ rules.keys()):
        what = "unknown setting" if key in whole else "missing setting"
        raise ValueError(f"block {name!r}: {what} {key!r} of kind {kind!r}")
    for key, rule in rules.items():
        _require(name, key, whole[key], rule)
    if kind == "embed" and whole["tuned"] > whole["rows"]:
        raise ValueError(f"block {name!r}: more rows are tuned than there are")
    return Block(name, kind, inputs, {key: whole[key] for key in rules}, like)


def _kind(name: str, kind: str) -> Kind:
    if kind not in KINDS:
        raise ValueError(f"block {name!r}: unknown kind {kind!r}")
    return KINDS[kind]


def _require(name: str, key: str, value: Any, rule: tuple[Any, ...]) -> None:
    if isinstance(rule[0], str):
        if value not in rule:
            raise ValueError(
                f"block {name!r}: {key} is {value!r}, expected one of {', '.join(rule)}"
            )
        return
    kinds = (int, float) if isinstance(rule[0], float) else (int,)
    if type(value) not in kinds or not rule[0] <= value <= rule[1]:
        raise ValueError(f"block {name!r}: {key} is {value!r}, expected {rule[0]} to {rule[1]}")


@dataclass(frozen=True)
class Graph:
    """A network.

    Args:
        blocks: in an order in which each comes after its inputs.
        outputs: the names of the blocks whose values are the answer.

    Raises:
        ValueError: they do not fit together.
    """

    blocks: tuple[Block, ...]
    outputs: tuple[str, ...]

    def __post_init__(self) -> None:
        unknown = [name for name in self.outputs if name not in self.widths]
        if unknown or not self.outputs:
            raise ValueError(f"outputs {list(self.outputs)}, expected names of blocks")

    @cached_property
    def forms(self) -> dict[str, str]:
        """The form of every block's value: sequence, vector or ids."""
        return {name: form for name, (form, _) in self._values.items()}

    @cached_property
    def widths(self) -> dict[str, int]:
        """The width of every block's value; 0 for ids."""
        return {name: width for name, (_, width) in self._values.items()}

    @cached_property
    def _values(self) -> dict[str, tuple[str, int]]:
        values: dict[str, tuple[str, int]] = {}
        known: dict[str, Block] = {}
        for one in self.blocks:
            if not one.name.isidentifier() or one.name in values:
                raise ValueError(f"block {one.name!r}: expected a name of its own")
            missing = [name for name in one.inputs if name not in values]
            if missing:
                raise ValueError(f"block {one.name!r}: no block {missing[0]!r} before it")
            kind = _kind(one.name, one.kind)
            forms = tuple(values[name][0] for name in one.inputs)
            widths = tuple(values[name][1] for name in one.inputs)
            mixed = (not kind.gives and len(set(forms)) > 1) or (
                kind.alike and len(set(widths)) > 1
            )
            if mixed or not _fits(kind.takes, forms):
                shown = ", ".join(
                    f"{form} {width}" for form, width in zip(forms, widths, strict=True)
                )
                raise ValueError(f"block {one.name!r}: a {one.kind} does not take ({shown})")
            values[one.name] = (kind.gives or forms[0], kind.width(one.settings, widths))
            if one.like:
                self._require_alike(one, known, widths, values)
            known[one.name] = one
        return values

    @staticmethod
    def _require_alike(
        one: Block,
        known: Mapping[str, Block],
        widths: tuple[int, ...],
        values: Mapping[str, tuple[str, int]],
    ) -> None:
        other = known.get(one.like)
        if (
            other is None
            or other.like
            or other.kind != one.kind
            or dict(other.settings) != dict(one.settings)
            or tuple(values[name][1] for name in other.inputs) != widths
        ):
            raise ValueError(f"block {one.name!r}: it cannot have the weights of {one.like!r}")

    @cached_property
    def shapes(self) -> Shapes:
        """The shape of every weight, by "block.weight"."""
        found: Shapes = {}
        for one in self.blocks:
            if not one.like:
                widths = tuple(self.widths[name] for name in one.inputs)
                for name, shape in KINDS[one.kind].shapes(one.settings, widths).items():
                    found[f"{one.name}.{name}"] = shape
        return found

    def inputs(self) -> list[str]:
        """Return the names of what the network is given."""
        return [one.name for one in self.blocks if one.kind in ("ids", "numbers")]


def _fits(takes: tuple[str, ...], forms: tuple[str, ...]) -> bool:
    """Tell whether values of these forms are what a kind takes."""
    if takes and takes[-1].endswith("+"):
        if len(forms) < len(takes):
            return False
        takes = (*takes[:-1], *[takes[-1][:-1]] * (len(forms) - len(takes) + 1))
    return len(takes) == len(forms) and all(
        form in take.split("|") for take, form in zip(takes, forms, strict=True)
    )
