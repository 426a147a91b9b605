"""A line whose white space is no token: in parts, and its answer from theirs."""

from dataclasses import replace

from nlptool.crf.answer import Answer, Asked, Ranked
from nlptool.crf.sentences import Sentence


def parts_of(sentence: Sentence, *, splits: bool) -> list[tuple[int, Sentence]]:
    """Return a sentence in parts, and where each begins."""
    text = sentence.tokens
    if not splits or not isinstance(text, str) or len(text.split()) == 1 == len(text.split(" ")):
        return [(0, sentence)] if len(sentence) else []
    found: list[tuple[int, Sentence]] = []
    begin = 0
    for word in text.split():
        begin = text.index(word, begin)
        end = begin + len(word)
        labels = sentence.labels[begin:end] if sentence.labels is not None else None
        found.append((begin, Sentence(word, labels, (), sentence.line, sentence.path)))
        begin = end
    return found


def merged(sentence: Sentence, parts: list[tuple[int, Answer]], asked: Asked) -> Answer:
    """Return the answer to a sentence from those to its parts; between them nothing is known."""
    best = [
        (at, Ranked(own.log_probability or 0.0, own.sentence.labels or (), own.tokens, own.spans))
        for at, own in parts
    ]
    whole = _joined(len(sentence), best, asked)
    others = [_joined(len(sentence), chosen, asked) for chosen in _ranked(parts, asked.n_best)]
    return Answer(
        replace(sentence, labels=whole.labels),
        sentence.labels,
        whole.log_probability if asked.n_best or asked.confidence else None,
        whole.tokens,
        whole.spans,
        tuple(others),
    )


def _ranked(parts: list[tuple[int, Answer]], n_best: int) -> list[list[tuple[int, Ranked]]]:
    """Return the best ways to choose an answer for each part, the best first."""
    # Of each part: what its best choices are worth, which of the part before's they go on
    # with, and which of its own they are.
    sums = [0.0][:n_best]
    layers: list[list[tuple[int, int]]] = []
    for _, answer in parts:
        ways = sorted(
            (
                (total + other.log_probability, left, right)
                for left, total in enumerate(sums)
                for right, other in enumerate(answer.others)
            ),
            key=lambda way: -way[0],
        )[:n_best]
        sums = [total for total, _, _ in ways]
        layers.append([(left, right) for _, left, right in ways])
    found: list[list[tuple[int, Ranked]]] = []
    for last in range(len(sums)):
        way = last
        chosen: list[tuple[int, Ranked]] = []
        for (at, answer), layer in zip(reversed(parts), reversed(layers), strict=True):
            way, right = layer[way]
            chosen.append((at, answer.others[right]))
        found.append(chosen[::-1])
    return found


def _joined(size: int, parts: list[tuple[int, Ranked]], asked: Asked) -> Ranked:
    """Return the labels of a sentence from those of its parts."""
    labels, tokens = [""] * size, [1.0] * size
    spans: list[float] = []
    for at, part in parts:
        behind = at + len(part.labels)
        labels[at:behind] = part.labels
        tokens[at:behind] = part.tokens or [1.0] * len(part.labels)
        spans += part.spans or ()
    total = sum(part.log_probability for _, part in parts)
    if asked.marginals:
        return Ranked(total, labels, tokens, spans)
    return Ranked(total, labels)
