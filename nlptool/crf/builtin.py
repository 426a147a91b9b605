"""Templates that are there without a file: what is good for Chinese characters.

    zh           characters around, their pairs and triples, their types, repetition, and words
                 of the training text; for segmentation
    zh-entities  the same without triples, which make a model of few examples worse; for names
    simple       five characters, four pairs and one with a gap: what most people begin with

The first two use whatever else the model has: further columns of the file, lexicons, jieba's
words, clusters of word vectors. Each is a template text like any other, see template.py. What
each part of them brings is in benchmarks/RESULTS.md.
"""

from collections.abc import Sequence

from nlptool.errors import ConfigError

NAMES = ("zh", "zh-entities", "simple")

_AROUND = ("%x[-2,0]", "%x[-1,0]", "%x[0,0]", "%x[1,0]", "%x[2,0]")
_PAIRS = ("%x[-2,0]/%x[-1,0]", "%x[-1,0]/%x[0,0]", "%x[0,0]/%x[1,0]", "%x[1,0]/%x[2,0]")
_GAP = ("%x[-1,0]/%x[1,0]",)
_SIMPLE = (*_AROUND, *_PAIRS, *_GAP)

_TRIPLES = (
    "%x[-2,0]/%x[-1,0]/%x[0,0]",
    "%x[-1,0]/%x[0,0]/%x[1,0]",
    "%x[0,0]/%x[1,0]/%x[2,0]",
)

_KINDS = (
    "%x[-1,type]/%x[0,type]/%x[1,type]",
    "%x[-2,type]/%x[-1,type]/%x[0,type]/%x[1,type]/%x[2,type]",
    "%x[-1,same1]",
    "%x[0,same1]",
    "%x[-2,same2]",
    "%x[-1,same2]",
    "%x[0,same2]",
)

# {0} is a further column of the file.
_COLUMN = ("%x[-1,{0}]", "%x[0,{0}]", "%x[1,{0}]", "%x[0,0]/%x[0,{0}]")

# Of jieba's words.
_WORDS = (
    "%x[-1,jieba.place]/%x[-1,jieba.tag]",
    "%x[0,jieba.place]/%x[0,jieba.tag]",
    "%x[1,jieba.place]/%x[1,jieba.tag]",
    "%x[0,0]/%x[0,jieba.place]/%x[0,jieba.tag]",
    "%x[0,jieba.before]/%x[0,jieba.place]/%x[0,jieba.tag]",
    "%x[0,jieba.place]/%x[0,jieba.tag]/%x[0,jieba.after]",
    "%x[0,jieba.before]/%x[0,jieba.place]/%x[0,jieba.tag]/%x[0,jieba.after]",
)

# {0} is a lexicon, {1} what the columns of its words end with.
_LEXICON = (
    "%x[0,{0}.begin{1}]/%x[0,{0}.inside{1}]/%x[0,{0}.end{1}]",
    "%x[-1,{0}.begin{1}]/%x[-1,{0}.end{1}]",
    "%x[1,{0}.begin{1}]/%x[1,{0}.end{1}]",
    "%x[-1,{0}.end{1}]/%x[0,{0}.begin{1}]",
    "%x[0,{0}.end{1}]/%x[1,{0}.begin{1}]",
    "%x[-1,{0}.begin{1}]/%x[-1,{0}.inside{1}]/%x[-1,{0}.end{1}]"
    "/%x[0,{0}.begin{1}]/%x[0,{0}.inside{1}]/%x[0,{0}.end{1}]",
    "%x[0,{0}.begin{1}]/%x[0,{0}.inside{1}]/%x[0,{0}.end{1}]/%x[1,{0}.begin{1}]/%x[1,{0}.inside{1}]/%x[1,{0}.end{1}]",
    "%x[0,{0}.begin{1}]/%x[0,0]",
    "%x[0,{0}.end{1}]/%x[0,0]",
    "%x[0,{0}.inside{1}]/%x[0,0]",
)

# {0} is a column of clusters.
_CLUSTERS = (
    "%x[-1,{0}]",
    "%x[0,{0}]",
    "%x[1,{0}]",
    "%x[-1,{0}]/%x[0,{0}]",
    "%x[0,{0}]/%x[1,{0}]",
)


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
    lines = [*_SIMPLE]
    if name != "simple":
        lines += _KINDS if name == "zh-entities" else (*_TRIPLES, *_KINDS)
        for column in columns:
            of, _, part = column.rpartition(".")
            if column == "jieba.tag":
                lines += _WORDS
            elif column.isdigit() and column != "0":
                lines += [line.format(column) for line in _COLUMN]
            elif part == "begin":
                typed = name == "zh-entities" and f"{column}type" in columns
                lines += [line.format(of, "type" if typed else "") for line in _LEXICON]
            elif of and part[-1].isdigit():
                lines += [line.format(column) for line in _CLUSTERS]
    width = len(str(len(lines) - 1))
    return "".join(f"U{i:0{width}}:{line}\n" for i, line in enumerate(lines)) + "B\n"
