"""Sentences beside the gold ones: what every measure of this room is taken of.

Spans are words where each token is in one and none has a type, else entities: see `is_words`.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import zip_longest

from nlptool.core.text import normalise
from nlptool.crf.sentences import Sentence
from nlptool.crf.tags import Span, span_scheme, spans_of, split_label
from nlptool.errors import CorpusError


@dataclass(frozen=True, slots=True)
class Judged:
    """A gold sentence and the labels that somebody else gave it.

    Args:
        sentence: the gold one; has labels.
        found: the other labels, one a token.
        scheme: by which spans are read, see `tags.spans_of`.
    """

    sentence: Sentence
    found: Sequence[str]
    scheme: str = ""

    @property
    def gold(self) -> Sequence[str]:
        """The gold labels."""
        return self.sentence.labels or ()

    @property
    def where(self) -> str:
        """The file and line of the sentence."""
        return f"{self.sentence.path}:{self.sentence.line}"

    def spans(self) -> tuple[list[Span], list[Span]]:
        """Return the gold spans and the found ones."""
        return spans_of(self.gold, self.scheme), spans_of(self.found, self.scheme)

    def text(self, begin: int, end: int) -> str:
        """Return some of the tokens: characters joined, longer tokens with a space between."""
        tokens = self.sentence.tokens[begin:end]
        return tokens if isinstance(tokens, str) else " ".join(tokens)


def judged(
    found: Iterable[Sentence], gold: Iterable[Sentence], names: tuple[str, str] = ("text", "gold")
) -> Iterator[Judged]:
    """Put sentences beside the gold ones; full-width characters are the same as half-width ones.

    Args:
        found: the sentences to judge, in the order of the gold ones.
        gold: what they should be.
        names: what messages call the two, where sentences are from no file.

    Raises:
        CorpusError: one has no labels, or they are not the same text.
    """
    for number, (own, right) in enumerate(zip_longest(found, gold), 1):
        if own is None or right is None:
            there, missing = (right, names[0]) if own is None else (own, names[1])
            raise CorpusError(
                f"{missing}: ends after {number - 1} sentences, but there is one more at"
                f" {_where(there, number, names[own is None])}"
            )
        for sentence, name in ((own, names[0]), (right, names[1])):
            if sentence.labels is None:
                place = _where(sentence, number, name)
                raise CorpusError(f"{place}: no labels, expected one for each token")
        if own.tokens != right.tokens and not _same(own.tokens, right.tokens):
            raise CorpusError(_difference(own, right, number, names))
        yield Judged(right, own.labels or ())


def read_alike(pairs: Iterable[Judged]) -> list[Judged]:
    """Return sentences whose spans are read as all the gold labels together ask for."""
    known = list(pairs)
    scheme = span_scheme({label for pair in known for label in set(pair.gold)})
    return [replace(pair, scheme=scheme) for pair in known] if scheme else known


def is_words(pairs: Sequence[Judged]) -> bool:
    """Return whether gold labels cut sentences into words: no token outside, no type."""
    seen = {label for pair in pairs for label in set(pair.gold)}
    parts = [split_label(label) for label in seen if label]
    return bool(parts) and all(prefix not in ("", "O") and not kind for prefix, kind in parts)


def _same(tokens: Sequence[str], gold: Sequence[str]) -> bool:
    return len(tokens) == len(gold) and all(
        normalise(own) == normalise(right) for own, right in zip(tokens, gold, strict=True)
    )


def _where(sentence: Sentence, number: int, name: str) -> str:
    if sentence.line:
        return f"{sentence.path or name}:{sentence.line}"
    return f"{name}: sentence {number}"


def _difference(own: Sentence, right: Sentence, number: int, names: tuple[str, str]) -> str:
    """Say where two sentences differ."""
    pairs = enumerate(zip_longest(own.tokens, right.tokens, fillvalue=""))
    at = next(i for i, (token, gold) in pairs if normalise(token) != normalise(gold))
    texts = (Judged(sentence, ()).text(at, at + 8) for sentence in (own, right))
    found, expected = (repr(text) if text else "its end" for text in texts)
    return (
        f"{_where(own, number, names[0])}: token {at + 1} is not that of"
        f" {_where(right, number, names[1])}: found {found}, expected {expected}"
    )
