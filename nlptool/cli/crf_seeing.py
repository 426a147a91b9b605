"""What a tagger is to see of a text, from the options of `nlptool crf train`."""

from pathlib import PurePath
from typing import TYPE_CHECKING

from nlptool.core.report import Report
from nlptool.crf.config import Config
from nlptool.errors import ConfigError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from nlptool.crf.clusters import Clusters
    from nlptool.crf.learn import Seeing
    from nlptool.crf.lexicon import Lexicon
    from nlptool.crf.sentences import Sentence

OWN_WORDS_FROM = 1000
"""Sentences of a training text whose words are worth looking for: of fewer, nearly every word is
in one tenth only, and the other nine say nothing of it."""

SIZES = "64,512"
"""How many clusters of word vectors there are."""


def seeing(
    sentences: "Sequence[Sentence]",
    template: str | None,
    lexicon: list[str] | None,
    words: str | None,
    vectors: list[str] | None,
    sizes: list[int],
    normalise: tuple[str, ...],
    config: Config,
    report: Report,
) -> "Seeing":
    """Return what the model is to see.

    Raises:
        ConfigError: a name that is no name, or is there twice; words of something unknown.
        CorpusError: a file cannot be read.
        ModelError: vectors that are refused.
    """
    from nlptool.core.corpus import read_lines
    from nlptool.crf.builtin import NAMES, builtin_template
    from nlptool.crf.clusters import cluster_vectors
    from nlptool.crf.derived import available
    from nlptool.crf.learn import Seeing
    from nlptool.crf.lexicon import JIEBA, read_lexicon
    from nlptool.crf.template import parse_template
    from nlptool.w2v.model import open_vectors

    taken: set[str] = set()
    lexicons: list[Lexicon] = [
        read_lexicon(source, name, normalise=normalise, report=report)
        for name, source in _named(lexicon, taken)
    ]
    groups: list[Clusters] = [
        cluster_vectors(
            open_vectors(path, report, likeness=True),
            name,
            sizes,
            normalise=normalise,
            seed=config.seed,
            threads=config.threads,
            report=report,
        )
        for name, path in _named(vectors, taken)
    ]
    n_own = 1 + max((len(sentence.columns) for sentence in sentences), default=0)
    if words not in (None, JIEBA):
        raise ConfigError(f"--words: {words!r}, expected {JIEBA}")
    columns = available(n_own, lexicons, groups, words=words is not None)
    if template is None or template in NAMES:
        name = template or _builtin(sentences)
        of_text = [
            column
            for column in columns
            if len(sentences) >= OWN_WORDS_FROM or not column.startswith("self.")
        ]
        text, where = builtin_template(name, of_text), name
    else:
        text, where = "".join(f"{line}\n" for line in read_lines([template])), template
    return Seeing(parse_template(text, where, columns), normalise, lexicons, groups)


def _builtin(sentences: "Sequence[Sentence]") -> str:
    """Return the template that is best for what the labels say: words, or names in a text."""
    from nlptool.crf.tags import split_label

    labels = {label for sentence in sentences for label in set(sentence.labels or ())}
    parts = [split_label(label) for label in labels if label]
    is_words = all(prefix not in ("", "O") and not kind for prefix, kind in parts)
    return "zh" if is_words else "zh-entities"


def _named(given: list[str] | None, taken: set[str]) -> list[tuple[str, str]]:
    """Return names and files, each name once; a file without a name gets its own.

    Raises:
        ConfigError: a name is there twice.
    """
    found: list[tuple[str, str]] = []
    for item in given or []:
        name, equals, path = item.partition("=")
        if not equals:
            path = item
            stem = PurePath(item).name.partition(".")[0]
            name = "".join(char if char.isascii() and char.isalnum() else "_" for char in stem)
            if not name or name[0].isdigit():
                name = f"_{name}"
        if name in taken:
            raise ConfigError(f"{item}: the name {name} is taken, expected NAME=FILE with another")
        taken.add(name)
        found.append((name, path))
    return found


def class_weights(text: str | None) -> tuple[tuple[str, float], ...]:
    """Return labels and their weights.

    Raises:
        ConfigError: the text is no list of them.
    """
    if not text:
        return ()
    found: list[tuple[str, float]] = []
    for part in text.split(","):
        label, equals, weight = part.rpartition("=")
        try:
            found.append((label, float(weight)))
        except ValueError:
            equals = ""
        if not equals or not label:
            raise ConfigError(f"--class-weights: {text!r}, expected LABEL=WEIGHT,...")
    return tuple(found)


def whole_numbers(text: str) -> list[int]:
    """Return a list of whole numbers.

    Raises:
        ConfigError: the text is none.
    """
    parts = text.split(",")
    if not all(part.isascii() and part.isdigit() and len(part) < 10 for part in parts):
        raise ConfigError(f"--clusters: {text!r}, expected numbers such as {SIZES}")
    return [int(part) for part in parts]
