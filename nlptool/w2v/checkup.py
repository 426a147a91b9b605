"""Check files of word vectors, and write a mended copy.

What is looked for, and what mending does, is in `core/foreign.py`.
"""

from dataclasses import dataclass

import numpy as np

from nlptool.core.foreign import FAULTS
from nlptool.core.publish import reserve
from nlptool.core.report import Report, silent
from nlptool.core.vectorfiles import FORMS_OUT, inspect_vectors, write_vectors
from nlptool.core.vectors import Vectors
from nlptool.errors import ConfigError

# A reader keeps what is odd but usable; a mended copy is sound.
_DONE = {"white space": "written with _, or left out", "zero": "left out"}


@dataclass(frozen=True)
class Finding:
    """One kind of fault in a file.

    Args:
        kind: a key of `core.foreign.FAULTS`.
        n: how many words it concerns; 1 where it is the file as a whole.
        done: what mending does with them.
        examples: the first few, as `file:line: what`.
    """

    kind: str
    n: int
    done: str
    examples: list[str]


@dataclass(frozen=True)
class Checkup:
    """What a file of word vectors holds, and what is wrong with it.

    Args:
        path: the file.
        form: one of `core.vectorfiles.FORMS_IN`.
        n_words: words with usable vectors.
        dim: numbers of each.
        findings: what is wrong; empty if the file is sound.
    """

    path: str
    form: str
    n_words: int
    dim: int
    findings: list[Finding]


def check(
    path: str,
    *,
    form: str | None = None,
    repair: str | None = None,
    to: str | None = None,
    report: Report = silent,
) -> Checkup:
    """Return what is wrong with a file of word vectors, and write a mended copy if asked.

    A mended file is sound: faulty, repeated and zero vectors are left out, white space in a
    word becomes "_". The same check finds nothing in it.

    Args:
        path: the file.
        form: one of `core.vectorfiles.FORMS_IN`; None finds out.
        repair: where the copy goes; None writes none.
        to: the copy's form, one of `core.vectorfiles.FORMS_OUT`; None keeps the form, or
            takes text where that cannot be written.
        report: told about words that were changed or left out.

    Raises:
        ConfigError: a form is unknown.
        CorpusError: there are no vectors in the file at all.
        RunError: the copy cannot be written.
    """
    if to is not None and to not in FORMS_OUT:
        raise ConfigError(f"--to: {to!r}, expected one of {', '.join(FORMS_OUT)}")
    if repair is None:
        return _inspect(path, form)[0]
    with reserve(repair) as output:
        checkup, vectors = _inspect(path, form)
        sound = np.flatnonzero(vectors.norms > 0)
        if len(sound) < len(vectors.words):
            words = [vectors.words[i] for i in sound.tolist()]
            vectors = Vectors(words, np.asarray(vectors.matrix[sound]))
        form = to or (checkup.form if checkup.form in FORMS_OUT else "text")
        write_vectors(output, vectors, form, report=report)
    return checkup


def _inspect(path: str, form: str | None) -> tuple[Checkup, Vectors]:
    """Return what is wrong with a file, and the vectors that are usable."""
    vectors, faults, form = inspect_vectors(path, form=form)
    findings = [
        Finding(kind, faults.counts[kind], _DONE.get(kind, done), faults.examples[kind])
        for kind, done in FAULTS.items()
        if kind in faults.counts
    ]
    return Checkup(path, form, len(vectors.words), vectors.dim, findings), vectors
