"""Word vectors in the files of other tools, in and out.

    text          word2vec text and fastText .vec: a header, then a word and its numbers a line
    binary        word2vec binary
    glove         GloVe text: as `text`, without the header
    fasttext-bin  fastText .bin, not quantised; in only

What a file is, its content says, not its name. Nothing is taken on trust: see `foreign.py`.
"""

from collections.abc import Collection
from itertools import islice

import numpy as np

from nlptool.core import fasttextbin, vectorbinary, vectortext
from nlptool.core.foreign import FAULTS, HEADER, Faults, Source, read_header
from nlptool.core.publish import Output, atomic
from nlptool.core.report import Note, Report, silent
from nlptool.core.vectors import Vectors
from nlptool.errors import ConfigError, CorpusError

FORMS_IN = ("text", "binary", "glove", "fasttext-bin")
FORMS_OUT = ("text", "binary", "glove")

_SAMPLE = 1 << 16
_CONTROLS = bytes(set(range(32)) - set(b"\t\n\r"))
_NUMERIC = b"0123456789+-.einfaEINFA \t\r"


def read_vectors(path: str, *, form: str | None = None, report: Report = silent) -> Vectors:
    """Return the vectors in a file.

    Of a word that occurs twice the first vector is kept; that, and words with white space,
    are told to `report`.

    Args:
        path: the file, plain or compressed.
        form: one of `FORMS_IN`; None finds out.
        report: told what is odd but usable.

    Raises:
        ConfigError: the form is unknown.
        CorpusError: no vectors, or there is something wrong that `inspect_vectors` mends.
    """
    faults = Faults(path)
    vectors = _read(path, form, faults)[0]
    for kind, n in faults.counts.items():
        more = f" (and {n - 1:,} more)" if n > 1 else ""
        report(Note(f"{faults.examples[kind][0]}: {FAULTS[kind]}{more}"))
    return vectors


def inspect_vectors(path: str, *, form: str | None = None) -> tuple[Vectors, Faults, str]:
    """Return what can be read of a file, what is wrong with it, and its form.

    Raises:
        ConfigError: the form is unknown.
        CorpusError: there are no vectors in it at all.
    """
    faults = Faults(path, mend=True)
    vectors, found = _read(path, form, faults)
    zeros = np.flatnonzero(vectors.norms == 0)
    for i in zeros[:10].tolist():
        faults.found("zero", "", f"the vector of {vectors.words[i][:40]!r} is zero")
    if len(zeros) > 10:
        faults.counts["zero"] += len(zeros) - 10
    return vectors, faults, found


def write_vectors(
    target: str | Output, vectors: Vectors, form: str, *, report: Report = silent
) -> None:
    """Write vectors to a file, which appears whole or not at all.

    No form can hold white space in a word: it becomes "_". A word that is only white space,
    or that becomes another word so, is left out; `report` is told.

    Args:
        target: the file, whose old content is replaced; or the output, if it is reserved.
        vectors: what to write.
        form: one of `FORMS_OUT`.
        report: told about words that were changed or left out.

    Raises:
        ConfigError: the form is unknown.
        RunError: the file cannot be written.
    """
    if form not in FORMS_OUT:
        raise ConfigError(f"--to: {form!r}, expected one of {', '.join(FORMS_OUT)}")
    path = target if isinstance(target, str) else target.path
    vectors = _writable(path, vectors, report)
    with atomic(target) if isinstance(target, str) else target.replace() as file:
        if form == "binary":
            vectorbinary.write_binary(file, vectors)
        else:
            vectortext.write_text(file, vectors, header=form == "text")


def _read(path: str, form: str | None, faults: Faults) -> tuple[Vectors, str]:
    """Return the vectors and the form of a file; the first of equal words is kept."""
    if form not in (None, *FORMS_IN):
        raise ConfigError(f"--from: {form!r}, expected one of {', '.join(FORMS_IN)}")
    source = Source(path)
    form = form or _form_of(source)
    header = read_header(source) if form in ("text", "binary") else None
    if form == "fasttext-bin":
        rows = fasttextbin.read_fasttext(source, faults)
    elif form == "glove":
        rows = vectortext.read_text(source, None, faults)
    elif header is None:
        raise CorpusError(f"{path}:1: no header, expected the numbers of words and dimensions")
    elif form == "text":
        rows = vectortext.read_text(source, header, faults)
    else:
        rows = vectorbinary.read_binary(source, header, faults)
    words, matrix, places = rows.finish()
    again = _repeated(words)
    for i in again:
        place = f"word {places[i]}" if form in ("binary", "fasttext-bin") else f"{places[i]}"
        faults.found("duplicate", place, f"the word {words[i][:40]!r} occurs again")
    if again:
        kept = np.ones(len(words), bool)
        kept[again] = False
        words, matrix = [word for word, keep in zip(words, kept, strict=True) if keep], matrix[kept]
    if not words:
        raise CorpusError(f"{path}: no word vectors, expected at least one")
    return Vectors(words, matrix), form


def _form_of(source: Source) -> str:
    """Return what a file is, by its beginning."""
    start = source.peek(_SAMPLE)
    if start.startswith(fasttextbin.MAGIC):
        return "fasttext-bin"
    header = HEADER.match(start)
    if not header:
        return "glove"
    # Behind a header stands a word; behind its space, numbers as text or as bytes.
    row = start[header.end() :].partition(b"\n")[0].rstrip()
    if not row or not row.rpartition(b" ")[2].translate(None, _NUMERIC):
        return "text"
    odd = len(start.translate(None, _CONTROLS)) < len(start)
    return "binary" if odd or not _is_utf8(start[: _SAMPLE - 3]) else "text"


def _is_utf8(text: bytes) -> bool:
    """Tell whether a text is UTF-8; its last character may be cut off."""
    try:
        text.decode()
    except UnicodeDecodeError as error:
        return error.start > len(text) - 4 and error.reason == "unexpected end of data"
    return True


def _repeated(words: list[str]) -> list[int]:
    """Return the places of words that have occurred before."""
    if len(set(words)) == len(words):
        return []
    first: dict[str, int] = {}
    return [i for i, word in enumerate(words) if first.setdefault(word, i) != i]


def _writable(path: str, vectors: Vectors, report: Report) -> Vectors:
    """Return the same vectors under words that can be written, and tell what was changed."""
    # One pass that stays in C, as nearly always nothing is odd.
    if " ".join(vectors.words).split() == list(vectors.words):
        return vectors
    words: list[str] = []
    kept: list[int] = []
    changed: dict[str, None] = {}
    lost: list[str] = []
    for i, word in enumerate(vectors.words):
        plain = "_".join(word.split())
        if plain == word:
            pass
        elif not plain or plain in vectors.ids or plain in changed:
            lost.append(word)
            continue
        else:
            changed[plain] = None
        words.append(plain)
        kept.append(i)
    notes: tuple[tuple[str, Collection[str]], ...] = (
        ("written with _ for white space", changed),
        ("left out", lost),
    )
    for what, odd in notes:
        if odd:
            shown = ", ".join(repr(word[:40]) for word in islice(odd, 3))
            more = ", ..." if len(odd) > 3 else ""
            report(Note(f"{path}: {len(odd):,} words {what}: {shown}{more}"))
    return Vectors(words, np.asarray(vectors.matrix[kept]))
