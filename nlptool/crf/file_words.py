"""Lines of text whose words are shown by spaces, with parts of speech or not, and raw lines.

A line is a sentence, an empty one too, so that line numbers fit what is made of them. Only
spaces and tabs separate words, in runs of any length; all other white space is text. Where a
corpus has ideographic spaces between all its words, these separate them too.
"""

import re
from collections.abc import Iterable, Iterator
from itertools import chain

from nlptool.core.report import Note, Report
from nlptool.crf.file_format import Layout
from nlptool.crf.file_lines import Fault, shown
from nlptool.crf.sentences import Sentence, packed
from nlptool.crf.tags import span_labels, word_labels

_COMPOUND = re.compile(r"/[^\s/\]]*(\][A-Za-z]*)(?= |$)")
"""How a compound of the People's Daily corpus ends: `[中央/n 电视台/n]nt`."""

_OPENED = re.compile(r"(?:^| )(\[)(?=[^ ]*[^ /]/)")


def read_segmented(
    lines: Iterable[str], layout: Layout, path: str, scheme: str
) -> Iterator[Sentence]:
    """Yield segmented lines as characters, labelled with their place in their word.

    Args:
        lines: of the file, from its first.
        layout: what separates words.
        path: the file.
        scheme: bmes, bioes or bio.
    """
    for number, line in enumerate(lines, 1):
        words = _words(line, layout.separator)
        labels = "".join([word_labels(len(word), scheme) for word in words])
        yield Sentence("".join(words), labels, (), number, path)


def read_words(lines: Iterable[str], layout: Layout, path: str) -> Iterator[Sentence]:
    """Yield segmented lines as words, without labels."""
    known: dict[str, str] = {}
    for number, line in enumerate(lines, 1):
        words = [word for word in _words(line, layout.separator) if word]
        tokens = packed(list(map(known.setdefault, words, words)))
        yield Sentence(tokens, None, (), number, path)


def read_text(lines: Iterable[str], path: str) -> Iterator[Sentence]:
    """Yield raw lines, each as its characters."""
    for number, line in enumerate(lines, 1):
        yield Sentence(line, None, (), number, path)


def read_wordpos(
    lines: Iterable[str],
    layout: Layout,
    path: str,
    scheme: str | None,
    fault: Fault,
    report: Report,
) -> Iterator[Sentence]:
    """Yield lines of `word/POS`.

    Args:
        lines: of the file, from its first.
        layout: what stands before a part of speech.
        path: the file.
        scheme: of the labels of characters, such as B-NN; None gives words, labelled NN.
        fault: is told of words without a part of speech.
        report: is told how many compounds in brackets were opened.
    """
    mark = layout.separator
    known: dict[str, str] = {}
    n_compounds = 0
    for number, line in enumerate(lines, 1):
        if mark == "/" and "]" in line:
            line, n_opened = _opened(line)
            n_compounds += n_opened
        words: list[str] = []
        kinds: list[str] = []
        for item in _words(line, " "):
            word, _, kind = item.rpartition(mark)
            if word and kind:
                words.append(known.setdefault(word, word))
                kinds.append(known.setdefault(kind, kind))
            elif item:
                fault(number, f"{item!r} without a part of speech, expected word{mark}POS")
        if scheme is None:
            yield Sentence(packed(words), packed(kinds), (), number, path)
            continue
        labels = chain.from_iterable(
            span_labels(len(word), kind, scheme) for word, kind in zip(words, kinds, strict=True)
        )
        yield Sentence("".join(words), tuple(labels), (), number, path)
    if n_compounds:
        report(
            Note(
                f"{shown(path)}: {n_compounds:,} compounds in brackets read as their words; "
                "their own tags are left out"
            )
        )


def _words(line: str, separator: str) -> list[str]:
    """Return the words of a line; some may be empty."""
    if "\t" in line:
        line = line.replace("\t", " ")
    if separator == "\u3000":
        line = line.replace(separator, " ")
    return line.split(" ")


def _opened(line: str) -> tuple[str, int]:
    """Return a line without the brackets of compounds, and how many there were."""
    n_closed = len(_COMPOUND.findall(line))
    if not n_closed:
        return line, 0
    line = _COMPOUND.sub(lambda found: found[0].removesuffix(found[1]), line)
    return _OPENED.sub(lambda found: found[0].removesuffix("["), line), n_closed
