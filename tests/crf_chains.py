"""Random chains of labels in which spans have weights, for tests."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from nlptool.crf.constrain import Match, Words, bound
from nlptool.crf.places import places_of
from tests.naive_crf_constrain import Chain

MODELS = [
    (("B", "E", "M", "S"), "bmes"),
    (("B", "E", "S"), "bmes"),
    (("O", "B-X", "M-X", "E-X", "S-X"), "bmes"),
    (("B-X", "I-X", "O", "B-Y", "I-Y"), "bio"),
    (("B-X", "I-X", "O", "B-Y"), "bio"),
    (("I-X", "O"), "bio"),
    (("I-X", "O", "B-Y", "I-Y"), "bio"),
    (("O", "B-X", "I-X", "E-X", "S-X", "S-Y"), "bioes"),
    (("O", "I-X", "E-X", "S-X"), "bioes"),
    (("n", "v", "a"), "none"),
]
"""Labels and their schemes, some without all places."""


@dataclass(frozen=True)
class Fixed(Words):
    """A dictionary that has found its words already."""

    found: Sequence[Match] = ()

    def matches(self, tokens: Sequence[str]) -> list[Match]:
        return list(self.found)


@dataclass(frozen=True)
class Case:
    """A chain, what its spans are worth, and both as kernels take them."""

    chain: Chain
    weights: dict[tuple[int, int, str], float]
    sources: np.ndarray
    args: tuple[Any, ...]

    @property
    def n(self) -> int:
        return len(self.chain.scores)


def cases(labels: Sequence[str], scheme: str, *, most: int = 5, seed: int = 3) -> Iterator[Case]:
    """Yield short chains, some without weights, some whose pairs differ at each position."""
    random = np.random.default_rng(seed)
    places = places_of(labels, scheme)
    own = places.sources
    kinds = sorted(places.types)
    for number in range(30):
        n = 1 + number % most
        shape = (n if number % 2 else 1, len(labels), len(labels))
        scores, pairs = random.normal(size=(n, len(labels))), random.normal(size=shape)
        start, end = random.normal(size=(2, len(labels)))
        weights: dict[tuple[int, int, str], float] = {}
        for _ in range(int(random.integers(0, 7)) if number % 3 else 0):
            begin, last = sorted(random.integers(0, n, 2).tolist())
            weights[begin, last + 1, str(random.choice(kinds))] = float(random.normal() * 3)
        found = [(begin, end, kind, weight) for (begin, end, kind), weight in weights.items()]
        known = bound("甲" * n, Fixed({}, 0, sorted(found)), None, labels, places)
        args = (
            scores[:, own] + known.extra,
            np.where(places.pairs, pairs[:, own][:, :, own], -np.inf),
            np.arange(n, dtype=np.int32) if number % 2 else np.zeros(n, np.int32),
            np.where(places.start, start[own], -np.inf),
            np.where(places.end, end[own], -np.inf),
            known.tracks,
            known.bonuses,
        )
        whole = np.broadcast_to(pairs, (n, *shape[1:]))
        yield Case(Chain(scores, whole, start, end, labels, scheme), weights, own, args)
