"""What goes wrong: which labels are taken for which, and the errors that come most often."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from nlptool.crf.judged import Judged, is_words
from nlptool.crf.tags import Span

AROUND = 10
"""Tokens shown before and after an error."""


@dataclass(frozen=True)
class Mistake:
    """An error, and where it is made.

    Args:
        kind: of words "cut" (one gold word is several), "joined" (several are one) or "moved";
            of entities "missed", "invented", "boundary", "type" or "boundary and type".
        gold: the text as it should be, words apart or entities marked.
        found: the text as it is found.
        count: how often.
        examples: the first few, as `file:line: text around it`.
    """

    kind: str
    gold: str
    found: str
    count: int
    examples: tuple[str, ...]


def confusion(pairs: Sequence[Judged]) -> dict[tuple[str, str], int]:
    """Return how often each gold label is found as each other label, the most frequent first.

    Returns:
        (gold, found) -> count, of labels that differ; ties in alphabetical order.
    """
    counts: Counter[tuple[str, str]] = Counter()
    for pair in pairs:
        counts.update(
            (label, own)
            for label, own in zip(pair.gold, pair.found, strict=True)
            if label and label != own
        )
    return dict(sorted(counts.items(), key=lambda item: (-item[1], item[0])))


def mistakes(
    pairs: Sequence[Judged],
    n_shown: int,
    *,
    unless: Sequence[Judged] | None = None,
    n_examples: int = 3,
) -> list[Mistake]:
    """Return the most frequent errors: spans that are wrong together with all they overlap.

    Args:
        pairs: the sentences.
        n_shown: how many different errors.
        unless: the same sentences with other labels; only errors that these do not make.
        n_examples: how many examples of each.

    Returns:
        The most frequent first; ties in the order of the text.
    """
    words = is_words(pairs)
    counts: Counter[tuple[str, str, str]] = Counter()
    examples: dict[tuple[str, str, str], list[str]] = {}
    for number, pair in enumerate(pairs):
        right = unless[number].spans()[1] if unless is not None else None
        for begin, end, gold, found in regions(pair):
            if right is not None and gold != [s for s in right if s[0] < end and s[1] > begin]:
                continue
            error = (
                _word_kind(gold, found) if words else _entity_kind(gold, found),
                _shown(pair, begin, end, gold, words=words),
                _shown(pair, begin, end, found, words=words),
            )
            counts[error] += 1
            shown = examples.setdefault(error, [])
            if len(shown) < n_examples:
                shown.append(_example(pair, begin, end))
    return [
        Mistake(*error, count, tuple(examples[error]))
        for error, count in counts.most_common(n_shown)
    ]


def regions(pair: Judged) -> Iterator[tuple[int, int, list[Span], list[Span]]]:
    """Yield the stretches where gold and found spans differ: (begin, end, gold, found)."""
    gold, found = (set(spans) for spans in pair.spans())
    wrong = sorted([*((*span, 0) for span in gold - found), *((*span, 1) for span in found - gold)])
    region: tuple[list[Span], list[Span]] = ([], [])
    begin = end = 0
    for left, right, kind, side in wrong:
        if left >= end and (region[0] or region[1]):
            yield begin, end, *region
            region = ([], [])
        if not (region[0] or region[1]):
            begin, end = left, right
        end = max(end, right)
        region[side].append((left, right, kind))
    if region[0] or region[1]:
        yield begin, end, *region


def _word_kind(gold: list[Span], found: list[Span]) -> str:
    if len(gold) == 1:
        return "cut"
    return "joined" if len(found) == 1 else "moved"


def _entity_kind(gold: list[Span], found: list[Span]) -> str:
    if not found:
        return "missed"
    if not gold:
        return "invented"
    if [span[:2] for span in gold] == [span[:2] for span in found]:
        return "type"
    same = {kind for _, _, kind in gold} == {kind for _, _, kind in found}
    return "boundary" if same else "boundary and type"


def _shown(pair: Judged, begin: int, end: int, spans: list[Span], *, words: bool) -> str:
    """Return some text with its words apart, or its entities marked as in [Paris/LOC]."""
    if words:
        return " ".join(pair.text(left, right) for left, right, _ in spans)
    parts: list[str] = []
    at = begin
    for left, right, kind in spans:
        parts.append(pair.text(at, left))
        parts.append(f"[{pair.text(left, right)}/{kind}]")
        at = right
    parts.append(pair.text(at, end))
    joint = "" if pair.sentence.is_characters else " "
    return joint.join(part for part in parts if part)


def _example(pair: Judged, begin: int, end: int) -> str:
    """Return where an error is, and the text around it."""
    left, right = max(0, begin - AROUND), min(len(pair.sentence), end + AROUND)
    before = "..." if left else ""
    after = "..." if right < len(pair.sentence) else ""
    return f"{pair.where}: {before}{pair.text(left, right)}{after}"
