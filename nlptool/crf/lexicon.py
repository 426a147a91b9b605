"""Lists of words that a model looks for in the text: jieba's own, a user's, mined ones."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from nlptool.core.corpus import read_lines
from nlptool.core.jieba_trie import Nodes
from nlptool.core.report import Note, Report, silent
from nlptool.crf.kernels_match import LONGEST_WORD
from nlptool.crf.normalise import changes
from nlptool.crf.tries import build_trie, usable
from nlptool.errors import ConfigError, CorpusError

JIEBA = "jieba"
"""The source that is the dictionary of the installed jieba."""

OWN = "self"
"""What templates call the words of the training text, see own_words.py."""

CAP = 5
"""Words of this length and longer ones count as equally long."""

MOST_TYPES = 64

_NAME = re.compile(r"[A-Za-z_][A-Za-z_0-9]*")
_NUMBER = re.compile(r"[+-]?[0-9]+(?:\.[0-9]+)?")


@dataclass(frozen=True, eq=False)
class Lexicon:
    """Words, and perhaps the type of each.

    Args:
        name: what templates call it: NAME.begin, NAME.begintype, ...
        table: the words, see tries.py; the number of a word is that of its type, from 1.
        types: the names of the types; one that is empty where words have none.
        cap: the length from which on words count as equally long.
    """

    name: str
    table: Nodes
    types: tuple[str, ...] = ("",)
    cap: int = CAP


def read_lexicon(
    source: str,
    name: str,
    *,
    normalise: Sequence[str] = (),
    cap: int = CAP,
    report: Report = silent,
) -> Lexicon:
    """Read a list of words.

    Args:
        source: "jieba", whose parts of speech are types, coarsely; or a file
            of lines `word [count] [type]`, separated by tabs or else by white space. A table
            of `newwords mine` is one, too: of longer lines only the word counts.
        name: what templates call it.
        normalise: see normalise.py.
        cap: the length from which on words count as equally long.
        report: hears of words that cannot be used, and of types if there are too many.

    Raises:
        ConfigError: the name or the cap cannot be, or there is no jieba.
        CorpusError: the file cannot be read, or has no words.
    """
    check_name(name)
    if not 1 <= cap <= LONGEST_WORD:
        raise ConfigError(f"--lexicon: words count up to {cap}, expected 1 to {LONGEST_WORD}")
    lines: Iterable[str] = _jieba_lines() if source == JIEBA else read_lines([source])
    return lexicon_of(_entries(lines), name, source, normalise=normalise, cap=cap, report=report)


def lexicon_of(
    entries: Iterable[tuple[str, str]],
    name: str,
    where: str,
    *,
    normalise: Sequence[str] = (),
    cap: int = CAP,
    report: Report = silent,
) -> Lexicon:
    """Return a lexicon.

    Args:
        entries: words and their types; of a word that is there twice the first counts. Single
            characters are left out, as every character would be a word.
        name: what templates call it.
        where: what messages call it.
        normalise: see normalise.py.
        cap: the length from which on words count as equally long.
        report: hears of words that cannot be used, and of types if there are too many.

    Raises:
        CorpusError: there are no words.
    """
    by = changes(tuple(normalise))
    found: dict[str, str] = {}
    n_lost = 0
    for raw, type_ in entries:
        word = raw.translate(by)
        if len(word) < 2:
            continue
        if usable(word):
            found.setdefault(word, type_)
        else:
            n_lost += 1
    if n_lost:
        report(Note(f"{where}: {n_lost:,} words not used: longer than {LONGEST_WORD} or a space"))
    if not found:
        raise CorpusError(f"{where}: no words of two or more characters, expected one a line")
    types = sorted(set(found.values()))
    if len(types) > MOST_TYPES:
        report(Note(f"{where}: {len(types):,} types of words not used, as there are so many"))
        types = [""]
    numbers = {type_: i for i, type_ in enumerate(types, 1)}
    words = {word: numbers.get(type_, 1) for word, type_ in found.items()}
    return Lexicon(name, build_trie(words, where), tuple(types), cap)


def check_name(name: str) -> None:
    """Refuse a name that templates could not use.

    Raises:
        ConfigError: it is one.
    """
    if not _NAME.fullmatch(name):
        raise ConfigError(
            f"{name!r}: no name for a lexicon or for vectors, expected letters, digits and _, "
            "not beginning with a digit"
        )
    if name == OWN:
        raise ConfigError(f"{name!r}: the words of the training text are called so; use another")


def _entries(lines: Iterable[str]) -> Iterable[tuple[str, str]]:
    """Yield the word and the type of each line."""
    for line in lines:
        parts = line.split("\t") if "\t" in line else line.split()
        parts = [part.strip() for part in parts]
        if not parts or not parts[0] or parts[:2] == ["word", "count"]:
            continue
        rest = parts[1:]
        if rest and _NUMBER.fullmatch(rest[0]):
            rest = rest[1:]
        yield parts[0], rest[0] if len(rest) == 1 and not _NUMBER.fullmatch(rest[0]) else ""


def _jieba_lines() -> Iterable[str]:
    """Yield jieba's words with their tags.

    Raises:
        ConfigError: there is no jieba.
    """
    spec = find_spec("jieba")
    for place in (spec and spec.submodule_search_locations) or []:
        path = Path(place) / "dict.txt"
        if path.is_file():
            for line in read_lines([str(path)]):
                word, _, rest = line.partition(" ")
                tag = rest.rpartition(" ")[2]
                # Nouns are told apart, as names are among them.
                yield f"{word}\t{tag[: 1 + tag.startswith('n')]}"
            return
    raise ConfigError(f"--lexicon {JIEBA}: jieba is not installed, or is not there as files")
