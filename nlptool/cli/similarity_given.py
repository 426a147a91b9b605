"""What `nlptool similarity train` is given: sentences, pairs, groups, word vectors."""

from typing import TYPE_CHECKING

from nlptool.errors import CorpusError

if TYPE_CHECKING:
    from nlptool.core.reading import Reading
    from nlptool.core.report import Report
    from nlptool.core.vectors import FloatArray
    from nlptool.core.vocab import Vocab
    from nlptool.similarity.config import Config
    from nlptool.similarity.config_network import Learning
    from nlptool.similarity.examples import Examples
    from nlptool.similarity.sif import Sif


def sentences(paths: list[str], reading: "Reading", report: "Report") -> list[str]:
    """Return the distinct fields of lines, but for those of one character."""
    from nlptool.core.corpus import read_lines

    found: dict[str, None] = {}
    for line in read_lines(paths, reading, report):
        found.update((field, None) for field in line.split("\t") if len(field.strip()) > 1)
    return list(found)


def raw(path: str, reading: "Reading", most: int, report: "Report") -> list[str]:
    """Return distinct lines to warm up with, so many at most.

    Raises:
        CorpusError: there are none.
    """
    from nlptool.core.corpus import read_lines
    from nlptool.core.report import Note

    found: dict[str, None] = {}
    for line in read_lines([path], reading, report):
        if len(line.strip()) > 1:
            found[line] = None
        if len(found) == most:
            report(Note(f"{path}: the first {most:,} sentences warm up; --sample takes more"))
            break
    if not found:
        raise CorpusError(f"{path}: no sentences, expected some to warm up with")
    return list(found)


def examples(
    paths: list[str], reading: "Reading", config: "Learning", report: "Report", *, groups: bool
) -> "Examples":
    """Return pairs or groups, each file by itself.

    Raises:
        CorpusError: there are none.
    """
    from nlptool.similarity.examples import from_groups, from_pairs
    from nlptool.similarity.pairs import read_groups, read_pairs

    if groups:
        found = from_groups([read_groups([path], reading, report) for path in paths])
    else:
        found = from_pairs(
            [read_pairs([path], reading, report) for path in paths], same=config.same
        )
    if not len(found.first):
        expected = "group<TAB>sentence" if groups else "first<TAB>second<TAB>score"
        shown = "stdin" if paths[0] == "-" else paths[0]
        raise CorpusError(f"{shown}: nothing to learn from, expected {expected}")
    return found


def sif(path: str, config: "Config", examples: "Examples", report: "Report") -> "Sif":
    """Return the weighted sums that stand beside a network."""
    from nlptool.similarity.sif import build

    vocab, matrix = words(path, report)
    return build(vocab, matrix, config, examples.texts, examples.tokens)


def words(path: str, report: "Report") -> "tuple[Vocab, FloatArray]":
    """Return words with counts and vectors; another program's file has counts by Zipf's law."""
    import numpy as np

    from nlptool.core.store import is_model, load
    from nlptool.core.vocab import Vocab
    from nlptool.w2v.model import KIND, from_stored, open_vectors

    if is_model(path) and (stored := load(path)).kind == KIND:
        trained = from_stored(stored)
        return trained.vocab, trained.likeness.matrix
    vectors = open_vectors(path, report)
    counts = 1e8 / (np.arange(len(vectors.words)) + 2.7)
    return Vocab(list(vectors.words), np.maximum(counts, 1).astype(np.int64)), vectors.matrix
