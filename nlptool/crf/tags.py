"""What labels mean: schemes of tags, which sequences are legal, spans and back.

A label is a prefix that says where in a span its token stands, alone (`B`) or with the type
of the span (`B-PER`; `B_PER`, `B:PER` and the like are read too). Anything else is a plain
label that stands for itself, such as a part of speech.

    bmes   B M ... M E | S      and O, where not every token is in a span
    bioes  B I ... I E | S      (B I L O U, and W for S, are read as the same)
    bio    B I ... I            (conlleval's rules where I begins a span)
    none   plain labels
"""

import re
from collections.abc import Callable, Iterable, Sequence
from functools import lru_cache
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

SCHEMES = ("bmes", "bioes", "bio", "none")

OUTSIDE = "O"

Span = tuple[int, int, str]
"""Where a span begins, where it ends (the first token after it), and its type ("" for words)."""

_LABEL = re.compile(r"([BIMELSUWO])(?:[-_:/|.](.+))?", re.DOTALL)

_SAME = {"M": "I", "L": "E", "U": "S", "W": "S"}
"""Prefixes that mean what another means."""

_LETTERS = {"bmes": tuple("BMES"), "bioes": tuple("BIES"), "bio": tuple("BIIB")}
"""Of each scheme: the first token of a span, one within, its last, its only one."""


@lru_cache(maxsize=1 << 16)
def split_label(label: str) -> tuple[str, str]:
    """Return a label's prefix, one of B I E S O, and its type.

    Returns:
        ("O", "") for no span, also where the label is not known (""); ("", label) for a
        plain label.
    """
    if not label:
        return OUTSIDE, ""
    found = _LABEL.fullmatch(label)
    if found is None or (found[1] == OUTSIDE and found[2]):
        return "", label
    return _SAME.get(found[1], found[1]), found[2] or ""


def detect_scheme(labels: Iterable[str]) -> str:
    """Return the scheme of a set of labels, see `SCHEMES`.

    Args:
        labels: each at least once; those that are not known ("") do not count.
    """
    seen = {label for label in labels if label}
    if not seen or any(not split_label(label)[0] for label in seen):
        return "none"
    letters = {label[0] for label in seen}
    if letters & set("MELSUW"):
        is_words = OUTSIDE not in letters and all(len(label) == 1 for label in seen)
        return "bmes" if "M" in letters or (is_words and "I" not in letters) else "bioes"
    return "bio"


def legal(
    labels: Sequence[str], scheme: str
) -> tuple[NDArray[np.bool_], NDArray[np.bool_], NDArray[np.bool_]]:
    """Return where labels may stand.

    A prefix that has no partner among the labels is not held against the others: where there
    is no B-PER, I-PER may begin a span, and where there is no E-PER, any tag may end it.

    Args:
        labels: all different; shape (n_labels,).
        scheme: see `SCHEMES`; with "none" everything is legal.

    Returns:
        start, shape (n_labels,): whether a sentence may begin with it.
        transition, shape (n_labels, n_labels): whether the second may follow the first.
        end, shape (n_labels,): whether a sentence may end with it.
    """
    n_labels = len(labels)
    if scheme == "none":
        anywhere = np.ones(n_labels, bool)
        return anywhere, np.ones((n_labels, n_labels), bool), anywhere.copy()
    parts = [split_label(label) for label in labels]
    there = set(parts)
    may_begin = [_may_begin(part, there) for part in parts]
    may_end = [_may_end(part, there, scheme) for part in parts]
    transition = np.zeros((n_labels, n_labels), bool)
    for left, (prefix, kind) in enumerate(parts):
        for right, (then, then_kind) in enumerate(parts):
            goes_on = prefix in ("B", "I") and then in ("I", "E") and kind == then_kind
            transition[left, right] = goes_on or (may_end[left] and may_begin[right])
    return np.array(may_begin, bool), transition, np.array(may_end, bool)


def illegal_places(labels: Sequence[str], scheme: str) -> Callable[[Sequence[str]], list[int]]:
    """Return what finds the illegal places of a sentence's labels.

    Args:
        labels: all that there are, all different; sentences may have "" beside them, next to
            which everything is legal.
        scheme: see `SCHEMES`.

    Returns:
        A function from labels to the places of those that may not stand where they do; one
        after the last means that the sentence may not end so.
    """
    start, transition, end = legal(labels, scheme)
    pairs = {(labels[left], labels[right]) for left, right in np.argwhere(~transition).tolist()}
    starts = {labels[place] for place in np.flatnonzero(~start).tolist()}
    ends = {labels[place] for place in np.flatnonzero(~end).tolist()}

    def places(given: Sequence[str]) -> list[int]:
        if not given:
            return []
        found = [0] if given[0] in starts else []
        if not pairs.isdisjoint(pairwise(given)):
            found += [place for place, pair in enumerate(pairwise(given), 1) if pair in pairs]
        return [*found, len(given)] if given[-1] in ends else found

    return places


def _may_begin(part: tuple[str, str], there: set[tuple[str, str]]) -> bool:
    prefix, kind = part
    if prefix == "I":
        return ("B", kind) not in there
    if prefix == "E":
        return ("B", kind) not in there and ("I", kind) not in there
    return True


def _may_end(part: tuple[str, str], there: set[tuple[str, str]], scheme: str) -> bool:
    prefix, kind = part
    return scheme == "bio" or prefix not in ("B", "I") or ("E", kind) not in there


def span_scheme(labels: Iterable[str]) -> str:
    """Return the scheme by which spans are read, see `spans_of`: "none" or "".

    Args:
        labels: each at least once. Where some are plain and none has a type they are tags, such
            as parts of speech, and among these M is a measure word; in any other company it is
            the middle of a span.
    """
    parts = [split_label(label) for label in labels if label]
    are_tags = any(not prefix for prefix, _ in parts)
    return "none" if are_tags and not any(prefix and kind for prefix, kind in parts) else ""


def spans_of(labels: Sequence[str], scheme: str = "") -> list[Span]:
    """Return the spans of labels, in order; whatever the scheme, and legal or not.

    Plain labels are spans of one token each.

    Args:
        labels: of one sentence.
        scheme: "none" where a lone M or S is a plain label too (a part of speech); O is none.

    Source:
        conlleval (Tjong Kim Sang and Buchholz, 2000, CoNLL shared task): a span begins at B
        and S, at I and E after O, after E, after S or after another type; it ends before
        B, S, O and another type, and after E and S.
    """
    if scheme == "none":
        known = ((place, label) for place, label in enumerate(labels))
        return [(place, place + 1, label) for place, label in known if label not in ("", OUTSIDE)]
    spans: list[Span] = []
    begin = -1  # where the open span begins
    kind = ""
    for place, label in enumerate(labels):
        prefix, then_kind = split_label(label)
        if begin >= 0 and (prefix not in ("I", "E") or then_kind != kind):
            spans.append((begin, place, kind))
            begin = -1
        if prefix == OUTSIDE:
            continue
        if begin < 0:
            begin, kind = place, then_kind
        if prefix in ("E", "S", ""):
            spans.append((begin, place + 1, kind))
            begin = -1
    if begin >= 0:
        spans.append((begin, len(labels), kind))
    return spans


def labels_of(spans: Iterable[Span], n_tokens: int, scheme: str) -> list[str]:
    """Return the labels that say where spans are.

    Args:
        spans: in order, none overlapping another.
        n_tokens: how many labels there are to be.
        scheme: bmes, bioes or bio.

    Raises:
        ValueError: a span is empty, out of bounds or overlaps the one before.
    """
    labels: list[str] = []
    for begin, end, kind in spans:
        if not len(labels) <= begin < end <= n_tokens:
            raise ValueError(f"span {begin}-{end} after {len(labels)}, of {n_tokens} tokens")
        labels.extend([OUTSIDE] * (begin - len(labels)))
        labels.extend(span_labels(end - begin, kind, scheme))
    labels.extend([OUTSIDE] * (n_tokens - len(labels)))
    return labels


def word_labels(length: int, scheme: str) -> str:
    """Return the labels of a word: one letter a character.

    Args:
        length: characters of the word; 0 gives "".
        scheme: bmes, bioes or bio.
    """
    first, within, last, only = _LETTERS[scheme]
    if length < 2:
        return only * length
    return first + within * (length - 2) + last


def convert_labels(labels: Sequence[str], scheme: str) -> list[str]:
    """Return labels in another scheme; what is not known ("") stays so.

    Legal labels lose nothing; others come out as conlleval reads them.

    Raises:
        ValueError: a plain label, which has no scheme.
    """
    if any(not split_label(label)[0] for label in set(labels)):
        plain = next(label for label in labels if not split_label(label)[0])
        raise ValueError(f"plain label {plain!r}")
    converted = labels_of(spans_of(labels), len(labels), scheme)
    return [new if old else "" for old, new in zip(labels, converted, strict=True)]


@lru_cache(maxsize=1 << 12)
def span_labels(length: int, kind: str, scheme: str) -> tuple[str, ...]:
    """Return the labels of one span.

    Args:
        length: its tokens, one at least.
        kind: its type, or "".
        scheme: bmes, bioes or bio.
    """
    letters = list(word_labels(length, scheme))
    return tuple(f"{letter}-{kind}" if kind else letter for letter in letters)
