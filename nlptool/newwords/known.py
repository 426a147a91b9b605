"""Words that are known already: a dictionary, or what was counted before."""

from importlib.util import find_spec
from pathlib import Path

import numpy as np

from nlptool.core.store import is_model, load
from nlptool.errors import ConfigError, RunError
from nlptool.newwords.counts import KIND, counts_in, occurrences_of
from nlptool.newwords.model import Words, read_words


def dictionary(source: str) -> set[str]:
    """Return the words of a dictionary.

    Args:
        source: "jieba" for the one that comes with it, else a file, see `model.read_words`.

    Raises:
        CorpusError, ModelError: the file cannot be used.
        RunError: jieba has lost its dictionary.
    """
    if source != "jieba" or Path(source).exists():
        return set(read_words(source))
    spec = find_spec("jieba")
    try:
        path = Path(spec.origin or "").with_name("dict.txt") if spec else Path("jieba")
        lines = path.read_text("utf-8").split("\n")
    except OSError as error:
        raise RunError(f"--against jieba: its dictionary cannot be read: {error}") from error
    return {line.split(" ", 1)[0] for line in lines}


def unknown(words: Words, known: set[str]) -> Words:
    """Return the words that a dictionary lacks."""
    return words.take(np.flatnonzero([word not in known for word in words.words]))


def new_since(words: Words, path: str, min_count: int) -> Words:
    """Return the words that an earlier text did not have.

    Args:
        words: the words.
        path: what was counted before: a file of counts, in which a word is new if it occurs
            fewer than `min_count` times; or a list of words.
        min_count: see above.

    Raises:
        ConfigError: the words are made of other symbols than those that were counted.
        CorpusError, ModelError: the file cannot be used.
    """
    stored = load(path) if is_model(path) else None
    if stored is None or stored.kind != KIND:
        return unknown(words, set(read_words(path)))
    before = counts_in(stored)
    if words.mined.get("unit", before.unit) != before.unit:
        raise ConfigError(
            f"--since {path}: counted with --unit {before.unit}, expected {words.mined['unit']}"
        )
    return words.take(np.flatnonzero(occurrences_of(before, words.words) < min_count))
