"""Which words of two lines stand for each other: the fewest edits, as `diff` has them."""

from collections.abc import Sequence
from dataclasses import dataclass

LONGEST = 2_000
"""Words of a line that is aligned whole."""


@dataclass(frozen=True)
class Edits:
    """How a line becomes another.

    Args:
        same: of each gold word, whether it is aligned with the same word.
        n_inserted: words that stand for no gold word.
        n_deleted: gold words that no word stands for.
        n_substituted: gold words that another word stands for.
    """

    same: list[bool]
    n_inserted: int
    n_deleted: int
    n_substituted: int


def edits(gold: Sequence[str], found: Sequence[str]) -> Edits:
    """Align the words of two lines of the same text.

    Time grows with the square of the differences, so a line over `LONGEST` words is aligned
    piece by piece: it is cut wherever both have a word end at the same place of the text.

    Args:
        gold: words.
        found: the same text, cut otherwise.
    """
    same: list[bool] = []
    n_inserted = n_deleted = n_substituted = 0
    for gold_begin, gold_end, begin, end in _pieces(gold, found):
        pairs = _common(gold[gold_begin:gold_end], found[begin:end])
        n_gold, n_found = gold_end - gold_begin, end - begin
        marks = [False] * n_gold
        before, found_before = -1, -1
        for own, other in [*pairs, (n_gold, n_found)]:
            n_gone, n_new = own - before - 1, other - found_before - 1
            n_substituted += min(n_gone, n_new)
            n_deleted += max(0, n_gone - n_new)
            n_inserted += max(0, n_new - n_gone)
            before, found_before = own, other
            if own < n_gold:
                marks[own] = True
        same.extend(marks)
    return Edits(same, n_inserted, n_deleted, n_substituted)


def _pieces(gold: Sequence[str], found: Sequence[str]) -> list[tuple[int, int, int, int]]:
    """Return where to align: (gold begin, gold end, found begin, found end)."""
    whole = [(0, len(gold), 0, len(found))]
    if max(len(gold), len(found)) <= LONGEST:
        return whole
    pieces: list[tuple[int, int, int, int]] = []
    begin, own, other = (0, 0), 0, 0
    place = found_place = 0  # characters up to `own` and `other`
    while own < len(gold) and other < len(found):
        behind = place <= found_place
        ahead = place >= found_place
        if behind:
            place += len(gold[own])
            own += 1
        if ahead:
            found_place += len(found[other])
            other += 1
        if place == found_place:
            pieces.append((begin[0], own, begin[1], other))
            begin = (own, other)
    if begin != (len(gold), len(found)):
        pieces.append((begin[0], len(gold), begin[1], len(found)))
    return pieces


def _common(gold: Sequence[str], found: Sequence[str]) -> list[tuple[int, int]]:
    """Return the places of a longest common subsequence.

    Source:
        Myers (1986), "An O(ND) difference algorithm and its variations", section 3: the
        furthest end on each diagonal with d edits, d rising.
    """
    n_before = 0
    while n_before < min(len(gold), len(found)) and gold[n_before] == found[n_before]:
        n_before += 1
    n_after = 0
    longest = min(len(gold), len(found)) - n_before
    while n_after < longest and gold[-1 - n_after] == found[-1 - n_after]:
        n_after += 1
    n_gold, n_found = len(gold) - n_after, len(found) - n_after
    middle = _shortest_edit(gold[n_before:n_gold], found[n_before:n_found])
    return [
        *((at, at) for at in range(n_before)),
        *((own + n_before, other + n_before) for own, other in middle),
        *((n_gold + at, n_found + at) for at in range(n_after)),
    ]


def _shortest_edit(gold: Sequence[str], found: Sequence[str]) -> list[tuple[int, int]]:
    """Return the pairs that a shortest edit script leaves as they are."""
    n_gold, n_found = len(gold), len(found)
    furthest = {1: 0}  # diagonal k = gold place - found place -> gold place
    trace: list[dict[int, int]] = []
    for n_edits in range(n_gold + n_found + 1):
        trace.append(furthest.copy())
        for diagonal in range(-n_edits, n_edits + 1, 2):
            own = _step(furthest, diagonal, n_edits)
            while own < n_gold and own - diagonal < n_found and gold[own] == found[own - diagonal]:
                own += 1
            furthest[diagonal] = own
            if own >= n_gold and own - diagonal >= n_found:
                return _back(trace, n_gold, n_found)
    return []


def _step(furthest: dict[int, int], diagonal: int, n_edits: int) -> int:
    """Return where one more edit leads to on a diagonal."""
    down = diagonal == -n_edits or (
        diagonal != n_edits and furthest[diagonal - 1] < furthest[diagonal + 1]
    )
    return furthest[diagonal + 1] if down else furthest[diagonal - 1] + 1


def _back(trace: list[dict[int, int]], own: int, other: int) -> list[tuple[int, int]]:
    """Return the pairs on the way to the end."""
    pairs: list[tuple[int, int]] = []
    for n_edits in range(len(trace) - 1, -1, -1):
        furthest, diagonal = trace[n_edits], own - other
        begin = _step(furthest, diagonal, n_edits)
        down = diagonal == -n_edits or (
            diagonal != n_edits and furthest[diagonal - 1] < furthest[diagonal + 1]
        )
        while own > begin:
            own, other = own - 1, other - 1
            pairs.append((own, other))
        own, other = (own, other - 1) if down else (own - 1, other)
    return pairs[::-1]
