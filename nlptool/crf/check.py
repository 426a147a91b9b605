"""What a labelled file consists of, and what is likely to be wrong with it.

Faulty lines, illegal labels, sentences that are there twice or stand in another file too (a
test set that was trained on), full-width and half-width digits side by side. Nothing is
mended here; what is held against other files is in check_against.py.
"""

import re
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from nlptool.core.reading import Reading
from nlptool.core.report import Report, silent
from nlptool.crf.check_against import Against, compare, count_widths, identity_of, text_of
from nlptool.crf.file_lines import shown
from nlptool.crf.formats import Format, open_sentences
from nlptool.crf.sentences import Sentence
from nlptool.crf.tags import OUTSIDE, detect_scheme, legal, span_scheme, spans_of
from nlptool.errors import CorpusError

LONG = 10
"""Tokens from which a sentence that is met again is hardly there by chance."""

_EXAMPLES = 3

_ODD = re.compile("[\0-\x08\x0b-\x1f\x7f-\x9f\u200b\u200e\u200f\ufeff\ufffd]")
"""Control characters, invisible ones, and what stands for what could not be read."""


@dataclass(frozen=True)
class Finding:
    """One kind of thing that may be wrong.

    Args:
        kind: what it is.
        n: how often.
        examples: the first ones, with file and line.
    """

    kind: str
    n: int
    examples: tuple[str, ...] = ()


@dataclass(frozen=True)
class Survey:
    """What a file consists of.

    Args:
        path: the file.
        form: how it was read, see `formats.Format`.
        scheme: of its labels; "" if there are none.
        n_sentences: its sentences, empty ones too.
        n_empty: its sentences without any token.
        n_tokens: its tokens.
        n_longest: tokens of its longest sentence.
        labels: how often each label is there, falling; "" where it is not known.
        spans: how often each type of span is there, falling; "" for words.
        findings: what may be wrong.
    """

    path: str
    form: str
    scheme: str
    n_sentences: int
    n_empty: int
    n_tokens: int
    n_longest: int
    labels: tuple[tuple[str, int], ...]
    spans: tuple[tuple[str, int], ...]
    findings: tuple[Finding, ...]


def check(
    path: str,
    form: Format,
    reading: Reading,
    *,
    against: Against | None = None,
    report: Report = silent,
) -> Survey:
    """Read a file to its end and return what it consists of.

    Args:
        path: a file, or "-" for stdin.
        form: what it is, as far as it is known.
        reading: its encoding.
        against: other files, in which its sentences should not be.
        report: is told how far the reading is.

    Raises:
        ConfigError: a column that is not there.
        CorpusError: it cannot be read, or none of it is of the form.
        RunError: a disk or a connection failed.
    """
    counts: Counter[str] = Counter()
    examples: dict[str, list[str]] = {}

    def tell(kind: str, example: str) -> None:
        counts[kind] += 1
        kept = examples.setdefault(kind, [])
        if len(kept) < _EXAMPLES:
            kept.append(example)

    def fault(line: int, what: str) -> None:
        tell("faulty lines", f"{shown(path)}:{line}: {what}")

    layout, sentences = open_sentences(path, form, reading, report, fault)
    labels: Counter[str] = Counter()
    spans: Counter[str] = Counter()
    pairs: Counter[tuple[str | None, str | None]] = Counter()
    first_pairs: dict[tuple[str | None, str | None], str] = {}
    seen: dict[int, tuple[int, int]] = {}
    widths: Counter[str] = Counter()
    n_sentences = n_empty = n_tokens = n_longest = 0
    for sentence in sentences:
        n_sentences += 1
        n_tokens += len(sentence)
        n_longest = max(n_longest, len(sentence))
        where = f"{shown(path)}:{sentence.line}"
        if not len(sentence):
            n_empty += 1
            continue
        text = text_of(sentence)
        count_widths(text, widths)
        _met_again(sentence, text, where, seen, against, tell)
        _look_odd(sentence, where, tell)
        if sentence.labels is None:
            continue
        labels.update(sentence.labels)
        spans.update(kind for _, _, kind in spans_of(sentence.labels))
        around = list(pairwise([None, *sentence.labels, None]))
        for pair in set(around) - first_pairs.keys():
            first_pairs[pair] = f"{where}: {_pair(pair)} at token {around.index(pair) + 1}"
        pairs.update(around)
    if not n_sentences and counts:
        raise CorpusError(examples["faulty lines"][0])
    if span_scheme(labels) == "none":
        spans = Counter({label: n for label, n in labels.items() if label not in ("", OUTSIDE)})
    scheme = detect_scheme(labels) if labels else ""
    for pair in _illegal(list(labels), scheme):
        if pair in pairs:
            counts["illegal labels"] += pairs[pair]
            examples.setdefault("illegal labels", []).append(first_pairs[pair])
    compare(labels, widths, against, counts, examples)
    return Survey(
        path=path,
        form=layout.name,
        scheme=scheme,
        n_sentences=n_sentences,
        n_empty=n_empty,
        n_tokens=n_tokens,
        n_longest=n_longest,
        labels=tuple(_by_count(labels)),
        spans=tuple(_by_count(spans)) if scheme != "none" else (),
        findings=tuple(
            Finding(kind, n, tuple(examples.get(kind, [])[:_EXAMPLES]))
            for kind, n in counts.items()
        ),
    )


def _met_again(
    sentence: Sentence,
    text: str,
    where: str,
    seen: dict[int, tuple[int, int]],
    against: Against | None,
    tell: Callable[[str, str], None],
) -> None:
    """Tell whether a sentence was there before, or is in another file."""
    identity = identity_of(text)
    of_labels = hash(tuple(sentence.labels)) if sentence.labels is not None else 0
    before, before_labels = seen.setdefault(identity, (sentence.line, of_labels))
    if before != sentence.line:
        tell("sentences met again", f"{where}: as in line {before}")
        if of_labels != before_labels:
            tell("sentences met again with other labels", f"{where}: as in line {before}")
    if against is not None and identity in against.sentences:
        tell(f"sentences that are in {against.names} too", where)
        if len(sentence) >= LONG:
            tell(f"sentences of {LONG} tokens or more that are in {against.names} too", where)


def _look_odd(sentence: Sentence, where: str, tell: Callable[[str, str], None]) -> None:
    """Tell of characters that are hardly meant."""
    found = _ODD.search(sentence.text)
    if found is not None:
        tell(
            "sentences with control, invisible or replaced characters",
            f"{where}: {found[0]!a}",
        )
    if not sentence.is_characters:
        token = next((one for one in sentence.tokens if any(map(str.isspace, one))), None)
        if token is not None:
            tell("sentences with white space within tokens", f"{where}: {token!r}")


def _illegal(labels: list[str], scheme: str) -> Iterator[tuple[str | None, str | None]]:
    """Yield the pairs of labels that may not follow each other, None for either end."""
    known = [label for label in labels if label]
    if not known:
        return
    start, transition, end = legal(known, scheme)
    yield from ((None, known[place]) for place in np.flatnonzero(~start).tolist())
    yield from ((known[left], known[right]) for left, right in np.argwhere(~transition).tolist())
    yield from ((known[place], None) for place in np.flatnonzero(~end).tolist())


def _pair(pair: tuple[str | None, str | None]) -> str:
    left, right = pair
    if left is None:
        return f"{right} begins a sentence"
    return f"{left} ends a sentence" if right is None else f"{right} after {left}"


def _by_count(counts: Counter[str]) -> list[tuple[str, int]]:
    return sorted(counts.items(), key=lambda item: (-item[1], item[0]))
