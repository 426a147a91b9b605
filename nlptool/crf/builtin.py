"""Templates that are there without a file: what is good for Chinese characters.

    zh       characters around, their pairs, their types, repetition; and, where the model has
             them, words of lexicons and clusters of word vectors
    simple   five characters, four pairs and one with a gap: what most people begin with

Each is a template text like any other, see template.py; columns that there are not are left
out.
"""

from collections.abc import Sequence

from nlptool.errors import ConfigError

NAMES = ("zh", "simple")

_TOKENS = ["%x[-2,0]", "%x[-1,0]", "%x[0,0]", "%x[1,0]", "%x[2,0]"]
_PAIRS = ["%x[-2,0]/%x[-1,0]", "%x[-1,0]/%x[0,0]", "%x[0,0]/%x[1,0]", "%x[1,0]/%x[2,0]"]
_GAP = ["%x[-1,0]/%x[1,0]"]

_MORE = [
    "%x[-1,0]/%x[0,0]/%x[1,0]",
    "%x[-2,0]/%x[-1,0]/%x[0,0]",
    "%x[0,0]/%x[1,0]/%x[2,0]",
    "%x[-2,0]/%x[0,0]",
    "%x[0,0]/%x[2,0]",
    "%x[-1,type]/%x[0,type]/%x[1,type]",
    "%x[-2,type]/%x[-1,type]/%x[0,type]/%x[1,type]/%x[2,type]",
    "%x[-1,same1]/%x[0,same1]",
    "%x[-2,same2]/%x[-1,same2]/%x[0,same2]",
]

_LEXICON = [
    "%x[-1,{}.begin]",
    "%x[0,{}.begin]",
    "%x[1,{}.begin]",
    "%x[-1,{}.end]",
    "%x[0,{}.end]",
    "%x[1,{}.end]",
    "%x[0,{}.inside]",
    "%x[-1,{}.inside]/%x[0,{}.inside]",
    "%x[0,{}.inside]/%x[1,{}.inside]",
    "%x[0,{}.begin]/%x[0,{}.end]",
    "%x[0,{}.inside]/%x[0,0]",
]

_CLUSTERS = [
    "%x[-1,{}]",
    "%x[0,{}]",
    "%x[1,{}]",
    "%x[-1,{}]/%x[0,{}]",
    "%x[0,{}]/%x[1,{}]",
]


def builtin_template(name: str, columns: Sequence[str]) -> str:
    """Return a template text.

    Args:
        name: one of `NAMES`.
        columns: what there is, see `derived.available`.

    Raises:
        ConfigError: there is none of that name.
    """
    if name not in NAMES:
        raise ConfigError(f"--template: {name!r}, expected a file or one of {', '.join(NAMES)}")
    lines = [*_TOKENS, *_PAIRS, *_GAP]
    if name == "zh":
        lines += _MORE
        own = [column for column in columns if column.isdigit() and column != "0"]
        lines += [f"%x[{row},{column}]" for column in own for row in (-1, 0, 1)]
        lines += [f"%x[0,0]/%x[0,{column}]" for column in own]
        for column in columns:
            of, _, part = column.rpartition(".")
            if part == "begin":
                lines += [line.replace("{}", of) for line in _LEXICON]
            elif part not in ("", "inside", "end") and of:
                lines += [line.replace("{}", column) for line in _CLUSTERS]
    width = len(str(len(lines) - 1))
    return "".join(f"U{i:0{width}}:{line}\n" for i, line in enumerate(lines)) + "B\n"
