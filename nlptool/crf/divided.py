"""A line whose white space is no token: in parts, and its answer from theirs."""

from dataclasses import replace

from nlptool.crf.answer import Answer, Asked
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
    labels = [""] * len(sentence)
    tokens = [1.0] * len(sentence)
    spans: list[float] = []
    others: list[tuple[float, list[str]]] = [(0.0, [""] * len(sentence))]
    total = 0.0
    for at, answer in parts:
        size = len(answer.sentence)
        labels[at : at + size] = answer.sentence.labels or ()
        total += answer.log_probability or 0.0
        tokens[at : at + size] = answer.tokens or [1.0] * size
        spans += answer.spans or ()
        if asked.n_best:
            pairs = [
                (log_p + more, [*whole[:at], *part, *whole[at + size :]])
                for log_p, whole in others
                for more, part in answer.others
            ]
            others = sorted(pairs, key=lambda pair: -pair[0])[: asked.n_best]
    return Answer(
        replace(sentence, labels=labels),
        sentence.labels,
        total if asked.n_best or asked.confidence else None,
        tokens if asked.marginals else None,
        spans if asked.marginals else None,
        tuple(others) if asked.n_best else (),
    )
